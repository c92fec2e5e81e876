"""Makes the README's pictures from a real run: ``.venv/bin/python docs/pictures/make.py``."""

from __future__ import annotations

import os
import pty
import re
import shutil
import struct
import tempfile
import termios
from fcntl import ioctl
from html import escape
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
COLUMNS = 78
CHARACTER_WIDTH = 8.4
LINE_HEIGHT = 19
MARGIN = 20

COLOURS = {31: "#e5534b", 32: "#57ab5a", 33: "#c69026", 36: "#39c5cf"}
SGR = re.compile(r"\x1b\[([0-9;]*)m")
REDRAW = re.compile(r"\x1b\[(\d+)A\x1b\[J")


def run_in_terminal(command: list[str], environment: dict[str, str]) -> str:
    """What a command leaves on a terminal, colours included."""
    pid, descriptor = pty.fork()
    if pid == 0:
        os.chdir(ROOT)
        os.execve(command[0], command, environment)
    ioctl(descriptor, termios.TIOCSWINSZ, struct.pack("HHHH", 40, COLUMNS, 0, 0))
    written = b""
    while True:
        try:
            chunk = os.read(descriptor, 1 << 16)
        except OSError:  # Linux's way of saying that the other end is closed
            break
        if not chunk:
            break
        written += chunk
    _, status = os.waitpid(pid, 0)
    if os.waitstatus_to_exitcode(status) != 0:
        raise SystemExit(written.decode())
    return written.decode().replace("\r\n", "\n")


def screen(text: str) -> list[str]:
    """The lines that are left once all drawing over has happened."""
    lines: list[str] = []
    position = 0
    for redraw in REDRAW.finditer(text):
        lines += text[position : redraw.start()].split("\n")[:-1]
        del lines[len(lines) - int(redraw[1]) :]
        position = redraw.end()
    return lines + text[position:].rstrip("\n").split("\n")


def spans(line: str) -> list[tuple[str, str]]:
    """Pieces of a line with their SVG style."""
    pieces: list[tuple[str, str]] = []
    codes: set[int] = set()
    position = 0
    for match in [*SGR.finditer(line), None]:
        text = line[position : match.start() if match else len(line)]
        if text:
            pieces.append((text, style(codes)))
        if match:
            position = match.end()
            apply(codes, [int(code or 0) for code in match[1].split(";")])
    return pieces


def apply(codes: set[int], new: list[int]) -> None:
    for code in new:
        if code == 0:
            codes.clear()
        elif code == 39:
            codes.difference_update(COLOURS)
        elif code == 22:
            codes.difference_update({1, 2})
        else:
            codes.add(code)


def style(codes: set[int]) -> str:
    colour = next((COLOURS[code] for code in codes if code in COLOURS), None)
    parts = [f'fill="{colour}"'] if colour else ['fill="#768390"'] if 2 in codes else []
    return " ".join([*parts, *(['font-weight="bold"'] if 1 in codes else [])])


def svg(lines: list[str]) -> str:
    width = round(COLUMNS * CHARACTER_WIDTH + 2 * MARGIN)
    height = len(lines) * LINE_HEIGHT + 2 * MARGIN
    rows = []
    for number, line in enumerate(lines):
        top = MARGIN + number * LINE_HEIGHT + 14
        column = 0
        for text, attributes in spans(line):
            left = MARGIN + column * CHARACTER_WIDTH
            length = len(text) * CHARACTER_WIDTH
            rows.append(
                f'<text x="{left:.1f}" y="{top}" textLength="{length:.1f}" xml:space="preserve"'
                f"{' ' + attributes if attributes else ''}>{escape(text)}</text>"
            )
            column += len(text)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" font-size="14" fill="#adbac7" '
        "font-family=\"ui-monospace, SFMono-Regular, Menlo, 'DejaVu Sans Mono', monospace\">\n"
        f'<rect width="{width}" height="{height}" rx="8" fill="#1c2128"/>\n'
        + "\n".join(rows)
        + "\n</svg>\n"
    )


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        environment = {**os.environ, "CHARD_HOME": str(folder / "home"), "TERM": "xterm-256color"}
        shown = "chard run examples/digits/digits.ipynb --save-displays figures"
        notebook = str(ROOT / "examples" / "digits" / "digits.ipynb")
        figures = folder / "figures"
        command = [str(ROOT / ".venv" / "bin" / "chard"), "run", notebook]
        text = run_in_terminal([*command, "--save-displays", str(figures)], environment)
        lines = screen(text.replace(f"{figures}/", "figures/"))
        (HERE / "run.svg").write_text(svg([f"\x1b[2m$\x1b[22m {shown}", *lines]))
        shutil.copy(next(figures.glob("evaluate-*.png")), HERE / "digits-confusion.png")


if __name__ == "__main__":
    main()

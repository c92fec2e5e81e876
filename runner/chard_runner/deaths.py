"""Explains how a process died, in words for the person whose code it ran."""

from __future__ import annotations

import contextlib
import os
import re
import signal
from pathlib import Path
from typing import NamedTuple

from .cells import cell_of_filename, place
from .protocol import StepError

_FRAME = re.compile(r'^\s+File "(.+)", line (\d+) in (.+)$')

_MEANING = {
    "SIGSEGV": "a segmentation fault: native code (an extension module or ctypes) used memory that "
    "is not its own",
    "SIGBUS": "a bus error: native code used memory that is not there, or the disk behind a mapped "
    "file is full",
    "SIGABRT": "native code gave up (abort), mostly after a message on stderr",
    "SIGFPE": "an arithmetic error in native code",
    "SIGILL": "an instruction that this processor lacks: a package was built for another",
}


class Death(NamedTuple):
    """What the supervisor knows when a step's process ended without having reported a result."""

    #: As ``wait4`` gives it.
    status: int
    #: Cell that was running, from 0.
    cell: int | None
    #: What ``faulthandler`` wrote.
    fault: str
    peak_memory_bytes: int
    out_of_memory: bool


def explain(death: Death) -> StepError:
    """The error to show for a death that nobody had asked for."""
    fault_cell, line, traceback = _fault_place(death.fault)
    cell = death.cell if fault_cell is None else fault_cell
    where = f"while {place(cell, line)} was running" if cell is not None else "outside of any cell"
    if os.WIFSIGNALED(death.status):
        code, kind, message = _signalled(os.WTERMSIG(death.status), where, death)
    else:
        number = os.WEXITSTATUS(death.status)
        code, kind = "exited", "Exit"
        message = (
            f"The process ended itself with exit code {number} {where} (os._exit, or native code)"
        )
    return StepError(
        code=code, type=kind, message=message, cell=cell, line=line, traceback=traceback
    )


def _signalled(number: int, where: str, death: Death) -> tuple[str, str, str]:
    try:
        name = signal.Signals(number).name
    except ValueError:
        name = f"signal {number}"
    if number == signal.SIGKILL and death.out_of_memory:
        message = (
            f"The process was killed because memory ran out {where}; it had used up to "
            f"{memory(death.peak_memory_bytes)}. Load less at a time, or give the step more memory"
        )
        return "out-of-memory", "OutOfMemory", message
    if number == signal.SIGKILL:
        message = (
            f"The process was killed from outside (SIGKILL) {where}; it had used up to "
            f"{memory(death.peak_memory_bytes)}"
        )
        return "killed", name, message
    meaning = _MEANING.get(name)
    return (
        "killed",
        name,
        f"The process died of {name} {where}" + (f": {meaning}" if meaning else ""),
    )


def memory(count: int) -> str:
    """Bytes for people as the command line has them: powers of ten, ``3.2 GB``, ``576 MB``."""
    size, unit = float(count), "B"
    for larger in ("kB", "MB", "GB", "TB"):
        if size < (1000 if unit == "B" else 999.5):
            break
        size, unit = size / 1000, larger
    return f"{size:.0f} {unit}" if unit == "B" or size >= 100 else f"{size:.1f} {unit}"


def _fault_place(fault: str) -> tuple[int | None, int | None, list[str]]:
    """Innermost notebook frame of a faulthandler dump; the dump as a traceback, innermost last."""
    frames: list[tuple[str, int, str]] = []
    in_current = False
    for text in fault.splitlines():
        if text.startswith(("Current thread", "Stack (most recent")):
            in_current = True
        elif in_current and (match := _FRAME.match(text)):
            frames.append((match[1], int(match[2]), match[3]))
        elif in_current and frames:
            break
    notebook = [i for i, frame in enumerate(frames) if cell_of_filename(frame[0]) is not None]
    if not notebook:
        return None, None, []
    shown = frames[: notebook[-1] + 1]
    lines = []
    for filename, line, function in reversed(shown):
        cell = cell_of_filename(filename)
        if cell is None:
            lines.append(f"File {filename}:{line}, in {function}")
        else:
            lines.append(f"Cell [{cell}], line {line}")
    innermost = frames[notebook[0]]
    return cell_of_filename(innermost[0]), innermost[1], lines


class OutOfMemoryCounter:
    """Notices that the kernel killed for want of memory since this was made (Linux)."""

    def __init__(self) -> None:
        self._sources = _counter_files()
        self._before = {path: _kills(path) for path in self._sources}

    def rose(self) -> bool:
        return any(_kills(path) > self._before[path] for path in self._sources)


def _counter_files() -> list[Path]:
    candidates = [Path("/proc/vmstat")]
    with contextlib.suppress(OSError):
        for line in Path("/proc/self/cgroup").read_text().splitlines():
            _, controllers, folder = line.split(":", 2)
            relative = folder.lstrip("/")
            if controllers == "":
                for root in ("/sys/fs/cgroup", "/sys/fs/cgroup/unified"):
                    candidates.append(Path(root, relative, "memory.events"))
            elif "memory" in controllers.split(","):
                for base in (relative, ""):
                    candidates.append(Path("/sys/fs/cgroup/memory", base, "memory.oom_control"))
    return [path for path in candidates if path.is_file()]


def _kills(path: Path) -> int:
    try:
        pairs: dict[str, str] = dict(
            words for line in path.read_text().splitlines() if len(words := line.split()) == 2
        )
    except (OSError, ValueError):
        return 0
    return int(pairs.get("oom_kill", "0"))

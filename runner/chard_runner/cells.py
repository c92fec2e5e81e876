"""Names under which cells are compiled, so that any frame tells its cell.

A cell's name travels with the functions that it defines; a traceback in another step shows it too.
"""

from __future__ import annotations

import linecache
import re

_NAME = re.compile(r"^<.* cell (\d+)>$", re.DOTALL)


def cell_filename(notebook: str, cell: int) -> str:
    """The file name that code of a cell carries: ``<digits.ipynb cell 3>``."""
    return f"<{notebook} cell {cell}>"


def cell_of_filename(filename: str) -> int | None:
    """The cell that a code's file name says, or None where it is not a cell's."""
    match = _NAME.match(filename)
    return int(match[1]) if match else None


def place(cell: int, line: int | None) -> str:
    """A place for people: ``cell 3, line 2``."""
    return f"cell {cell}" if line is None else f"cell {cell}, line {line}"


def remember_source(filename: str, source: str) -> None:
    """Make a cell's lines known to tracebacks and ``inspect.getsource``."""
    lines = [line + "\n" for line in source.split("\n")]
    # A size of time None marks an entry that no file backs: linecache never drops it.
    linecache.cache[filename] = (len(source), None, lines, filename)


def empty_lines_at_start(source: str) -> int:
    """Empty lines before the first that is not; 0 where all are."""
    if not source.strip():
        return 0
    count = 0
    for line in source.split("\n"):
        if line.strip():
            break
        count += 1
    return count


def advice_without_ipython(source: str, line: int) -> str | None:
    """What to say of a line that is no Python because it is meant for IPython; else None."""
    lines = source.split("\n")
    text = lines[line - 1].strip() if 0 < line <= len(lines) else ""
    if not text.startswith(("%", "!", "?")):
        return None
    return (
        f"{text.split()[0]} is a command of IPython, which this environment does not have: "
        "install ipykernel in it"
    )

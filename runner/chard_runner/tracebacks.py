"""Errors as the person wrote them: their cells and lines, nothing of what ran them."""

from __future__ import annotations

import builtins
import linecache
import os
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import NamedTuple

from .cells import cell_filename, cell_of_filename
from .protocol import StepError

_RULE = "-" * 75
#: Code lines shown before and after the line of a frame.
_CONTEXT = 2
#: Frames shown at each end of a traceback that is longer than both together.
_FRAMES = 20
_MAX_MESSAGE = 20_000
_MAX_LINE = 400
_MAX_GROUP = 15
#: Under these names IPython compiles the body of a %%time cell.
_TIMED = ("<timed exec>", "<timed eval>")
#: As frames have it: bytecode that was compiled elsewhere says otherwise than ``__file__``.
_RUNNER = str(Path((lambda: None).__code__.co_filename).parent) + os.sep
_STDLIB = str(Path(os.__file__).parent)

_CAUSE = "The above exception was the direct cause of the following exception:"
_CONTEXT_NOTE = "During handling of the above exception, another exception occurred:"


class Frame(NamedTuple):
    filename: str
    line: int
    function: str


class Reader:
    """Describes exceptions of one notebook's cells.

    :param notebook: file name of the notebook, as it is in the names of its cells.
    """

    def __init__(self, notebook: str) -> None:
        self._notebook = notebook
        self._cell: int | None = None

    def describe(self, error: BaseException, cell: int | None) -> StepError:
        """The error of a step.

        :param cell: the cell that was running; the error's own frames, where a notebook cell is
            among them, say it better, and the line.
        """
        self._cell = cell
        place_cell, line = self._innermost(error)
        code = "exited" if isinstance(error, SystemExit) else "exception"
        message = _message(error)
        if isinstance(error, SystemExit):
            message = f"sys.exit({_argument(error)}) was called; a cell that exits ends the step"
        return StepError(
            code=code,
            type=type(error).__name__,
            message=message,
            cell=cell if place_cell is None else place_cell,
            line=line,
            traceback=self._lines(error),
        )

    def _innermost(self, error: BaseException) -> tuple[int | None, int | None]:
        if isinstance(error, SyntaxError) and error.filename:
            cell = cell_of_filename(error.filename)
            if cell is not None:
                return cell, error.lineno
        for frame in reversed(self._frames(error.__traceback__)):
            cell = cell_of_filename(frame.filename)
            if cell is not None:
                return cell, frame.line
        return None, None

    def _lines(self, error: BaseException) -> list[str]:
        lines = [_RULE]
        for index, (link, note) in enumerate(_chain(error)):
            if index:
                lines += ["", note, ""]
            lines += self._one(link, depth=0)
        return [_cut(line, _MAX_LINE * 5) for line in lines]

    def _one(self, error: BaseException, depth: int) -> list[str]:
        frames = self._frames(error.__traceback__)
        name = type(error).__name__
        lines = []
        if frames:
            title = "Traceback (most recent call last)"
            lines.append(name + title.rjust(max(75 - len(name), len(title) + 1)))
        lines += self._frame_lines(frames)
        if isinstance(error, SyntaxError) and error.filename:
            lines += self._syntax_lines(error)
        lines += _final_lines(error)
        members: tuple[BaseException, ...] = getattr(error, "exceptions", ())
        if _is_group(error) and depth < 5:
            lines += self._group_lines(members, depth)
        return lines

    def _group_lines(self, members: tuple[BaseException, ...], depth: int) -> list[str]:
        lines = []
        for number, member in enumerate(members[:_MAX_GROUP], 1):
            lines.append(f"  +---------------- {number} ----------------")
            for index, (link, note) in enumerate(_chain(member)):
                inner = ["", note, ""] if index else []
                inner += self._one(link, depth + 1)
                lines += [f"  | {line}".rstrip() for line in inner]
        if len(members) > _MAX_GROUP:
            lines.append(f"  +---------------- and {len(members) - _MAX_GROUP} more")
        if members:
            lines.append("  +------------------------------------")
        return lines

    def _frame_lines(self, frames: list[Frame]) -> list[str]:
        lines: list[str] = []
        skipped = len(frames) - 2 * _FRAMES
        for index, frame in enumerate(frames):
            if skipped > 0 and _FRAMES <= index < _FRAMES + skipped:
                if index == _FRAMES:
                    lines += [f"    [... {skipped} frames are not shown ...]", ""]
                continue
            lines += [_heading(frame), *_code_lines(frame), ""]
        return lines

    def _syntax_lines(self, error: SyntaxError) -> list[str]:
        filename, line = error.filename or "", error.lineno or 1
        cell = cell_of_filename(filename)
        heading = f"Cell [{cell}], line {line}" if cell is not None else f"File {filename}:{line}"
        text = error.text if error.text is not None else linecache.getline(filename, line)
        text = text.rstrip("\n")
        stripped = text.lstrip()
        lines = [heading, f"    {_cut(stripped, _MAX_LINE)}"]
        if error.offset is not None and error.offset > 0:
            start = error.offset - 1 - (len(text) - len(stripped))
            end_offset = getattr(error, "end_offset", None)
            same_line = getattr(error, "end_lineno", line) == line
            width = end_offset - error.offset if same_line and end_offset else 1
            if 0 <= start <= _MAX_LINE:
                lines.append("    " + " " * start + "^" * min(max(width, 1), _MAX_LINE))
        return lines

    def _frames(self, trace: TracebackType | None) -> list[Frame]:
        """The person's frames: the runner's and IPython's cut away; all if nothing else is left."""
        frames = list(self._walk(trace))
        theirs = [frame for frame in frames if not _machinery(frame.filename)]
        first = next(
            (i for i, frame in enumerate(theirs) if cell_of_filename(frame.filename) is not None), 0
        )
        return theirs[first:]

    def _walk(self, trace: TracebackType | None) -> Iterator[Frame]:
        while trace is not None:
            code = trace.tb_frame.f_code
            filename = code.co_filename
            if filename in _TIMED and self._cell is not None:
                filename = cell_filename(self._notebook, self._cell)
            yield Frame(filename, trace.tb_lineno or 1, code.co_name)
            trace = trace.tb_next


def _machinery(filename: str) -> bool:
    if filename.startswith(_RUNNER):
        return True
    parts = filename.replace("\\", "/").split("/")
    if "IPython" in parts[:-1] or parts[-1] == "<frozen runpy>":
        return True
    return "asyncio" in parts[:-1] and filename.startswith(_STDLIB)


def _is_group(error: BaseException) -> bool:
    group = getattr(builtins, "BaseExceptionGroup", None)
    return group is not None and isinstance(error, group)


def _chain(error: BaseException) -> list[tuple[BaseException, str]]:
    """The exceptions that led to this one, first to last, each with the note before it."""
    links: list[tuple[BaseException, str]] = []
    seen = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen and len(links) < 20:
        seen.add(id(current))
        if current.__cause__ is not None:
            links.append((current, _CAUSE))
            current = current.__cause__
        elif current.__context__ is not None and not current.__suppress_context__:
            links.append((current, _CONTEXT_NOTE))
            current = current.__context__
        else:
            links.append((current, ""))
            current = None
    return links[::-1]


def _heading(frame: Frame) -> str:
    cell = cell_of_filename(frame.filename)
    # "<module>" says nothing about a cell; a function's name does.
    function = "" if frame.function == "<module>" else f", in {frame.function}"
    if cell is not None:
        return f"Cell [{cell}], line {frame.line}{function}"
    return f"File {frame.filename}:{frame.line}{function}"


def _code_lines(frame: Frame) -> list[str]:
    source = linecache.getlines(frame.filename)
    first = max(1, frame.line - _CONTEXT)
    last = min(len(source), frame.line + _CONTEXT)
    lines = []
    for number in range(first, last + 1):
        arrow = f"----> {number} " if number == frame.line else f"{number:>7} "
        if number == frame.line:
            arrow = f"{'-' * max(1, 5 - len(str(number)))}> {number} "
        lines.append((arrow + _cut(source[number - 1].rstrip("\n"), _MAX_LINE)).rstrip())
    return lines


def _message(error: BaseException) -> str:
    """What the exception says; never raises, whatever its class does."""
    if isinstance(error, SyntaxError) and error.msg:
        return _cut(str(error.msg), _MAX_MESSAGE)
    try:
        return _cut(str(error), _MAX_MESSAGE)
    except BaseException as inner:
        return f"<its message cannot be shown: {type(inner).__name__}>"


def _argument(error: SystemExit) -> str:
    if error.code is None:
        return ""
    try:
        return _cut(repr(error.code), 200)
    except BaseException as inner:
        return f"<{type(inner).__name__}>"


def _final_lines(error: BaseException) -> list[str]:
    message = _message(error)
    lines = f"{type(error).__name__}: {message}".splitlines() if message else [type(error).__name__]
    for note in getattr(error, "__notes__", None) or ():
        lines += str(note).splitlines()
    return lines


def _cut(text: str, limit: int) -> str:
    return (
        text if len(text) <= limit else f"{text[:limit]}... ({len(text) - limit} more characters)"
    )

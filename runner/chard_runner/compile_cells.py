"""Asks the interpreter itself whether cells compile: ``python -m chard_runner.compile_cells``.

Reads ``{"cells": [{"cell", "source"}]}`` on standard input and prints ``{"python", "ipython",
"cells": [{"cell", "errors": [{"message", "line", "column", "end": {"line", "column"}}]}]}``, with
one entry for each cell that came and at most one error each, as a compiler stops at its first.
Lines count from 1, columns from 0 in code points, within the cell as the person wrote it. IPython
is imported only where a cell may need it; ``ipython`` is then its version.
"""

from __future__ import annotations

import ast
import json
import platform
import re
import sys
import warnings
from typing import TYPE_CHECKING, Any

from . import startup
from .cells import advice_without_ipython
from .protocol import Cell, Fields, ProtocolError

if TYPE_CHECKING:
    from .ipython_lines import LineKeeper

#: Something that only IPython understands: a magic, a shell command, a question.
_COMMAND = re.compile(r"^\s*[%!?,;/]|[?]\s*$|=\s*[%!]", re.MULTILINE)
#: Cell magics whose body is Python of the notebook.
_PYTHON_BODY = re.compile(r"^%%(time|timeit|capture|prun)\b.*$", re.MULTILINE)


class _Translator:
    """IPython's translation, imported when a cell first needs it; nothing where it is missing."""

    def __init__(self) -> None:
        self.version: str | None = None
        self._keeper: LineKeeper | None = None

    def translate(self, source: str) -> str:
        if not _COMMAND.search(source):
            return source
        if self._keeper is None:
            try:
                from IPython import __version__

                from .ipython_lines import make_line_keeper
            except ImportError:
                return source
            self.version, self._keeper = __version__, make_line_keeper()
        return self._keeper.transform_in_place(source)


def errors_of(cell: Cell, translator: _Translator) -> list[dict[str, Any]]:
    """The error of one cell, if it has one."""
    source = cell.source
    magic = _PYTHON_BODY.match(source.lstrip())
    if magic is not None:
        # The magic's line becomes an empty one, so that the body's lines keep their numbers.
        start = source.index("%%")
        source = source[:start] + source[start + magic.end() :]
    translated = source
    try:
        translated = translator.translate(source)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(translated, "<cell>", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, True)
    except SyntaxError as error:
        return [_described(error, cell.source, translated, translator)]
    except (ValueError, OverflowError, RecursionError, MemoryError) as error:
        message = f"{type(error).__name__}: {error}"
        return [_at(message, 1, 0, 1, 0)]
    return []


def _described(
    error: SyntaxError, source: str, translated: str, translator: _Translator
) -> dict[str, Any]:
    written = source.split("\n")
    line = min(max(error.lineno or 1, 1), len(written))
    message = error.msg
    if translator.version is None:
        message = advice_without_ipython(source, line) or message
    text = written[line - 1]
    compiled = translated.split("\n")
    if line > len(compiled) or compiled[line - 1] != text:
        # The translated line has other columns: the whole line is meant.
        return _at(message, line, 0, line, len(text))
    column = min(max((error.offset or 1) - 1, 0), len(text))
    end_line = getattr(error, "end_lineno", None) or line
    end_offset = getattr(error, "end_offset", None) or 0
    end_column = end_offset - 1 if end_offset > 0 else column
    if (end_line, end_column) < (line, column) or end_line > len(written):
        end_line, end_column = line, column
    return _at(message, line, column, end_line, end_column)


def _at(message: str, line: int, column: int, end_line: int, end_column: int) -> dict[str, Any]:
    end = {"line": end_line, "column": end_column}
    return {"message": message, "line": line, "column": column, "end": end}


def main() -> int:
    """Exit code 2 where the input is not what it should be."""
    startup.leave_start_folder()
    try:
        cells = Fields(json.load(sys.stdin), "input").objects("cells", Cell.read)
    except (ValueError, ProtocolError) as error:
        print(f"compile_cells: {error}", file=sys.stderr)
        return 2
    translator = _Translator()
    answers = [{"cell": cell.cell, "errors": errors_of(cell, translator)} for cell in cells]
    version = platform.python_version()
    json.dump({"python": version, "ipython": translator.version, "cells": answers}, sys.stdout)
    print()
    return 0


if __name__ == "__main__":
    sys.exit(main())

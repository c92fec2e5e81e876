"""Cells without IPython: plain Python with what notebooks take for granted.

The value of a cell's last expression is shown, ``display`` is there, top-level ``await`` works and
open figures are shown at a cell's end. Magics and shell lines need IPython and say so.
"""

from __future__ import annotations

import ast
import builtins
import inspect
import io
import itertools
import sys
import tokenize
from collections.abc import Iterator
from types import CodeType
from typing import Any

from .cells import advice_without_ipython, remember_source
from .loop import CellLoop
from .shell import Display
from .streams import Wire

_TOP_LEVEL_AWAIT = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
_REPRESENTATIONS = (
    ("text/html", "_repr_html_"),
    ("text/markdown", "_repr_markdown_"),
    ("text/latex", "_repr_latex_"),
    ("image/svg+xml", "_repr_svg_"),
    ("image/png", "_repr_png_"),
    ("image/jpeg", "_repr_jpeg_"),
    ("application/json", "_repr_json_"),
)


class PlainShell:
    """See :class:`~chard_runner.shell.Shell`."""

    def __init__(self, namespace: dict[str, Any]) -> None:
        self.ipython: str | None = None
        self.namespace = namespace
        self._display = Display()
        self._loop: CellLoop | None = None
        self._flags = 0
        self._ids = itertools.count(1)
        builtins.display = self._show  # type: ignore[attr-defined]

    def connect(self, wire: Wire) -> None:
        self._display.attach(wire)
        self._loop = CellLoop()

    def rehearse(self) -> None:
        for code, _ in self._compile("pass", "<rehearsal>"):
            eval(code, {})

    def run(self, cell: int, filename: str, source: str) -> BaseException | None:
        self._display.cell = cell
        remember_source(filename, source)
        error: BaseException | None = None
        try:
            for code, shows in self._compile(source, filename):
                self._execute(code, shows)
        except BaseException as raised:
            error = raised
        try:
            self._show_figures()
        except BaseException as raised:
            error = error or raised
        return error

    def _compile(self, source: str, filename: str) -> Iterator[tuple[CodeType, bool]]:
        """The cell's statements, then its last expression, which is shown unless ``;`` ends it.

        :raises SyntaxError: with advice where the line is meant for IPython.
        """
        flags = self._flags | ast.PyCF_ONLY_AST | _TOP_LEVEL_AWAIT
        try:
            tree = compile(source, filename, "exec", flags, True)
        except SyntaxError as error:
            error.msg = advice_without_ipython(source, error.lineno or 1) or error.msg
            raise
        assert isinstance(tree, ast.Module)
        self._flags |= _future_flags(tree)
        last: ast.expr | None = None
        if tree.body and isinstance(tree.body[-1], ast.Expr) and not _ends_quietly(source):
            last = tree.body[-1].value
            tree.body.pop()
        flags = self._flags | _TOP_LEVEL_AWAIT
        yield compile(tree, filename, "exec", flags, True), False
        if last is not None:
            yield compile(ast.Expression(last), filename, "eval", flags, True), True

    def _execute(self, code: CodeType, shows: bool) -> None:
        assert self._loop is not None
        if code.co_flags & inspect.CO_COROUTINE:
            value = self._loop.wait(eval(code, self.namespace))
        else:
            value = self._loop.call(lambda: eval(code, self.namespace))
        if shows and value is not None:
            self.namespace["_"] = value
            self._display.send("result", *_bundle(value))

    def _show(
        self, *values: Any, display_id: Any = None, update: bool = False, **_: Any
    ) -> _Handle | None:
        """What cells call as ``display``."""
        name = f"chard-{next(self._ids)}" if display_id is True else display_id
        for value in values:
            data, metadata = _bundle(value)
            self._display.send("display", data, metadata, name, update)
        return None if name is None else _Handle(self, name)

    def _show_figures(self) -> None:
        pyplot = sys.modules.get("matplotlib.pyplot")
        if pyplot is None:
            return
        for number in pyplot.get_fignums():
            picture = io.BytesIO()
            figure = pyplot.figure(number)
            figure.savefig(picture, format="png", bbox_inches="tight")
            data = {"image/png": picture.getvalue(), "text/plain": repr(figure)}
            self._display.send("display", data, {})
        pyplot.close("all")


class _Handle:
    """What ``display(..., display_id=...)`` returns."""

    def __init__(self, shell: PlainShell, display_id: str) -> None:
        self._shell = shell
        self.display_id = display_id

    def display(self, value: Any) -> None:
        self._shell._show(value, display_id=self.display_id)

    def update(self, value: Any) -> None:
        self._shell._show(value, display_id=self.display_id, update=True)


def _bundle(value: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """What a value is shown as, by mime type, and metadata."""
    data: dict[str, Any] = {"text/plain": repr(value)}
    metadata: dict[str, Any] = {}
    if isinstance(value, type):
        return data, metadata
    whole = getattr(value, "_repr_mimebundle_", None)
    if callable(whole):
        bundle = whole(include=None, exclude=None)
        if isinstance(bundle, tuple):
            bundle, metadata = bundle
        data.update(bundle or {})
    for mime, method in _REPRESENTATIONS:
        represent = getattr(value, method, None)
        if callable(represent) and mime not in data:
            shown = represent()
            if isinstance(shown, tuple):
                shown, metadata[mime] = shown
            if shown is not None:
                data[mime] = shown
    return data, metadata


def _future_flags(tree: ast.Module) -> int:
    """Compiler flags of the cell's ``from __future__`` imports, which hold in later cells too."""
    import __future__

    flags = 0
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and node.module == "__future__":
            for alias in node.names:
                flags |= getattr(__future__, alias.name).compiler_flag
    return flags


def _ends_quietly(source: str) -> bool:
    """Whether the last token is ``;``."""
    skipped = (tokenize.ENDMARKER, tokenize.NL, tokenize.NEWLINE, tokenize.COMMENT)
    tokens: list[tokenize.TokenInfo] = list(tokenize.generate_tokens(io.StringIO(source).readline))
    for token in reversed(tokens):
        if token.type not in skipped:
            return token.string == ";"
    return False

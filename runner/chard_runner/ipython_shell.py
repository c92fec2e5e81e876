"""Cells as IPython runs them: magics, displays, figures, top-level await."""

from __future__ import annotations

import asyncio
import contextlib
import linecache
import os
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import IPython
import IPython.core.logger  # IPython imports it with the first cell: before the fork it costs once
from IPython.core.compilerop import CachingCompiler
from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from traitlets import Type
from traitlets.config import Config

from .cells import empty_lines_at_start, remember_source
from .ipython_lines import make_line_keeper
from .loop import CellLoop
from .shell import Display
from .streams import Wire


class _CellCompiler(CachingCompiler):
    """Compiles a cell under the name that says which cell it is."""

    def __init__(self) -> None:
        parent: Any = super()
        parent.__init__()
        self.filename: str | None = None
        self.source = ""

    def cache(self, transformed_code: str, number: int = 0, raw_code: str | None = None) -> str:
        if self.filename is not None and self.lines_before(raw_code or "") is not None:
            remember_source(self.filename, self.source)
            return self.filename
        name: str = super().cache(transformed_code, number, raw_code)
        return name

    def lines_before(self, part: str) -> int | None:
        """Lines of the cell before a part that ends it, None for code that is no such part.

        The body of a cell magic comes back to be run by itself, with a newline that the cell may
        not have.
        """
        whole, part = self.source.rstrip("\n"), part.rstrip("\n")
        before = whole[: len(whole) - len(part)]
        if not part or not whole.endswith(part) or not (before == "" or before.endswith("\n")):
            return None
        return before.count("\n")


class _DisplayHook(DisplayHook):
    """Sends the value of a cell's last expression."""

    def write_output_prompt(self) -> None:
        pass

    def write_format_data(
        self, format_dict: dict[str, Any], md_dict: dict[str, Any] | None = None
    ) -> None:
        shell: Any = self.shell
        shell.display.send("result", format_dict, md_dict)

    def finish_displayhook(self) -> None:
        self._is_active = False

    def log_output(self, format_dict: dict[str, Any]) -> None:
        """Keeps no second copy of what was shown."""


class _DisplayPublisher(DisplayPublisher):
    """Sends what ``display`` and figures publish."""

    def publish(
        self,
        data: dict[str, Any],
        metadata: dict[str, Any] | None = None,
        source: Any = None,
        *,
        transient: dict[str, Any] | None = None,
        update: bool = False,
        **_: Any,
    ) -> None:
        display_id = (transient or {}).get("display_id")
        shell: Any = self.shell
        shell.display.send("display", data, metadata, display_id, update)

    def clear_output(self, wait: bool = False) -> None:
        """Does nothing: what was sent is in the log of the run, and a log is not taken back."""


class _StepShell(InteractiveShell):
    displayhook_class = Type(_DisplayHook)
    display_pub_class = Type(_DisplayPublisher)
    compiler_class = _CellCompiler

    def __init__(self, **options: Any) -> None:
        self.display = Display()
        self.depth = 0
        self.body_error: BaseException | None = None
        parent: Any = super()
        parent.__init__(**options)
        self.input_transformer_manager = make_line_keeper()

    @property
    def cell_compiler(self) -> _CellCompiler:
        """IPython's ``compile``, which is of the class named above."""
        compiler: Any = self.compile
        assert isinstance(compiler, _CellCompiler)
        return compiler

    def atexit_operations(self) -> None:
        """As IPython's own, which fails where a cell has removed the working directory."""
        try:
            Path.cwd()
        except FileNotFoundError:
            os.chdir(os.sep)
        parent: Any = super()
        parent.atexit_operations()

    def transform_cell(self, raw_cell: str) -> str:
        """Puts empty lines in front, so that lines count as in the notebook's cell.

        IPython strips empty lines at the start, and hands the body of a cell magic back without the
        magic's line.
        """
        parent: Any = super()
        transformed: str = parent.transform_cell(raw_cell)
        before = self.cell_compiler.lines_before(raw_cell) or 0
        return "\n" * (before + empty_lines_at_start(raw_cell)) + transformed

    def run_cell(self, raw_cell: str, *arguments: Any, **options: Any) -> Any:
        """Keeps the error of a body that ``%%capture`` runs: IPython would show it and go on."""
        self.depth += 1
        try:
            parent: Any = super()
            result = parent.run_cell(raw_cell, *arguments, **options)
        finally:
            self.depth -= 1
        if self.depth > 0 and self.cell_compiler.lines_before(raw_cell) is not None:
            self.body_error = _error(result)
        return result

    def showtraceback(
        self,
        exc_tuple: Any = None,
        filename: str | None = None,
        tb_offset: int | None = None,
        exception_only: bool = False,
        running_compiled_code: bool = False,
    ) -> None:
        """Shows nothing for the error that ends the cell itself: that is the step's error."""
        error = exc_tuple[1] if exc_tuple is not None else sys.exc_info()[1]
        ends_cell = running_compiled_code or isinstance(error, (SystemExit, SyntaxError))
        if self.depth > 1 or not ends_cell:
            parent: Any = super()
            parent.showtraceback(
                exc_tuple, filename, tb_offset, exception_only, running_compiled_code
            )

    def showsyntaxerror(
        self, filename: str | None = None, running_compiled_code: bool = False
    ) -> None:
        if self.depth > 1 or running_compiled_code:
            parent: Any = super()
            parent.showsyntaxerror(filename, running_compiled_code)

    @contextlib.contextmanager
    def _tee(self, channel: str) -> Iterator[None]:
        """Keeps no copy of everything printed, as IPython 9 would."""
        yield

    def enable_gui(self, gui: str | None = None) -> None:
        if gui not in (None, "inline"):
            warnings.warn(
                f"a step has no screen: the {gui} event loop is not started", stacklevel=2
            )

    def ask_exit(self) -> None:
        """What ``exit`` and ``quit`` call."""
        raise SystemExit


class IPythonShell:
    """See :class:`~chard_runner.shell.Shell`."""

    def __init__(self, shell: _StepShell) -> None:
        self.ipython: str | None = IPython.__version__
        self.namespace: dict[str, Any] = shell.user_ns
        self._shell = shell
        self._loop: CellLoop | None = None

    def connect(self, wire: Wire) -> None:
        self._shell.display.attach(wire)
        self._loop = CellLoop()

    def rehearse(self) -> None:
        shell, compiler = self._shell, self._shell.cell_compiler
        compiler.filename = name = "<rehearsal>"
        compiler.source = source = "pass"
        shell.run_cell(source, silent=True)
        compiler.filename = shell.last_execution_result = None
        linecache.cache.pop(name)

    def run(self, cell: int, filename: str, source: str) -> BaseException | None:
        shell = self._shell
        shell.display.cell = cell
        shell.body_error = None
        compiler = shell.cell_compiler
        compiler.filename, compiler.source = filename, source
        try:
            error = self._execute(source) or shell.body_error
        except BaseException as escaped:
            error = escaped
        return error

    def _execute(self, source: str) -> BaseException | None:
        assert self._loop is not None
        shell = self._shell
        try:
            transformed, problem = shell.transform_cell(source), None
        except Exception:
            transformed, problem = source, sys.exc_info()
        if not shell.should_run_async(
            source, transformed_cell=transformed, preprocessing_exc_tuple=problem
        ):
            result = self._loop.call(lambda: shell.run_cell(source, store_history=True))
            return _error(result)
        coroutine = shell.run_cell_async(
            source,
            store_history=True,
            transformed_cell=transformed,
            preprocessing_exc_tuple=problem,
        )
        shell.depth += 1
        try:
            result = self._loop.wait(coroutine)
            self._loop.call(lambda: shell.events.trigger("post_execute"))
            self._loop.call(lambda: shell.events.trigger("post_run_cell", result))
        finally:
            shell.depth -= 1
        error = _error(result)
        # An interrupt reaches a waiting cell as a cancellation.
        if self._loop.interrupted and isinstance(error, asyncio.CancelledError):
            return KeyboardInterrupt().with_traceback(error.__traceback__)
        return error


def _error(result: Any) -> BaseException | None:
    error: BaseException | None = result.error_before_exec or result.error_in_exec
    return error


def make_ipython_shell(main: ModuleType) -> IPythonShell:
    """The shell, with ``main`` as ``__main__``. No history on disk: steps run side by side."""
    config = Config()
    config.HistoryManager.enabled = False
    config.HistoryManager.hist_file = ":memory:"
    colours = "nocolor" if IPython.version_info[0] >= 9 else "NoColor"
    config.InteractiveShell.colors = colours
    shell = _StepShell.instance(config=config, user_module=main)
    # What IPython says at sys.exit is meant for somebody at a prompt.
    warnings.filterwarnings("ignore", message="To exit: use", category=UserWarning)
    # What IPython makes at its first cell is made here, where a fork server shares it.
    shell.transform_cell("1")
    return IPythonShell(shell)

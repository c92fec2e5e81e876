"""Cells as IPython runs them: magics, displays, figures, top-level await."""

from __future__ import annotations

import asyncio
import sys
import warnings
from types import ModuleType
from typing import Any, Dict, List, Optional, Tuple

import IPython
from IPython.core.compilerop import CachingCompiler
from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.inputtransformer2 import TransformerManager
from IPython.core.interactiveshell import InteractiveShell
from traitlets import Type
from traitlets.config import Config

from .cells import remember_source
from .loop import CellLoop
from .shell import Display
from .streams import Wire


class _LineKeeper(TransformerManager):  # type: ignore[misc]
    """Keeps line numbers: a magic over several lines becomes one line and as many empty ones."""

    def do_one_token_transform(self, lines: List[str]) -> Tuple[bool, List[str]]:
        changed, new = super().do_one_token_transform(lines)
        missing = len(lines) - len(new)
        if changed and missing > 0:
            at = next((i for i, line in enumerate(new) if line != lines[i]), len(new) - 1)
            new = [*new[: at + 1], *["\n"] * missing, *new[at + 1 :]]
        return changed, new


class _CellCompiler(CachingCompiler):  # type: ignore[misc]
    """Compiles a cell under the name that says which cell it is."""

    def __init__(self) -> None:
        super().__init__()
        self.filename: Optional[str] = None
        self.source = ""

    def cache(self, transformed_code: str, number: int = 0, raw_code: Optional[str] = None) -> str:
        # The body of a cell magic is compiled for itself; it ends as the cell does.
        if self.filename is not None and raw_code and self.source.endswith(raw_code):
            remember_source(self.filename, self.source)
            return self.filename
        name: str = super().cache(transformed_code, number, raw_code)
        return name


class _DisplayHook(DisplayHook):  # type: ignore[misc]
    """Sends the value of a cell's last expression."""

    def write_output_prompt(self) -> None:
        pass

    def write_format_data(
        self, format_dict: Dict[str, Any], md_dict: Optional[Dict[str, Any]] = None
    ) -> None:
        self.shell.display.send("result", format_dict, md_dict)

    def finish_displayhook(self) -> None:
        self._is_active = False


class _DisplayPublisher(DisplayPublisher):  # type: ignore[misc]
    """Sends what ``display`` and figures publish."""

    def publish(
        self,
        data: Dict[str, Any],
        metadata: Optional[Dict[str, Any]] = None,
        source: Any = None,
        *,
        transient: Optional[Dict[str, Any]] = None,
        update: bool = False,
        **_: Any,
    ) -> None:
        display_id = (transient or {}).get("display_id")
        self.shell.display.send("display", data, metadata, display_id, update)

    def clear_output(self, wait: bool = False) -> None:
        """Does nothing: what was sent is in the log of the run, and a log is not taken back."""


class _StepShell(InteractiveShell):  # type: ignore[misc]
    displayhook_class = Type(_DisplayHook)
    display_pub_class = Type(_DisplayPublisher)
    compiler_class = _CellCompiler

    def __init__(self, **options: Any) -> None:
        self.display = Display()
        self.depth = 0
        super().__init__(**options)
        self.input_transformer_manager = _LineKeeper()

    def transform_cell(self, raw_cell: str) -> str:
        """Puts empty lines in front, so that lines count as in the notebook's cell.

        IPython strips empty lines at the start, and hands the body of a cell magic back without the
        magic's line.
        """
        transformed: str = super().transform_cell(raw_cell)
        source = self.compile.source
        before = 0
        if raw_cell and source.endswith(raw_cell):
            before = source[: len(source) - len(raw_cell)].count("\n")
        return "\n" * (before + _empty_lines(raw_cell)) + transformed

    def run_cell(self, *arguments: Any, **options: Any) -> Any:
        self.depth += 1
        try:
            return super().run_cell(*arguments, **options)
        finally:
            self.depth -= 1

    def showtraceback(
        self,
        exc_tuple: Any = None,
        filename: Optional[str] = None,
        tb_offset: Optional[int] = None,
        exception_only: bool = False,
        running_compiled_code: bool = False,
    ) -> None:
        """Shows nothing for the error that ends the cell itself: that is the step's error."""
        error = exc_tuple[1] if exc_tuple is not None else sys.exc_info()[1]
        ends_cell = running_compiled_code or isinstance(error, (SystemExit, SyntaxError))
        if self.depth > 1 or not ends_cell:
            super().showtraceback(
                exc_tuple, filename, tb_offset, exception_only, running_compiled_code
            )

    def showsyntaxerror(
        self, filename: Optional[str] = None, running_compiled_code: bool = False
    ) -> None:
        if self.depth > 1 or running_compiled_code:
            super().showsyntaxerror(filename, running_compiled_code)

    def enable_gui(self, gui: Optional[str] = None) -> None:
        if gui not in (None, "inline"):
            warnings.warn(f"a step has no screen: the {gui} event loop is not started", stacklevel=2)

    def ask_exit(self) -> None:
        """What ``exit`` and ``quit`` call."""
        raise SystemExit


def _empty_lines(source: str) -> int:
    count = 0
    for line in source.split("\n")[:-1]:
        if line.strip():
            break
        count += 1
    return count if source.strip() else 0


class IPythonShell:
    """See :class:`~chard_runner.shell.Shell`."""

    def __init__(self, shell: _StepShell) -> None:
        self.ipython: Optional[str] = IPython.__version__
        self.namespace: Dict[str, Any] = shell.user_ns
        self._shell = shell
        self._loop: Optional[CellLoop] = None

    def connect(self, wire: Wire) -> None:
        self._shell.display.wire = wire
        self._loop = CellLoop()

    def run(self, cell: int, filename: str, source: str) -> Optional[BaseException]:
        shell = self._shell
        shell.display.cell = cell
        shell.compile.filename, shell.compile.source = filename, source
        try:
            error = self._execute(source)
        except BaseException as escaped:
            error = escaped
        if isinstance(error, SyntaxError) and error.filename and error.filename.startswith("<string"):
            error.filename = filename
        return error

    def _execute(self, source: str) -> Optional[BaseException]:
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


def _error(result: Any) -> Optional[BaseException]:
    error: Optional[BaseException] = result.error_before_exec or result.error_in_exec
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
    return IPythonShell(shell)

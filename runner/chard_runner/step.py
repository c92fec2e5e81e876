"""The step's process: runs the prologue and the step's cells and keeps what they leave."""

from __future__ import annotations

import atexit
import builtins
import contextlib
import faulthandler
import gc
import getpass
import importlib
import importlib.util
import io
import os
import platform
import signal
import sys
import threading
import traceback
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from . import metrics, overlay, processes, streams, threads
from .cells import cell_filename
from .files import MAX_FILES, FileWatch
from .hidden_state import HiddenState
from .protocol import RunnerValue, StepError, StepSpec, TouchedFiles
from .rehearsal import rehearse_step
from .shell import Shell, make_shell, refuse_input
from .streams import Wire
from .tracebacks import Reader
from .values import GroupReference, ReadResult, StoredValue, ValueReadError, ValueSession

if TYPE_CHECKING:
    from .step_pipes import StepPipes


@dataclass(frozen=True)
class Prepared:
    """What a fork server made ready before it forked."""

    shell: Shell
    #: Top-level names of installed modules that it imported.
    modules: frozenset[str]
    #: Libraries whose thread counts have to be given back.
    libraries: list[str]


#: None in a fresh process.
prepared: Prepared | None = None


_BUFFERED = (io.TextIOWrapper, io.BufferedWriter, io.BufferedRandom)


class StepFailed(Exception):
    """The step cannot go on; carries what the person is told."""

    def __init__(self, error: StepError) -> None:
        super().__init__(error["message"])
        self.error = error


def main(pipes: StepPipes) -> int:
    """Make this process ready, wait for the step, run it and tell the supervisor how it went.

    :returns: the process's exit code: 0 also where the step failed, as that has been told.
    """
    wire = _connect(pipes)
    shell = make_shell() if prepared is None else prepared.shell
    shell.connect(wire)
    metrics.connect(wire)
    if prepared is not None:
        _reseed()
        threads.restore(prepared.libraries)
        if not pipes.has_order():
            rehearse_step(shell)
    spec = pipes.receive_order()
    return 0 if spec is None else _execute(spec, wire, shell)


def _execute(spec: StepSpec, wire: Wire, shell: Shell) -> int:
    reader = Reader(spec.notebook)
    error: StepError | None = None
    values: list[RunnerValue] = []
    watch: FileWatch | None = None
    try:
        _enter(spec)
        watch = FileWatch(spec.store)
        values = _Step(spec, wire, reader, shell).run()
    except StepFailed as failed:
        error = failed.error
    except KeyboardInterrupt as interrupt:
        error = reader.describe(interrupt, None)
    except BaseException as unexpected:
        error = _runner_error(unexpected)
    _uninterruptible()
    wire.send("@result", {"error": error, "values": values})
    _run_exit_handlers()
    wire.send("@files", _touched(watch, wire))
    _say_goodbye(wire)
    return 0


def _say_goodbye(wire: Wire) -> None:
    """Where nothing can happen any more but the end of this process, which takes the system as long
    as many a step does, its supervisor need not wait for it."""
    if processes.LINUX and processes.thread_count() == 1 and not processes.children():
        wire.send("@leaving", asdict(processes.usage()))


def _connect(pipes: StepPipes) -> Wire:
    """Take the places of stdin, stdout and stderr, and catch crashes."""
    null = os.open(os.devnull, os.O_RDONLY)
    for source, target in ((null, 0), (pipes.step_stdout, 1), (pipes.step_stderr, 2)):
        os.dup2(source, target)
    os.close(null)
    faulthandler.enable(pipes.fault, all_threads=False)
    wire = Wire(pipes.step_messages, pipes.step_stdout, pipes.step_stderr, pipes.token)
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115
    streams.install(wire)
    # What code reaches under these names goes to the descriptors, and so to the supervisor too.
    for name, descriptor in (("__stdout__", 1), ("__stderr__", 2)):
        raw = io.FileIO(descriptor, "w", closefd=False)
        stream = io.TextIOWrapper(
            io.BufferedWriter(raw), encoding="utf-8", errors="backslashreplace", line_buffering=True
        )
        setattr(sys, name, stream)
    signal.signal(signal.SIGINT, wire.interrupt)
    if not processes.LINUX:
        _die_at_end_of(pipes.step_lifeline)
    return wire


def _die_at_end_of(lifeline: int) -> None:
    """Where the system does not kill a step whose supervisor died, a thread notices it."""

    def wait() -> None:
        os.read(lifeline, 1)
        os.killpg(0, signal.SIGKILL)

    threading.Thread(target=wait, name="chard-lifeline", daemon=True).start()


def _uninterruptible() -> None:
    """From here on the result is on its way, and an interrupt would only tear it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _enter(spec: StepSpec) -> None:
    """The process as a kernel in the notebook's folder has it."""
    os.environ.update(spec.environment)
    if prepared is not None and any(name.endswith("_NUM_THREADS") for name in spec.environment):
        threads.restore(prepared.libraries)
    os.environ[processes.MARK] = spec.mark
    if "MPLBACKEND" not in os.environ:
        os.environ["MPLBACKEND"] = figure_backend()
    os.environ.setdefault("PAGER", "cat")
    os.environ.setdefault("GIT_PAGER", "cat")
    if spec.overlays or spec.mounts:
        try:
            overlay.enter(spec.overlays, spec.mounts)
        except (overlay.OverlayError, OSError) as error:
            message = f"The step's own view of its folders cannot be made: {error}"
            raise StepFailed(_error("workspace", "Workspace", message)) from error
    try:
        os.chdir(spec.directory)
    except OSError as error:
        message = f"The notebook's folder cannot be entered: {error}"
        raise StepFailed(_error("directory", type(error).__name__, message)) from error
    sys.argv = [""]
    # As a kernel has it: the working directory after the standard library, before installed
    # packages.
    at = next((i for i, path in enumerate(sys.path) if _installed(path)), 0)
    sys.path.insert(at, "")
    if prepared is not None:
        _forget_shadowed(prepared.modules)
    for module, name in ((builtins, "input"), (getpass, "getpass")):
        setattr(module, name, refuse_input)


def _installed(path: str) -> bool:
    return Path(path).name in ("site-packages", "dist-packages")


def figure_backend() -> str:
    """Matplotlib's backend: figures inline with IPython, else pictures without a screen."""
    if importlib.util.find_spec("IPython") and importlib.util.find_spec("matplotlib_inline"):
        return "module://matplotlib_inline.backend_inline"
    return "agg"


def _reseed() -> None:
    """Steps of one fork server must not draw the same random numbers, as fresh processes do not.

    Python reseeds ``random`` after a fork; NumPy does not. PyTorch starts from a fixed seed anyway.
    """
    numpy_random: Any = sys.modules.get("numpy.random")
    if numpy_random is not None:
        numpy_random.seed()


def _forget_shadowed(modules: frozenset[str]) -> None:
    """A module of the notebook's folder goes before an installed one that was imported already."""
    shadowed = modules & {path.name.partition(".")[0] for path in Path().iterdir()}
    if shadowed:
        for name in [name for name in sys.modules if name.partition(".")[0] in shadowed]:
            del sys.modules[name]


class _Step:
    """One execution, from the first prologue cell to the stored values."""

    def __init__(self, spec: StepSpec, wire: Wire, reader: Reader, shell: Shell) -> None:
        self._spec = spec
        self._wire = wire
        self._reader = reader
        self._shell = shell
        self._names: dict[str, Any] = self._shell.namespace
        self._session = ValueSession(self._names, store=spec.store, scope=spec.step)
        self._hidden = HiddenState(spec.secretNames)
        self._came_in: set[str] = set()
        self._inputs: tuple[str, ...] = ()

    def run(self) -> list[RunnerValue]:
        """Run all of it.

        :raises StepFailed: with what to tell.
        """
        spec = self._spec
        version = platform.python_version()
        self._send("started", pid=os.getpid(), python=version, ipython=self._shell.ipython)
        for cell in spec.prologue:
            self._run_cell(cell.cell, cell.source)
        for statement in spec.imports:
            self._import_again(statement.statement)
        self._wire.send("prologue-done", None)
        self._bind_inputs()
        for code in spec.cells:
            self._run_cell(code.cell, code.source)
        for metric in spec.metrics:
            error = metrics.evaluate(metric, self._names, spec.notebook, self._wire, self._reader)
            if error is not None:
                raise StepFailed(error)
        return self._keep()

    def _run_cell(self, cell: int, source: str) -> None:
        self._send("cell-started", cell=cell)
        error = self._shell.run(cell, cell_filename(self._spec.notebook, cell), source)
        if not self._wire.attached:
            _end_fork()
        self._send("cell-finished", cell=cell, ok=error is None)
        if error is not None:
            raise StepFailed(self._reader.describe(error, cell))

    def _import_again(self, statement: str) -> None:
        try:
            exec(compile(statement, "<import of an earlier step>", "exec"), self._names)
        except Exception as error:
            described = self._reader.describe(error, None)
            described["message"] = (
                f"`{statement}`, run again from an earlier step: " + (described["message"])
            )
            raise StepFailed(described) from error

    def _bind_inputs(self) -> None:
        """First the state that has no name, then the names: reading them may import modules."""
        self._session.prologue_done()
        self._came_in = set(self._names)
        for warning in self._hidden.begin(self._read(reserved=True).reserved):
            self._warn("hidden-state", warning)
        self._inputs = self._read(reserved=False).bound
        self._came_in.update(self._inputs)

    def _read(self, *, reserved: bool) -> ReadResult:
        references = []
        for group in self._spec.inputs:
            names = tuple(name for name in group.names if name.startswith("@") == reserved)
            if names:
                references.append(GroupReference(group.group, names))
        try:
            return self._session.read(references)
        except ValueReadError as error:
            message = f"The step's inputs cannot be read: {error}"
            raise StepFailed(_error("values", type(error).__name__, message)) from error

    def _keep(self) -> list[RunnerValue]:
        """Store what the step leaves.

        What came in is looked at too, asked for or not: a step may change a value under another
        name, or through a function, where no analysis sees it.
        """
        spec = self._spec
        wanted = dict.fromkeys([*spec.outputs, *spec.leaves, *self._inputs])
        present = [name for name in wanted if name in self._names]
        required = [name for name in present if name in spec.outputs]
        hidden = self._hidden.changed()
        self._hidden.close()
        written = self._session.write(
            required,
            [name for name in present if name not in spec.outputs],
            keep_bytes=spec.keepBytes,
            reserved=hidden.items,
        )
        for name in hidden.withheld:
            message = f"The environment variable {name} holds a secret: its change is not passed on"
            self._warn("secret-withheld", message)
        if written.refused:
            first = written.refused[0]
            message = "\n".join(str(refusal) for refusal in written.refused)
            raise StepFailed(_error(first.code, first.type, message))
        values = [_runner_value(value) for value in written.values]
        return [*values, *(self._absent(name) for name in wanted if name not in self._names)]

    def _warn(self, code: str, message: str) -> None:
        self._send("warning", code=code, message=message, cell=None)

    def _absent(self, name: str) -> RunnerValue:
        why = "deleted by the step" if name in self._came_in else "not bound by the step"
        return RunnerValue(
            name=name,
            digest="",
            group=None,
            bytes=0,
            type="",
            repr="",
            globals=[],
            refused=why,
            unchanged=False,
        )

    def _send(self, kind: str, **fields: Any) -> None:
        self._wire.send(kind, {"type": kind, **fields})


def _end_fork() -> NoReturn:
    """A child that the cell forked has come to the cell's end: the rest is its parent's to run."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(Exception):
            stream.flush()
    os._exit(0)


def _runner_value(value: StoredValue) -> RunnerValue:
    message = RunnerValue(
        name=value.name,
        digest=value.digest,
        group=value.group,
        bytes=value.bytes,
        type=value.type,
        repr=value.repr,
        globals=list(value.globals),
        refused=None if value.refusal is None else str(value.refusal),
        unchanged=value.unchanged,
    )
    if value.shape is not None:
        message["shape"] = list(value.shape)
    return message


def _error(code: str, kind: str, message: str) -> StepError:
    return StepError(code=code, type=kind, message=message, cell=None, line=None, traceback=[])


def _runner_error(error: BaseException) -> StepError:
    """A fault of the runner itself: everything that helps to find it."""
    described = _error("runner", type(error).__name__, f"The runner failed: {error}")
    described["traceback"] = traceback.format_exception(type(error), error, error.__traceback__)
    return described


def _run_exit_handlers() -> None:
    """What a kernel does at its end: exit handlers run, and files left open are flushed.

    The interpreter itself is not taken down: that takes longer than many steps, and native code
    that crashes in it must not fail a step whose result is there.
    """
    atexit._run_exitfuncs()
    # Not `isinstance` with io.IOBase: asking an abstract class costs ten times as much.
    for file in [thing for thing in gc.get_objects() if isinstance(thing, _BUFFERED)]:
        # A file that cannot be flushed (its disk is full, its pipe is closed) would be lost in a
        # kernel too.
        with contextlib.suppress(Exception):
            if not file.closed:
                file.flush()


def _touched(watch: FileWatch | None, wire: Wire) -> TouchedFiles:
    if watch is None:
        return {"read": [], "written": []}
    touched = watch.touched()
    if watch.incomplete:
        message = f"Not all files that the step touched are known (at most {MAX_FILES} of a kind)"
        warning = {"type": "warning", "code": "files-incomplete", "message": message, "cell": None}
        wire.send("warning", warning)
    return touched

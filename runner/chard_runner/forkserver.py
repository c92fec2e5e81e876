"""Imports what steps need once, and forks a supervisor for each step: ``python -m
chard_runner.forkserver``.

It reads commands on its standard input and answers on its standard output, one JSON document a
line. It imports installed modules only, never runs a cell, and forks only while it has one
thread. The end of its input ends it and, with it, every step that it started. Where it is killed
itself, its steps run on: each has its own supervisor and its own connection to the engine.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import importlib.machinery
import importlib.util
import os
import resource  # noqa: F401  # os.wait4 imports it: once here, not in every supervisor
import selectors
import signal
import site
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

from . import files, processes, startup, step, supervisor, threads
from .protocol import Preload, ProtocolError, Spawn, encode, read_fork_server_command
from .rehearsal import rehearse_step, rehearse_supervision
from .shell import make_shell

_MAX_CAPTURED = 2000


class ForkServer:
    """One fork server.

    :param commands: descriptor of the engine's commands.
    :param answers: descriptor of the answers.
    :param wakeup: becomes readable when a child ends or this process is to end.
    """

    def __init__(self, commands: int, answers: int, wakeup: int) -> None:
        self._commands = commands
        self._answers = answers
        self._wakeup = wakeup
        self._received = b""
        self._supervisors: set[int] = set()
        self._why_not: str | None = "the fork server has not preloaded anything yet"
        self._open = True

    def serve(self) -> None:
        """Answer commands until the input ends, then end all steps."""
        os.set_blocking(self._commands, False)
        with selectors.DefaultSelector() as selector:
            selector.register(self._commands, selectors.EVENT_READ)
            selector.register(self._wakeup, selectors.EVENT_READ)
            while self._open:
                for key, _ in selector.select():
                    if key.fd == self._commands:
                        self._read()
                    else:
                        self._on_signals()
        self._end_steps()

    def _read(self) -> None:
        try:
            data = os.read(self._commands, 1 << 20)
        except BlockingIOError:
            return
        if not data:
            self._open = False
        *lines, self._received = (self._received + data).split(b"\n")
        for line in lines:
            self._obey(line)

    def _obey(self, line: bytes) -> None:
        try:
            command = read_fork_server_command(line)
        except ProtocolError as error:
            self._answer("error", token=None, message=str(error))
            return
        if isinstance(command, Preload):
            self._preload(command)
        else:
            self._spawn(command)

    def _preload(self, command: Preload) -> None:
        failed = preload(command.modules)
        self._why_not = why_not_fork()
        if step.prepared is not None:
            rehearse_supervision()
            rehearse_step(step.prepared.shell)
        # What is here now is shared by all steps: the collector shall not write into it.
        gc.collect()
        gc.freeze()
        self._answer(
            "ready",
            pid=os.getpid(),
            forks=self._why_not is None,
            why=self._why_not,
            failed=failed,
        )

    def _spawn(self, command: Spawn) -> None:
        if self._why_not is None:
            self._why_not = why_not_fork()
        if self._why_not is not None:
            message = f"steps cannot be forked: {self._why_not}"
            self._answer("error", token=command.token, message=message)
            return
        try:
            pid = os.fork()
        except OSError as error:
            self._answer("error", token=command.token, message=f"no process can be made: {error}")
            return
        if pid == 0:
            supervisor.run_forked(command.socket, command.token, self._become_supervisor)
        self._supervisors.add(pid)
        self._answer("spawned", token=command.token, pid=pid)

    def _become_supervisor(self) -> None:
        """In the forked child: leave what is the server's alone."""
        signal.set_wakeup_fd(-1)
        os.setsid()
        null = os.open(os.devnull, os.O_RDWR)
        for descriptor in (self._commands, self._answers, self._wakeup):
            os.dup2(null, descriptor, inheritable=False)
        os.close(null)

    def _answer(self, kind: str, **fields: Any) -> None:
        data = encode({"type": kind, **fields}) + b"\n"
        while data:
            data = data[os.write(self._answers, data) :]

    def _on_signals(self) -> None:
        if signal.SIGTERM in os.read(self._wakeup, 4096):
            self._open = False
        self._reap()
        self._kill_strays()

    def _reap(self) -> bool:
        """Collect what has ended; False when no child is left."""
        with contextlib.suppress(ChildProcessError):
            while True:
                pid, _status = os.waitpid(-1, os.WNOHANG)
                if pid == 0:
                    return True
                self._supervisors.discard(pid)
        return False

    def _kill_strays(self) -> None:
        """What a killed supervisor left behind has become this process's child: it goes too."""
        for stray in processes.children() - self._supervisors:
            processes.kill_all([stray, *processes.descendants(stray)])

    def _end_steps(self) -> None:
        while True:
            processes.kill_all(processes.descendants(os.getpid()))
            if not self._reap():
                return
            with selectors.DefaultSelector() as selector:
                selector.register(self._wakeup, selectors.EVENT_READ)
                if selector.select(0.05):
                    os.read(self._wakeup, 4096)


def why_not_fork() -> str | None:
    """Why forking would not be safe now, or None where it is."""
    if not processes.LINUX:
        return "forking is only safe on Linux"
    count = processes.thread_count()
    return None if count == 1 else f"a preloaded module started threads: there are {count}"


def preload(modules: tuple[str, ...]) -> dict[str, str]:
    """Import installed modules, and make IPython ready; why those failed that did, by name."""
    if "MPLBACKEND" not in os.environ:
        os.environ["MPLBACKEND"] = step.figure_backend()
    failed = {}
    with _installed_only(), threads.single_threaded():
        shell = make_shell()
        for name in modules:
            problem = _import(name)
            if problem is not None:
                failed[name] = problem
    installed = {name.partition(".")[0] for name in sys.modules if _outside_library(name)}
    step.prepared = step.Prepared(shell, frozenset(installed), threads.loaded_libraries())
    files.library_folders()
    return failed


def _import(name: str) -> str | None:
    with tempfile.TemporaryFile() as captured, _output_to(captured.fileno()):
        try:
            if importlib.util.find_spec(name.partition(".")[0]) is None:
                return "it is not an installed module"
            importlib.import_module(name)
        except BaseException as error:
            captured.seek(0)
            said = captured.read(_MAX_CAPTURED).decode("utf-8", "replace").strip()
            return f"{type(error).__name__}: {error}" + (f"\n{said}" if said else "")
    return None


@contextlib.contextmanager
def _output_to(descriptor: int) -> Iterator[None]:
    """Whatever is printed goes to a descriptor; the answers have one of their own."""
    saved = [os.dup(1), os.dup(2)]
    try:
        os.dup2(descriptor, 1)
        os.dup2(descriptor, 2)
        yield
    finally:
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(ValueError, OSError):
                stream.flush()
        for target, original in zip((1, 2), saved):
            os.dup2(original, target)
            os.close(original)


@contextlib.contextmanager
def _installed_only() -> Iterator[None]:
    """Only the standard library, installed packages and the runner can be imported.

    Finders of editable installations are left out too: what they find is being worked on.
    """
    path, finders = list(sys.path), list(sys.meta_path)
    folders = _installed_folders()
    plain = (
        importlib.machinery.BuiltinImporter,
        importlib.machinery.FrozenImporter,
        importlib.machinery.PathFinder,
    )
    sys.path[:] = [entry for entry in path if entry and Path(entry).resolve() in folders]
    sys.meta_path[:] = [finder for finder in finders if finder in plain]
    try:
        yield
    finally:
        sys.path[:] = path
        # Finders that imported modules have put in front stay.
        sys.meta_path[:] = [f for f in sys.meta_path if f not in plain] + finders


def _installed_folders() -> set[Path]:
    names = ("stdlib", "platstdlib", "purelib", "platlib")
    paths = [sysconfig.get_path(name) for name in names]
    paths += [*site.getsitepackages(), site.getusersitepackages()]
    paths += [entry for entry in sys.path if entry.endswith(("lib-dynload", ".zip"))]
    return {Path(path).resolve() for path in paths} | {Path(__file__).resolve().parent.parent}


def _outside_library(name: str) -> bool:
    file = getattr(sys.modules.get(name), "__file__", None)
    return file is not None and any(
        part in Path(file).parts for part in ("site-packages", "dist-packages")
    )


def main() -> NoReturn:
    """Serve; the process ends without the interpreter's clean-up, which is not worth the wait."""
    startup.leave_start_folder()
    commands, answers = os.dup(0), os.dup(1)
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    os.dup2(2, 1)
    processes.become_subreaper()
    wakeup = supervisor.watch_signals()
    code = 1
    try:
        ForkServer(commands, answers, wakeup).serve()
        code = 0
    finally:
        if sys.exc_info()[0] is not None:
            import traceback

            traceback.print_exc()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    main()

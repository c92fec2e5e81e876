"""The process above a step's process: ``python -m chard_runner.supervisor --socket PATH``.

Forked by the fork server or started afresh, with the token as the first line on its standard input.
It connects to the engine and forks the step's process, which makes itself ready until the engine
says what to run. It passes on what the step says, enforces its timeout, and in the end takes the
step's whole process tree along, whoever dies first. Then it ends, or does the same for another
step where the engine wants it to stay. One thread, one loop, nothing that blocks.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import pickle
import secrets
import select
import selectors
import signal
import socket
import sys
import tempfile
import time
import traceback
from pathlib import Path
from typing import Any, Callable, NoReturn

from . import processes, startup
from .deaths import Death, OutOfMemoryCounter, explain
from .overlay import opaque_folders
from .protocol import (
    Cancel,
    ProtocolError,
    Resources,
    Run,
    RunnerValue,
    StepError,
    StepSpec,
    TouchedFiles,
    read_supervisor_command,
)
from .rehearsal import rehearse_supervision
from .relay import Outbox, Relay

#: Seconds between the interrupt of a step whose time is over and its death: enough for a traceback.
TIMEOUT_GRACE_SECONDS = 3.0
#: Seconds that exit handlers may take after a step's result is there.
EXIT_GRACE_SECONDS = 10.0
#: Seconds after which processes that do not even die of SIGKILL are left behind.
KILL_PATIENCE_SECONDS = 10.0
#: Bytes on their way to the engine at which the step has to wait.
_MAX_UNSENT_BYTES = 8 * 1024 * 1024
_PIPE_BYTES = 1024 * 1024
#: Memory that a step's process may still have while the next step begins.
_SMALL_BYTES = 512 * 1024 * 1024


class StepPipes:
    """The descriptors between supervisor and step."""

    def __init__(self) -> None:
        self.messages, self.step_messages = os.pipe()
        self.stdout, self.step_stdout = os.pipe()
        self.stderr, self.step_stderr = os.pipe()
        #: The step waits for its end: it comes when the supervisor dies, where nothing else tells.
        self.step_lifeline, self.lifeline = os.pipe()
        #: A byte says that the order is in its file; the end, that there will be none.
        self.step_order, self.order = os.pipe()
        self._order = _unlinked_file()
        self.fault = _unlinked_file()
        self.token = secrets.token_hex(8)
        for descriptor in (self.messages, self.stdout, self.stderr):
            os.set_blocking(descriptor, False)
            _widen(descriptor)

    def close_supervisor_side(self) -> None:
        for descriptor in (self.messages, self.stdout, self.stderr, self.lifeline, self.order):
            os.close(descriptor)

    def close(self) -> None:
        """In the supervisor, after the end of the step that got its order."""
        for descriptor in (self.messages, self.stdout, self.stderr, self.lifeline, self.fault):
            os.close(descriptor)

    def close_step_side(self) -> None:
        ours = (self.step_messages, self.step_stdout, self.step_stderr, self.step_lifeline)
        for descriptor in (*ours, self.step_order):
            os.close(descriptor)

    def send_order(self, spec: StepSpec) -> None:
        """Tell the step's process what to do. Never waits, whatever that process is doing."""
        with os.fdopen(self._order, "wb") as file:
            pickle.dump(spec, file, protocol=4)
        # The process may have died meanwhile: how, is found out where it is waited for.
        with contextlib.suppress(BrokenPipeError):
            os.write(self.order, b"\n")
        os.close(self.order)

    def has_order(self) -> bool:
        """In the step's process: whether there is no more waiting."""
        return _is_readable(self.step_order)

    def receive_order(self) -> StepSpec | None:
        """In the step's process: wait for what to do; None where the supervisor goes away."""
        told = os.read(self.step_order, 1)
        os.close(self.step_order)
        if not told:
            return None
        with os.fdopen(self._order, "rb") as file:
            file.seek(0)
            spec: StepSpec = pickle.load(file)
        return spec


def _unlinked_file() -> int:
    if hasattr(os, "memfd_create"):
        return os.memfd_create("chard-fault")
    with tempfile.TemporaryFile() as file:
        return os.dup(file.fileno())


def _is_readable(source: int | socket.socket) -> bool:
    return bool(select.select([source], [], [], 0)[0])


def _widen(pipe: int) -> None:
    """A larger pipe lets a step that prints a lot run on; where it is refused the default does."""
    if processes.LINUX:
        import fcntl

        with contextlib.suppress(OSError):
            fcntl.fcntl(pipe, 1031, _PIPE_BYTES)  # F_SETPIPE_SZ, which `fcntl` names from 3.10 on


class Supervisor:
    """Executes one step.

    :param engine: the connection to the engine, after the token.
    :param received: bytes that came behind the ``run`` command.
    :param wakeup: from :func:`watch_signals`.
    :param step: the process that waits for this step.
    """

    def __init__(
        self,
        engine: socket.socket,
        received: bytes,
        command: Run,
        wakeup: int,
        outbox: Outbox,
        step: WaitingStep,
    ) -> None:
        self._engine = engine
        self._received = received
        self._spec = command.spec
        self._is_to_stay = command.stay
        self._timeout = command.timeoutSeconds
        self._wakeup = wakeup
        self._started = time.monotonic()
        self._outbox = outbox
        self._step = step.pid
        self._pipes = step.pipes
        self._relay = Relay(
            self._outbox,
            self._pipes.messages,
            self._pipes.stdout,
            self._pipes.stderr,
            self._pipes.token,
            command.spec.outputLimitBytes,
            self._on_message,
        )
        self._usage = processes.Usage()
        self._memory = OutOfMemoryCounter()
        self._status: int | None = None
        self._owner_gone = False
        self._result: dict[str, Any] | None = None
        self._files: TouchedFiles = {"read": [], "written": []}
        self._cancelled = False
        self._timed_out = False
        self._killed_by_us = False
        self._interrupted_cell: int | None = None
        self._kill_at: float | None = None
        self._exit_by: float | None = None
        self._has_left = False
        self._is_leaving = False
        self._stays = False

    def run(self) -> bytes | None:
        """Run the step to its end and say so; on return no process of it is left.

        :returns: what has been received for another step; None where there will be none: it is not
            wanted, the engine is gone, this step did not succeed, or a process of it does not end.
        """
        self._pipes.send_order(self._spec)
        # What came together with the command to run, and what happened before it.
        self._obey()
        self._reap()
        while self._status is None and not self._owner_gone and not self._is_leaving:
            self._turn()
        died_in = self._relay.cell
        if not self._is_leaving:
            self._end_tree()
        if self._owner_gone:
            return None
        self._relay.finish()
        self._finish(died_in)
        self._send_rest()
        if self._is_leaving and not self._see_off():
            return None
        self._pipes.close()
        return self._received if self._stays else None

    def _turn(self) -> None:
        """Wait for something to happen or to be due, and do what has to be done."""
        full = len(self._outbox.buffer) > _MAX_UNSENT_BYTES
        with selectors.DefaultSelector() as selector:
            wanted = selectors.EVENT_READ
            if self._outbox.buffer:
                wanted |= selectors.EVENT_WRITE
            selector.register(self._engine, wanted)
            selector.register(self._wakeup, selectors.EVENT_READ)
            for descriptor in () if full else self._relay.descriptors():
                selector.register(descriptor, selectors.EVENT_READ)
            for key, events in selector.select(self._patience()):
                if key.fd == self._wakeup:
                    self._on_signals()
                elif key.fd != self._engine.fileno():
                    self._relay.read(key.fd)
                elif events & selectors.EVENT_READ:
                    self._on_engine()
        self._act_on_time()
        self._send()

    def _patience(self) -> float | None:
        end = None
        if self._timeout is not None and not self._stopping and self._result is None:
            end = self._started + self._timeout
        due = [self._outbox.due(), self._kill_at, self._exit_by, end]
        times = [moment for moment in due if moment is not None]
        return max(0.0, min(times) - time.monotonic()) if times else None

    @property
    def _stopping(self) -> bool:
        return self._cancelled or self._timed_out

    def _act_on_time(self) -> None:
        now = time.monotonic()
        due = self._outbox.due()
        if due is not None and now >= due:
            self._outbox.flush()
        over = self._timeout is not None and now >= self._started + self._timeout
        if over and not self._stopping and self._result is None:
            self._timed_out = True
            self._interrupt(TIMEOUT_GRACE_SECONDS)
        late = [moment for moment in (self._kill_at, self._exit_by) if moment is not None]
        if late and now >= min(late):
            self._kill_at = self._exit_by = None
            self._killed_by_us = True
            processes.kill_all([self._step])

    def _interrupt(self, grace: float) -> None:
        """As Ctrl-C does: the process and its children are interrupted; what is left dies later."""
        self._interrupted_cell = self._relay.cell
        # Before it says that it has started, the step does not listen, and nothing has run yet.
        self._kill_at = time.monotonic() + (grace if self._relay.started else 0)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._step, signal.SIGINT)

    def _on_signals(self) -> None:
        self._read_signals()
        self._reap()

    def _read_signals(self) -> None:
        if signal.SIGTERM in os.read(self._wakeup, 4096):
            self._owner_gone = True

    def _reap(self) -> bool:
        """Collect what has ended; False when this process has no child left."""
        while True:
            try:
                pid, status, usage = os.wait4(-1, os.WNOHANG)
            except ChildProcessError:
                return False
            if pid == 0:
                return True
            self._usage += processes.usage_of(usage)
            if pid == self._step:
                self._status = status

    def _on_engine(self) -> None:
        try:
            data = self._engine.recv(65536)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._owner_gone = True
            return
        self._received += data
        self._obey()

    def _obey(self) -> None:
        *lines, self._received = self._received.split(b"\n")
        for line in lines:
            command = read_supervisor_command(line)
            if not isinstance(command, Cancel):
                raise ProtocolError("a supervisor runs one step: a second `run` came")
            self._cancel(command)

    def _cancel(self, command: Cancel) -> None:
        # A result that is there stands: whether it came first is the engine's to see.
        if self._cancelled or self._result is not None:
            return
        self._cancelled = True
        self._interrupt(command.graceSeconds)

    def _on_message(self, kind: str, body: Any) -> None:
        if kind == "@files":
            self._files = body
        elif kind == "@result":
            self._result = body
            self._exit_by = time.monotonic() + EXIT_GRACE_SECONDS
            self._kill_at = None
        elif kind == "@leaving":
            usage = processes.Usage(**body)
            # What takes more memory is waited for: the next step may need it.
            if usage.memory <= _SMALL_BYTES and processes.children() == {self._step}:
                self._usage += usage
                self._is_leaving = True

    def _see_off(self) -> bool:
        """Wait for the end of a step's process that has said goodbye; False where it does not
        come."""
        give_up = time.monotonic() + KILL_PATIENCE_SECONDS
        while self._reap():
            self._wait_for_a_signal()
            if self._owner_gone or time.monotonic() > give_up:
                return False
        return True

    def _wait_for_a_signal(self) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(self._wakeup, selectors.EVENT_READ)
            if selector.select(0.05):
                self._read_signals()

    def _send(self) -> None:
        while self._outbox.buffer and not self._owner_gone:
            try:
                sent = self._engine.send(self._outbox.buffer)
            except BlockingIOError:
                return
            except OSError:
                self._owner_gone = True
                return
            del self._outbox.buffer[:sent]

    def _send_rest(self) -> None:
        self._engine.settimeout(60)
        with contextlib.suppress(OSError):
            self._engine.sendall(self._outbox.buffer)

    def _end_tree(self) -> None:
        """Kill whatever is left of the step; on return nothing is."""
        if processes.LINUX and not self._reap():
            return
        if self._status is not None and not self._stopping:
            self._tell_of_the_left()
        give_up = time.monotonic() + KILL_PATIENCE_SECONDS
        while True:
            if processes.LINUX:
                processes.kill_all(processes.descendants(os.getpid()))
            else:
                self._kill_group_and_marked()
            if not self._reap() or time.monotonic() > give_up:
                break
            self._wait_for_a_signal()
        self._has_left = self._reap()
        if self._has_left:
            self._warn(
                "processes-left", "Processes of this step do not end even when they are killed"
            )

    def _kill_group_and_marked(self) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._step, signal.SIGKILL)
        processes.kill_all(processes.marked(self._spec.mark))

    def _tell_of_the_left(self) -> None:
        """Say that programs which the step started are ended, as a later step may count on them.

        Forked workers and the helpers of multiprocessing and joblib are nobody's surprise.
        """
        if not processes.LINUX:
            return
        own = processes.command_line(os.getpid())
        lines = {processes.command_line(pid) for pid in processes.descendants(os.getpid())}
        silent = ("multiprocessing", "joblib", "loky")
        told = sorted(
            line for line in lines - {own, ""} if not any(word in line for word in silent)
        )
        if told:
            names = "; ".join(line if len(line) <= 100 else f"{line[:97]}..." for line in told)
            message = f"Programs that the step left running are ended with it: {names}"
            self._warn("processes-ended", message)

    def _warn(self, code: str, message: str) -> None:
        self._outbox.message("warning", code=code, message=message, cell=None)

    def _finish(self, died_in: int | None) -> None:
        result = self._result
        overlay = self._spec.overlay
        if overlay is not None:
            self._files["opaque"] = opaque_folders(str(Path(overlay.home, overlay.upper)))
        values: list[RunnerValue] = []
        error: StepError | None
        stopped = self._timed_out or (self._cancelled and not self._succeeded)
        if result is not None and not stopped:
            error, values = result["error"], result["values"]
            state = "succeeded" if error is None else "failed"
            self._tell_of_a_bad_exit()
        elif self._cancelled:
            state, error = "cancelled", self._stop_error("cancelled", "Cancelled", "was cancelled")
        elif self._timed_out:
            words = f"took longer than its timeout of {self._timeout:g} s and was stopped"
            state, error = "failed", self._stop_error("timeout", "Timeout", words)
        else:
            state, error = "failed", self._death(died_in)
        self._stays = self._is_to_stay and state == "succeeded" and not self._has_left
        resources: Resources = {
            "wallSeconds": time.monotonic() - self._started,
            "cpuSeconds": self._usage.cpu,
            "peakMemoryBytes": self._usage.memory,
        }
        self._outbox.message(
            "finished",
            state=state,
            error=error,
            values=values,
            files=self._files,
            resources=resources,
            stays=self._stays,
        )

    @property
    def _succeeded(self) -> bool:
        return self._result is not None and self._result["error"] is None

    def _stop_error(self, code: str, kind: str, words: str) -> StepError:
        """Where the step was when it was stopped, as its own answer to the interrupt says."""
        answer: StepError | None = self._result["error"] if self._result else None
        cell = answer["cell"] if answer and answer["cell"] is not None else self._interrupted_cell
        line = answer["line"] if answer else None
        where = (
            "" if cell is None else f" in cell {cell}" + ("" if line is None else f", line {line}")
        )
        traceback_lines = answer["traceback"] if answer else []
        return StepError(
            code=code,
            type=kind,
            message=f"The step {words}{where}",
            cell=cell,
            line=line,
            traceback=traceback_lines,
        )

    def _death(self, died_in: int | None) -> StepError:
        assert self._status is not None
        death = Death(
            status=self._status,
            cell=died_in if self._relay.cell is None else self._relay.cell,
            fault=os.pread(self._pipes.fault, 1 << 20, 0).decode("utf-8", "replace"),
            peak_memory_bytes=self._usage.memory,
            out_of_memory=self._memory.rose(),
        )
        return explain(death)

    def _tell_of_a_bad_exit(self) -> None:
        if self._killed_by_us:
            message = (
                f"Exit handlers took longer than {EXIT_GRACE_SECONDS:g} s after the step's result "
                "was stored, and were stopped"
            )
            self._warn("exit-handlers", message)
        elif self._status is not None and os.WIFSIGNALED(self._status):
            name = signal.Signals(os.WTERMSIG(self._status)).name
            message = f"The process died of {name} at its exit, after the step's result was stored"
            self._warn("exit-handlers", message)


class WaitingStep:
    """A forked process that becomes the step when it is told which."""

    def __init__(self, engine: socket.socket, wakeup: int) -> None:
        self.pipes = StepPipes()
        parent = os.getpid()
        self.pid = os.fork()
        if self.pid == 0:
            _become_step(parent, self.pipes, engine, wakeup)
        self.pipes.close_step_side()

    def dismiss(self) -> None:
        """There is no step for it."""
        processes.kill_all([self.pid])
        os.waitpid(self.pid, 0)


def _become_step(parent: int, pipes: StepPipes, engine: socket.socket, wakeup: int) -> NoReturn:
    """What the forked child does: it becomes the step's process and never returns."""
    code = 1
    try:
        signal.set_wakeup_fd(-1)
        for number in (signal.SIGCHLD, signal.SIGTERM):
            signal.signal(number, signal.SIG_DFL)
        os.setsid()
        processes.die_with_parent(parent)
        engine.close()
        os.close(wakeup)
        pipes.close_supervisor_side()
        from . import step

        code = step.main(pipes)
    except BaseException:
        with contextlib.suppress(BaseException):
            os.write(pipes.step_stderr, traceback.format_exc().encode("utf-8", "replace"))
    finally:
        os._exit(code)


def watch_signals() -> int:
    """Give a descriptor that becomes readable when a child ends or this process is to end."""
    readable, writable = os.pipe()
    os.set_blocking(readable, False)
    os.set_blocking(writable, False)
    signal.set_wakeup_fd(writable, warn_on_full_buffer=False)
    for number in (signal.SIGCHLD, signal.SIGTERM):
        signal.signal(number, lambda _number, _frame: None)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    return readable


def supervise(path: str, token: str, *, forked: bool = False) -> int:
    """Connect to the engine's socket, run the step that it asks for, and return the exit code.

    :raises OSError: the engine cannot be reached.
    """
    with socket.socket(socket.AF_UNIX) as engine:
        engine.connect(path)
        engine.sendall(token.encode() + b"\n")
        return serve(engine, forked=forked)


def serve(engine: socket.socket, *, forked: bool = False) -> int:
    """Run the step that the engine at the other end asks for, and return the exit code.

    :param forked: this process is a copy of the fork server.
    """
    processes.become_subreaper()
    wakeup = watch_signals()
    step = WaitingStep(engine, wakeup)
    if forked and not _is_readable(engine):
        rehearse_supervision()
    received = b""
    is_first = True
    while True:
        commands = _first_command(engine, wakeup, received)
        if commands is None:
            step.dismiss()
            return 0
        line, received = commands.split(b"\n", 1)
        # The last step succeeded before it could be cancelled.
        if not is_first and _is_cancel(line):
            continue
        code, left = _answer(engine, line, received, wakeup, step)
        if left is None:
            return code
        received = left
        is_first = False
        step = WaitingStep(engine, wakeup)


def _is_cancel(line: bytes) -> bool:
    with contextlib.suppress(ProtocolError):
        return isinstance(read_supervisor_command(line), Cancel)
    return False


def _first_command(engine: socket.socket, wakeup: int, received: bytes) -> bytes | None:
    """Its line and what came behind it; None where the engine goes away or this process is to
    end."""
    with selectors.DefaultSelector() as selector:
        selector.register(engine, selectors.EVENT_READ)
        selector.register(wakeup, selectors.EVENT_READ)
        while b"\n" not in received:
            ready = {key.fd for key, _ in selector.select()}
            if wakeup in ready and signal.SIGTERM in os.read(wakeup, 4096):
                return None
            if engine.fileno() in ready:
                data = engine.recv(1 << 20)
                if not data:
                    return None
                received += data
    return received


def _answer(
    engine: socket.socket, line: bytes, rest: bytes, wakeup: int, step: WaitingStep
) -> tuple[int, bytes | None]:
    """Run a step.

    :returns: the exit code, and what has been received for the next step; None for no next step.
    """
    outbox = Outbox()
    try:
        command = read_supervisor_command(line)
        if not isinstance(command, Run):
            raise ProtocolError("the first command to a supervisor must be `run`")
        engine.setblocking(False)
        return 0, Supervisor(engine, rest, command, wakeup, outbox, step).run()
    except ProtocolError as error:
        _fail(engine, outbox, "protocol", str(error), [])
        return 2, None
    except Exception as error:
        lines = traceback.format_exc().splitlines()
        _fail(
            engine, outbox, "runner", f"The runner failed: {type(error).__name__}: {error}", lines
        )
        return 1, None


def _fail(engine: socket.socket, outbox: Outbox, code: str, message: str, lines: list[str]) -> None:
    """The last word of a supervisor that cannot go on; the step's processes go with it."""
    if processes.LINUX:
        processes.kill_all(processes.descendants(os.getpid()))
    error = StepError(
        code=code, type="Runner", message=message, cell=None, line=None, traceback=lines
    )
    outbox.message(
        "finished",
        state="failed",
        error=error,
        values=[],
        files={"read": [], "written": []},
        resources={"wallSeconds": 0, "cpuSeconds": 0, "peakMemoryBytes": 0},
        stays=False,
    )
    engine.settimeout(10)
    with contextlib.suppress(OSError):
        engine.sendall(outbox.buffer)


def run_forked(path: str, token: str, before: Callable[[], None]) -> NoReturn:
    """A supervisor's life as a child of the fork server."""
    code = 1
    try:
        before()
        code = supervise(path, token, forked=True)
    except BaseException:
        traceback.print_exc()
        sys.stderr.flush()
    finally:
        os._exit(code)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m chard_runner.supervisor", description=__doc__)
    parser.add_argument("--socket", required=True, help="Unix socket on which the engine waits")
    arguments = parser.parse_args()
    token = sys.stdin.readline().strip()
    startup.leave_start_folder()
    # A Ctrl-C at the engine's terminal is the engine's to handle.
    with contextlib.suppress(PermissionError):
        os.setsid()
    return supervise(arguments.socket, token)


if __name__ == "__main__":
    sys.exit(main())

"""One step seen from above, from its order to the end of its last process."""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import socket
import time
from typing import Any

from . import processes
from .deaths import Death, OutOfMemoryCounter, explain
from .overlay import opaque_folders
from .protocol import (
    Cancel,
    ProtocolError,
    Resources,
    Run,
    RunnerValue,
    StepError,
    TouchedFiles,
    read_supervisor_command,
)
from .relay import Outbox, Relay
from .waiting_step import WaitingStep

#: Seconds between the interrupt of a step whose time is over and its death: enough for a traceback.
TIMEOUT_GRACE_SECONDS = 3.0
#: Seconds that exit handlers may take after a step's result is there.
EXIT_GRACE_SECONDS = 10.0
#: Seconds after which processes that do not even die of SIGKILL are left behind.
KILL_PATIENCE_SECONDS = 10.0
#: The system waits no longer than 25 days at a time, and refuses to.
LONGEST_WAIT_SECONDS = 3600.0
#: Bytes on their way to the engine at which the step has to wait.
_MAX_UNSENT_BYTES = 8 * 1024 * 1024
#: Memory that a step's process may still have while the next step begins.
_SMALL_BYTES = 512 * 1024 * 1024


class Supervision:
    """Executes one step.

    :param engine: the connection to the engine, after the token.
    :param received: bytes that came behind the ``run`` command.
    :param wakeup: from :func:`chard_runner.supervisor.watch_signals`.
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
        if not times:
            return None
        return min(max(0.0, min(times) - time.monotonic()), LONGEST_WAIT_SECONDS)

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
        overlays = self._spec.overlays
        if overlays:
            self._files["opaque"] = [path for each in overlays for path in opaque_folders(each)]
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

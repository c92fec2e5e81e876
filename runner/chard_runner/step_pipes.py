"""What goes between a supervisor and the process of its step."""

from __future__ import annotations

import contextlib
import os
import pickle
import secrets
import select
import socket
import tempfile

from . import processes
from .protocol import StepSpec

_PIPE_BYTES = 1024 * 1024


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
        return is_readable(self.step_order)

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


def is_readable(source: int | socket.socket) -> bool:
    """Whether something has come, or its other end is closed."""
    return bool(select.select([source], [], [], 0)[0])


def _widen(pipe: int) -> None:
    """A larger pipe lets a step that prints a lot run on; where it is refused the default does."""
    if processes.LINUX:
        import fcntl

        with contextlib.suppress(OSError):
            fcntl.fcntl(pipe, 1031, _PIPE_BYTES)  # F_SETPIPE_SZ, which `fcntl` names from 3.10 on

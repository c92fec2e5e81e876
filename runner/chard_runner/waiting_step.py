"""A step's process before there is a step for it."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import traceback
from typing import NoReturn

from . import processes
from .step_pipes import StepPipes


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

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
import selectors
import signal
import socket
import sys
import traceback
from typing import Callable, NoReturn

from . import processes, startup
from .protocol import Cancel, ProtocolError, Run, StepError, read_supervisor_command
from .rehearsal import rehearse_supervision
from .relay import Outbox
from .step_pipes import is_readable
from .supervision import Supervision
from .waiting_step import WaitingStep


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
    if forked and not is_readable(engine):
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
        return 0, Supervision(engine, rest, command, wakeup, outbox, step).run()
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

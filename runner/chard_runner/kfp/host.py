"""Runs a step in this container as the local engine does: under a supervisor, in its own process.

The supervisor is a child that believes it talks to the engine; this process is that engine. It
prints what the step says, gathers what it shows and reports, and answers with how it ended.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import sys
import traceback
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Callable

from .. import supervisor
from ..protocol import StepError, encode

Message = dict[str, Any]


@dataclass
class Outcome:
    """How a step ended. ``values``: one ``RunnerValue`` a name."""

    error: StepError | None
    values: list[dict[str, Any]] = field(default_factory=list)


def run_step(
    spec: dict[str, Any], timeout_seconds: float | None, on_message: Callable[[Message], None]
) -> Outcome:
    """Run a step to its end.

    :param spec: a ``StepSpec`` as JSON has it.
    :param on_message: called for each message but the last.
    """
    ours, theirs = socket.socketpair(socket.AF_UNIX)
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    pid = os.fork()
    if pid == 0:
        _supervise(ours, theirs)
    theirs.close()
    finished: Message | None = None
    with ours:
        command = {"type": "run", "spec": spec, "timeoutSeconds": timeout_seconds, "stay": False}
        ours.sendall(encode(command) + b"\n")
        for message in _messages(ours):
            if message["type"] == "finished":
                finished = message
            else:
                on_message(message)
    os.waitpid(pid, 0)
    if finished is None:
        return Outcome(_lost())
    return Outcome(_error_of(finished), finished["values"])


def _supervise(ours: socket.socket, theirs: socket.socket) -> None:
    code = 1
    try:
        ours.close()
        code = supervisor.serve(theirs)
    except BaseException:
        traceback.print_exc()
    finally:
        with contextlib.suppress(Exception):
            sys.stderr.flush()
        os._exit(code)


def _messages(connection: socket.socket) -> Iterator[Message]:
    rest = b""
    while data := connection.recv(1 << 20):
        *lines, rest = (rest + data).split(b"\n")
        for line in lines:
            yield json.loads(line)


def _error_of(finished: Message) -> StepError | None:
    if finished["state"] == "succeeded":
        return None
    error: StepError | None = finished["error"]
    return error or _error("cancelled", "Cancelled", "The step was cancelled")


def _lost() -> StepError:
    return _error("killed", "Killed", "The step's supervisor died; the node may lack memory")


def _error(code: str, kind: str, message: str) -> StepError:
    return StepError(code=code, type=kind, message=message, cell=None, line=None, traceback=[])

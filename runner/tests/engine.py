"""A small engine for tests: speaks the protocol to supervisors and to a fork server."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Callable

RUNNER = Path(__file__).resolve().parent.parent
#: The interpreter that steps run in.
PYTHON = os.environ.get("CHARD_TEST_PYTHON", sys.executable)
#: Long enough for a slow machine; nothing waits that long unless it is broken.
PATIENCE = 60.0

Message = dict[str, Any]


def environment(**extra: str) -> dict[str, str]:
    path = os.pathsep.join([str(RUNNER), *extra.pop("PYTHONPATH", "").split(os.pathsep)]).rstrip(
        ":"
    )
    return {**os.environ, "PYTHONPATH": path, **extra}


def step_spec(folder: Path, *cells: str, **fields: Any) -> Message:
    """A spec with these cells, numbered from 10, in a folder of its own."""
    spec: Message = {
        "protocol": 1,
        "run": "run-1",
        "step": "Train model",
        "attempt": 1,
        "notebook": "digits.ipynb",
        "directory": str(folder),
        "overlays": [],
        "mounts": [],
        "prologue": [],
        "imports": [],
        "cells": [{"cell": 10 + i, "source": source} for i, source in enumerate(cells)],
        "metrics": [],
        "inputs": [],
        "outputs": [],
        "leaves": [],
        "keepBytes": 1 << 30,
        "store": str(folder.parent / f"{folder.name}-store"),
        "environment": {},
        "secretNames": [],
        "outputLimitBytes": 1 << 20,
    }
    return {**spec, **fields}


class Connection:
    """One supervisor's connection: its token, then messages as they come."""

    def __init__(self, sock: socket.socket) -> None:
        self._socket = sock
        self._buffer = b""
        #: Called with every message that comes.
        self.check: Callable[[Message], None] = lambda _: None
        self.messages: list[Message] = []
        sock.settimeout(PATIENCE)
        self.token = self._line()

    def _line(self) -> bytes | None:
        while b"\n" not in self._buffer:
            data = self._socket.recv(1 << 20)
            if not data:
                return None
            self._buffer += data
        line, self._buffer = self._buffer.split(b"\n", 1)
        return line

    def send(self, message: Message) -> None:
        self._socket.sendall(json.dumps(message).encode() + b"\n")

    def receive(self) -> Message | None:
        line = self._line()
        if line is None:
            return None
        message: Message = json.loads(line)
        self.messages.append(message)
        self.check(message)
        return message

    def until(self, wanted: Callable[[Message], bool]) -> Message:
        while (message := self.receive()) is not None:
            if wanted(message):
                return message
        raise AssertionError(f"the connection ended; messages were {self.messages}")

    def until_text(self, text: str) -> None:
        """Wait until the step has printed ``text``."""
        if text not in self.text():
            self.until(lambda _: text in self.text())

    def finished(self) -> Message:
        message = self.until(lambda message: message["type"] == "finished")
        assert self.receive() is None, "nothing comes after `finished`"
        return message

    def of(self, kind: str) -> list[Message]:
        return [message for message in self.messages if message["type"] == kind]

    def text(self, stream: str = "stdout") -> str:
        return "".join(m["text"] for m in self.of("output") if m["stream"] == stream)

    def close(self) -> None:
        self._socket.close()


class Engine:
    """Listens on a Unix socket; starts supervisors afresh or through a fork server."""

    def __init__(self, folder: Path, python: str = PYTHON, **extra: str) -> None:
        self.path = str(folder / "engine.sock")
        self.python = python
        self._extra = extra
        self.check: Callable[[Message], None] = lambda _: None
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(self.path)
        self._listener.listen()
        self._listener.settimeout(PATIENCE)
        self._started: list[subprocess.Popen[bytes]] = []
        self._stack = contextlib.ExitStack()

    def start(
        self,
        spec: Message,
        timeout: float | None = None,
        before: Sequence[str] = (),
    ) -> Connection:
        """Start a fresh supervisor and give it its step."""
        connection = self.wait_ready(before)
        connection.send({"type": "run", "spec": spec, "timeoutSeconds": timeout, "stay": False})
        return connection

    def wait_ready(self, before: Sequence[str] = ()) -> Connection:
        """Start a fresh supervisor, which then waits for its step."""
        process = self._popen([*before, "chard_runner.supervisor", "--socket", self.path])
        assert process.stdin is not None
        process.stdin.write(b"secret-token\n")
        process.stdin.close()
        connection = self.accept()
        assert connection.token == b"secret-token"
        return connection

    @property
    def supervisor(self) -> subprocess.Popen[bytes]:
        """The one started last."""
        return self._started[-1]

    def accept(self) -> Connection:
        connection = Connection(self._listener.accept()[0])
        connection.check = self.check
        self._stack.callback(connection.close)
        return connection

    def fork_server(self) -> ForkServer:
        server = ForkServer(self, self._popen(["chard_runner.forkserver"]))
        self._stack.callback(server.stop)
        return server

    def _popen(self, arguments: list[str]) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [self.python, "-m", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment(**self._extra),
        )
        self._started.append(process)
        return process

    def close(self) -> None:
        self._stack.close()
        self._listener.close()
        for process in self._started:
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    with contextlib.suppress(BrokenPipeError):
                        pipe.close()
            try:
                process.wait(PATIENCE)
            finally:
                process.kill()
                process.wait()


class ForkServer:
    def __init__(self, engine: Engine, process: subprocess.Popen[bytes]) -> None:
        self._engine = engine
        self.process = process
        self._lines: queue.Queue[Message] = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._lines.put(json.loads(line))

    def send(self, message: Message) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(message).encode() + b"\n")
        self.process.stdin.flush()

    def receive(self) -> Message:
        return self._lines.get(timeout=PATIENCE)

    def preload(self, *modules: str) -> Message:
        self.send({"type": "preload", "modules": list(modules)})
        return self.receive()

    def start(
        self, spec: Message, timeout: float | None = None, *, stay: bool = False
    ) -> Connection:
        self.send({"type": "spawn", "socket": self._engine.path, "token": "forked-token"})
        spawned = self.receive()
        assert spawned["type"] == "spawned", spawned
        connection = self._engine.accept()
        assert connection.token == b"forked-token"
        connection.send({"type": "run", "spec": spec, "timeoutSeconds": timeout, "stay": stay})
        return connection

    def stop(self) -> None:
        assert self.process.stdin is not None
        with contextlib.suppress(BrokenPipeError, ValueError):
            self.process.stdin.close()


def alive(pid: int) -> bool:
    """Whether a process is there and no zombie."""
    try:
        stat = Path("/proc", str(pid), "stat").read_text()
    except OSError:
        return False
    return stat.rsplit(")", 1)[1].split()[0] not in ("Z", "X")


def wait_gone(pid: int) -> None:
    """Wait for the end of a process that is not our child."""
    with contextlib.suppress(ProcessLookupError):
        descriptor = os.pidfd_open(pid)
        try:
            import select

            assert select.select([descriptor], [], [], PATIENCE)[0], f"process {pid} is still there"
        finally:
            os.close(descriptor)


def wait_for(condition: Callable[[], bool]) -> None:
    """Wait for something that nothing tells about."""
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.01)


@contextlib.contextmanager
def engine(folder: Path, python: str = PYTHON, **extra: str) -> Iterator[Engine]:
    made = Engine(folder, python, **extra)
    try:
        yield made
    finally:
        made.close()

"""What a Node process keeps, asked by way of V8's inspector."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any

import websocket

#: Where Node listens when a signal asks for its inspector, on this machine only.
INSPECTOR = "http://127.0.0.1:9229/json/list"
START_SECONDS = 10.0


class Heap:
    """The heap of the Node process ``pid``, which opens its inspector for it."""

    def __init__(self, pid: int) -> None:
        os.kill(pid, signal.SIGUSR1)
        self._socket = websocket.create_connection(_address(), timeout=120, suppress_origin=True)
        self._count = 0

    def __enter__(self) -> Heap:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._socket.close()

    def kept(self) -> float:
        """Bytes of the heap and of buffers beside it, after a collection of all garbage."""
        self._ask("HeapProfiler.collectGarbage")
        found = self._ask("Runtime.evaluate", expression=_USED, returnByValue=True)
        return float(found["result"]["value"])

    def _ask(self, method: str, **parameters: object) -> Any:
        self._count += 1
        self._socket.send(json.dumps({"id": self._count, "method": method, "params": parameters}))
        while True:
            said = json.loads(self._socket.recv())
            if said.get("id") == self._count:
                return said["result"]


@contextmanager
def watched(pid: int, pause: float) -> Iterator[list[tuple[float, float]]]:
    """What the Node process ``pid`` keeps meanwhile, every ``pause`` seconds.

    Yields:
        A list that grows: seconds from the beginning, and bytes.
    """
    found: list[tuple[float, float]] = []
    ended = threading.Event()

    def watch() -> None:
        began = time.monotonic()
        # A process that has only just begun would die of the signal.
        if ended.wait(pause):
            return
        with Heap(pid) as heap:
            while not ended.wait(pause):
                found.append((time.monotonic() - began, heap.kept()))

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield found
    finally:
        ended.set()
        thread.join()


_USED = "(({ heapUsed, external }) => heapUsed + external)(process.memoryUsage())"


def _address() -> str:
    """Where the inspector is.

    Raises:
        RuntimeError: it does not answer.
    """
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(INSPECTOR, timeout=5) as answer:
                return str(json.load(answer)[0]["webSocketDebuggerUrl"])
        except urllib.error.URLError:
            time.sleep(0.1)
    raise RuntimeError("V8's inspector does not answer")

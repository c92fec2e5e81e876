"""The step's side of everything that it prints and shows.

Text goes down two pipes, one for stdout and one for stderr: what Python prints, and what native
code and child processes write to descriptors 1 and 2, in their true order, each write at once, so
that nothing is lost when the process dies. Messages (displays, metrics, ...) go down a third pipe
as lines. To keep the three in order, each message has a number, and a mark with this number is
written into both text pipes just before it; the supervisor lets nothing pass that stands behind a
mark until the message is through. The same is done where Python code turns from stdout to stderr or
back.
"""

from __future__ import annotations

import io
import os
import signal
import sys
import threading
from collections import deque
from types import FrameType
from typing import Any, cast

from .protocol import encode

STDOUT, STDERR = 1, 2


class Wire:
    """Connection of a step's process to its supervisor.

    The step's own process writes each piece at once. A forked child writes whole lines, so that
    those of several workers do not run into each other.

    After a fork the child only writes text: its messages would tear those of the parent.
    """

    def __init__(self, messages: int, stdout: int, stderr: int, token: str) -> None:
        self._messages = messages
        self._text = {STDOUT: stdout, STDERR: stderr}
        self._mark = f"\x1e{token}:".encode()
        self._number = 0
        self._turn = STDOUT
        self._queue: deque[bytes] = deque()
        self._rest = b""
        self._writing = False
        self._interrupted = False
        self._lock = threading.RLock()
        self.attached = True
        #: What was put in the places of ``sys.stdout`` and ``sys.stderr``.
        self.streams: list[io.TextIOWrapper] = []
        os.register_at_fork(after_in_child=self._detach)

    def _detach(self) -> None:
        self._lock = threading.RLock()
        self._writing = False
        if self.attached:
            self.attached = False
            os.close(self._messages)
            for stream in self.streams:
                if not stream.closed:
                    stream.reconfigure(write_through=False, line_buffering=True)

    def send(self, kind: str, message: Any) -> None:
        """Send a message behind all text written so far. Does nothing in a forked child.

        :param message: plain JSON values.
        """
        if not self.attached:
            return
        body = b" %s %s\n" % (kind.encode(), encode(message))
        with self._lock:
            self._queue.append(body)
            # A signal handler that shows something while a message is under way: its turn comes
            # below.
            if self._writing:
                return
            self._writing = True
            try:
                while self._queue or self._rest:
                    self._write_next()
            finally:
                self._writing = False
        if self._interrupted and threading.current_thread() is threading.main_thread():
            self._interrupted = False
            raise KeyboardInterrupt

    def _write_next(self) -> None:
        if not self._rest:
            self._number += 1
            mark = b"%s%d\x1e" % (self._mark, self._number)
            for descriptor in self._text.values():
                os.write(descriptor, mark)
            self._rest = b"%d%s" % (self._number, self._queue.popleft())
        self._rest = self._rest[os.write(self._messages, self._rest) :]

    def interrupt(self, number: int, frame: FrameType | None) -> None:
        """SIGINT's handler: as Python's own, but never in the middle of a message."""
        if self._writing:
            self._interrupted = True
        else:
            signal.default_int_handler(number, frame)

    def write_text(self, stream: int, data: Any) -> int:
        """Write bytes to a stream's pipe: all of them, at once."""
        if self._turn != stream:
            self._turn = stream
            self.send("turn", None)
        descriptor = self._text[stream]
        written = os.write(descriptor, data)
        # What a print writes: short of a view, which costs twice as much as the write.
        if type(data) is bytes and written == len(data):
            return written
        view = memoryview(data).cast("B")
        size = len(view)
        while written < size:
            written += os.write(descriptor, view[written:])
        return size


class _Pipe(io.RawIOBase):
    """What is below ``sys.stdout``: bytes go straight to the pipe.

    Closing it closes nothing that anybody else uses. ``fileno`` is the process's own descriptor,
    which child processes inherit and which code may redirect without taking Python's own prints
    along, as in a kernel.
    """

    def __init__(self, wire: Wire, stream: int, name: str) -> None:
        self._wire = wire
        self._stream = stream
        self.name = name
        self.mode = "wb"

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._stream

    def isatty(self) -> bool:
        return False

    def write(self, data: Any) -> int:
        if self.closed:
            raise ValueError("I/O operation on closed file")
        return self._wire.write_text(self._stream, data)


def text_stream(wire: Wire, stream: int) -> io.TextIOWrapper:
    """A replacement of ``sys.stdout`` or ``sys.stderr``."""
    name = "<stdout>" if stream == STDOUT else "<stderr>"
    pipe = _Pipe(wire, stream, name)
    wrapper = io.TextIOWrapper(
        # RawIOBase does for writing what BufferedIOBase would: _Pipe.write takes all or raises.
        cast(Any, pipe),
        encoding="utf-8",
        errors="backslashreplace",
        newline="\n",
        write_through=True,
    )
    wire.streams.append(wrapper)
    return wrapper


def install(wire: Wire) -> None:
    """Make ``sys.stdout`` and ``sys.stderr`` write to the supervisor."""
    sys.stdout = text_stream(wire, STDOUT)
    sys.stderr = text_stream(wire, STDERR)

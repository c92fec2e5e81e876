"""The supervisor's side of a step's output: three pipes in, one ordered series of messages out.

See ``streams`` for the marks that keep text and messages in order. Text beyond the limit is counted
and its last piece kept (a tenth of the limit, at most 64 KiB): the head is sent as it comes, the
tail when the step ends, after the message that says how much lies between them.
"""

from __future__ import annotations

import codecs
import json
import os
import time
from collections import deque
from typing import Any, Callable

from .protocol import encode

STREAMS = ("stdout", "stderr")

#: Seconds that text waits for more, so that a thousand prints do not become a thousand messages.
GATHER_SECONDS = 0.03
_GATHER_BYTES = 64 * 1024
_READ_BYTES = 256 * 1024
#: Text that may wait behind marks. Beyond it (a process that holds the messages up) order is given
#: up.
_WAITING_BYTES = 8 * 1024 * 1024
_MAX_TAIL_BYTES = 64 * 1024
_MAX_FINAL_READS = 256


class Outbox:
    """Messages on their way to the engine; neighbouring text of one stream and cell becomes one."""

    def __init__(self) -> None:
        self.buffer = bytearray()
        self._text: list[str] = []
        self._size = 0
        self._key: tuple[str, int | None] | None = None
        self._since = 0.0

    def text(self, stream: str, cell: int | None, text: str) -> None:
        if self._key != (stream, cell):
            self.flush()
            self._key = (stream, cell)
            self._since = time.monotonic()
        self._text.append(text)
        self._size += len(text)
        if self._size >= _GATHER_BYTES:
            self.flush()

    def line(self, line: bytes) -> None:
        self.flush()
        self.buffer += line
        self.buffer += b"\n"

    def message(self, kind: str, **fields: Any) -> None:
        self.line(encode({"type": kind, **fields}))

    def flush(self) -> None:
        """Turn the gathered text into a message."""
        if self._key is None:
            return
        stream, cell = self._key
        message = {"type": "output", "cell": cell, "stream": stream, "text": "".join(self._text)}
        self.buffer += encode(message)
        self.buffer += b"\n"
        self._key, self._text, self._size = None, [], 0

    def due(self) -> float | None:
        """When gathered text is to be flushed, on the monotonic clock; None where there is none."""
        return None if self._key is None else self._since + GATHER_SECONDS


class _Limit:
    """Splits a stream's bytes into a head, which passes, and a tail, which is kept to the end."""

    def __init__(self, limit: int) -> None:
        self._tail_limit = min(limit // 10, _MAX_TAIL_BYTES)
        self._head_left = limit - self._tail_limit
        self._tail: deque[tuple[int | None, bytes]] = deque()
        self._tail_bytes = 0
        self.dropped = 0

    def take(self, cell: int | None, data: bytes) -> bytes:
        """What of ``data`` passes now."""
        if len(data) <= self._head_left:
            self._head_left -= len(data)
            return data
        cut = self._head_left
        # Not in the middle of a character: back to its first byte.
        while 0 < cut < len(data) and data[cut] & 0xC0 == 0x80:
            cut -= 1
        head, rest = data[:cut], data[cut:]
        self._head_left = 0
        kept = rest[-self._tail_limit :] if self._tail_limit else b""
        self.dropped += len(rest) - len(kept)
        if kept:
            self._tail.append((cell, kept))
            self._tail_bytes += len(kept)
        while self._tail_bytes > self._tail_limit:
            self._shorten(self._tail_bytes - self._tail_limit)
        return head

    def _shorten(self, excess: int) -> None:
        cell, first = self._tail.popleft()
        lost = min(excess, len(first))
        self.dropped += lost
        self._tail_bytes -= lost
        if lost < len(first):
            self._tail.appendleft((cell, first[lost:]))

    def tail(self) -> list[tuple[int | None, bytes]]:
        """The last bytes, by cell; incomplete characters at the cut are counted as dropped."""
        pieces = list(self._tail)
        if self.dropped and pieces:
            cell, first = pieces[0]
            start = 0
            while start < min(3, len(first)) and first[start] & 0xC0 == 0x80:
                start += 1
            self.dropped += start
            pieces[0] = (cell, first[start:])
        return pieces


class _TextPipe:
    """A text pipe's bytes, cut at the marks."""

    def __init__(self, descriptor: int, mark: bytes) -> None:
        self.descriptor = descriptor
        self.open = True
        self._mark = mark
        self._items: deque[bytes | int] = deque()
        self.waiting = 0

    def read(self) -> bool:
        """Read what is there; False where nothing was."""
        data = _read(self.descriptor) if self.open else None
        if data is None:
            self.open = False
            return False
        # Marks are written in one piece; only the end of a full read can have cut one.
        while len(data) % _READ_BYTES == 0 and data and b"\x1e" in data[-64:]:
            more = _read(self.descriptor)
            if not more:
                break
            data += more
        self._split(data)
        return bool(data)

    def _split(self, data: bytes) -> None:
        start = 0
        while (at := data.find(self._mark, start)) >= 0:
            self._push(data[start:at])
            end = data.index(b"\x1e", at + 1)
            self._items.append(int(data[at + len(self._mark) : end]))
            start = end + 1
        self._push(data[start:])

    def _push(self, data: bytes) -> None:
        if data:
            self._items.append(data)
            self.waiting += len(data)

    def pop_text(self) -> bytes | None:
        """The next piece of text that no mark holds up."""
        if self._items and isinstance(self._items[0], bytes):
            data = self._items.popleft()
            assert isinstance(data, bytes)
            self.waiting -= len(data)
            return data
        return None

    def reached(self, number: int) -> bool:
        """Whether all text before the message ``number`` has been taken."""
        return (
            bool(self._items) and not isinstance(self._items[0], bytes) and self._items[0] >= number
        )

    def pass_mark(self, number: int) -> None:
        while self._items and isinstance(self._items[0], int) and self._items[0] <= number:
            self._items.popleft()


def _read(descriptor: int) -> bytes | None:
    """What is there to be read; nothing where nothing is, None at the end."""
    try:
        return os.read(descriptor, _READ_BYTES) or None
    except BlockingIOError:
        return b""


class Relay:
    """Brings a step's text and messages into order and hands them to the outbox.

    While the prologue runs everything is held back, and thrown away when it is done: it runs again
    at the start of every step, and what a print in an imports cell says must not be repeated by
    each of them. Where the prologue fails, or the process dies in it, what it said is shown.

    :param on_message: called for messages meant for the supervisor itself: kind and body.
    """

    def __init__(
        self,
        outbox: Outbox,
        messages: int,
        stdout: int,
        stderr: int,
        token: str,
        limit: int,
        on_message: Callable[[str, Any], None],
    ) -> None:
        mark = f"\x1e{token}:".encode()
        self._outbox = outbox
        self._limit_bytes = limit
        self._on_message = on_message
        self._messages = messages
        self._messages_open = True
        self._partial = b""
        self._queue: deque[bytes] = deque()
        self._pipes = (_TextPipe(stdout, mark), _TextPipe(stderr, mark))
        self._held: list[Callable[[], None]] | None = []
        self._start_counting()
        #: Whether the step has said that it runs.
        self.started = False
        #: Cell that is running.
        self.cell: int | None = None

    def _start_counting(self) -> None:
        decoder = codecs.getincrementaldecoder("utf-8")
        self._decoders = {name: decoder("backslashreplace") for name in STREAMS}
        self._limits = {name: _Limit(self._limit_bytes) for name in STREAMS}
        self._warned: dict[str, bool] = dict.fromkeys(STREAMS, False)

    def descriptors(self) -> list[int]:
        """Those that may have something to read."""
        found = [pipe.descriptor for pipe in self._pipes if pipe.open]
        return [*found, self._messages] if self._messages_open else found

    def read(self, descriptor: int) -> None:
        """Read from one that is readable and pass on what is in order.

        The pipes are read in the order opposite to that in which they are written, so that what is
        known of a message's place grows with the message.
        """
        if descriptor == self._messages:
            self._read_messages()
        for pipe in self._pipes:
            if pipe.descriptor == descriptor:
                pipe.read()
        self._advance(final=False)

    def finish(self) -> None:
        """The process tree is gone: pass on what is left, then the ends of too long text."""
        # A bound, because a process that cannot be killed may still write.
        for _ in range(_MAX_FINAL_READS):
            progress = [self._read_messages(), *(pipe.read() for pipe in self._pipes)]
            self._advance(final=not any(progress))
            if not any(progress):
                break
        self._advance(final=True)
        self._release()
        for name in STREAMS:
            text = self._decoders[name].decode(b"", final=True)
            if text:
                self._outbox.text(name, self.cell, text)
            self._show_tail(name)
        self._outbox.flush()

    def _show_tail(self, name: str) -> None:
        limit = self._limits[name]
        tail = limit.tail()
        if limit.dropped:
            self._outbox.message("output-dropped", stream=name, bytes=limit.dropped)
        for cell, data in tail:
            self._outbox.text(name, cell, data.decode("utf-8", "backslashreplace"))

    def _read_messages(self) -> bool:
        data = _read(self._messages) if self._messages_open else None
        if data is None:
            self._messages_open = False
            return False
        *lines, self._partial = (self._partial + data).split(b"\n")
        self._queue.extend(lines)
        return bool(data)

    def _advance(self, final: bool) -> None:
        while True:
            for name, pipe in zip(STREAMS, self._pipes):
                while (data := pipe.pop_text()) is not None:
                    self._text(name, data)
            if not self._queue:
                break
            number, kind, body = self._queue[0].split(b" ", 2)
            stuck = sum(pipe.waiting for pipe in self._pipes) > _WAITING_BYTES
            arrived = all(pipe.reached(int(number)) or not pipe.open for pipe in self._pipes)
            if not (arrived or stuck or final):
                return
            self._queue.popleft()
            for pipe in self._pipes:
                pipe.pass_mark(int(number))
            self._message(kind.decode(), body)
        if final:
            for name, pipe in zip(STREAMS, self._pipes):
                pipe.pass_mark(1 << 62)
                while (data := pipe.pop_text()) is not None:
                    self._text(name, data)
                    pipe.pass_mark(1 << 62)

    def _text(self, stream: str, data: bytes) -> None:
        limit = self._limits[stream]
        head = limit.take(self.cell, data)
        text = self._decoders[stream].decode(head) if head else ""
        if text:
            cell = self.cell
            self._pass(lambda: self._outbox.text(stream, cell, text))
        if len(head) < len(data) and not self._warned[stream]:
            self._warned[stream] = True
            self._warn_of_limit(stream)

    def _warn_of_limit(self, stream: str) -> None:
        cell = self.cell
        message = (
            f"{stream} of this step is about to pass its limit of {self._limit_bytes} bytes: from "
            "here on it is only counted; its end will be shown when the step ends"
        )
        self._pass(
            lambda: self._outbox.message("warning", code="output-limit", message=message, cell=cell)
        )

    def _message(self, kind: str, body: bytes) -> None:
        if kind == "turn":
            return
        if kind == "prologue-done":
            self._held = None
            self._start_counting()
        elif kind.startswith("@"):
            self._on_message(kind, json.loads(body))
        else:
            if kind == "cell-started":
                self.cell = int(json.loads(body)["cell"])
            elif kind == "cell-finished":
                self.cell = None
            if kind == "started":
                self.started = True
                self._outbox.line(body)
            else:
                self._pass(lambda: self._outbox.line(body))

    def _pass(self, action: Callable[[], None]) -> None:
        if self._held is None:
            action()
        else:
            self._held.append(action)

    def _release(self) -> None:
        held, self._held = self._held, None
        for action in held or ():
            action()

"""One value in pickled form, in memory: its stream and the buffers that lie where they are."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Callable, Optional

from .addresses import address_of
from .arrays import ArrayUse, Memory, SharedMemory, shared_ranges
from .digest import Digest, ParallelDigester, combine
from .pickler import Named, ValuePickler
from .world import Record, World

KnowDigest = Callable[[int, int], Optional[str]]


class TooLarge(Exception):
    """A stream grew beyond its limit."""


@dataclass(frozen=True)
class Pickled:
    """What one pass of the pickler gave. ``pickler`` keeps all objects of the pass alive."""

    stream: memoryview
    buffers: tuple[memoryview, ...]
    pickler: ValuePickler
    records: tuple[Record, ...]
    globals: frozenset[str]

    @property
    def bytes(self) -> int:
        """Size of the stream and all buffers."""
        return self.stream.nbytes + sum(buffer.nbytes for buffer in self.buffers)

    @property
    def uses(self) -> list[ArrayUse]:
        """The arrays inside."""
        return self.pickler.arrays.uses


def pickle_value(value: Any, world: World, *, limit: int | None = None) -> Pickled:
    """Pickle a value; arrays inside it that share memory will share it again.

    :param limit: raise :class:`TooLarge` when the stream grows beyond so many bytes.
    :raises Exception: whatever pickling the value raises.
    """
    first = _one_pass(value, world, None, limit)
    ranges = shared_ranges(first.uses)
    if not ranges:
        return first
    return _one_pass(value, world, SharedMemory(map(Memory, ranges)), limit)


def pickle_names(values: Mapping[str, Any], world: World) -> Pickled:
    """Pickle values together, as a tuple: what they share they share in the consumer too, where
    each is bound to its name before the next one is made.

    :raises Exception: whatever pickling a value raises.
    """
    return pickle_value(tuple(Named(name, value) for name, value in values.items()), world)


def start_digest(pickled: Pickled, digester: ParallelDigester, known: KnowDigest) -> Digest:
    """Begin to digest a value's content; call the answer for the result.

    :param known: the digest of a buffer, by address and length, where it need not be read.
    """
    parts = [digester.start(pickled.stream)]
    parts += [start_buffer_digest(buffer, digester, known) for buffer in pickled.buffers]
    layout = [f"{buffer.nbytes}{'r' if buffer.readonly else 'w'}" for buffer in pickled.buffers]
    versions = [
        f"{record.identity} {record.history}" for record in pickled.records if record.history
    ]
    return lambda: combine("chard value 1", [*(part() for part in parts), *layout, *versions])


def start_buffer_digest(
    buffer: memoryview, digester: ParallelDigester, known: KnowDigest
) -> Digest:
    """Begin to digest one buffer, unless its digest is known."""
    address = address_of(buffer)
    digest = known(address, buffer.nbytes)
    if digest is not None:
        return lambda: digest
    return digester.start_once(buffer, address)


def _one_pass(value: Any, world: World, shared: SharedMemory | None, limit: int | None) -> Pickled:
    sink = io.BytesIO() if limit is None else _LimitedBytes(limit)
    pickler = ValuePickler(sink, world, shared=shared)
    pickler.dump(value)
    records = world.closure(frozenset(pickler.needs))
    names = frozenset(pickler.globals).union(*(record.globals for record in records))
    return Pickled(
        stream=memoryview(sink.getvalue()),
        buffers=tuple(pickler.buffers),
        pickler=pickler,
        records=tuple(records),
        globals=names,
    )


class _LimitedBytes(io.BytesIO):
    """Collects a stream up to a limit."""

    def __init__(self, limit: int) -> None:
        super().__init__()
        self._left = limit

    def write(self, data: Any) -> int:
        """Take a piece of the stream."""
        self._left -= len(data)
        if self._left < 0:
            raise TooLarge
        return super().write(data)

"""What the picklers of one session share."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from .definitions import Definitions, History
from .prologue import Prologue


@dataclass(frozen=True)
class Record:
    """A notebook class as stored: how to make it, and what it is then given.

    ``made_by_prologue`` is the path where the consumer finds the class, which then only gets the
    state.
    """

    identity: str
    digest: str
    history: History
    skeleton: bytes
    state: bytes
    made_by_prologue: str | None
    needs: frozenset[str]
    globals: frozenset[str]

    def to_plain(self) -> tuple[Any, ...]:
        """Only what a reader needs, of basic types, the same for the same content."""
        return (
            self.identity,
            self.digest,
            self.history,
            self.skeleton,
            self.state,
            self.made_by_prologue,
        )

    @classmethod
    def from_plain(cls, plain: tuple[Any, ...]) -> Record:
        """The record that :meth:`to_plain` gave."""
        identity, digest, history, skeleton, state, path = plain
        return cls(identity, digest, history, skeleton, state, path, frozenset(), frozenset())


@dataclass
class World:
    """The namespace that is read or written, and what is known about its definitions.

    ``records`` and ``digests`` are of the current state: :meth:`refresh` forgets them when it may
    have changed.
    """

    namespace: dict[str, Any]
    definitions: Definitions
    prologue: Prologue
    prologue_digests: dict[str, str] = field(default_factory=dict)
    records: dict[str, Record] = field(default_factory=dict)
    digests: dict[int, str] = field(default_factory=dict)
    building: set[str] = field(default_factory=set)

    def refresh(self) -> None:
        """Forget what was derived from the definitions' current state."""
        self.records.clear()
        self.digests.clear()
        self.building.clear()

    def closure(self, identities: frozenset[str]) -> list[Record]:
        """The records of these classes and of all that they need, by identity."""
        found: dict[str, Record] = {}
        todo = list(identities)
        while todo:
            identity = todo.pop()
            record = self.records.get(identity)
            if record is not None and identity not in found:
                found[identity] = record
                todo.extend(record.needs)
        return [found[identity] for identity in sorted(found)]

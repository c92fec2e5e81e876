"""Identity and versions of the notebook's functions and classes across steps.

A definition gets an identity when it is first stored: the step that made it, its qualified name, a
number. The same one that arrives through two values is then one object in the consumer. Its
*history* is the list of digests of the states it was stored with; of two versions the one whose
history continues the other's is the newer, and where neither does, two steps changed it
independently.
"""

from __future__ import annotations

from collections import Counter
from enum import Enum
from typing import Any

History = tuple[str, ...]


class Verdict(Enum):
    """What to do with an arriving version of a definition that is already there."""

    KEEP = "keep"
    APPLY = "apply"
    CONFLICT = "conflict"


class Definitions:
    """Which definition is which in one process. Keeps what it knows alive: identities stay
    valid."""

    def __init__(self, scope: str) -> None:
        self._scope = scope
        self._numbers: Counter[str] = Counter()
        self._ids: dict[int, str] = {}
        self._objects: dict[str, Any] = {}
        self._histories: dict[str, History] = {}
        self._baselines: dict[str, str] = {}

    def id_of(self, definition: Any) -> str:
        """The identity, given now if there is none."""
        found = self._ids.get(id(definition))
        if found is None:
            name = getattr(definition, "__qualname__", None) or definition.__name__
            self._numbers[name] += 1
            found = f"{self._scope}\n{name}\n{self._numbers[name]}"
            self.register(found, definition)
        return found

    def register(self, identity: str, definition: Any) -> None:
        """Take over an identity that came with a stored value."""
        self._ids[id(definition)] = identity
        self._objects[identity] = definition

    def find(self, identity: str) -> Any | None:
        """The definition of that identity, if it is in this process."""
        return self._objects.get(identity)

    def loaded(self, identity: str, history: History) -> None:
        """Note the version that was just read (applied)."""
        self._histories[identity] = history
        self._baselines.pop(identity, None)

    def verdict(self, identity: str, arriving: History) -> Verdict:
        """Compare an arriving version with the one that is here."""
        present = self._histories.get(identity)
        if present is None or (arriving[: len(present)] == present and arriving != present):
            return Verdict.APPLY
        return Verdict.KEEP if present[: len(arriving)] == arriving else Verdict.CONFLICT

    def unsettled(self) -> list[tuple[str, Any]]:
        """Definitions that were read and whose state in this process has no digest yet."""
        return [
            (identity, self._objects[identity])
            for identity in self._histories
            if identity not in self._baselines and identity in self._objects
        ]

    def settle(self, identity: str, digest: str, history: History | None = None) -> None:
        """Note the digest that a definition's state has in this process while nobody changed it.

        The digest of the same state may differ between processes (which strings are one object), so
        that the one it was stored with says nothing here.
        """
        self._baselines[identity] = digest
        if history is not None:
            self._histories[identity] = history

    def history(self, identity: str, digest: str) -> History:
        """The history to store with a state of that digest."""
        known = self._histories.get(identity)
        if known is None:
            return (digest,)
        return known if self._baselines.get(identity) == digest else (*known, digest)

"""What a session remembers of the groups that it read, to tell later what changed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from .addresses import pages_are_clean
from .container import LoadedSection


@dataclass
class LoadedGroup:
    """A group that was read: the names that were bound, and digests taken right after reading.

    ``baselines`` are digests as this process computes them from the unchanged objects; ``whole`` is
    the one of all names together, which also sees how they share objects. None: not tracked.
    """

    group: str
    names: tuple[str, ...]
    stored: dict[str, dict[str, Any]]
    baselines: dict[str, str] = field(default_factory=dict)
    whole: str | None = None


class LoadedBuffers:
    """The sections of read files, by where they lie in memory."""

    def __init__(self) -> None:
        self._sections: dict[tuple[int, int], LoadedSection] = {}

    def add(self, section: LoadedSection) -> None:
        """Remember a section; it stays mapped, so that its addresses stay its own."""
        if section.view.nbytes:
            self._sections[section.address, section.view.nbytes] = section

    def pristine(self, address: int, length: int) -> str | None:
        """The digest of a buffer in a process that has run nothing since it was read."""
        section = self._sections.get((address, length))
        return None if section is None else section.digest

    def clean(self, address: int, length: int) -> str | None:
        """The digest of a buffer, if its pages have certainly not been written to."""
        section = self._sections.get((address, length))
        if section is None or not section.mapped or not pages_are_clean(address, length):
            return None
        return section.digest

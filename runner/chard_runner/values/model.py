"""What goes in and out of a :class:`~chard_runner.values.ValueSession`: plain data, no
behaviour."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class GroupReference:
    """A stored group to be read: the file ``<store>/<group>``, of which only ``names`` are
    bound."""

    group: str
    names: tuple[str, ...]


@dataclass(frozen=True)
class StoredValue:
    """One name as it was written (or passed on). Field by field the protocol's ``RunnerValue``.

    ``group`` is None where the name was not kept; ``refusal`` then says why. ``bytes`` is what the
    name takes by itself, shared parts included. ``globals`` are notebook names that functions
    inside the value use, followed through those names' own functions. ``unchanged``: the whole
    group equals what was read (contents and sharing), so the provider's version passes on;
    ``group`` and ``digest`` are then the provider's. Where only another member of the group
    changed, ``digest`` still equals the provider's. ``shape``: of arrays and frames in each
    dimension, of containers their length, None for all else.
    """

    name: str
    digest: str
    group: str | None
    bytes: int
    type: str
    repr: str
    globals: tuple[str, ...]
    refusal: Refusal | None
    unchanged: bool
    shape: tuple[int, ...] | None = None


@dataclass(frozen=True)
class Refusal:
    """Why a name cannot be passed: ``path`` is an expression such as ``model.hooks[0]`` that
    reaches it.

    ``code`` is stable: ``unpicklable``, ``too-large``, ``undefined``, ``disk-full``,
    ``write-failed``.
    """

    code: str
    name: str
    type: str
    path: str
    reason: str
    advice: str

    def __str__(self) -> str:
        """One sentence for people: what, where, why, what to do."""
        return f"{self.path} ({self.type}) cannot be passed on: {self.reason}. {self.advice}"


@dataclass(frozen=True)
class WriteResult:
    """All names that were asked for, then those that had to come along (``companions``).

    Companions are names that share a mutable object with a written one, or that a function inside a
    written value uses; they are in ``values`` too. ``refused`` holds the failures of required
    names.
    """

    values: tuple[StoredValue, ...]
    companions: frozenset[str]
    refused: tuple[Refusal, ...]


@dataclass(frozen=True)
class ReadResult:
    """``bound`` names are in the namespace; ``reserved`` are payloads of names that start with
    ``@``.

    ``missing`` are names that functions in the read values use, which neither the namespace has nor
    the read groups brought along; calling such a function would raise NameError.
    """

    bound: tuple[str, ...]
    reserved: Mapping[str, Any]
    missing: frozenset[str]


class ValueReadError(Exception):
    """A stored group cannot be read. ``code``: ``missing``, ``damaged``, ``version``,
    ``unloadable``, ``conflict``."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code

"""Which version of each name a step gets: the rule of ``server/src/engines/local/versions.ts``.

A version is the step that last changed the content, with the content's digest; versions whose
origin lies above another's give way to it, equal digests are one. A test compares the two.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, NamedTuple

from .program import Input

#: Names that begin so are hidden state: random states, environment, working directory.
HIDDEN = "@"


@dataclass(frozen=True)
class Version:
    """One name as some step left it; see ``StoredValue`` in ``core/run/events.ts``."""

    name: str
    origin: str
    digest: str
    group: str | None
    type: str
    globals: tuple[str, ...] = ()
    refused: str | None = None

    @property
    def is_there(self) -> bool:
        """A deleted name is a version like any other, of nothing: neither content nor type."""
        return self.digest != "" or self.type != ""

    @classmethod
    def read(cls, plain: Mapping[str, Any]) -> Version:
        return cls(**{**plain, "globals": tuple(plain["globals"])})

    def to_plain(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class StepRecord:
    """What a finished step got and left, and its place in the graph."""

    name: str
    position: int
    after: tuple[str, ...]
    #: Names that the analysis says it leaves.
    foreseen: frozenset[str]
    received: Mapping[str, Version]
    left: Mapping[str, Version]

    def all_left(self) -> dict[str, Version]:
        """All that it had at its end: what it got, with what it left over it."""
        both = {**self.received, **self.left}
        return {name: version for name, version in both.items() if version.is_there}

    @classmethod
    def read(cls, plain: Mapping[str, Any]) -> StepRecord:
        return cls(
            name=plain["name"],
            position=plain["position"],
            after=tuple(plain["after"]),
            foreseen=frozenset(plain["foreseen"]),
            received=_by_name(map(Version.read, plain["received"])),
            left=_by_name(map(Version.read, plain["left"])),
        )

    def to_plain(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "position": self.position,
            "after": list(self.after),
            "foreseen": sorted(self.foreseen),
            "received": [version.to_plain() for version in self.received.values()],
            "left": [version.to_plain() for version in self.left.values()],
        }


def _by_name(versions: Iterable[Version]) -> dict[str, Version]:
    return {version.name: version for version in versions}


@dataclass
class Received:
    """What a step gets. ``conflict``: a name that several branches changed, and those steps."""

    values: dict[str, Version] = field(default_factory=dict)
    conflict: tuple[str, tuple[str, ...]] | None = None
    #: Code and message.
    warnings: list[tuple[str, str]] = field(default_factory=list)


class _Held(NamedTuple):
    version: Version
    #: The step in whose hands this version was found.
    holder: str


class Versions:
    """What all steps above left.

    :param records: of every ancestor, by name.
    """

    def __init__(self, records: Mapping[str, StepRecord]) -> None:
        self._records = records
        self._order = sorted(records.values(), key=lambda record: record.position)
        self._ancestors: dict[str, frozenset[str]] = {}
        for record in self._order:
            above: set[str] = set(record.after)
            above.update(*(self._ancestors[parent] for parent in record.after))
            self._ancestors[record.name] = frozenset(above)
        #: Names that were ever stored in a group, by group; in the order of the steps.
        self.members: dict[str, dict[str, None]] = {}
        self._writers: dict[str, str] = {}
        for record in self._order:
            for version in record.left.values():
                if version.group is not None:
                    self._writers.setdefault(version.group, record.name)
                    self.members.setdefault(version.group, {})[version.name] = None

    def companions(self, names: Iterable[str]) -> set[str]:
        """Names that may come along with these: in one group with them, or read by functions."""
        found: set[str] = set()
        waiting = list(names)
        while waiting:
            name = waiting.pop()
            for record in self._order:
                version = record.left.get(name)
                if version is None:
                    continue
                mates = self.members.get(version.group, {}) if version.group is not None else {}
                new = {*version.globals, *mates} - found
                found |= new
                waiting.extend(new)
        return found

    def within_reach(self, version: Version, groups: Collection[str]) -> Version:
        """The same version in one of these groups, where its own is not among them."""
        if version.group is None or version.group in groups:
            return version
        for record in reversed(self._order):
            other = record.left.get(version.name)
            if other is not None and other.digest == version.digest and other.group in groups:
                return other
        return version

    def receive(self, step: str, after: Sequence[str], inputs: Sequence[Input]) -> Received:
        """What the step gets; all records must be its ancestors'."""
        received = Received()
        for each in inputs:
            held = self._join(self._candidates(each.name, each.candidates))
            if len(held) > 1:
                origins = tuple(version.origin for version, _ in held)
                received.conflict = (each.name, origins)
                return received
            if held and held[0].version.is_there:
                received.values[each.name] = held[0].version
            else:
                message = (
                    f'The step "{step}" takes "{each.name}" from "{each.provider}", which did not '
                    f'leave it this time. If the step needs it, let "{each.provider}" always bind '
                    "it."
                )
                received.warnings.append(("input-not-bound", message))
        self._add_companions(step, {each.name for each in inputs}, received)
        self._add_hidden(step, after, received)
        return received

    def _add_companions(self, step: str, taken: set[str], received: Received) -> None:
        """Names that share an object with a taken one, and names that taken functions read."""
        waiting = list(received.values.values())
        while waiting:
            version = waiting.pop()
            mates = self.members.get(version.group, {}) if version.group is not None else {}
            for name in (*mates, *version.globals):
                if name in taken or name in received.values or name.startswith(HIDDEN):
                    continue
                companion = self._companion(step, name, received)
                if companion is None:
                    continue
                if companion.group == version.group or name in version.globals:
                    received.values[name] = companion
                    waiting.append(companion)

    def _companion(self, step: str, name: str, received: Received) -> Version | None:
        held = self._join(self._candidates(name, ()))
        if not held:
            return None
        last = held[-1].version
        if len(held) > 1:
            message = (
                f'"{name}", which comes along with what the step "{step}" takes, was changed in '
                f'{_listed(held)}; the one of "{last.origin}" is taken. Let one of these steps '
                "depend on the other."
            )
            received.warnings.append(("global-conflict", message))
        return last if last.is_there else None

    def _add_hidden(self, step: str, after: Sequence[str], received: Received) -> None:
        candidates: dict[str, list[_Held]] = {}
        for parent in sorted(after, key=lambda name: self._records[name].position):
            for name, version in self._records[parent].all_left().items():
                if name.startswith(HIDDEN):
                    candidates.setdefault(name, []).append(_Held(version, parent))
        for name, found in candidates.items():
            held = self._join(found)
            if not held:
                continue
            last = held[-1].version
            received.values[name] = last
            if len(held) > 1:
                message = (
                    f'The hidden state "{name[len(HIDDEN) :]}" was changed in {_listed(held)}, '
                    f'which do not depend on one another; "{step}" goes on with that of '
                    f'"{last.origin}". If it matters, set it in "{step}", or let one of them '
                    "depend on the other."
                )
                received.warnings.append(("hidden-state-conflict", message))

    def _candidates(self, name: str, named: Sequence[str]) -> list[_Held]:
        """The named candidates' versions, and those of steps that turned out to have the name too.

        Such a one shares an object with a name that they changed. Where none has it, any step above
        that does.
        """
        holders = [record.name for record in self._order if name in record.left]
        unforeseen = [each for each in holders if name not in self._records[each].foreseen]
        found = self._versions_at(dict.fromkeys((*named, *unforeseen)), name)
        return found or self._versions_at(holders, name)

    def _versions_at(self, steps: Iterable[str], name: str) -> list[_Held]:
        found = []
        for holder in steps:
            record = self._records.get(holder)
            version = record and (record.left.get(name) or record.received.get(name))
            if version:
                found.append(_Held(version, holder))
        return found

    def _join(self, candidates: Sequence[_Held]) -> list[_Held]:
        """What is left of several versions, in notebook order."""
        kept: list[_Held] = []
        for candidate in sorted(candidates, key=self._place, reverse=True):
            origin, digest = candidate.version.origin, candidate.version.digest
            outdated = any(
                version.digest == digest or origin in self._ancestors[version.origin]
                for version, _ in kept
            )
            if not outdated:
                kept.append(candidate)
        return kept[::-1]

    def _place(self, held: _Held) -> tuple[int, int]:
        """By origin; of one version in several groups the one that was stored last counts."""
        writer = self._writers.get(held.version.group or "", held.holder)
        return (
            self._records[held.version.origin].position,
            self._records[writer].position,
        )


def left_values(
    step: str, received: Mapping[str, Version], reported: Iterable[Mapping[str, Any]]
) -> dict[str, Version]:
    """What a step left, of what its runner reported: what did not change keeps its origin."""
    left: dict[str, Version] = {}
    for value in reported:
        version = Version(
            name=value["name"],
            origin=step,
            digest=value["digest"],
            group=value["group"],
            type=value["type"],
            globals=tuple(value["globals"]),
            refused=value["refused"],
        )
        former = received.get(version.name)
        if former is None:
            # Looked for and not found: nothing, unless it came in and so was deleted.
            if version.is_there:
                left[version.name] = version
        elif value["unchanged"]:
            left[version.name] = _like(version, former, group=former.group)
        elif version.is_there and version.digest == former.digest:
            left[version.name] = _like(version, former, group=version.group)
        else:
            left[version.name] = version
    return left


def _like(version: Version, former: Version, *, group: str | None) -> Version:
    return Version(
        name=version.name,
        origin=former.origin,
        digest=former.digest,
        group=group,
        type=version.type,
        globals=version.globals,
        refused=version.refused,
    )


def _listed(held: Sequence[_Held]) -> str:
    return " and ".join(f'"{version.origin}"' for version, _ in held)

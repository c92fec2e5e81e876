"""One write of a session: what goes along, which names form groups, what changed, what is
stored."""

from __future__ import annotations

import types
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from .classes import names_used_by
from .container import StoreError
from .culprit import refuse
from .describe import describe, describe_shape, describe_type
from .digest import Digest, ParallelDigester
from .groups import find_groups, is_basic
from .loaded import LoadedBuffers, LoadedGroup
from .model import Refusal, StoredValue, WriteResult
from .order import in_order_of_use
from .pickled import Pickled, TooLarge, pickle_names, pickle_value, start_digest
from .prologue import KINDS
from .world import World
from .writing import write_group


class Writer:
    """Gathers the names of one write, then stores them group by group."""

    def __init__(
        self,
        store: Path,
        world: World,
        groups: Sequence[LoadedGroup],
        buffers: LoadedBuffers,
        ambient: Mapping[str, Any],
        *,
        durable: bool,
    ) -> None:
        self._store = store
        self._world = world
        self._loaded = {name: group for group in groups for name in group.names}
        self._buffers = buffers
        self._ambient = ambient
        self._durable = durable
        self._values: dict[str, Any] = {}
        self._pickled: dict[str, Pickled] = {}
        self._refusals: dict[str, Refusal] = {}
        self._stored: dict[str, StoredValue] = {}

    def write(
        self,
        required: Sequence[str],
        best_effort: Sequence[str],
        keep_bytes: int | None,
        reserved: dict[str, Any],
    ) -> WriteResult:
        """See :meth:`ValueSession.write`."""
        vital = self._gather(required, None)
        others = self._gather([name for name in best_effort if name not in vital], keep_bytes)
        for name, value in reserved.items():
            self._add(name, value, None)
        asked = dict.fromkeys((*required, *best_effort, *reserved))
        wanted = dict.fromkeys((*asked, *vital, *others))
        self._add_witnesses(wanted)
        groups = find_groups(self._values, self._pickled)
        self._store_groups(
            [group for group in groups if not wanted.keys().isdisjoint(group)],
            vital.union(reserved),
            keep_bytes,
        )
        for name in wanted:
            if name in self._refusals:
                self._stored[name] = self._refused(self._refusals[name])
        order = dict.fromkeys((*asked, *wanted, *self._stored))
        return WriteResult(
            values=tuple(self._stored[name] for name in order),
            companions=frozenset(self._stored.keys() - asked.keys()),
            refused=tuple(self._refusals[name] for name in required if name in self._refusals),
        )

    def _gather(self, names: Iterable[str], limit: int | None) -> set[str]:
        """Pickle names and what must come with them: members of read groups, globals of
        functions."""
        todo, seen = list(names), set(names)
        while todo:
            name = todo.pop(0)
            if name in self._world.namespace:
                self._add(
                    name, self._world.namespace[name], None if name in self._loaded else limit
                )
            else:
                self._refusals[name] = _undefined(name)
            group = self._loaded.get(name)
            mates = [mate for mate in group.names if self._is_bound(mate)] if group else []
            along = dict.fromkeys((*mates, *self._travelling_globals(name)))
            todo.extend(other for other in along if other not in seen)
            seen.update(along)
        return seen

    def _is_bound(self, name: str) -> bool:
        return name in self._world.namespace and not name.startswith("@")

    def _travelling_globals(self, name: str) -> list[str]:
        """Globals of a name's functions, also through functions of the prologue, which stay
        behind."""
        pickled = self._pickled.get(name)
        todo = set(pickled.globals) if pickled else set()
        seen: set[str] = set()
        while todo:
            used = todo.pop()
            seen.add(used)
            if not self._travels(used):
                todo |= names_used_by(self._world, self._world.namespace.get(used)) - seen
        return sorted(filter(self._travels, seen))

    def _travels(self, name: str) -> bool:
        """Whether a consumer would not have a global by itself: from IPython, its prologue,
        builtins."""
        if name not in self._world.namespace or name == "__builtins__":
            return False
        value = self._world.namespace[name]
        if name in self._ambient and self._ambient[name] is value:
            return False
        return not self._world.prologue.has_unchanged(name, value)

    def _add(self, name: str, value: Any, limit: int | None) -> None:
        if name in self._pickled or name in self._refusals:
            return
        try:
            self._pickled[name] = pickle_value((value,), self._world, limit=limit)
            self._values[name] = value
        except TooLarge:
            self._refusals[name] = _too_large(name, value, limit)
        except Exception as error:
            self._refusals[name] = refuse(name, value, error, self._attempt)

    def _attempt(self, part: Any) -> BaseException | None:
        try:
            pickle_value(part, self._world)
        except Exception as error:
            return error
        return None

    def _add_witnesses(self, wanted: Mapping[str, None]) -> None:
        """Pickle what else a consumer may have, to see whether a written value shares objects with
        it."""
        if all(is_basic(self._values[name]) for name in wanted if name in self._values):
            return
        prologue = self._world.prologue
        for name in dict.fromkeys((*self._loaded, *prologue.made)):
            value = self._world.namespace.get(name)
            if (
                name in self._pickled
                or is_basic(value)
                or isinstance(value, (*KINDS, types.ModuleType))
            ):
                continue
            if name in self._loaded or self._ambient.get(name) is not value:
                try:
                    self._pickled[name] = pickle_value((value,), self._world)
                    self._values[name] = value
                except Exception:
                    # Not asked for. A written value that shares it cannot be pickled either.
                    continue

    def _store_groups(
        self, groups: Sequence[tuple[str, ...]], vital: set[str], keep_bytes: int | None
    ) -> None:
        left = keep_bytes
        with ParallelDigester() as digester:
            for names in groups:
                provider = self._unchanged_since(names, digester)
                if provider is not None:
                    self._pass_on(names, provider)
                    continue
                size = sum(self._pickled[name].bytes for name in names)
                if left is not None and vital.isdisjoint(names):
                    if size > left:
                        for name in names:
                            self._refuse(_too_large(name, self._values[name], keep_bytes))
                        continue
                    left -= size
                self._store_group(names, digester)

    def _unchanged_since(
        self, names: tuple[str, ...], digester: ParallelDigester
    ) -> LoadedGroup | None:
        group = self._loaded.get(names[0])
        if group is None or set(names) != set(filter(self._is_bound, group.names)):
            return None
        if any(self._content(name, digester)() != group.baselines.get(name) for name in names):
            return None
        if len(names) == 1:
            return group
        together = self._together(group.names)
        digest = start_digest(together, digester, self._buffers.clean)()
        return group if digest == group.whole else None

    def _content(self, name: str, digester: ParallelDigester) -> Digest:
        return start_digest(self._pickled[name], digester, self._buffers.clean)

    def _together(self, names: Sequence[str]) -> Pickled:
        if len(names) == 1:
            return self._pickled[names[0]]
        return pickle_names({name: self._values[name] for name in names}, self._world)

    def _store_group(self, names: tuple[str, ...], digester: ParallelDigester) -> None:
        try:
            digests = {name: self._stored_digest(name, digester) for name in names}
            globals_ = {name: self._all_globals(name) for name in names}
            order = in_order_of_use(names, {name: [name] for name in names}, globals_)
            group = write_group(
                self._store,
                order,
                self._together(order),
                digests,
                globals_,
                digester,
                self._buffers.clean,
                durable=self._durable,
            )
        except StoreError as error:
            for name in names:
                self._refuse(_not_stored(name, self._values[name], error))
            return
        except Exception as error:
            for name in names:
                self._refuse(refuse(name, self._values[name], error, self._attempt))
            return
        for name in names:
            self._keep(name, digests[name](), group, globals_[name], unchanged=False)

    def _stored_digest(self, name: str, digester: ParallelDigester) -> Digest:
        content = self._content(name, digester)
        group = self._loaded.get(name)
        if group is None or content() != group.baselines.get(name):
            return content
        provided: str = group.stored[name]["digest"]
        return lambda: provided

    def _all_globals(self, name: str) -> tuple[str, ...]:
        found: set[str] = set()
        todo = [name]
        while todo:
            new = set(self._travelling_globals(todo.pop())) - found
            found |= new
            todo.extend(new)
        return tuple(sorted(found))

    def _pass_on(self, names: Sequence[str], provider: LoadedGroup) -> None:
        for name in names:
            stored = provider.stored[name]
            self._keep(name, stored["digest"], provider.group, stored["globals"], unchanged=True)

    def _keep(
        self, name: str, digest: str, group: str, globals_: Sequence[str], *, unchanged: bool
    ) -> None:
        value = self._values[name]
        self._stored[name] = StoredValue(
            name=name,
            digest=digest,
            group=group,
            bytes=self._pickled[name].bytes,
            type=describe_type(value),
            repr=describe(value),
            globals=tuple(globals_),
            refusal=None,
            unchanged=unchanged,
            shape=describe_shape(value),
        )

    def _refuse(self, refusal: Refusal) -> None:
        self._refusals[refusal.name] = refusal
        self._stored[refusal.name] = self._refused(refusal)

    def _refused(self, refusal: Refusal) -> StoredValue:
        present = refusal.name in self._world.namespace
        value = self._world.namespace.get(refusal.name)
        pickled = self._pickled.get(refusal.name)
        return StoredValue(
            name=refusal.name,
            digest="",
            group=None,
            bytes=pickled.bytes if pickled else 0,
            type=describe_type(value) if present else "",
            repr=describe(value) if present else "",
            globals=(),
            refusal=refusal,
            unchanged=False,
            shape=describe_shape(value) if present else None,
        )


def _undefined(name: str) -> Refusal:
    return Refusal(
        code="undefined",
        name=name,
        type="",
        path=name,
        reason="the step does not leave it: it was deleted, or never bound",
        advice="Bind it in this step, or take it from another one.",
    )


def _too_large(name: str, value: Any, limit: int | None) -> Refusal:
    return Refusal(
        code="too-large",
        name=name,
        type=describe_type(value),
        path=name,
        reason=f"no step below needs it, and such values are kept up to {limit} bytes together",
        advice="Use it in a later step, or raise the limit.",
    )


def _not_stored(name: str, value: Any, error: StoreError) -> Refusal:
    advice = "Make room there." if error.code == "disk-full" else "See to that folder."
    return Refusal(
        code=error.code,
        name=name,
        type=describe_type(value),
        path=name,
        reason=str(error),
        advice=advice,
    )

"""The values of one step process: read what it gets, remember it, write what it leaves."""

from __future__ import annotations

import contextlib
import os
import types
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from .classes import ensure_record, is_notebook_class
from .definitions import Definitions
from .digest import ParallelDigester
from .functions import is_importable, prologue_identity, state_digest
from .groups import is_basic
from .loaded import LoadedBuffers, LoadedGroup
from .model import GroupReference, ReadResult, WriteResult
from .pickled import pickle_names, pickle_value, start_digest
from .prologue import Prologue
from .reading import OpenedGroup, in_order_of_making
from .world import World
from .writer import Writer


class ValueSession:
    """Reads into and writes from one namespace; one a step process.

    :param namespace: the ``__dict__`` of the module the notebook's cells run in (``__main__``).
        What it holds now (IPython's own names) counts as there in every step.
    :param store: folder of the stored groups, made if missing.
    :param scope: the step's name; part of the identity of functions and classes that it defines.
    """

    def __init__(
        self, namespace: dict[str, Any], *, store: str | os.PathLike[str], scope: str
    ) -> None:
        self._store = Path(store)
        self._world = World(namespace, Definitions(scope), Prologue({}))
        self._ambient = dict(namespace)
        self._groups: list[LoadedGroup] = []
        self._buffers = LoadedBuffers()

    def prologue_done(self) -> None:
        """Remember what the prologue made: its functions and classes travel by name from here on.

        Call it after the prologue's cells and before :meth:`read`.
        """
        world = self._world
        world.prologue = Prologue(world.namespace)
        for name, made in world.prologue.made.items():
            if self._ambient.get(name) is made:
                continue
            try:
                if isinstance(made, type) and is_notebook_class(made):
                    ensure_record(world, made)
                elif isinstance(made, types.FunctionType) and not is_importable(made):
                    identity = prologue_identity(world.prologue.path_of(made) or name)
                    world.prologue_digests[identity] = state_digest(world, made)
            except Exception:
                # Holds what cannot be pickled (a lock in a default): travels by name all the same.
                continue
        world.refresh()

    def read(
        self,
        references: Iterable[GroupReference],
        *,
        track: Collection[str] | None = None,
        verify: bool = False,
    ) -> ReadResult:
        """Bind stored names in the namespace, large arrays mapped, not copied.

        Where two groups bring different versions of one class or function, the changed one holds.
        Nothing is bound where one of the groups cannot be read.

        :param track: names whose contents will be compared by :meth:`write` (the step's outputs and
            leaves); None for all. A name that is not tracked counts as changed if it is written.
        :param verify: check the digests of large buffers too (reads every byte).
        :raises ValueReadError: a file is missing, damaged or of another version, or does not load.
        """
        world = self._world
        values: dict[str, Any] = {}
        groups = []
        opened = [OpenedGroup(self._store, each, verify=verify) for each in references]
        with _undone_on_failure(world.namespace):
            for each in in_order_of_making(opened):
                group, loaded = each.load(world, self._buffers)
                groups.append(group)
                values.update(loaded)
                world.namespace.update(_named(loaded))
        bound = _named(values)
        reserved = {name: value for name, value in values.items() if name not in bound}
        self._settle_definitions()
        for group in groups:
            if track is None or not set(track).isdisjoint(group.names):
                self._take_baseline(group, values)
        self._groups.extend(groups)
        used = {
            name
            for group in groups
            for names in group.names
            for name in group.stored[names]["globals"]
        }
        return ReadResult(
            bound=tuple(bound),
            reserved=reserved,
            missing=frozenset(used - world.namespace.keys()),
        )

    def write(
        self,
        required: Iterable[str],
        best_effort: Iterable[str] = (),
        *,
        keep_bytes: int | None = None,
        reserved: Mapping[str, Any] | None = None,
        durable: bool = True,
    ) -> WriteResult:
        """Store names of the namespace, each with its group; failures are values, never exceptions.

        :param keep_bytes: limit for all names of ``best_effort`` together; one that would pass it
            is refused with ``too-large`` before anything of it is written. None: no limit.
        :param reserved: hidden state by reserved name (``@random``), stored like values.
        :param durable: flush files to the disk before they get their names.
        """
        self._world.refresh()
        writer = Writer(
            self._store, self._world, self._groups, self._buffers, self._ambient, durable=durable
        )
        return writer.write(tuple(required), tuple(best_effort), keep_bytes, dict(reserved or {}))

    def _settle_definitions(self) -> None:
        world = self._world
        world.refresh()
        unsettled = world.definitions.unsettled()
        for identity, definition in unsettled:
            if isinstance(definition, types.FunctionType):
                world.definitions.settle(identity, state_digest(world, definition))
        for identity, definition in unsettled:
            if isinstance(definition, type):
                ensure_record(world, definition)
                world.definitions.settle(identity, world.records[identity].digest)
        world.refresh()

    def _take_baseline(self, group: LoadedGroup, values: Mapping[str, Any]) -> None:
        """Digest what was read, as this process sees it: :mod:`.loaded` says why."""
        names = [name for name in group.names if not name.startswith("@")]
        pristine = self._buffers.pristine
        try:
            with ParallelDigester() as digester:
                for name in names:
                    if is_basic(values[name]):
                        group.baselines[name] = group.stored[name]["digest"]
                        continue
                    pickled = pickle_value((values[name],), self._world)
                    group.baselines[name] = start_digest(pickled, digester, pristine)()
                if len(names) > 1:
                    together = pickle_names({name: values[name] for name in names}, self._world)
                    group.whole = start_digest(together, digester, pristine)()
        except Exception:
            # Read, but not to be written again (its class has no way back): it counts as changed.
            group.baselines.clear()
            group.whole = None


def _named(values: Mapping[str, Any]) -> dict[str, Any]:
    """Those with names of the notebook."""
    return {name: value for name, value in values.items() if not name.startswith("@")}


@contextlib.contextmanager
def _undone_on_failure(namespace: dict[str, Any]) -> Iterator[None]:
    before = dict(namespace)
    try:
        yield
    except BaseException:
        namespace.clear()
        namespace.update(before)
        raise

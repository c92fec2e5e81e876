"""Makes values from a stored group's streams."""

from __future__ import annotations

import functools
import io
import pickle
from collections.abc import Iterable, Mapping
from typing import Any

from . import classes, rebuild
from .definitions import Definitions, History, Verdict
from .functions import prologue_identity
from .model import ValueReadError
from .prologue import follow
from .world import Record, World


class Reader:
    """Reads the streams of one group.

    :param records: the classes that came with it, by identity.
    :param names: those of its names that the consumer is to get.
    """

    def __init__(self, world: World, records: Mapping[str, Record], names: frozenset[str]) -> None:
        self._world = world
        self._records = records
        self._names = names

    @property
    def definitions(self) -> Definitions:
        """Which definitions are here."""
        return self._world.definitions

    @property
    def namespace(self) -> dict[str, Any]:
        """The consumer's names, which notebook functions get as their globals."""
        return self._world.namespace

    def bind(self, name: str, value: Any) -> None:
        """Bind a name of the notebook, if the consumer is to get it."""
        if name in self._names and not name.startswith("@"):
            self._world.namespace[name] = value

    def load(self, stream: Any, buffers: Iterable[Any] = ()) -> Any:
        """The object in a stream."""
        return _Unpickler(stream, buffers, self).load()

    def take_newer_definitions(self) -> None:
        """Bring classes that are here already up to the version that came, where that is newer."""
        for identity, record in self._records.items():
            if record.made_by_prologue is not None:
                if record.history:
                    cls = self.prologue_definition(record.made_by_prologue)
                    self._apply(identity, record, cls, replace=True)
            else:
                present = self.definitions.find(identity)
                if present is not None:
                    self._apply(identity, record, present, replace=True)

    def definition(self, identity: str) -> Any:
        """A class by identity: the one that is here, else made from its record."""
        present = self.definitions.find(identity)
        if present is not None:
            return present
        record = self._records.get(identity)
        if record is None:
            name = identity.split("\n")[1]
            raise ValueReadError("damaged", f"The definition of {name} is missing from the value.")
        is_enum, arguments = self.load(record.skeleton)
        present = self.definitions.find(identity)
        if present is not None:
            # Made meanwhile, for a base class that lists its subclasses.
            return present
        made = classes.build_skeleton(arguments, is_enum)
        self.definitions.register(identity, made)
        self._apply(identity, record, made, replace=False)
        return made

    def prologue_definition(self, path: str) -> Any:
        """What the consumer's own prologue made at a path."""
        found = follow(self._world.prologue.made, path)
        if found is None:
            raise ValueReadError(
                "unloadable",
                f"The value needs {path}, which the notebook's imports and functions cells no "
                "longer make. Run the step that made the value again.",
            )
        self.definitions.register(prologue_identity(path), found)
        return found

    def accepts(self, identity: str, history: History, name: str) -> bool:
        """Whether an arriving version is to replace what is here; notes it if so.

        :raises ValueReadError: ``conflict``, where neither version continues the other.
        """
        verdict = self.definitions.verdict(identity, history)
        if verdict is Verdict.CONFLICT:
            raise ValueReadError(
                "conflict",
                f"{name} was changed by two steps that do not depend on each other. "
                "Make one of them depend on the other, or change it in one step only.",
            )
        if verdict is Verdict.APPLY:
            self.definitions.loaded(identity, history)
        return verdict is Verdict.APPLY

    def _apply(self, identity: str, record: Record, cls: Any, *, replace: bool) -> None:
        if self.accepts(identity, record.history, cls.__qualname__):
            classes.apply_state(cls, self.load(record.state), replace=replace)


class _Unpickler(pickle.Unpickler):
    """Gives the functions of :mod:`rebuild` their reader."""

    def __init__(self, stream: Any, buffers: Iterable[Any], reader: Reader) -> None:
        super().__init__(io.BytesIO(stream), buffers=buffers)
        self._reader = reader

    def find_class(self, module: str, name: str) -> Any:
        """A global that a stream names."""
        if module == rebuild.__name__:
            return functools.partial(getattr(rebuild, name), self._reader)
        return super().find_class(module, name)

"""Reads groups from the store: those first whose names the others' code uses."""

from __future__ import annotations

import pickle
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from .container import LoadedFile, read_file
from .loaded import LoadedBuffers, LoadedGroup
from .model import GroupReference, ValueReadError
from .order import in_order_of_use
from .reader import Reader
from .world import Record, World


class OpenedGroup:
    """A group's file, of which nothing has been made yet.

    :raises ValueReadError: see :class:`ValueReadError`.
    """

    def __init__(self, store: Path, reference: GroupReference, *, verify: bool) -> None:
        self.names = reference.names
        self._reference = reference
        self._file = read_file(store, reference.group, verify=verify)
        self._stored: dict[str, dict[str, Any]] = self._file.fields["names"]
        unknown = [name for name in reference.names if name not in self._stored]
        if unknown:
            raise ValueReadError(
                "missing", f"The stored group {reference.group} holds no {', '.join(unknown)}."
            )
        _check_version(self._file, reference)

    @property
    def globals(self) -> set[str]:
        """Names that the code in it uses."""
        return {used for name in self.names for used in self._stored[name]["globals"]}

    def load(self, world: World, buffers: LoadedBuffers) -> tuple[LoadedGroup, dict[str, Any]]:
        """What to remember of it, and the values of the names that were asked for.

        :raises ValueReadError: see :class:`ValueReadError`.
        """
        for section in self._file.sections[2:]:
            buffers.add(section)
        order: list[str] = self._file.fields["order"]
        values = dict(zip(order, _load(self._file, self._reference, world)))
        taken = {name: values[name] for name in order if name in set(self.names)}
        return LoadedGroup(self._reference.group, tuple(taken), self._stored), taken


def in_order_of_making(groups: Iterable[OpenedGroup]) -> list[OpenedGroup]:
    """Groups behind those whose names they use."""
    groups = list(groups)
    provided = {group: group.names for group in groups}
    used = {group: group.globals for group in groups}
    return in_order_of_use(groups, provided, used)


def _load(file: LoadedFile, reference: GroupReference, world: World) -> tuple[Any, ...]:
    definitions, stream, *data = (section.view for section in file.sections)
    try:
        records: dict[str, Record] = {
            record.identity: record for record in map(Record.from_plain, pickle.loads(definitions))
        }
        reader = Reader(world, records, frozenset(reference.names))
        reader.take_newer_definitions()
        loaded: tuple[Any, ...] = reader.load(stream, data)
    except ValueReadError:
        raise
    except Exception as error:
        names = ", ".join(reference.names)
        raise ValueReadError(
            "unloadable",
            f"{names} cannot be made from the stored value: {type(error).__name__}: {error}. "
            "Its classes may have changed since: run the step that made it again.",
        ) from error
    return loaded


def _check_version(file: LoadedFile, reference: GroupReference) -> None:
    written = tuple(file.fields["python"])
    if file.fields["code"] and written != sys.version_info[:2]:
        theirs, own = (".".join(map(str, version)) for version in (written, sys.version_info[:2]))
        raise ValueReadError(
            "version",
            f"{', '.join(reference.names)} was stored by Python {theirs} and holds functions that "
            f"Python {own} cannot read. Run the step that made it again.",
        )

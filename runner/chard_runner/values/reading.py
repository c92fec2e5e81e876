"""Reads groups from the store and binds their names."""

from __future__ import annotations

import pickle
import sys
from pathlib import Path
from typing import Any

from .container import LoadedFile, read_file
from .loaded import LoadedBuffers, LoadedGroup
from .model import GroupReference, ValueReadError
from .reader import Reader
from .world import Record, World


def read_group(
    store: Path, reference: GroupReference, world: World, buffers: LoadedBuffers, *, verify: bool
) -> tuple[LoadedGroup, dict[str, Any]]:
    """Load a group; answer what to remember of it, and the values of the names that were asked for.

    :raises ValueReadError: see :class:`ValueReadError`.
    """
    file = read_file(store, reference.group, verify=verify)
    stored: dict[str, dict[str, Any]] = file.fields["names"]
    unknown = [name for name in reference.names if name not in stored]
    if unknown:
        raise ValueReadError(
            "missing", f"The stored group {reference.group} holds no {', '.join(unknown)}."
        )
    _check_version(file, reference)
    for section in file.sections[2:]:
        buffers.add(section)
    order: list[str] = file.fields["order"]
    values = dict(zip(order, _load(file, reference, world)))
    taken = {name: values[name] for name in order if name in set(reference.names)}
    return LoadedGroup(reference.group, tuple(taken), stored), taken


def _load(file: LoadedFile, reference: GroupReference, world: World) -> tuple[Any, ...]:
    definitions, stream, *data = (section.view for section in file.sections)
    try:
        records: dict[str, Record] = {
            record.identity: record for record in map(Record.from_plain, pickle.loads(definitions))
        }
        reader = Reader(world, records)
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

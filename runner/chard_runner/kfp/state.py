"""What travels from step to step beside the values: who left which version, and hidden state.

A step's state artifact is a folder: ``state.json`` with the records of the step and all of its
ancestors, and the files of stored groups that no value's artifact holds: hidden state, and values
that nobody could foresee (they share an object with one that was changed, or a function that was
taken uses them).
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from ..protocol import ProtocolError
from .program import Program
from .versions import HIDDEN, StepRecord, Version, Versions

_FILE = "state.json"
_VERSION = 1


def read_states(folders: Iterable[Path]) -> dict[str, StepRecord]:
    """The records of all ancestors, from the states of the steps right above.

    :raises ProtocolError: one of them cannot be read.
    """
    records: dict[str, StepRecord] = {}
    for folder in folders:
        path = folder / _FILE
        try:
            parsed: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
            if parsed["version"] != _VERSION:
                raise ProtocolError(f"{path} is of version {parsed['version']}, not {_VERSION}")
            for plain in parsed["steps"]:
                records[plain["name"]] = StepRecord.read(plain)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ProtocolError(f"the state of a step above cannot be read: {error}") from error
    return records


def write_state(
    folder: Path, records: Mapping[str, StepRecord], groups: Mapping[str, Path]
) -> None:
    """Write a step's state artifact; ``groups`` are the files that go with it."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, path in groups.items():
        bring(path, folder / name)
    ordered = sorted(records.values(), key=lambda record: record.position)
    text = json.dumps(
        {"version": _VERSION, "steps": [record.to_plain() for record in ordered]},
        separators=(",", ":"),
    )
    (folder / _FILE).write_text(text, encoding="utf-8")


def bring(source: Path, target: Path) -> None:
    """A file at another place, without copying where the file system can."""
    if target.exists():
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(OSError):
        os.link(source, target)
        return
    shutil.copyfile(source, target)


def stored_groups(folders: Iterable[Path]) -> dict[str, Path]:
    """The files of stored groups in these artifacts, by the groups' names."""
    return {
        path.name: path
        for folder in folders
        if folder.is_dir()
        for path in folder.iterdir()
        if path.suffix != ".json"
    }


def groups_to_carry(
    program: Program, own: StepRecord, versions: Versions, forwarded: Iterable[str]
) -> set[str]:
    """Groups that the state artifact must hold so that no step below misses one.

    :param versions: of the ancestors and the step itself.
    :param forwarded: groups that came with the states of the steps above.
    """
    at_end = own.all_left()
    hidden = {version.group for name, version in at_end.items() if name.startswith(HIDDEN)}
    taken = program.taken_below
    # Only what a step does not take itself has to come along: the rest has artifacts of its own.
    along: set[str] = set()
    for names in program.below:
        along |= versions.companions(names) - names
    # Also what came in unchanged: here it may have come to belong to what is taken below.
    belonging = {version.group for name, version in at_end.items() if name in along}
    came_in = {version.group for version in own.received.values()}
    unforeseen = {
        version.group
        for name, version in own.left.items()
        if version.group not in came_in
        and name in taken
        and name not in own.foreseen
        and not name.startswith(HIDDEN)
    }
    passed_on = {
        group
        for group in forwarded
        if any(
            name in along | taken and _is_current(name, group, own)
            for name in versions.members.get(group, ())
        )
    }
    carried = hidden | belonging | unforeseen | passed_on
    return {group for group in carried if group is not None}


def _is_current(name: str, group: str, own: StepRecord) -> bool:
    version: Version | None = own.left.get(name)
    return version is None or version.group == group

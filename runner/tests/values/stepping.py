"""Plays steps of a notebook one after another, each in a session and a namespace of its own."""

from __future__ import annotations

import sys
import types
from pathlib import Path
from typing import Any

from chard_runner.values import GroupReference, ReadResult, StoredValue, ValueSession, WriteResult


class Step:
    """One step: runs its code when asked, in its own ``__main__``."""

    def __init__(self, store: Path, scope: str, prologue: str = "") -> None:
        self.module = types.ModuleType("__main__")
        self.names = vars(self.module)
        self.session = ValueSession(self.names, store=store, scope=scope)
        self.run(prologue)
        self.session.prologue_done()

    def run(self, source: str) -> None:
        """Execute a cell."""
        before = sys.modules["__main__"]
        sys.modules["__main__"] = self.module
        try:
            exec(compile(source, "<cell>", "exec", dont_inherit=True), self.names)
        finally:
            sys.modules["__main__"] = before

    def read(self, *results: WriteResult, names: str | None = None, **options: Any) -> ReadResult:
        """Take what steps left (all of it, or the listed names)."""
        wanted = None if names is None else set(names.split())
        groups: dict[str, list[str]] = {}
        for result in results:
            for value in result.values:
                if value.group is not None and (wanted is None or value.name in wanted):
                    groups.setdefault(value.group, []).append(value.name)
        references = [GroupReference(group, tuple(held)) for group, held in groups.items()]
        before = sys.modules["__main__"]
        sys.modules["__main__"] = self.module
        try:
            return self.session.read(references, **options)
        finally:
            sys.modules["__main__"] = before

    def write(self, names: str, best_effort: str = "", **options: Any) -> WriteResult:
        """Leave names."""
        before = sys.modules["__main__"]
        sys.modules["__main__"] = self.module
        try:
            return self.session.write(names.split(), best_effort.split(), **options)
        finally:
            sys.modules["__main__"] = before


def by_name(result: WriteResult) -> dict[str, StoredValue]:
    """The values by name."""
    return {value.name: value for value in result.values}

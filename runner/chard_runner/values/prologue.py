"""What the cells that run in every step made: it travels by name, because every consumer has its
own."""

from __future__ import annotations

import functools
import inspect
import types
import typing
from collections.abc import Mapping
from typing import Any

KINDS = (type, types.FunctionType, functools._lru_cache_wrapper, typing.TypeVar)


class Prologue:
    """The functions and classes that were in the namespace when the prologue was done."""

    def __init__(self, namespace: Mapping[str, Any]) -> None:
        self.made: dict[str, Any] = dict(namespace)
        self._names: dict[int, str] = {}
        for name, value in self.made.items():
            if isinstance(value, KINDS):
                self._names.setdefault(id(value), name)

    def path_of(self, definition: Any) -> str | None:
        """Dotted path under which every consumer finds the same definition; None if there is none.

        ``C.method`` and ``Outer.Inner`` are found through their qualified names.
        """
        name = self._names.get(id(definition))
        if name is not None:
            return name
        qualified = getattr(definition, "__qualname__", None)
        if not isinstance(qualified, str) or "<" in qualified or "." not in qualified:
            return None
        root = qualified.partition(".")[0]
        if id(self.made.get(root)) not in self._names:
            return None
        return qualified if follow(self.made, qualified) is definition else None

    def has_unchanged(self, name: str, value: Any) -> bool:
        """Whether the name is still bound to the very object that the prologue bound it to."""
        return name in self.made and self.made[name] is value


def follow(namespace: Mapping[str, Any], path: str) -> Any:
    """The definition at a dotted path, descriptors unwrapped; None where the path ends nowhere."""
    root, *attributes = path.split(".")
    found = namespace.get(root)
    for attribute in attributes:
        if found is None:
            return None
        found = inspect.getattr_static(found, attribute, None)
        if isinstance(found, (staticmethod, classmethod)):
            found = found.__func__
        elif isinstance(found, property):
            found = found.fget
    return found

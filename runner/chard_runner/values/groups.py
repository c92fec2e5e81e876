"""Which names share a mutable object.

How: every name is pickled with a memo of its own. A memo lists, by identity, every object that the
pickler met, so that two names share an object exactly if their memos have a key in common; sets of
keys are intersected in C. Only common objects are then looked at: sharing a string, a class or a
date means nothing. All memos stay alive meanwhile, so that no identity is used twice. Flat lists,
sets and dicts of basic values have nothing inside to share and need no memo. Arrays are compared by
the memory that they span.
"""

from __future__ import annotations

import datetime
import decimal
import enum
import fractions
import functools
import gc
import logging
import pathlib
import re
import sys
import types
import typing
import uuid
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from .arrays import ArrayUse, shared_ranges
from .pickled import Pickled

_BASIC = frozenset(
    {type(None), bool, int, float, complex, str, bytes, type(...), type(NotImplemented)}
)
_IMMUTABLE: tuple[type, ...] = (
    *_BASIC,
    tuple,
    frozenset,
    range,
    slice,
    type,
    types.FunctionType,
    types.BuiltinFunctionType,
    types.MethodType,
    types.MethodDescriptorType,
    types.WrapperDescriptorType,
    types.GetSetDescriptorType,
    types.ModuleType,
    types.CodeType,
    functools._lru_cache_wrapper,
    property,
    staticmethod,
    classmethod,
    datetime.date,
    datetime.time,
    datetime.timedelta,
    datetime.tzinfo,
    decimal.Decimal,
    enum.Enum,
    fractions.Fraction,
    logging.Logger,
    pathlib.PurePath,
    re.Pattern,
    typing.TypeVar,
    uuid.UUID,
)
_IMMUTABLE_OF_LIBRARIES = {
    "numpy": ("generic", "dtype", "ufunc"),
    "pandas": (
        "Index",
        "Timestamp",
        "Timedelta",
        "Period",
        "Interval",
        "NaT",
        "offsets.BaseOffset",
    ),
    "pandas.api.extensions": ("ExtensionDtype",),
    "pyarrow": ("Array", "ChunkedArray", "DataType", "Schema", "Table", "Buffer"),
    "torch": ("dtype", "device", "Size"),
}


def find_groups(values: Mapping[str, Any], pickled: Mapping[str, Pickled]) -> list[tuple[str, ...]]:
    """The names in groups, names and groups in the order of ``pickled``.

    :param values: by name, what was pickled.
    """
    sets = _DisjointSets(pickled)
    for one, other in (*_sharing_objects(values, pickled), *_sharing_memory(pickled)):
        sets.join(one, other)
    return sets.groups()


def _sharing_objects(
    values: Mapping[str, Any], pickled: Mapping[str, Pickled]
) -> Iterable[tuple[str, str]]:
    """Pairs of names that reach a common object that can change; together they connect all that
    do."""
    immutable = _IMMUTABLE + tuple(_library_types())
    names = sorted(
        (name for name in pickled if not is_basic(values[name])),
        key=lambda name: pickled[name].stream.nbytes,
    )
    owners: dict[int, str] = {}
    with _no_collection():
        # Small ones first: the largest memo is only looked into, or, without others, not even
        # copied.
        for name in names:
            if name == names[-1] and not owners:
                return
            memo = _reachable(values[name], pickled[name])
            private = pickled[name].pickler.arrays.private
            found = set()
            for key in owners.keys() & memo.keys():
                if owners[key] in found or key in private:
                    continue
                if _carries_changes(memo[key][1], immutable):
                    found.add(owners[key])
                    yield owners[key], name
            if name != names[-1]:
                owners.update(dict.fromkeys(memo.keys() - owners.keys(), name))


@contextmanager
def _no_collection() -> Iterator[None]:
    """A memo's copy makes many tuples at once, each of which would count towards a garbage
    collection."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def is_basic(value: Any) -> bool:
    """Whether a value is of a type whose objects never change and hold nothing."""
    return type(value) in _BASIC


def _reachable(value: Any, passed: Pickled) -> dict[int, tuple[int, Any]]:
    """What the pickler met, by identity, as its memo has it."""
    if _is_flat(value):
        return {id(value): (0, value)}
    memo: dict[int, tuple[int, Any]] = passed.pickler.memo.copy()
    return memo


def _is_flat(value: Any) -> bool:
    kind = type(value)
    if kind in (list, set):
        return _BASIC.issuperset(map(type, value))
    if kind is dict:
        return _BASIC.issuperset(map(type, value)) and _BASIC.issuperset(map(type, value.values()))
    if kind is getattr(sys.modules.get("numpy"), "ndarray", None):
        return not value.dtype.hasobject
    return False


def _carries_changes(shared: Any, immutable: tuple[type, ...]) -> bool:
    if isinstance(shared, immutable):
        return False
    if isinstance(shared, types.CellType):
        # A decorated function's cell holds a definition, which is one object in the consumer
        # anyway.
        try:
            return not isinstance(shared.cell_contents, (type, types.FunctionType))
        except ValueError:
            return True
    try:
        # What pickles as a global (a string) is found again by name.
        return not isinstance(shared.__reduce_ex__(4), str)
    except Exception:
        # Not every object that was pickled has a reduction of its own: lists of classes, views.
        return True


def _library_types() -> Iterable[type]:
    for module_name, names in _IMMUTABLE_OF_LIBRARIES.items():
        for name in names:
            found: Any = sys.modules.get(module_name)
            for attribute in name.split("."):
                found = getattr(found, attribute, None)
            if isinstance(found, type):
                yield found


def _sharing_memory(pickled: Mapping[str, Pickled]) -> Iterable[tuple[str, str]]:
    owner: dict[int, str] = {}
    uses: list[ArrayUse] = []
    for name, passed in pickled.items():
        for use in passed.uses:
            owner.setdefault(id(use.array), name)
            uses.append(use)
    for sharing in shared_ranges(uses):
        names = [owner[id(use.array)] for use in sharing]
        yield from ((names[0], other) for other in names[1:])


class _DisjointSets:
    """Union-find over names, in a fixed order."""

    def __init__(self, names: Iterable[str]) -> None:
        self._parents = {name: name for name in names}

    def join(self, one: str, other: str) -> None:
        self._parents[self._root(other)] = self._root(one)

    def groups(self) -> list[tuple[str, ...]]:
        found: dict[str, list[str]] = {}
        for name in self._parents:
            found.setdefault(self._root(name), []).append(name)
        return [tuple(names) for names in found.values()]

    def _root(self, name: str) -> str:
        while self._parents[name] != name:
            self._parents[name] = self._parents[self._parents[name]]
            name = self._parents[name]
        return name

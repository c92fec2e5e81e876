"""How classes are stored: by name where the consumer has them, else by definition, once a file."""

from __future__ import annotations

import hashlib
import io
import types
import typing
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum
from typing import TYPE_CHECKING, Any

from .._vendor.cloudpickle import cloudpickle
from . import rebuild
from .functions import names_of_function, prologue_identity
from .world import Record, World

if TYPE_CHECKING:
    from .pickler import ValuePickler

_METHOD_PARTS = ("__func__", "fget", "fset", "fdel")


def reduce_class(pickler: ValuePickler, cls: Any) -> Any:
    """The pickler's handler for classes."""
    if not is_notebook_class(cls):
        return cloudpickle._class_reduce(cls)
    world = pickler.world
    path = world.prologue.path_of(cls)
    identity = prologue_identity(path) if path else world.definitions.id_of(cls)
    if not pickler.shallow:
        ensure_record(world, cls)
        pickler.needs.add(identity)
    return (rebuild.prologue, (path,)) if path else (rebuild.known, (identity,))


def is_notebook_class(cls: Any) -> bool:
    """Whether a class can only be stored by definition."""
    if cls in cloudpickle._BUILTIN_TYPE_NAMES or cls.__module__ == "builtins":
        return False
    return not cloudpickle._should_pickle_by_reference(cls)


def ensure_record(world: World, cls: Any) -> None:
    """Make the class's record, unless it is there or being made (a class whose methods name it)."""
    path = world.prologue.path_of(cls)
    identity = prologue_identity(path) if path else world.definitions.id_of(cls)
    if identity in world.records or identity in world.building:
        return
    world.building.add(identity)
    try:
        world.records[identity] = _make_record(world, cls, identity, path)
    finally:
        world.building.discard(identity)


def build_skeleton(arguments: tuple[Any, ...], is_enum: bool) -> Any:
    """A class without its attributes, from what ``_make_record`` stored."""
    if is_enum:
        return cloudpickle._make_skeleton_enum(*arguments, None, None)
    bases = arguments[2]
    with _silent_subclass_hooks(bases):
        return cloudpickle._make_skeleton_class(*arguments, None, None)


def apply_state(cls: Any, attributes: dict[str, Any], *, replace: bool) -> None:
    """Give a class its attributes; ``replace``: those that it has and the state lacks go."""
    if replace:
        for name in set(_attributes(cls)) - set(attributes):
            try:
                delattr(cls, name)
            except (AttributeError, TypeError):
                # A slot's descriptor or an attribute that its metaclass keeps: part of the class
                # itself.
                continue
    cloudpickle._class_setstate(cls, (attributes, {}))


def names_used_by(world: World, definition: Any) -> set[str]:
    """Notebook names that a function, or a class's methods, read or write; none for anything
    else."""
    if not isinstance(definition, type):
        return names_of_function(world, definition)
    names: set[str] = set()
    for attribute in vars(definition).values():
        for part in (attribute, *(getattr(attribute, part, None) for part in _METHOD_PARTS)):
            names |= names_of_function(world, part)
    return names


def _make_record(world: World, cls: Any, identity: str, path: Any) -> Record:
    from .pickler import ValuePickler

    is_enum = issubclass(cls, Enum)
    skeleton, state = io.BytesIO(), io.BytesIO()
    pickler = ValuePickler(state, world, inline=True)
    pickler.dump(_attributes(cls))
    needs, names = pickler.needs, pickler.globals
    if path is None:
        pickler = ValuePickler(skeleton, world, inline=True)
        pickler.dump((is_enum, _skeleton_arguments(cls, is_enum)))
        needs |= pickler.needs
        names |= pickler.globals
    digest = hashlib.sha256(skeleton.getvalue() + state.getvalue()).hexdigest()
    if path is not None:
        unchanged = world.prologue_digests.setdefault(identity, digest) == digest
        names |= names_used_by(world, cls)
        history = () if unchanged else world.definitions.history(identity, digest)
    else:
        history = world.definitions.history(identity, digest)
    return Record(
        identity=identity,
        digest=digest,
        history=history,
        skeleton=skeleton.getvalue(),
        state=state.getvalue() if history else b"",
        made_by_prologue=path,
        needs=frozenset(needs - {identity}) if history else frozenset(),
        globals=frozenset(names),
    )


def _skeleton_arguments(cls: Any, is_enum: bool) -> tuple[Any, ...]:
    if is_enum:
        arguments: tuple[Any, ...] = cloudpickle._enum_getnewargs(cls)
    else:
        arguments = cloudpickle._class_getnewargs(cls)
        # typing.NamedTuple sets its own and refuses others.
        if "__slots__" in vars(cls) and typing.NamedTuple not in vars(cls).get(
            "__orig_bases__", ()
        ):
            slots = vars(cls)["__slots__"]
            arguments[3]["__slots__"] = slots if isinstance(slots, str) else list(slots)
    # Without cloudpickle's own identity, which is random.
    return arguments[:-2]


def _attributes(cls: Any) -> dict[str, Any]:
    getter = cloudpickle._enum_getstate if issubclass(cls, Enum) else cloudpickle._class_getstate
    attributes: dict[str, Any] = getter(cls)[0]
    # What copyreg notes on a class when an instance is pickled.
    attributes.pop("__slotnames__", None)
    # The slots themselves come with the skeleton, whatever their (mangled) names.
    return {
        name: value
        for name, value in attributes.items()
        if name != "__slots__" and not isinstance(value, types.MemberDescriptorType)
    }


@contextmanager
def _silent_subclass_hooks(bases: tuple[Any, ...]) -> Iterator[None]:
    """Keep the notebook's ``__init_subclass__`` from running a second time for a class that it has
    seen."""
    hooked = [
        base
        for cls in bases
        for base in getattr(cls, "__mro__", ())
        if "__init_subclass__" in vars(base) and is_notebook_class(base)
    ]
    hooks = [(base, vars(base)["__init_subclass__"]) for base in hooked]
    try:
        for base in hooked:
            base.__init_subclass__ = classmethod(lambda cls, **_: None)
        yield
    finally:
        for base, hook in hooks:
            base.__init_subclass__ = hook

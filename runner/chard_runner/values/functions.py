"""How functions are stored: by name where the consumer has them, else by their code and closure."""

from __future__ import annotations

import functools
import hashlib
import io
import sys
import types
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from .._vendor.cloudpickle import cloudpickle
from . import rebuild

if TYPE_CHECKING:
    from .pickler import ValuePickler
    from .world import World


def reduce_function(pickler: ValuePickler, function: types.FunctionType) -> Any:
    """The pickler's handler for functions."""
    if function.__module__ == rebuild.__name__ or is_importable(function):
        return NotImplemented
    if _is_single_dispatch(function):
        return rebuild.single_dispatch, (dict(_implementations(function)),)
    world = pickler.world
    if function.__globals__ is world.namespace:
        pickler.globals.update(global_names(function.__code__))
    path = world.prologue.path_of(function)
    identity = prologue_identity(path) if path else world.definitions.id_of(function)
    if pickler.shallow:
        return rebuild.known, (identity,)
    digest = state_digest(world, function)
    state = _state(function)
    if path is not None:
        if world.prologue_digests.setdefault(identity, digest) == digest:
            return rebuild.prologue, (path,)
        stored = (identity, world.definitions.history(identity, digest), (*state[:2], (), state[3]))
        return rebuild.prologue, (path,), stored, None, None, rebuild.set_function_state
    pickler.has_code = True
    pickler.function_cells.update(map(id, function.__closure__ or ()))
    arguments = (
        identity,
        function.__code__,
        "".join(function.__name__),
        _scope(pickler, function),
        function.__closure__,
    )
    stored = (identity, world.definitions.history(identity, digest), state)
    return rebuild.function, arguments, stored, None, None, rebuild.set_function_state


def reduce_cell(pickler: ValuePickler, cell: types.CellType) -> Any:
    """The pickler's handler for closure variables, whose content a function's state brings
    later."""
    if id(cell) in pickler.function_cells:
        return rebuild.cell, ()
    return rebuild.cell, (), _content(cell), None, None, rebuild.set_cell


def reduce_lru_cache(pickler: ValuePickler, cached: Any) -> Any:
    """The pickler's handler for functools.lru_cache wrappers; the cached results stay behind."""
    path = pickler.world.prologue.path_of(cached)
    if path is not None:
        pickler.globals.update(names_of_function(pickler.world, cached))
        return rebuild.prologue, (path,)
    if is_importable(cached):
        return NotImplemented
    parameters = cached.cache_parameters() if hasattr(cached, "cache_parameters") else None
    if parameters is None:  # Python 3.8; cache_info has no ``typed``.
        parameters = {"maxsize": cached.cache_info().maxsize, "typed": False}
    return (
        rebuild.lru_cache,
        (cached.__wrapped__, parameters["maxsize"], parameters["typed"]),
        {
            key: value
            for key, value in vars(cached).items()
            if key not in ("__wrapped__", "cache_parameters")
        },
    )


def reduce_cached_property(pickler: ValuePickler, descriptor: Any) -> Any:
    """The pickler's handler for functools.cached_property, which holds a lock before Python
    3.12."""
    state = {name: part for name, part in vars(descriptor).items() if name != "lock"}
    return functools.cached_property, (descriptor.func,), state


def reduce_type_variable(pickler: ValuePickler, variable: Any) -> Any:
    """The pickler's handler for TypeVar, whose identity matters to generic classes."""
    module = sys.modules.get(variable.__module__ or "")
    importable = module is not None and module.__name__ != "__main__"
    if importable and getattr(module, variable.__name__, None) is variable:
        return NotImplemented
    path = pickler.world.prologue.path_of(variable)
    if path is not None:
        return rebuild.prologue, (path,)
    identity = pickler.world.definitions.id_of(variable)
    variance = {
        key: getattr(variable, f"__{key}__") for key in ("bound", "covariant", "contravariant")
    }
    return rebuild.type_variable, (
        identity,
        variable.__name__,
        variable.__constraints__,
        variance,
        variable.__module__,
    )


def is_importable(definition: Any) -> bool:
    """Whether a consumer can import the very same function from a module file."""
    module = sys.modules.get(getattr(definition, "__module__", None) or "")
    if module is None or module.__name__ == "__main__":
        return False
    found: Any = module
    for attribute in definition.__qualname__.split("."):
        found = getattr(found, attribute, None)
    return found is definition


def global_names(code: types.CodeType) -> set[str]:
    """Names of globals that a code object and those inside it read or write."""
    return set(cloudpickle._extract_code_globals(code))


def names_of_function(world: World, definition: Any) -> set[str]:
    """Notebook names that a function uses, also one that functools wraps; none for anything
    else."""
    function = getattr(definition, "__wrapped__", definition)
    if isinstance(function, types.FunctionType) and function.__globals__ is world.namespace:
        return global_names(function.__code__)
    return set()


def prologue_identity(path: str) -> str:
    """The identity of a definition that every consumer's prologue makes."""
    return f"prologue\n{path}"


def state_digest(world: World, function: types.FunctionType) -> str:
    """Digest of a function's own state; other definitions count by identity only."""
    found = world.digests.get(id(function))
    if found is None:
        from .pickler import ValuePickler

        stream = io.BytesIO()
        pickler = ValuePickler(stream, world, shallow=True, inline=True)
        attributes, slots, _, contents = _state(function)
        pickler.dump((function.__code__, attributes, slots, contents))
        found = hashlib.sha256(stream.getbuffer()).hexdigest()
        world.digests[id(function)] = found
    return found


def _state(function: types.FunctionType) -> rebuild.FunctionState:
    cells = function.__closure__ or ()
    slots = rebuild.function_slots(function)
    return dict(vars(function)), slots, cells, tuple(map(_content, cells))


def _content(cell: types.CellType) -> tuple[Any, ...]:
    try:
        return (cell.cell_contents,)
    except ValueError:
        return ()


def _scope(pickler: ValuePickler, function: types.FunctionType) -> Any:
    names = function.__globals__
    if names is pickler.world.namespace:
        return None
    module = sys.modules.get(names.get("__name__", ""))
    if module is not None and module.__name__ != "__main__" and vars(module) is names:
        return module.__name__
    # Globals of neither the notebook nor a module (exec): what the function uses goes along.
    taken = pickler.foreign_globals.setdefault(id(names), {})
    for name in ("__name__", "__package__", *sorted(global_names(function.__code__))):
        if name in names:
            taken[name] = names[name]
    return taken


def _is_single_dispatch(function: types.FunctionType) -> bool:
    return function.__globals__ is vars(functools) and hasattr(function, "registry")


def _implementations(function: types.FunctionType) -> Mapping[type, Any]:
    registry: Mapping[type, Any] = vars(function)["registry"]
    return registry

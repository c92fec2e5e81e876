"""The one pickler for everything that goes from step to step."""

from __future__ import annotations

import functools
import gc
import pickle
import sys
import types
import typing
from dataclasses import dataclass
from typing import Any, BinaryIO, Callable

from .._vendor.cloudpickle import cloudpickle
from . import classes, functions, keras_models, rebuild
from .arrays import ArrayHandlers, Memory, SharedMemory, array_handler
from .refusals import Unpassable, check_module, refused_kind
from .world import World

Handler = Callable[["ValuePickler", Any], Any]

_INLINE_BELOW_BYTES = 4096
_DICT_VIEWS: dict[type, Callable[[Any], Any]] = {
    type({}.keys()): dict.keys,
    type({}.values()): dict.values,
    type({}.items()): dict.items,
}


@dataclass(frozen=True)
class Named:
    """A value that becomes itself in the consumer, bound to its name there."""

    name: str
    value: Any


class ValuePickler(cloudpickle.Pickler):  # type: ignore[misc]
    """Pickles values of one namespace, collecting what must be known about them.

    Nothing in it refers back to it: a pickler that only the garbage collector could free would take
    its memoryviews apart in any order, which CPython does not always survive.

    :param file: gets the stream.
    :param shared: memory that several arrays are to share in the consumer too.
    :param shallow: definitions are only named, never followed: for digests of one definition's own
        state.
    :param inline: no out-of-band buffers.
    """

    def __init__(
        self,
        file: BinaryIO,
        world: World,
        *,
        shared: SharedMemory | None = None,
        shallow: bool = False,
        inline: bool = False,
    ) -> None:
        self.buffers: list[memoryview] = []
        callback = None if inline else functools.partial(_keep, self.buffers)
        super().__init__(file, protocol=5, buffer_callback=callback)
        self.world = world
        self.shallow = shallow
        self.needs: set[str] = set()
        self.globals: set[str] = set()
        self.has_code = False
        self.function_cells: set[int] = set()
        self.foreign_globals: dict[int, dict[str, Any]] = {}
        self.arrays = ArrayHandlers(shared)
        self._handlers = dict(_HANDLERS)

    def reducer_override(self, obj: Any) -> Any:
        """How to store an object; NotImplemented for Python's own way. Called for all but basic
        types."""
        kind = type(obj)
        try:
            handler = self._handlers[kind]
        except KeyError:
            handler = self._handlers[kind] = self._choose(kind)
        return NotImplemented if handler is None else handler(self, obj)

    def _choose(self, kind: type) -> Handler | None:
        if issubclass(kind, type):
            return classes.reduce_class
        if issubclass(kind, types.ModuleType):
            return _reduce_module
        refused = refused_kind(kind)
        if refused is not None:
            return functools.partial(_raise_unpassable, refused)
        if _is_initialised_by_python(kind):
            return _reduce_exception
        if keras_models.is_saveable(kind):
            return keras_models.reduce_saveable
        return array_handler(kind)


def _keep(buffers: list[memoryview], buffer: pickle.PickleBuffer) -> bool:
    raw = buffer.raw()
    if raw.nbytes < _INLINE_BELOW_BYTES:
        return True
    buffers.append(raw)
    return False


def _reduce_module(pickler: ValuePickler, module: types.ModuleType) -> Any:
    check_module(module)
    return rebuild.imported, (module.__name__,)


def _is_initialised_by_python(kind: type) -> bool:
    """Whether an exception's own way back would call an ``__init__`` with what it does not take."""
    return (
        issubclass(kind, BaseException)
        and kind.__reduce__ is BaseException.__reduce__
        and kind.__reduce_ex__ is object.__reduce_ex__
        and isinstance(kind.__init__, types.FunctionType)
    )


def _reduce_exception(pickler: ValuePickler, error: BaseException) -> Any:
    return rebuild.exception, (type(error), error.args), error.__dict__ or None


def _reduce_named(pickler: ValuePickler, named: Named) -> Any:
    return rebuild.bound, (named.name, named.value)


def _reduce_memory(pickler: ValuePickler, memory: Memory) -> Any:
    return rebuild.memory, (memory.buffer(),)


def _reduce_dict_view(pickler: ValuePickler, view: Any) -> Any:
    # The view's only referent is its dict; the mapping attribute (3.10) would be a proxy of it.
    return _DICT_VIEWS[type(view)], (gc.get_referents(view)[0],)


def _raise_unpassable(refused: tuple[str, str], pickler: ValuePickler, obj: Any) -> Any:
    if obj is sys.stdout or obj is sys.stderr:
        return getattr, (sys, "stdout" if obj is sys.stdout else "stderr")
    raise Unpassable(obj, *refused)


_HANDLERS: dict[type, Handler | None] = {
    types.FunctionType: functions.reduce_function,
    types.CellType: functions.reduce_cell,
    types.ModuleType: _reduce_module,
    functools._lru_cache_wrapper: functions.reduce_lru_cache,
    functools.cached_property: functions.reduce_cached_property,
    typing.TypeVar: functions.reduce_type_variable,
    Memory: _reduce_memory,
    Named: _reduce_named,
    **dict.fromkeys(_DICT_VIEWS, _reduce_dict_view),
}

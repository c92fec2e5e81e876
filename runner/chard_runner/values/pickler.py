"""The one pickler for everything that goes from step to step."""

from __future__ import annotations

import functools
import gc
import pickle
import sys
import types
import typing
from typing import Any, BinaryIO, Callable, Optional

from .._vendor.cloudpickle import cloudpickle
from . import classes, functions, rebuild
from .arrays import ArrayHandlers, Memory, SharedMemory
from .refusals import Unpassable, check_module, refused_kind
from .world import World

Handler = Callable[[Any], Any]

_INLINE_BELOW_BYTES = 4096
_DICT_VIEWS: dict[type, Callable[[Any], Any]] = {
    type({}.keys()): dict.keys,
    type({}.values()): dict.values,
    type({}.items()): dict.items,
}


class ValuePickler(cloudpickle.Pickler):  # type: ignore[misc]
    """Pickles values of one namespace, collecting what must be known about them.

    :param file: gets the stream.
    :param shared: memory that several arrays are to share in the consumer too.
    :param shallow: definitions are only named, never followed: for digests of one definition's own state.
    :param inline: no out-of-band buffers.
    """

    def __init__(
        self,
        file: BinaryIO,
        world: World,
        *,
        shared: Optional[SharedMemory] = None,
        shallow: bool = False,
        inline: bool = False,
    ) -> None:
        self.buffers: list[memoryview] = []
        super().__init__(file, protocol=5, buffer_callback=None if inline else self._keep)
        self.world = world
        self.shallow = shallow
        self.needs: set[str] = set()
        self.globals: set[str] = set()
        self.has_code = False
        self.function_cells: set[int] = set()
        self.foreign_globals: dict[int, dict[str, Any]] = {}
        self.arrays = ArrayHandlers(shared)
        self._handlers: dict[type, Optional[Handler]] = {
            types.FunctionType: functools.partial(functions.reduce_function, self),
            types.CellType: functools.partial(functions.reduce_cell, self),
            types.ModuleType: _reduce_module,
            functools._lru_cache_wrapper: functools.partial(functions.reduce_lru_cache, self),
            functools.cached_property: functions.reduce_cached_property,
            typing.TypeVar: functools.partial(functions.reduce_type_variable, self),
            Memory: _reduce_memory,
            **{
                kind: functools.partial(_reduce_dict_view, method)
                for kind, method in _DICT_VIEWS.items()
            },
        }

    def reducer_override(self, obj: Any) -> Any:
        """How to store an object; NotImplemented for Python's own way. Called for all but basic types."""
        kind = type(obj)
        try:
            handler = self._handlers[kind]
        except KeyError:
            handler = self._handlers[kind] = self._choose(kind)
        return NotImplemented if handler is None else handler(obj)

    def _choose(self, kind: type) -> Optional[Handler]:
        if issubclass(kind, type):
            return functools.partial(classes.reduce_class, self)
        if issubclass(kind, types.ModuleType):
            return _reduce_module
        refused = refused_kind(kind)
        if refused is not None:
            return functools.partial(_raise_unpassable, refused)
        return self.arrays.handler(kind)

    def _keep(self, buffer: pickle.PickleBuffer) -> bool:
        raw = buffer.raw()
        if raw.nbytes < _INLINE_BELOW_BYTES:
            return True
        self.buffers.append(raw)
        return False


def _reduce_module(module: types.ModuleType) -> Any:
    check_module(module)
    return rebuild.imported, (module.__name__,)


def _reduce_memory(memory: Memory) -> Any:
    return rebuild.memory, (memory.buffer(),)


def _reduce_dict_view(method: Callable[[Any], Any], view: Any) -> Any:
    # The view's only referent is its dict; the mapping attribute (3.10) would be a proxy of it.
    return method, (gc.get_referents(view)[0],)


def _raise_unpassable(refused: tuple[str, str], obj: Any) -> Any:
    if obj is sys.stdout or obj is sys.stderr:
        return getattr, (sys, "stdout" if obj is sys.stdout else "stderr")
    raise Unpassable(obj, *refused)

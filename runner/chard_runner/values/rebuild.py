"""What stored values are made with when they are read.

Streams name these functions; the reader gives each its first argument, so that no state of the
process decides which namespace a function belongs to.
"""

from __future__ import annotations

import functools
import importlib
import io
import types
import typing
import zipfile
from typing import TYPE_CHECKING, Any, Callable

if TYPE_CHECKING:
    from .reader import Reader

FunctionState = tuple[dict[str, Any], dict[str, Any], tuple[Any, ...], tuple[tuple[Any, ...], ...]]

FUNCTION_SLOTS = ("__defaults__", "__doc__", "__module__", "__name__", "__qualname__")
_FUNCTION_DICTS = ("__annotations__", "__kwdefaults__")


def known(reader: Reader, identity: str) -> Any:
    """A notebook class by its identity."""
    return reader.definition(identity)


def prologue(reader: Reader, path: str) -> Any:
    """A definition that the consumer's own prologue made."""
    return reader.prologue_definition(path)


def bound(reader: Reader, name: str, value: Any) -> Any:
    """A value, which the code that makes later ones finds under its name."""
    reader.bind(name, value)
    return value


def cell(reader: Reader) -> types.CellType:
    """A closure's variable, still empty."""
    return types.CellType()


def set_cell(reader: Reader, target: types.CellType, content: tuple[Any, ...]) -> None:
    """Fill a closure's variable; an empty tuple leaves it empty."""
    if content:
        target.cell_contents = content[0]


def function(
    reader: Reader,
    identity: str,
    code: types.CodeType,
    name: str,
    scope: Any,
    cells: tuple[types.CellType, ...] | None,
) -> types.FunctionType:
    """A function made from its code; the one that is already here, where it arrived before.

    :param scope: whose globals it uses: None for the consumer's namespace, a module's name, or a
        dict.
    """
    present = reader.definitions.find(identity)
    if isinstance(present, types.FunctionType):
        return present
    if scope is None:
        names = reader.namespace
    elif isinstance(scope, str):
        names = importlib.import_module(scope).__dict__
    else:
        names = scope
    names.setdefault("__builtins__", __builtins__)
    made = types.FunctionType(code, names, name, None, cells)
    reader.definitions.register(identity, made)
    return made


def set_function_state(
    reader: Reader, target: types.FunctionType, stored: tuple[str, tuple[str, ...], FunctionState]
) -> None:
    """Give a function its attributes, defaults and closure, unless a newer version is here."""
    identity, history, (attributes, slots, cells, contents) = stored
    for variable, content in zip(cells, contents):
        if content and not _is_filled(variable):
            variable.cell_contents = content[0]
    if not reader.accepts(identity, history, target.__qualname__):
        return
    for variable, content in zip(target.__closure__ or (), contents):
        if content:
            variable.cell_contents = content[0]
    target.__dict__.clear()
    target.__dict__.update(attributes)
    for slot, value in slots.items():
        setattr(target, slot, value)


def function_slots(source: types.FunctionType) -> dict[str, Any]:
    """A function's settable parts. Its own dicts are copied: they belong to it alone."""
    slots = {slot: getattr(source, slot) for slot in FUNCTION_SLOTS}
    for slot in _FUNCTION_DICTS:
        held = getattr(source, slot)
        slots[slot] = None if held is None else dict(held)
    return slots


def lru_cache(reader: Reader, target: Callable[..., Any], maxsize: int | None, typed: bool) -> Any:
    """A cached function; the cache starts empty."""
    return functools.lru_cache(maxsize=maxsize, typed=typed)(target)


def exception(
    reader: Reader, kind: type[BaseException], arguments: tuple[Any, ...]
) -> BaseException:
    """An exception whose class has an ``__init__`` that takes something else than ``args``."""
    made = kind.__new__(kind, *arguments)
    initialisers: list[Any] = [vars(base).get("__init__") for base in kind.__mro__]
    native = next(each for each in initialisers if isinstance(each, types.WrapperDescriptorType))
    native(made, *arguments)
    return made


def keras_saveable(reader: Reader, parts: dict[str, Any], definitions: dict[str, Any]) -> Any:
    """A model of Keras from its archive's members, with the notebook's classes that they name."""
    keras: Any = importlib.import_module("keras")
    saveable: Any = importlib.import_module("keras.src.saving.keras_saveable").KerasSaveable
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as opened:
        for name, content in parts.items():
            opened.writestr(name, bytes(content))
    archive.seek(0)
    with keras.saving.custom_object_scope(definitions):
        return saveable._unpickle_model(archive)


def type_variable(
    reader: Reader,
    identity: str,
    name: str,
    constraints: tuple[Any, ...],
    options: dict[str, Any],
    module: str,
) -> Any:
    """A type variable; the one that is already here, where it arrived before."""
    present = reader.definitions.find(identity)
    if present is not None:
        return present
    make: Any = typing.TypeVar
    made = make(name, *constraints, **options)
    made.__module__ = module
    reader.definitions.register(identity, made)
    return made


def single_dispatch(reader: Reader, implementations: dict[type, Callable[..., Any]]) -> Any:
    """A functools.singledispatch function with all that was registered."""
    made = functools.singledispatch(implementations[object])
    for kind, implementation in implementations.items():
        if kind is not object:
            made.register(kind, implementation)
    return made


def imported(reader: Reader, name: str) -> types.ModuleType:
    """A module, imported again."""
    return importlib.import_module(name)


def array(reader: Reader, buffer: Any, dtype: Any, shape: tuple[int, ...], order: str) -> Any:
    """A NumPy array on the buffer's own memory."""
    numpy: Any = importlib.import_module("numpy")
    return numpy.ndarray(shape, dtype, buffer=buffer, order=order)


def memory(reader: Reader, buffer: Any) -> Any:
    """Memory that several arrays share."""
    return buffer


def view(
    reader: Reader,
    shared: Any,
    dtype: Any,
    shape: tuple[int, ...],
    strides: tuple[int, ...],
    offset: int,
    writeable: bool,
) -> Any:
    """A NumPy array on memory that it shares with others."""
    numpy: Any = importlib.import_module("numpy")
    made = numpy.ndarray(shape, dtype, buffer=shared, offset=offset, strides=strides)
    if not writeable:
        made.flags.writeable = False
    return made


def torch_storage(reader: Reader, buffer: Any) -> Any:
    """A PyTorch CPU storage on the buffer's own memory."""
    torch: Any = importlib.import_module("torch")
    if not memoryview(buffer).nbytes:
        return torch.UntypedStorage(0)
    return torch.frombuffer(buffer, dtype=torch.uint8).untyped_storage()


def set_gradient(reader: Reader, tensor: Any, gradient: Any) -> None:
    """Give a PyTorch tensor its gradient."""
    tensor.grad = gradient


def torch_typed_storage(reader: Reader, storage: Any, dtype: Any) -> Any:
    """The typed face of a storage, which tensors are made with."""
    torch: Any = importlib.import_module("torch")
    return torch.storage.TypedStorage(wrap_storage=storage, dtype=dtype, _internal=True)


def _is_filled(variable: types.CellType) -> bool:
    # Comparing with an empty cell never looks at the content.
    return variable != types.CellType()

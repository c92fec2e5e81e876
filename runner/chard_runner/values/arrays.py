"""Arrays of NumPy, pandas and PyTorch: out of band, and sharing memory where they share it.

None of the libraries is imported here; what is not loaded cannot be in a value.
"""

from __future__ import annotations

import bisect
import pickle
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Callable

from . import rebuild
from .addresses import memory_at

Handler = Callable[[Any], Any]

# More arrays than this in one overlapping run are taken to share memory without a look at each
# pair.
_MAX_EXACT = 40
_EXTENSION_PARTS = (
    "_ndarray",
    "_data",
    "_mask",
    "_codes",
    "_left",
    "_right",
    "_dtype",
    "_pa_array",
)


@dataclass(frozen=True)
class ArrayUse:
    """An array that was stored, and the memory that its elements span."""

    low: int
    high: int
    array: Any


class Memory:
    """A range of memory on which several arrays lie; stored once, as one buffer."""

    def __init__(self, uses: Sequence[ArrayUse]) -> None:
        self.low = min(use.low for use in uses)
        self.high = max(use.high for use in uses)
        self.owners = tuple(use.array for use in uses)

    def buffer(self) -> pickle.PickleBuffer:
        """The bytes."""
        return pickle.PickleBuffer(memory_at(self.low, self.high - self.low))


class SharedMemory:
    """The ranges of memory that values are to share after they were read."""

    def __init__(self, ranges: Iterable[Memory]) -> None:
        self._ranges = sorted(ranges, key=lambda memory: memory.low)
        self._starts = [memory.low for memory in self._ranges]

    def find(self, low: int, high: int) -> Memory | None:
        """The range that contains these addresses."""
        at = bisect.bisect_right(self._starts, low) - 1
        if at >= 0 and self._ranges[at].high >= high:
            return self._ranges[at]
        return None


def shared_ranges(uses: Sequence[ArrayUse]) -> list[list[ArrayUse]]:
    """The sets of different arrays that have memory in common, transitively."""
    unique = list({id(use.array): use for use in uses if use.high > use.low}.values())
    unique.sort(key=lambda use: use.low)
    runs: list[list[ArrayUse]] = []
    end = 0
    for use in unique:
        if runs and use.low < end:
            runs[-1].append(use)
        else:
            runs.append([use])
        end = max(end, use.high) if len(runs[-1]) > 1 else use.high
    return [part for run in runs if len(run) > 1 for part in _exact_parts(run)]


def _exact_parts(run: list[ArrayUse]) -> list[list[ArrayUse]]:
    if len(run) > _MAX_EXACT:
        return [run]
    numpy: Any = sys.modules["numpy"]
    parts: list[list[ArrayUse]] = []
    for use in run:
        touching = [part for part in parts if any(_share(numpy, use, other) for other in part)]
        merged = [use, *(member for part in touching for member in part)]
        parts = [part for part in parts if part not in touching] + [merged]
    return [part for part in parts if len(part) > 1]


def _share(numpy: Any, one: ArrayUse, other: ArrayUse) -> bool:
    if one.high <= other.low or other.high <= one.low:
        return False
    try:
        return bool(numpy.shares_memory(one.array, other.array, max_work=10_000))
    except Exception:
        # Too hard to tell (numpy.exceptions.TooHardError, whose place differs between versions).
        return True


class ArrayHandlers:
    """How one pickler stores arrays. ``uses`` lists them; ``private`` are parts that are nobody
    else's.

    :param shared: memory on which arrays are stored as views.
    """

    def __init__(self, shared: SharedMemory | None) -> None:
        self.uses: list[ArrayUse] = []
        self.private: dict[int, Any] = {}
        self._shared = shared
        self._storages: dict[tuple[int, int], Any] = {}

    def reduce_ndarray(self, array: Any) -> Any:
        dtype = array.dtype
        if dtype.hasobject or dtype.itemsize == 0:
            return NotImplemented
        flags = array.flags
        if id(array) not in self.private:
            low, high = _bounds(array)
            self.uses.append(ArrayUse(low, high, array))
            memory = self._shared.find(low, high) if self._shared and high > low else None
            if memory is not None:
                start: int = array.__array_interface__["data"][0]
                offset = start - memory.low
                layout = (dtype, array.shape, array.strides, offset, bool(flags.writeable))
                return rebuild.view, (memory, *layout)
        if flags.c_contiguous:
            order, flat = "C", array
        elif flags.f_contiguous:
            order, flat = "F", array.T
        else:
            order, flat = "C", array.copy(order="C")
            flat.flags.writeable = flags.writeable
        content = flat.reshape(-1).view("u1")
        return rebuild.array, (pickle.PickleBuffer(content), dtype, array.shape, order)

    def reduce_index(self, index: Any) -> Any:
        # An index never changes, so that indexes with common memory need not travel together.
        for part in (getattr(index, "_data", None), *(getattr(index, "codes", None) or ())):
            self._keep_private(part)
        return NotImplemented

    def _keep_private(self, part: Any) -> None:
        if part is None or id(part) in self.private:
            return
        self.private[id(part)] = part
        if not _is_ndarray(part):
            for name in _EXTENSION_PARTS:
                inner = getattr(part, name, None)
                if inner is not None:
                    self._keep_private(inner)

    def reduce_block(self, block: Any) -> Any:
        # Copy on write: frames that share memory behave as if they did not, by counting references
        # that a stored frame has lost. So each gets memory of its own.
        rebuild_block, (values, *rest) = block.__reduce__()
        if not block.refs.has_reference():
            return NotImplemented
        values = values.view() if _is_ndarray(values) else values.copy()
        self._keep_private(values)
        return rebuild_block, (values, *rest)

    def reduce_tensor(self, tensor: Any) -> Any:
        """A tensor's own way, and its gradient, which that leaves behind."""
        gradient = tensor.grad if tensor.is_leaf else None
        reduced = tensor.__reduce_ex__(5)
        if gradient is None or len(reduced) != 2:
            return reduced
        return (*reduced, gradient, None, None, rebuild.set_gradient)

    def reduce_typed_storage(self, storage: Any) -> Any:
        untyped = storage._untyped_storage
        if untyped.device.type != "cpu":
            return NotImplemented
        # A tensor makes a new storage object each time it is asked; the memory tells which are the
        # same.
        untyped = self._storages.setdefault((untyped.data_ptr(), untyped.nbytes()), untyped)
        return rebuild.torch_typed_storage, (untyped, storage.dtype)

    def reduce_storage(self, storage: Any) -> Any:
        if storage.device.type != "cpu":
            return NotImplemented
        if not storage.nbytes():
            return rebuild.torch_storage, (b"",)
        content = memory_at(storage.data_ptr(), storage.nbytes())
        return rebuild.torch_storage, (pickle.PickleBuffer(content),)


def array_handler(kind: type) -> Callable[[Any, Any], Any] | None:
    """How a pickler (with its ``arrays``) stores objects of a type; None where their own way is
    right."""
    package = kind.__module__.partition(".")[0]
    method = {"numpy": _numpy_method, "pandas": _pandas_method, "torch": _torch_method}.get(package)
    name = method(kind) if method else None
    if name is None:
        return None
    return lambda pickler, obj: getattr(pickler.arrays, name)(obj)


def _numpy_method(kind: type) -> str | None:
    return "reduce_ndarray" if kind is sys.modules["numpy"].ndarray else None


def _pandas_method(kind: type) -> str | None:
    pandas: Any = sys.modules["pandas"]
    if issubclass(kind, pandas.Index):
        return "reduce_index"
    if kind.__module__ == "pandas.core.internals.blocks" and _copies_on_write(pandas):
        return "reduce_block"
    return None


def _torch_method(kind: type) -> str | None:
    torch: Any = sys.modules["torch"]
    if issubclass(kind, torch.UntypedStorage):
        return "reduce_storage"
    if issubclass(kind, torch.Tensor):
        return "reduce_tensor"
    return "reduce_typed_storage" if issubclass(kind, torch.storage.TypedStorage) else None


def _bounds(array: Any) -> tuple[int, int]:
    start: int = array.__array_interface__["data"][0]
    if not array.size:
        return start, start
    low = high = start
    for length, stride in zip(array.shape, array.strides):
        if stride < 0:
            low += (length - 1) * stride
        else:
            high += (length - 1) * stride
    return low, high + array.dtype.itemsize


def _is_ndarray(value: Any) -> bool:
    return type(value) is getattr(sys.modules.get("numpy"), "ndarray", None)


def _copies_on_write(pandas: Any) -> bool:
    if int(pandas.__version__.partition(".")[0]) >= 3:
        return True
    return getattr(pandas.options.mode, "copy_on_write", False) is True

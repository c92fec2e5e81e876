"""A value's type and a short text of it, for people. Bounded in time and size; never raises."""

from __future__ import annotations

import reprlib
import signal
import sys
import threading
import time
from types import FrameType
from typing import Any, Callable

_MAX_CHARACTERS = 400
_MAX_CHARACTERS_IN_FULL = 8000
_MAX_SECONDS = 0.25
_TRUSTED = ("numpy", "pandas", "polars", "torch", "scipy")
# numpy and torch shorten their texts themselves; a frame's text takes longer the wider it is.
_MAX_COLUMNS = 200


class _Late(BaseException):
    """Not an Exception, so that a __repr__ with ``except Exception`` does not swallow it."""


class _Short(reprlib.Repr):
    """Python's own containers cut to a few items; other objects by their own __repr__, in bounded
    time."""

    def __init__(self, items: int = 10, characters: int = _MAX_CHARACTERS) -> None:
        super().__init__()
        self.maxlevel = 4
        self.maxlist = self.maxtuple = self.maxset = self.maxfrozenset = self.maxdeque = items
        self.maxarray = self.maxdict = items
        self.maxstring = self.maxlong = characters // 2
        self.maxother = characters

    def repr_instance(self, x: Any, level: int) -> str:
        """Any object that is not of a basic type."""
        text = _own_repr(x)
        return text if len(text) <= self.maxother else text[: self.maxother - 3] + "..."

    def repr1(self, x: Any, level: int) -> str:
        """By exact type: reprlib itself goes by the type's bare name, which anybody may use."""
        if type(x).__module__ in ("builtins", "collections", "array"):
            return super().repr1(x, level)
        return self.repr_instance(x, level)


def describe_type(value: Any) -> str:
    """The shortest dotted name under which the type is known: ``int``, ``pandas.DataFrame``,
    ``Point``."""
    kind = type(value)
    module, name = str(kind.__module__), kind.__qualname__
    if module in ("builtins", "__main__"):
        return name
    package = module.partition(".")[0]
    if getattr(sys.modules.get(package), name, None) is kind:
        return f"{package}.{name}"
    return f"{module}.{name}"


def describe_shape(value: Any) -> tuple[int, ...] | None:
    """An array's or frame's size in each dimension, a container's length; None for all else."""
    kind = type(value)
    if kind in (list, tuple, dict, set, frozenset):
        return (len(value),)
    if str(kind.__module__).partition(".")[0] not in _TRUSTED:
        return None
    shape = getattr(value, "shape", None)
    if not isinstance(shape, tuple) or not shape or not all(type(size) is int for size in shape):
        return None
    return tuple(shape)


def describe(value: Any) -> str:
    """At most 400 characters."""
    return _described(value, _Short(), _MAX_CHARACTERS)


def describe_in_full(value: Any) -> str:
    """As much as a person looks at: at most 8000 characters."""
    return _described(value, _Short(200, _MAX_CHARACTERS_IN_FULL), _MAX_CHARACTERS_IN_FULL)


def _described(value: Any, short: _Short, most: int) -> str:
    try:
        text = short.repr(value)
    except Exception as error:
        text = f"<{describe_type(value)}: {type(error).__name__} while it was printed>"
    return text if len(text) <= most else text[: most - 3] + "..."


def _own_repr(value: Any) -> str:
    package = str(type(value).__module__).partition(".")[0]
    if package in _TRUSTED and not _is_wide(value):
        return repr(value)
    try:
        return _in_time(lambda: repr(value))
    except _Late:
        return f"<{describe_type(value)}: printing it takes too long>"
    except Exception as error:
        return f"<{describe_type(value)}: {type(error).__name__} while it was printed>"


def _is_wide(value: Any) -> bool:
    shape = getattr(value, "shape", None)
    return isinstance(shape, tuple) and len(shape) == 2 and shape[1] > _MAX_COLUMNS


def _in_time(function: Callable[[], str]) -> str:
    """Call a function, stopped when it takes too long in Python code (C code cannot be stopped).

    By a timer's signal where nobody else uses it, else by tracing, which is slower.
    """
    in_main = threading.current_thread() is threading.main_thread()
    if in_main and signal.getitimer(signal.ITIMER_REAL)[0] == 0:
        return _in_time_by_signal(function)
    return _in_time_by_tracing(function)


def _in_time_by_signal(function: Callable[[], str]) -> str:
    def stop(number: int, frame: FrameType | None) -> None:
        raise _Late

    before = signal.signal(signal.SIGALRM, stop)
    try:
        signal.setitimer(signal.ITIMER_REAL, _MAX_SECONDS)
        return function()
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        # None: the handler was not set from Python, and cannot be given back.
        signal.signal(signal.SIGALRM, signal.SIG_DFL if before is None else before)


def _in_time_by_tracing(function: Callable[[], str]) -> str:
    deadline = time.monotonic() + _MAX_SECONDS

    def check(frame: FrameType, event: str, argument: Any) -> Any | None:
        # Line events alone miss a loop within one line.
        frame.f_trace_opcodes = True
        if time.monotonic() > deadline:
            raise _Late
        return check

    before = sys.gettrace()
    sys.settrace(check)
    try:
        return function()
    finally:
        sys.settrace(before)

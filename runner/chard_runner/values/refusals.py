"""Why some objects cannot be passed to another step, and what to do instead."""

from __future__ import annotations

import pickle
import sys
import types
from typing import Any

_RECREATE = "Make it in the step that uses it."

# By qualified name, along a type's bases: no module is imported only to be refused.
_REFUSED: dict[str, tuple[str, str]] = {}


def _refuse(names: str, reason: str, advice: str) -> None:
    _REFUSED.update((name, (reason, advice)) for name in names.split())


_refuse(
    "builtins.generator builtins.async_generator",
    "a generator is a function stopped halfway, which only its own process can continue",
    "Pass list(...) of it, or call the function that makes it in the step that uses it.",
)
_refuse(
    "builtins.coroutine asyncio.futures.Future _asyncio.Future",
    "it belongs to the event loop of its process",
    "Await it in its own step and pass the result.",
)
_refuse(
    "_io._IOBase",
    "an open file belongs to its process",
    "Pass the path, and open the file in the step that uses it.",
)
_refuse("_socket.socket", "an open connection belongs to its process", _RECREATE)
_refuse(
    "_thread.lock _thread.RLock _thread._local threading.Thread threading.Event threading.Condition"
    " threading.Semaphore threading._RLock _threading_local.local",
    "locks and threads belong to their process",
    "Make it in the step that uses it; an object that holds one can leave it out in __getstate__.",
)
_refuse(
    "subprocess.Popen",
    "a running program belongs to the process that started it",
    "Wait for it in its own step and pass what it gave.",
)
_refuse(
    "builtins.memoryview",
    "it is a window on another object's memory",
    "Pass the object itself, or bytes(...) of it.",
)
_refuse(
    "weakref.ReferenceType builtins.weakref weakref.WeakKeyDictionary weakref.WeakValueDictionary",
    "a weak reference is to an object of this process",
    "Pass the object that it refers to.",
)
_refuse(
    "builtins.frame builtins.traceback",
    "it is a part of this process's call stack",
    "Pass the text of it: traceback.format_exc().",
)
_refuse(
    "sqlite3.Connection sqlite3.Cursor",
    "a database connection belongs to its process",
    "Fetch the rows in its own step, or pass the database's path and connect where it is used.",
)
_refuse(
    "_contextvars.ContextVar _contextvars.Context _contextvars.Token",
    "a context variable is known to its own process only",
    "Make it in an imports or functions cell, so that each step has one, and pass on what it "
    "holds: its get().",
)
# In-memory files are data; every other file object is an open handle.
_PASSABLE = frozenset({"_io.BytesIO", "_io.StringIO"})


class Unpassable(pickle.PicklingError):
    """An object that the pickler met and that cannot be passed on."""

    def __init__(self, culprit: Any, reason: str, advice: str) -> None:
        super().__init__(reason)
        self.culprit = culprit
        self.reason = reason
        self.advice = advice


def refused_kind(kind: type) -> tuple[str, str] | None:
    """(reason, advice) where all objects of a type are refused, else None."""
    for base in kind.__mro__:
        name = f"{base.__module__}.{base.__qualname__}"
        if name in _PASSABLE:
            return None
        if name in _REFUSED:
            return _REFUSED[name]
    return None


def check_module(module: types.ModuleType) -> None:
    """Refuse a module that a consumer could not import.

    :raises Unpassable: it was made dynamically, or is not where its name says.
    """
    name = module.__name__
    if sys.modules.get(name) is not module or name == "__main__":
        raise Unpassable(
            module,
            f"the module {name!r} was made while the notebook ran and cannot be imported",
            "Write it as a file next to the notebook and import it.",
        )


def explain(error: BaseException) -> tuple[str, str]:
    """(reason, advice) for people, from what a pickler raised."""
    if isinstance(error, Unpassable):
        return error.reason, error.advice
    if isinstance(error, RecursionError) or isinstance(error.__cause__, RecursionError):
        return (
            "it is nested too deeply",
            "Raise sys.setrecursionlimit, or pass it in a flatter form such as a list.",
        )
    if isinstance(error, MemoryError):
        return "there was not enough memory to write it", "Pass less of it, or free other values."
    text = " ".join(str(error).split()) or "no reason given"
    return (
        f"{type(error).__name__}: {text}",
        "Make it in the step that uses it, or give its class a __reduce__ or __getstate__.",
    )

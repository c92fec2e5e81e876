"""Finds the part of a value that cannot be pickled, so that a person is told where it is."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Any, Callable, Optional

from .describe import describe_type
from .model import Refusal
from .refusals import explain

_MAX_SECONDS = 2.0
_MAX_CHILDREN = 2000
_MAX_PATH = 200

Attempt = Callable[[Any], Optional[BaseException]]


def refuse(name: str, value: Any, error: BaseException, attempt: Attempt) -> Refusal:
    """Say which part of a value cannot be passed, why, and what to do.

    :param error: what pickling the whole raised.
    :param attempt: tries to pickle a part; gives what that raised, or None.
    """
    path, part, error = _descend(name, value, error, attempt)
    reason, advice = explain(error)
    return Refusal(
        code="unpicklable",
        name=name,
        type=describe_type(part),
        path=_shortened(path),
        reason=reason,
        advice=advice,
    )


def _shortened(path: str) -> str:
    """A path that a person can read, however deep the part lies."""
    if len(path) <= _MAX_PATH:
        return path
    half = _MAX_PATH // 2
    return f"{path[:half]}...{path[-half:]}"


def _descend(
    path: str, value: Any, error: BaseException, attempt: Attempt
) -> tuple[str, Any, BaseException]:
    deadline = time.monotonic() + _MAX_SECONDS
    seen = {id(value)}
    while True:
        for suffix, child in _children(value):
            if time.monotonic() > deadline:
                return path, value, error
            if id(child) in seen:
                continue
            seen.add(id(child))
            raised = attempt(child)
            if raised is not None:
                path, value, error = path + suffix, child, raised
                break
        else:
            return path, value, error


def _children(value: Any) -> Iterable[tuple[str, Any]]:
    if isinstance(value, dict):
        items = list(value.items())[:_MAX_CHILDREN]
        yield from ((f"[{_short(key)}]", item) for key, item in items)
    elif isinstance(value, (list, tuple)):
        yield from ((f"[{at}]", item) for at, item in enumerate(value[:_MAX_CHILDREN]))
    elif isinstance(value, (set, frozenset)):
        yield from ((" (an element)", item) for item in list(value)[:_MAX_CHILDREN])
    for attribute in ("__self__", "__func__", "func", "args", "keywords"):
        if type(value).__module__ in ("builtins", "functools") and hasattr(value, attribute):
            yield f".{attribute}", getattr(value, attribute)
    yield from _closure(value)
    attributes = getattr(value, "__dict__", None)
    if attributes is not None:
        yield from ((f".{name}", item) for name, item in list(attributes.items()))
    for slot in _slots(type(value)):
        if hasattr(value, slot):
            yield f".{slot}", getattr(value, slot)


def _closure(value: Any) -> Iterable[tuple[str, Any]]:
    cells = getattr(value, "__closure__", None) or ()
    names = getattr(getattr(value, "__code__", None), "co_freevars", ())
    for variable, cell in zip(names, cells):
        try:
            yield f"'s variable {variable}", cell.cell_contents
        except ValueError:
            continue


def _slots(kind: type) -> Iterable[str]:
    for base in kind.__mro__:
        slots = vars(base).get("__slots__", ())
        yield from (slots,) if isinstance(slots, str) else slots


def _short(key: Any) -> str:
    text = (
        repr(key) if isinstance(key, (str, int, float, bytes, bool, tuple)) else describe_type(key)
    )
    return text if len(text) <= 60 else text[:57] + "..."

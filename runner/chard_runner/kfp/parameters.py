"""Puts the run's parameter values in the place of their literals.

KFP passes every number as a double and knows no tuples; the default says which Python value is
meant. A value that equals the default leaves the literal as it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..protocol import ProtocolError
from .program import Parameter


def bind(
    prologue: Sequence[Mapping[str, Any]],
    parameters: Sequence[Parameter],
    values: Mapping[str, Any],
) -> list[dict[str, Any]]:
    """The prologue's cells with other literals.

    :raises ProtocolError: a value is not of its parameter's type.
    """
    return [_bind_cell(cell, parameters, values) for cell in prologue]


def _bind_cell(
    cell: Mapping[str, Any], parameters: Sequence[Parameter], values: Mapping[str, Any]
) -> dict[str, Any]:
    source: str = cell["source"]
    own = [each for each in parameters if each.cell == cell["cell"]]
    # From the end, so that the places before stay where they are.
    for parameter in sorted(own, key=lambda each: each.start, reverse=True):
        text = _literal(parameter, values)
        if text is not None:
            source = source[: parameter.start] + text + source[parameter.end :]
    return {**cell, "source": source}


def _literal(parameter: Parameter, values: Mapping[str, Any]) -> str | None:
    if values.get(parameter.name) is None:
        return None
    value = _typed(parameter, values[parameter.name])
    return None if value == _plain(parameter.default, parameter.type) else repr(value)


_CLASSES = {"str": str, "bool": bool, "list": list, "dict": dict}


def _typed(parameter: Parameter, value: Any) -> Any:
    kind = parameter.type
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if kind == "int" and is_number and float(value).is_integer():
        return int(value)
    if kind == "float" and is_number:
        return float(value)
    if kind in _CLASSES and isinstance(value, _CLASSES[kind]):
        return _restore(value, parameter.default)
    raise ProtocolError(f"the parameter {parameter.name!r} is of type {kind}; {value!r} is not")


def _plain(default: Any, kind: str) -> Any:
    if kind == "float":
        return float(default)
    if kind == "int":
        return int(default)
    return _restore(_untagged(default), default)


def _untagged(like: Any) -> Any:
    """A default without its tags: what ``_restore`` makes the same value of again."""
    if isinstance(like, list):
        return [_untagged(item) for item in like]
    if not isinstance(like, dict):
        return like
    tag, content = _tag(like)
    if tag == "$float":
        return float(content)
    if tag == "$tuple":
        return [_untagged(item) for item in content]
    if tag == "$dict":
        return {key: _untagged(item) for key, item in content}
    return {key: _untagged(item) for key, item in like.items()}


def _restore(value: Any, like: Any) -> Any:
    """A value with the number types of ``like``, the default's part at the same place."""
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return value
    if isinstance(value, (int, float)):
        return float(value) if _is_float(like) or not float(value).is_integer() else int(value)
    if isinstance(value, list):
        items = _items(like)
        # Items beyond those of the default are like its last one.
        likes = [items[min(at, len(items) - 1)] if items else None for at in range(len(value))]
        return [_restore(item, each) for item, each in zip(value, likes)]
    entries = _entries(like)
    return {key: _restore(item, entries.get(key)) for key, item in value.items()}


def _is_float(like: Any) -> bool:
    return isinstance(like, float) or (isinstance(like, dict) and _tag(like)[0] == "$float")


def _items(like: Any) -> list[Any]:
    if isinstance(like, dict) and _tag(like)[0] == "$tuple":
        like = _tag(like)[1]
    return like if isinstance(like, list) else []


def _entries(like: Any) -> dict[str, Any]:
    if not isinstance(like, dict):
        return {}
    tag, content = _tag(like)
    return dict(content) if tag == "$dict" else like


def _tag(like: dict[str, Any]) -> tuple[str | None, Any]:
    """See ``LiteralJson`` in ``core/python/literals/model.ts``."""
    if len(like) == 1:
        ((key, content),) = like.items()
        if key in ("$int", "$float", "$tuple", "$dict"):
            return key, content
    return None, None

"""What a notebook can say to the run that executes it. Outside a run everything only prints."""

from __future__ import annotations

import contextlib
import math
import numbers
from typing import Any, Callable, Union

__all__ = ["log_metric"]

Number = Union[int, float]

#: Set by the runner in a step's process: takes name, value and step of a metric.
_report: Callable[[str, Number, Number | None], None] | None = None


def log_metric(name: str, value: Any, step: Any = None) -> None:
    """Report a metric: one point of the curve ``name``, or a single number without ``step``.

    :param value: a number: int, float, a NumPy scalar, an array or tensor with exactly one element
        and no dimensions. NaN and infinities are reported as such.
    :param step: the point's place on the x axis: a finite number.
    :raises TypeError: the name is not text, or value or step is not a number.
    :raises ValueError: the name is empty, or the step not finite.
    """
    if not isinstance(name, str):
        raise TypeError(f"a metric's name must be a string, not {type(name).__name__}")
    if not name:
        raise ValueError("a metric's name must not be empty")
    number = as_number(value)
    at = None if step is None else as_number(step)
    if at is not None and not math.isfinite(at):
        raise ValueError(f"step={step!r} of metric {name!r} must be finite")
    if _report is not None:
        _report(name, number, at)
    elif at is None:
        print(f"{name}: {number}")
    else:
        print(f"{name}[{at}]: {number}")


def as_number(value: Any) -> Number:
    """The plain number that ``value`` is; booleans count as 0 and 1.

    :raises TypeError: it is not a single real number.
    """
    if isinstance(value, numbers.Integral):
        return int(value)
    if isinstance(value, numbers.Real):
        return float(value)
    if getattr(value, "ndim", None) == 0 and callable(getattr(value, "item", None)):
        item = value.item()
        if isinstance(item, numbers.Real):
            return as_number(item)
    elif not hasattr(value, "ndim") and not isinstance(value, (str, bytes, bytearray)):
        convert = getattr(type(value), "__float__", None)
        if convert is not None:
            with contextlib.suppress(TypeError, ValueError):
                return float(convert(value))
    raise TypeError(f"not a number: {type(value).__qualname__} {_short(value)}")


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:77]}..."

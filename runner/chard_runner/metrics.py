"""The numbers that a run reports."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Callable

import chard

from .cells import cell_filename
from .protocol import Metric, StepError
from .streams import Wire
from .tracebacks import Reader

#: Whole numbers beyond this are no exact numbers in JSON's readers.
_EXACT = 2**53


def connect(wire: Wire) -> None:
    """Send what ``chard.log_metric`` reports."""

    def report(name: str, value: chard.Number, at: chard.Number | None) -> None:
        if wire.attached:
            send_metric(wire, name, value, at)
        else:
            print(f"{name}: {value}" if at is None else f"{name}[{at}]: {value}")

    reporter: Callable[[str, chard.Number, chard.Number | None], None] = report
    chard._report = reporter


def send_metric(wire: Wire, name: str, value: chard.Number, at: chard.Number | None = None) -> None:
    """Send one number; ``at`` is the x of a curve."""
    where = None if at is None else _plain(at)
    message = {"type": "metric", "name": name, "value": _plain(value), "at": where}
    wire.send("metric", message)


def _plain(value: chard.Number) -> int | float | str:
    if isinstance(value, int) and abs(value) <= _EXACT:
        return value
    number = float(value)
    if math.isnan(number):
        return "nan"
    if math.isinf(number):
        return "inf" if number > 0 else "-inf"
    return number


def evaluate(
    metric: Metric, namespace: dict[str, Any], notebook: str, wire: Wire, reader: Reader
) -> StepError | None:
    """Evaluate and send one metric, or each number of a dict; the error where one is no number."""
    where = f"(`{metric.expression}` in cell {metric.cell})"
    try:
        code = compile(metric.expression, cell_filename(notebook, metric.cell), "eval")
        value = eval(code, namespace)
    except Exception as error:
        described = reader.describe(error, metric.cell)
        reason = described["message"]
        described["message"] = f"metric {metric.name!r} {where} cannot be evaluated: {reason}"
        described["line"] = None
        return described
    for name, number in _numbers(metric, value):
        try:
            send_metric(wire, name, chard.as_number(number))
        except (TypeError, OverflowError) as error:
            return StepError(
                code="metric",
                type=type(error).__name__,
                message=f"metric {name!r} {where} is {error}. "
                "A metric must be a single number, as `float(...)` gives",
                cell=metric.cell,
                line=None,
                traceback=[],
            )
    return None


def _numbers(metric: Metric, value: Any) -> list[tuple[str, Any]]:
    """What one metric reports: a dict's numbers go by their keys, after the label if it has one."""
    if not isinstance(value, Mapping):
        return [(metric.name, value)]
    label = "" if metric.name == metric.expression else f"{metric.name}."
    return [(f"{label}{key}", number) for key, number in value.items()]

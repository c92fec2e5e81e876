"""The numbers that a run reports."""

from __future__ import annotations

import math
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
    """Evaluate and send one metric; the error where it cannot be, or is no number."""
    what = f"metric {metric.name!r} (`{metric.expression}` in cell {metric.cell})"
    try:
        code = compile(metric.expression, cell_filename(notebook, metric.cell), "eval")
        value = eval(code, namespace)
    except Exception as error:
        described = reader.describe(error, metric.cell)
        described["message"] = f"{what} cannot be evaluated: {described['message']}"
        described["line"] = None
        return described
    try:
        send_metric(wire, metric.name, chard.as_number(value))
    except (TypeError, OverflowError) as error:
        return StepError(
            code="metric",
            type=type(error).__name__,
            message=f"{what} is {error}. A metric must be a single number, as `float(...)` gives",
            cell=metric.cell,
            line=None,
            traceback=[],
        )
    return None

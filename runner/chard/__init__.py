"""What a notebook can say to the run that executes it. Outside a run everything only prints."""

from __future__ import annotations

import contextlib
import importlib
import math
import numbers
from collections.abc import Iterable
from typing import Any, Callable, Union

__all__ = ["log_confusion_matrix", "log_metric", "log_roc_curve"]

Number = Union[int, float]

#: Set by the runner in a step's process: takes name, value and step of a metric.
_report: Callable[[str, Number, Number | None], None] | None = None


#: Set by the runner in a step's process: shows a bundle of one thing by mime type.
_display: Callable[[dict[str, Any]], None] | None = None

#: What a display says about a classification, in the words of Kubeflow's metrics.
CLASSIFICATION = "application/vnd.chard.classification+json"


#: Callbacks for libraries, each in a module of its own, so that none is loaded before it is named.
_CALLBACKS = frozenset({"keras", "lightgbm", "lightning", "xgboost"})


def __getattr__(name: str) -> Any:
    """Make ``chard.keras`` and its like known without an import of their own."""
    if name in _CALLBACKS:
        return importlib.import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


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


def log_confusion_matrix(labels: Iterable[Any], matrix: Iterable[Iterable[Any]]) -> None:
    """Show how often each true class (row) was taken for each class (column).

    Kubeflow draws it as the step's classification metrics; elsewhere it is shown as a table.

    :param labels: the classes, in the order of rows and columns.
    :param matrix: one row a class, of numbers.
    :raises ValueError: it is not square, or not of as many classes as there are labels.
    :raises TypeError: an entry is not a number.
    """
    names = [str(label) for label in labels]
    rows = [[as_number(entry) for entry in row] for row in matrix]
    if len(rows) != len(names) or any(len(row) != len(names) for row in rows):
        sizes = f"{len(rows)} rows of {sorted({len(row) for row in rows})}"
        raise ValueError(f"a confusion matrix of {len(names)} labels cannot have {sizes} entries")
    said = {
        "confusionMatrix": {
            "annotationSpecs": [{"displayName": name} for name in names],
            "rows": [{"row": row} for row in rows],
        }
    }
    width = max([len(name) for name in names] + [len(str(entry)) for row in rows for entry in row])
    lines = [["", *names]] + [[name, *map(str, row)] for name, row in zip(names, rows)]
    _show(said, "\n".join("  ".join(entry.rjust(width) for entry in line) for line in lines))


def log_roc_curve(fpr: Iterable[Any], tpr: Iterable[Any], thresholds: Iterable[Any]) -> None:
    """Show a ROC curve: for each threshold the rates of false and of true positives.

    Kubeflow draws it as the step's classification metrics; elsewhere its points are counted.

    :raises ValueError: the three are not of one length.
    :raises TypeError: an entry is not a number.
    """
    columns = [[as_number(entry) for entry in column] for column in (fpr, tpr, thresholds)]
    if len({len(column) for column in columns}) != 1:
        raise ValueError("a ROC curve needs as many false as true positive rates and thresholds")
    points = [
        {
            # Infinity, scikit-learn's first threshold, is no number of JSON.
            "confidenceThreshold": threshold if math.isfinite(threshold) else 1.0,
            "falsePositiveRate": false,
            "recall": true,
        }
        for false, true, threshold in zip(*columns)
    ]
    _show({"confidenceMetrics": points}, f"ROC curve of {len(points)} points")


def _show(said: dict[str, Any], text: str) -> None:
    if _display is None:
        print(text)
    else:
        _display({CLASSIFICATION: said, "text/plain": text})


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

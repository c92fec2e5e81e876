"""A look at one value for a person who watches a run: its beginning, and what sums it up."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any

from .values.describe import describe_in_full

MAX_ROWS = 20
MAX_COLUMNS = 30
_MAX_BYTES = 2 << 20
# Beyond it, summing an array up takes longer than a person waits.
_MAX_SUMMED = 1 << 29

Bundle = dict[str, Any]


class Peek:
    """Shown by a notebook's shell as what there is to see of ``value``."""

    def __init__(self, value: Any) -> None:
        self._value = value

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Bundle:
        return peek(self._value)

    def __repr__(self) -> str:
        return str(peek(self._value)["text/plain"])


def peek(value: Any) -> Bundle:
    """A bundle by MIME type. Bounded in size; never raises for what the value itself does."""
    package = str(type(value).__module__).partition(".")[0]
    if package in ("pandas", "polars"):
        return _frame(value)
    text = describe_in_full(value)
    if package == "numpy":
        text = "\n".join(filter(None, [_numbers(value), text]))
    return {**_pictures(value), "text/plain": text}


def _frame(value: Any) -> Bundle:
    """The first rows, and what the columns hold."""
    shape: tuple[int, ...] = getattr(value, "shape", ())
    said = ", ".join(
        f"{size:,} {name}{'' if size == 1 else 's'}" for size, name in zip(shape, ("row", "column"))
    )
    try:
        head = value.head(MAX_ROWS)
        if len(shape) == 2 and shape[1] > MAX_COLUMNS:
            head = head.iloc[:, :MAX_COLUMNS] if hasattr(head, "iloc") else head[:, :MAX_COLUMNS]
        text = repr(head)
        html = head.to_frame()._repr_html_() if len(shape) == 1 else head._repr_html_()
    except Exception:
        return {"text/plain": describe_in_full(value)}
    cut = len(shape) > 0 and shape[0] > MAX_ROWS
    summary = f"{said}; the first {MAX_ROWS} rows" if cut else said
    return {"text/plain": f"{summary}\n{text}", "text/html": f"<p>{summary}</p>{html}"}


def _numbers(array: Any) -> str:
    """Least, most, mean, and how many are no numbers."""
    try:
        numpy = importlib.import_module("numpy")
        if array.dtype.kind not in "iuf" or not 0 < array.nbytes <= _MAX_SUMMED:
            return ""
        nothing = int(numpy.isnan(array).sum()) if array.dtype.kind == "f" else 0
        if nothing == array.size:
            return f"{nothing:,} NaN"
        least, most, mean = numpy.nanmin(array), numpy.nanmax(array), numpy.nanmean(array)
    except Exception:
        return ""
    said = f"min {least:.6g}, max {most:.6g}, mean {mean:.6g}"
    return f"{said}, {nothing:,} NaN" if nothing else f"{said}, no NaN"


def _pictures(value: Any) -> Bundle:
    """What the value shows of itself beside text, as in a notebook, as far as it is small."""
    if isinstance(value, type):
        return {}
    try:
        shell = importlib.import_module("IPython.core.getipython").get_ipython()
        if shell is None:
            return {}
        data, _ = shell.display_formatter.format(value)
    except Exception:
        return {}
    if not isinstance(data, Mapping):
        return {}
    return {
        kind: content
        for kind, content in data.items()
        if kind != "text/plain" and _size(content) <= _MAX_BYTES
    }


def _size(content: Any) -> int:
    return len(content) if isinstance(content, (str, bytes)) else len(repr(content))

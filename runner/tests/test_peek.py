"""What a person sees of a value: its beginning, bounded, whatever it is."""

from __future__ import annotations

import numpy
import pandas
from chard_runner.peek import Peek, peek
from chard_runner.values.describe import describe_shape


def test_an_array_is_summed_up() -> None:
    text = peek(numpy.array([1.0, numpy.nan, 3.0]))["text/plain"]
    assert text.splitlines()[0] == "min 1, max 3, mean 2, 1 NaN"
    assert peek(numpy.arange(4))["text/plain"].startswith("min 0, max 3, mean 1.5, no NaN\n")
    assert peek(numpy.array([numpy.nan]))["text/plain"].startswith("1 NaN\n")
    assert peek(numpy.array([]))["text/plain"] == "array([], dtype=float64)"


def test_a_frame_shows_its_first_rows_and_columns() -> None:
    frame = pandas.DataFrame({f"c{index}": range(1000) for index in range(50)})
    bundle = peek(frame)
    assert bundle["text/html"].startswith("<p>1,000 rows, 50 columns; the first 20 rows</p>")
    assert "c29" in bundle["text/html"] and "c30" not in bundle["text/html"]
    assert bundle["text/html"].count("<tr") == 21
    series = peek(pandas.Series([1, 2], name="total"))
    assert series["text/html"].startswith("<p>2 rows</p>")
    assert "total" in series["text/html"]


def test_what_cannot_be_printed_is_no_failure() -> None:
    class Broken:
        def __repr__(self) -> str:
            raise ValueError

        def _repr_html_(self) -> str:
            raise ValueError

    assert "ValueError while it was printed" in peek(Broken())["text/plain"]
    assert len(peek("x" * 10**6)["text/plain"]) <= 8000
    assert len(peek([list(range(1000))] * 1000)["text/plain"]) <= 8000


def test_it_shows_itself() -> None:
    shown = Peek([1, 2])
    assert repr(shown) == "[1, 2]"
    assert shown._repr_mimebundle_() == {"text/plain": "[1, 2]"}


def test_the_shape_of_arrays_frames_and_containers() -> None:
    assert describe_shape(numpy.zeros((3, 4))) == (3, 4)
    assert describe_shape(pandas.DataFrame({"a": [1, 2]})) == (2, 1)
    assert describe_shape({"a": 1}) == (1,)
    assert describe_shape(numpy.float64(1)) is None
    assert describe_shape("text") is None
    assert describe_shape(numpy.ndarray) is None

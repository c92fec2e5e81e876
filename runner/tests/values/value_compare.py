"""Whether two values have one type and one content, deeply."""

from __future__ import annotations

import sys
from typing import Any


def same(value: Any, expected: Any) -> None:
    """Raise AssertionError where they differ."""
    assert type(value) is type(expected), (type(value), type(expected))
    package = type(value).__module__.partition(".")[0]
    if package == "pandas":
        _same_pandas(value, expected)
    elif package == "numpy":
        _same_numpy(value, expected)
    elif package == "scipy":
        same(value.toarray(), expected.toarray())
    elif isinstance(value, dict):
        assert list(value) == list(expected)
        for key in value:
            same(value[key], expected[key])
    elif isinstance(value, (list, tuple)):
        assert len(value) == len(expected)
        for one, other in zip(value, expected):
            same(one, other)
    else:
        _same_object(value, expected)


def _same_object(value: Any, expected: Any) -> None:
    if value is expected or value == expected or (value != value and expected != expected):
        return
    # Objects without an equality of their own are compared by what they pickle to.
    assert _reduced(value) == _reduced(expected), (value, expected)


def _reduced(value: Any) -> Any:
    return repr(value.__reduce_ex__(4)) if not hasattr(value, "getvalue") else value.getvalue()


def _same_numpy(value: Any, expected: Any) -> None:
    numpy = sys.modules["numpy"]
    if isinstance(value, numpy.ndarray):
        assert value.dtype == expected.dtype
        # Older NumPy reads none back as an empty one.
        assert (value.dtype.metadata or None) == (expected.dtype.metadata or None)
        assert value.shape == expected.shape
        assert value.flags.writeable == expected.flags.writeable
        assert value.flags.f_contiguous == expected.flags.f_contiguous or not (
            expected.flags.contiguous
        )
        if isinstance(value, numpy.ma.MaskedArray):
            assert (value.mask == expected.mask).all() and value.fill_value == expected.fill_value
        assert repr(value.tolist()) == repr(expected.tolist())
    elif isinstance(value, numpy.generic):
        assert value.dtype == expected.dtype and repr(value) == repr(expected)
    elif isinstance(value, numpy.random.Generator):
        assert (value.random(5) == expected.random(5)).all()
    elif isinstance(value, numpy.random.RandomState):
        assert (value.rand(5) == expected.rand(5)).all()
    elif isinstance(value, numpy.dtype):
        assert value == expected and value.metadata == expected.metadata
    elif isinstance(value, numpy.random.SeedSequence):
        assert value.state == expected.state
    else:
        assert value is expected or value == expected


def _same_pandas(value: Any, expected: Any) -> None:
    testing = sys.modules["pandas"].testing
    for kind, check in (
        ("DataFrame", testing.assert_frame_equal),
        ("Series", testing.assert_series_equal),
        ("Index", testing.assert_index_equal),
    ):
        if isinstance(value, getattr(sys.modules["pandas"], kind)):
            check(value, expected, check_exact=True) if kind != "Index" else check(value, expected)
            return
    assert value is expected or value == expected, (value, expected)

"""The module that notebooks import, outside of a run."""

from __future__ import annotations

import subprocess
import sys
from fractions import Fraction
from typing import Any

import chard
import pytest
from engine import environment


def test_outside_a_run_it_prints(capsys: pytest.CaptureFixture[str]) -> None:
    chard.log_metric("loss", Fraction(1, 2), step=3)
    chard.log_metric("accuracy", 1)
    assert capsys.readouterr().out == "loss[3]: 0.5\naccuracy: 1\n"


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ((1, 1), TypeError, "name must be a string, not int"),
        (("", 1), ValueError, "must not be empty"),
        (("m", "1"), TypeError, "not a number: str '1'"),
        (("m", None), TypeError, "not a number"),
        (("m", 1, "x"), TypeError, "not a number"),
        (("m", 1, float("nan")), ValueError, "must be finite"),
    ],
)
def test_what_is_refused(arguments: tuple[Any, ...], error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        chard.log_metric(*arguments)


def test_a_classification_is_printed_too(capsys: pytest.CaptureFixture[str]) -> None:
    chard.log_confusion_matrix(["cat", "dog"], [[5, 1], [0, 4.5]])
    chard.log_roc_curve([0, 1], [0.5, 1], [float("inf"), 0.1])
    assert capsys.readouterr().out == (
        "     cat  dog\ncat    5    1\ndog    0  4.5\nROC curve of 2 points\n"
    )


def test_a_classification_that_does_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match="2 labels cannot have 1 rows"):
        chard.log_confusion_matrix(["cat", "dog"], [[5, 1]])
    with pytest.raises(TypeError, match="not a number"):
        chard.log_confusion_matrix(["cat"], [["5"]])
    with pytest.raises(ValueError, match="as many"):
        chard.log_roc_curve([0], [0.5, 1], [1])


def test_it_imports_nothing_of_the_runner() -> None:
    code = "import chard, sys; print([m for m in sys.modules if m.startswith('chard')])"
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment(), capture_output=True, text=True
    )
    assert done.stdout == "['chard']\n", done.stderr

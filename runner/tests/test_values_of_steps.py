"""What steps hand on: values, hidden state, metrics."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from engine import Connection, Engine, Message, step_spec


def run(steps: Engine, folder: Path, *cells: str, **fields: Any) -> tuple[Connection, Message]:
    connection = steps.start(step_spec(folder, *cells, **fields))
    return connection, connection.finished()


def keep(steps: Engine, folder: Path, *cells: str, **fields: Any) -> dict[str, Any]:
    """The values by name of a step that succeeds."""
    _, finished = run(steps, folder, *cells, **fields)
    assert finished["state"] == "succeeded", finished["error"]
    return {value["name"]: value for value in finished["values"]}


def inputs(values: dict[str, Any]) -> list[dict[str, Any]]:
    groups: dict[str, list[str]] = {}
    for value in values.values():
        if value["group"] is not None:
            groups.setdefault(value["group"], []).append(value["name"])
    return [{"group": group, "names": names} for group, names in groups.items()]


def test_a_value_goes_from_step_to_step(steps: Engine, folder: Path) -> None:
    made = keep(steps, folder, "data = {'a': [1, 2]}\nalias = data['a']", outputs=["data", "alias"])
    assert made["data"]["type"] == "dict" and made["data"]["group"] == made["alias"]["group"]
    taken = keep(
        steps,
        folder,
        "alias.append(3)\nprint(data)\nassert data['a'] is alias",
        inputs=inputs(made),
        leaves=["data"],
    )
    assert taken["data"]["repr"] == "{'a': [1, 2, 3]}" and not taken["data"]["unchanged"]


def test_what_came_in_and_did_not_change_is_said_to_be_so(steps: Engine, folder: Path) -> None:
    made = keep(steps, folder, "a, b = [1], [2]", outputs=["a", "b"])
    passed = keep(steps, folder, "c = a\nc.append(3)", inputs=inputs(made), outputs=["c"])
    assert not passed["a"]["unchanged"], "changed under another name"
    assert passed["b"]["unchanged"] and passed["b"]["digest"] == made["b"]["digest"]


def test_inputs_go_over_what_the_prologue_made(steps: Engine, folder: Path) -> None:
    prologue = [{"cell": 0, "kind": "parameters", "source": "rate = 1"}]
    made = keep(steps, folder, "rate += 1", prologue=prologue, outputs=["rate"])
    taken = keep(
        steps, folder, "seen = rate", prologue=prologue, inputs=inputs(made), outputs=["seen"]
    )
    assert taken["seen"]["repr"] == "2"


def test_functions_of_a_step_run_in_another(steps: Engine, folder: Path) -> None:
    made = keep(steps, folder, "scale = 3\ndef f(x):\n    return scale * x", outputs=["f", "scale"])
    taken = keep(steps, folder, "y = f(2)", inputs=inputs(made), outputs=["y"])
    assert taken["y"]["repr"] == "6"


def test_a_deleted_output_is_refused_but_no_failure(steps: Engine, folder: Path) -> None:
    made = keep(steps, folder, "x = 1", outputs=["x"])
    left = keep(steps, folder, "del x", inputs=inputs(made), outputs=["x", "never"])
    assert left["x"]["refused"] == "deleted by the step" and left["x"]["group"] is None
    assert left["never"]["refused"] == "not bound by the step"


def test_a_required_value_that_cannot_be_kept_fails_the_step(steps: Engine, folder: Path) -> None:
    _, finished = run(steps, folder, "import threading\nlock = threading.Lock()", outputs=["lock"])
    assert finished["state"] == "failed" and finished["values"] == []
    error = finished["error"]
    assert error["code"] == "unpicklable"
    assert "lock" in error["message"] and "cannot be passed on" in error["message"]


def test_a_leaf_that_cannot_be_kept_is_told(steps: Engine, folder: Path) -> None:
    left = keep(steps, folder, "import threading\nlock = threading.Lock()", leaves=["lock"])
    assert "cannot be passed on" in left["lock"]["refused"]


def test_leaves_beyond_the_limit_are_not_kept(steps: Engine, folder: Path) -> None:
    left = keep(steps, folder, "a = b'x' * 10_000", leaves=["a"], keepBytes=1000)
    assert left["a"]["group"] is None and left["a"]["refused"]


def test_a_missing_group_is_told(steps: Engine, folder: Path) -> None:
    gone = [{"group": "0" * 64, "names": ["x"]}]
    _, finished = run(steps, folder, "1", inputs=gone)
    assert finished["error"]["code"] == "values"
    assert "inputs cannot be read" in finished["error"]["message"]


def test_hidden_state_goes_along(steps: Engine, folder: Path) -> None:
    (folder / "sub").mkdir()
    cell = """
import os, random, sys
random.seed(1); random.random()
os.environ["SET_BY_STEP"] = "yes"
os.environ["TOKEN"] = "another secret"
os.chdir("sub")
sys.path.append("/added")
"""
    secret = {"environment": {"TOKEN": "top secret"}, "secretNames": ["TOKEN"]}
    connection, finished = run(steps, folder, cell, **secret)
    assert finished["state"] == "succeeded", finished["error"]
    made = {value["name"]: value for value in finished["values"]}
    assert {"@random", "@environ", "@cwd", "@sys.path"} <= set(made)
    assert [w["code"] for w in connection.of("warning")] == ["secret-withheld"]
    check = """
import os, random, sys
expected = random.Random(1); expected.random()
assert random.random() == expected.random()
assert os.environ["SET_BY_STEP"] == "yes" and os.environ["TOKEN"] == "top secret"
assert os.path.basename(os.getcwd()) == "sub" and "/added" in sys.path
"""
    left = keep(steps, folder, check, inputs=inputs(made), **secret)
    assert "@environ" not in left and "@random" in left
    assert b"secret" not in b"".join(p.read_bytes() for p in Path(f"{folder}-store").iterdir())


METRICS = """
import math
class Scalar:
    ndim = 0
    def item(self): return 0.5
whole, real, flag, scalar = 3, 0.25, True, Scalar()
"""


def test_metrics_are_evaluated(steps: Engine, folder: Path) -> None:
    expressions = ["whole", "real * 2", "flag", "scalar", "math.nan", "-math.inf", "2**60"]
    metrics = [{"name": e, "expression": e, "cell": 10} for e in expressions]
    connection, finished = run(steps, folder, METRICS, metrics=metrics)
    assert finished["state"] == "succeeded", finished["error"]
    found = {m["name"]: m["value"] for m in connection.of("metric")}
    assert list(found) == expressions
    assert list(found.values()) == [3, 0.5, 1, 0.5, "nan", "-inf", float(2**60)]


def test_a_dict_reports_each_of_its_numbers(steps: Engine, folder: Path) -> None:
    cell = "scores = {'loss': 0.25, 3: 1}\nnone = {}"
    metrics = [
        {"name": "scores", "expression": "scores", "cell": 10},
        {"name": "test", "expression": "scores", "cell": 10},
        {"name": "none", "expression": "none", "cell": 10},
    ]
    connection, finished = run(steps, folder, cell, metrics=metrics)
    assert finished["state"] == "succeeded", finished["error"]
    found = {m["name"]: m["value"] for m in connection.of("metric")}
    assert found == {"loss": 0.25, "3": 1, "test.loss": 0.25, "test.3": 1}


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("{'a': 1, 'b': '2'}", "metric 'm.b' (`{'a': 1, 'b': '2'}` in cell 10) is not a number"),
        ("'0.5'", r"metric 'm' (`'0.5'` in cell 10) is not a number: str '0.5'"),
        ("[1]", "is not a number: list [1]"),
        ("None", "is not a number: NoneType None"),
        ("1j", "is not a number: complex 1j"),
        ("missing", "metric 'm' (`missing` in cell 10) cannot be evaluated: name 'missing'"),
    ],
)
def test_what_is_no_metric(steps: Engine, folder: Path, expression: str, message: str) -> None:
    metrics = [{"name": "m", "expression": expression, "cell": 10}]
    _, finished = run(steps, folder, "x = 1", metrics=metrics)
    assert finished["state"] == "failed"
    assert message in finished["error"]["message"]
    assert finished["error"]["cell"] == 10


@pytest.mark.needs("numpy")
def test_metrics_of_numpy(steps: Engine, folder: Path) -> None:
    cell = "import numpy as np\na = np.float32(0.5)\nb = np.array(2)\nc = np.bool_(True)"
    metrics = [{"name": n, "expression": n, "cell": 10} for n in "abc"]
    connection, _ = run(steps, folder, cell, metrics=metrics)
    assert [m["value"] for m in connection.of("metric")] == [0.5, 2, 1]
    metrics = [{"name": "m", "expression": "np.zeros(3)", "cell": 10}]
    _, finished = run(steps, folder, cell, metrics=metrics)
    assert "is not a number: ndarray" in finished["error"]["message"]


def test_curves_are_logged_as_they_come(steps: Engine, folder: Path) -> None:
    cell = """
import chard
for i in range(3):
    chard.log_metric("loss", 1 / (i + 1), step=i)
chard.log_metric("single", float("inf"))
"""
    connection, finished = run(steps, folder, cell)
    assert finished["state"] == "succeeded", finished["error"]
    assert [(m["name"], m["value"], m["at"]) for m in connection.of("metric")] == [
        ("loss", 1, 0),
        ("loss", 0.5, 1),
        ("loss", pytest.approx(1 / 3), 2),
        ("single", "inf", None),
    ]
    assert connection.text() == ""

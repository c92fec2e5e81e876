"""A step as a container of Kubeflow Pipelines: its program, its parameters, what it leaves."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
import zlib
from pathlib import Path
from typing import Any

import pytest
from chard_runner.kfp import parameters
from chard_runner.kfp.executor import ExecutorInput
from chard_runner.kfp.program import Parameter, read_program
from chard_runner.kfp.report import Report
from chard_runner.protocol import ProtocolError
from engine import environment

STEP: dict[str, Any] = {
    "version": 1,
    "pipeline": "p",
    "notebook": "n.ipynb",
    "directory": None,
    "prologue": [],
    "step": "a",
    "position": 0,
    "after": [],
    "cells": [],
    "imports": [],
    "metrics": [],
    "inputs": [],
    "outputs": [],
    "leaves": [],
    "below": [],
    "parameters": [],
    "modules": {},
    "secretNames": [],
    "environment": {},
    "timeoutSeconds": None,
    "values": [],
    "states": [],
    "keys": {},
}


def pack(program: dict[str, Any]) -> str:
    return base64.b64encode(zlib.compress(json.dumps(program).encode())).decode()


def executor_input(root: Path, keys: list[str], inputs: dict[str, Path] | None = None) -> str:
    artifacts = {
        key: {"artifacts": [{"name": key, "uri": str(root / key)}]} for key in (*keys, "state")
    }
    given = {
        key: {"artifacts": [{"name": key, "uri": str(path)}]}
        for key, path in (inputs or {}).items()
    }
    return json.dumps(
        {
            "inputs": {"artifacts": given},
            "outputs": {"artifacts": artifacts, "outputFile": str(root / "output.json")},
        }
    )


def run_step(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    code = "import sys; from chard_runner.kfp.main import main; sys.exit(main())"
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        env={**environment(), **variables},
        capture_output=True,
        text=True,
    )


def test_what_a_step_leaves_the_next_one_gets(tmp_path: Path) -> None:
    first = {
        **STEP,
        "cells": [{"cell": 0, "source": "x = [1, 2]\nprint('made')"}],
        "outputs": ["x"],
        "leaves": ["x"],
        "below": [["x"]],
        "keys": {"x": "x"},
    }
    one = tmp_path / "one"
    done = run_step(executor_input(one, ["x", "report"]), pack(first))
    assert (done.returncode, done.stdout, done.stderr) == (0, "made\n", "")
    said = json.loads((one / "output.json").read_text())["artifacts"]["x"]["artifacts"][0]
    assert (said["metadata"]["type"], said["metadata"]["repr"]) == ("list", "[1, 2]")
    second = {
        **STEP,
        "step": "b",
        "position": 1,
        "after": ["a"],
        "cells": [{"cell": 1, "source": "print(x)"}],
        "inputs": [{"name": "x", "from": "a", "candidates": ["a"]}],
        "values": ["a--x"],
        "states": ["a--state"],
    }
    given = {"a--x": one / "x", "a--state": one / "state"}
    done = run_step(executor_input(tmp_path / "two", ["report"], given), pack(second))
    assert (done.returncode, done.stdout, done.stderr) == (0, "[1, 2]\n", "")
    # Nothing else is left beside the artifacts.
    assert sorted(path.name for path in (tmp_path / "two").iterdir()) == [
        "output.json",
        "report",
        "state",
    ]


def test_a_failing_step_says_cell_and_line_last(tmp_path: Path) -> None:
    program = {**STEP, "cells": [{"cell": 3, "source": "x = 1\nraise ValueError('no\\nnever')"}]}
    done = run_step(executor_input(tmp_path, ["report"]), pack(program))
    assert done.returncode == 1
    assert done.stderr.endswith(
        'chard: the step "a" failed in cell 3, line 2: ValueError: no\nnever\n'
    )
    assert not (tmp_path / "output.json").exists()


def test_a_secret_is_not_in_what_is_left(tmp_path: Path) -> None:
    program = {
        **STEP,
        "secretNames": ["TOKEN"],
        "cells": [
            {"cell": 0, "source": "import os\nos.environ['COPY'] = os.environ['TOKEN'] + '!'"}
        ],
    }
    done = run_step(executor_input(tmp_path, ["report"]), pack(program), TOKEN="hush-hush")
    assert done.returncode == 0
    assert "COPY holds a secret" in done.stderr
    left = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert left and not any(b"hush-hush" in path.read_bytes() for path in left)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["not json", ""], "no JSON"),
        (['{"outputs": {"outputFile": "o"}}', "!"], "cannot be read"),
        (['{"outputs": {"outputFile": "o"}}', pack({**STEP, "version": 9})], "compile it with"),
        (['{"outputs": {"outputFile": "o"}}', pack({**STEP, "states": ["a"]})], "no artifact 'a'"),
    ],
)
def test_what_cannot_be_read_is_said(arguments: list[str], words: str) -> None:
    done = run_step(*arguments)
    assert done.returncode == 1
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_a_program_in_two_parts_one_of_them_in_a_file(tmp_path: Path) -> None:
    shared = {
        key: STEP[key] for key in ("version", "pipeline", "notebook", "directory", "prologue")
    }
    own = {key: value for key, value in STEP.items() if key not in shared or key == "version"}
    path = tmp_path / "shared"
    path.write_text(json.dumps(shared))
    assert read_program([pack(own), f"@{path}"]) == read_program([pack(STEP)])


@pytest.mark.parametrize(
    ("uri", "path"),
    [
        ("gs://bucket/a", "/gcs/bucket/a"),
        ("s3://bucket/a", "/s3/bucket/a"),
        ("minio://bucket/a", "/minio/bucket/a"),
        ("/local/a", "/local/a"),
    ],
)
def test_where_artifacts_lie(uri: str, path: str) -> None:
    artifact = {"artifacts": [{"name": "a", "uri": uri}]}
    text = json.dumps({"inputs": {"artifacts": {"a": artifact}}, "outputs": {"outputFile": "o"}})
    assert ExecutorInput(text).input("a") == Path(path)


@pytest.mark.parametrize(
    ("kind", "default", "value", "bound"),
    [
        ("int", 100, 100.0, "p = DEFAULT"),
        ("int", 100, 7.0, "p = 7"),
        ("float", 1, 1, "p = DEFAULT"),
        ("float", 1, 2, "p = 2.0"),
        ("str", "a", "it's", 'p = "it\'s"'),
        ("bool", True, False, "p = False"),
        ("list", [16, 8], [16.0, 8.0], "p = DEFAULT"),
        ("list", [16, 8], [1.0, 2.0, 3.0], "p = [1, 2, 3]"),
        ("list", [{"$float": "1.0"}], [1, 4], "p = [1.0, 4.0]"),
        ("list", [{"$tuple": [1, {"$float": "2.0"}]}], [[1, 2]], "p = DEFAULT"),
        ("list", [], [1.0, 1.5, "x", None], "p = [1, 1.5, 'x', None]"),
        ("dict", {"a": {"$float": "1.0"}, "b": 2}, {"a": 2, "b": 2.0}, "p = {'a': 2.0, 'b': 2}"),
        ("dict", {"$dict": [["$int", 1]]}, {"$int": 1.0}, "p = DEFAULT"),
    ],
)
def test_parameters_get_their_types_back(kind: str, default: Any, value: Any, bound: str) -> None:
    cell = {"cell": 2, "kind": "parameters", "source": "p = DEFAULT\nq = 1"}
    parameter = Parameter("p", kind, default, cell=2, start=4, end=11)
    (changed,) = parameters.bind([cell], [parameter], {"p": value})
    assert changed["source"] == f"{bound}\nq = 1"


def test_a_parameter_of_another_type_is_refused() -> None:
    cell = {"cell": 0, "source": "p = 1"}
    with pytest.raises(ProtocolError, match="'p' is of type int"):
        parameters.bind([cell], [Parameter("p", "int", 1, 0, 4, 5)], {"p": 1.5})


def test_several_parameters_of_one_cell_keep_their_places() -> None:
    cell = {"cell": 0, "source": "a = 1; é = 2; c = 3"}
    declared = [Parameter(name, "int", n, 0, at, at + 1) for name, n, at in
                (("a", 1, 4), ("é", 2, 11), ("c", 3, 18))]  # fmt: skip
    (changed,) = parameters.bind([cell], declared, {"a": 1000, "c": 30, "é": None})
    assert changed["source"] == "a = 1000; é = 2; c = 30"


def test_a_report_shows_text_and_displays_in_order(tmp_path: Path) -> None:
    report = Report("a <b>")
    for text in ("one ", "\x1b[31mtwo\x1b[0m & <three>\n"):
        report.add({"type": "output", "cell": 1, "stream": "stdout", "text": text})
    shown = {"type": "display", "cell": 1, "displayId": "d", "update": False}
    report.add({**shown, "data": {"text/plain": "<old>"}})
    report.add({"type": "warning", "code": "c", "message": "careful", "cell": 2})
    report.add({**shown, "update": True, "data": {"image/png": "aGk=\n", "text/plain": "fig"}})
    report.add({"type": "metric", "name": "m", "value": 1, "at": None})
    report.write(tmp_path / "deep" / "report")
    page = (tmp_path / "deep" / "report").read_text()
    assert "<title>a &lt;b&gt;</title>" in page
    assert '<pre class="stdout">one two &amp; &lt;three&gt;\n</pre>' in page
    assert "&lt;old&gt;" not in page
    assert page.index("data:image/png;base64,aGk=") < page.index("careful")


def test_an_empty_report_says_so(tmp_path: Path) -> None:
    Report("a").write(tmp_path / "report")
    assert "printed and showed nothing" in (tmp_path / "report").read_text()

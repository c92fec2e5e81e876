"""The programs beside the steps: the compile check and the description of the environment."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from engine import PYTHON, environment


def program(name: str, data: str = "", **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [PYTHON, "-m", f"chard_runner.{name}"],
        input=data,
        env=environment(**variables),
        capture_output=True,
        text=True,
    )


def check(*sources: str) -> Any:
    cells = [{"cell": i, "source": source} for i, source in enumerate(sources)]
    done = program("compile_cells", json.dumps({"cells": cells}))
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def places(*sources: str) -> list[tuple[int, int] | None]:
    found = []
    for cell in check(*sources)["cells"]:
        errors = cell["errors"]
        found.append((errors[0]["line"], errors[0]["column"]) if errors else None)
    return found


def test_cells_that_compile() -> None:
    answer = check("x = 1", "await f()", "", "async with a as b: pass", "'\\d'")
    assert [cell["errors"] for cell in answer["cells"]] == [[]] * 5
    assert answer["ipython"] is None, "no cell needed it"


def test_errors_and_their_places() -> None:
    answer = check("x = 1\ny = (2 +* 3)")
    (error,) = answer["cells"][0]["errors"]
    assert (error["line"], error["column"]) == (2, 8)
    assert error["message"] == "invalid syntax"
    assert (error["end"]["line"], error["end"]["column"]) in [(2, 9), (2, 8)]


def test_what_only_the_compiler_refuses() -> None:
    assert places("return 1", "\n\nbreak", "def f():\n  nonlocal x", "é = = 1", "x\0") == [
        (1, 0),
        (3, 0),
        (2, 2),
        (1, 4),
        (1, 0),
    ]


def test_hostile_cells() -> None:
    nested = "(" * 100_000
    (cell,) = check(nested)["cells"]
    assert len(cell["errors"]) == 1
    (cell,) = check("x = '\ud800'")["cells"]
    assert len(cell["errors"]) == 1


@pytest.mark.needs("IPython")
def test_magics() -> None:
    answer = check("%time x = 1\n!ls\ny?", "%%bash\nif [", "\n\n%%time\nx = = 1", "%cd x\n\nz = (")
    errors = [cell["errors"] for cell in answer["cells"]]
    assert answer["ipython"] is not None
    assert errors[:2] == [[], []]
    assert (errors[2][0]["line"], errors[2][0]["column"]) == (4, 4)
    assert errors[3][0]["line"] == 3
    (error,) = check("a = !ls \\\n -l\nb = = 1")["cells"][0]["errors"]
    assert (error["line"], error["column"]) == (3, 4)


def test_bad_input_is_told() -> None:
    done = program("compile_cells", "{")
    assert done.returncode == 2 and done.stderr.startswith("compile_cells: ")
    done = program("compile_cells", '{"cells": [{"cell": 1}]}')
    assert "input.cells[0].source is missing" in done.stderr


def test_the_environment() -> None:
    done = program("environment")
    assert done.returncode == 0, done.stderr
    described = json.loads(done.stdout)
    version = subprocess.check_output(
        [PYTHON, "-c", "import platform; print(platform.python_version())"], text=True
    )
    assert described["version"] == version.strip()
    assert described["protocol"] == 1
    assert described["packages"]["pip"]
    assert Path(described["executable"]).exists()
    assert described["paths"]["purelib"]
    if sys.executable == PYTHON:
        assert described["packages"]["jsonschema"]

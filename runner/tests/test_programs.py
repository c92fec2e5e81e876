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
    code = "import platform; print(platform.python_version()); print(platform.platform())"
    version, system = subprocess.check_output([PYTHON, "-c", code], text=True).splitlines()
    assert described["version"] == version
    assert described["platform"] == system
    assert described["protocol"] == 1
    assert described["packages"]["pip"]
    assert Path(described["executable"]).exists()
    assert described["paths"]["purelib"]
    if sys.executable == PYTHON:
        assert described["packages"]["jsonschema"]


def packages(**variables: str) -> dict[str, str]:
    done = program("environment", **variables)
    assert done.returncode == 0, done.stderr
    found: dict[str, str] = json.loads(done.stdout)["packages"]
    return found


def test_packages_are_those_that_python_itself_tells() -> None:
    code = """
import json, re
from importlib import metadata
told = {}
for each in metadata.distributions():
    told.setdefault(re.sub(r"[-_.]+", "-", each.metadata["Name"]).lower(), each.version)
print(json.dumps(told))
"""
    told = json.loads(subprocess.check_output([PYTHON, "-c", code], env=environment(), text=True))
    assert packages() == told


def test_packages_whose_metadata_is_odd_or_broken(tmp_path: Path) -> None:
    odd = {
        "Odd_Name-1.0.dist-info/METADATA": (
            "Metadata-Version: 2.1\nname:Odd_Name\nVersion: 1.0 \nVersion: 2\n\n"
            "Name: another\nVersion: 9\n"
        ),
        "windows-2.0.dist-info/METADATA": "Name: windows\r\nVersion: 2.0\r\n\r\nVersion: 9\r\n",
        "egg.egg-info/PKG-INFO": "Name: egg\nVersion: 3\nDescription: text\n        Version: 9\n",
        "single.egg-info": "Name: single\nVersion: 4\n",
        "nameless-1.dist-info/METADATA": "Version: 5\n",
        "empty-1.dist-info/RECORD": "",
    }
    for name, text in odd.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(text.encode())
    found = packages(PYTHONPATH=str(tmp_path))
    added = {name: found[name] for name in found.keys() - packages().keys()}
    assert added == {"odd-name": "1.0", "windows": "2.0", "egg": "3", "single": "4"}

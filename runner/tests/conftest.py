"""Fixtures of the runner's tests.

``CHARD_TEST_PYTHON`` names another interpreter for the steps to run in; tests of what only IPython
or a package can do are then skipped where it has none.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from engine import PYTHON, Engine, Message, engine
from jsonschema import Draft202012Validator

#: Run by every interpreter that finds it on its path: it has no IPython then.
_HIDE_IPYTHON = """
import importlib.machinery
find = importlib.machinery.PathFinder.find_spec
def find_spec(name, path=None, target=None):
    hidden = name.partition(".")[0] in ("IPython", "ipykernel", "matplotlib_inline")
    return None if hidden else find(name, path, target)
importlib.machinery.PathFinder.find_spec = find_spec
"""


def pytest_configure(config: pytest.Config) -> None:
    marker = "needs(module, ...): the interpreter under test must have these modules"
    config.addinivalue_line("markers", marker)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        for marker in item.iter_markers("needs"):
            for module in marker.args:
                if not _has(module):
                    reason = f"{PYTHON} has no {module}"
                    item.add_marker(pytest.mark.skip(reason=reason))


_known: dict[str, bool] = {}


def _has(module: str) -> bool:
    if module not in _known:
        found = subprocess.run([PYTHON, "-c", f"import {module}"], capture_output=True)
        _known[module] = found.returncode == 0
    return _known[module]


@pytest.fixture(scope="session")
def schemas() -> dict[str, Any]:
    """JSON Schema of the protocol, as TypeScript has it."""
    script = Path(__file__).parent / "print_schema.mjs"
    printed = subprocess.run(["node", str(script)], capture_output=True, check=True, text=True)
    found: dict[str, Any] = json.loads(printed.stdout)
    return found


@pytest.fixture(scope="session")
def validator(schemas: dict[str, Any]) -> Draft202012Validator:
    return Draft202012Validator(schemas["RunnerMessage"])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The notebook's folder."""
    made = tmp_path / "notebook"
    made.mkdir()
    return made


@pytest.fixture
def steps(tmp_path: Path, validator: Draft202012Validator) -> Iterator[Engine]:
    """An engine whose steps start as fresh processes; every message is checked."""
    with engine(tmp_path) as made:
        made.check = checker(validator)
        yield made


@pytest.fixture
def plain_steps(tmp_path: Path, validator: Draft202012Validator) -> Iterator[Engine]:
    """As ``steps``, in an environment without IPython."""
    site = tmp_path / "hiding"
    site.mkdir()
    (site / "sitecustomize.py").write_text(_HIDE_IPYTHON)
    with engine(tmp_path, PYTHONPATH=str(site)) as made:
        made.check = checker(validator)
        yield made


def checker(validator: Draft202012Validator) -> Any:
    def check(message: Message) -> None:
        errors = [error.message for error in validator.iter_errors(message)]
        assert not errors, (message, errors)

    return check

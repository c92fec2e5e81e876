"""Every case is written by one process and read by another; a family shares the two processes."""

from __future__ import annotations

import functools
import importlib.util
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from value_cases import CASES

_WORKER = Path(__file__).with_name("worker.py")
_NEEDS = {
    "notebook": [],
    "python": [],
    "science": ["scipy", "sklearn", "matplotlib"],
    "xgboost": ["xgboost", "sklearn"],
    "lightgbm": ["lightgbm", "sklearn"],
    "keras": ["keras", "jax"],
}


def _run(mode: str, family: str, folder: Path) -> dict[str, str]:
    done = subprocess.run(
        [sys.executable, str(_WORKER), mode, family, str(folder / "store"), str(folder / "noted")],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONHASHSEED": "0", "PYTHONPATH": ""},
    )
    assert done.returncode == 0, done.stderr
    failures: dict[str, str] = json.loads(done.stdout.splitlines()[-1])
    return failures


@functools.cache
def _results(family: str) -> tuple[dict[str, str], dict[str, str]]:
    with tempfile.TemporaryDirectory() as folder:
        return _run("write", family, Path(folder)), _run("read", family, Path(folder))


@pytest.mark.parametrize(
    ("family", "case"),
    [(family, case.id) for family, cases in CASES.items() for case in cases],
    ids=lambda part: part,
)
def test_comes_back_as_it_was(family: str, case: str) -> None:
    for package in _NEEDS.get(family, [family]):
        if importlib.util.find_spec(package) is None:
            pytest.skip(f"{package} is not installed")
    written, read = _results(family)
    assert case not in written, written[case]
    assert case not in read, read[case]

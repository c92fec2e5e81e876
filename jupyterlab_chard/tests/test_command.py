"""The command ``chard``, as a person starts it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from jupyterlab_chard import suggester

CHARD = "from jupyterlab_chard.command import main; main()"
KERNEL = {"name": "python3", "language": "python", "display_name": "Python 3"}
#: Writes down the arguments of every Python that starts.
NOTE_STARTS = """
import os, sys
with open(os.environ["STARTS"], "a") as starts:
    starts.write(" ".join(sys.orig_argv) + "\\n")
"""


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("tune a.ipynb --trials 3", True),
        ("tune --resume latest", True),
        ("tune a.ipynb --target katib", False),
        ("tune a.ipynb --target=katib", False),
        ("tune --help", False),
        ("run tune", False),
        ("", False),
    ],
)
def test_starts_what_suggests_for_tuning_only(line: str, wanted: bool) -> None:
    assert suggester.is_wanted(line.split()) is wanted


def test_what_suggests_ends_when_nobody_is_left_to_ask() -> None:
    inherited = suggester.start(os.environ)
    assert inherited is not None
    child, stdin, stdout, stderr = map(int, inherited.split())
    with os.fdopen(stdout) as answers:
        assert json.loads(answers.readline())["ready"] is True
        os.close(stdin)
        assert answers.read() == ""
    os.close(stderr)
    assert os.waitpid(child, 0) == (child, 0)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has pipes of any width")
def test_what_a_thousand_trials_were_is_written_to_what_suggests_at_once() -> None:
    inherited = suggester.start(os.environ)
    assert inherited is not None
    child, stdin, *others = map(int, inherited.split())
    os.kill(child, signal.SIGSTOP)
    os.set_blocking(stdin, False)
    thousand_trials = b" " * 500_000
    assert os.write(stdin, thousand_trials) == len(thousand_trials)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    for end in (stdin, *others):
        os.close(end)


def tune(folder: Path, words: Sequence[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", CHARD, "tune", *words],
        cwd=folder,
        env={
            **os.environ,
            "CHARD_HOME": str(folder / "home"),
            "PYTHONPATH": str(folder / "site"),
            "STARTS": str(folder / "starts"),
        },
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "sitecustomize.py").write_text(NOTE_STARTS)
    # No module of ours, though the command is given where it lies.
    (tmp_path / "optuna.py").write_text("raise SystemExit('taken from the working directory')")
    (tmp_path / "work").mkdir()
    return tmp_path


def notebook(path: Path) -> Path:
    cells = [
        ("pipeline-parameters", "x = 1.0\n"),
        ("step:train", "loss = (x - 3) ** 2\n"),
        ("pipeline-metrics", 'print("loss", loss)\n'),
    ]
    tuning = {
        "name": "one",
        "parameters": [{"name": "x", "type": "double", "min": 0, "max": 10}],
        "objective": {"type": "minimize", "metric": "loss"},
        "algorithm": {"name": "random"},
        "maxTrialCount": 2,
        "parallelTrialCount": 1,
        "maxFailedTrialCount": 0,
    }
    document: dict[str, Any] = {
        "cells": [
            {
                "cell_type": "code",
                "metadata": {"tags": [tag]},
                "source": source,
                "outputs": [],
                "execution_count": None,
            }
            for tag, source in cells
        ],
        "metadata": {"kernelspec": KERNEL, "chard": {"tuning": tuning}},
        "nbformat": 4,
        "nbformat_minor": 4,
    }
    path.write_text(json.dumps(document))
    return path


@pytest.mark.skipif(sys.version_info < (3, 11), reason="older ones look there first")
def test_tuning_asks_the_process_that_was_started_with_the_command(folder: Path) -> None:
    done = tune(folder, [str(notebook(folder / "work" / "one.ipynb")), "--json"])
    assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads(done.stdout)["state"] == "succeeded"
    starts = (folder / "starts").read_text().splitlines()
    assert len([line for line in starts if line.endswith("-m chard_suggester")]) == 1

"""The commands that are measured: Chard's, and Optuna's in Chard's own environment."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

from measure import CHARD, ROOT, Sample, run

PYTHON = ROOT / ".venv" / "bin" / "python"
#: Run as a module of the folder `bench`, wherever it works.
OPTUNA = (str(PYTHON), "-m", "tune.optuna_program")
BENCH = {"PYTHONPATH": str(ROOT / "bench")}


def chard(folder: Path, *words: object, home: str = "home") -> Sample:
    """A command of Chard's, with its home below `folder`."""
    return run(
        [str(CHARD), *map(str, words)],
        cwd=folder,
        environment={"CHARD_HOME": str(folder / home)},
    )


def optuna(folder: Path, *words: object) -> Sample:
    """What `optuna_program.py` does."""
    return run([*OPTUNA, *map(str, words)], cwd=folder, environment=BENCH)


def printed(folder: Path, *words: object) -> str:
    """What a command prints; Chard's home is below `folder`.

    Raises:
        CalledProcessError: it failed.
    """
    found = subprocess.run(
        list(map(str, words)),
        cwd=folder,
        env=_environment(folder),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return found.stdout


def seconds_until(sign: str, folder: Path, *words: object) -> float:
    """From a command's start until it prints a line with `sign`; it is then left to its end.

    Raises:
        RuntimeError: it failed, or ended without that line.
    """
    taken = None
    started = time.perf_counter()
    with subprocess.Popen(
        list(map(str, words)),
        cwd=folder,
        env=_environment(folder),
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if taken is None and sign in line:
                taken = time.perf_counter() - started
    if process.returncode != 0 or taken is None:
        raise RuntimeError(f"{_line(words)} ended with {process.returncode} and no {sign}")
    return taken


def _environment(folder: Path) -> dict[str, str]:
    return {**os.environ, **BENCH, "CHARD_HOME": str(folder / "home")}


def _line(words: Sequence[object]) -> str:
    return " ".join(map(str, words))

"""Measuring whole processes: wall and CPU time.

The candidates take turns, so that all meet the same noise.
"""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CHARD = ROOT / ".venv" / "bin" / "chard"
PEERS = ROOT / ".venv" / "peers" / "bin"


@dataclass(frozen=True)
class Sample:
    """Seconds of one run; CPU time includes the process's children.

    ``memory`` is the most that one of its processes had at a time, in bytes.
    """

    wall: float
    cpu: float
    memory: int = 0


def run(
    command: Sequence[str], *, cwd: Path, environment: Mapping[str, str] | None = None
) -> Sample:
    """Runs a command to its end.

    Raises:
        RuntimeError: it failed; with the end of what it printed.
    """
    started = time.perf_counter()
    process = subprocess.Popen(
        [str(part) for part in command],
        cwd=cwd,
        env={**_inherited(), **(environment or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise RuntimeError(f"{' '.join(map(str, command))} failed:\n{output[-3000:]}")
    return Sample(wall, usage.ru_utime + usage.ru_stime, _peak(usage))


def _peak(usage: resource.struct_rusage) -> int:
    return usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def _inherited() -> dict[str, str]:
    """The environment, but for what keeps Python from remembering what it has compiled."""
    return {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}


def alternate(candidates: Mapping[str, Callable[[], Sample]], rounds: int) -> dict[str, Sample]:
    """Medians of each candidate over ``rounds`` rounds, after an unmeasured one for the caches."""
    for candidate in candidates.values():
        candidate()
    samples: dict[str, list[Sample]] = {name: [] for name in candidates}
    for _ in range(rounds):
        for name, candidate in candidates.items():
            samples[name].append(candidate())
    return {name: median(found) for name, found in samples.items()}


def median(samples: Sequence[Sample]) -> Sample:
    """The median of wall and of CPU time and of memory, each by itself."""
    return Sample(
        statistics.median(sample.wall for sample in samples),
        statistics.median(sample.cpu for sample in samples),
        int(statistics.median(sample.memory for sample in samples)),
    )

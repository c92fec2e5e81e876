"""Many steps: the engine's own overhead for each, and the server's memory."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
import time
from pathlib import Path

from measure import CHARD, ROOT
from report import Limit, Section
from step_overhead import cell

WIDTH = 50


def notebook(path: Path, steps: int) -> Path:
    """Layers of ``WIDTH`` steps; a step takes the name of the one above it."""
    cells = []
    for index in range(steps):
        above = index - WIDTH
        tags = [f"step:s{index}", *([f"prev:s{above}"] if above >= 0 else [])]
        cells.append(cell(tags, f"x{index} = {f'x{above}' if above >= 0 else '0'} + 1\n"))
    metadata = {"kernelspec": {"name": "python3", "language": "python", "display_name": "Python 3"}}
    path.write_text(
        json.dumps({"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 4})
    )
    return path


def run(path: Path, home: Path) -> tuple[float, int]:
    """Wall seconds, and peak memory in bytes of the process that is the engine."""
    environment = {**os.environ, "CHARD_HOME": str(home)}
    started = time.perf_counter()
    process = subprocess.Popen(
        [CHARD, "run", path, "--json"], cwd=ROOT, env=environment, stdout=subprocess.DEVNULL
    )
    peak = 0
    while process.poll() is None:
        peak = max(peak, _resident(process.pid))
        time.sleep(0.05)
    if process.returncode != 0:
        raise RuntimeError(f"chard run failed with exit code {process.returncode}")
    return time.perf_counter() - started, peak


def _resident(pid: int) -> int:
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    for line in status.splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    return 0


def measure() -> Section:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        small, _ = run(notebook(folder / "small.ipynb", 100), folder / "home-small")
        large, peak = run(notebook(folder / "large.ipynb", 1000), folder / "home-large")
    ratio = (large / 1000) / (small / 100)
    megabytes = peak / 1e6
    rows = [
        Limit("a step of 1,000 beside a step of 100", f"{ratio:.2f}", "flat: ≤ 1.2", ratio <= 1.2),
        Limit("peak memory of the engine", f"{megabytes:.0f} MB", "< 300 MB", megabytes < 300),
    ]
    return Section(
        "1,000 steps, 50 wide",
        f"Trivial steps; {large:.0f} s for 1,000, {large:.1f} ms a step with all of its process.",
        ["", "chard", "target"],
        rows,
    )


if __name__ == "__main__":
    print(measure().markdown())

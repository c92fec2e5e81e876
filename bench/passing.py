"""Values from step to step: 1 GiB and many small objects, beside pickle, joblib and dill."""

from __future__ import annotations

import json
import statistics
import subprocess
import tempfile
from pathlib import Path

from measure import PEERS, ROOT
from report import Limit, Row, Section

ROUNDS = 5


def measure() -> Section:
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "values.json"
        subprocess.run(
            [
                PEERS / "python",
                ROOT / "bench" / "values.py",
                "--json",
                report,
                f"--rounds={ROUNDS}",
            ],
            check=True,
        )
        times = json.loads(report.read_text())
    found = {
        title: {name: statistics.median(rounds) for name, rounds in writers.items()}
        for title, writers in times.items()
    }
    writing, reading = found["write array"], found["read array"]
    rows = [
        Row(
            "write 1 GiB, digest included, beside raw write and fsync",
            *_pair(writing, "raw"),
            1 / 0.7,
        ),
        *[
            Row(f"write 1 GiB, beside {name}", *_pair(writing, name), 1.0)
            for name in _peers(writing)
        ],
        *[
            Row(f"read 1 GiB, beside {name}", *_pair(reading, name), None)
            for name in _peers(reading)
        ],
        *[
            Row(f"write 300,000 dicts, beside {name}", *_pair(found["write objects"], name), None)
            for name in _peers(found["write objects"])
        ],
        *[
            Row(f"read 300,000 dicts, beside {name}", *_pair(found["read objects"], name), None)
            for name in _peers(found["read objects"])
        ],
    ]
    read = reading["chard"] * 1000
    aim = Limit("", f"{read:.1f} ms", "< 10 ms", read < 10)
    return Section(
        "Values from step to step",
        f"All writers flush to the disk; medians of {ROUNDS}. Reading 1 GiB takes {aim.found} "
        f"({aim.cells()[2]}): it is mapped, not copied.",
        ["", "chard", "peer", "ratio", "target"],
        rows,
    )


def _peers(times: dict[str, float]) -> list[str]:
    return [name for name in ("pickle", "joblib", "dill") if name in times]


def _pair(times: dict[str, float], peer: str) -> tuple[float, float]:
    return times["chard"], times[peer]


if __name__ == "__main__":
    print(measure().markdown())

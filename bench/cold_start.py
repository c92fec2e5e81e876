"""A notebook to its pipeline in a cold process: ``chard graph`` beside ``kale``."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from measure import CHARD, PEERS, ROOT, alternate, run
from report import Row, Section

ROUNDS = 7


def notebook_for_both(folder: Path) -> Path:
    """The digits example as Kale takes it: metrics are bare lower-case names there."""
    notebook = json.loads((ROOT / "examples" / "digits" / "digits.ipynb").read_text())
    for cell in notebook["cells"]:
        if "pipeline-metrics" in cell["metadata"].get("tags", []):
            cell["source"] = ["print(score)"]
        elif "best_accuracy = accuracy[best]\n" in cell["source"]:
            cell["source"].append("\nscore = best_accuracy\n")
    path = folder / "digits.ipynb"
    path.write_text(json.dumps(notebook))
    return path


def measure() -> Section:
    """Wall and CPU time of both, and their ratio; the target is a tenth of either."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        notebook = notebook_for_both(folder)
        found = alternate(
            {
                "chard": lambda: run([CHARD, "graph", notebook, "--json"], cwd=folder),
                "kale": lambda: run([PEERS / "kale", "--nb", notebook], cwd=folder),
            },
            ROUNDS,
        )
    chard, kale = found["chard"], found["kale"]
    return Section(
        "A notebook to its pipeline, cold process",
        f"`chard graph` beside `kale` 2.3.0 on the digits example; medians of {ROUNDS}.",
        ["", "chard", "kale", "ratio", "target"],
        [
            Row("wall", chard.wall, kale.wall, 0.1),
            Row("CPU", chard.cpu, kale.cpu, 0.1),
        ],
    )


if __name__ == "__main__":
    print(measure().markdown())

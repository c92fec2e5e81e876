"""Trials of a pipeline whose preparation takes ten times its training."""

from __future__ import annotations

import tempfile
from pathlib import Path

from report import Limit, Section, seconds

from tune import notebooks
from tune.commands import chard

TRIALS = 30
TRAINING_SECONDS = 1.0
PREPARATION_SECONDS = 10 * TRAINING_SECONDS


def measure() -> Section:
    steps = {
        "prepare": f"import time\ntime.sleep({PREPARATION_SECONDS})\ndata = 1\n",
        "train": f"import time\ntime.sleep({TRAINING_SECONDS})\nloss = (x - 3) ** 2 + data\n",
    }
    tuning = notebooks.experiment([notebooks.X], TRIALS, 1, "random")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = notebooks.tuned(folder / "work" / "shared.ipynb", {"x": 1.0}, steps, tuning)
        whole = chard(folder, "run", path, "--json", home="alone").wall
        taken = chard(folder, "tune", path, "--json").wall
    least = PREPARATION_SECONDS + TRIALS * TRAINING_SECONDS
    return Section(
        f"{TRIALS} trials that share their preparation",
        f"Preparation {PREPARATION_SECONDS:g} s, training {TRAINING_SECONDS:g} s, one trial "
        f"after the other; the whole command. A whole run of the pipeline takes {seconds(whole)}, "
        f"so that {TRIALS} of them would take {seconds(TRIALS * whole)}.",
        ["", "chard", "target"],
        [
            Limit(
                f"{TRIALS} trials",
                seconds(taken),
                f"preparation + {TRIALS} trainings + 10 %: ≤ {seconds(1.1 * least)}",
                taken <= 1.1 * least,
            )
        ],
    )


if __name__ == "__main__":
    print(measure().markdown())

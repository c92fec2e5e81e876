"""How soon an experiment with many finished trials goes on, beside Optuna's journal storage."""

from __future__ import annotations

import statistics
import tempfile
from pathlib import Path

from measure import CHARD
from report import Row, Section

from tune import notebooks
from tune.commands import OPTUNA, chard, optuna, seconds_until

TRIALS = 1000
ROUNDS = 5


def measure() -> Section:
    tuning = notebooks.experiment([notebooks.X, notebooks.Y], TRIALS, 4, "tpe")
    own, peers = [], []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        journal = folder / "journal.log"
        path = notebooks.trivial(folder / "work" / "restart.ipynb", tuning)
        chard(folder, "tune", path, "--json")
        optuna(folder, "fill", journal, TRIALS)
        # The first of each finds cold caches.
        for number in range(1, ROUNDS + 2):
            last = TRIALS + number
            words = ("--resume", "latest", "--trials", last, "--json", "--follow")
            sign = f'"trial-suggested","trial":{last},'
            own.append(seconds_until(sign, folder, CHARD, "tune", *words))
            peers.append(seconds_until('"suggested"', folder, *OPTUNA, "ask", journal))
    return Section(
        f"An experiment of {TRIALS:,} finished trials goes on",
        f"From the command to the next suggestion (TPE), in a new process; medians of {ROUNDS}. "
        f"Optuna: its journal in a file, `load_study` and `ask`.",
        ["", "chard", "optuna", "ratio", "target"],
        [
            Row(
                f"trial {TRIALS + 2:,} and later",
                statistics.median(own[1:]),
                statistics.median(peers[1:]),
                1.0,
            )
        ],
    )


if __name__ == "__main__":
    print(measure().markdown())

"""The best value of a search, beside Optuna itself with the same sampler and seeds."""

from __future__ import annotations

import json
import statistics
import tempfile
from dataclasses import dataclass
from pathlib import Path

from measure import CHARD
from report import Limit, Section

from tune import notebooks
from tune.commands import OPTUNA, printed
from tune.functions import FUNCTIONS, Function

SEEDS = 10
TRIALS = 60


@dataclass(frozen=True)
class Search:
    """What was tried, in order, and the best value."""

    tried: list[dict[str, object]]
    best: float


def measure() -> Section:
    with tempfile.TemporaryDirectory() as name:
        rows = [_row(function, Path(name)) for function in FUNCTIONS]
    return Section(
        f"The best of {TRIALS} trials",
        f"TPE, one trial after the other, {SEEDS} seeds; Chard's whole way, from `chard tune` to "
        f"what the trials' runs report, beside Optuna's `study.optimize`. Medians "
        "of the best values.",
        ["", "chard", "optuna, and the target"],
        rows,
    )


def _row(function: Function, folder: Path) -> Limit:
    tuning = notebooks.experiment(function.parameters, TRIALS, 1, "tpe")
    steps = {"train": function.source}
    path = folder / function.name / "search.ipynb"
    notebooks.tuned(path, function.defaults, steps, tuning)
    own = [chard_search(path, folder, seed) for seed in range(SEEDS)]
    peers = [optuna_search(function, folder, seed) for seed in range(SEEDS)]
    same = sum(one == other for one, other in zip(own, peers, strict=True))
    return Limit(
        function.title,
        f"{_middle(own):.6g}",
        f"{_middle(peers):.6g}; the same trials for {same} of {SEEDS} seeds",
        own == peers,
    )


def chard_search(path: Path, folder: Path, seed: int) -> Search:
    words = ("tune", path, "--seed", seed, "--name", f"seed {seed}", "--json")
    trials = json.loads(printed(folder, CHARD, *words))["trials"]
    best = min(trial["values"]["loss"] for trial in trials)
    return Search([trial["parameters"] for trial in trials], best)


def optuna_search(function: Function, folder: Path, seed: int) -> Search:
    found = json.loads(printed(folder, *OPTUNA, "search", function.name, TRIALS, seed))
    return Search(found["tried"], found["best"])


def _middle(searches: list[Search]) -> float:
    return statistics.median(search.best for search in searches)


if __name__ == "__main__":
    print(measure().markdown())

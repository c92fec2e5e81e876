"""What a trial of a trivial function takes, beside Optuna's own processes and SQLite storage."""

from __future__ import annotations

import functools
import itertools
import tempfile
from collections.abc import Callable
from pathlib import Path

from measure import Sample, alternate
from report import Row, Section

from tune import notebooks
from tune.commands import chard, optuna

FEW, MANY = 40, 240
PARALLEL = 4
ROUNDS = 2


def measure() -> Section:
    with tempfile.TemporaryDirectory() as name:
        found = alternate(_candidates(Path(name)), ROUNDS)

    def a_trial(what: str) -> Sample:
        few, many = found[f"{what} {FEW}"], found[f"{what} {MANY}"]
        trials = MANY - FEW
        return Sample((many.wall - few.wall) / trials, (many.cpu - few.cpu) / trials)

    trial, steps, peer = a_trial("trials"), a_trial("steps"), a_trial("optuna")
    return Section(
        "A trial's overhead",
        f"A function of one line, TPE, {PARALLEL} trials at a time; (time of {MANY} trials - time "
        f"of {FEW}) / {MANY - FEW}, medians of {ROUNDS}. Optuna's `study.optimize` in {PARALLEL} "
        f"processes on one SQLite storage, with a longer timeout for locks, without which "
        f"processes of its fail. To Chard a trial is a run of its own: two processes (the step, "
        f"the metrics cells), a log, stored values. Its steps are what the same "
        f"steps take in one run, {PARALLEL} side by side: {steps.wall * 1000:.0f} ms. Of processor "
        f"time a trial takes {trial.cpu * 1000:.0f} ms, its steps {steps.cpu * 1000:.0f} ms, "
        f"Optuna's {peer.cpu * 1000:.0f} ms.",
        ["", "chard", "optuna", "ratio", "target"],
        [
            Row("a trial beyond its steps", trial.wall - steps.wall, peer.wall, 1.0),
            Row("a trial, its processes too", trial.wall, peer.wall, None),
        ],
    )


def _candidates(folder: Path) -> dict[str, Callable[[], Sample]]:
    fresh = itertools.count()
    tuning = notebooks.experiment([notebooks.X, notebooks.Y], MANY, PARALLEL, "tpe")
    tuned = notebooks.trivial(folder / "work" / "trivial.ipynb", tuning)

    def trials(count: int) -> Sample:
        words = ("tune", tuned, "--trials", count, "--parallel", PARALLEL, "--json")
        return chard(folder, *words, home=f"home-{next(fresh)}")

    def steps(count: int) -> Sample:
        path = notebooks.steps_of_trials(folder / f"steps-{count}" / "steps.ipynb", count, PARALLEL)
        return chard(folder, "run", path, "--json", home=f"home-{next(fresh)}")

    def peer(count: int) -> Sample:
        return optuna(folder, "optimize", folder / f"{next(fresh)}.db", count, PARALLEL)

    measured = {"trials": trials, "steps": steps, "optuna": peer}
    return {
        f"{what} {count}": functools.partial(measure_one, count)
        for count in (FEW, MANY)
        for what, measure_one in measured.items()
    }


if __name__ == "__main__":
    print(measure().markdown())

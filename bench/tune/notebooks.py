"""Notebooks that are tuned, and plain ones of the same steps."""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from step_overhead import cell

KERNEL = {"name": "python3", "language": "python", "display_name": "Python 3"}
X = {"name": "x", "type": "double", "min": 0, "max": 10}
Y = {"name": "y", "type": "double", "min": 0, "max": 10}
LOSS = "(x - 3) ** 2 + (y - 1) ** 2"


def tuned(
    path: Path,
    parameters: Mapping[str, object],
    steps: Mapping[str, str],
    tuning: Mapping[str, object],
) -> Path:
    """A notebook whose steps follow one another; the last leaves `loss`, the metric."""
    before = {name: [f"prev:{former}"] for former, name in itertools.pairwise(steps)}
    return _write(
        path,
        [
            cell(["pipeline-parameters"], "".join(f"{n} = {v!r}\n" for n, v in parameters.items())),
            *(
                cell([f"step:{name}", *before.get(name, [])], source)
                for name, source in steps.items()
            ),
            cell(["pipeline-metrics"], 'print("loss", loss)\n'),
        ],
        {"name": path.stem, "katibRun": True, "tuning": tuning},
    )


def trivial(path: Path, tuning: Mapping[str, object]) -> Path:
    """One step, which computes the loss of `x` and `y` and no more."""
    return tuned(path, {"x": 1.0, "y": 1.0}, {"train": f"loss = {LOSS}\n"}, tuning)


def experiment(
    parameters: Sequence[Mapping[str, object]], trials: int, parallel: int, algorithm: str
) -> dict[str, object]:
    """An experiment in the words of the notebook's metadata."""
    return {
        "name": "bench",
        "parameters": list(parameters),
        "objective": {"type": "minimize", "metric": "loss"},
        "algorithm": {"name": algorithm},
        "maxTrialCount": trials,
        "parallelTrialCount": parallel,
    }


def steps_of_trials(path: Path, trials: int, width: int) -> Path:
    """What so many trials of `trivial` execute, `width` side by side, as the steps of one pipeline.

    A trial's metrics cells are a step of their own, so there are two for each.
    """
    cells = [cell(["pipeline-parameters"], "x = 1.0\ny = 1.0\n")]
    for number in range(trials):
        after = [f"prev:m{number - width}"] if number >= width else []
        cells.append(cell([f"step:t{number}", *after], f"loss{number} = {LOSS}\n"))
        cells.append(cell([f"step:m{number}", f"prev:t{number}"], f"print(loss{number})\n"))
    return _write(path, cells, {"name": path.stem})


def _write(path: Path, cells: list[dict[str, object]], chard: Mapping[str, object]) -> Path:
    # A run looks at the notebook's whole folder, where nothing else of a measurement may lie.
    path.parent.mkdir(exist_ok=True)
    metadata = {"kernelspec": KERNEL, "chard": chard}
    content = {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 4}
    path.write_text(json.dumps(content))
    return path

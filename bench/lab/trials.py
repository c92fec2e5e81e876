"""The document of an experiment of 1,000 trials: sorting, filtering, pointing, and live updates."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from analysis import BANNER
from measure import ROOT
from report import Limit, Section

from lab.browser import browse, where
from lab.figures import milliseconds
from lab.server import Server, serve

TRIALS = 1000
#: So many more, so that some go on for as long as is looked.
LIVE = 400
WATCHED_SECONDS = 8
MOST_MS = 100
SEED = ROOT / ".venv" / "bench" / "seed_experiment.mjs"


def measure() -> Section:
    """Once with all trials over, once while four more at a time report values."""
    _build()
    rest, live = _look(0), _look(LIVE)
    rows = [
        Limit(name, *_figures(rest["gestures"][name], live["gestures"][name]))
        for name in rest["gestures"]
    ]
    watched = live["watched"]["cpu"] / (10 * WATCHED_SECONDS)
    shown = milliseconds(rest["shown"])
    return Section(
        f"An experiment of {TRIALS:,} trials, looked at",
        f"Its store is written by `seed_experiment.ts`: four parameters, two metrics of 20 values "
        f"a trial. For each event (a key, a step of the pointer, a press) the processor time that "
        f"the page's main thread took, drawing included; behind it the time until the second frame "
        f"after it, a median, which others on the machine lengthen. Live, four trials report "
        f"10 times a second each; while nothing is done that takes {watched:.0f} % of the main "
        f"thread. Opened, all is drawn after {shown}.",
        ["", "main thread; to the screen", f"target, at rest: < {MOST_MS} ms of main thread"],
        rows,
    )


def _figures(rest: dict[str, Any], live: dict[str, Any]) -> tuple[str, str, bool]:
    each = rest["cpu"] / max(1, len(rest["delays"]))
    said = f"{milliseconds(each)}; {_delay(rest)}, live {_delay(live)}"
    return said, "", each < MOST_MS


def _delay(gesture: dict[str, Any]) -> str:
    delays = sorted(gesture["delays"])
    return milliseconds(delays[len(delays) // 2]) if delays else "-"


def _look(live: int) -> Any:
    with serve() as server, _seeded(server, live) as experiment:
        options = {"with": where(server), "experiment": experiment, "seconds": WATCHED_SECONDS}
        return browse("trials", options)


def _build() -> None:
    command = [ROOT / "node_modules" / ".bin" / "esbuild", "bench/seed_experiment.ts"]
    command += ["--bundle", "--platform=node", "--format=esm", f"--banner:js={BANNER}"]
    command += [f"--outfile={SEED}", "--log-level=warning"]
    subprocess.run(command, cwd=ROOT, check=True)


@contextmanager
def _seeded(server: Server, live: int) -> Iterator[str]:
    """The id of an experiment in the server's store; ``live`` trials of it go on meanwhile.

    Raises:
        RuntimeError: it could not be written.
    """
    notebook = server.root / "seeded.ipynb"
    notebook.write_text('{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}')
    server.home.mkdir(exist_ok=True)
    words = ["node", "--disable-warning=ExperimentalWarning", SEED, server.home, notebook]
    with subprocess.Popen(
        [*map(str, words), str(TRIALS), str(live)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin is not None and process.stdout is not None
        experiment = process.stdout.readline().strip()
        if not experiment:
            raise RuntimeError("the experiment was not written")
        yield experiment
        # The end of its input is its end.
        process.stdin.close()


if __name__ == "__main__":
    print(measure().markdown())

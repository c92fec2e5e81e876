"""The companion server's memory while it runs an experiment of many trials."""

from __future__ import annotations

import json
import time
import urllib.request
from pathlib import Path
from typing import Any

from heap import Heap
from lab.figures import slope
from lab.server import Server, serve
from report import Limit, Section

from tune import notebooks

TRIALS = 2000
SAMPLES = 40
#: Growth as a share of what there is that still counts as flat.
FLAT = 0.1
OVER = ("succeeded", "failed", "stopped", "interrupted")


def measure() -> Section:
    with serve() as server:
        samples, (kept_first, kept_last) = _samples(server)
    # The first third is what everything needs that is loaded or made once.
    late = samples[len(samples) // 3 :]
    (first, level), (last, _) = late[0], late[-1]
    grown = slope(late) * (last - first)
    return Section(
        f"The server's memory over {TRIALS:,} trials",
        "An experiment in the companion server, 4 trials at a time, nobody looking, all files in "
        "memory where `TMPDIR` says so. Kept is what V8 holds, heap and buffers, after a "
        "collection that is asked for: after a third of the trials, and after the last. Resident "
        "is what the process has, garbage that V8 has not looked for yet and memory that it has "
        "not given back included; growth by the median of all slopes (Theil and Sen) after that "
        f"third; the most was {max(most for _, most in samples) / 1e6:.0f} MB.",
        ["", "chard", "target"],
        [
            Limit(
                "kept",
                f"{kept_first / 1e6:.1f} MB, {(kept_last - kept_first) / 1e6:+.1f} MB in the rest",
                f"flat: ≤ {FLAT:.0%}",
                kept_last - kept_first <= FLAT * kept_first,
            ),
            Limit(
                "resident",
                f"{level / 1e6:.0f} MB, {grown / 1e6:+.1f} MB in {last - first:,.0f} trials",
                f"flat: ≤ {FLAT:.0%}",
                grown <= FLAT * level,
            ),
        ],
    )


def _samples(server: Server) -> tuple[list[tuple[float, float]], tuple[float, float]]:
    """Trials that have ended and the bytes that the server has then; what it keeps, early and late.

    Raises:
        RuntimeError: the experiment did not end well.
    """
    parameters = [notebooks.X, notebooks.Y]
    tuning = notebooks.experiment(parameters, TRIALS, 4, "random")
    notebooks.trivial(server.root / "many.ipynb", tuning)
    pid = server.companion()
    spec = {**tuning, "maxFailedTrialCount": 0}
    id = _ask(server, "experiments", {"path": "many.ipynb", "spec": spec})["experiment"]["id"]
    samples: list[tuple[float, float]] = []
    with Heap(pid) as heap:
        early = None
        while True:
            item = next(e for e in _ask(server, "experiments")["experiments"] if e["id"] == id)
            done = item["tally"]["succeeded"]
            if early is None and done >= TRIALS / 3:
                early = heap.kept()
            if done >= len(samples) * TRIALS / SAMPLES:
                samples.append((done, _resident(pid)))
            if item["state"] in OVER:
                break
            time.sleep(0.5)
        if item["state"] != "succeeded" or done != TRIALS or early is None:
            raise RuntimeError(f"the experiment ended as {item['state']} with {done} trials")
        return samples, (early, heap.kept())


def _resident(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return 1024.0 * int(next(line.split()[1] for line in lines if line.startswith("VmRSS")))


def _ask(server: Server, path: str, body: object = None) -> Any:
    """A request to the companion server, by way of Jupyter: with a body a POST, else a GET."""
    request = urllib.request.Request(
        f"{server.url}/chard/api/v1/{path}",
        data=None if body is None else json.dumps(body).encode(),
        headers={"Authorization": f"token {server.token}", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=300) as answer:
        return json.load(answer)


if __name__ == "__main__":
    print(measure().markdown())

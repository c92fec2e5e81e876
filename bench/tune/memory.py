"""The companion server's memory while it runs an experiment of many trials."""

from __future__ import annotations

import json
import time
import urllib.request
from pathlib import Path
from typing import Any

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
        samples = _samples(server)
    # The first third is what everything needs that is loaded or made once.
    late = samples[len(samples) // 3 :]
    (first, level), (last, _) = late[0], late[-1]
    grown = slope(late) * (last - first)
    return Section(
        f"The server's memory over {TRIALS:,} trials",
        "An experiment in the companion server, 4 trials at a time; growth by the median of all "
        "slopes (Theil and Sen) after the first third, nobody looking.",
        ["", "chard", "target"],
        [
            Limit(
                "companion server, resident",
                f"{level / 1e6:.0f} MB, {grown / 1e6:+.1f} MB in {last - first:,.0f} trials",
                f"flat: ≤ {FLAT:.0%}",
                grown <= FLAT * level,
            )
        ],
    )


def _samples(server: Server) -> list[tuple[float, float]]:
    """Trials that have ended, and the bytes that the server has then.

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
    while True:
        item = next(e for e in _ask(server, "experiments")["experiments"] if e["id"] == id)
        done = item["tally"]["succeeded"]
        if done >= len(samples) * TRIALS / SAMPLES:
            samples.append((done, _resident(pid)))
        if item["state"] in OVER:
            break
        time.sleep(0.5)
    if item["state"] != "succeeded" or done != TRIALS:
        raise RuntimeError(f"the experiment ended as {item['state']} with {done} trials")
    return samples


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

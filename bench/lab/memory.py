"""Memory of page and companion server while a pipeline runs: an hour's events in some minutes."""

from __future__ import annotations

from collections.abc import Sequence

from heap import watched
from report import Limit, Section

from lab import notebooks
from lab.browser import browse, where
from lab.figures import slope
from lab.server import serve

MINUTES = 2.5
HOUR_MINUTES = 60
#: What a step that trains reports in an hour: a metric a second, ten lines a second.
METRICS = 3600
LINES = 36_000
SAMPLES = 30
#: Growth over the hour, as a share of what there is, that still counts as flat.
FLAT = 0.1
REPORT = """
import time
import chard
began = time.perf_counter()
for tick in range({metrics} * 2):
    for line in range(10):
        print(tick, line, "loss is being lowered", "." * 40)
    chard.log_metric("loss", 1 / (tick + 1), step=tick)
    time.sleep(max(0, began + (tick + 1) * {pause} - time.perf_counter()))
"""


def measure(minutes: float = MINUTES) -> Section:
    """A step that reports an hour's events in ``minutes``, with its document open."""
    seconds = minutes * 60
    with serve() as server, watched(server.companion(), seconds / SAMPLES) as kept:
        source = REPORT.format(metrics=METRICS, pause=seconds / METRICS)
        notebooks.write(server.root / "train.ipynb", [notebooks.cell(0, source, "step:train")])
        found = browse(
            "memory",
            {
                "with": where(server),
                "notebook": "train.ipynb",
                "seconds": seconds,
                "samples": SAMPLES,
                "companion": server.companion(),
            },
            minutes=minutes + 5,
        )

    def of(name: str) -> list[tuple[float, float]]:
        return [(each["at"], each[name]) for each in found["samples"]]

    rows = [
        row("page, JavaScript heap", of("heap"), seconds, "MB", 1e6),
        row("page, nodes", of("nodes"), seconds, "thousand", 1e3),
        row("companion server, kept heap", kept, seconds, "MB", 1e6),
        row("companion server, resident", of("companion"), seconds, "MB", 1e6),
    ]
    return Section(
        "Memory in an hour of a running pipeline",
        f"No real hour: a step reports what one makes in an hour ({METRICS:,} values of a metric, "
        f"{LINES:,} lines) in {minutes:g} minutes, {HOUR_MINUTES / minutes:g} times as fast, with "
        f"its document open. {SAMPLES} samples, heaps after a forced collection (the server's with "
        f"the buffers beside it); growth by the median of all slopes (Theil and Sen) after the "
        f"first third.",
        ["", "chard", "target"],
        rows,
    )


def row(
    what: str, samples: Sequence[tuple[float, float]], seconds: float, unit: str, size: float
) -> Limit:
    """One figure over time: where it begins, and what it would grow by in ``seconds``."""
    # The first third is what everything needs that is loaded or made once.
    settled = samples[len(samples) // 3 :]
    level = settled[0][1]
    grown = slope(settled) * seconds
    return Limit(
        what,
        f"{level / size:.1f} {unit}, {grown / size:+.1f} in the hour",
        f"flat: ≤ {FLAT:.0%}",
        grown <= FLAT * level,
    )

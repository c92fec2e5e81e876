"""Memory of page and companion server while a pipeline runs: an hour's events in some minutes."""

from __future__ import annotations

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
    with serve() as server:
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
    # The first third is what everything needs that is loaded or made once.
    samples = found["samples"][SAMPLES // 3 :]
    rows = []
    for what, name, unit, size in (
        ("page, JavaScript heap", "heap", "MB", 1e6),
        ("page, nodes", "nodes", "thousand", 1e3),
        ("companion server, resident", "companion", "MB", 1e6),
    ):
        level = samples[0][name]
        grown = slope([(each["at"], each[name]) for each in samples]) * seconds
        rows.append(
            Limit(
                what,
                f"{level / size:.1f} {unit}, {grown / size:+.1f} in the hour",
                f"flat: ≤ {FLAT:.0%}",
                grown <= FLAT * level,
            )
        )
    return Section(
        "Memory in an hour of a running pipeline",
        f"No real hour: a step reports what one makes in an hour ({METRICS:,} values of a metric, "
        f"{LINES:,} lines) in {minutes:g} minutes, {HOUR_MINUTES / minutes:g} times as fast, with "
        f"its document open. {SAMPLES} samples, the heap after a forced collection; growth by the "
        f"median of all slopes (Theil and Sen) after the first third.",
        ["", "chard", "target"],
        rows,
    )

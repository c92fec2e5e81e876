"""10,000 lines a second, followed in the run's document."""

from __future__ import annotations

from report import Limit, Section

from lab import notebooks
from lab.browser import browse, where
from lab.figures import STREAK, frames, milliseconds
from lab.server import serve

RATE = 10_000
WATCHED_SECONDS = 10
PRINTED_SECONDS = 40
PRINT = """
import time
began = time.perf_counter()
for tick in range({ticks}):
    for line in range(tick * 100, tick * 100 + 100):
        print(line, time.time(), "x" * 60)
    time.sleep(max(0, began + (tick + 1) * 0.01 - time.perf_counter()))
"""


def measure() -> Section:
    """The page while it follows, and the same page a moment later, when nothing comes any more."""
    with serve() as server:
        ticks = PRINTED_SECONDS * RATE // 100
        step = notebooks.cell(0, PRINT.format(ticks=ticks), "step:talk")
        notebooks.write(server.root / "log.ipynb", [step])
        found = browse(
            "log",
            {"with": where(server), "notebook": "log.ipynb", "seconds": WATCHED_SECONDS},
            minutes=8,
        )
    busy, idle = frames(found["busy"]["gaps"]), frames(found["idle"]["gaps"])
    ours = max(found["busy"]["ours"], default=0)
    return Section(
        "A log of 10,000 lines a second",
        f"A step prints {RATE:,} lines a second, and its log is followed in the run's document for "
        f"{WATCHED_SECONDS} s. A streak is {STREAK} or more frames lost one after the other; the "
        f"same page, idle, had {idle.streaks} and a longest gap of "
        f"{milliseconds(idle.longest_ms)}.",
        ["", "chard", "target"],
        [
            Limit("lines a second", f"{found['rate']:,.0f}", "10,000", found["rate"] > 0.97 * RATE),
            Limit(
                "streaks of lost frames",
                str(busy.streaks),
                "no more than idle",
                busy.streaks <= idle.streaks,
            ),
            Limit("longest gap between frames", milliseconds(busy.longest_ms), "", None),
            Limit(
                "longest share of the extension's in a frame",
                milliseconds(ours),
                "≤ 50 ms",
                ours <= 50,
            ),
            Limit("age of the last line on the screen", milliseconds(found["age"]), "", None),
        ],
    )

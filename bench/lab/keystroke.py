"""What a key costs in a notebook of 100 cells: until the graph has it, and of the page's time."""

from __future__ import annotations

from itertools import chain
from typing import Any

from report import Limit, Section

from lab import notebooks
from lab.browser import browse, where
from lab.figures import LONG_TASK_MS, middle, milliseconds, percentile
from lab.server import serve

ROUNDS = 2
CELLS = 100
KEYS = 60
#: Its step reads the value of step 2; a digit more makes it the value of step 21.
CELL = 60
TITLES = {"absent": "without the extension", "closed": "panel closed", "open": "panel open"}


def measure(rounds: int = ROUNDS) -> Section:
    """Without the extension, with its panel closed and with its graph shown, in turn."""
    cells = notebooks.pipeline(CELLS)
    source = cells[CELL]["source"]
    cells[CELL]["source"] = source.replace("= value_0", "= value_2", 1)
    with serve() as ours, serve(extension=False) as bare:
        for server in (ours, bare):
            notebooks.write(server.root / "pipeline.ipynb", cells)
        found = browse(
            "keystroke",
            {
                "with": where(ours),
                "without": where(bare),
                "notebook": "pipeline.ipynb",
                "cell": CELL,
                "keys": KEYS,
                "rounds": rounds,
            },
            minutes=12,
        )
    graph = together(found["open"], "graph")
    text = ", ".join(
        f"{title} {milliseconds(middle(together(found[mode], 'shown')))} and "
        f"{len(together(found[mode], 'all'))} long tasks"
        for mode, title in TITLES.items()
    )
    ours_longest = max(
        together(found["open"], "ours") + together(found["closed"], "ours"), default=0
    )
    tasks = {mode: max(together(found[mode], "all"), default=0) for mode in TITLES}
    return Section(
        "A key in a notebook of 100 cells",
        f"{KEYS * rounds} keys at 8 a second, typed by the browser into a cell amid 50 steps. "
        f"Until a key is on the screen, and tasks over {LONG_TASK_MS} ms: {text}. To the graph: "
        f"{len(graph)} keys that each change an edge, until the frame with the new graph is drawn; "
        f"all that happens in between is part of it.",
        ["", "chard", "target"],
        [
            Limit(
                "key to updated graph, median",
                milliseconds(middle(graph)),
                "< 100 ms",
                middle(graph) < 100,
            ),
            Limit("the slowest of ten", milliseconds(percentile(graph, 0.9)), "", None),
            Limit(
                "longest share of the extension's in a frame",
                milliseconds(ours_longest),
                "≤ 50 ms",
                ours_longest <= LONG_TASK_MS,
            ),
            *(
                Limit(
                    f"longest task, {title}",
                    milliseconds(tasks[mode]) if tasks[mode] else f"none over {LONG_TASK_MS} ms",
                    "",
                    None,
                )
                for mode, title in TITLES.items()
            ),
        ],
    )


def together(rounds: list[dict[str, Any]], name: str) -> list[float]:
    """The values of all rounds."""
    return list(chain.from_iterable(each[name] for each in rounds))

"""From JupyterLab's start to a usable panel, and what the extension adds to JupyterLab's load."""

from __future__ import annotations

from report import Limit, Section

from lab import notebooks
from lab.browser import browse, where
from lab.figures import middle, milliseconds
from lab.server import serve

ROUNDS = 7
CELLS = 100
MOST_BYTES = 100_000


def measure(rounds: int = ROUNDS) -> Section:
    """Both servers stand side by side, and each load has an empty cache; they take turns."""
    with serve() as ours, serve(extension=False) as bare:
        notebooks.write(ours.root / "pipeline.ipynb", notebooks.pipeline(CELLS))
        notebooks.write(ours.root / "bare.ipynb", notebooks.bare(CELLS))
        found = browse(
            "startup",
            {
                "with": where(ours),
                "without": where(bare),
                "rounds": rounds,
                "pipeline": "pipeline.ipynb",
                "bare": "bare.ipynb",
                "steps": CELLS // notebooks.CELLS_A_STEP,
            },
            minutes=12,
        )
        server = ours.seconds
    files = found["files"]
    sizes = {
        name: sum(file["gz"] for file in each.values() if file["isPages"])
        for name, each in files.items()
    }
    workers = sum(file["gz"] for file in files["pipeline"].values() if not file["isPages"])
    plain = sum(file["plain"] for file in files["launcher"].values())
    ready = {
        which: middle([load["ready"] for load in loads]) for which, loads in found["loads"].items()
    }
    added = ready["with"] - ready["without"]
    script = [max(load["ours"], default=0) for load in found["loads"]["with"]]
    panels = found["panels"]
    usable = middle([panel["sinceStart"] for panel in panels])
    click = middle([panel["sinceClick"] for panel in panels])
    return Section(
        "JupyterLab with the extension",
        f"Loads of JupyterLab with the extension and without it, in turn, each with an empty "
        f"cache: medians of {rounds}, ready after {milliseconds(ready['with'])} and "
        f"{milliseconds(ready['without'])}. Jupyter does not compress what it sends: of the "
        f"extension {plain:,} bytes are sent. Its scripts took {milliseconds(middle(script))} in "
        f"the longest frame of the load. The Jupyter server answered {server:.1f} s after its "
        f"start. The panel was opened by a click on its icon, on a notebook of {CELLS} cells; it "
        f"is usable when all of its graph is there and its button can be pressed. What both the "
        f"page and the worker of the analysis have is counted once, as the page's.",
        ["", "chard", "target"],
        [
            Limit(
                "bytes before a notebook is open, gz",
                f"{sizes['launcher']:,}",
                "< 100 KB",
                sizes["launcher"] < MOST_BYTES,
            ),
            Limit(
                "with a notebook that is no pipeline, gz",
                f"{sizes['bare']:,}",
                "< 100 KB",
                sizes["bare"] < MOST_BYTES,
            ),
            Limit(
                "with a pipeline, panel never opened, gz",
                f"{sizes['pipeline']:,}",
                "< 100 KB",
                sizes["pipeline"] < MOST_BYTES,
            ),
            Limit("beside it, what only the analysis' worker has, gz", f"{workers:,}", "", None),
            Limit("added to JupyterLab's load", milliseconds(added), "", None),
            Limit("page's load to usable panel", milliseconds(usable), "", None),
            Limit("click to usable panel", milliseconds(click), "", None),
        ],
    )

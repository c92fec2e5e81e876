"""From a tagged notebook to a finished run, beside Kale's way to a compiled pipeline."""

from __future__ import annotations

import shutil

from kfp_compile import NOTEBOOKS, examples
from report import Limit, Section

from lab.browser import browse, where
from lab.server import peers, serve


def measure() -> Section:
    """Both extensions in a JupyterLab of their own, on the same of Kale's example notebooks."""
    example = examples() / NOTEBOOKS[0]
    with serve() as ours, serve(python=peers()) as kale:
        for server in (ours, kale):
            shutil.copy(example, server.root)
        found = browse(
            "journey",
            {
                "chard": where(ours),
                "kale": where(kale),
                "notebook": example.name,
                "folder": str(kale.root),
            },
            minutes=8,
        )
    chard, theirs = found["chard"], found["kale"]
    return Section(
        "From a tagged notebook to a finished run",
        f"`{NOTEBOOKS[0]}` of Kale's examples, open in JupyterLab. Chard runs it to its end; Kale "
        f"2.3.0's extension, out of its wheel, compiles it and has run nothing yet. Both were "
        f"clicked through by the same hand, which waits only for what it clicks on. Kale wants its "
        f"panel opened, its switch set, Compile pressed, and what the switch changed saved.",
        ["", "chard: finished run", "kale: compiled"],
        [
            Limit("clicks", str(chard["clicks"]), str(theirs["clicks"]), None),
            Limit(
                "from the first click",
                f"{chard['seconds']:.1f} s",
                f"{theirs['seconds']:.1f} s",
                None,
            ),
            Limit(
                "of that, until the last click",
                f"{chard['toLastClick']:.1f} s",
                f"{theirs['toLastClick']:.1f} s",
                None,
            ),
        ],
    )

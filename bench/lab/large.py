"""Notebooks of 1,000 cells and of 200 MB with and without the extension; a run of 1,000 steps."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from report import Limit, Section

from lab import notebooks
from lab.browser import browse, where
from lab.figures import milliseconds
from lab.server import serve

STEPS = 1000
HEAVY_MEGABYTES = 200


def measure(steps: int = STEPS, megabytes: int = HEAVY_MEGABYTES) -> Section:
    """A step a cell, so that the notebook and the run are both as large."""
    with serve() as ours, serve(extension=False) as bare:
        for server in (ours, bare):
            notebooks.write(server.root / "pipeline.ipynb", chain(steps))
            write_heavy(server.root / "heavy.ipynb", megabytes)
        found = browse(
            "large",
            {
                "with": where(ours),
                "without": where(bare),
                "pipeline": "pipeline.ipynb",
                "heavy": "heavy.ipynb",
                "steps": steps,
            },
            minutes=14,
        )
    rows = [
        Limit(f"notebook of {steps:,} cells, shown", *beside(found, "pipeline"), None),
        Limit("its longest task", *longest(found, "pipeline"), None),
        Limit(f"notebook of {megabytes} MB, shown", *beside(found, "heavy"), None),
        Limit("its longest task", *longest(found, "heavy"), None),
    ]
    run = found["run"]
    for what, tasks in (("while it runs", run["live"]), ("opened again", run["again"])):
        rows.append(
            Limit(
                f"run of {steps:,} steps, longest share in a frame, {what}",
                milliseconds(max(tasks["ours"], default=0)),
                "",
                None,
            )
        )
    rows.append(
        Limit("run opened again, all steps drawn", milliseconds(run["again"]["shown"]), "", None)
    )
    return Section(
        "Large notebooks and runs",
        "Opened in a JupyterLab that is ready, without a kernel. The share is what the extension's "
        "own scripts take of one frame, beside the browser's layout and JupyterLab.",
        ["", "chard", "without the extension"],
        rows,
    )


def beside(found: dict[str, Any], name: str) -> tuple[str, str]:
    """With the extension and without."""
    return milliseconds(found[f"{name}With"]["shown"]), milliseconds(
        found[f"{name}Without"]["shown"]
    )


def longest(found: dict[str, Any], name: str) -> tuple[str, str]:
    """The longest tasks, with the extension (and its own share) and without."""
    ours, bare = found[f"{name}With"], found[f"{name}Without"]
    share = max(ours["ours"], default=0)
    return (
        f"{milliseconds(max(ours['all'], default=0))}, its own share {milliseconds(share)}",
        milliseconds(max(bare["all"], default=0)),
    )


def chain(steps: int) -> list[dict[str, Any]]:
    """A step a cell, in rows of ten."""
    found = []
    for step in range(steps):
        before = step - 1 if step % 10 else None
        source = f"value_{step} = {1 if before is None else f'value_{before} + 1'}"
        tags = [f"step:step_{step}"] + ([] if before is None else [f"prev:step_{before}"])
        found.append(notebooks.cell(step, source, *tags))
    return found


def write_heavy(path: Path, megabytes: int) -> None:
    """A pipeline each cell of which has printed a megabyte."""
    cells = notebooks.pipeline(megabytes)
    text = "".join(f"{line:06d} {'x' * 92}\n" for line in range(10_000))
    for each in cells:
        each["outputs"] = [{"output_type": "stream", "name": "stdout", "text": text}]
    notebooks.write(path, cells)

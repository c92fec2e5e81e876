"""Notebooks to measure with."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

CELLS_A_STEP = 2


def cell(index: int, source: str, *tags: str) -> dict[str, Any]:
    """A code cell."""
    return {
        "id": f"cell-{index}",
        "cell_type": "code",
        "source": source,
        "metadata": {"tags": list(tags)} if tags else {},
        "outputs": [],
        "execution_count": None,
    }


def write(path: Path, cells: list[dict[str, Any]]) -> None:
    """Writes cells as a notebook of the kernel ``python3``."""
    notebook = {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {
            "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
            "language_info": {"name": "python"},
        },
        "cells": cells,
    }
    path.write_text(json.dumps(notebook))


def pipeline(cells: int, lines: int = 10) -> list[dict[str, Any]]:
    """So many cells, two a step; each step takes a value of one before it and gives one of its own.

    The steps stand in branches of ten, as pipelines do, and not in one row.
    """
    found = []
    for index in range(cells):
        step, part = divmod(index, CELLS_A_STEP)
        if part == 0:
            before = f"value_{_before(step)}" if step > 0 else "1"
            body = [f"value_{step} = {before}"]
            tags = [f"step:step_{step}"]
            if step > 0:
                tags.append(f"prev:step_{_before(step)}")
        else:
            body, tags = [f"more_{step} = value_{step} * 2"], []
        for line in range(len(body), lines):
            body.append(f"part_{index}_{line} = [each * {line} for each in range(value_{step})]")
        found.append(cell(index, "\n".join(body), *tags))
    return found


def bare(cells: int, lines: int = 10) -> list[dict[str, Any]]:
    """The same without a tag: a notebook that is no pipeline."""
    return [{**each, "metadata": {}} for each in pipeline(cells, lines)]


def _before(step: int) -> int:
    return step - 1 if step % 10 else 0

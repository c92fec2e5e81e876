"""Experiments, beside Optuna itself: ``python bench/tuning.py [NAME ...]``.

Without names all are measured, in about twenty minutes. Each section takes its place in RESULTS.md.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable

from chosen import add_names
from measure import ROOT
from report import Section, replaced
from tune import best, memory, overhead, restart, shared

RESULTS = ROOT / "bench" / "RESULTS.md"
SECTIONS: dict[str, Callable[[], Section]] = {
    "shared": shared.measure,
    "overhead": overhead.measure,
    "best": best.measure,
    "restart": restart.measure,
    "memory": memory.measure,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    add_names(parser, SECTIONS)
    parser.add_argument("--note", default="", help="a sentence for each section's text")
    arguments = parser.parse_args()
    for name in arguments.names or SECTIONS:
        section = SECTIONS[name]().noted(arguments.note)
        print(section.markdown(), flush=True)
        RESULTS.write_text(replaced(RESULTS.read_text(), section))


if __name__ == "__main__":
    main()

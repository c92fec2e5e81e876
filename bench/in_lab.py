"""What a person meets in JupyterLab: ``python bench/in_lab.py [NAME ...] [--minutes N]``.

Without names all are measured, in about ten minutes. Each section takes its place in RESULTS.md.
"""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Callable

from chosen import add_names
from lab import journey, keystroke, large, log, memory, startup
from measure import ROOT
from report import Section, replaced

RESULTS = ROOT / "bench" / "RESULTS.md"
SECTIONS: dict[str, Callable[[], Section]] = {
    "startup": startup.measure,
    "keystroke": keystroke.measure,
    "log": log.measure,
    "memory": memory.measure,
    "journey": journey.measure,
    "large": large.measure,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    add_names(parser, SECTIONS)
    parser.add_argument(
        "--minutes", type=float, default=memory.MINUTES, help="in which memory's hour is lived"
    )
    parser.add_argument("--note", default="", help="a sentence for each section's text")
    arguments = parser.parse_args()
    # So that servers and browsers end, too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    for name in arguments.names or SECTIONS:
        section = (
            memory.measure(arguments.minutes) if name == "memory" else SECTIONS[name]()
        ).noted(arguments.note)
        print(section.markdown(), flush=True)
        RESULTS.write_text(replaced(RESULTS.read_text(), section))


if __name__ == "__main__":
    main()

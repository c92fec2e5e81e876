"""Runs all benchmarks and writes bench/RESULTS.md: ``make bench``."""

from __future__ import annotations

import datetime
import os
import platform
from itertools import chain

import analysis
import cold_start
import in_lab
import kfp_compile
import passing
import rerun
import snapshots
import step_overhead
import tuning
import width
from measure import ROOT

HEADER = """# Measured

By `make bench` on {date}: {system}, {cores} cores, Python {python}. Such machines are noisy: a
ratio to a peer measured in the same run says more than a time. Every script in this folder runs by
itself too.
"""


def main() -> None:
    parts = [
        HEADER.format(
            date=datetime.date.today().isoformat(),
            system=platform.system(),
            cores=os.cpu_count(),
            python=platform.python_version(),
        )
    ]
    modules = (cold_start, analysis, step_overhead, passing, width, rerun, kfp_compile)
    sections = chain(
        (module.measure() for module in modules),
        snapshots.sections(snapshots.parse([])),
        (measure() for measure in tuning.SECTIONS.values()),
        (measure() for measure in in_lab.SECTIONS.values()),
    )
    for section in sections:
        text = section.markdown()
        print(text, flush=True)
        parts.append(text)
    (ROOT / "bench" / "RESULTS.md").write_text("\n".join(parts))


if __name__ == "__main__":
    main()

"""Runs all benchmarks and writes bench/RESULTS.md: ``make bench``."""

from __future__ import annotations

import datetime
import os
import platform

import analysis
import cold_start
import in_lab
import kfp_compile
import passing
import rerun
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
    measures = (
        *(module.measure for module in modules),
        *tuning.SECTIONS.values(),
        *in_lab.SECTIONS.values(),
    )
    for measure in measures:
        section = measure().markdown()
        print(section, flush=True)
        parts.append(section)
    (ROOT / "bench" / "RESULTS.md").write_text("\n".join(parts))


if __name__ == "__main__":
    main()

"""The analysis in a warm process: whole notebooks, and one cell edited, as an editor does it."""

from __future__ import annotations

import json
import subprocess

from measure import ROOT
from report import Limit, Section

BUNDLE = ROOT / ".venv" / "bench" / "analysis.mjs"
BANNER = "import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);"


def measure() -> Section:
    """Milliseconds of ``buildPipeline``; reading the file's JSON is not part of it."""
    subprocess.run(
        [
            ROOT / "node_modules" / ".bin" / "esbuild",
            "bench/analysis.ts",
            "--bundle",
            "--platform=node",
            "--format=esm",
            f"--banner:js={BANNER}",
            f"--outfile={BUNDLE}",
            "--log-level=warning",
        ],
        cwd=ROOT,
        check=True,
    )
    command = ["node", str(BUNDLE)]
    found = json.loads(subprocess.run(command, capture_output=True, check=True, text=True).stdout)
    whole, large, edited = found["whole100"], found["whole1000"], found["edited100"]
    rows = [
        Limit("100 cells, 1,000 lines", f"{whole:.1f} ms", "< 50 ms", whole < 50),
        Limit(
            "1,000 cells, 10,000 lines, per line",
            f"{large / whole / 10:.2f} times that",
            "linear: ≤ 1.5 times",
            large / whole / 10 <= 1.5,
        ),
        Limit("one of 100 cells edited", f"{edited:.1f} ms", "< 5 ms", edited < 5),
    ]
    return Section(
        "Analysis, warm process",
        "From a parsed notebook to pipeline and diagnostics (parser, scopes, data flow, "
        "fingerprints); cells of ten lines, five cells a step, medians of 15.",
        ["", "chard", "target"],
        rows,
    )


if __name__ == "__main__":
    print(measure().markdown())

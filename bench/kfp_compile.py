"""Compiling for Kubeflow beside ``kale``: time, bytes, and the compiled pipelines' own run time."""

from __future__ import annotations

import json
import os
import re
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

import yaml
from analysis import BANNER
from cold_start import notebook_for_both
from measure import CHARD, PEERS, ROOT, Sample, alternate, run
from report import Row, Section

ROUNDS = 5
RUN_ROUNDS = 1
BUNDLE = ROOT / ".venv" / "bench" / "kfp_compile.mjs"
DESCRIPTORS = ROOT / "core" / "targets" / "kfp" / "descriptors" / "kfp-2.17.fds.bin"

#: Executes a compiled pipeline in the environment that it is started in.
EXECUTE = """
import sys
from kfp import components, local
local.init(local.SubprocessRunner(use_venv=False), pipeline_root=sys.argv[2])
components.load_component_from_file(sys.argv[1])()
"""


def measure() -> Section:
    """All of it; Kale's own compiler and the same ``kfp`` execute beside ours."""
    warm = warm_compile()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        notebook = notebook_for_both(folder)
        ours, theirs = folder / "chard.yaml", folder / "kale.yaml"
        chard = [CHARD, "compile", notebook, "--target", "kfp", "-o", ours]
        found = alternate(
            {
                "chard": lambda: run([*chard, "--image", "python:3.12"], cwd=folder),
                "kale": lambda: run([PEERS / "kale", "--nb", notebook], cwd=folder),
            },
            ROUNDS,
        )
        compile_kale(folder, theirs)
        code, runner = step_code(ours, skip="exec-chard-runner")
        kale_code, _ = step_code(theirs, skip=None)
        executed = alternate(
            {"chard": execution(ours, folder), "kale": execution(theirs, folder)}, RUN_ROUNDS
        )
    return Section(
        "Compiling for Kubeflow Pipelines",
        f"`chard compile` beside `kale` 2.3.0 on the digits example; medians of {ROUNDS}. The "
        f"compiled pipelines ran once each under `kfp.local`. A pipeline of 100 steps "
        f"compiles in a warm process in {warm:.0f} ms (target < 50 ms). Step code is what the "
        f"steps' containers are given; the runner, once a pipeline, is {runner:,} bytes.",
        ["", "chard", "kale", "ratio", "target"],
        [
            Row("compile, cold, wall", found["chard"].wall, found["kale"].wall, 0.1),
            Row("compile, cold, CPU", found["chard"].cpu, found["kale"].cpu, 0.1),
            Row("`kfp.local`, wall", executed["chard"].wall, executed["kale"].wall, 0.2),
            Bytes("step code", code, kale_code, 1.0),
        ],
    )


class Bytes(Row):
    """A row of bytes."""

    def cells(self) -> list[str]:
        """As a row of times, in bytes."""
        cells = super().cells()
        return [cells[0], f"{self.chard:,.0f}", f"{self.peer:,.0f}", *cells[3:]]


def warm_compile() -> float:
    """Milliseconds for a pipeline of 100 steps, built before."""
    BUNDLE.parent.mkdir(exist_ok=True)
    subprocess.run(
        [
            ROOT / "node_modules" / ".bin" / "esbuild",
            "bench/kfp_compile.ts",
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
    files = {
        str(path.relative_to(ROOT / "runner")): path.read_text()
        for name in ("chard", "chard_runner")
        for path in sorted((ROOT / "runner" / name).rglob("*.py"))
    }
    with tempfile.NamedTemporaryFile("w", suffix=".json") as runner:
        json.dump(files, runner)
        runner.flush()
        command = ["node", str(BUNDLE), str(ROOT / "core" / "package.json")]
        command += [str(DESCRIPTORS), runner.name]
        done = subprocess.run(command, capture_output=True, check=True, text=True)
    milliseconds: float = json.loads(done.stdout)["milliseconds"]
    return milliseconds


def compile_kale(folder: Path, target: Path) -> None:
    """Kale writes a Python script; running it with ``kfp`` gives the pipeline."""
    (script,) = (folder / ".kale").glob("*.py")
    text = script.read_text()
    (function,) = re.findall(r"@kfp_dsl\.pipeline\((?:.|\n)*?\)\ndef (\w+)", text)
    loader = (
        "import importlib.util, sys\n"
        "spec = importlib.util.spec_from_file_location('kale_pipeline', sys.argv[1])\n"
        "module = importlib.util.module_from_spec(spec)\n"
        "sys.modules['kale_pipeline'] = module\n"
        "spec.loader.exec_module(module)\n"
        "from kfp import compiler\n"
        f"compiler.Compiler().compile(module.{function}, sys.argv[2])\n"
    )
    run([PEERS / "python", "-c", loader, script, target], cwd=folder)


def step_code(file: Path, skip: str | None) -> tuple[int, int]:
    """Bytes of commands and arguments of all steps; of the executor ``skip`` apart."""
    spec = next(yaml.safe_load_all(file.read_text()))
    sizes = {
        name: sum(
            len(part) for key in ("command", "args") for part in executor["container"].get(key, [])
        )
        for name, executor in spec["deploymentSpec"]["executors"].items()
    }
    constants = json.dumps(spec["root"]["dag"]["tasks"].get("chard-runner", {}))
    apart = sizes.pop(skip, 0) + (len(constants) if skip else 0)
    return sum(sizes.values()), apart


def execution(file: Path, folder: Path) -> Callable[[], Sample]:
    """Runs a compiled pipeline in the peers' environment, which has all that both need."""

    def execute() -> Sample:
        with tempfile.TemporaryDirectory(dir=folder) as root:
            return run(
                [PEERS / "python", "-c", EXECUTE, file, root],
                cwd=folder,
                environment={"PATH": f"{PEERS}:{os.environ['PATH']}"},
            )

    return execute


if __name__ == "__main__":
    print(measure().markdown())

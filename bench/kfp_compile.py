"""Compiling for Kubeflow beside ``kale``: time, bytes, and the compiled pipelines' own run time."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import yaml
from analysis import BANNER
from measure import CHARD, PEERS, ROOT, Sample, run
from report import Row, Section

RUNNER = "chard-runner"
#: The first is the one that is executed: the others need data, accelerators or servers.
NOTEBOOKS = [
    "base/candies_sharing.ipynb",
    "composition/notebook_a.ipynb",
    "dog-breed-classification/dog-breed-v2.ipynb",
    "gen_ai/finetuning_fnmodel.ipynb",
    "iris/sklearn/iris.ipynb",
    "openvaccine-kaggle-competition/open-vaccine.ipynb",
    "pytorch-classification/cifar10_classification.ipynb",
    "rag/portable_rag_langchain.ipynb",
    "taxi-cab-classification/taxicab_pipeline.ipynb",
    "titanic-ml-dataset/titanic_dataset_ml.ipynb",
]
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
        shutil.copytree(examples(), folder / "examples")
        pairs = [Pair(folder / "examples" / notebook) for notebook in NOTEBOOKS]
        in_turn(pairs[0].compilers())  # for the caches
        found = total([in_turn(pair.compilers()) for pair in pairs])
        code, kale_code = (sum(sizes) for sizes in zip(*(pair.step_code() for pair in pairs)))
        runner = pairs[0].runner_bytes()
        executed = in_turn(pairs[0].executions())
    return Section(
        "Compiling for Kubeflow Pipelines",
        f"`chard compile` beside `kale` 2.3.0 on {len(NOTEBOOKS)} of Kale's own example notebooks, "
        f"one after the other: sums over them. `{NOTEBOOKS[0]}`, compiled by both, ran once under "
        f"`kfp.local` in an environment that has all that both need: Kale's steps call pip when "
        f"they start, which finds everything installed. A pipeline of 100 steps compiles in a warm "
        f"process in {warm:.0f} ms (target < 50 ms). Step code is what the steps' containers are "
        f"given; the runner, once a pipeline, is {runner:,} bytes.",
        ["", "chard", "kale", "ratio", "target"],
        [
            Row("compile, cold, wall", found["chard"].wall, found["kale"].wall, 0.1),
            Row("compile, cold, CPU", found["chard"].cpu, found["kale"].cpu, 0.1),
            Row("`kfp.local`, wall", executed["chard"].wall, executed["kale"].wall, 0.2),
            Row("`kfp.local`, CPU", executed["chard"].cpu, executed["kale"].cpu, None),
            Bytes("step code", code, kale_code, 1.0),
        ],
    )


def examples() -> Path:
    """Kale's example notebooks, out of its source distribution.

    Raises:
        RuntimeError: they are not there.
    """
    folder = PEERS.parent / "kale" / "examples"
    if not folder.is_dir():
        raise RuntimeError(
            f"{folder} is missing: `rm -f .venv/stamps/peers; make bench` fetches Kale's source "
            "distribution from the package index, for which it must be reachable"
        )
    return folder


class Pair:
    """One notebook with what both make of it."""

    def __init__(self, notebook: Path) -> None:
        self._notebook = notebook
        self._ours = notebook.with_suffix(".chard.yaml")
        self._theirs = notebook.parent / ".kale" / "kale-pipeline.pipeline.yaml"

    def compilers(self) -> dict[str, Callable[[], Sample]]:
        """Both commands; each writes the pipeline as a file."""
        here = self._notebook.parent
        chard = [CHARD, "compile", self._notebook, "--target", "kfp", "-o", self._ours]
        return {
            "chard": lambda: run([*chard, "--image", "python:3.12"], cwd=here),
            "kale": lambda: run([PEERS / "kale", "--nb", self._notebook], cwd=here),
        }

    def step_code(self) -> tuple[int, int]:
        """Bytes of all steps' commands and arguments, ours and Kale's."""
        return sum(command_sizes(self._ours).values()), sum(command_sizes(self._theirs).values())

    def runner_bytes(self) -> int:
        """What the root task that emits our runner is given."""
        spec = next(yaml.safe_load_all(self._ours.read_text()))
        task = spec["root"]["dag"]["tasks"][RUNNER]
        container = spec["deploymentSpec"]["executors"][f"exec-{RUNNER}"]
        return len(json.dumps(task)) + len(json.dumps(container))

    def executions(self) -> dict[str, Callable[[], Sample]]:
        """Both compiled pipelines under ``kfp.local``."""
        return {"chard": self._execution(self._ours), "kale": self._execution(self._theirs)}

    def _execution(self, file: Path) -> Callable[[], Sample]:
        def execute() -> Sample:
            with tempfile.TemporaryDirectory(dir=file.parent) as root:
                return run(
                    [PEERS / "python", "-c", EXECUTE, file, root],
                    cwd=self._notebook.parent,
                    environment={"PATH": f"{PEERS}:{os.environ['PATH']}"},
                )

        return execute


def in_turn(candidates: Mapping[str, Callable[[], Sample]]) -> dict[str, Sample]:
    """One measurement of each."""
    return {name: candidate() for name, candidate in candidates.items()}


def total(found: Sequence[Mapping[str, Sample]]) -> dict[str, Sample]:
    """The sums over all notebooks."""
    return {
        name: Sample(sum(each[name].wall for each in found), sum(each[name].cpu for each in found))
        for name in ("chard", "kale")
    }


def command_sizes(file: Path) -> dict[str, int]:
    """Bytes of commands and arguments by executor, without what emits our runner."""
    spec = next(yaml.safe_load_all(file.read_text()))
    return {
        name: sum(
            len(part) for key in ("command", "args") for part in executor["container"].get(key, [])
        )
        for name, executor in spec["deploymentSpec"]["executors"].items()
        if name != f"exec-{RUNNER}"
    }


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
        command = ["node", str(BUNDLE)]
        command += [str(DESCRIPTORS), runner.name]
        done = subprocess.run(command, capture_output=True, check=True, text=True)
    milliseconds: float = json.loads(done.stdout)["milliseconds"]
    return milliseconds


if __name__ == "__main__":
    print(measure().markdown())

"""What a step costs beyond its code: a trivial step whose imports cell has numpy and pandas.

A chain of 21 steps and one of a single step are run; the difference, divided by 20, is a step's
overhead. The start of the tool itself drops out that way.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from measure import CHARD, PEERS, Sample, alternate, run
from report import Limit, Row, Section

STEPS = 20
ROUNDS = 3
IMPORTS = "import numpy as np\nimport pandas as pd\n"


def chard_notebook(path: Path, steps: int) -> Path:
    cells = [cell(["imports"], IMPORTS)]
    for index in range(steps):
        after = [f"prev:s{index - 1}"] if index else []
        before = f"x{index - 1}" if index else "0"
        cells.append(cell([f"step:s{index}", *after], f"x{index} = {before} + 1\n"))
    metadata = {"kernelspec": {"name": "python3", "language": "python", "display_name": "Python 3"}}
    path.write_text(
        json.dumps({"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 4})
    )
    return path


def cell(tags: list[str], source: str) -> dict[str, object]:
    return {
        "cell_type": "code",
        "execution_count": None,
        "metadata": {"tags": tags},
        "outputs": [],
        "source": source.splitlines(keepends=True),
    }


def kfp_program(path: Path, steps: int) -> Path:
    """The same chain for kfp's local runner, in subprocesses that share one environment."""
    path.write_text(
        f"""
from kfp import dsl, local

local.init(local.SubprocessRunner(use_venv=False), pipeline_root="kfp-{steps}")


@dsl.component(packages_to_install=[], install_kfp_package=False)
def step(x: int) -> int:
    import numpy as np
    import pandas as pd

    return x + 1


@dsl.pipeline
def chain():
    task = step(x=0)
    for _ in range({steps - 1}):
        task = step(x=task.output)


chain()
"""
    )
    return path


def papermill_program(path: Path, folder: Path, steps: int) -> Path:
    """One papermill run a step, in one process, as a tool that runs a notebook a step would."""
    notebook = folder / "papermill.ipynb"
    metadata = {"kernelspec": {"name": "python3", "language": "python", "display_name": "Python 3"}}
    cells = [cell(["parameters"], "x = 0\n"), cell([], IMPORTS + "x + 1\n")]
    notebook.write_text(
        json.dumps({"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 4})
    )
    path.write_text(
        f"""
import papermill

for index in range({steps}):
    papermill.execute_notebook(
        {str(notebook)!r}, None, parameters={{"x": index}}, progress_bar=False
    )
"""
    )
    return path


def measure() -> Section:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        environment = {"CHARD_HOME": str(folder / "home"), "PYTHONWARNINGS": "ignore"}
        commands = {
            f"{tool} {steps}": command
            for steps in (1, STEPS + 1)
            for tool, command in _commands(folder, steps).items()
        }
        found = alternate(
            {
                key: (lambda command=command: run(command, cwd=folder, environment=environment))
                for key, command in commands.items()
            },
            ROUNDS,
        )
    chard = _a_step("chard", found)
    rows = [
        Row("beside kfp.local SubprocessRunner", chard, _a_step("kfp", found), 0.05),
        Row("beside papermill", chard, _a_step("papermill", found), 0.05),
    ]
    text = (
        f"A trivial step after an imports cell with numpy and pandas; "
        f"(time of {STEPS + 1} steps - time of 1) / "
        f"{STEPS}, medians of {ROUNDS}. The aim is also under 50 ms by itself: "
        f"{Limit('', f'{chard * 1000:.0f} ms', '', chard < 0.05).found}."
    )
    return Section("A step's overhead", text, ["", "chard", "peer", "ratio", "target"], rows)


def _commands(folder: Path, steps: int) -> dict[str, list[object]]:
    python = PEERS / "python"
    notebook = chard_notebook(folder / f"chain-{steps}.ipynb", steps)
    return {
        "chard": [CHARD, "run", notebook, "--no-cache", "--json"],
        "kfp": [python, kfp_program(folder / f"kfp_{steps}.py", steps)],
        "papermill": [python, papermill_program(folder / f"pm_{steps}.py", folder, steps)],
    }


def _a_step(tool: str, found: dict[str, Sample]) -> float:
    return (found[f"{tool} {STEPS + 1}"].wall - found[f"{tool} 1"].wall) / STEPS


if __name__ == "__main__":
    print(measure().markdown())

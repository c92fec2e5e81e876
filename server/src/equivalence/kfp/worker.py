"""Checks and executes compiled pipelines with the real ``kfp`` package, one JSON command a line.

``{"op": "check", "file"}`` reads a pipeline as strictly as protobuf can and as a component.
``{"op": "run", "file", "root", "directory", "packages", "arguments"}`` executes it with
``kfp.local`` and answers with what its tasks left; its steps can import what lies in ``packages``.
One process for many pipelines: importing ``kfp`` takes seconds.
"""

from __future__ import annotations

import contextlib
import io
import json
import logging
import os
import sys
import traceback
import warnings
from pathlib import Path
from typing import Any

import yaml
from google.protobuf import json_format
from kfp import components, local
from kfp.kubernetes import kubernetes_executor_config_pb2
from kfp.pipeline_spec import pipeline_spec_pb2


def check(file: str) -> dict[str, Any]:
    """Parse both documents and, again, every part that they hold as a Struct."""
    text = Path(file).read_text(encoding="utf-8")
    assert len(text.split("\n---\n")) <= 2
    spec, *rest = yaml.safe_load_all(text)
    pipeline = json_format.ParseDict(spec, pipeline_spec_pb2.PipelineSpec())
    deployment = json_format.MessageToDict(pipeline.deployment_spec)
    json_format.ParseDict(deployment, pipeline_spec_pb2.PipelineDeploymentConfig())
    executors = 0
    for document in rest:
        platform = json_format.ParseDict(document, pipeline_spec_pb2.PlatformSpec())
        for single in platform.platforms.values():
            for config in single.deployment_spec.executors.values():
                plain = json_format.MessageToDict(config)
                message = kubernetes_executor_config_pb2.KubernetesExecutorConfig()
                json_format.ParseDict(plain, message)
                executors += 1
    component = components.load_component_from_file(file)
    return {
        "name": component.name,
        "platform": bool(component.platform_spec.platforms),
        "executors": executors,
        "inputs": {
            name: [each.type, each.default]
            for name, each in (component.component_spec.inputs or {}).items()
        },
    }


def run(
    file: str, root: str, directory: str, packages: str | None, arguments: dict[str, Any]
) -> dict[str, Any]:
    """Execute a pipeline, each container as a process with this process's Python."""
    os.environ.pop("PYTHONPATH", None)
    if packages is not None:
        os.environ["PYTHONPATH"] = packages
    runner = local.SubprocessRunner(use_venv=False)
    local.init(runner, pipeline_root=root, raise_on_error=False)
    component = components.load_component_from_file(file)
    output = io.StringIO()
    os.chdir(directory)
    with contextlib.redirect_stdout(output):
        component(**arguments)
    tasks = {}
    for folder in Path(root).glob("*/*"):
        if (folder / "executor_output.json").exists():
            tasks[folder.name] = _task(folder)
    return {"output": output.getvalue(), "tasks": tasks}


def _task(folder: Path) -> dict[str, Any]:
    said = json.loads((folder / "executor_output.json").read_text(encoding="utf-8"))
    state = folder / "state" / "state.json"
    report = folder / "report"
    return {
        "metadata": {
            key: each["artifacts"][0]["metadata"]
            for key, each in said["artifacts"].items()
            if each["artifacts"][0].get("metadata")
        },
        "state": json.loads(state.read_text(encoding="utf-8")) if state.exists() else None,
        "report": report.read_text(encoding="utf-8") if report.exists() else None,
    }


def main() -> None:
    """Answer each line of standard input until it ends."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    operations = {"check": check, "run": run}
    for line in sys.stdin:
        command = json.loads(line)
        try:
            answer = {"result": operations[command.pop("op")](**command)}
        except Exception:
            answer = {"error": traceback.format_exc()}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()

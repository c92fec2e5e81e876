"""The program of a step's container: ``main.py EXECUTOR_INPUT PROGRAM...``.

Ends with 0 where the step succeeded; else with 1, and the last line on standard error says the
cell, the line and the error.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .. import RUNNER_PROTOCOL
from ..protocol import ProtocolError, StepError
from . import parameters
from .executor import ExecutorInput
from .host import Message, Outcome, run_step
from .program import Program, read_program
from .report import Report
from .results import Metrics, publish
from .state import bring, read_states, stored_groups
from .versions import Received, Version, Versions

#: The same as the local engine's.
_KEEP_BYTES = 256 * 1024 * 1024
_OUTPUT_LIMIT_BYTES = 8 * 1024 * 1024
#: Folder of the stored groups within the step's own.
_STORE = "values"


def main() -> int:
    """Run the step that the arguments say."""
    arguments = sys.argv[1:]
    try:
        executor = ExecutorInput(arguments[0])
        program = read_program(arguments[1:])
        return _Step(executor, program).run()
    except ProtocolError as error:
        print(f"chard: {error}", file=sys.stderr)
        return 1


class _Step:
    def __init__(self, executor: ExecutorInput, program: Program) -> None:
        self._executor = executor
        self._program = program
        states = [executor.input(key) for key in program.states]
        self._records = read_states(states)
        self._forwarded = stored_groups(states)
        self._groups = {
            **self._forwarded,
            **stored_groups(executor.input(key) for key in program.values),
        }
        self._versions = Versions(self._records)
        self._report = Report(program.step)
        self._metrics = Metrics()

    def run(self) -> int:
        program = self._program
        received = self._versions.receive(program.step, program.after, program.inputs)
        received.values = {
            name: self._versions.within_reach(version, self._groups)
            for name, version in received.values.items()
        }
        for _code, message in received.warnings:
            self._on_message({"type": "warning", "message": message, "cell": None})
        error = self._input_problem(received)
        if error is None:
            error = self._execute_and_publish(received)
        return 0 if error is None else self._fail(error)

    def _execute_and_publish(self, received: Received) -> StepError | None:
        # Beside the outputs, so that what is stored becomes an artifact without being copied.
        beside = min(each.path for each in self._executor.outputs.values()).parent
        beside.mkdir(parents=True, exist_ok=True)
        # No TemporaryDirectory: the step's process, a fork of this one, would remove it at its end.
        folder = Path(tempfile.mkdtemp(dir=beside, prefix=".chard-"))
        try:
            outcome = self._execute(folder, received)
            if outcome.error is None:
                publish(
                    self._executor,
                    self._program,
                    self._records,
                    received.values,
                    outcome.values,
                    {**self._groups, **stored_groups([folder / _STORE])},
                    self._forwarded,
                    self._report,
                    self._metrics,
                )
            return outcome.error
        finally:
            shutil.rmtree(folder)

    def _execute(self, folder: Path, received: Received) -> Outcome:
        store = folder / _STORE
        store.mkdir()
        for version in received.values.values():
            if version.group is not None:
                bring(self._groups[version.group], store / version.group)
        self._bring_modules(folder / "modules")
        spec = self._spec(store, received.values)
        return run_step(spec, self._program.timeout_seconds, self._on_message)

    def _bring_modules(self, folder: Path) -> None:
        """Local modules are found before others, by processes that the step starts too."""
        for path, source in self._program.modules.items():
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(source, encoding="utf-8")
        # The first entry is where the runner itself is.
        own = [sys.path[0], *([str(folder)] if self._program.modules else [])]
        sys.path[:1] = own
        inherited = os.environ.get("PYTHONPATH")
        os.environ["PYTHONPATH"] = os.pathsep.join([*own, *([inherited] if inherited else [])])

    def _spec(self, store: Path, received: Mapping[str, Version]) -> dict[str, Any]:
        program = self._program
        required, optional = _names_to_keep(program, received)
        return {
            "protocol": RUNNER_PROTOCOL,
            "run": program.pipeline,
            "step": program.step,
            "attempt": 1,
            "notebook": program.notebook,
            "directory": program.directory or str(Path.cwd()),
            "overlays": [],
            "mounts": [],
            "prologue": parameters.bind(
                program.prologue, program.parameters, self._executor.parameters
            ),
            "imports": program.imports,
            "cells": program.cells,
            "metrics": program.metrics,
            "inputs": _references(received),
            "outputs": required,
            "leaves": optional,
            "keepBytes": _KEEP_BYTES,
            "store": str(store),
            "environment": program.environment,
            "secretNames": list(program.secret_names),
            "outputLimitBytes": _OUTPUT_LIMIT_BYTES,
        }

    def _input_problem(self, received: Received) -> StepError | None:
        step = self._program.step
        if received.conflict is not None:
            name, origins = received.conflict
            steps = " and ".join(f'"{origin}"' for origin in origins)
            message = (
                f'"{name}" was changed in {steps}, which do not depend on one another, so '
                f'"{step}" cannot have both. Let one of them depend on the other (tag prev:), or '
                "let one work on a copy."
            )
            return self._error("conflict", "Conflict", message)
        for version in received.values.values():
            reason = None
            if version.group is None:
                reason = version.refused or "it was not kept"
            elif version.group not in self._groups:
                reason = "no artifact of the steps above holds it"
            if reason is not None:
                message = (
                    f'The step "{step}" takes "{version.name}" from "{version.origin}", but there '
                    f'is no stored value: {reason}. Run "{version.origin}" again.'
                )
                return self._error("value-missing", "MissingValue", message)
        return None

    def _error(self, code: str, kind: str, message: str) -> StepError:
        cells = self._program.cells
        cell = cells[0]["cell"] if cells else None
        return StepError(code=code, type=kind, message=message, cell=cell, line=None, traceback=[])

    def _on_message(self, message: Message) -> None:
        self._report.add(message)
        kind = message["type"]
        if kind == "output":
            stream = sys.stdout if message["stream"] == "stdout" else sys.stderr
            stream.write(message["text"])
            stream.flush()
        elif kind == "display":
            self._metrics.add_display(message["data"])
            print(message["data"].get("text/plain", ""), flush=True)
        elif kind == "metric":
            self._metrics.add(message["name"], message["value"])
            print_metric(message)
        elif kind == "warning":
            print(f"chard: warning: {message['message']}", file=sys.stderr, flush=True)
        elif kind == "output-dropped":
            text = f"chard: {message['bytes']} bytes of {message['stream']} were not shown"
            print(text, file=sys.stderr, flush=True)

    def _fail(self, error: StepError) -> int:
        """Say what failed and where; the last line alone is enough."""
        for line in error["traceback"]:
            print(line, file=sys.stderr)
        cell, line_number = error["cell"], error["line"]
        where = "" if cell is None else f" in cell {cell}"
        where += "" if line_number is None else f", line {line_number}"
        first, *rest = error["message"].splitlines() or [""]
        message = "\n".join([f"{error['type']}: {first}", *rest])
        sys.stdout.flush()
        print(f'chard: the step "{self._program.step}" failed{where}: {message}', file=sys.stderr)
        return 1


def print_metric(message: Message) -> None:
    """Say a metric in the pod's log, for who follows the run there, as a trial of Katib does."""
    said = json.dumps({each: message[each] for each in ("name", "value", "at")}, allow_nan=False)
    print(f"chard-metric {said}", flush=True)


def _references(received: Mapping[str, Version]) -> list[dict[str, Any]]:
    """Names that share a group are read together, so that what they share stays shared."""
    groups: dict[str, list[str]] = {}
    for name, version in received.items():
        if version.group is not None:
            groups.setdefault(version.group, []).append(name)
    return [{"group": group, "names": names} for group, names in groups.items()]


def _names_to_keep(
    program: Program, received: Mapping[str, Version]
) -> tuple[list[str], list[str]]:
    """What came along with an input may have changed with it: kept where it is taken below."""
    foreseen = {*program.outputs, *program.leaves, *(each.name for each in program.inputs)}
    along = [name for name in received if name not in foreseen and not name.startswith("@")]
    required = [*program.outputs, *(name for name in along if name in program.taken_below)]
    optional = [name for name in program.leaves if name not in program.outputs]
    return required, [*optional, *(name for name in along if name not in program.taken_below)]

"""What a step leaves for KFP: its values, its state, its metrics and its report as artifacts."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import chard

from .executor import ExecutorInput
from .program import Program
from .report import Report
from .state import bring, groups_to_carry, write_state
from .versions import StepRecord, Version, Versions, left_values

#: Keys of the artifacts beside the values: ``core/targets/kfp/artifacts.ts``.
STATE, REPORT, METRICS, CLASSIFICATION = "state", "report", "metrics", "classification_metrics"
_MAX_REPR = 200


class Metrics:
    """The numbers that a step reported, as the metadata of KFP's metrics artifacts."""

    def __init__(self) -> None:
        self.numbers: dict[str, Any] = {}
        self.classification: dict[str, Any] = {}

    def add(self, name: str, value: Any) -> None:
        """Take one number; of a curve the last point counts, as KFP has no curves."""
        self.numbers[name] = value

    def add_display(self, data: Mapping[str, Any]) -> None:
        """Take what a display says about a classification, if it does."""
        said = data.get(chard.CLASSIFICATION)
        if isinstance(said, dict):
            self.classification.update(said)


def publish(
    executor: ExecutorInput,
    program: Program,
    ancestors: Mapping[str, StepRecord],
    received: Mapping[str, Version],
    reported: Sequence[Mapping[str, Any]],
    groups: Mapping[str, Path],
    forwarded: Mapping[str, Path],
    report: Report,
    metrics: Metrics,
) -> None:
    """Write all output artifacts and tell KFP of them.

    :param groups: files of the stored groups that came in or were written.
    :param forwarded: those that came with the states of the steps above.
    """
    left = left_values(program.step, received, reported)
    record = StepRecord(
        name=program.step,
        position=program.position,
        after=program.after,
        foreseen=frozenset((*program.outputs, *program.leaves)),
        received=received,
        left=left,
    )
    said = {value["name"]: value for value in reported}
    for name in program.outputs:
        artifact = executor.outputs[program.keys[name]]
        artifact.metadata = _write_value(artifact.path, name, left.get(name), said, groups)
    records = {**ancestors, program.step: record}
    carried = groups_to_carry(program, record, Versions(records), forwarded)
    state = executor.outputs[STATE]
    write_state(state.path, records, {group: groups[group] for group in sorted(carried)})
    _write_metrics(executor, metrics)
    report.write(executor.outputs[REPORT].path)
    executor.report()


def _write_value(
    folder: Path,
    name: str,
    version: Version | None,
    said: Mapping[str, Mapping[str, Any]],
    groups: Mapping[str, Path],
) -> dict[str, Any]:
    """Write a value's artifact, a folder with its group; answer what to say of it."""
    folder.mkdir(parents=True, exist_ok=True)
    metadata: dict[str, Any] = {"name": name, "type": "(not bound)"}
    if version is not None and version.is_there:
        reported = said[name]
        metadata.update(
            type=version.type,
            repr=str(reported["repr"])[:_MAX_REPR],
            bytes=reported["bytes"],
            digest=version.digest,
            step=version.origin,
        )
        if version.group is not None:
            bring(groups[version.group], folder / version.group)
    (folder / "value.json").write_text(json.dumps(metadata), encoding="utf-8")
    return metadata


def _write_metrics(executor: ExecutorInput, metrics: Metrics) -> None:
    for key, metadata in ((METRICS, metrics.numbers), (CLASSIFICATION, metrics.classification)):
        artifact = executor.outputs.get(key)
        if artifact is not None:
            artifact.metadata = metadata
            artifact.path.parent.mkdir(parents=True, exist_ok=True)
            artifact.path.write_text(json.dumps(metadata), encoding="utf-8")

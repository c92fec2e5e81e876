"""Answers, line by line, what each step of a graph gets by the rule of ``chard_runner.kfp``."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from typing import Any

from chard_runner.kfp.program import Input
from chard_runner.kfp.versions import StepRecord, Version, Versions, left_values


def plain(values: Mapping[str, Version]) -> dict[str, list[str | None]]:
    """Of each name what tells its versions apart."""
    return {
        name: [version.origin, version.digest, version.group]
        for name, version in sorted(values.items())
    }


def play(steps: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Let the steps run in order; each knows the records of its ancestors alone."""
    records: dict[str, StepRecord] = {}
    answers = []
    for position, step in enumerate(steps):
        above: dict[str, StepRecord] = {}
        waiting = list(step["after"])
        while waiting:
            parent = waiting.pop()
            if parent not in above:
                above[parent] = records[parent]
                waiting.extend(records[parent].after)
        inputs = [Input(i["name"], i["from"], tuple(i["candidates"])) for i in step["inputs"]]
        received = Versions(above).receive(step["name"], step["after"], inputs)
        answer: dict[str, Any] = {
            "values": plain(received.values),
            "conflict": received.conflict,
            "warnings": sorted({message for _, message in received.warnings}),
            "left": None,
        }
        answers.append(answer)
        if received.conflict is not None:
            break
        record = records[step["name"]] = StepRecord(
            name=step["name"],
            position=position,
            after=tuple(step["after"]),
            foreseen=frozenset((*step["outputs"], *step["leaves"])),
            received=received.values,
            left=left_values(step["name"], received.values, step["reported"]),
        )
        answer["left"] = plain(record.all_left())
    return answers


for line in sys.stdin:
    print(json.dumps(play(json.loads(line))), flush=True)

"""The Python side of the protocol says what the TypeScript side says."""

from __future__ import annotations

import copy
import dataclasses
import json
import typing
from pathlib import Path
from typing import Any

import pytest
from chard_runner import protocol
from engine import step_spec
from jsonschema import Draft202012Validator

SPEC: dict[str, Any] = step_spec(
    Path("/somewhere/notebook"),
    "x = 1",
    prologue=[{"cell": 0, "kind": "imports", "source": "import os"}],
    imports=[{"name": "np", "statement": "import numpy as np"}],
    metrics=[{"name": "loss", "expression": "loss", "cell": 4}],
    inputs=[{"group": "abc", "names": ["x", "@random"]}],
    environment={"A": "b"},
)

NESTED = {
    "prologue": protocol.PrologueCell,
    "imports": protocol.Import,
    "cells": protocol.Cell,
    "metrics": protocol.Metric,
    "inputs": protocol.GroupReference,
}


def read(spec: Any) -> protocol.StepSpec:
    command = {"type": "run", "spec": spec, "timeoutSeconds": 1.5, "stay": False}
    run = protocol.read_supervisor_command(json.dumps(command).encode())
    assert isinstance(run, protocol.Run)
    assert run.timeoutSeconds == 1.5
    return run.spec


def names(kind: Any) -> set[str]:
    return {field.name for field in dataclasses.fields(kind)}


def test_the_spec_has_the_fields_of_the_schema(schemas: dict[str, Any]) -> None:
    schema = schemas["StepSpec"]
    assert names(protocol.StepSpec) == set(schema["properties"]) == set(schema["required"])
    for field, kind in NESTED.items():
        item = schema["properties"][field]["items"]
        assert names(kind) == set(item["properties"]) == set(item["required"])
    Draft202012Validator(schema).validate(SPEC)


def test_a_valid_spec_is_read_whole() -> None:
    spec = read(SPEC)
    assert spec.prologue == (protocol.PrologueCell(0, "import os", "imports"),)
    assert spec.inputs == (protocol.GroupReference("abc", ("x", "@random")),)
    assert spec.environment == {"A": "b"}


@pytest.mark.parametrize("field", sorted(SPEC))
def test_what_the_schema_refuses_is_refused_by_name(schemas: dict[str, Any], field: str) -> None:
    accepts = Draft202012Validator(schemas["StepSpec"]).is_valid
    for wrong in (None, 1.5, "text", [1], {"a": 1}, [{}], True):
        spec = {**SPEC, field: wrong}
        if accepts(spec):
            read(spec)
            continue
        with pytest.raises(protocol.ProtocolError, match=field if field != "protocol" else "."):
            read(spec)
    missing = copy.deepcopy(SPEC)
    del missing[field]
    with pytest.raises(protocol.ProtocolError, match=f"spec.{field} is missing"):
        read(missing)


def test_an_error_says_the_path() -> None:
    spec = {**SPEC, "prologue": [{"cell": 0, "kind": "import", "source": ""}]}
    with pytest.raises(
        protocol.ProtocolError, match=r"command\.spec\.prologue\[0\]\.kind: expected one of imports"
    ):
        read(spec)


def test_another_version_is_refused() -> None:
    with pytest.raises(
        protocol.ProtocolError, match=r"version 2 .* version 1: .* same installation"
    ):
        read({**SPEC, "protocol": 2})


def test_unknown_fields_are_ignored() -> None:
    assert read({**SPEC, "later": 1}) == read(SPEC)


@pytest.mark.parametrize("line", [b"", b"{", b"[]", b"\xff", b'{"type":"stop"}', b'{"type":"run"}'])
def test_lines_that_are_no_commands(line: bytes) -> None:
    with pytest.raises(protocol.ProtocolError):
        protocol.read_supervisor_command(line)
    with pytest.raises(protocol.ProtocolError):
        protocol.read_fork_server_command(line)


def test_the_other_commands(schemas: dict[str, Any]) -> None:
    cancel = {"type": "cancel", "graceSeconds": 2}
    Draft202012Validator(schemas["SupervisorCommand"]).validate(cancel)
    line = json.dumps(cancel).encode()
    assert protocol.read_supervisor_command(line) == protocol.Cancel(2)
    for command, expected in (
        ({"type": "preload", "modules": ["numpy"]}, protocol.Preload(("numpy",))),
        ({"type": "spawn", "socket": "/s", "token": "t"}, protocol.Spawn("/s", "t")),
    ):
        Draft202012Validator(schemas["ForkServerCommand"]).validate(command)
        assert protocol.read_fork_server_command(json.dumps(command).encode()) == expected


def test_typed_dictionaries_have_the_fields_of_the_schema(schemas: dict[str, Any]) -> None:
    messages = schemas["RunnerMessage"]["oneOf"]
    by_type = {message["properties"]["type"]["const"]: message for message in messages}
    finished = by_type["finished"]["properties"]
    error = next(s for s in finished["error"]["anyOf"] if s.get("type") == "object")
    for kind, schema in (
        (protocol.RunnerValue, finished["values"]["items"]),
        (protocol.TouchedFiles, finished["files"]),
        (protocol.Resources, finished["resources"]),
        (protocol.StepError, error),
    ):
        assert set(typing.get_type_hints(kind)) == set(schema["properties"])


def test_everything_can_be_said_in_json() -> None:
    class Odd:
        def __str__(self) -> str:
            return "odd"

    value = {"png": b"\x00\xff", 1: [float("nan"), (1, 2.5)], "o": Odd(), "s": "\ud800"}
    plain = protocol.to_json(value)
    assert plain == {"png": "AP8=", "1": [None, [1, 2.5]], "o": "odd", "s": "\ud800"}
    assert json.loads(protocol.encode(plain)) == plain

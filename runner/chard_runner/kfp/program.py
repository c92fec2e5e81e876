"""What the compiler says of a step: read and checked once."""

from __future__ import annotations

import base64
import json
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..protocol import Fields, ProtocolError

VERSION = 1


@dataclass(frozen=True)
class Input:
    """A name that the step takes, and the steps that may have left it last."""

    name: str
    provider: str
    candidates: tuple[str, ...]

    @classmethod
    def read(cls, fields: Fields) -> Input:
        return cls(fields.text("name"), fields.text("from"), fields.texts("candidates"))


@dataclass(frozen=True)
class Parameter:
    """A pipeline parameter that the step uses, with its literal's place in a prologue cell."""

    name: str
    type: str
    default: Any
    cell: int
    start: int
    end: int

    @classmethod
    def read(cls, fields: Fields) -> Parameter:
        return cls(
            name=fields.text("name"),
            type=fields.one_of("type", ("int", "float", "str", "bool", "list", "dict")),
            default=fields.json("default"),
            cell=fields.integer("cell", 0),
            start=fields.integer("start", 0),
            end=fields.integer("end", 0),
        )


@dataclass(frozen=True)
class Program:
    """See ``StepProgram`` and ``CommonProgram`` in ``core/targets/kfp/program.ts``."""

    pipeline: str
    notebook: str
    directory: str | None
    step: str
    position: int
    after: tuple[str, ...]
    inputs: tuple[Input, ...]
    outputs: tuple[str, ...]
    leaves: tuple[str, ...]
    #: What each step below takes.
    below: tuple[frozenset[str], ...]
    parameters: tuple[Parameter, ...]
    modules: dict[str, str]
    secret_names: tuple[str, ...]
    environment: dict[str, str]
    timeout_seconds: float | None
    values: tuple[str, ...]
    states: tuple[str, ...]
    keys: dict[str, str]
    #: As they are: they go on to the step's spec, which checks them.
    prologue: list[dict[str, Any]]
    imports: list[dict[str, Any]]
    cells: list[dict[str, Any]]
    metrics: list[dict[str, Any]]

    @property
    def taken_below(self) -> frozenset[str]:
        """Names that any step below takes."""
        return frozenset().union(*self.below)


def read_program(sources: list[str]) -> Program:
    """Put a program together from its parts: each packed text, or ``@`` and the path of one.

    :raises ProtocolError: it is damaged, or a compiler of another version wrote it.
    """
    merged: dict[str, Any] = {}
    for source in sources:
        merged.update(_unpack(source))
    fields = Fields(merged, "program")
    version = fields.integer("version")
    if version != VERSION:
        raise ProtocolError(
            f"the pipeline was compiled for version {version} of the runner's KFP entry and this "
            f"is version {VERSION}: compile it with the Chard that is in the image"
        )
    return Program(
        pipeline=fields.text("pipeline"),
        notebook=fields.text("notebook"),
        directory=None if merged.get("directory") is None else fields.text("directory"),
        step=fields.text("step"),
        position=fields.integer("position", 0),
        after=fields.texts("after"),
        inputs=fields.objects("inputs", Input.read),
        outputs=fields.texts("outputs"),
        leaves=fields.texts("leaves"),
        below=tuple(frozenset(names) for names in fields.json("below")),
        parameters=fields.objects("parameters", Parameter.read),
        modules=fields.text_map("modules"),
        secret_names=fields.texts("secretNames"),
        environment=fields.text_map("environment"),
        timeout_seconds=fields.number_or_null("timeoutSeconds"),
        values=fields.texts("values"),
        states=fields.texts("states"),
        keys=fields.text_map("keys"),
        prologue=fields.json("prologue"),
        imports=fields.json("imports"),
        cells=fields.json("cells"),
        metrics=fields.json("metrics"),
    )


def _unpack(source: str) -> dict[str, Any]:
    try:
        data = (
            Path(source[1:]).read_bytes()
            if source.startswith("@")
            else zlib.decompress(base64.b64decode(source, validate=True))
        )
        unpacked: dict[str, Any] = json.loads(data)
    except (OSError, ValueError, zlib.error) as error:
        raise ProtocolError(f"the step's program cannot be read: {error}") from error
    return unpacked

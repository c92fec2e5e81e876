"""What the engine and the runner say to each other: JSON, one message a line.

Mirrors ``core/protocol/runner.ts`` (a test compares them). What arrives is checked here, so that
the rest of the runner holds well-formed values only; fields this version does not know are ignored.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import Any, Callable, TypedDict, TypeVar, Union

from . import RUNNER_PROTOCOL
from .overlay import Mount, Overlay

T = TypeVar("T")
_MISSING = object()


class ProtocolError(Exception):
    """A message is not what the protocol says: names the field and what was expected."""


class Fields:
    """Reads the fields of one JSON object; every complaint names the path of the field."""

    def __init__(self, value: object, path: str) -> None:
        if not isinstance(value, dict):
            raise ProtocolError(f"{path}: expected an object, got {_show(value)}")
        self._value: dict[str, Any] = value
        self._path = path

    def text(self, name: str) -> str:
        value = self._get(name)
        if not isinstance(value, str):
            raise self._wrong(name, "a string", value)
        return value

    def one_of(self, name: str, choices: tuple[str, ...]) -> str:
        value = self._get(name)
        if value not in choices:
            raise self._wrong(name, "one of " + ", ".join(choices), value)
        return str(value)

    def integer(self, name: str, minimum: int | None = None) -> int:
        value = self._get(name)
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if not isinstance(value, int) or isinstance(value, bool):
            raise self._wrong(name, "an integer", value)
        if minimum is not None and value < minimum:
            raise self._wrong(name, f"at least {minimum}", value)
        return value

    def number(self, name: str) -> float:
        value = self._get(name)
        if not isinstance(value, (int, float)) or isinstance(value, bool):
            raise self._wrong(name, "a number", value)
        return value

    def boolean(self, name: str) -> bool:
        value = self._get(name)
        if not isinstance(value, bool):
            raise self._wrong(name, "true or false", value)
        return value

    def text_or_null(self, name: str) -> str | None:
        return None if self._get(name) is None else self.text(name)

    def number_or_null(self, name: str) -> float | None:
        return None if self._get(name) is None else self.number(name)

    def texts(self, name: str) -> tuple[str, ...]:
        value = self._get(name)
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self._wrong(name, "a list of strings", value)
        return tuple(value)

    def text_map(self, name: str) -> dict[str, str]:
        value = self._get(name)
        if not isinstance(value, dict) or not all(isinstance(v, str) for v in value.values()):
            raise self._wrong(name, "an object of strings", value)
        return dict(value)

    def objects(self, name: str, read: Callable[[Fields], T]) -> tuple[T, ...]:
        value = self._get(name)
        if not isinstance(value, list):
            raise self._wrong(name, "a list", value)
        where = f"{self._path}.{name}"
        return tuple(read(Fields(item, f"{where}[{i}]")) for i, item in enumerate(value))

    def json(self, name: str) -> Any:
        """The field as it is, for whoever checks it later."""
        return self._get(name)

    def nested(self, name: str) -> Fields:
        return Fields(self._get(name), f"{self._path}.{name}")

    def _get(self, name: str) -> Any:
        value = self._value.get(name, _MISSING)
        if value is _MISSING:
            raise ProtocolError(f"{self._path}.{name} is missing")
        return value

    def _wrong(self, name: str, expected: str, value: object) -> ProtocolError:
        return ProtocolError(f"{self._path}.{name}: expected {expected}, got {_show(value)}")


def _show(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


@dataclass(frozen=True)
class Cell:
    """A code cell; ``cell`` counts from 0 over all cells of the notebook."""

    cell: int
    source: str

    @classmethod
    def read(cls, fields: Fields) -> Cell:
        return cls(fields.integer("cell", 0), fields.text("source"))


PROLOGUE_KINDS = ("imports", "parameters", "functions")


@dataclass(frozen=True)
class PrologueCell(Cell):
    kind: str

    @classmethod
    def read(cls, fields: Fields) -> PrologueCell:
        kind = fields.one_of("kind", PROLOGUE_KINDS)
        return cls(fields.integer("cell", 0), fields.text("source"), kind)


@dataclass(frozen=True)
class Import:
    """An import of an earlier step that is run again."""

    name: str
    statement: str

    @classmethod
    def read(cls, fields: Fields) -> Import:
        return cls(fields.text("name"), fields.text("statement"))


@dataclass(frozen=True)
class Metric:
    """A number to be evaluated after the metrics cells ran."""

    name: str
    expression: str
    cell: int

    @classmethod
    def read(cls, fields: Fields) -> Metric:
        return cls(fields.text("name"), fields.text("expression"), fields.integer("cell", 0))


@dataclass(frozen=True)
class GroupReference:
    group: str
    names: tuple[str, ...]

    @classmethod
    def read(cls, fields: Fields) -> GroupReference:
        names = fields.texts("names")
        if not names:
            raise ProtocolError("a group reference names at least one name")
        return cls(fields.text("group"), names)


def _read_overlay(fields: Fields) -> Overlay:
    return Overlay(
        folder=fields.text("folder"),
        home=fields.text("home"),
        layers=fields.texts("layers"),
        upper=fields.text("upper"),
        work=fields.text("work"),
        shared=fields.texts("shared"),
        absent=fields.texts("absent"),
        protected=fields.texts("protected"),
    )


def _read_mount(fields: Fields) -> Mount:
    return Mount(fields.text("folder"), fields.text_or_null("source"))


@dataclass(frozen=True)
class StepSpec:
    """All that is needed to execute one step; the fields are explained in ``runner.ts``."""

    protocol: int
    run: str
    step: str
    attempt: int
    notebook: str
    directory: str
    overlays: tuple[Overlay, ...]
    mounts: tuple[Mount, ...]
    prologue: tuple[PrologueCell, ...]
    imports: tuple[Import, ...]
    cells: tuple[Cell, ...]
    metrics: tuple[Metric, ...]
    inputs: tuple[GroupReference, ...]
    outputs: tuple[str, ...]
    leaves: tuple[str, ...]
    keepBytes: int
    store: str
    environment: dict[str, str]
    secretNames: tuple[str, ...]
    outputLimitBytes: int

    @property
    def mark(self) -> str:
        """What tells the step's processes from others: see ``processes.MARK``."""
        return f"{self.run}/{self.step}/{self.attempt}"

    @classmethod
    def read(cls, fields: Fields) -> StepSpec:
        protocol = fields.integer("protocol")
        if protocol != RUNNER_PROTOCOL:
            raise ProtocolError(
                f"the engine speaks version {protocol} of the runner's protocol and this runner "
                f"version {RUNNER_PROTOCOL}: engine and runner must come from the same installation"
            )
        return cls(
            protocol=protocol,
            run=fields.text("run"),
            step=fields.text("step"),
            attempt=fields.integer("attempt", 1),
            notebook=fields.text("notebook"),
            directory=fields.text("directory"),
            overlays=fields.objects("overlays", _read_overlay),
            mounts=fields.objects("mounts", _read_mount),
            prologue=fields.objects("prologue", PrologueCell.read),
            imports=fields.objects("imports", Import.read),
            cells=fields.objects("cells", Cell.read),
            metrics=fields.objects("metrics", Metric.read),
            inputs=fields.objects("inputs", GroupReference.read),
            outputs=fields.texts("outputs"),
            leaves=fields.texts("leaves"),
            keepBytes=fields.integer("keepBytes"),
            store=fields.text("store"),
            environment=fields.text_map("environment"),
            secretNames=fields.texts("secretNames"),
            outputLimitBytes=fields.integer("outputLimitBytes"),
        )


@dataclass(frozen=True)
class Run:
    spec: StepSpec
    timeoutSeconds: float | None
    stay: bool


@dataclass(frozen=True)
class Cancel:
    graceSeconds: float


@dataclass(frozen=True)
class Preload:
    modules: tuple[str, ...]


@dataclass(frozen=True)
class Spawn:
    socket: str
    token: str


SupervisorCommand = Union[Run, Cancel]
ForkServerCommand = Union[Preload, Spawn]


def read_supervisor_command(line: bytes) -> SupervisorCommand:
    """One line from the engine to a supervisor.

    :raises ProtocolError: it is not a command of this version.
    """
    fields = Fields(_parse(line), "command")
    if fields.one_of("type", ("run", "cancel")) == "cancel":
        return Cancel(fields.number("graceSeconds"))
    spec = StepSpec.read(fields.nested("spec"))
    return Run(spec, fields.number_or_null("timeoutSeconds"), fields.boolean("stay"))


def read_fork_server_command(line: bytes) -> ForkServerCommand:
    """One line from the engine to the fork server.

    :raises ProtocolError: it is not a command of this version.
    """
    fields = Fields(_parse(line), "command")
    if fields.one_of("type", ("preload", "spawn")) == "preload":
        return Preload(fields.texts("modules"))
    return Spawn(fields.text("socket"), fields.text("token"))


def _parse(line: bytes) -> object:
    try:
        parsed: object = json.loads(line)
    except ValueError as error:
        raise ProtocolError(f"not a line of JSON: {error}: {_show(line)}") from error
    return parsed


class StepError(TypedDict):
    """Why a step failed; ``cell`` counts from 0, ``line`` from 1 within the cell."""

    code: str
    type: str
    message: str
    cell: int | None
    line: int | None
    traceback: list[str]


class _Shaped(TypedDict, total=False):
    shape: list[int]


class RunnerValue(_Shaped):
    """One name as the step left it."""

    name: str
    digest: str
    group: str | None
    bytes: int
    type: str
    repr: str
    globals: list[str]
    refused: str | None
    unchanged: bool


class _Hiding(TypedDict, total=False):
    opaque: list[str]


class TouchedFiles(_Hiding):
    read: list[str]
    written: list[str]


class Resources(TypedDict):
    wallSeconds: float
    cpuSeconds: float
    peakMemoryBytes: int


def encode(message: Any) -> bytes:
    """A message as the bytes of one line, without the newline.

    Lone surrogates are escaped by ASCII JSON; what JSON cannot say must have gone through
    :func:`to_json` before.
    """
    return json.dumps(message, allow_nan=False, separators=(",", ":")).encode("ascii")


def to_json(value: Any) -> Any:
    """A copy of ``value`` that JSON can say: bytes as base64, numbers that are not finite as null.

    Objects of any other kind become their ``str``, as a kernel's messages have it for dates.
    """
    if value is None or isinstance(value, (bool, str, int)):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, (bytes, bytearray, memoryview)):
        import base64

        return base64.b64encode(value).decode("ascii")
    if isinstance(value, dict):
        return {str(key): to_json(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [to_json(item) for item in value]
    return str(value)

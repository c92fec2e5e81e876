"""KFP's side of a step: where artifacts lie, what parameters say, what is reported back."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..protocol import Fields, ProtocolError

#: Where KFP's launcher brings each kind of store to.
_MOUNTS = {"gs://": "/gcs/", "s3://": "/s3/", "minio://": "/minio/", "file://": "/"}


@dataclass
class Artifact:
    """An artifact of the executor input: its place, and what will be said of it."""

    name: str
    uri: str
    path: Path
    metadata: dict[str, Any] = field(default_factory=dict)


class ExecutorInput:
    """What KFP gives a step.

    :raises ProtocolError: it is not of the form that KFP v2 has.
    """

    def __init__(self, text: str) -> None:
        try:
            parsed = json.loads(text)
        except ValueError as error:
            raise ProtocolError(f"the executor input is no JSON: {error}") from error
        fields = Fields(parsed, "executor input")
        inputs: dict[str, Any] = parsed.get("inputs") or {}
        outputs = fields.nested("outputs")
        self.parameters: dict[str, Any] = inputs.get("parameterValues") or {}
        self._inputs: dict[str, Any] = inputs.get("artifacts") or {}
        self.outputs = {
            key: _artifact(key, entry)
            for key, entry in (parsed["outputs"].get("artifacts") or {}).items()
        }
        self._output_file = Path(outputs.text("outputFile")).absolute()

    def input(self, key: str) -> Path:
        """The place of an input artifact."""
        if key not in self._inputs:
            raise ProtocolError(f"the executor input has no artifact {key!r}")
        return _artifact(key, self._inputs[key]).path

    def report(self) -> None:
        """Tell KFP what is known of each output artifact."""
        artifacts = {
            key: {
                "artifacts": [
                    {"name": each.name, "uri": each.uri, "metadata": each.metadata},
                ]
            }
            for key, each in self.outputs.items()
        }
        self._output_file.parent.mkdir(parents=True, exist_ok=True)
        text = json.dumps({"artifacts": artifacts}, allow_nan=False)
        self._output_file.write_text(text, encoding="utf-8")


def _artifact(key: str, entry: Any) -> Artifact:
    try:
        first = entry["artifacts"][0]
        uri = str(first["uri"])
        place = first.get("customPath") or _local(uri)
        return Artifact(str(first.get("name", key)), uri, Path(place).absolute())
    except (KeyError, IndexError, TypeError) as error:
        raise ProtocolError(f"the executor input's artifact {key!r} has no place") from error


def _local(uri: str) -> str:
    for scheme, mount in _MOUNTS.items():
        if uri.startswith(scheme):
            return mount + uri[len(scheme) :].lstrip("/")
    return uri

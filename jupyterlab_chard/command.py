"""The command ``chard``: hands over to the command line that runs on Node."""

# ruff: noqa: PTH110, PTH118, PTH120  # as in node.py

from __future__ import annotations

import os
import sys

from jupyterlab_chard import suggester
from jupyterlab_chard.node import NodeNotFoundError, find_node

MAIN = os.path.join(os.path.dirname(__file__), "server", "main.mjs")
_NODE_OPTIONS = (
    # node:sqlite still announces itself as new on standard error.
    "--disable-warning=ExperimentalWarning",
    # Mebibytes for new objects from the start: a short command ends before any are collected.
    "--min-semi-space-size=16",
)


def main() -> None:
    """Replace this process by Node; exits 2 where Node or the built server is missing."""
    environment = {**os.environ, "CHARD_PYTHON": sys.executable}
    if suggester.is_wanted(sys.argv[1:]) and (started := suggester.start(os.environ)):
        environment[suggester.INHERITED] = started
    try:
        node = find_node()
    except NodeNotFoundError as error:
        sys.exit(_refuse(str(error)))
    if not os.path.exists(MAIN):
        sys.exit(_refuse(f"{MAIN} is missing: in a checkout, run `make setup` first."))
    os.execve(node, [node, *_NODE_OPTIONS, MAIN, *sys.argv[1:]], environment)


def _refuse(message: str) -> int:
    print(f"chard: {message}", file=sys.stderr)
    return 2

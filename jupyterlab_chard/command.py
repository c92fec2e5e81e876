"""The command ``chard``: hands over to the command line that runs on Node."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from jupyterlab_chard.node import NodeNotFoundError, find_node

MAIN = Path(__file__).parent / "server" / "main.mjs"


def main() -> None:
    """Replace this process by Node; exits 2 where Node or the built server is missing."""
    try:
        node = find_node()
    except NodeNotFoundError as error:
        sys.exit(_refuse(str(error)))
    if not MAIN.exists():
        sys.exit(_refuse(f"{MAIN} is missing: in a checkout, run `make setup` first."))
    environment = {**os.environ, "CHARD_PYTHON": sys.executable}
    # node:sqlite still announces itself as new on standard error; and most commands end before V8
    # has found out by itself how much room young objects need.
    flags = ["--disable-warning=ExperimentalWarning", "--min-semi-space-size=16"]
    arguments = [node, *flags, str(MAIN), *sys.argv[1:]]
    os.execve(node, arguments, environment)


def _refuse(message: str) -> int:
    print(f"chard: {message}", file=sys.stderr)
    return 2

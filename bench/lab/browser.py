"""The scripts that run in the page: each takes one JSON value and prints one."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

from measure import ROOT

from lab.server import Server

HERE = Path(__file__).resolve().parent
MINUTE = 60


def browse(script: str, options: dict[str, Any], *, minutes: float = 5) -> Any:
    """What ``script`` found.

    Raises:
        RuntimeError: it failed, or took longer than ``minutes``; with the end of what it said.
    """
    command = ["node", "--disable-warning=ExperimentalWarning", str(HERE / f"{script}.mts")]
    try:
        done = subprocess.run(
            [*command, json.dumps(options)],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=minutes * MINUTE,
        )
    except subprocess.TimeoutExpired as error:
        raise RuntimeError(f"{script} did not end within {minutes} minutes") from error
    if done.returncode != 0:
        raise RuntimeError(f"{script} failed:\n{done.stderr[-3000:]}")
    return json.loads(done.stdout)


def where(server: Server) -> dict[str, str]:
    """What a script must know to open a server's page."""
    return {"url": server.url, "token": server.token}

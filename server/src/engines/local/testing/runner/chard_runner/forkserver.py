"""Forks supervisors on demand; says that it cannot fork where `FAKE_FORKS` is 0."""

from __future__ import annotations

import json
import os
import signal
import sys
from typing import Any

from .supervisor import supervise


def answer(message: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


def main() -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for line in sys.stdin:
        command = json.loads(line)
        if command["type"] == "preload":
            forks = os.environ.get("FAKE_FORKS") != "0"
            why = None if forks else "told not to"
            ready = {"type": "ready", "pid": os.getpid(), "forks": forks, "why": why, "failed": {}}
            answer(ready)
            continue
        pid = os.fork()
        if pid == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            try:
                supervise(command["socket"], command["token"])
            finally:
                os._exit(0)
        answer({"type": "spawned", "token": command["token"], "pid": pid})


main()

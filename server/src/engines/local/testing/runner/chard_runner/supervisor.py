"""Executes one step in a child process and ends with the engine, as the real supervisor does."""

from __future__ import annotations

import contextlib
import ctypes
import hashlib
import io
import json
import os
import select
import signal
import socket
import sys
import time
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Any

ZERO = {"wallSeconds": 0, "cpuSeconds": 0, "peakMemoryBytes": 0}
NO_FILES: dict[str, list[str]] = {"read": [], "written": []}


class Out(io.TextIOBase):
    """Standard output as messages."""

    def __init__(self, say: Any) -> None:
        self.say = say
        self.cell: int | None = None

    def write(self, text: str) -> int:
        self.say({"type": "output", "cell": self.cell, "stream": "stdout", "text": text})
        return len(text)


def supervise(path: str, token: str) -> None:
    engine = socket.socket(socket.AF_UNIX)
    engine.connect(path)
    engine.sendall(token.encode() + b"\n")
    reader = engine.makefile("rb")
    line = reader.readline()
    if not line:
        return
    command = json.loads(line)
    spec = command["spec"]
    pid = os.fork()
    if pid == 0:
        os.setsid()
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
        try:
            run(spec, engine)
        finally:
            os._exit(0)
    deadline = (
        None if command["timeoutSeconds"] is None else time.time() + command["timeoutSeconds"]
    )
    state, error = "failed", None
    while True:
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            if os.WIFSIGNALED(status):
                number = os.WTERMSIG(status)
                died = failure("killed", "Killed", f"died of signal {number}")
                tell(engine, {"type": "finished", "state": "failed", "error": died})
            return
        if deadline is not None and time.time() > deadline:
            end(pid)
            state, error = "failed", failure("timeout", "Timeout", "took too long")
            break
        if select.select([engine], [], [], 0.01)[0]:
            line = reader.readline()
            if not line:
                end(pid)
                return
            state, error = "cancelled", None
            end(pid)
            break
    tell(engine, {"type": "finished", "state": state, "error": error})


def end(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)
    with contextlib.suppress(ChildProcessError):
        os.waitpid(pid, 0)


def failure(code: str, kind: str, message: str, lines: Sequence[str] = ()) -> dict[str, Any]:
    return {
        "code": code,
        "type": kind,
        "message": message,
        "cell": None,
        "line": None,
        "traceback": list(lines),
    }


def tell(engine: socket.socket, message: dict[str, Any]) -> None:
    if message["type"] == "finished":
        rest = {"values": [], "files": NO_FILES, "resources": ZERO, "stays": False}
        message = {**rest, **message}
    engine.sendall(json.dumps(message).encode() + b"\n")


def run(spec: dict[str, Any], engine: socket.socket) -> None:
    def say(message: dict[str, Any]) -> None:
        tell(engine, message)

    say({"type": "started", "pid": os.getpid(), "python": "3", "ipython": None})
    out = Out(say)
    sys.stdout = out  # type: ignore[assignment]
    store = Path(spec["store"])
    os.environ.update(spec["environment"])
    os.chdir(spec["directory"])
    space: dict[str, Any] = {"say": say, "engine": engine, "spec": spec, "__name__": "__main__"}
    for cell in spec["prologue"]:
        exec(cell["source"], space)
    taken: dict[str, str] = {}
    groups: dict[str, str] = {}
    hidden: dict[str, Any] = {}
    for reference in spec["inputs"]:
        stored = json.loads((store / reference["group"]).read_text())
        for name in reference["names"]:
            (hidden if name.startswith("@") else space)[name] = stored[name]
            taken[name] = digest(stored[name])
            groups[name] = reference["group"]
    space["hidden"] = hidden
    failed = None
    for cell in spec["cells"]:
        out.cell = cell["cell"]
        say({"type": "cell-started", "cell": cell["cell"]})
        try:
            exec(cell["source"], space)
        except BaseException as error:
            lines = traceback.format_exc().splitlines()
            failed = failure("exception", type(error).__name__, str(error), lines)
            failed["cell"] = cell["cell"]
        say({"type": "cell-finished", "cell": cell["cell"], "ok": failed is None})
        if failed:
            say({"type": "finished", "state": "failed", "error": failed})
            return
    for metric in spec["metrics"]:
        value = eval(metric["expression"], space)
        say({"type": "metric", "name": metric["name"], "value": value, "at": None})
    say(
        {
            "type": "finished",
            "state": "succeeded",
            "error": None,
            "values": values(spec, store, space, hidden, taken, groups),
        }
    )


def values(
    spec: dict[str, Any],
    store: Path,
    space: dict[str, Any],
    hidden: dict[str, Any],
    taken: dict[str, str],
    groups: dict[str, str],
) -> list[dict[str, Any]]:
    """One group for all names, unless a cell has set ``shared`` to lists of names that share."""
    names = [name for name in spec["outputs"] + spec["leaves"] if name in space]
    found = {**{name: space[name] for name in names}, **hidden}
    sharing = space.get("shared", [])
    sets = [[n for n in names_ if n in found] for names_ in sharing]
    sets += [[name] for name in found if not any(name in s for s in sharing)]
    result = []
    for members in filter(None, sets):
        unchanged = all(taken.get(name) == digest(found[name]) for name in members)
        text = json.dumps({name: found[name] for name in members}, sort_keys=True)
        group = hashlib.sha256(text.encode()).hexdigest()
        if unchanged:
            group = groups[members[0]]
        else:
            temporary = store / f"{group}.{os.getpid()}.tmp"
            temporary.write_text(text)
            temporary.rename(store / group)
        for name in members:
            refused = space.get("refuse", {}).get(name)
            result.append(
                {
                    "name": name,
                    "digest": digest(found[name]),
                    "group": None if refused else group,
                    "bytes": len(text),
                    "type": type(found[name]).__name__,
                    "repr": repr(found[name])[:80],
                    "globals": space.get("uses", {}).get(name, []),
                    "refused": refused,
                    "unchanged": unchanged,
                }
            )
    asked = dict.fromkeys([*spec["outputs"], *spec["leaves"], *taken])
    gone = [name for name in asked if name not in space and not name.startswith("@")]
    return [*result, *map(absent, gone)]


def absent(name: str) -> dict[str, Any]:
    return {
        "name": name,
        "digest": "",
        "group": None,
        "bytes": 0,
        "type": "",
        "repr": "",
        "globals": [],
        "refused": "not bound",
        "unchanged": False,
    }


def digest(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()


if __name__ == "__main__":
    supervise(sys.argv[2], sys.stdin.readline().strip())

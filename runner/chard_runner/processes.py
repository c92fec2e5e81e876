"""What the runner asks of the operating system about processes.

On Linux a supervisor adopts every orphan below it (child subreaper), so that killing descendants
until no child is left takes the whole tree, whatever its members did: setsid, double fork, ignored
signals. Elsewhere the process group and the environment variable ``CHARD_STEP`` stand in.
"""

# Listing /proc by `Path` costs three times as much, and trees are listed to be killed.
# ruff: noqa: PTH208

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

LINUX = sys.platform.startswith("linux")

#: Says in the environment which step a process belongs to: ``<run>/<step>/<attempt>``.
#: ``/proc`` shows it of programs that the step starts, not of the step itself, which is forked.
MARK = "CHARD_STEP"

_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36


def _prctl(option: int, value: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(option, ctypes.c_ulong(value), 0, 0, 0) != 0:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error))


def become_subreaper() -> None:
    """Adopt orphaned descendants from now on (Linux; elsewhere nothing happens)."""
    if LINUX:
        _prctl(_PR_SET_CHILD_SUBREAPER, 1)


def die_with_parent(parent: int) -> None:
    """Be killed when ``parent``, the process that forked this one, ends (Linux)."""
    if LINUX:
        _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)


@dataclass(frozen=True)
class Usage:
    """Processor time in seconds, and the largest resident size of one process in bytes."""

    cpu: float = 0
    memory: int = 0

    def __add__(self, other: Usage) -> Usage:
        return Usage(self.cpu + other.cpu, max(self.memory, other.memory))


def usage_of(counted: resource.struct_rusage) -> Usage:
    """What the system has counted."""
    unit = 1024 if LINUX else 1
    return Usage(counted.ru_utime + counted.ru_stime, counted.ru_maxrss * unit)


def usage() -> Usage:
    """Of this process and of those that it has waited for."""
    kinds = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    own, waited_for = (usage_of(resource.getrusage(kind)) for kind in kinds)
    return own + waited_for


def thread_count() -> int:
    """Threads of this process, native ones included; Linux only."""
    return len(os.listdir("/proc/self/task"))


def children() -> set[int]:
    """Processes whose parent is this one (Linux)."""
    lists = [Path(task, "children") for task in Path("/proc/self/task").iterdir()]
    try:
        return {int(pid) for each in lists for pid in each.read_bytes().split()}
    except FileNotFoundError:
        # A kernel without CONFIG_PROC_CHILDREN: all processes are looked at, which takes longer.
        return set(_by_parent().get(os.getpid(), ()))


def descendants(root: int) -> list[int]:
    """Process ids below ``root``, parents before their children (Linux)."""
    by_parent = _by_parent()
    found: list[int] = []
    queue = [root]
    while queue:
        below = by_parent.get(queue.pop(0), [])
        found.extend(below)
        queue.extend(below)
    return found


def _by_parent() -> dict[int, list[int]]:
    by_parent: dict[int, list[int]] = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            with contextlib.suppress(OSError, ValueError, IndexError):
                stat = Path("/proc", name, "stat").read_bytes()
                # The command, in parentheses, may hold anything; what follows the last one is
                # regular.
                parent = int(stat[stat.rindex(b")") + 2 :].split()[1])
                by_parent.setdefault(parent, []).append(int(name))
    return by_parent


def marked(mark: str) -> list[int]:
    """Other processes whose environment says that they belong to the step ``mark``."""
    if LINUX:
        wanted = f"{MARK}={mark}".encode("utf-8", "surrogateescape")
        found = []
        for name in os.listdir("/proc"):
            if name.isdigit() and int(name) != os.getpid():
                with contextlib.suppress(OSError):
                    if wanted in Path("/proc", name, "environ").read_bytes().split(b"\0"):
                        found.append(int(name))
        return found
    listing = subprocess.run(
        ["ps", "-axEww", "-o", "pid=,command="], capture_output=True, text=True, errors="replace"
    ).stdout
    lines = [line.split(None, 1) for line in listing.splitlines() if f" {MARK}={mark}" in line]
    return [int(pid) for pid, *_ in lines if int(pid) != os.getpid()]


def kill_all(pids: list[int]) -> None:
    """Kill processes: all are stopped first, so that none can start another meanwhile."""
    for number in (signal.SIGSTOP, signal.SIGKILL):
        for pid in pids:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, number)


def command_line(pid: int) -> str:
    """The command of a process as one line; empty where it is gone or a zombie (Linux)."""
    try:
        words = Path("/proc", str(pid), "cmdline").read_bytes().split(b"\0")
    except OSError:
        return ""
    return " ".join(word.decode("utf-8", "replace") for word in words if word)

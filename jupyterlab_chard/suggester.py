"""Starts the process that suggests an experiment's trials, before the command line itself.

Importing Optuna takes longer than all else that comes before a suggestion, Node's own start
included.
"""

# ruff: noqa: PTH100, PTH110, PTH118, PTH120  # as in node.py

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence

#: Tells the command line what it has inherited: "PID STDIN STDOUT STDERR", our ends of the pipes.
INHERITED = "CHARD_SUGGESTER"
#: What Linux gives at most to those who are not root.
_PIPE_BYTES = 1024 * 1024
_HERE = os.path.dirname(os.path.abspath(__file__))


def is_wanted(words: Sequence[str]) -> bool:
    """Whether these words of a command line will ask for suggestions.

    Where this is wrong nothing is: the command line starts one itself, and one that nobody reads
    from ends with the command.
    """
    if words[:1] != ["tune"]:
        return False
    return not any(word in ("-h", "--help") or "katib" in word for word in words)


def start(environment: Mapping[str, str]) -> str | None:
    """Start the process; give the value of `INHERITED`. The pipes stay open in what this becomes.

    None where the standard streams are closed, whose numbers the pipes would get.
    """
    pipes = [os.pipe() for _ in range(3)]
    if min(min(pipe) for pipe in pipes) <= 2:
        for end in sum(pipes, ()):
            os.close(end)
        return None
    (stdin, to_stdin), (from_stdout, stdout), (from_stderr, stderr) = pipes
    _widen(to_stdin)
    child = os.fork()
    if child == 0:
        _become_suggester((stdin, stdout, stderr), environment)
    for end in (stdin, stdout, stderr):
        os.close(end)
    own = (to_stdin, from_stdout, from_stderr)
    for end in own:
        os.set_inheritable(end, True)
    return " ".join(map(str, (child, *own)))


def _widen(pipe: int) -> None:
    """Let what a thousand trials were go through at once, however busy the two ends are."""
    import fcntl

    # Linux alone can; a user who has many wide pipes already gets no more of them.
    with_size = getattr(fcntl, "F_SETPIPE_SZ", None)
    if with_size is not None:
        try:
            fcntl.fcntl(pipe, with_size, _PIPE_BYTES)
        except OSError:
            return


def _become_suggester(streams: Sequence[int], environment: Mapping[str, str]) -> None:
    """Never return: after a fork nothing of the parent's may be tidied up twice."""
    try:
        # Of a session of its own: a Ctrl-C in the terminal is for the command line to handle.
        os.setsid()
        for number, stream in enumerate(streams):
            os.dup2(stream, number)
        paths = [_folder(), *filter(None, [environment.get("PYTHONPATH")])]
        own = {**environment, "PYTHONPATH": os.pathsep.join(paths), "PYTHONSAFEPATH": "1"}
        os.execve(sys.executable, [sys.executable, "-m", "chard_suggester"], own)
    finally:
        os._exit(127)


def _folder() -> str:
    """Give the folder that holds `chard_suggester`: in a checkout it lies at the top."""
    inside = os.path.join(_HERE, "suggester")
    return inside if os.path.exists(inside) else os.path.join(os.path.dirname(_HERE), "suggester")

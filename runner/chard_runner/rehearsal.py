"""What forked processes do while they wait for their step: once all that every step does, on
nothing.

Memory that a process shares with the fork server is copied page by page as it is touched, and
counting references is touching: a step that does nothing touches some two thousand pages. After a
rehearsal it has most of them already.
"""

from __future__ import annotations

import contextlib
import pickle
import tempfile
from dataclasses import asdict

from . import RUNNER_PROTOCOL
from .deaths import OutOfMemoryCounter
from .hidden_state import HiddenState
from .protocol import StepSpec, encode, read_supervisor_command
from .shell import Shell
from .values import GroupReference, ValueSession


def rehearse_supervision() -> None:
    """Read an order and pass it on, to nobody."""
    command = {"type": "run", "spec": asdict(_empty_spec()), "timeoutSeconds": None, "stay": False}
    pickle.dumps(read_supervisor_command(encode(command)), protocol=4)
    OutOfMemoryCounter()


def rehearse_step(shell: Shell) -> None:
    """Run an empty cell, look at the hidden state, write a value and read it; no trace is left."""
    shell.rehearse()
    hidden = HiddenState()
    hidden.begin({})
    hidden.changed()
    hidden.close()
    # Where nothing can be written the step will say so.
    with contextlib.suppress(OSError), tempfile.TemporaryDirectory(prefix="chard-") as folder:
        _pass_on(folder)
    # The step's environment may name another folder.
    tempfile.tempdir = None


def _pass_on(store: str) -> None:
    giving = ValueSession({"value": 1}, store=store, scope="")
    giving.prologue_done()
    (stored,) = giving.write(["value"], durable=False).values
    if stored.group is not None:
        taking = ValueSession({}, store=store, scope="")
        taking.read([GroupReference(stored.group, (stored.name,))])


def _empty_spec() -> StepSpec:
    return StepSpec(
        protocol=RUNNER_PROTOCOL,
        run="",
        step="",
        attempt=1,
        notebook="",
        directory="",
        overlays=(),
        mounts=(),
        prologue=(),
        imports=(),
        cells=(),
        metrics=(),
        inputs=(),
        outputs=(),
        leaves=(),
        keepBytes=0,
        store="",
        environment={},
        secretNames=(),
        outputLimitBytes=0,
    )

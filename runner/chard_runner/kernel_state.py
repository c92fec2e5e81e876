"""A step's inputs in a person's own kernel: what the step's process had before its first cell."""

from __future__ import annotations

import json
import os
import warnings
from typing import Any

from .hidden_state import HiddenState
from .protocol import Fields, StepSpec
from .values import GroupReference, ValueSession


def enter_step(spec: str) -> None:
    """Run the prologue in this kernel and bind the step's inputs over it.

    The kernel should be a fresh one. What cannot be restored of the hidden state (random states,
    environment) is warned of.

    :param spec: the step's spec as JSON; its cells are for the person to run.
    :raises ValueReadError: an input cannot be read.
    """
    from IPython.core.getipython import get_ipython

    shell: Any = get_ipython()
    if shell is None:
        raise RuntimeError("this needs IPython's kernel")
    _enter(StepSpec.read(Fields(json.loads(spec), "spec")), shell)


def _enter(spec: StepSpec, shell: Any) -> None:
    os.environ.update(spec.environment)
    os.chdir(spec.directory)
    names: dict[str, Any] = shell.user_ns
    session = ValueSession(names, store=spec.store, scope=spec.step)
    for cell in spec.prologue:
        shell.run_cell(cell.source, store_history=False).raise_error()
    for statement in spec.imports:
        exec(compile(statement.statement, "<import of an earlier step>", "exec"), names)
    session.prologue_done()
    hidden = HiddenState(spec.secretNames)
    for warning in hidden.begin(session.read(_references(spec, reserved=True)).reserved):
        warnings.warn(warning, stacklevel=2)
    session.read(_references(spec, reserved=False))


def _references(spec: StepSpec, *, reserved: bool) -> list[GroupReference]:
    """The groups of the state that has no name, or of the names."""
    chosen = [
        GroupReference(group.group, tuple(n for n in group.names if n.startswith("@") == reserved))
        for group in spec.inputs
    ]
    return [reference for reference in chosen if reference.names]

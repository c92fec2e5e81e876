"""What runs cells: IPython where the environment has it, else plain Python."""

from __future__ import annotations

import builtins
import sys
from types import ModuleType
from typing import Any, Callable, NoReturn, Protocol

import chard

from .protocol import to_json
from .streams import Wire


class Shell(Protocol):
    """Runs cells in the namespace of ``__main__``."""

    #: IPython's version, None where there is none.
    ipython: str | None
    namespace: dict[str, Any]

    def connect(self, wire: Wire) -> None:
        """Show displays through the wire from now on. Called once, in the step's own process."""

    def rehearse(self) -> None:
        """Run an empty cell that leaves no trace, to be quicker with the first one."""

    def run(self, cell: int, filename: str, source: str) -> BaseException | None:
        """Run one cell; what it raised, or None where it ran through."""


def make_shell() -> Shell:
    """A shell with a fresh ``__main__``; it needs no wire yet, so a fork server can make it."""
    main = ModuleType("__main__")
    main.__dict__["__builtins__"] = builtins
    sys.modules["__main__"] = main
    try:
        import IPython  # noqa: F401
    except ImportError:
        from .plain_shell import PlainShell

        return PlainShell(main.__dict__)
    from .ipython_shell import make_ipython_shell

    return make_ipython_shell(main)


class Display:
    """Sends what cells show."""

    def __init__(self) -> None:
        self.wire: Wire | None = None
        self.cell: int | None = None

    def attach(self, wire: Wire) -> None:
        """Show through this wire from now on, what the module ``chard`` shows as well."""
        self.wire = wire

        def show(data: dict[str, Any]) -> None:
            self.send("display", data, None)

        shower: Callable[[dict[str, Any]], None] = show
        chard._display = shower

    def send(
        self,
        kind: str,
        data: dict[str, Any],
        metadata: dict[str, Any] | None,
        display_id: str | None = None,
        update: bool = False,
    ) -> None:
        """One display: ``data`` by mime type, bytes allowed. A forked child prints its text."""
        if self.wire is None or not self.wire.attached:
            print(data.get("text/plain", ""))
            return
        message = {
            "type": "display",
            "cell": self.cell,
            "kind": kind,
            "data": to_json(data),
            "metadata": to_json(metadata or {}),
            "displayId": display_id,
            "update": update,
        }
        self.wire.send("display", message)


def refuse_input(prompt: object = "") -> NoReturn:
    """Stands in for ``input`` and ``getpass``.

    :raises EOFError: always, as at the end of a file: nobody is there to answer.
    """
    asked = f" ({str(prompt).strip()!r})" if str(prompt).strip() else ""
    raise EOFError(
        f"input{asked} cannot be asked for while a pipeline runs: nobody is there to answer. Make "
        "it a parameter of the pipeline, or read it from a file or an environment variable"
    )

"""State of a process that code changes without naming it, carried from step to step beside the
values.

The random states of ``random``, NumPy and PyTorch (CPU), ``os.environ``, the working directory and
``sys.path``. Each is an item with a reserved name and a payload of basic types, which a
:class:`~chard_runner.values.ValueSession` stores as ``reserved``. A step process does::

    hidden = HiddenState(secret_names)                  # first of all
    ...prologue...
    reserved = session.read(references to @names).reserved
    warnings = hidden.begin(reserved)                   # before other values are read: sys.path
    matters ...other values, cells...
    changes = hidden.changed()                          # .items for session.write(reserved=...)
    hidden.close()

NumPy and PyTorch are never imported for this: where one is imported only later, its state is set
then.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import os
import random
import sys
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, Callable, Protocol

NAMES = ("@random", "@numpy.random", "@torch", "@environ", "@cwd", "@sys.path")

_MIN_SECRET_LENGTH = 4


@dataclass(frozen=True)
class HiddenChanges:
    """``items``: payloads by reserved name. ``withheld``: variables left out because they hold a
    secret."""

    items: Mapping[str, Any]
    withheld: tuple[str, ...]


class _Kind(Protocol):
    """One item. ``capture`` gives None where there is no state yet; ``restore`` a warning or
    None."""

    name: str

    def capture(self) -> Any: ...

    def restore(self, payload: Any) -> str | None: ...


class HiddenState:
    """Sets what ancestors left, and tells what the step changed.

    :param secret_names: environment variables whose values never leave the process.
    """

    def __init__(self, secret_names: Collection[str] = ()) -> None:
        self._environment = _Environment(secret_names)
        self._kinds: tuple[_Kind, ...] = (
            _Random(),
            _NumpyRandom(),
            _TorchRandom(),
            self._environment,
            _WorkingDirectory(),
            _SearchPath(),
        )
        self._before: dict[str, Any] = {}
        self._hook: _AfterImport | None = None

    def begin(self, items: Mapping[str, Any]) -> list[str]:
        """Restore the items (unknown names are ignored) and remember the state to compare with.

        :returns: warnings, for what could not be restored.
        """
        warnings = []
        later: dict[str, Callable[[], None]] = {}
        for kind in self._kinds:
            payload = items.get(kind.name)
            module = getattr(kind, "module", None)
            if module is not None and module not in sys.modules:
                later[module] = self._start_later(kind, payload)
                continue
            if payload is not None:
                warning = kind.restore(payload)
                if warning is not None:
                    warnings.append(warning)
            self._before[kind.name] = kind.capture()
        if later:
            self._hook = _AfterImport(later)
            sys.meta_path.insert(0, self._hook)
        return warnings

    def changed(self) -> HiddenChanges:
        """What differs from the state at :meth:`begin`, whole (not as a difference to an
        ancestor's)."""
        now = {kind.name: kind.capture() for kind in self._kinds}
        items = {
            name: payload
            for name, payload in now.items()
            if payload is not None and payload != self._before.get(name)
        }
        return HiddenChanges(items, self._environment.withheld())

    def close(self) -> None:
        """Take the import hook away."""
        if self._hook is not None and self._hook in sys.meta_path:
            sys.meta_path.remove(self._hook)
        self._hook = None

    def _start_later(self, kind: _Kind, payload: Any) -> Callable[[], None]:
        def start() -> None:
            if payload is not None:
                kind.restore(payload)
            self._before[kind.name] = kind.capture()

        return start


class _Random:
    name = "@random"

    def capture(self) -> Any:
        return random.getstate()

    def restore(self, payload: Any) -> str | None:
        random.setstate(payload)
        return None


class _NumpyRandom:
    name = "@numpy.random"
    module = "numpy.random"

    def capture(self) -> Any:
        numpy_random: Any = sys.modules.get(self.module)
        if numpy_random is None:
            return None
        state = numpy_random.get_state(legacy=False)
        # Basic types, so that reading the payload does not import NumPy.
        return {**state, "state": {key: _plain(part) for key, part in state["state"].items()}}

    def restore(self, payload: Any) -> str | None:
        numpy: Any = sys.modules["numpy"]
        # By its own name: the parent package gets the attribute only after this import.
        numpy_random: Any = sys.modules[self.module]
        current = numpy_random.get_state(legacy=False)
        if current["bit_generator"] != payload["bit_generator"]:
            return (
                f"NumPy's global random state is of {payload['bit_generator']}, but this process "
                f"has {current['bit_generator']}; it was not carried over."
            )
        parts = {
            key: numpy.frombuffer(part[1], part[0]) if isinstance(part, tuple) else part
            for key, part in payload["state"].items()
        }
        numpy_random.set_state({**payload, "state": parts})
        return None


def _plain(part: Any) -> Any:
    return (part.dtype.str, part.tobytes()) if hasattr(part, "tobytes") else part


class _TorchRandom:
    name = "@torch"
    module = "torch"

    def capture(self) -> Any:
        torch: Any = sys.modules.get(self.module)
        # An attribute of the end of torch's own import: without it the import is still under way.
        if torch is None or not hasattr(torch, "get_rng_state"):
            return None
        return bytes(torch.get_rng_state().tolist())

    def restore(self, payload: Any) -> str | None:
        torch: Any = sys.modules[self.module]
        torch.set_rng_state(torch.tensor(list(payload), dtype=torch.uint8))
        return None


class _Environment:
    """The payload is the difference to the environment that the process started with."""

    name = "@environ"

    def __init__(self, secret_names: Collection[str]) -> None:
        self._start = dict(os.environ)
        self._secret_names = frozenset(secret_names)
        self._secrets = {
            value
            for name in self._secret_names
            if len(value := os.environ.get(name, "")) >= _MIN_SECRET_LENGTH
        }

    def capture(self) -> Any:
        return {
            name: value
            for name, value in self._difference().items()
            if not self._secret(name, value)
        }

    def restore(self, payload: Any) -> str | None:
        for name, value in payload.items():
            if name in self._secret_names:
                continue
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
        return None

    def withheld(self) -> tuple[str, ...]:
        """Changed variables whose values stay here."""
        changed = self._difference().items()
        return tuple(sorted(name for name, value in changed if self._secret(name, value)))

    def _difference(self) -> dict[str, str | None]:
        now = dict(os.environ)
        return {
            name: now.get(name)
            for name in sorted({*now, *self._start})
            if now.get(name) != self._start.get(name)
        }

    def _secret(self, name: str, value: str | None) -> bool:
        if name in self._secret_names:
            return True
        # What was a secret at any time: code may have set the variable anew.
        secrets = {*self._secrets, *(os.environ.get(name, "") for name in self._secret_names)}
        return value is not None and any(
            secret in value for secret in secrets if len(secret) >= _MIN_SECRET_LENGTH
        )


class _WorkingDirectory:
    """The payload is a path, relative to where the step started if it lies below that."""

    name = "@cwd"

    def __init__(self) -> None:
        self._start = str(Path.cwd())

    def capture(self) -> Any:
        try:
            now = str(Path.cwd())
        except FileNotFoundError:  # The directory was deleted under the process.
            return None
        below = os.path.relpath(now, self._start)
        return now if Path(below).parts[:1] == (os.pardir,) else below

    def restore(self, payload: Any) -> str | None:
        try:
            os.chdir(Path(self._start, payload))
        except OSError as error:
            return f"An earlier step changed the working directory to {payload}: {error.strerror}."
        return None


class _SearchPath:
    """The payload is the whole list and what of it was there at the start."""

    name = "@sys.path"

    def __init__(self) -> None:
        self._start = list(sys.path)

    def capture(self) -> Any:
        return {"path": list(sys.path), "start": list(self._start)}

    def restore(self, payload: Any) -> str | None:
        theirs, own = set(payload["start"]), set(self._start)
        taken = [entry for entry in payload["path"] if entry not in theirs or entry in own]
        added = [entry for entry in self._start if entry not in theirs and entry not in taken]
        sys.path[:] = [*taken, *added]
        return None


class _AfterImport(importlib.abc.MetaPathFinder):
    """Calls a function right after a module was imported for the first time."""

    def __init__(self, actions: dict[str, Callable[[], None]]) -> None:
        self._actions = actions

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """The spec that the other finders give, with the action added to its loader."""
        action = self._actions.pop(fullname, None)
        if action is None:
            return None
        for finder in sys.meta_path:
            find = getattr(finder, "find_spec", None)
            if finder is self or find is None:
                continue
            spec: importlib.machinery.ModuleSpec | None = find(fullname, path, target)
            if spec is not None:
                if spec.loader is not None:
                    spec.loader = _ActingLoader(spec.loader, action)
                return spec
        # Not found now; a later import may find it.
        self._actions[fullname] = action
        return None


class _ActingLoader(importlib.abc.Loader):
    """Another loader, and an action after it."""

    def __init__(self, loader: Any, action: Callable[[], None]) -> None:
        self._loader = loader
        self._action = action

    def __getattr__(self, name: str) -> Any:
        # Resource readers, get_source and the like.
        return getattr(self._loader, name)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType | None:
        """As the other loader does."""
        made: ModuleType | None = self._loader.create_module(spec)
        return made

    def exec_module(self, module: ModuleType) -> None:
        """As the other loader does, then the action."""
        spec = module.__spec__
        if spec is not None:
            spec.loader = self._loader
        module.__loader__ = self._loader
        self._loader.exec_module(module)
        self._action()

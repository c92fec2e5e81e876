"""Runs pipelines of small notebooks and says where they differ from the notebook.

Reads JSON on standard input: a list of objects with `name`, `ipython`, `pipeline` (as `chard
graph` prints it, with code), `spare` (step to names that a run may do without) and `onlyInputs`.
Writes a list of the same length: objects with `printed` and `error` (step to text, step to
exception), `problems` (sentences) and `superfluous` (inputs that could be left out).

The notebook's side: for each step its ancestors' cells and its own are run in one namespace. The
pipeline's side: each step has a namespace of its own that holds the prologue, the imports it is
said to need and copies of the inputs it is said to take. Functions belong to the namespace they
are copied to. Then every input is left out in turn, which must show. And each parameter that a
step is not said to use is given another value, which must not show: else a result would be reused
that has become wrong.

Objects do not stay one object across joined branches. Where that may matter, `onlyInputs` compares
at a step below a join only what comes in, and nothing below it.
"""

from __future__ import annotations

import builtins
import contextlib
import enum
import functools
import io
import itertools
import json
import pickle
import sys
import types
import weakref
from typing import Any

Namespace = dict[str, Any]
# Which class it is, through all copies; what it held at the end of each step that changed it.
Version = tuple[int, tuple[str, ...]]
versions: weakref.WeakKeyDictionary[type, Version] = weakref.WeakKeyDictionary()


class Conflict(Exception):
    """Two unordered steps have changed one name."""


# Copying values from step to step


def _make_function(code: types.CodeType, globals_: Namespace, name: str, cells: int) -> Any:
    closure = tuple(types.CellType() for _ in range(cells))
    return types.FunctionType(code, globals_, name, None, closure)


def _fill_function(function: Any, state: tuple[Any, ...]) -> None:
    function.__defaults__, function.__kwdefaults__, contents, attributes = state
    for cell, content in zip(function.__closure__ or (), contents):
        if content:
            cell.cell_contents = content[0]
    function.__dict__.update(attributes)


def _make_class(metaclass: Any, name: str, bases: tuple[type, ...], version: Version) -> Any:
    made = metaclass(name, bases, {})
    versions[made] = version
    return made


def _fill_class(cls: type, members: dict[str, Any]) -> None:
    for name, member in members.items():
        setattr(cls, name, member)


def _that(cls: type) -> type:
    return cls


def _make_cached(function: Any, parameters: dict[str, Any]) -> Any:
    return functools.lru_cache(**parameters)(function)


def _make_cell() -> types.CellType:
    return types.CellType()


def _fill_cell(cell: types.CellType, contents: tuple[Any, ...]) -> None:
    if contents:
        cell.cell_contents = contents[0]


def _contents(cell: types.CellType) -> tuple[Any, ...]:
    try:
        return (cell.cell_contents,)
    except ValueError:
        return ()


def _is_atomic_class(cls: type) -> bool:
    return cls.__module__ != "__main__" or isinstance(cls, enum.EnumMeta) or hasattr(cls, "_fields")


def _is_of_notebook(function: types.FunctionType) -> bool:
    return function.__module__ == "__main__" and function.__globals__ is not globals()


class Writer(pickle.Pickler):
    """Pickles what notebooks define by definition, and marks what stays in the process."""

    def __init__(
        self, file: io.BytesIO, origins: dict[int, Any], newest: dict[int, type] | None = None
    ) -> None:
        super().__init__(file, 5)
        self.kept: list[Any] = []
        self.origins = origins
        self.classes: list[type] = []
        self.newest = newest or {}

    def persistent_id(self, obj: Any) -> Any:
        if isinstance(obj, (types.ModuleType, types.CodeType, types.BuiltinFunctionType)):
            return self._keep(obj)
        if isinstance(obj, dict) and obj.get("__name__") == "__main__" and "__builtins__" in obj:
            return ("globals",)
        if isinstance(obj, type) and _is_atomic_class(obj):
            return self._keep(obj)
        if isinstance(obj, (type, types.FunctionType)):
            origin = self.origins.get(id(obj))
            if origin is not None and origin[0] == "prologue":
                return ("prologue", origin[1])
        if isinstance(obj, types.FunctionType) and not _is_of_notebook(obj):
            return self._keep(obj)
        return None

    def _keep(self, obj: Any) -> tuple[str, int]:
        self.kept.append(obj)
        return ("kept", len(self.kept) - 1)

    def reducer_override(self, obj: Any) -> Any:
        if isinstance(obj, types.FunctionType):
            cells = obj.__closure__ or ()
            state = (
                obj.__defaults__,
                obj.__kwdefaults__,
                [_contents(cell) for cell in cells],
                obj.__dict__,
            )
            arguments = (obj.__code__, obj.__globals__, obj.__name__, len(cells))
            return (_make_function, arguments, state, None, None, _fill_function)
        if isinstance(obj, types.MethodType):
            return (types.MethodType, (obj.__func__, obj.__self__))
        if isinstance(obj, types.CellType):
            return (_make_cell, (), _contents(obj), None, None, _fill_cell)
        if isinstance(obj, type):
            hidden = ("__dict__", "__weakref__", "__doc__")
            version = version_of(obj)
            newest = self.newest.get(version[0], obj)
            if newest is not obj:
                return (_that, (newest,))
            self.classes.append(obj)
            members = {k: v for k, v in vars(obj).items() if k not in hidden}
            definition = (type(obj), obj.__name__, obj.__bases__, version)
            return (_make_class, definition, members, None, None, _fill_class)
        if isinstance(obj, functools._lru_cache_wrapper):
            return (_make_cached, (obj.__wrapped__, obj.cache_parameters()))
        if isinstance(obj, (staticmethod, classmethod)):
            return (type(obj), (obj.__func__,))
        if isinstance(obj, types.MappingProxyType):
            return (types.MappingProxyType, (dict(obj),))
        if isinstance(obj, property):
            return (property, (obj.fget, obj.fset, obj.fdel))
        return NotImplemented


class Reader(pickle.Unpickler):
    """Reads what a `Writer` wrote, into a namespace."""

    def __init__(self, file: io.BytesIO, kept: list[Any], globals_: Namespace) -> None:
        super().__init__(file)
        self.kept = kept
        self.globals = globals_

    def persistent_load(self, pid: Any) -> Any:
        if pid[0] == "kept":
            return self.kept[pid[1]]
        return self.globals if pid[0] == "globals" else self.globals[pid[1]]


def version_of(cls: type) -> Version:
    """The class's version now, at the end of the step that has it."""
    identity, history = versions.get(cls) or (id(cls), ())
    holds = repr(content(cls))
    if not history or history[-1] != holds:
        history = (*history, holds)
    versions[cls] = identity, history
    return identity, history


def newest_of(classes: list[type]) -> dict[int, type]:
    """Of each class that several steps have the one that was changed last."""
    found: dict[int, type] = {}
    for cls in classes:
        identity, history = version_of(cls)
        other = found.setdefault(identity, cls)
        theirs = version_of(other)[1]
        if history[: len(theirs)] == theirs:
            found[identity] = cls
        elif theirs[: len(history)] != history:
            raise Conflict(f"class {cls.__name__}")
    return found


def copy_into(values: Namespace, namespace: Namespace, origins: dict[int, Any]) -> None:
    """Binds copies of `values`, which keep what they share, in another namespace."""
    every = Writer(io.BytesIO(), origins)
    every.dump(values)
    file = io.BytesIO()
    writer = Writer(file, origins, newest_of(every.classes))
    writer.dump(values)
    file.seek(0)
    namespace.update(Reader(file, writer.kept, namespace).load())


# Comparing values


def content(value: Any, seen: tuple[int, ...] = ()) -> Any:
    """What a value holds, as something that can be compared; identity of parts aside."""
    if id(value) in seen:
        return ("cycle", seen.index(id(value)))
    seen = (*seen, id(value))
    if isinstance(value, (bool, int, float, str, bytes, type(None))):
        return (type(value).__name__, repr(value))
    if isinstance(value, dict):
        return ("dict", [(content(k, seen), content(v, seen)) for k, v in value.items()])
    if isinstance(value, (list, tuple)):
        return (type(value).__name__, [content(v, seen) for v in value])
    if isinstance(value, (set, frozenset)):
        return ("set", sorted(repr(content(v, seen)) for v in value))
    if isinstance(value, types.MethodType):
        return ("method", value.__func__.__name__, content(value.__self__, seen))
    if isinstance(value, types.FunctionType):
        cells = [[content(v, seen) for v in _contents(c)] for c in value.__closure__ or ()]
        return ("function", value.__name__, content(value.__defaults__, seen), cells)
    if isinstance(value, enum.Enum):
        return ("enum", str(value))
    if isinstance(value, type):
        names = [n for n in vars(value) if not n.startswith("__")]
        return ("class", value.__name__, [(n, content(vars(value)[n], seen)) for n in names])
    if isinstance(value, itertools.count):
        return ("count", repr(value))
    if isinstance(value, functools.partial):
        parts = [value.func, list(value.args), value.keywords]
        return ("partial", [content(part, seen) for part in parts])
    if hasattr(value, "__dict__") and type(value).__module__ in ("__main__", "types"):
        return ("instance", type(value).__name__, content(vars(value), seen))
    return ("other", type(value).__name__)


# Running


class Runner:
    """Runs cells in namespaces; with IPython where they need it."""

    def __init__(self, ipython: bool) -> None:
        self.shell: Any = None
        if ipython:
            from IPython.core.interactiveshell import InteractiveShell

            self.shell = InteractiveShell.instance()

    def namespace(self) -> Namespace:
        return {"__name__": "__main__", "__builtins__": builtins}

    def run(self, source: str, namespace: Namespace) -> None:
        if self.shell is None:
            exec(compile(source, "<cell>", "exec", dont_inherit=True), namespace)
            return
        module = types.ModuleType("__main__")
        self.shell.user_module = FakeModule(namespace, module)
        self.shell.user_ns = namespace
        result = self.shell.run_cell(source)
        result.raise_error()


class FakeModule:
    """A module whose variables are the given namespace, as IPython wants one."""

    def __init__(self, namespace: Namespace, module: types.ModuleType) -> None:
        self.__dict__ = namespace


def captured(text: io.StringIO) -> str:
    lines = text.getvalue().replace("\r\n", "\n").splitlines(keepends=True)
    timings = ("CPU times:", "Wall time:", "per loop")
    return "".join(line for line in lines if not any(each in line for each in timings))


def another(value: Any) -> Any:
    """A value of the same type."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, (int, float)):
        return value + 1
    if isinstance(value, str):
        return f"{value}x"
    if isinstance(value, list):
        return [*value, 1]
    if isinstance(value, dict):
        return {**value, "another": 1}
    return 1


class Case:
    """One notebook, run both ways."""

    def __init__(self, case: dict[str, Any]) -> None:
        self.pipeline = case["pipeline"]
        self.spare: dict[str, list[str]] = case.get("spare", {})
        self.only_inputs = bool(case.get("onlyInputs", False))
        self.runner = Runner(case.get("ipython", False))
        self.steps = list(self.pipeline["steps"])
        if self.pipeline["metricsStep"]:
            self.steps.append(self.pipeline["metricsStep"])
        self.index = {step["name"]: i for i, step in enumerate(self.steps)}
        self.ancestors: dict[str, set[str]] = {}
        for step in self.steps:
            direct = [after["step"] for after in step["after"]]
            self.ancestors[step["name"]] = set(direct).union(*(self.ancestors[d] for d in direct))

    def start(self, changed: str | None = None) -> Namespace:
        """What the prologue makes; `changed`: with another value of this parameter."""
        namespace = self.runner.namespace()
        for cell in self.pipeline["prologue"]:
            self.runner.run(self.source(cell, changed), namespace)
        return namespace

    def source(self, cell: dict[str, Any], changed: str | None) -> str:
        source = str(cell["source"])
        for parameter in self.pipeline["parameters"]:
            literal = parameter["literal"]
            if parameter["name"] == changed and literal["cell"] == cell["cell"]:
                other = repr(another(parameter["default"]))
                source = source[: literal["start"]] + other + source[literal["end"] :]
        return source

    def run_cells(self, step: dict[str, Any], namespace: Namespace) -> tuple[str, str | None]:
        """What a step prints, and the exception that ends it."""
        text = io.StringIO()
        error = None
        with contextlib.redirect_stdout(text), contextlib.redirect_stderr(io.StringIO()):
            try:
                for cell in step["code"]:
                    self.runner.run(cell["source"], namespace)
            except Exception as caught:
                error = type(caught).__name__
        return captured(text), error

    def above(self, step: dict[str, Any]) -> Namespace:
        """One namespace in which a step's ancestors have run."""
        with contextlib.redirect_stdout(io.StringIO()):
            namespace = self.start()
        for other in self.steps:
            if other["name"] in self.ancestors[step["name"]]:
                self.run_cells(other, namespace)
        return namespace

    def is_chain(self, step: dict[str, Any]) -> bool:
        """Whether of any two ancestors one comes before the other."""
        before: set[str] = set()
        for other in self.steps:
            if other["name"] not in self.ancestors[step["name"]]:
                continue
            if not before <= self.ancestors[other["name"]]:
                return False
            before.add(other["name"])
        return True

    def interferes(self, step: dict[str, Any], done: dict[str, Any]) -> bool:
        """Whether unordered ancestors see each other's changes when they share a namespace.

        What a step below should then get is not defined: each sees only its own ancestors.
        """
        if self.is_chain(step):
            return False
        with contextlib.redirect_stdout(io.StringIO()):
            namespace = self.start()
        for other in self.steps:
            if other["name"] not in self.ancestors[step["name"]]:
                continue
            printed, _ = self.run_cells(other, namespace)
            result = done[other["name"]]
            names = [name for name in other["leaves"] if name in result["namespace"]]
            if printed != result["printed"] or any(
                repr(content(namespace.get(name))) != repr(content(result["namespace"][name]))
                for name in names
            ):
                return True
        return False

    def as_pipeline(self, without: tuple[str, str] | None = None) -> dict[str, Any]:
        """Runs all steps; `without` leaves one input or import of one step out."""
        done: dict[str, Any] = {}
        for step in self.steps:
            done[step["name"]] = self.run_step(step, done, without)
        return done

    def run_step(
        self,
        step: dict[str, Any],
        done: dict[str, Any],
        without: tuple[str, str] | None = None,
        changed: str | None = None,
    ) -> dict[str, Any]:
        origins: dict[int, Any] = {}
        with contextlib.redirect_stdout(io.StringIO()):
            namespace = self.start(changed)
        prologue = dict(namespace)
        missing = without[1] if without and without[0] == step["name"] else None
        for imported in step["imports"]:
            if imported["name"] != missing:
                exec(imported["statement"], namespace)
        values: Namespace = {}
        try:
            for taken in step["inputs"]:
                if taken["name"] == missing:
                    continue
                provider = done[self.choose(taken, done)]
                origins.update(provider["origins"])
                if taken["name"] in provider["namespace"]:
                    values[taken["name"]] = provider["namespace"][taken["name"]]
            copy_into(values, namespace, origins)
        except (Conflict, pickle.PicklingError, TypeError) as refused:
            return {
                "printed": "",
                "error": f"{type(refused).__name__} {refused}",
                "namespace": {},
                "origins": {},
            }
        came = {name: repr(content(value)) for name, value in namespace.items()}
        printed, error = self.run_cells(step, namespace)
        own = {
            id(value): ("prologue", name)
            for name, value in prologue.items()
            if isinstance(value, (type, types.FunctionType)) and namespace.get(name) is value
        }
        return {
            "printed": printed,
            "error": error,
            "namespace": namespace,
            "origins": own,
            "came": came,
            "prologue": prologue,
        }

    def choose(self, taken: dict[str, Any], done: dict[str, Any]) -> str:
        """The step whose version of a name counts: of several the one that changed it."""
        name, candidates = taken["name"], taken["candidates"]
        if len(candidates) == 1:
            return str(candidates[0])
        changed = [each for each in candidates if self.has_changed(name, done[each])]
        if len(changed) > 1:
            raise Conflict(f"{name}: {', '.join(changed)}")
        return str(changed[0]) if changed else str(taken["from"])

    def has_changed(self, name: str, result: dict[str, Any]) -> bool:
        if name not in result["namespace"]:
            return False
        now = repr(content(result["namespace"][name]))
        return bool(now != result["came"].get(name))

    def check(self) -> dict[str, Any]:
        problems: list[str] = []
        done = self.as_pipeline()
        apart: set[str] = set()
        for step in self.steps:
            name, result = step["name"], done[step["name"]]
            if apart & self.ancestors[name] or self.interferes(step, done):
                apart.add(name)
                continue
            namespace = self.above(step)
            if "came" in result:
                problems += self.compare_inputs(step, namespace, result)
            printed, error = self.run_cells(step, namespace)
            found = self.compare(step, (printed, error), namespace, result)
            if error is not None or (found and self.only_inputs and not self.is_chain(step)):
                apart.add(name)
            if not found or not self.only_inputs or self.is_chain(step):
                problems += found
        return {
            "printed": {name: result["printed"] for name, result in done.items()},
            "error": {name: result["error"] for name, result in done.items()},
            "problems": problems + self.stale(done),
            "superfluous": self.superfluous(done),
        }

    def compare_inputs(
        self, step: dict[str, Any], namespace: Namespace, result: dict[str, Any]
    ) -> list[str]:
        """Where what a step takes is not what its ancestors leave in one namespace."""
        return [
            f"step {step['name']}: {name} comes in as {result['came'].get(name)}, "
            f"in the notebook it is {content(namespace[name])}"
            for name in (taken["name"] for taken in step["inputs"])
            if name in namespace and result["came"].get(name) != repr(content(namespace[name]))
        ]

    def compare(
        self,
        step: dict[str, Any],
        shown: tuple[str, str | None],
        namespace: Namespace,
        result: dict[str, Any],
    ) -> list[str]:
        """Where a step's output and what it leaves differ from the notebook's."""
        name = step["name"]
        if shown != (result["printed"], result["error"]):
            return [
                f"step {name}: the notebook gives {shown[0]!r} {shown[1]}, "
                f"the pipeline {result['printed']!r} {result['error']}"
            ]
        if shown[1] is not None:
            return []
        problems = []
        for each in sorted({taken["name"] for taken in step["inputs"]} | set(step["leaves"])):
            # What is bound on one path only, and nobody takes, need not be there.
            if each not in result["namespace"] and each not in step["outputs"]:
                continue
            if (each in namespace) != (each in result["namespace"]):
                problems.append(f"step {name}: {each} is there on one side only")
            elif each in namespace:
                ours, theirs = content(result["namespace"][each]), content(namespace[each])
                if repr(ours) != repr(theirs):
                    problems.append(f"step {name}: {each} is {ours}, in the notebook {theirs}")
        return problems

    def stale(self, done: dict[str, Any]) -> list[str]:
        """Parameters that a step uses though it is not said to."""
        found = []
        for step in self.steps:
            for name in (parameter["name"] for parameter in self.pipeline["parameters"]):
                if name in step["parameters"]:
                    continue
                ours = done[step["name"]]
                theirs = self.run_step(step, done, changed=name)
                if any(ours[kind] != theirs[kind] for kind in ("printed", "error")) or self.left(
                    step, ours
                ) != self.left(step, theirs):
                    found.append(f"step {step['name']} uses the parameter {name}")
        return found

    def left(self, step: dict[str, Any], result: dict[str, Any]) -> list[str]:
        """What others take from a step."""
        namespace = result["namespace"]
        return [repr(content(namespace.get(name))) for name in step["outputs"]]

    def superfluous(self, done: dict[str, Any]) -> list[str]:
        """Inputs and imports without which everything goes the same."""
        found = []
        for step in self.steps:
            for kind in ("inputs", "imports"):
                for taken in step[kind]:
                    name = taken["name"]
                    if name in self.spare.get(step["name"], []):
                        continue
                    if self.same(done, self.as_pipeline((step["name"], name))):
                        found.append(f"{step['name']}: {name}")
        return found

    def same(self, one: dict[str, Any], other: dict[str, Any]) -> bool:
        def shown(results: dict[str, Any]) -> list[Any]:
            return [(results[name]["printed"], results[name]["error"]) for name in self.index]

        return shown(one) == shown(other)


def main() -> None:
    cases = json.load(sys.stdin)
    json.dump([Case(case).check() for case in cases], sys.stdout)


if __name__ == "__main__":
    main()

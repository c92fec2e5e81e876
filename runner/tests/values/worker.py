"""One process of a round trip: ``worker.py write|read FAMILY STORE MANIFEST``. Prints JSON:
failures by case.

Each case has a namespace and a session of its own, in one process, so that the suite is quick.
"""

from __future__ import annotations

import json
import sys
import traceback
import types
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from chard_runner.values import GroupReference, ValueSession
from value_cases import CASES, Case
from value_compare import same


def main(mode: str, family: str, store: str, manifest: str) -> None:
    """Write the family's cases and note where they are, or read and check them."""
    failures: dict[str, str] = {}
    noted: dict[str, Any] = {} if mode == "write" else json.loads(Path(manifest).read_text())
    for case in CASES[family]:
        try:
            if mode == "write":
                noted[case.id] = write_case(case, store)
            elif case.id in noted:
                read_case(case, store, noted[case.id])
        except Exception:
            failures[case.id] = traceback.format_exc()
    if mode == "write":
        Path(manifest).write_text(json.dumps(noted))
    print(json.dumps(failures))


def write_case(case: Case, store: str) -> dict[str, Any]:
    """Run the writing step; give the groups with their names and the names' digests."""
    session = start(case, store)
    run(case.make, main_namespace())
    return written(session)


def read_case(case: Case, store: str, noted: dict[str, Any]) -> None:
    """Run the reading step and look whether nothing counts as changed that did not change."""
    # Another run of the writing step, to compare with; its digests must be the same.
    session = start(case, store)
    run(case.make, main_namespace())
    expected = main_namespace()["value"]
    if case.reproducible:
        assert written(session) == noted, "another run of the same code has other digests"

    session = start(case, store)
    references = [GroupReference(group, tuple(names)) for group, names in noted["groups"].items()]
    session.read(references, verify=True)
    namespace = main_namespace()
    again = session.write(noted["groups_of_value"])
    if case.stable:
        assert {value.name for value in again.values if not value.unchanged} == set()
    namespace.update(expected=expected, same=same, expected_after=1.0)
    run(case.check, namespace)
    for name in ("expected", "same", "expected_after"):
        del namespace[name]
    after = {value.name: value for value in session.write(["value"]).values}
    assert after["value"].digest, after["value"]


def start(case: Case, store: str) -> ValueSession:
    """A fresh ``__main__`` after its prologue."""
    module = types.ModuleType("__main__")
    sys.modules["__main__"] = module
    session = ValueSession(vars(module), store=store, scope="step")
    run(case.prologue, vars(module))
    session.prologue_done()
    return session


def written(session: ValueSession) -> dict[str, Any]:
    """Write ``value`` and note what came along."""
    names = [name for name in main_namespace() if not name.startswith("__")]
    passable = {
        value.name: value for value in session.write(["value"], names).values if value.group
    }
    if "value" not in passable:
        raise AssertionError(str(session.write(["value"]).refused[0]))
    groups: dict[str, list[str]] = {}
    for value in passable.values():
        groups.setdefault(str(value.group), []).append(value.name)
    return {
        "groups": groups,
        "groups_of_value": ["value"],
        "digests": {name: value.digest for name, value in passable.items()},
    }


def main_namespace() -> dict[str, Any]:
    """The notebook's names."""
    return vars(sys.modules["__main__"])


def run(source: str, namespace: dict[str, Any]) -> None:
    """Execute a cell."""
    exec(compile(source, "<cell>", "exec", dont_inherit=True), namespace)


if __name__ == "__main__":
    main(*sys.argv[1:])

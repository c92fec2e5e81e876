"""Names that share objects travel together; what did not change is passed on."""

# ruff: noqa: E501 (tables of code)
from __future__ import annotations

from pathlib import Path

import pytest
from stepping import Step, by_name


def groups_of(tmp_path: Path, code: str, names: str, prologue: str = "") -> set[frozenset[str]]:
    """The names by group, after one step."""
    step = Step(tmp_path, "one", prologue)
    step.run(code)
    found: dict[str, set[str]] = {}
    for value in step.write(names).values:
        assert value.group is not None, value.refusal
        found.setdefault(value.group, set()).add(value.name)
    return {frozenset(held) for held in found.values()}


@pytest.mark.parametrize(
    ("code", "together"),
    [
        ("a = [1]; b = {'a': a}", True),
        ("a = [1]; b = a", True),
        ("x = [1]; a = (x,); b = (x,)", True),
        ("a = 'text' * 100; b = [a, a]", False),
        ("a = (1, 2); b = [a]", False),
        ("import decimal; d = decimal.Decimal(1); a = [d]; b = [d]", False),
        ("import datetime; a = datetime.date(2024, 1, 1); b = {a: a}", False),
        ("def f(): pass\na = [f]; b = [f]", False),
        ("class C: kinds = []\na = C(); b = C()", False),
        ("class C: pass\na = C(); b = [a]", True),
        ("import enum\nclass E(enum.Enum): A = 1\na = E.A; b = [E.A]", False),
        ("import os; a = os; b = [os]", False),
        ("a = [1, 2]; b = [1, 2]", False),
        ("def make():\n n = 0\n def up():\n  nonlocal n; n += 1\n def get(): return n\n"
         " return up, get\na, b = make()", True),
        ("def make():\n log = []\n def add(x): log.append(x)\n return add, log\na, b = make()", True),
        ("import random; a = random.Random(); b = a.random", True),
        ("import logging; a = [logging.getLogger('x')]; b = [logging.getLogger('x')]", False),
        ("d = {'k': 1}; a = d; b = d.keys()", True),
    ],
)  # fmt: skip
def test_sharing(code: str, together: bool, tmp_path: Path) -> None:
    found = groups_of(tmp_path, code, "a b")
    assert found == ({frozenset("ab")} if together else {frozenset("a"), frozenset("b")})


@pytest.mark.parametrize(
    ("code", "together"),
    [
        ("a = np.arange(10); b = a[2:]", True),
        ("base = np.arange(10); a = base[:5]; b = base[5:]", False),
        ("base = np.arange(10); a = base[:6]; b = base[5:]", True),
        ("base = np.arange(20).reshape(4, 5); a = base[:, 0]; b = base[:, 1]", False),
        ("a = np.arange(10); b = a.copy()", False),
        ("a = np.arange(10); b = {'x': [a]}", True),
        ("a = np.float64(1); b = [a]", False),
        ("a = np.zeros(3); b = np.zeros(3)", False),
        ("a = np.zeros((2, 3)); b = a.T", True),
    ],
)
def test_sharing_of_memory(code: str, together: bool, tmp_path: Path) -> None:
    pytest.importorskip("numpy")
    found = groups_of(tmp_path, code, "a b", "import numpy as np")
    assert found == ({frozenset("ab")} if together else {frozenset("a"), frozenset("b")})


BEING_MADE = {
    "reduce": "class C:\n def __init__(self): self.held = b\n def __reduce__(self): return C, ()",
    "setstate": "class C:\n def __init__(self): self.held = b\n"
    " def __setstate__(self, state): self.held = b",
    "function": "def c(): return b\nclass C:\n def __init__(self): self.held = c()\n"
    " def __reduce__(self): return C, ()",
    "circle": "def c(): return b if a else None\nclass C:\n def __init__(self): self.held = b\n"
    " def __reduce__(self): return C, ()",
}


@pytest.mark.parametrize("definition", BEING_MADE.values(), ids=BEING_MADE)
def test_code_that_makes_a_value_finds_the_names_that_it_uses(
    definition: str, tmp_path: Path
) -> None:
    first = Step(tmp_path, "first")
    first.run(f"b = 7\n{definition}\na = C()")
    second = Step(tmp_path, "second")
    second.read(first.write("a C b c" if "def c" in definition else "a C b"))
    second.run("assert a.held == 7 and type(a) is C")


@pytest.mark.parametrize("names", ["a b both C", "both b C a"])
def test_code_that_makes_a_value_finds_names_that_share_with_it(names: str, tmp_path: Path) -> None:
    first = Step(tmp_path, "first")
    first.run(f"b = [7]\n{BEING_MADE['setstate']}\na = C(); both = [a, b]")
    left = first.write(names)
    assert len({by_name(left)[name].group for name in ("a", "b", "both")}) == 1
    second = Step(tmp_path, "second")
    second.read(left)
    second.run("assert a.held is b and both == [a, b]")
    assert all(value.unchanged for value in second.write(names).values)


def test_nothing_is_bound_where_a_later_value_cannot_be_made(tmp_path: Path) -> None:
    first = Step(tmp_path, "first")
    first.run(
        "import sys\na = 1\nclass C:\n def __reduce__(self): return sys.exit, ('no',)\nb = C()"
    )
    second = Step(tmp_path, "second")
    left = first.write("a b")
    with pytest.raises(BaseException, match="no"):
        second.read(left)
    assert "a" not in second.names


def test_frames_that_copy_on_write_travel_alone(tmp_path: Path) -> None:
    pandas = pytest.importorskip("pandas", minversion="3")
    code = "df = pd.DataFrame({'a': range(5), 'b': 1.5}); s = df['a']; i = df.index"
    assert len(groups_of(tmp_path, code, "df s i", "import pandas as pd")) == 3
    assert pandas


def test_identity_holds_along_a_chain(tmp_path: Path) -> None:
    first = Step(tmp_path, "first")
    first.run("a = [1]; b = {'a': a, 'n': 0}")
    left = first.write("a b")

    second = Step(tmp_path, "second")
    second.read(left)
    second.run("b['n'] = 1")
    # Only b may have changed, as far as the code tells; a comes along because b holds it.
    changed = second.write("b")
    values = by_name(changed)
    assert set(values) == {"a", "b"} and "a" in changed.companions
    assert not values["a"].unchanged and values["a"].group == values["b"].group
    assert values["a"].digest == by_name(left)["a"].digest

    third = Step(tmp_path, "third")
    third.read(changed)
    third.run("a.append(2); assert b == {'a': [1, 2], 'n': 1}")


def test_a_new_bond_between_values_of_two_steps(tmp_path: Path) -> None:
    first = Step(tmp_path, "first")
    first.run("a = {'inner': []}; c = [0]")
    left = first.write("a c")
    assert by_name(left)["a"].group != by_name(left)["c"].group

    second = Step(tmp_path, "second")
    second.read(left)
    second.run("c.append(a['inner'])")
    bonded = second.write("c")

    third = Step(tmp_path, "third")
    third.read(bonded)
    third.run("c[1].append('seen'); assert a == {'inner': ['seen']}")


@pytest.mark.parametrize(
    ("code", "unchanged"),
    [
        ("list(reversed(a)); len(b['x']); str(a)", True),
        ("a = list(a)", False),
        ("a[0] = 3", False),
        ("a[0] = 1", True),
        ("a.append(1); a.pop()", True),
        ("b['x'] = [1, 'two']", False),
        ("b['y'] = b.pop('y')", True),
        ("b['x'] = b.pop('x')", False),
    ],
)
def test_comparing_contents(code: str, unchanged: bool, tmp_path: Path) -> None:
    first = Step(tmp_path, "first")
    first.run("a = [1, 'two']; b = {'x': a, 'y': 3.5}")
    left = first.write("a b")
    second = Step(tmp_path, "second")
    second.read(left)
    second.run(code)
    after = by_name(second.write("a b"))
    assert {value.unchanged for value in after.values()} == {unchanged}
    if unchanged:
        assert {n: v.digest for n, v in after.items()} == {
            n: v.digest for n, v in by_name(left).items()
        }


def test_lost_sharing_is_a_change(tmp_path: Path) -> None:
    first = Step(tmp_path, "first")
    first.run("x, y = [1], [2]; a = [x, y]; b = [x, y]")
    left = first.write("a b")
    second = Step(tmp_path, "second")
    second.read(left)
    second.run("b[1] = list(b[1])")
    assert not by_name(second.write("a b"))["b"].unchanged


def test_a_large_array_is_compared_by_its_pages(tmp_path: Path) -> None:
    pytest.importorskip("numpy")
    first = Step(tmp_path, "first", "import numpy as np")
    first.run("a = np.zeros(1_000_000)")
    left = first.write("a")
    reader = Step(tmp_path, "reader", "import numpy as np")
    reader.read(left)
    reader.run("a.sum(); a[7] = 0.0")
    # A write of the same bytes makes the page dirty; the digest then tells.
    assert by_name(reader.write("a"))["a"].unchanged
    reader.run("a[999_999] = 1")
    changed = by_name(reader.write("a"))["a"]
    assert not changed.unchanged and changed.digest != by_name(left)["a"].digest
    again = Step(tmp_path, "again", "import numpy as np")
    again.read(left)
    again.run("assert a.sum() == 0")


def test_names_that_are_not_tracked_count_as_changed(tmp_path: Path) -> None:
    first = Step(tmp_path, "first")
    first.run("a = [1]")
    left = first.write("a")
    second = Step(tmp_path, "second")
    second.read(left, track=[])
    assert not by_name(second.write("a"))["a"].unchanged


def test_only_the_listed_names_of_a_group_are_bound(tmp_path: Path) -> None:
    first = Step(tmp_path, "first")
    first.run("a = [1]; b = [a]")
    left = first.write("a b")
    second = Step(tmp_path, "second")
    assert second.read(left, names="b").bound == ("b",)
    assert "a" not in second.names
    assert by_name(second.write("b"))["b"].unchanged


CLASS = "class C:\n    limit = 1\n    def get(self): return self.limit\n"


def test_a_class_arrives_once_through_two_branches(tmp_path: Path) -> None:
    root = Step(tmp_path, "root")
    root.run(CLASS + "c = C()")
    left = root.write("C c")
    branches = []
    for scope, code in (("one", "x = C()"), ("two", "y = C(); C.limit = 5")):
        branch = Step(tmp_path, scope)
        branch.read(left)
        branch.run(code)
        branches.append(branch.write("x" if scope == "one" else "y C"))
    for order in (branches, branches[::-1]):
        join = Step(tmp_path, "join")
        join.read(*order)
        join.run("assert type(x) is type(y) is C and x.get() == 5 and C.limit == 5")


def test_a_class_changed_in_two_branches_is_a_conflict(tmp_path: Path) -> None:
    root = Step(tmp_path, "root")
    root.run(CLASS + "c = C()")
    left = root.write("C c")
    branches = []
    for scope in ("one", "two"):
        branch = Step(tmp_path, scope)
        branch.read(left)
        branch.run(f"{scope} = C(); C.limit = {scope!r}")
        branches.append(branch.write(scope))
    join = Step(tmp_path, "join")
    with pytest.raises(Exception, match="C was changed by two steps") as raised:
        join.read(*branches)
    assert raised.value.code == "conflict"  # type: ignore[attr-defined]


def test_equal_classes_of_two_steps_are_two(tmp_path: Path) -> None:
    branches = []
    for scope in ("one", "two"):
        branch = Step(tmp_path, scope)
        branch.run(f"{CLASS}{scope} = C()")
        branches.append(branch.write(scope))
    join = Step(tmp_path, "join")
    join.read(*branches)
    join.run("assert type(one) is not type(two) and one.get() == two.get() == 1")


def test_a_function_arrives_once_and_sees_the_names_of_its_step(tmp_path: Path) -> None:
    root = Step(tmp_path, "root")
    root.run("k = 1\ndef f(): return k\nx = [f]; y = {'f': f}")
    left = root.write("f x y")
    assert set(by_name(left)["x"].globals) == {"k"} and "k" in left.companions
    step = Step(tmp_path, "step")
    step.run("k = 10")
    step.read(left, names="f x y")
    step.run("assert x[0] is f is y['f'] and f() == 10; k = 11; assert f() == 11")


def test_missing_globals_are_told(tmp_path: Path) -> None:
    root = Step(tmp_path, "root")
    root.run("k = 1\ndef f(): return k")
    left = root.write("f")
    assert Step(tmp_path, "step").read(left, names="f").missing == {"k"}


def test_a_prologue_class_changed_by_a_step_flows_on(tmp_path: Path) -> None:
    prologue = CLASS + "def helper(): return C.limit\n"
    one = Step(tmp_path, "one", prologue)
    one.run("C.limit = 7; c = C()")
    left = one.write("C c")
    two = Step(tmp_path, "two", prologue)
    two.read(left)
    two.run("assert type(c) is C and c.get() == 7 and helper() == 7")
    assert by_name(two.write("C"))["C"].unchanged
    two.run("C.limit = 8")
    left = two.write("C")
    three = Step(tmp_path, "three", prologue)
    three.read(left)
    three.run("assert helper() == 8")


def test_another_run_has_the_same_digests(tmp_path: Path) -> None:
    code = CLASS + "def f(x=[1]): return g(x)\ndef g(x): return x\nc = [C(), f, lambda: c]"
    seen = set()
    for _ in range(2):
        step = Step(tmp_path, "one")
        step.run(code)
        seen.add(tuple((v.name, v.digest, v.group) for v in step.write("c C f").values))
    assert len(seen) == 1

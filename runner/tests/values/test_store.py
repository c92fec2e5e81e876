"""Files of values: limits, full disks, damage, what is refused and how it is said."""

# ruff: noqa: E501 (tables of code)
from __future__ import annotations

import errno
import importlib.util
import os
import pickle
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from chard_runner.values import GroupReference, ValueReadError, export_pickle
from chard_runner.values.container import StoreError
from chard_runner.values.describe import describe, describe_type
from stepping import Step, by_name

_HAS_CLOUDPICKLE = importlib.util.find_spec("cloudpickle") is not None


def stored(tmp_path: Path, code: str, names: str = "value") -> tuple[Step, Path]:
    """A step that left ``value``, and the value's file."""
    step = Step(tmp_path, "one")
    step.run(code)
    value = step.write(names).values[0]
    assert value.group is not None, value.refusal
    return step, tmp_path / value.group


@pytest.mark.parametrize("code", ["value = [1, 2]", "value = bytearray(3_000_000)"])
@pytest.mark.parametrize(
    "damage",
    [
        lambda content: content[:-1],
        lambda content: content[:40],
        lambda content: b"",
        lambda content: content + b"x",
        lambda content: b"NOTCHARD" + content[8:],
        lambda content: content[:-5] + bytes([content[-5] ^ 1]) + content[-4:],
        lambda content: content[:66] + bytes([content[66] ^ 1]) + content[67:],
    ],
)
def test_damage_is_found(code: str, damage: object, tmp_path: Path) -> None:
    _, path = stored(tmp_path, code)
    path.write_bytes(damage(path.read_bytes()))  # type: ignore[operator]
    with pytest.raises(ValueReadError) as raised:
        Step(tmp_path, "two").session.read([GroupReference(path.name, ("value",))])
    assert raised.value.code == "damaged" and str(path) in str(raised.value)


def test_damage_in_a_large_array_is_found_when_asked(tmp_path: Path) -> None:
    pytest.importorskip("numpy")
    _, path = stored(tmp_path, "import numpy; value = numpy.zeros(1_000_000)")
    content = bytearray(path.read_bytes())
    content[4_000_000] ^= 1
    path.write_bytes(content)
    reference = GroupReference(path.name, ("value",))
    Step(tmp_path, "two").session.read([reference])
    with pytest.raises(ValueReadError, match="digest"):
        Step(tmp_path, "two").session.read([reference], verify=True)


def test_another_format_and_another_name(tmp_path: Path) -> None:
    _, path = stored(tmp_path, "value = 1")
    content = path.read_bytes()
    path.write_bytes(content[:8] + b"\x09" + content[9:])
    with pytest.raises(ValueReadError, match="format 9") as raised:
        Step(tmp_path, "two").session.read([GroupReference(path.name, ("value",))])
    assert raised.value.code == "version"
    path.write_bytes(content)
    for reference in (GroupReference("0" * 64, ("value",)), GroupReference(path.name, ("other",))):
        with pytest.raises(ValueReadError) as raised:
            Step(tmp_path, "two").session.read([reference])
        assert raised.value.code == "missing"


def test_nothing_is_bound_where_one_group_is_damaged(tmp_path: Path) -> None:
    step = Step(tmp_path, "one")
    step.run("a, b = [1], [2]")
    left = step.write("a b")
    (tmp_path / str(by_name(left)["b"].group)).write_bytes(b"")
    two = Step(tmp_path, "two")
    with pytest.raises(ValueReadError):
        two.read(left)
    assert "a" not in two.names


@pytest.mark.parametrize(
    ("number", "code", "advice"),
    [
        (errno.ENOSPC, "disk-full", "Make room there."),
        (errno.EIO, "write-failed", "See to that folder."),
    ],
)
def test_a_failed_write_is_said_and_leaves_nothing(
    number: int, code: str, advice: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    step = Step(tmp_path, "one")
    step.run("value = bytes(100); other = 3")
    left = os.pwrite

    def fail(handle: int, data: bytes, position: int) -> int:
        if position > 0:
            raise OSError(number, os.strerror(number))
        return left(handle, data, position)

    monkeypatch.setattr(os, "pwrite", fail)
    result = step.write("value", "other")
    assert [refusal.code for refusal in result.refused] == [code]
    # How to go on then is for whoever shows it: a run is retried, an experiment resumed.
    assert str(result.refused[0]).endswith(advice)
    assert by_name(result)["other"].refusal is not None
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("number", [errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL])
def test_a_disk_that_cannot_reserve_room_is_written_all_the_same(
    number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "posix_fallocate", refuse, raising=False)
    step, _ = stored(tmp_path, "value = bytearray(17 << 20)")
    two = Step(tmp_path, "two")
    two.read(step.write("value"), verify=True)
    assert two.names["value"] == bytearray(17 << 20)


def test_a_disk_without_the_room_is_full_before_anything_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "posix_fallocate", refuse, raising=False)
    step = Step(tmp_path, "one")
    step.run("value = bytearray(17 << 20)")
    assert [refusal.code for refusal in step.write("value").refused] == ["disk-full"]
    assert list(tmp_path.iterdir()) == []


def test_a_value_that_is_nested_too_deep_is_named_in_few_words(tmp_path: Path) -> None:
    step = Step(tmp_path, "one")
    step.run("value = []\nfor _ in range(20_000): value = [value]")
    (refusal,) = step.write("value").refused
    assert refusal.path.startswith("value[0][0]")
    assert len(str(refusal)) < 1000


def test_a_real_full_disk(tmp_path: Path) -> None:
    code = """
import resource, signal, sys
sys.path[:0] = sys.argv[2:]
from pathlib import Path
from stepping import Step
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20))
step = Step(Path(sys.argv[1]), "one")
step.run("value = bytearray(8 << 20); small = 1")
result = step.write("value small")
print([(r.name, r.code) for r in result.refused])
"""
    here = Path(__file__).parent
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path), str(here), str(here.parents[1])],
        capture_output=True,
        text=True,
    )
    assert done.stdout.strip() == "[('value', 'write-failed')]", done.stderr
    assert len(list(tmp_path.iterdir())) == 1


def test_a_store_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    step = Step(tmp_path / "file" / "store", "one")
    step.run("value = 1")
    assert step.write("value").refused[0].code == "write-failed"
    assert issubclass(StoreError, Exception)


def test_best_effort_stops_at_its_limit(tmp_path: Path) -> None:
    step = Step(tmp_path, "one")
    step.run(
        "a = bytearray(50_000); b = [b'x' * 40_000]; c = bytearray(60_000); d = 1; e = ['y'] * 9"
    )
    result = step.write("a", "b c d e", keep_bytes=50_000)
    codes = {value.name: value.refusal.code if value.refusal else None for value in result.values}
    assert codes == {"a": None, "b": None, "c": "too-large", "d": None, "e": None}
    assert result.refused == ()
    assert by_name(result)["c"].type == "bytearray"


def test_a_huge_best_effort_value_is_not_written(tmp_path: Path) -> None:
    numpy = pytest.importorskip("numpy")
    step = Step(tmp_path, "one")
    step.names["value"] = numpy.zeros(10_000_000)
    result = step.write("", "value", keep_bytes=1_000_000)
    assert by_name(result)["value"].refusal is not None and not list(tmp_path.iterdir())


def test_the_same_content_is_stored_once(tmp_path: Path) -> None:
    step, path = stored(tmp_path, "value = [1]")
    before = path.stat().st_ino
    step.write("value", durable=False)
    assert [file.name for file in tmp_path.iterdir()] == [path.name]
    assert path.stat().st_ino == before


REFUSED = {
    "generator": ("value = (x for x in [1])", "value", "list("),
    "file": ("import os; value = {'log': [open(os.devnull)]}", "value['log'][0]", "path"),
    "lock": (
        "import threading\nclass M: pass\nvalue = M(); value.hooks = [1, threading.Lock()]",
        "value.hooks[1]",
        "__getstate__",
    ),
    "rlock": ("import threading; value = threading.RLock()", "value", "step that uses it"),
    "thread": ("import threading; value = [threading.Thread()]", "value[0]", "step"),
    "event": ("import threading; value = (threading.Event(),)", "value[0]", "step"),
    "socket": ("import socket; value = socket.socket()", "value", "step that uses it"),
    "sqlite": ("import sqlite3; value = sqlite3.connect(':memory:')", "value", "connect"),
    "context-variable": (
        "import contextvars; value = contextvars.ContextVar('user')",
        "value",
        "functions cell",
    ),
    "memoryview": ("value = memoryview(b'abc')", "value", "bytes("),
    "coroutine": ("async def f(): pass\nvalue = f()", "value", "Await"),
    "async-generator": ("async def f(): yield 1\nvalue = f()", "value", "step that uses it"),
    "module": (
        "import types; value = {'m': types.ModuleType('made')}",
        "value['m']",
        "file next to",
    ),
    "weakref": (
        "import weakref\nclass A: pass\na = A(); value = weakref.ref(a)",
        "value",
        "refers to",
    ),
    "frame": ("import sys; value = sys._getframe()", "value", "format_exc"),
    "closure": (
        "import threading\ndef make():\n lock = threading.Lock()\n return lambda: lock\nvalue = make()",
        "value's variable lock",
        "step",
    ),
    "class-attribute": (
        "import threading\nclass A:\n lock = threading.Lock()\nvalue = A",
        "value.lock",
        "step",
    ),
    "slot": (
        "class A:\n __slots__ = ['g']\nvalue = A(); value.g = (x for x in [])",
        "value.g",
        "list(",
    ),
    "own-error": (
        "class A:\n def __reduce__(self): raise RuntimeError('not me')\nvalue = [0, A()]",
        "value[1]",
        "__reduce__",
    ),
    "deep": (
        "value = []\nfor _ in range(100_000): value = [value]",
        "value",
        "flatter",
    ),
}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("case", REFUSED)
def test_refusals_say_where_why_and_what_to_do(case: str, tmp_path: Path) -> None:
    code, path, advice = REFUSED[case]
    step = Step(tmp_path, "one")
    step.run(code)
    step.run("fine = [1]")
    result = step.write("value fine")
    (refusal,) = result.refused
    assert refusal.name == "value" and refusal.code == "unpicklable"
    assert refusal.path.startswith(path)
    assert advice in refusal.advice and refusal.reason and refusal.type
    assert by_name(result)["fine"].group is not None
    step.names.clear()


def test_an_undefined_name_is_a_refusal(tmp_path: Path) -> None:
    (refusal,) = Step(tmp_path, "one").write("gone").refused
    assert refusal.code == "undefined" and "gone" in str(refusal)


def test_reserved_names_are_stored_and_not_bound(tmp_path: Path) -> None:
    one = Step(tmp_path, "one")
    left = one.write("", reserved={"@random": (3, (1, 2))})
    two = Step(tmp_path, "two")
    result = two.read(left)
    assert result.reserved == {"@random": (3, (1, 2))} and result.bound == ()
    assert "@random" not in two.names


def test_no_thread_is_left(tmp_path: Path) -> None:
    before = threading.active_count()
    stored(tmp_path, "value = bytearray(40_000_000)")
    assert threading.active_count() == before


def test_a_plain_pickle(tmp_path: Path) -> None:
    _, path = stored(tmp_path, "value = {'a': [1, 2]}; other = 1")
    export_pickle(tmp_path, path.name, "value", tmp_path / "out", {})
    assert pickle.loads((tmp_path / "out").read_bytes()) == {"a": [1, 2]}


@pytest.mark.skipif(not _HAS_CLOUDPICKLE, reason="cloudpickle is not installed")
def test_an_exported_class_needs_only_cloudpickle(tmp_path: Path) -> None:
    _, path = stored(tmp_path, "class A:\n def f(self): return 4\nvalue = A()")
    export_pickle(tmp_path, path.name, "value", tmp_path / "out", {"__name__": "__main__"})
    code = f"import pickle; print(pickle.load(open({str(tmp_path / 'out')!r}, 'rb')).f())"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd="/")
    assert done.stdout.strip() == "4", done.stderr


@pytest.mark.parametrize(
    "code",
    [
        "class A:\n def __repr__(self): raise ValueError\nvalue = A()",
        "class A:\n def __repr__(self):\n  while True: pass\nvalue = A()",
        "class A:\n def __repr__(self):\n  while True:\n   try: x = 1\n   except Exception: pass\nvalue = A()",
        "class A:\n def __repr__(self): return 3\nvalue = [A()]",
        "class A:\n def __repr__(self): return 'x' * 10**6\nvalue = {1: A()}",
        "value = 'x' * 10**6",
        "value = [list(range(1000))] * 1000",
        "value = []\nvalue.append(value)",
        "value = 10 ** 100_000",
    ],
)
def test_texts_are_bounded(code: str, tmp_path: Path) -> None:
    names: dict[str, object] = {"__name__": "__main__"}
    exec(code, names)
    assert 0 < len(describe(names["value"])) <= 400


def test_types_are_named_as_people_know_them() -> None:
    pandas = pytest.importorskip("pandas")
    assert describe_type(pandas.DataFrame()) == "pandas.DataFrame"
    assert describe_type(3) == "int"
    assert describe_type(Path()) == "pathlib.PosixPath"

"""A step behind an overlay: what it sees, what it leaves, what it cannot reach."""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from chard_runner import overlay
from engine import PYTHON, Engine, step_spec


@pytest.fixture
def places(tmp_path: Path) -> dict[str, Path]:
    tried = subprocess.run(
        [PYTHON, "-I", "-S", overlay.__file__, str(tmp_path)], capture_output=True, text=True
    )
    if tried.returncode != 0:
        pytest.skip(f"no overlay here: {tried.stdout or tried.stderr}")
    folders = {name: tmp_path / name for name in ("seen", "lower", "above", "upper", "work")}
    for folder in folders.values():
        folder.mkdir()
    return folders


def spec(places: dict[str, Path], *cells: str, **fields: Any) -> dict[str, Any]:
    view = {
        "folder": str(places["seen"]),
        "home": str(places["lower"].parent),
        "layers": ["above", "lower"],
        "upper": "upper",
        "work": "work",
        "shared": [],
        "absent": [],
        "protected": [],
        **fields,
    }
    return step_spec(places["seen"], *cells, overlays=[view])


def run(steps: Engine, order: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    connection = steps.start(order)
    finished = connection.finished()
    assert finished["error"] is None, finished["error"]
    return connection.text(), finished


def test_layers_are_seen_in_the_place_of_the_folder(steps: Engine, places: dict[str, Path]) -> None:
    (places["seen"] / "live").write_text("not seen")
    (places["lower"] / "data").write_text("below")
    (places["above"] / "data").write_text("above")
    text, _ = run(steps, spec(places, "import os; print(os.getcwd(), os.listdir('.'))"))
    assert text == f"{places['seen']} ['data']\n"
    text, _ = run(steps, spec(fresh(places), "print(open('data').read())"))
    assert text == "above\n"


def fresh(places: dict[str, Path]) -> dict[str, Path]:
    """For another step: an overlay's upper layer is one step's."""
    for name in ("upper", "work"):
        places[name].rename(places[name].with_name(f"used-{name}"))
        places[name].mkdir()
    return places


def test_what_is_written_is_in_the_upper_layer_alone(
    steps: Engine, places: dict[str, Path]
) -> None:
    (places["lower"] / "data").write_text("below")
    (places["lower"] / "gone").write_text("below")
    code = (
        "open('data', 'a').write('!'); open('new', 'w').write('new'); import os; os.remove('gone')"
    )
    _, finished = run(steps, spec(places, code))
    assert (places["upper"] / "data").read_text() == "below!"
    assert (places["upper"] / "new").read_text() == "new"
    assert (places["upper"] / "gone").is_char_device()
    assert (places["lower"] / "data").read_text() == "below"
    assert (places["lower"] / "gone").exists()
    assert list(places["seen"].iterdir()) == []
    assert finished["files"]["opaque"] == []
    assert str(places["seen"] / "new") in finished["files"]["written"]


def test_a_folder_that_was_made_anew_is_told(steps: Engine, places: dict[str, Path]) -> None:
    (places["lower"] / "deep" / "er").mkdir(parents=True)
    (places["lower"] / "deep" / "er" / "data").write_text("below")
    code = "import shutil, os; shutil.rmtree('deep/er'); os.mkdir('deep/er')"
    _, finished = run(steps, spec(places, code))
    assert finished["files"]["opaque"] == [str(places["seen"] / "deep" / "er")]


def test_what_is_shared_is_the_folders_own(steps: Engine, places: dict[str, Path]) -> None:
    (places["seen"] / "cache").mkdir()
    (places["lower"] / "cache").mkdir()
    run(steps, spec(places, "open('cache/x', 'w').write('x')", shared=["cache"]))
    assert (places["seen"] / "cache" / "x").read_text() == "x"
    assert not (places["upper"] / "cache").exists()


def test_what_is_absent_or_protected(steps: Engine, places: dict[str, Path]) -> None:
    (places["above"] / "old").write_text("removed by a step above")
    code = f"""
import os
print(os.path.exists('old'))
try:
    open({str(places["lower"] / "x")!r}, 'w')
except OSError as error:
    print(error.strerror)
"""
    text, _ = run(steps, spec(places, code, absent=["old"], protected=[str(places["lower"])]))
    assert text == "False\nRead-only file system\n"


def test_what_is_absent_is_never_looked_for_behind_a_link_or_in_what_is_shared(
    steps: Engine, places: dict[str, Path]
) -> None:
    outside = places["seen"].parent / "outside"
    outside.mkdir()
    (outside / "file").write_text("kept")
    (places["lower"] / "link").symlink_to(outside)
    for folder in (places["seen"], places["lower"]):
        (folder / "shared").mkdir()
    (places["seen"] / "shared" / "file").write_text("kept")
    order = spec(
        places,
        "print(open('shared/file').read())",
        shared=["shared"],
        absent=["link/file", "shared/file"],
    )
    text, _ = run(steps, order)
    assert text == "kept\n"
    assert (outside / "file").read_text() == "kept"
    assert (places["seen"] / "shared" / "file").read_text() == "kept"


def attempt(path: Path) -> str:
    """Code that reads a file and tries to write it."""
    return f"""
print(open({str(path)!r}).read())
try:
    open({str(path)!r}, 'a').write('!')
except OSError as error:
    print(error.strerror)
"""


def test_a_mount_shows_another_folder_and_takes_nothing(
    steps: Engine, places: dict[str, Path]
) -> None:
    volume = places["seen"].parent / "volume"
    volume.mkdir()
    (volume / "data").write_text("now")
    (places["above"] / "data").write_text("then")
    mounts = [
        {"folder": str(volume), "source": str(places["above"])},
        {"folder": str(places["above"]), "source": None},
    ]
    code = attempt(volume / "data") + attempt(places["above"] / "data")
    text, _ = run(steps, {**spec(places, code), "mounts": mounts})
    assert text == "then\nRead-only file system\n" * 2
    assert (volume / "data").read_text() == "now"


def test_a_mount_without_an_overlay(steps: Engine, places: dict[str, Path]) -> None:
    (places["lower"] / "data").write_text("now")
    order = step_spec(places["seen"], attempt(places["lower"] / "data"))
    order["mounts"] = [{"folder": str(places["lower"]), "source": None}]
    text, _ = run(steps, order)
    assert text == "now\nRead-only file system\n"


def test_a_volume_has_an_overlay_of_its_own(steps: Engine, places: dict[str, Path]) -> None:
    beside = places["seen"].parent
    for name in ("volume", "then", "volume-upper", "volume-work"):
        (beside / name).mkdir()
    (beside / "then" / "deep").mkdir()
    (beside / "then" / "data").write_text("then")
    (beside / "volume" / "data").write_text("now")
    code = f"""
import os
os.chdir({str(beside / "volume")!r})
open('data', 'a').write('!')
os.rmdir('deep')
os.mkdir('deep')
print(open('data').read())
open({str(places["seen"] / "new")!r}, 'w').write('x')
"""
    order = spec(places, code)
    [own] = order["overlays"]
    volume = {
        **own,
        "folder": str(beside / "volume"),
        "layers": ["then"],
        "upper": "volume-upper",
        "work": "volume-work",
    }
    text, finished = run(steps, {**order, "overlays": [own, volume]})
    assert text == "then!\n"
    assert finished["files"]["opaque"] == [str(beside / "volume" / "deep")]
    assert (beside / "volume-upper" / "data").read_text() == "then!"
    assert (places["upper"] / "new").read_text() == "x"
    assert (beside / "volume" / "data").read_text() == "now"
    assert (beside / "then" / "data").read_text() == "then"


def test_an_overlay_that_cannot_be_is_a_failure_with_its_reason(
    steps: Engine, places: dict[str, Path]
) -> None:
    finished = steps.start(spec(places, "print(1)", layers=["nothing"])).finished()
    assert finished["error"]["code"] == "workspace"
    assert "cannot be mounted" in finished["error"]["message"]


def test_as_a_user_without_rights(tmp_path: Path) -> None:
    """Behind a user namespace: what is asked of the kernel is another thing than for root."""
    if os.geteuid() != 0:
        pytest.skip("the other tests are run without rights already")
    for parent in (tmp_path, *tmp_path.parents[:-1]):
        parent.chmod(parent.stat().st_mode | 0o011)
    tmp_path.chmod(0o777)
    said = tmp_path / "said"
    child = os.fork()
    if child == 0:
        code = 1
        try:
            os.setgroups([])
            os.setgid(65534)
            os.setuid(65534)
            # Whoever changes its user is hidden from itself in /proc (PR_SET_DUMPABLE is 4).
            ctypes.CDLL(None).prctl(4, 1, 0, 0, 0)
            with said.open("w") as sys.stdout:
                overlay.try_out(str(tmp_path))
            code = 0
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    if "no namespace of its own" in said.read_text():
        pytest.skip("the system lets no user make a namespace")
    assert status == 0, said.read_text()

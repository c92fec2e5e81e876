"""Extended attributes: what is asked for, where, and what is left alone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from chard_runner import attributes

SCRIPT = Path(attributes.__file__)


def has_attributes(folder: Path) -> bool:
    try:
        os.setxattr(folder, "user.try", b"x")
    except (AttributeError, OSError):
        return False
    os.removexattr(folder, "user.try")
    return True


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    if not has_attributes(tmp_path):
        pytest.skip("no extended attributes here")
    return tmp_path


def ask(*requests: dict[str, Any]) -> list[dict[str, Any]]:
    lines = "".join(json.dumps(request) + "\n" for request in requests)
    command = [sys.executable, "-I", "-S", "-X", "utf8", SCRIPT]
    done = subprocess.run(command, input=lines.encode(), capture_output=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_names_in_any_encoding_are_found_wherever_they_are(folder: Path) -> None:
    deep = folder / "a" / "b"
    deep.mkdir(parents=True)
    odd = deep / os.fsdecode(b"x\xff")
    for file in (odd, deep / "y"):
        file.touch()
    os.setxattr(odd, "user.ä", b"\0\xff")
    os.setxattr(folder / "a", "user.note", b"")
    paths = ["a", "a/b", "a/b/gone", "a/b/x\udcff", "a/b/y", "a", "gone/z"]
    [answer] = ask({"list": {"root": str(folder), "paths": paths}})
    assert answer == {
        "found": [[0, {"user.note": ""}], [3, {"user.ä": "AP8="}], [5, {"user.note": ""}]],
        "failed": [],
    }


def test_links_are_never_followed(folder: Path) -> None:
    outside, root = folder / "outside", folder / "root"
    outside.mkdir()
    root.mkdir()
    (outside / "file").touch()
    os.setxattr(outside / "file", "user.secret", b"s")
    (root / "link").symlink_to("../outside/file")
    (root / "way").symlink_to("../outside")
    [answer] = ask({"list": {"root": str(root), "paths": ["link", "way", "way/file"]}})
    assert answer == {"found": [], "failed": []}


def test_a_path_longer_than_the_system_takes(folder: Path) -> None:
    name = "n" * 200
    here = os.open(folder, os.O_RDONLY)
    try:
        for _ in range(30):
            os.mkdir(name, dir_fd=here)
            below = os.open(name, os.O_RDONLY, dir_fd=here)
            os.close(here)
            here = below
        os.setxattr(here, "user.deep", b"d")
    finally:
        os.close(here)
    path = "/".join([name] * 30)
    [answer] = ask({"list": {"root": str(folder), "paths": [path]}})
    assert answer["found"] == [[0, {"user.deep": "ZA=="}]]


def test_only_what_is_a_persons_own_is_put(folder: Path) -> None:
    file = folder / "file"
    file.touch(0o400)
    wanted = {"user.note": "eA==", "trusted.x": "eA==", "user.overlay.opaque": "eQ=="}
    with file.open() as opened:
        path = f"/proc/{os.getpid()}/fd/{opened.fileno()}"
        [answer] = ask({"put": {"path": path, "attributes": wanted, "exact": False}})
    assert answer == {"failed": []}
    assert os.listxattr(file) == ["user.note"]
    assert file.stat().st_mode & 0o777 == 0o400


def test_what_a_file_does_not_take_is_said(folder: Path) -> None:
    file = folder / "file"
    file.touch()
    wanted = {"user.large": "QUFB" * 30_000}
    [answer] = ask({"put": {"path": str(file), "attributes": wanted, "exact": False}})
    [[name, why, unsupported]] = answer["failed"]
    assert (name, unsupported) == ("user.large", False)
    assert why

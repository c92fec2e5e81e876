"""Which files a step is seen to touch."""

from __future__ import annotations

from pathlib import Path

from engine import Engine, Message, step_spec


def touched(steps: Engine, folder: Path, *cells: str) -> Message:
    finished = steps.start(step_spec(folder, *cells)).finished()
    assert finished["state"] == "succeeded", finished["error"]
    files: Message = finished["files"]
    return files


def test_reading_and_writing(steps: Engine, folder: Path) -> None:
    for name in ("in.txt", "both.txt", "append.txt", "gone.txt", "old.txt", "local.py"):
        (folder / name).touch()
    cell = """
import os, json, local, tempfile, sqlite3
open("in.txt").close()
open("both.txt", "r+").close()
open("append.txt", "a").close()
open("new.txt", "w").close()
os.close(os.open("low.txt", os.O_CREAT | os.O_WRONLY))
os.remove("gone.txt")
os.rename("old.txt", "renamed.txt")
os.makedirs("a/b")
os.symlink("in.txt", "link")
os.truncate("in2.txt", 0) if os.path.exists("in2.txt") else None
sqlite3.connect("base.db").close()
sqlite3.connect(":memory:").close()
with tempfile.NamedTemporaryFile(dir=".") as file: file.write(b"1")
os.chdir("a")
open("../after_chdir.txt", "w").close()
try: open("missing.txt")
except FileNotFoundError: pass
os.fdopen(os.dup(1), "w").close()
"""
    files = touched(steps, folder, cell)

    def under(*names: str) -> list[str]:
        return sorted(str(folder / name) for name in names)

    assert files["read"] == under(
        "in.txt", "both.txt", "old.txt", "base.db", "local.py", "a/missing.txt"
    )
    assert files["written"] == under(
        "both.txt",
        "append.txt",
        "new.txt",
        "low.txt",
        "gone.txt",
        "old.txt",
        "renamed.txt",
        "a",
        "a/b",
        "link",
        "base.db",
        "after_chdir.txt",
    )


def test_libraries_and_the_store_are_no_files_of_the_step(steps: Engine, folder: Path) -> None:
    files = touched(steps, folder, "import json, html.parser, csv\nx = [1] * 100")
    assert files == {"read": [], "written": []}


def test_directories_that_are_removed(steps: Engine, folder: Path) -> None:
    (folder / "tree" / "sub").mkdir(parents=True)
    (folder / "tree" / "sub" / "file").touch()
    files = touched(steps, folder, "import shutil\nshutil.rmtree('tree')")
    assert files["read"] == []
    assert files["written"] == [
        str(folder / name) for name in ("tree", "tree/sub", "tree/sub/file")
    ]


def test_many_files_are_cut_and_it_is_said(steps: Engine, folder: Path) -> None:
    cell = """
import os, sys
for i in range(50_001):
    sys.audit("open", f"f{i}", "r", os.O_RDONLY)
"""
    connection = steps.start(step_spec(folder, cell))
    assert len(connection.finished()["files"]["read"]) == 50_000
    assert [w["code"] for w in connection.of("warning")] == ["files-incomplete"]

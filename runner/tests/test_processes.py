"""What the runner finds out about processes."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from chard_runner import processes

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="/proc is Linux's")


@pytest.fixture
def child() -> Iterator[int]:
    """A child that has a child of its own."""
    code = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'print(1); input()'])"
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        # Its own child is there.
        process.stdout.readline()
        yield process.pid
        processes.kill_all([process.pid, *processes.descendants(process.pid)])


def test_children_are_those_of_this_process_alone(child: int) -> None:
    assert child in processes.children()
    assert processes.children().isdisjoint(processes.descendants(child))


def test_children_are_found_where_the_kernel_does_not_list_them(
    child: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = Path.read_bytes

    def refuse(path: Path) -> bytes:
        if path.name == "children":
            raise FileNotFoundError(str(path))
        return read(path)

    monkeypatch.setattr(Path, "read_bytes", refuse)
    assert child in processes.children()
    assert processes.children().isdisjoint(processes.descendants(child))

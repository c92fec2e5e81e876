"""The companion server's life: killed and started again, ended with Jupyter, runs going on."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from jupyterlab_chard.tests.jupyter import Event, Jupyter, notebook


def write_notebook(jupyter: Jupyter) -> Path:
    """Three steps: each says in a file that it ran; the second waits until there is a gate."""
    jupyter.root.mkdir(exist_ok=True)
    outside = str(jupyter.folder)
    says = f"open({outside!r} + '/ran', 'a').write"
    wait = f"import os, time\nwhile not os.path.exists({outside!r} + '/gate'): time.sleep(0.01)"
    path = jupyter.root / "gated.ipynb"
    path.write_text(
        notebook(
            ("step:first", f"x = 1\n{says}('first ')"),
            ("step:second prev:first", f"{says}('began ')\n{wait}\ny = x + 1\n{says}('second ')"),
            ("step:third prev:second", f"z = y + 1\nprint(z)\n{says}('third ')"),
        )
    )
    return path


def ran(jupyter: Jupyter) -> str:
    path = jupyter.folder / "ran"
    return path.read_text() if path.exists() else ""


def start_run(jupyter: Jupyter) -> str:
    write_notebook(jupyter)
    answer = jupyter.api("POST", "/runs", {"path": "gated.ipynb"})
    assert answer.status == 201, answer.body
    run = str(answer.json["run"]["id"])
    # What has begun is written down a little later.
    is_begun = ("step-started", "second")
    next(e for e in follow(jupyter, run) if (e.data["type"], e.data.get("step")) == is_begun)
    jupyter.until(lambda: "began" in ran(jupyter))
    return run


def follow(jupyter: Jupyter, run: str, last: str | None = None) -> Iterator[Event]:
    return jupyter.events(f"/runs/{run}/events?output=true", last)


def is_gone(pid: int) -> bool:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return True
    return stat.rpartition(") ")[2].startswith("Z")


def test_a_killed_companion_comes_back_and_the_stream_goes_on(own_jupyter: Jupyter) -> None:
    jupyter = own_jupyter.start()
    run = start_run(jupyter)
    (killed,) = jupyter.companions()
    left = jupyter.own_processes()
    seen: list[Event] = []
    for event in follow(jupyter, run):
        seen.append(event)
        if event.data["type"] == "cell-started" and event.data["step"] == "second":
            os.kill(killed, signal.SIGKILL)
    # Broken off, not ended: nothing says that it was over.
    assert seen[-1].type == "message"
    jupyter.until(lambda: all(is_gone(pid) for pid in left))
    (jupyter.folder / "gate").touch()
    while seen[-1].type != "end":
        before = len(seen)
        seen.extend(follow(jupyter, run, seen[-1].id))
        assert len(seen) > before
    numbers = [event.data["seq"] for event in seen if event.type == "message"]
    assert numbers == list(range(1, len(numbers) + 1))
    types = [event.data.get("type") for event in seen]
    assert types.count("run-interrupted") == types.count("run-resumed") == 1
    assert jupyter.api("GET", f"/runs/{run}").json["run"]["state"] == "succeeded"
    assert ran(jupyter).split() == ["first", "began", "began", "second", "third"]
    assert jupyter.api("GET", "/health").json["resumed"] == [run]
    assert jupyter.companions() != [killed]


def show(jupyter: Jupyter, run: str) -> Any:
    done = subprocess.run(
        [Path(sys.executable).parent / "chard", "runs", "show", run, "--json"],
        env={**os.environ, "CHARD_HOME": str(jupyter.home)},
        capture_output=True,
        check=True,
    )
    return json.loads(done.stdout)


def test_a_killed_jupyter_leaves_whole_records_and_no_process(own_jupyter: Jupyter) -> None:
    jupyter = own_jupyter.start()
    run = start_run(jupyter)
    assert jupyter.process is not None
    left = jupyter.own_processes()
    assert len(left) >= 2
    jupyter.process.kill()
    jupyter.process.wait()
    jupyter.until(lambda: all(is_gone(pid) for pid in left))
    assert ran(jupyter).split() == ["first", "began"]
    state = show(jupyter, run)
    assert state["state"] == "interrupted"
    assert {step["name"]: step["state"] for step in state["steps"]} == {
        "first": "succeeded",
        "second": "interrupted",
        "third": "pending",
    }
    # The next server goes on by itself, with what was done kept.
    (jupyter.folder / "gate").touch()
    jupyter.start()
    jupyter.until(lambda: show(jupyter, run)["state"] == "succeeded")
    assert ran(jupyter).split() == ["first", "began", "began", "second", "third"]


def test_jupyter_takes_the_companion_along_when_it_is_stopped(own_jupyter: Jupyter) -> None:
    jupyter = own_jupyter.start()
    run = start_run(jupyter)
    left = jupyter.own_processes()
    assert jupyter.process is not None
    jupyter.process.terminate()
    jupyter.process.wait()
    jupyter.until(lambda: all(is_gone(pid) for pid in left))
    assert show(jupyter, run)["state"] == "interrupted"
    assert list(jupyter.folder.glob("chard-server-*")) == []


def test_a_node_that_does_not_start_is_told_to_who_asks(own_jupyter: Jupyter) -> None:
    broken = own_jupyter.folder / "node"
    broken.write_text("#!/bin/sh\necho 'no such library' >&2\nexit 1\n")
    broken.chmod(0o755)
    own_jupyter.environment = {"CHARD_NODE": str(broken)}
    jupyter = own_jupyter.start()
    answer = jupyter.api("GET", "/health")
    assert (answer.status, answer.code) == (503, "server-unavailable")
    assert "no such library" in answer.json["error"]["message"]

"""However a step ends, the engine is told why and nothing of it is left."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import pytest
from engine import Connection, Engine, Message, alive, step_spec, wait_gone

linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs /proc")

FOREVER = """
import time
print("running")
while True:
    time.sleep(60)
"""


def run(steps: Engine, folder: Path, *cells: str, **fields: object) -> tuple[Connection, Message]:
    connection = steps.start(step_spec(folder, *cells, **fields))
    return connection, connection.finished()


def written_pid(folder: Path, name: str) -> int:
    return int((folder / name).read_text())


@pytest.mark.parametrize("code", [0, 3])
def test_os_exit(steps: Engine, folder: Path, code: int) -> None:
    connection, finished = run(steps, folder, "1", f"import os\nprint('last')\nos._exit({code})")
    error = finished["error"]
    assert finished["state"] == "failed"
    assert (error["code"], error["cell"]) == ("exited", 11)
    assert f"exit code {code} while cell 11 was running" in error["message"]
    assert connection.text() == "last\n"


def test_a_segmentation_fault_names_its_line(steps: Engine, folder: Path) -> None:
    cell = """
import ctypes
print("before")
def crash():
    ctypes.string_at(0)
crash()
"""
    connection, finished = run(steps, folder, "x = 1", cell)
    error = finished["error"]
    assert (error["code"], error["type"]) == ("killed", "SIGSEGV")
    assert (error["cell"], error["line"]) == (11, 5)
    assert "cell 11, line 5" in error["message"] and "native code" in error["message"]
    assert error["traceback"][0] == "Cell [11], line 6"
    assert connection.text() == "before\n"


def test_death_in_the_prologue(steps: Engine, folder: Path) -> None:
    prologue = [{"cell": 2, "kind": "imports", "source": "import os\nprint('loading')\nos.abort()"}]
    connection, finished = run(steps, folder, "1", prologue=prologue)
    assert finished["error"]["type"] == "SIGABRT"
    assert finished["error"]["cell"] == 2
    assert connection.text() == "loading\n"


def test_killed_from_outside(steps: Engine, folder: Path) -> None:
    connection = steps.start(step_spec(folder, FOREVER))
    connection.until_text("running")
    os.kill(connection.of("started")[0]["pid"], signal.SIGKILL)
    error = connection.finished()["error"]
    assert (error["code"], error["type"], error["cell"]) == ("killed", "SIGKILL", 10)
    assert "killed from outside" in error["message"]


def test_an_exception_while_the_interpreter_has_threads(steps: Engine, folder: Path) -> None:
    """A thread that never ends does not hold the step up."""
    cell = """
import threading, time
threading.Thread(target=lambda: [time.sleep(1) for _ in range(10**6)]).start()
"""
    _, finished = run(steps, folder, cell)
    assert finished["state"] == "succeeded"


CHILDREN = {
    "a forked child": "if os.fork() == 0: note('child'); rest()",
    "a daemon": """
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        note("child"); rest()
    os._exit(0)
""",
    "one that ignores signals": """
import signal
if os.fork() == 0:
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    os.setsid()
    note("child"); rest()
""",
    "one that stopped itself": """
import signal
if os.fork() == 0:
    note("child")
    os.kill(os.getpid(), signal.SIGSTOP)
    rest()
""",
    "a program": """
import subprocess, sys
code = f"import os, time; open('child.new', 'w').write(str(os.getpid())); "
code += "os.rename('child.new', 'child'); time.sleep(1000)"
subprocess.Popen([sys.executable, "-c", code], start_new_session=True)
""",
}

PREAMBLE = """
import os, time
def note(name):
    with open(name + ".new", "w") as file: file.write(str(os.getpid()))
    os.rename(name + ".new", name)
def rest():
    while True: time.sleep(1000)
"""

WAIT_FOR_CHILD = """
while not os.path.exists("child"): time.sleep(0.005)
print("started")
"""


@linux
@pytest.mark.parametrize("what", sorted(CHILDREN))
@pytest.mark.parametrize("ending", ["end", "cancel", "owner"])
def test_children_go_with_the_step(steps: Engine, folder: Path, what: str, ending: str) -> None:
    cell = PREAMBLE + CHILDREN[what] + WAIT_FOR_CHILD + ("rest()" if ending != "end" else "")
    connection = steps.start(step_spec(folder, cell))
    connection.until_text("started")
    child = written_pid(folder, "child")
    step = connection.of("started")[0]["pid"]
    if ending == "owner":
        connection.close()
        steps.supervisor.wait()
    else:
        if ending == "cancel":
            connection.send({"type": "cancel", "graceSeconds": 30})
        state = connection.finished()["state"]
        assert state == ("cancelled" if ending == "cancel" else "succeeded")
    assert not alive(child) and not alive(step)
    if (what, ending) == ("a program", "end"):
        (warning,) = connection.of("warning")
        assert warning["code"] == "processes-ended" and "-c import os, time" in warning["message"]


@linux
def test_a_killed_supervisor_takes_its_step_along(steps: Engine, folder: Path) -> None:
    connection = steps.start(step_spec(folder, FOREVER))
    connection.until_text("running")
    step = connection.of("started")[0]["pid"]
    steps.supervisor.kill()
    wait_gone(step)
    assert connection.receive() is None


@linux
def test_programs_carry_the_mark_of_their_step(steps: Engine, folder: Path) -> None:
    cell = """
import subprocess
child = subprocess.Popen(["sleep", "1000"])
print(child.pid, "is running")
while True: pass
"""
    connection = steps.start(step_spec(folder, cell))
    connection.until_text("is running")
    child = connection.text().split()[0]
    variables = Path("/proc", child, "environ").read_bytes().split(b"\0")
    assert b"CHARD_STEP=run-1/Train model/1" in variables
    connection.send({"type": "cancel", "graceSeconds": 0})
    connection.finished()


def test_a_forked_child_does_not_run_the_rest(steps: Engine, folder: Path) -> None:
    cell = "import os\nchild = os.fork()\nif child: os.waitpid(child, 0)\nprint('cell')"
    connection, finished = run(steps, folder, cell, "print('rest')", outputs=["child"])
    assert finished["state"] == "succeeded"
    assert sorted(connection.text().split()) == ["cell", "cell", "rest"]
    assert len(connection.of("cell-finished")) == 2


def test_cancel_interrupts(steps: Engine, folder: Path) -> None:
    cell = """
import time
try:
    print("running")
    while True: time.sleep(60)
finally:
    print("cleaned up")
"""
    connection = steps.start(step_spec(folder, cell, "print('never')"))
    connection.until_text("running")
    connection.send({"type": "cancel", "graceSeconds": 60})
    finished = connection.finished()
    assert finished["state"] == "cancelled"
    error = finished["error"]
    assert (error["code"], error["cell"], error["line"]) == ("cancelled", 10, 5)
    assert error["message"] == "The step was cancelled in cell 10, line 5"
    assert connection.text() == "running\ncleaned up\n"


def test_cancel_interrupts_an_awaiting_cell(steps: Engine, folder: Path) -> None:
    cell = "import asyncio\nprint('running')\nawait asyncio.sleep(1000)"
    connection = steps.start(step_spec(folder, cell))
    connection.until_text("running")
    connection.send({"type": "cancel", "graceSeconds": 60})
    finished = connection.finished()
    assert finished["state"] == "cancelled"
    assert (finished["error"]["cell"], finished["error"]["line"]) == (10, 3)


def test_cancel_kills_what_does_not_listen(steps: Engine, folder: Path) -> None:
    cell = """
import signal, time
signal.signal(signal.SIGINT, lambda *_: print("no", flush=True))
print("running")
while True: time.sleep(60)
"""
    connection = steps.start(step_spec(folder, cell))
    connection.until_text("running")
    connection.send({"type": "cancel", "graceSeconds": 0.2})
    finished = connection.finished()
    assert finished["state"] == "cancelled"
    assert finished["error"]["message"] == "The step was cancelled in cell 10"
    assert connection.text() == "running\nno\n"


def test_cancel_before_anything_ran(steps: Engine, folder: Path) -> None:
    connection = steps.start(step_spec(folder, FOREVER))
    connection.send({"type": "cancel", "graceSeconds": 1000})
    assert connection.finished()["state"] == "cancelled"


def test_a_timeout_says_where_the_step_was(steps: Engine, folder: Path) -> None:
    connection = steps.start(step_spec(folder, "x = 1", FOREVER), timeout=2)
    finished = connection.finished()
    error = finished["error"]
    assert finished["state"] == "failed"
    assert (error["code"], error["cell"], error["line"]) == ("timeout", 11, 5)
    assert "its timeout of 2 s" in error["message"]
    assert finished["resources"]["wallSeconds"] >= 2
    assert "Cell [11], line 5" in error["traceback"]


@pytest.mark.parametrize("timeout", [60 * 24 * 3600, 1e15])
def test_a_timeout_of_any_length(steps: Engine, folder: Path, timeout: float) -> None:
    cell = "import time\ntime.sleep(0.2)"
    finished = steps.start(step_spec(folder, cell), timeout=timeout).finished()
    assert finished["state"] == "succeeded", finished["error"]


def test_the_working_directory_is_deleted(steps: Engine, folder: Path) -> None:
    cell = "import os, shutil\nos.mkdir('sub'); os.chdir('sub')\nos.rmdir(os.getcwd())"
    after = "import json\nx = 1\nopen(FILE, 'w').close()".replace("FILE", repr(str(folder / "f")))
    _, finished = run(steps, folder, cell, after, outputs=["x"])
    assert finished["state"] == "succeeded", finished["error"]
    assert finished["files"]["written"] == [str(folder / "f")]


def test_the_notebook_folder_is_missing(steps: Engine, folder: Path) -> None:
    _, finished = run(steps, folder / "gone", "1")
    assert finished["error"]["code"] == "directory"
    assert "gone" in finished["error"]["message"]


def test_exit_handlers_run_and_files_are_flushed(steps: Engine, folder: Path) -> None:
    cell = """
import atexit
left_open = open("data.txt", "w")
left_open.write("all of it")
atexit.register(lambda: print("at exit"))
"""
    connection, finished = run(steps, folder, cell)
    assert finished["state"] == "succeeded"
    assert (folder / "data.txt").read_text() == "all of it"
    assert connection.text() == "at exit\n"
    assert connection.of("output")[0]["cell"] is None


def test_a_crash_at_exit_is_a_warning(steps: Engine, folder: Path) -> None:
    cell = "import atexit, os\natexit.register(os.abort)\nx = 1"
    connection, finished = run(steps, folder, cell, outputs=["x"])
    assert finished["state"] == "succeeded"
    assert [v["name"] for v in finished["values"]] == ["x"]
    (warning,) = connection.of("warning")
    assert warning["code"] == "exit-handlers" and "SIGABRT" in warning["message"]


def test_resources_cover_children(steps: Engine, folder: Path) -> None:
    cell = """
import subprocess, sys
code = "x = bytearray(300_000_000)\\nfor _ in range(3_000_000): pass"
subprocess.run([sys.executable, "-c", code], check=True)
"""
    resources = run(steps, folder, cell)[1]["resources"]
    assert resources["peakMemoryBytes"] > 300_000_000
    assert resources["cpuSeconds"] > 0
    assert 0 < resources["wallSeconds"] < 60


def test_running_out_of_memory_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """The kernel's counter is the evidence; a real shortage would take others along."""
    from chard_runner.deaths import Death, explain

    death = Death(signal.SIGKILL, 4, "", 3 * 2**30, out_of_memory=True)
    error = explain(death)
    assert (error["code"], error["cell"]) == ("out-of-memory", 4)
    assert "memory ran out while cell 4 was running" in error["message"]
    assert "had used up to 3.2 GB" in error["message"]
    small = explain(Death(signal.SIGKILL, 4, "", 575_628_000, out_of_memory=True))
    assert "had used up to 576 MB" in small["message"]


def test_the_counter_of_memory_kills(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from chard_runner import deaths

    events = tmp_path / "memory.events"
    events.write_text("low 0\noom 1\noom_kill 1\n")
    monkeypatch.setattr(deaths, "_counter_files", lambda: [events])
    counter = deaths.OutOfMemoryCounter()
    assert not counter.rose()
    events.write_text("low 0\noom 2\noom_kill 2\n")
    assert counter.rose()


def test_commands_out_of_order_are_refused(steps: Engine, folder: Path) -> None:
    connection = steps.start({"protocol": 2})
    finished = connection.finished()
    assert finished["error"]["code"] == "protocol"
    assert "version 2" in finished["error"]["message"]
    connection = steps.start(step_spec(folder, FOREVER))
    connection.until_text("running")
    step = connection.of("started")[0]["pid"]
    connection.send(
        {"type": "run", "spec": step_spec(folder), "timeoutSeconds": None, "stay": False}
    )
    assert "second `run`" in connection.finished()["error"]["message"]
    steps.supervisor.wait()
    assert not alive(step)

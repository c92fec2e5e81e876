"""Steps forked from a process that has imported what they need."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import Any

import pytest
from chard_runner import processes
from engine import Connection, Engine, Message, alive, engine, step_spec, wait_for, wait_gone

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="forks on Linux only")

FOREVER = "import time\nprint('running')\nwhile True: time.sleep(60)"
THREADS = """
import threadpoolctl, numpy
print(sorted((p["internal_api"], p["num_threads"]) for p in threadpoolctl.threadpool_info()))
"""


def succeed(connection: Connection) -> Connection:
    finished = connection.finished()
    assert finished["state"] == "succeeded", finished["error"]
    return connection


def test_steps_are_forked_with_modules_ready(steps: Engine, folder: Path) -> None:
    server = steps.fork_server()
    ready = server.preload("decimal", "no_such_module")
    assert ready["pid"] == server.process.pid
    assert (ready["type"], ready["forks"], ready["why"]) == ("ready", True, None)
    assert ready["failed"] == {"no_such_module": "it is not an installed module"}
    cell = "import sys\nprint('decimal' in sys.modules, __name__)\nx = [1]"
    for _ in range(2):
        connection = succeed(server.start(step_spec(folder, cell, outputs=["x"])))
        assert connection.text() == "True __main__\n"
        assert connection.messages[-1]["values"][0]["name"] == "x"


TRACES = """
import linecache, os, sys, tempfile
print(sorted(globals()))
print(sorted(name for name in linecache.cache if not os.path.isabs(name)))
print([getattr(f, "__name__", type(f)) for f in sys.meta_path], sorted(os.environ), os.getcwd())
print(tempfile.gettempdir(), os.listdir(tempfile.gettempdir()))
if "In" in globals():
    print(In, Out, get_ipython().execution_count, get_ipython().last_execution_result)
"""


@pytest.mark.parametrize("engines", ["steps", "plain_steps"])
def test_a_rehearsal_leaves_no_trace(
    request: pytest.FixtureRequest, engines: str, folder: Path, tmp_path: Path
) -> None:
    made: Engine = request.getfixturevalue(engines)
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    spec = step_spec(folder, TRACES, environment={"TMPDIR": str(temporary)})
    server = made.fork_server()
    server.preload()
    assert succeed(server.start(spec)).text() == succeed(made.start(spec)).text()


def test_nothing_is_shared_between_steps(steps: Engine, folder: Path) -> None:
    server = steps.fork_server()
    server.preload("random")
    cell = "import random, os\nassert 'x' not in globals()\nx = 1\nprint(random.random())"
    texts = {succeed(server.start(step_spec(folder, cell))).text() for _ in range(3)}
    assert len(texts) == 3


@pytest.mark.needs("numpy")
def test_numpy_draws_differently_in_each_step(steps: Engine, folder: Path) -> None:
    server = steps.fork_server()
    server.preload("numpy")
    cell = "import numpy\nprint(numpy.random.random())"
    texts = {succeed(server.start(step_spec(folder, cell))).text() for _ in range(3)}
    assert len(texts) == 3


@pytest.mark.needs("numpy", "threadpoolctl")
def test_thread_counts_are_those_of_a_fresh_process(steps: Engine, folder: Path) -> None:
    fresh = succeed(steps.start(step_spec(folder, THREADS))).text()
    server = steps.fork_server()
    assert server.preload("numpy", "threadpoolctl")["forks"]
    names = "import os\nprint(sorted(n for n in os.environ if n.endswith('_NUM_THREADS')))"
    forked = succeed(server.start(step_spec(folder, THREADS, names)))
    wanted = sorted(name for name in os.environ if name.endswith("_NUM_THREADS"))
    assert forked.text() == f"{fresh}{wanted}\n"
    asked = step_spec(folder, THREADS, environment={"OPENBLAS_NUM_THREADS": "1"})
    assert "('openblas', 1)" in succeed(server.start(asked)).text()


@pytest.mark.needs("numpy")
def test_threads_start_with_their_first_work(steps: Engine, folder: Path) -> None:
    """Before that they would spin for work, and take a processor from the other steps."""
    server = steps.fork_server()
    server.preload("numpy")
    count = "\nimport os\nprint(len(os.listdir('/proc/self/task')))"
    work = "import numpy\nmatrix = numpy.ones((500, 500))\nproduct = matrix @ matrix"
    spec = step_spec(folder, count, work + count, environment={"OPENBLAS_NUM_THREADS": "2"})
    assert succeed(server.start(spec)).text() == "1\n2\n"


def site_with(tmp_path: Path, **modules: str) -> str:
    """A folder of installed modules."""
    site = tmp_path / "environment" / "site-packages"
    site.mkdir(parents=True)
    for name, source in modules.items():
        (site / f"{name}.py").write_text(source)
    (tmp_path / "start").mkdir()
    (tmp_path / "start" / "sitecustomize.py").write_text(
        f"import site, sys\nsys.path.append({str(site)!r})\n"
        f"before = site.getsitepackages\nsite.getsitepackages = lambda: [*before(), {str(site)!r}]"
    )
    return str(tmp_path / "start")


@pytest.fixture
def modules(tmp_path: Path) -> str:
    return site_with(
        tmp_path,
        threaded="import threading, time\n"
        "threading.Thread(target=time.sleep, args=(1000,), daemon=True).start()",
        talking="import os\nprint('to stdout')\nos.write(1, b'raw')\nraise RuntimeError('cannot')",
        leaving="raise SystemExit(3)",
        quiet="who = 'installed'",
    )


def test_a_second_thread_forbids_forking(tmp_path: Path, folder: Path, modules: str) -> None:
    with engine(tmp_path, PYTHONPATH=modules) as made:
        server = made.fork_server()
        ready = server.preload("threaded")
        assert not ready["forks"] and "there are 2" in ready["why"]
        server.send({"type": "spawn", "socket": made.path, "token": "t"})
        error = server.receive()
        assert (error["type"], error["token"]) == ("error", "t")
        assert "threads" in error["message"]


def test_failing_imports_are_reported(tmp_path: Path, folder: Path, modules: str) -> None:
    with engine(tmp_path, PYTHONPATH=modules) as made:
        server = made.fork_server()
        ready = server.preload("talking", "leaving", "quiet")
        assert ready["failed"]["talking"].startswith("RuntimeError: cannot")
        assert "raw" in ready["failed"]["talking"]
        assert ready["failed"]["leaving"].startswith("SystemExit: 3")
        assert "quiet" not in ready["failed"]
        succeed(server.start(step_spec(folder, "import quiet; assert quiet.who == 'installed'")))


def test_local_modules_are_never_preloaded(tmp_path: Path, folder: Path, modules: str) -> None:
    """Not from the notebook's folder, and not in the place of one that lies there."""
    (folder / "local_only.py").write_text("print('imported')")
    (folder / "quiet.py").write_text("who = 'local'")
    with engine(tmp_path, PYTHONPATH=os.pathsep.join([modules, str(folder)])) as made:
        server = made.fork_server()
        ready = server.preload("local_only", "quiet")
        assert ready["failed"] == {"local_only": "it is not an installed module"}
    with engine(tmp_path / "start", PYTHONPATH=modules) as made:
        server = made.fork_server()
        assert server.preload("quiet")["failed"] == {}
        succeed(server.start(step_spec(folder, "import quiet; assert quiet.who == 'local'")))


def test_the_end_of_input_ends_all_steps(steps: Engine, folder: Path) -> None:
    server = steps.fork_server()
    server.preload()
    cell = """
import os
if os.fork() == 0: os.setsid()
print(f"{os.getpid()} lives\\n", end="")
import time
while True: time.sleep(60)
"""
    connections = [server.start(step_spec(folder, cell)) for _ in range(2)]
    pids = []
    for connection in connections:
        while connection.text().count("lives\n") < 2:
            connection.receive()
        pids += [int(word) for word in connection.text().split() if word.isdigit()]
    assert len(pids) == 4 and all(alive(pid) for pid in pids)
    server.stop()
    server.process.wait(30)
    assert not any(alive(pid) for pid in pids)


def test_a_killed_fork_server_leaves_its_steps_running(steps: Engine, folder: Path) -> None:
    server = steps.fork_server()
    server.preload()
    cell = "import os, time\nprint('running')\nwhile not os.path.exists('go'): time.sleep(0.005)"
    connection = server.start(step_spec(folder, cell))
    connection.until_text("running")
    server.process.kill()
    server.process.wait()
    (folder / "go").touch()
    succeed(connection)


def test_the_children_of_a_killed_supervisor_are_strays(steps: Engine, folder: Path) -> None:
    server = steps.fork_server()
    server.preload()
    cell = """
import os
if os.fork() == 0:
    os.setsid()
    print("child", os.getpid())
    while True: pass
"""
    connection = server.start(step_spec(folder, cell + FOREVER))
    connection.until(lambda _: "running" in connection.text() and "child" in connection.text())
    child = int(connection.text().split("child ")[1].split()[0])
    step = connection.of("started")[0]["pid"]
    os.kill(parent_of(step), signal.SIGKILL)
    wait_gone(step)
    wait_gone(child)
    wait_for(lambda: not alive(child))
    succeed(server.start(step_spec(folder, "1")))


def parent_of(pid: int) -> int:
    return int(Path("/proc", str(pid), "stat").read_text().rsplit(")", 1)[1].split()[1])


def test_the_engine_goes_away(steps: Engine, folder: Path) -> None:
    server = steps.fork_server()
    server.preload()
    connection = server.start(step_spec(folder, FOREVER))
    connection.until_text("running")
    step = connection.of("started")[0]["pid"]
    connection.close()
    wait_gone(step)
    succeed(server.start(step_spec(folder, "1")))


def waiting_step(steps: Engine) -> int:
    """The process that a fresh supervisor has made ready for a step."""
    supervisor = steps.supervisor.pid
    wait_for(lambda: processes.descendants(supervisor) != [])
    (step,) = processes.descendants(supervisor)
    return step


def test_no_process_waits_on_where_the_engine_has_no_step(steps: Engine) -> None:
    connection = steps.wait_ready()
    step = waiting_step(steps)
    connection.close()
    wait_gone(step)
    assert steps.supervisor.wait() == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_no_process_waits_on_where_its_supervisor_is_ended(
    steps: Engine, number: signal.Signals
) -> None:
    connection = steps.wait_ready()
    step = waiting_step(steps)
    steps.supervisor.send_signal(number)
    wait_gone(step)
    assert connection.receive() is None


def test_a_step_whose_process_died_while_it_waited_is_told_so(steps: Engine, folder: Path) -> None:
    connection = steps.wait_ready()
    step = waiting_step(steps)
    os.kill(step, signal.SIGKILL)
    wait_for(lambda: not alive(step))
    connection.send(
        {"type": "run", "spec": step_spec(folder, "1"), "timeoutSeconds": None, "stay": False}
    )
    assert connection.finished()["error"]["type"] == "SIGKILL"


def next_step(connection: Connection, spec: Message, *, stay: bool = True) -> Message:
    """Give a supervisor that stayed another step."""
    connection.messages.clear()
    connection.send({"type": "run", "spec": spec, "timeoutSeconds": None, "stay": stay})
    return connection.until(lambda message: message["type"] == "finished")


def start_staying(steps: Engine, spec: Message, *modules: str) -> tuple[Connection, int]:
    """A step whose supervisor stays, and its process."""
    server = steps.fork_server()
    server.preload(*modules)
    connection = server.start(spec, stay=True)
    return connection, connection.until(lambda message: message["type"] == "started")["pid"]


def finish(connection: Connection) -> Message:
    return connection.until(lambda message: message["type"] == "finished")


#: Says which process the supervisor is: the step's may be gone before it can be asked about.
SAY_SUPERVISOR = "import os\nprint(os.getppid())"


def next_process(supervisor: int, done: int) -> int:
    """The process made ready for a supervisor's next step, once that of the last is gone."""

    def ready() -> bool:
        found = processes.descendants(supervisor)
        return len(found) == 1 and found != [done]

    wait_for(ready)
    (process,) = processes.descendants(supervisor)
    return process


def test_a_supervisor_that_stays_runs_steps_that_share_nothing(steps: Engine, folder: Path) -> None:
    connection, _ = start_staying(steps, step_spec(folder, SAY_SUPERVISOR), "random")
    assert finish(connection)["state"] == "succeeded"
    supervisor = int(connection.text())
    cell = "import random\nassert 'x' not in globals()\nx = 1\nprint(random.random())"
    pids, texts, descriptors = set(), set(), set()
    for _ in range(3):
        finished = next_step(connection, step_spec(folder, cell, outputs=["x"]))
        assert (finished["state"], finished["values"][0]["name"]) == ("succeeded", "x")
        (started,) = connection.of("started")
        pids.add(started["pid"])
        texts.add(connection.text())
        next_process(supervisor, started["pid"])
        descriptors.add(len(list(Path(f"/proc/{supervisor}/fd").iterdir())))
    assert (len(pids), len(texts), len(descriptors)) == (3, 3, 1)
    assert next_step(connection, step_spec(folder, "1"), stay=False)["state"] == "succeeded"
    assert connection.receive() is None
    wait_gone(supervisor)


def test_a_supervisor_that_stays_ends_after_a_step_that_failed(steps: Engine, folder: Path) -> None:
    connection, _ = start_staying(steps, step_spec(folder, "1 / 0"))
    assert connection.finished()["error"]["type"] == "ZeroDivisionError"


def test_a_cancel_that_came_too_late_does_not_concern_the_next_step(
    steps: Engine, folder: Path
) -> None:
    connection, _ = start_staying(steps, step_spec(folder, "1"))
    finish(connection)
    connection.send({"type": "cancel", "graceSeconds": 3})
    assert next_step(connection, step_spec(folder, "print('whole')"))["state"] == "succeeded"
    assert connection.text() == "whole\n"


@pytest.mark.parametrize(
    "cell",
    [
        "import threading\nthreading.Thread(target=threading.Event().wait, daemon=True).start()",
        "x = bytearray(600 << 20)\nx[::4096] = b'1' * len(x[::4096])",
    ],
    ids=["a thread", "much memory"],
)
def test_a_step_with_something_left_is_over_when_its_process_is(
    steps: Engine, folder: Path, cell: str
) -> None:
    connection, pid = start_staying(steps, step_spec(folder, cell))
    assert finish(connection)["state"] == "succeeded"
    assert not alive(pid)


def test_a_step_whose_process_only_ends_is_counted_as_others(steps: Engine, folder: Path) -> None:
    connection, pid = start_staying(steps, step_spec(folder, "for _ in range(2_000_000): pass"))
    resources = finish(connection)["resources"]
    assert resources["cpuSeconds"] > 0.01
    assert resources["peakMemoryBytes"] > 10 << 20
    wait_gone(pid)


def test_no_process_waits_on_where_the_engine_of_a_supervisor_that_stayed_goes_away(
    steps: Engine, folder: Path
) -> None:
    connection, pid = start_staying(steps, step_spec(folder, SAY_SUPERVISOR))
    finish(connection)
    supervisor = int(connection.text())
    waiting = next_process(supervisor, pid)
    connection.close()
    wait_gone(waiting)
    wait_gone(supervisor)


def test_faults_in_forked_steps(steps: Engine, folder: Path) -> None:
    server = steps.fork_server()
    server.preload("ctypes")
    error = server.start(step_spec(folder, "import ctypes\nctypes.string_at(0)")).finished()[
        "error"
    ]
    assert (error["type"], error["cell"], error["line"]) == ("SIGSEGV", 10, 2)
    error = server.start(step_spec(folder, FOREVER), timeout=3).finished()["error"]
    assert (error["code"], error["line"]) == ("timeout", 3)
    succeed(server.start(step_spec(folder, "1")))


def test_bad_commands_are_answered(steps: Engine) -> None:
    server = steps.fork_server()
    server.send({"type": "fly"})
    answer = server.receive()
    assert answer["type"] == "error" and "expected one of preload, spawn" in answer["message"]
    server.send({"type": "spawn", "socket": "/nowhere", "token": "t"})
    answer = server.receive()
    assert answer["token"] == "t" and "preloaded" in answer["message"]


@pytest.mark.needs("matplotlib")
def test_figures_of_a_preloaded_matplotlib(steps: Engine, folder: Path) -> None:
    server = steps.fork_server()
    assert server.preload("matplotlib.pyplot")["forks"]
    cell = "import matplotlib.pyplot as plt\nplt.plot([1])"
    connection = succeed(server.start(step_spec(folder, cell)))
    assert any("image/png" in m["data"] for m in connection.of("display"))


def test_answers_follow_the_schema(steps: Engine, schemas: dict[str, Any], folder: Path) -> None:
    from jsonschema import Draft202012Validator

    check = Draft202012Validator(schemas["ForkServerMessage"]).validate
    server = steps.fork_server()
    check(server.preload("nowhere"))
    server.send({"type": "spawn", "socket": "/nowhere", "token": "t"})
    check(server.receive())
    server.send({})
    check(server.receive())

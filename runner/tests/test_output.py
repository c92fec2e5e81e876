"""Everything that a step prints arrives, once, in order, and nothing hangs."""

from __future__ import annotations

import time
from itertools import groupby
from pathlib import Path

import pytest
from engine import Connection, Engine, Message, step_spec


def run(steps: Engine, folder: Path, *cells: str, **fields: object) -> tuple[Connection, Message]:
    connection = steps.start(step_spec(folder, *cells, **fields))
    return connection, connection.finished()


def succeed(steps: Engine, folder: Path, *cells: str, **fields: object) -> Connection:
    connection, finished = run(steps, folder, *cells, **fields)
    assert finished["state"] == "succeeded", finished["error"]
    return connection


def test_native_writes_and_children_keep_their_place(steps: Engine, folder: Path) -> None:
    cell = """
import os, subprocess, sys
for i in range(50):
    print("python", i)
    os.write(1, b"native\\n")
    subprocess.run(["echo", "child"]) if i % 10 == 0 else None
    display(i)
"""
    connection = succeed(steps, folder, cell)
    seen = []
    for message in connection.messages:
        if message["type"] == "output":
            seen += message["text"].split("\n")[:-1]
        elif message["type"] == "display":
            seen.append(f"display {message['data']['text/plain']}")
    expected = []
    for i in range(50):
        expected += [f"python {i}", "native", *(["child"] if i % 10 == 0 else []), f"display {i}"]
    assert seen == expected


def test_stdout_and_stderr_alternate_in_order(steps: Engine, folder: Path) -> None:
    cell = """
import sys
for i in range(300):
    print(i)
    print(i, file=sys.stderr)
"""
    outputs = succeed(steps, folder, cell).of("output")
    # On a busy machine a line may come in two messages.
    lines = [
        (stream, "".join(message["text"] for message in messages))
        for stream, messages in groupby(outputs, key=lambda message: message["stream"])
    ]
    assert lines == [(stream, f"{i}\n") for i in range(300) for stream in ("stdout", "stderr")]


def test_text_appears_while_the_cell_runs(steps: Engine, folder: Path) -> None:
    """What was printed without a newline is there although the cell waits for us."""
    cell = """
import os, time
print("waiting", end="")
while not os.path.exists("go"):
    time.sleep(0.005)
"""
    connection = steps.start(step_spec(folder, cell))
    connection.until_text("waiting")
    (folder / "go").touch()
    assert connection.finished()["state"] == "succeeded"


def test_many_prints_become_few_messages(steps: Engine, folder: Path) -> None:
    connection = succeed(steps, folder, "for i in range(20000): print(i)")
    assert connection.text() == "".join(f"{i}\n" for i in range(20000))
    assert len(connection.of("output")) < 400


def test_odd_text(steps: Engine, folder: Path) -> None:
    cell = r"""
import os, sys
print("\ud800 \U0001f600 \x00 \x1e \r")
sys.stdout.buffer.write(b"\xff\xfe|")
sys.stderr.write("é" * 3)
os.write(1, "é".encode()[:1]); os.write(1, "é".encode()[1:])
sys.stdout.writelines(["a", "b"])
"""
    connection = succeed(steps, folder, cell)
    assert connection.text() == "\\ud800 \U0001f600 \x00 \x1e \r\n\\xff\\xfe|éab"
    assert connection.text("stderr") == "ééé"


CLOSING = {
    "close sys.stdout": "import sys\nsys.stdout.close()",
    "close descriptor 1": "import os\nos.close(1)",
    "close both descriptors": "import os\nos.close(1); os.close(2)",
    "redirect descriptor 1": "import os\nos.dup2(os.open(os.devnull, os.O_WRONLY), 1)",
    "replace sys.stdout": "import io, sys\nsys.stdout = sys.stderr = io.StringIO()",
    "no sys.stdout": "import sys\nsys.stdout = sys.stderr = None",
    "a broken sys.stdout": "import sys\nsys.stdout = object()",
}


@pytest.mark.parametrize("what", sorted(CLOSING))
def test_whatever_becomes_of_stdout_the_step_goes_on(
    steps: Engine, folder: Path, what: str
) -> None:
    after = "import sys\nsys.stderr = sys.__stderr__\nx = 41 + 1"
    connection, finished = run(
        steps, folder, f"print('before')\n{CLOSING[what]}", after, outputs=["x"]
    )
    assert finished["state"] == "succeeded", finished["error"]
    assert connection.text() == "before\n"
    assert [(v["name"], v["repr"]) for v in finished["values"]] == [("x", "42")]


def test_python_prints_on_when_native_output_is_redirected(steps: Engine, folder: Path) -> None:
    cell = "import os\nos.dup2(os.open(os.devnull, os.O_WRONLY), 1)\nprint('still')"
    assert succeed(steps, folder, cell).text() == "still\n"


def test_logging_and_threads(steps: Engine, folder: Path) -> None:
    cell = """
import logging, threading
logging.basicConfig(format="%(message)s")
def work(name):
    for i in range(200):
        print(f"{name}-{i}\\n", end="")
        logging.warning("%s-%s", name, i)
threads = [threading.Thread(target=work, args=(f"t{n}",)) for n in range(4)]
[t.start() for t in threads]; [t.join() for t in threads]
"""
    connection = succeed(steps, folder, cell)
    expected = sorted(f"t{n}-{i}" for n in range(4) for i in range(200))
    assert sorted(connection.text().split()) == expected
    assert sorted(connection.text("stderr").split()) == expected


def test_forked_workers_print_too(steps: Engine, folder: Path) -> None:
    cell = """
import multiprocessing, sys
def work(i):
    print("worker", i)
    print("error", i, file=sys.stderr)
    display(f"shown {i}")
    return i
with multiprocessing.get_context("fork").Pool(2) as pool:
    print(sum(pool.map(work, range(20))))
"""
    connection = succeed(steps, folder, cell)
    lines = connection.text().splitlines()
    assert {f"worker {i}" for i in range(20)} <= set(lines) and "190" in lines
    assert len(connection.text("stderr").splitlines()) == 20
    assert not connection.of("display")


def test_a_signal_handler_that_shows_things(steps: Engine, folder: Path) -> None:
    """Handlers run between any two instructions, also while a message is being sent."""
    cell = """
import signal
count = 0
def handler(*_):
    global count
    count += 1
    display("from handler")
    print("handler")
    # The next one only now: handlers that interrupt one another have no end on a busy machine.
    signal.setitimer(signal.ITIMER_REAL, 0.001)
signal.signal(signal.SIGALRM, handler)
signal.setitimer(signal.ITIMER_REAL, 0.001)
for i in range(3000):
    display(i)
signal.setitimer(signal.ITIMER_REAL, 0)
print("count", count)
"""
    connection = succeed(steps, folder, cell)
    shown = [m["data"]["text/plain"] for m in connection.of("display")]
    assert [s for s in shown if s.isdigit()] == [str(i) for i in range(3000)]
    count = int(connection.text().split("count ")[1])
    assert count > 0
    assert shown.count("'from handler'") == connection.text().count("handler") == count


def test_too_much_text_is_counted_and_its_end_shown(steps: Engine, folder: Path) -> None:
    cell = """
line = "é" * 49 + "\\n"
for i in range(100_000):
    print(line, end="")
print("the end")
"""
    connection = succeed(
        steps, folder, cell, "import sys\nprint('other', file=sys.stderr)", outputLimitBytes=100_000
    )
    text = connection.text()
    size = 100_000 * 99 + len("the end\n")
    (dropped,) = connection.of("output-dropped")
    assert dropped == {"type": "output-dropped", "stream": "stdout", "bytes": dropped["bytes"]}
    assert dropped["bytes"] + len(text.encode()) == size
    assert 99_900 <= len(text.encode()) <= 100_000
    assert text.endswith("é\nthe end\n")
    assert "\\x" not in text
    assert connection.text("stderr") == "other\n"
    assert [w["code"] for w in connection.of("warning")] == ["output-limit"]
    assert connection.of("output")[-1]["cell"] == 10


def test_text_exactly_at_the_limit_is_whole(steps: Engine, folder: Path) -> None:
    connection = succeed(steps, folder, "print('x' * 999)", outputLimitBytes=1000)
    assert connection.text() == "x" * 999 + "\n"
    assert not connection.of("output-dropped")


def test_the_output_of_the_prologue_does_not_count(steps: Engine, folder: Path) -> None:
    prologue = [{"cell": 0, "kind": "imports", "source": "print('x' * 5000)"}]
    connection = succeed(steps, folder, "print('y')", prologue=prologue, outputLimitBytes=1000)
    assert connection.text() == "y\n"
    assert not connection.of("output-dropped")


def test_a_flood_is_quick_and_takes_no_memory(steps: Engine, folder: Path) -> None:
    """200 MB in lines of a megabyte; the supervisor's own memory says that nothing piled up."""
    cell = """
import os
line = "x" * 1_000_000
for i in range(200):
    print(line)
print(open(f"/proc/{os.getppid()}/status").read().split("VmHWM:")[1].split()[0], end="")
"""
    started = time.monotonic()
    connection, finished = run(steps, folder, cell)
    seconds = time.monotonic() - started
    assert finished["state"] == "succeeded", finished["error"]
    assert finished["resources"]["peakMemoryBytes"] < 150_000_000
    peak = int(connection.text().rsplit("\n", 1)[1])
    assert peak < 100_000, f"{peak} KiB in the supervisor"
    assert seconds < 30
    (dropped,) = connection.of("output-dropped")
    assert dropped["bytes"] > 198_000_000


def test_a_stray_writer_does_not_hold_the_end_up(steps: Engine, folder: Path) -> None:
    cell = """
import os
if os.fork() == 0:
    while True:
        os.write(1, b"stray\\n")
print("done")
"""
    connection = succeed(steps, folder, cell)
    assert "done" in connection.text()

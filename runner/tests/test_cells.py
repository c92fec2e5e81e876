"""Cells run as IPython runs them."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest
from engine import Connection, Engine, Message, step_spec

ipython = pytest.mark.needs("IPython")


def run(steps: Engine, folder: Path, *cells: str, **fields: Any) -> tuple[Connection, Message]:
    connection = steps.start(step_spec(folder, *cells, **fields))
    return connection, connection.finished()


def succeed(steps: Engine, folder: Path, *cells: str, **fields: Any) -> Connection:
    connection, finished = run(steps, folder, *cells, **fields)
    assert finished["state"] == "succeeded", finished["error"]
    return connection


def results(connection: Connection) -> list[Any]:
    return [message["data"]["text/plain"] for message in connection.of("display")]


@pytest.fixture(params=["ipython", "plain"])
def both(request: pytest.FixtureRequest) -> Any:
    """With IPython where it is there, and without."""
    name = "steps" if request.param == "ipython" else "plain_steps"
    return request.getfixturevalue(name)


def test_messages_come_in_order(both: Engine, folder: Path) -> None:
    cell = "import sys\nprint('one')\nprint('two', file=sys.stderr)\nprint('three')\n1 + 1"
    connection = succeed(both, folder, cell, "print('four')")
    kinds = [(m["type"], m.get("text"), m.get("cell")) for m in connection.messages[1:-1]]
    assert kinds == [
        ("cell-started", None, 10),
        ("output", "one\n", 10),
        ("output", "two\n", 10),
        ("output", "three\n", 10),
        ("display", None, 10),
        ("cell-finished", None, 10),
        ("cell-started", None, 11),
        ("output", "four\n", 11),
        ("cell-finished", None, 11),
    ]
    assert connection.messages[0]["type"] == "started"


def test_the_process_is_as_a_kernel_has_it(both: Engine, folder: Path) -> None:
    (folder / "local_module.py").write_text("answer = 42")
    cell = """
import os, sys, local_module
assert __name__ == "__main__"
assert "__file__" not in globals()
assert sys.modules["__main__"].__dict__ is globals()
assert os.path.samefile(os.getcwd(), FOLDER)
assert local_module.answer == 42
assert os.environ["CHARD_STEP"] == "run-1/Train model/1"
assert os.environ["SOME"] == "thing"
assert sys.stdin.read() == ""
assert not sys.stdout.isatty() and sys.stdout.encoding == "utf-8"
assert sys.stdout.errors == "backslashreplace" and sys.stdout.fileno() == 1
assert "" in sys.path and sys.argv == [""]
""".replace("FOLDER", repr(str(folder)))
    succeed(both, folder, cell, environment={"SOME": "thing"})


def test_the_first_failing_cell_ends_the_step(both: Engine, folder: Path) -> None:
    connection, finished = run(both, folder, "x = 1", "\n\ny = 2\n1 / 0", "print('never')")
    assert finished["state"] == "failed"
    error = finished["error"]
    assert (error["type"], error["code"], error["cell"], error["line"]) == (
        "ZeroDivisionError",
        "exception",
        11,
        4,
    )
    assert "never" not in connection.text()
    assert [m["ok"] for m in connection.of("cell-finished")] == [True, False]


def test_the_prologue_runs_silently(both: Engine, folder: Path) -> None:
    prologue = [
        {"cell": 0, "kind": "imports", "source": "import math\nprint('import')\n'shown'"},
        {"cell": 1, "kind": "functions", "source": "def double(x):\n    return 2 * x"},
    ]
    imports = [{"name": "js", "statement": "import json as js"}]
    connection = succeed(
        both, folder, "print(double(math.pi) > 6, js.dumps(1))", prologue=prologue, imports=imports
    )
    assert connection.text() == "True 1\n"
    assert [m["cell"] for m in connection.of("cell-started")] == [10]
    assert not connection.of("display")


def test_a_failing_prologue_shows_what_it_said(both: Engine, folder: Path) -> None:
    prologue = [{"cell": 3, "kind": "imports", "source": "print('before')\nimport nowhere_to_be"}]
    connection, finished = run(both, folder, "print('never')", prologue=prologue)
    assert connection.text() == "before\n"
    assert finished["error"]["type"] == "ModuleNotFoundError"
    assert (finished["error"]["cell"], finished["error"]["line"]) == (3, 2)


def test_an_import_that_cannot_be_run_again(both: Engine, folder: Path) -> None:
    imports = [{"name": "gone", "statement": "import gone"}]
    _, finished = run(both, folder, "x = 1", imports=imports)
    assert finished["error"]["message"].startswith("`import gone`, run again from an earlier step:")


def test_the_last_expression_is_the_result(both: Engine, folder: Path) -> None:
    connection = succeed(both, folder, "1 + 1", "_ * 21", "3;", "None", "x = 5", "[x]")
    assert results(connection) == ["2", "42", "[5]"]
    assert {m["kind"] for m in connection.of("display")} == {"result"}


def test_displays_and_their_updates(both: Engine, folder: Path) -> None:
    cell = """
class Rich:
    def _repr_html_(self):
        return "<b>rich</b>"
    def _repr_png_(self):
        return b"PNG"
    def __repr__(self):
        return "plain"
handle = display(Rich(), display_id="one")
handle.update(Rich())
display(1, 2)
"""
    shown = succeed(both, folder, cell).of("display")
    assert [(m["displayId"], m["update"], m["kind"]) for m in shown] == [
        ("one", False, "display"),
        ("one", True, "display"),
        (None, False, "display"),
        (None, False, "display"),
    ]
    png = base64.b64encode(b"PNG").decode()
    for mime, data in (("text/html", "<b>rich</b>"), ("text/plain", "plain")):
        assert shown[0]["data"][mime] == data
    assert shown[0]["data"]["image/png"].strip() == png


def test_await_in_cells(both: Engine, folder: Path) -> None:
    connection = succeed(
        both,
        folder,
        "import asyncio\nasyncio.get_running_loop()\nawait asyncio.sleep(0)\n'awaited'",
        "task = asyncio.ensure_future(asyncio.sleep(0, 'from a task'))",
        "await task",
    )
    assert results(connection) == ["'awaited'", "'from a task'"]


def test_asyncio_run_works_in_a_cell(both: Engine, folder: Path) -> None:
    cell = """
import asyncio
async def answer():
    await asyncio.sleep(0)
    return 42
print(asyncio.run(answer()))
asyncio.get_running_loop()
print(asyncio.run(answer()) + 1)
"""
    connection = succeed(both, folder, cell)
    assert connection.text() == "42\n43\n"


def test_context_variables_hold_between_cells(both: Engine, folder: Path) -> None:
    cells = ["import decimal\ndecimal.getcontext().prec = 3", "print(decimal.Decimal(1) / 3)"]
    assert succeed(both, folder, *cells).text() == "0.333\n"


def test_future_imports_hold_in_later_cells(both: Engine, folder: Path) -> None:
    cells = ["from __future__ import annotations", "def f(x: no_such_name): pass\nprint('fine')"]
    assert succeed(both, folder, *cells).text() == "fine\n"


def test_input_says_that_nobody_answers(both: Engine, folder: Path) -> None:
    _, finished = run(both, folder, "name = input('Your name? ')")
    assert finished["error"]["type"] == "EOFError"
    assert "'Your name?'" in finished["error"]["message"]
    assert "parameter" in finished["error"]["message"]


@pytest.mark.parametrize("call", ["sys.exit(0)", "sys.exit('enough')", "raise SystemExit(3)"])
def test_exits_end_the_step(both: Engine, folder: Path, call: str) -> None:
    connection, finished = run(both, folder, f"import sys\n{call}", "print('never')")
    error = finished["error"]
    assert (error["code"], error["type"], error["cell"], error["line"]) == (
        "exited",
        "SystemExit",
        10,
        2,
    )
    assert not connection.of("output")


def test_a_keyboard_interrupt_of_its_own(both: Engine, folder: Path) -> None:
    _, finished = run(both, folder, "x = 1\nraise KeyboardInterrupt")
    assert finished["state"] == "failed"
    assert finished["error"]["type"] == "KeyboardInterrupt"
    assert (finished["error"]["cell"], finished["error"]["line"]) == (10, 2)


@pytest.mark.needs("matplotlib")
def test_figures_are_shown_at_the_end_of_the_cell(both: Engine, folder: Path) -> None:
    cells = ["import matplotlib.pyplot as plt\nplt.plot([1, 2])\nprint('drawn')", "1"]
    connection = succeed(both, folder, *cells)
    pictures = [m for m in connection.of("display") if "image/png" in m["data"]]
    assert [m["cell"] for m in pictures] == [10]
    assert base64.b64decode(pictures[0]["data"]["image/png"])[:4] == b"\x89PNG"


@ipython
def test_magics_and_shell_lines(steps: Engine, folder: Path) -> None:
    connection = succeed(
        steps,
        folder,
        "%%bash\necho from bash",
        "!echo from shell\nlines = !echo captured\nprint(lines)",
        "%%capture kept\nprint('inside')",
        "print(repr(kept.stdout))",
        "%%time\ny = 3",
        "print(y, In[1] != '', get_ipython().__class__.__mro__[1].__name__)",
        "%cd -q ..\nimport os\nprint(os.path.basename(os.getcwd()))",
        "%matplotlib inline\nfrom IPython.display import clear_output\nclear_output()",
    )
    text = connection.text()
    assert "from bash\n" in text
    assert "from shell\n" in text.replace("\r\n", "\n")
    assert "['captured']" in text
    assert "'inside\\n'" in text
    assert "Wall time" in text
    assert "3 True InteractiveShell" in text
    assert f"{folder.parent.name}\n" in text


@ipython
def test_scripts_and_exit(steps: Engine, folder: Path) -> None:
    (folder / "script.py").write_text("made_by_script = __name__")
    connection = succeed(steps, folder, "%run script.py\nprint(made_by_script)")
    assert connection.text() == "__main__\n"
    _, finished = run(steps, folder, "exit")
    assert finished["error"]["code"] == "exited"


@ipython
@pytest.mark.parametrize(
    ("source", "line"),
    [
        ("\n\n%%time\nx = 1\n1 / 0", 5),
        ("%%capture\nx = 1\n\n1 / 0", 4),
        ("\n%time x = 1\n1 / 0", 3),
        ("x = !echo \\\n  a\n1 / 0", 3),
        ("import asyncio\nawait asyncio.sleep(0)\n1 / 0", 3),
    ],
)
def test_lines_count_as_in_the_notebook(
    steps: Engine, folder: Path, source: str, line: int
) -> None:
    _, finished = run(steps, folder, source)
    assert finished["error"]["type"] == "ZeroDivisionError"
    assert (finished["error"]["cell"], finished["error"]["line"]) == (10, line)


def test_magics_without_ipython(plain_steps: Engine, folder: Path) -> None:
    _, finished = run(plain_steps, folder, "x = 1\n%matplotlib inline")
    assert finished["error"]["message"].startswith("%matplotlib is a command of IPython")
    assert (finished["error"]["cell"], finished["error"]["line"]) == (10, 2)


def test_the_plain_shell_says_so(plain_steps: Engine, folder: Path) -> None:
    assert succeed(plain_steps, folder, "1").of("started")[0]["ipython"] is None

"""Errors as the person wrote them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
from chard_runner.cells import cell_filename, cell_of_filename, remember_source
from chard_runner.protocol import StepError
from chard_runner.tracebacks import Reader
from engine import Engine, step_spec

BOOK = "digits.ipynb"
RULE = "-" * 75


def error_of(source: str, cell: int = 3, **names: Any) -> StepError:
    """What a cell raises, run as plain code under its name."""
    filename = cell_filename(BOOK, cell)
    remember_source(filename, source)
    try:
        exec(compile(source, filename, "exec", dont_inherit=True), names)
    except BaseException as error:
        # The first frame is this function's.
        assert error.__traceback__ is not None
        own = error.with_traceback(error.__traceback__.tb_next)
        return Reader(BOOK).describe(own, cell)
    raise AssertionError("it raised nothing")


def test_names_tell_their_cells() -> None:
    assert cell_of_filename(cell_filename("odd > cell 9 name.ipynb", 3)) == 3
    assert cell_of_filename("<stdin>") is None and cell_of_filename("/cell 3") is None


def test_context_lines_and_functions() -> None:
    source = "def f(x):\n    # inner\n    return 1 / x\n\nprint\nf(0)\nlast = 1\nnot_shown = 2"
    error = error_of(source)
    assert error == {
        "code": "exception",
        "type": "ZeroDivisionError",
        "message": "division by zero",
        "cell": 3,
        "line": 3,
        "traceback": [
            RULE,
            "ZeroDivisionError                         Traceback (most recent call last)",
            "Cell [3], line 6",
            "      4",
            "      5 print",
            "----> 6 f(0)",
            "      7 last = 1",
            "      8 not_shown = 2",
            "",
            "Cell [3], line 3, in f",
            "      1 def f(x):",
            "      2     # inner",
            "----> 3     return 1 / x",
            "      4",
            "      5 print",
            "",
            "ZeroDivisionError: division by zero",
        ],
    }


def test_a_function_of_another_cell() -> None:
    names: dict[str, Any] = {}
    source = "def f():\n    raise ValueError('inside')"
    remember_source(cell_filename(BOOK, 1), source)
    exec(compile(source, cell_filename(BOOK, 1), "exec"), names)
    error = error_of("f()", cell=7, **names)
    assert (error["cell"], error["line"]) == (1, 2)
    assert "Cell [7], line 1" in error["traceback"]
    assert "Cell [1], line 2, in f" in error["traceback"]


def test_errors_below_library_code_are_the_cells() -> None:
    error = error_of("import json\n\njson.loads('{')")
    assert (error["type"], error["cell"], error["line"]) == ("JSONDecodeError", 3, 3)
    assert any(line.startswith("File ") and "in raw_decode" in line for line in error["traceback"])


def test_syntax_errors_have_a_caret() -> None:
    error = error_of("x = 1\n  \ny = (1 +* 2)")
    assert (error["cell"], error["line"]) == (3, 3)
    assert error["traceback"][1] == "Cell [3], line 3"
    assert error["traceback"][2] == "    y = (1 +* 2)"
    assert error["traceback"][3].startswith("            ^")
    assert error["traceback"][-1] == "SyntaxError: invalid syntax"


def test_chained_exceptions() -> None:
    source = """
try:
    try:
        {}["missing"]
    except KeyError as error:
        raise ValueError("wrapped") from error
except ValueError:
    raise RuntimeError("outer")
"""
    error = error_of(source)
    lines = error["traceback"]
    assert [line for line in lines if line.endswith(":") and "exception" in line] == [
        "The above exception was the direct cause of the following exception:",
        "During handling of the above exception, another exception occurred:",
    ]
    finals = [line for line in lines if line.startswith(("KeyError:", "ValueError:", "Runtime"))]
    assert finals[0] == "KeyError: 'missing'" and finals[-1] == "RuntimeError: outer"
    assert error["line"] == 8
    assert "above" not in "\n".join(
        error_of("try: 1/0\nexcept Exception: raise ValueError from None")["traceback"]
    )


def test_a_chain_that_bites_its_tail() -> None:
    error = error_of(
        "e = ValueError('a'); e.__cause__ = KeyError('b'); e.__cause__.__cause__ = e\nraise e"
    )
    assert error["message"] == "a"


@pytest.mark.skipif(sys.version_info < (3, 11), reason="exception groups came with 3.11")
def test_groups_and_notes() -> None:
    source = """
error = ExceptionGroup("two", [ValueError("first"), ExceptionGroup("inner", [KeyError("k")])])
error.add_note("a note")
raise error
"""
    lines = error_of(source)["traceback"]
    assert "ExceptionGroup: two (2 sub-exceptions)" in lines and "a note" in lines
    assert "  +---------------- 1 ----------------" in lines
    assert "  | ValueError: first" in lines
    assert "  |   | KeyError: 'k'" in lines


def test_deep_recursion_is_shortened() -> None:
    error = error_of("def f(n):\n    return f(n + 1)\nf(0)")
    assert error["type"] == "RecursionError"
    assert len(error["traceback"]) < 300
    assert any("frames are not shown" in line for line in error["traceback"])


def test_hostile_exceptions() -> None:
    source = """
class Bad(Exception):
    def __str__(self): raise RuntimeError
raise Bad
"""
    error = error_of(source)
    assert error["message"] == "<its message cannot be shown: RuntimeError>"
    assert len(error_of("raise ValueError('x' * 10**6)")["message"]) < 21_000
    assert len(error_of("x = '" + "y" * 10**5 + "'; 1/0")["traceback"][3]) < 500


def test_exits_say_what_was_called() -> None:
    error = error_of("raise SystemExit('done')")
    assert error["code"] == "exited"
    assert error["message"] == "sys.exit('done') was called; a cell that exits ends the step"


def test_nothing_of_the_machinery_is_shown(steps: Engine, folder: Path) -> None:
    (folder / "helper.py").write_text("def fail():\n    raise LookupError('in helper')\n")
    finished = steps.start(step_spec(folder, "import helper\nhelper.fail()")).finished()
    assert finished["error"]["traceback"] == [
        RULE,
        "LookupError                               Traceback (most recent call last)",
        "Cell [10], line 2",
        "      1 import helper",
        "----> 2 helper.fail()",
        "",
        f"File {folder}/helper.py:2, in fail",
        "      1 def fail():",
        "----> 2     raise LookupError('in helper')",
        "",
        "LookupError: in helper",
    ]


@pytest.mark.needs("IPython")
def test_syntax_errors_and_magics(steps: Engine, folder: Path) -> None:
    finished = steps.start(step_spec(folder, "\n%cd -q .\nx = = 1")).finished()
    error = finished["error"]
    assert (error["type"], error["cell"], error["line"]) == ("SyntaxError", 10, 3)
    assert error["traceback"][1:4] == ["Cell [10], line 3", "    x = = 1", "        ^"]
    finished = steps.start(step_spec(folder, "%no_such_magic")).finished()
    assert finished["error"]["type"] == "UsageError"
    assert "no_such_magic" in finished["error"]["message"]


def test_own_tracebacks_show_the_cell(steps: Engine, folder: Path) -> None:
    cell = """import traceback, inspect
def f(): return 1
try: 1/0
except Exception: traceback.print_exc()"""
    connection = steps.start(step_spec(folder, cell, "print(inspect.getsource(f))"))
    assert connection.finished()["state"] == "succeeded"
    assert 'File "<digits.ipynb cell 10>", line 3' in connection.text("stderr")
    assert "try: 1/0" in connection.text("stderr")
    assert connection.text() == "def f(): return 1\n\n"

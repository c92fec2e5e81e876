"""Hidden state passes between processes; each part runs in one of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

_RUNNER = Path(__file__).resolve().parents[2]


def step(code: str, folder: Path, items: str = "none.pickle", **environment: str) -> str:
    """Run a step that begins with the items of a file and leaves its own in ``left.pickle``."""
    source = f"""
import pickle, sys, os
sys.path.append({str(_RUNNER)!r})
from chard_runner.hidden_state import HiddenState
hidden = HiddenState(["API_TOKEN"])
try:
    items = pickle.load(open({str(folder / items)!r}, "rb"))
except FileNotFoundError:
    items = {{}}
warnings = hidden.begin(items)
{code}
changes = hidden.changed()
pickle.dump(dict(changes.items), open({str(folder / "left.pickle")!r}, "wb"))
hidden.close()
"""
    done = subprocess.run(
        [sys.executable, "-c", source],
        cwd=folder,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_draws_go_on_where_the_step_before_stopped(tmp_path: Path) -> None:
    pytest.importorskip("numpy")
    draw = "import random, numpy; print(random.random(), numpy.random.rand())"
    seed = "import random, numpy; random.seed(3); numpy.random.seed(3)"
    both = step(f"{seed}\n{draw}\n{draw}", tmp_path)
    first = step(f"{seed}\n{draw}", tmp_path)
    assert "numpy" not in step("print(*sys.modules)", tmp_path, "left.pickle")

    first = step(f"{seed}\n{draw}", tmp_path)
    second = step(draw, tmp_path, "left.pickle")
    assert f"{first}\n{second}" == both


def test_state_is_set_where_numpy_came_before_the_step(tmp_path: Path) -> None:
    pytest.importorskip("numpy")
    step("import numpy; numpy.random.seed(3)", tmp_path)
    late = step("import numpy.random; print(numpy.random.rand())", tmp_path, "left.pickle")
    step("import numpy; numpy.random.seed(3)", tmp_path)
    early = step(
        "hidden.close(); import numpy; hidden.begin(items); print(numpy.random.rand())",
        tmp_path,
        "left.pickle",
    )
    assert late == early


@pytest.mark.parametrize("code", ["pass", "import numpy", "import random", "os.environ['HOME']"])
def test_nothing_is_left_where_nothing_changed(code: str, tmp_path: Path) -> None:
    pytest.importorskip("numpy")
    assert step(f"{code}\nprint(sorted(hidden.changed().items))", tmp_path) == "[]"


def test_environment_goes_on_and_adds_up_without_secrets(tmp_path: Path) -> None:
    step(
        "os.environ['A'] = '1'; os.environ.pop('GONE'); os.environ['API_TOKEN'] = 'other-secret'\n"
        "os.environ['URL'] = 'http://s3cret-token@host'; os.environ['URL2'] = 'other-secret/x'\n",
        tmp_path,
        GONE="x",
        API_TOKEN="s3cret-token",
    )
    content = (tmp_path / "left.pickle").read_bytes()
    assert b"secret" not in content and b"s3cret" not in content
    (tmp_path / "left.pickle").rename(tmp_path / "first.pickle")
    step("os.environ['B'] = '2'", tmp_path, "first.pickle", GONE="x")
    seen = step(
        "print([os.environ.get(n) for n in ('A', 'B', 'GONE', 'URL')])",
        tmp_path,
        "left.pickle",
        GONE="x",
    )
    assert seen == "['1', '2', None, None]"


def test_withheld_variables_are_named(tmp_path: Path) -> None:
    code = "os.environ['URL'] = 'x-s3cret'; print(hidden.changed().withheld)"
    assert step(code, tmp_path, API_TOKEN="s3cret") == "('URL',)"


def test_directory_and_search_path_go_on(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    step("os.chdir('sub'); sys.path.insert(0, '/extra')", tmp_path)
    seen = step("print(os.getcwd(), sys.path[0])", tmp_path, "left.pickle")
    assert seen == f"{tmp_path / 'sub'} /extra"


def test_a_directory_that_is_gone_is_a_warning(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    step("os.chdir('sub')", tmp_path)
    (tmp_path / "sub").rmdir()
    warnings = step("import json; print(json.dumps(warnings))", tmp_path, "left.pickle")
    assert "sub" in json.loads(warnings)[0]


def test_torch_draws_go_on(tmp_path: Path) -> None:
    pytest.importorskip("torch")
    draw = "import torch; print(torch.rand(1).item())"
    both = step(f"import torch; torch.manual_seed(3)\n{draw}\n{draw}", tmp_path)
    first = step(f"import torch; torch.manual_seed(3)\n{draw}", tmp_path)
    assert f"{first}\n{step(draw, tmp_path, 'left.pickle')}" == both

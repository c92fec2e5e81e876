"""A real Jupyter server with Chard in it, a process of its own, and what a browser does with it."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from email.message import Message
from http.client import HTTPConnection, HTTPResponse
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

TOKEN = "a-token-that-nobody-guesses"
PASSWORD = "a-password-that-nobody-guesses"
BASE = "/user/ada/"
API = f"{BASE}chard/api/v1"
HANGS_AFTER_SECONDS = 90


@dataclass
class Answer:
    status: int
    headers: Message
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def code(self) -> str:
        return str(self.json["error"]["code"])


@dataclass
class Event:
    id: str
    type: str
    data: Any


@dataclass
class Jupyter:
    """Starts with ``start``, and is ended by ``close`` whatever has become of it."""

    environment: Mapping[str, str] = field(default_factory=dict)
    #: The text of a ``jupyter_server_config.py``.
    config: str = ""
    folder: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="chard-jupyter-")))
    process: subprocess.Popen[bytes] | None = None
    port: int = 0

    @property
    def root(self) -> Path:
        return self.folder / "root"

    @property
    def home(self) -> Path:
        return self.folder / "home"

    def start(self) -> Jupyter:
        self.root.mkdir(exist_ok=True)
        (self.folder / "config").mkdir(exist_ok=True)
        (self.folder / "config" / "jupyter_server_config.py").write_text(self.config)
        self.port = free_port()
        settings = {
            "ServerApp.root_dir": str(self.root),
            "ServerApp.port": str(self.port),
            "ServerApp.port_retries": "0",
            "ServerApp.base_url": BASE,
            "ServerApp.allow_root": "True",
            "ServerApp.open_browser": "False",
            "IdentityProvider.token": TOKEN,
            "PasswordIdentityProvider.hashed_password": hashed_password(),
        }
        words = [f"--{name}={value}" for name, value in settings.items()]
        environment = {
            **os.environ,
            "CHARD_HOME": str(self.home),
            "JUPYTER_CONFIG_DIR": str(self.folder / "config"),
            "JUPYTER_DATA_DIR": str(self.folder / "data"),
            "JUPYTER_RUNTIME_DIR": str(self.folder / "runtime"),
            "TMPDIR": str(self.folder),
            "JUPYTERHUB_API_TOKEN": "a-token-of-the-hub",
            **self.environment,
        }
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "jupyter_server", *words],
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        self.until(self._serves)
        return self

    def close(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def until(self, happens: Callable[[], Any]) -> Any:
        """Looks again and again until something is there; what never comes fails with the log."""
        deadline = time.monotonic() + HANGS_AFTER_SECONDS
        while time.monotonic() < deadline:
            if found := happens():
                return found
            time.sleep(0.02)
        raise AssertionError(f"it never happens; the log:\n{(self.folder / 'log').read_text()}")

    def request(
        self,
        method: str,
        path: str,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        token: str | None = TOKEN,
    ) -> Answer:
        """One request; by default of a script that has the token."""
        with self.open(method, path, body, headers, token) as response:
            return Answer(response.status, response.headers, response.read())

    @contextlib.contextmanager
    def open(
        self,
        method: str,
        path: str,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        token: str | None = TOKEN,
    ) -> Iterator[HTTPResponse]:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=HANGS_AFTER_SECONDS)
        sent = {"Content-Type": "application/json", **(headers or {})}
        if token is not None:
            sent["Authorization"] = f"token {token}"
        content = json.dumps(body) if isinstance(body, (dict, list)) else body
        try:
            connection.request(method, path, content, sent)
            yield connection.getresponse()
        finally:
            connection.close()

    def api(self, method: str, path: str, body: Any = None, **options: Any) -> Answer:
        return self.request(method, API + path, body, **options)

    def events(self, path: str, last: str | None = None) -> Iterator[Event]:
        """A stream's messages, until it ends or breaks off."""
        headers = {} if last is None else {"Last-Event-ID": last}
        with self.open("GET", API + path, headers=headers) as response:
            assert response.status == 200, response.read()
            event = Event("", "message", None)
            for raw in response:
                name, _, value = raw.decode().rstrip("\n").partition(": ")
                if name == "id":
                    event.id = value
                elif name == "event":
                    event.type = value
                elif name == "data":
                    event.data = json.loads(value)
                elif name == "" and event.data is not None:
                    yield event
                    event = Event(event.id, "message", None)

    def log_in(self) -> dict[str, str]:
        """What a browser sends once somebody has typed the password."""
        page = self.request("GET", f"{BASE}login", token=None)
        xsrf = cookies_of(page)["_xsrf"]
        form = urlencode({"password": PASSWORD, "_xsrf": xsrf})
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Cookie": f"_xsrf={xsrf}",
        }
        answer = self.request("POST", f"{BASE}login", form, headers, token=None)
        assert answer.status == 302, answer.body
        # The token is another one for somebody who is known.
        login = cookies_of(answer)
        known = {"Cookie": "; ".join(f"{name}={value}" for name, value in login.items())}
        page = self.request("GET", f"{BASE}tree", headers=known, token=None)
        login["_xsrf"] = cookies_of(page).get("_xsrf", xsrf)
        cookie = "; ".join(f"{name}={value}" for name, value in login.items())
        return {"Cookie": cookie, "X-XSRFToken": login["_xsrf"]}

    def companions(self) -> list[int]:
        """The companion servers that belong to this store."""
        return [pid for pid in self.own_processes() if b"serve.mjs" in read(pid, "cmdline")]

    def own_processes(self) -> list[int]:
        """All living processes that Jupyter has started for this store, those of steps included."""
        mark = f"CHARD_HOME={self.home}\0".encode()
        return [
            int(path.name)
            for path in Path("/proc").iterdir()
            if path.name.isdigit()
            and (self.process is None or int(path.name) != self.process.pid)
            and mark in read(int(path.name), "environ")
        ]

    def _serves(self) -> bool:
        assert self.process is not None
        if self.process.poll() is not None:
            raise AssertionError((self.folder / "log").read_text())
        with contextlib.suppress(OSError):
            return self.request("GET", f"{BASE}api/status").status == 200
        return False


def cookies_of(answer: Answer) -> dict[str, str]:
    cookies = SimpleCookie("; ".join(answer.headers.get_all("Set-Cookie", [])))
    return {name: morsel.coded_value for name, morsel in cookies.items()}


def read(pid: int, name: str) -> bytes:
    """A file of a process; empty for one that has ended meanwhile."""
    try:
        return Path(f"/proc/{pid}/{name}").read_bytes()
    except OSError:
        return b""


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def hashed_password() -> str:
    from jupyter_server.auth.security import passwd

    # Quick to check: it is checked with every login, and guards nothing here. Jupyter's function
    # has no annotations.
    hashed: str = passwd(PASSWORD, "sha256")  # type: ignore[no-untyped-call]
    return hashed


def notebook(*cells: tuple[str, str]) -> str:
    """The text of a notebook: tags, separated by blanks, and source of each cell."""
    return json.dumps(
        {
            "nbformat": 4,
            "nbformat_minor": 5,
            "metadata": {
                "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}
            },
            "cells": [
                {
                    "cell_type": "code",
                    "id": f"cell-{number}",
                    "metadata": {"tags": tags.split()},
                    "source": source,
                    "execution_count": None,
                    "outputs": [],
                }
                for number, (tags, source) in enumerate(cells)
            ],
        }
    )

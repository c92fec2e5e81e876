"""What the proxy passes on, whom the authorizer stops, and what Jupyter counts as activity."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest
from tornado.iostream import StreamClosedError

from jupyterlab_chard.proxy import Relay
from jupyterlab_chard.tests.jupyter import BASE, TOKEN, Jupyter

ECHO = Path(__file__).parent / "echo.py"

WITH_ECHO = f"""
import sys
from jupyterlab_chard import companion
companion._node_command = lambda: [sys.executable, {str(ECHO)!r}]
"""

READ_ONLY = """
from jupyter_server.auth.authorizer import Authorizer

class ReadOnly(Authorizer):
    def is_authorized(self, handler, user, action, resource):
        return resource != "chard" or action == "read"

c.ServerApp.authorizer_class = ReadOnly
"""

NOTHING = READ_ONLY.replace('action == "read"', "False")


@pytest.fixture(scope="module")
def echo() -> Iterator[Jupyter]:
    """A Jupyter server whose companion says what it was asked."""
    server = Jupyter(config=WITH_ECHO)
    try:
        yield server.start()
    finally:
        server.close()


def asked(echo: Jupyter, headers: dict[str, str]) -> dict[str, str]:
    answer = echo.api("POST", "/x", "{}", headers=headers)
    assert answer.status == 200
    found: dict[str, str] = answer.json["headers"]
    return found


def test_only_what_is_its_business_reaches_the_companion(echo: Jupyter) -> None:
    login = echo.log_in()
    headers = {
        **login,
        "Accept": "text/event-stream",
        "Last-Event-ID": "7",
        "Origin": f"http://127.0.0.1:{echo.port}",
        "Referer": f"http://127.0.0.1:{echo.port}/user/ada/lab",
        "User-Agent": "browser",
        "X-Chard-Secret": "guessed",
        "X-Forwarded-For": "10.0.0.1",
        "X-Anything": "else",
    }
    found = asked(echo, headers)
    passed_on = {"Accept", "Content-Type", "Last-Event-Id"}
    assert set(found) == {*passed_on, "Content-Length", "Host", "X-Chard-Secret"}
    assert (found["Accept"], found["Last-Event-Id"]) == ("text/event-stream", "7")
    assert found["Host"] == "chard"
    assert found["X-Chard-Secret"] != "guessed"
    assert len(found["X-Chard-Secret"]) >= 32
    assert TOKEN not in str(found)


def test_of_the_address_the_companion_gets_its_own_part(echo: Jupyter) -> None:
    words = f"token={TOKEN}&_xsrf=x&no_track_activity=1&step=a%26b&step=c&1717171717171"
    answer = echo.request("GET", f"{BASE}chard/api/v1/runs/a%2Fb?{words}", token=None)
    assert answer.json["line"] == "GET /api/v1/runs/a%2Fb?step=a%26b&step=c HTTP/1.1"


def test_only_what_is_its_business_reaches_the_browser(echo: Jupyter) -> None:
    answer = echo.api("GET", "/x")
    headers = answer.headers
    assert headers["Cache-Control"] == "no-store"
    assert headers["Content-Disposition"] == "attachment; filename=log.txt"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers.get_all("Location", []) == []
    assert headers.get_all("X-Chard-Secret", []) == []
    # Jupyter writes its own of these.
    assert "*" not in headers.get_all("Access-Control-Allow-Origin", [])
    assert "session=stolen" not in str(headers)
    (policy,) = headers.get_all("Content-Security-Policy", [])
    assert "default-src *" not in policy
    assert "default-src 'none'" in policy


def last_activity(jupyter: Jupyter) -> str:
    answer = jupyter.request("GET", f"{BASE}api/status?no_track_activity=1")
    found: str = answer.json["last_activity"]
    return found


def test_a_run_that_goes_on_is_activity(echo: Jupyter) -> None:
    echo.api("GET", "/x?no_track_activity=1")
    before = last_activity(echo)
    echo.api("GET", "/x?no_track_activity=1")
    assert last_activity(echo) == before
    # What the companion says about once a minute while it executes runs.
    echo.api("GET", "/busy?no_track_activity=1")
    echo.until(lambda: last_activity(echo) > before)


@pytest.mark.parametrize("config", [READ_ONLY, NOTHING], ids=["read only", "nothing"])
def test_somebody_who_is_known_but_not_authorized_is_refused(config: str) -> None:
    server = Jupyter(config=config)
    try:
        server.start()
        login = server.log_in()
        for identity in ({"token": TOKEN}, {"headers": login, "token": None}):
            answer = server.api("GET", "/runs", **identity)
            assert answer.status == (200 if config == READ_ONLY else 403)
            for method, path in [
                ("POST", "/runs"),
                ("PATCH", "/runs/r"),
                ("DELETE", "/runs/r"),
                ("POST", "/runs/r/cancel"),
            ]:
                answer = server.api(method, path, {}, **identity)
                assert (answer.status, answer.code) == (403, "forbidden")
    finally:
        server.close()


class Gone:
    """A handler whose browser has closed the connection."""

    def __init__(self) -> None:
        self.written: list[bytes] = []

    def write(self, chunk: bytes) -> None:
        self.written.append(chunk)

    async def flush(self) -> None:
        raise StreamClosedError


def test_a_browser_that_closes_a_page_is_no_error_in_the_log() -> None:
    handler = Gone()
    relay = Relay(cast(Any, handler))
    asyncio.run(relay.data_received(b"data: 1\n\n"))
    assert handler.written == [b"data: 1\n\n"]

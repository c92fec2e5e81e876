"""Streams over WebSockets: what comes through, and who is let in."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from typing import Any

import pytest
from tornado.httpclient import HTTPClientError, HTTPRequest
from tornado.websocket import websocket_connect

from jupyterlab_chard.tests.jupyter import BASE, TOKEN, Jupyter
from jupyterlab_chard.tests.test_proxy import NOTHING, READ_ONLY

LIST = "/feed"


async def _messages(jupyter: Jupyter, path: str, headers: dict[str, str], count: int) -> list[Any]:
    address = f"ws://127.0.0.1:{jupyter.port}{BASE}chard/streams/api/v1{path}"
    socket = await websocket_connect(HTTPRequest(address, headers=headers))
    try:
        return [await asyncio.wait_for(socket.read_message(), 30) for _ in range(count)]
    finally:
        socket.close()


def messages(
    jupyter: Jupyter, path: str, count: int, headers: dict[str, str] | None = None
) -> list[Any]:
    """The first messages of a stream; None is its end. By default for a script with the token."""
    sent = {"Authorization": f"token {TOKEN}"} if headers is None else headers
    return asyncio.run(_messages(jupyter, path, sent, count))


def refused(jupyter: Jupyter, headers: dict[str, str]) -> int:
    with pytest.raises(HTTPClientError) as caught:
        messages(jupyter, LIST, 1, headers)
    return caught.value.code


def test_a_stream_comes_with_its_status(jupyter: Jupyter) -> None:
    status, content = messages(jupyter, LIST, 2)
    assert json.loads(status) == {"status": 200}
    assert isinstance(content, bytes)


def test_what_is_not_there_says_so_and_ends(jupyter: Jupyter) -> None:
    status, content, end = messages(jupyter, "/runs/none/events?after=0", 3)
    assert json.loads(status) == {"status": 404}
    assert json.loads(content)["error"]["code"] == "run-unknown"
    assert end is None


def test_the_companion_gets_its_own_part_of_the_address(jupyter: Jupyter) -> None:
    status, _ = messages(jupyter, f"{LIST}?token={TOKEN}&no_track_activity=1", 2, {})
    assert json.loads(status) == {"status": 200}


def test_only_who_is_logged_in_is_let_in_and_from_no_other_site(jupyter: Jupyter) -> None:
    assert refused(jupyter, {}) == 403
    assert refused(jupyter, {"Authorization": "token wrong"}) == 403
    login = {"Cookie": jupyter.log_in()["Cookie"]}
    own = {**login, "Origin": f"http://127.0.0.1:{jupyter.port}"}
    assert len(messages(jupyter, LIST, 2, own)) == 2
    assert refused(jupyter, {**login, "Origin": "https://evil.example"}) in (403, 404)


@pytest.mark.parametrize("config", [READ_ONLY, NOTHING], ids=["read only", "nothing"])
def test_who_may_not_read_is_refused(config: str) -> None:
    server = Jupyter(config=config)
    try:
        server.start()
        if config == READ_ONLY:
            assert len(messages(server, LIST, 2)) == 2
        else:
            assert refused(server, {"Authorization": f"token {TOKEN}"}) == 403
    finally:
        server.close()


def test_when_the_companion_ends_so_does_the_stream(own_jupyter: Jupyter) -> None:
    own_jupyter.start()

    async def watch() -> tuple[Any, int | None]:
        address = f"ws://127.0.0.1:{own_jupyter.port}{BASE}chard/streams/api/v1{LIST}"
        request = HTTPRequest(address, headers={"Authorization": f"token {TOKEN}"})
        socket = await websocket_connect(request)
        for _ in range(2):
            await asyncio.wait_for(socket.read_message(), 30)
        for pid in own_jupyter.companions():
            os.kill(pid, signal.SIGKILL)
        while (message := await asyncio.wait_for(socket.read_message(), 30)) is not None:
            assert isinstance(message, bytes)
        return message, socket.close_code

    assert asyncio.run(watch()) == (None, 1011)

"""Streams of the companion server over WebSockets.

A browser opens six connections of HTTP to a server, for all its pages together, and a stream keeps
one for as long as it goes on: with a few runs in view nothing else would come through, not even
what saves a notebook. Of WebSockets there may be a few hundred.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from typing import Any

from jupyter_core.utils import ensure_async
from jupyter_server.base.handlers import JupyterHandler
from jupyter_server.base.websocket import WebSocketMixin
from tornado import web
from tornado.httputil import HTTPHeaders, RequestStartLine
from tornado.iostream import IOStream
from tornado.websocket import WebSocketClosedError, WebSocketHandler

from jupyterlab_chard.companion import Companion, CompanionUnavailableError
from jupyterlab_chard.proxy import (
    COMPANION,
    ENDED,
    MOUNT,
    UNAVAILABLE,
    Relay,
    ask,
    companion_address,
    companion_headers,
    failure,
)

#: Where streams are, below Jupyter's base URL: followed by the address that the companion knows.
STREAMS = f"{MOUNT}/streams"
#: "Internal error", among the codes that WebSockets close with.
BROKEN_OFF = 1011


class StreamHandler(WebSocketMixin, WebSocketHandler, JupyterHandler):
    """One stream: its status as a text, ``{"status": 200}``, and then its bytes as they come.

    Jupyter checks who asks, and that the page is one of its own.
    """

    auth_resource = "chard"

    def initialize(self) -> None:
        self._upstream: IOStream | None = None
        self._work: asyncio.Future[None] | None = None

    def set_default_headers(self) -> None:
        """Those of Jupyter's documents make no sense here."""

    def get_compression_options(self) -> dict[str, Any] | None:
        options: dict[str, Any] | None = self.settings.get("websocket_compression_options")
        return options

    async def get(self, *arguments: Any, **options: Any) -> None:
        """Let in who may read."""
        if self.current_user is None:
            raise web.HTTPError(403, "Log in to Jupyter first.")
        may = self.authorizer.is_authorized(self, self.current_user, "read", self.auth_resource)
        if not await ensure_async(may):
            raise web.HTTPError(403)
        await super().get(*arguments, **options)

    def open(self, *_: str, **__: str) -> None:
        super().open()
        # Tornado hears of the browser's end once this has returned.
        self._work = asyncio.ensure_future(self._pass_on())

    def on_message(self, message: str | bytes) -> None:
        """Whoever listens to a stream has nothing to say."""

    def on_close(self) -> None:
        """The browser is gone: the companion need not go on."""
        if self._upstream is not None:
            self._upstream.close()

    async def _pass_on(self) -> None:
        companion: Companion = self.settings[COMPANION]
        try:
            self._upstream = await companion.connect()
        except CompanionUnavailableError as error:
            await self._fail(str(error))
            return
        messages = _Messages(self)
        relay = Relay(messages)
        line = RequestStartLine(
            "GET", companion_address(self.request, self.base_url, STREAMS), "HTTP/1.1"
        )
        try:
            if self.ws_connection is None:
                return
            headers = companion_headers(self.request, companion.secret, 0)
            await ask(self._upstream, line, headers, b"", relay)
        finally:
            self._upstream.close()
        if not relay.has_begun:
            await self._fail(ENDED)
            return
        await messages.flush()
        # A stream that breaks off must not look like a whole one.
        self.close(1000 if relay.is_whole else BROKEN_OFF)

    async def _fail(self, message: str) -> None:
        messages = _Messages(self)
        messages.begin(503, "", HTTPHeaders())
        messages.write(failure(UNAVAILABLE, message).encode())
        await messages.flush()
        self.close(1000)


class _Messages:
    """An answer of the companion's as messages of a WebSocket."""

    def __init__(self, socket: WebSocketHandler) -> None:
        self._socket = socket
        self._waiting: list[str | bytes] = []

    def begin(self, status: int, _reason: str, _headers: HTTPHeaders) -> None:
        self._waiting.append(json.dumps({"status": status}))

    def write(self, chunk: bytes) -> None:
        self._waiting.append(chunk)

    async def flush(self) -> None:
        """Send what waits, and return once the browser takes it."""
        waiting, self._waiting = self._waiting, []
        with contextlib.suppress(WebSocketClosedError):
            for part in waiting:
                await self._socket.write_message(part, binary=isinstance(part, bytes))

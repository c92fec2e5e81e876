"""Passes requests on to the companion server, once Jupyter has let them in."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Awaitable, Iterable
from typing import Any, Protocol
from urllib.parse import parse_qsl, urlencode

from jupyter_server.auth.decorator import authorized
from jupyter_server.base.handlers import APIHandler
from tornado import web
from tornado.http1connection import HTTP1Connection, HTTP1ConnectionParameters
from tornado.httputil import (
    HTTPHeaders,
    HTTPMessageDelegate,
    HTTPServerRequest,
    RequestStartLine,
    ResponseStartLine,
)
from tornado.iostream import IOStream, StreamClosedError

from jupyterlab_chard.companion import Companion, CompanionUnavailableError

#: The companion server's place below Jupyter's base URL.
MOUNT = "chard"
#: Its place among the settings of Jupyter's web application.
COMPANION = "chard_companion"

#: The same as the companion's own limit.
BODY_LIMIT_BYTES = 16 * 1024 * 1024

#: What of a request is the companion's business. All else stays here, credentials first of all.
REQUEST_HEADERS = ("Accept", "Content-Type", "Last-Event-ID")
#: What of an answer is the browser's business.
RESPONSE_HEADERS = (
    "Cache-Control",
    "Content-Disposition",
    "Content-Type",
    "X-Accel-Buffering",
    "X-Content-Type-Options",
)
#: Parts of an address that are for Jupyter.
JUPYTERS_QUERY = frozenset({"token", "_xsrf", "no_track_activity"})

#: A stream of events has no end: no sum of its bytes is too large.
ENDLESS = 1 << 62

UNAVAILABLE = "server-unavailable"
ENDED = (
    "Chard's companion server ended while it was working on this. "
    "It is being started again; try again then."
)


@web.stream_request_body
class CompanionHandler(APIHandler):
    """One request: who asks is checked by Jupyter, what is asked by the companion."""

    auth_resource = "chard"

    def initialize(self) -> None:
        self._body: list[bytes] = []
        self._size = 0
        self._upstream: IOStream | None = None
        self._is_gone = False
        self._media_type = "application/json"

    # Tornado awaits what this gives, which Jupyter's annotation of it does not say.
    async def prepare(self) -> None:  # type: ignore[override]
        """Let in who may come in: also for reading, from Jupyter's own pages only."""
        self._refuse_size(int(self.request.headers.get("Content-Length", 0)))
        await super().prepare()
        if self._finished:
            return
        if self.current_user is None:
            raise web.HTTPError(403, "Log in to Jupyter first.")
        # Jupyter itself asks this of writing requests only.
        self.check_xsrf_cookie()

    def data_received(self, chunk: bytes) -> None:
        self._size += len(chunk)
        self._refuse_size(self._size)
        self._body.append(chunk)

    @web.authenticated
    @authorized
    async def get(self) -> None:
        await self._pass_on()

    @web.authenticated
    @authorized
    async def post(self) -> None:
        await self._pass_on()

    @web.authenticated
    @authorized
    async def patch(self) -> None:
        await self._pass_on()

    @web.authenticated
    @authorized
    async def delete(self) -> None:
        await self._pass_on()

    def on_connection_close(self) -> None:
        """The browser is gone: the companion need not go on."""
        self._is_gone = True
        if self._upstream is not None:
            self._upstream.close()

    def finish(self, *arguments: Any, **options: Any) -> Any:
        options.setdefault("set_content_type", self._media_type)
        return super().finish(*arguments, **options)

    def write_error(self, status_code: int, **options: Any) -> None:
        """Failures of this side look like the companion's own, with Jupyter's fields beside."""
        error = (options.get("exc_info") or (None, None))[1]
        message = getattr(error, "log_message", None) or self._reason
        code = getattr(error, "chard_code", None) or _code(status_code)
        self._media_type = "application/json"
        self.finish(failure(code, message))

    async def _pass_on(self) -> None:
        companion: Companion = self.settings[COMPANION]
        try:
            self._upstream = await companion.connect()
        except CompanionUnavailableError as error:
            raise _unavailable(str(error)) from None
        try:
            await self._exchange(self._upstream, companion.secret)
        finally:
            self._upstream.close()

    async def _exchange(self, upstream: IOStream, secret: str) -> None:
        relay = Relay(self)
        body = b"".join(self._body)
        address = companion_address(self.request, self.base_url, MOUNT)
        line = RequestStartLine(self.request.method or "", address, "HTTP/1.1")
        await ask(upstream, line, companion_headers(self.request, secret, len(body)), body, relay)
        if self._is_gone or relay.is_whole:
            if not self._finished:
                self.finish()
        elif relay.has_begun:
            # An answer that breaks off must not look like a whole one.
            self.detach().close()
        else:
            raise _unavailable(ENDED)

    def _refuse_size(self, size: int) -> None:
        if size > BODY_LIMIT_BYTES:
            error = web.HTTPError(
                413, f"The body is larger than {BODY_LIMIT_BYTES // 1024 // 1024} MiB."
            )
            raise error

    def begin(self, status: int, reason: str, headers: HTTPHeaders) -> None:
        """Take over the companion's status and headers."""
        self.set_status(status, reason)
        answer = HTTPHeaders()
        _copy(headers, answer, RESPONSE_HEADERS)
        for name, value in answer.get_all():
            self.set_header(name, value)
        self._media_type = answer.get("Content-Type", "application/json")


async def ask(
    upstream: IOStream, line: RequestStartLine, headers: HTTPHeaders, body: bytes, relay: Relay
) -> None:
    """Send the companion a request; ``relay`` gets the answer, and knows whether that was whole."""
    connection = HTTP1Connection(
        upstream, True, HTTP1ConnectionParameters(no_keep_alive=True, max_body_size=ENDLESS)
    )
    with contextlib.suppress(StreamClosedError):
        connection.write_headers(line, headers, body)
        connection.finish()
        await connection.read_response(relay)


def companion_headers(request: HTTPServerRequest, secret: str, length: int) -> HTTPHeaders:
    """What the companion is told of a request, and by what it knows who asks."""
    headers = HTTPHeaders({"Host": "chard", "X-Chard-Secret": secret})
    headers["Content-Length"] = str(length)
    _copy(request.headers, headers, REQUEST_HEADERS)
    return headers


def companion_address(request: HTTPServerRequest, base_url: str, mount: str) -> str:
    """The path below the mount as it was sent, escapes and all, and our part of the query."""
    path = request.path[len(base_url.rstrip("/")) + len(mount) + 1 :]
    query = [
        (name, value)
        for name, value in parse_qsl(request.query, keep_blank_values=True)
        # JupyterLab puts the time there, to get past caches.
        if name not in JUPYTERS_QUERY and not (name.isdigit() and value == "")
    ]
    return f"{path}?{urlencode(query)}" if query else path


class Taker(Protocol):
    """Whoever an answer of the companion's is for."""

    def begin(self, status: int, reason: str, headers: HTTPHeaders) -> None: ...

    def write(self, chunk: bytes) -> None: ...

    def flush(self) -> Awaitable[None]: ...


class Relay(HTTPMessageDelegate):
    """Hands the companion's answer on, no faster than the browser takes it."""

    def __init__(self, handler: Taker) -> None:
        self._handler = handler
        self.has_begun = False
        self.is_whole = False

    def headers_received(
        self, start_line: RequestStartLine | ResponseStartLine, headers: HTTPHeaders
    ) -> None:
        assert isinstance(start_line, ResponseStartLine)
        self.has_begun = True
        self._handler.begin(start_line.code, start_line.reason, headers)

    async def data_received(self, chunk: bytes) -> None:
        self._handler.write(chunk)
        # A browser that has gone is no fault: the handler ends the exchange when it hears of it.
        with contextlib.suppress(StreamClosedError):
            await self._handler.flush()

    def finish(self) -> None:
        self.is_whole = True

    def on_connection_close(self) -> None:
        self.is_whole = False


def _copy(source: HTTPHeaders, target: HTTPHeaders, names: Iterable[str]) -> None:
    for name in names:
        if name in source:
            target[name] = source[name]


def failure(code: str, message: str) -> str:
    """The text of an answer that says why there is none."""
    return json.dumps({"error": {"code": code, "message": message}, "message": message})


def _unavailable(message: str) -> web.HTTPError:
    error = web.HTTPError(503, message.replace("%", "%%"))
    # For `write_error`, which Tornado gives nothing but the exception.
    error.chard_code = UNAVAILABLE  # type: ignore[attr-defined]
    return error


def _code(status: int) -> str:
    return {401: "unauthenticated", 403: "forbidden", 404: "not-found", 413: "body-too-large"}.get(
        status, "request-refused"
    )

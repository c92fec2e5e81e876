"""What the proxy does when the browser is no longer there."""

from __future__ import annotations

import asyncio
from typing import Any, cast

from tornado.iostream import StreamClosedError

from jupyterlab_chard.proxy import CompanionHandler, _Relay


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
    relay = _Relay(cast(CompanionHandler, cast(Any, handler)))
    asyncio.run(relay.data_received(b"data: 1\n\n"))
    assert handler.written == [b"data: 1\n\n"]

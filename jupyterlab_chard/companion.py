"""The companion server's process: started, watched, started again, ended."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import secrets
import shutil
import socket
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from tornado.iostream import IOStream, StreamClosedError

from jupyterlab_chard.node import NodeNotFoundError, find_node

SERVE = Path(__file__).parent / "server" / "serve.mjs"

NODE_OPTIONS = (
    "--disable-warning=ExperimentalWarning",
    # V8 lets its youngest objects grow to a hundred megabytes before it looks which of them are
    # still needed. The server mostly waits for others: it loses nothing by looking more often.
    "--max-semi-space-size=4",
)

#: Jupyter's own credentials. A step is not Jupyter, and what it prints is kept in a log.
CREDENTIALS = frozenset(
    {
        "CONFIGPROXY_AUTH_TOKEN",
        "JPY_API_TOKEN",
        "JUPYTERHUB_API_TOKEN",
        "JUPYTERHUB_COOKIE_SECRET",
        "JUPYTERHUB_CRYPT_KEY",
        "JUPYTER_TOKEN",
    }
)

#: On a busy machine Node takes seconds to start; one that has said nothing by then hangs.
START_SECONDS = 60.0
#: A request waits so long for a server that is being started.
PATIENCE_SECONDS = 20.0
#: The time between two starts doubles from the first to the last of these...
FIRST_PAUSE_SECONDS = 0.2
LAST_PAUSE_SECONDS = 30.0
#: ...and is short again for a server that has lived so long.
STABLE_SECONDS = 60.0
#: After so many starts in a row that came to nothing, requests do not wait for the next.
HOPELESS_STARTS = 3
#: The end of its input ends the server at once; one that is stopped (SIGSTOP) must be killed.
END_SECONDS = 5.0
#: Paths of Unix sockets are at most 104 (macOS) or 108 bytes long.
LONGEST_FOLDER = 80


class CompanionUnavailableError(Exception):
    """The server cannot be reached; the message says why and what to do."""


class _StartError(Exception):
    """The process is there, but does not listen."""


class Companion:
    """One companion server for one Jupyter server.

    It listens on a Unix socket in a folder that only its user can enter, and answers only to who
    knows a secret, new with each start, that it was told through a pipe. The pipe is its lifeline
    as well: it closes with this process, however that ends.

    Args:
        root: Jupyter's root folder; the server looks at nothing outside of it.
        log: gets what the server has to say.
        on_activity: called about once a minute while runs go on.
        command: the server's command line; by default Node with the server that was built.
    """

    def __init__(
        self,
        root: Path,
        log: logging.Logger | logging.LoggerAdapter[logging.Logger],
        on_activity: Callable[[], None] = lambda: None,
        command: Callable[[], Sequence[str]] | None = None,
    ) -> None:
        self._root = root
        self._log = log
        self._on_activity = on_activity
        self._command = command or _node_command
        self._watching: asyncio.Task[None] | None = None
        #: There is a server to be reached, or no hope of one.
        self._settled = asyncio.Event()
        self._failed_starts = 0
        self._folder: Path | None = None
        self._starts = 0
        self._trouble = ""
        self._last_words = ""
        self.socket = Path()
        self.secret = ""
        self.pid: int | None = None

    def start(self) -> None:
        """Start the server and keep it alive; of no effect where that is done already."""
        if self._watching is None:
            self._watching = asyncio.get_running_loop().create_task(self._watch())

    async def stop(self) -> None:
        """End the server. Runs that go on are cut off; the next server goes on with them."""
        watching, self._watching = self._watching, None
        if watching is not None:
            watching.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await watching
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None

    async def connect(self) -> IOStream:
        """Open a connection to the server, which is waited for while it starts.

        Raises:
            CompanionUnavailableError: it has not come up in time.
        """
        self.start()
        try:
            return await asyncio.wait_for(self._reach(), PATIENCE_SECONDS)
        except asyncio.TimeoutError:
            why = self._trouble or "It is still starting."
            raise CompanionUnavailableError(
                f"Chard's companion server does not answer. {why} "
                "The log of the Jupyter server has more."
            ) from None

    async def _reach(self) -> IOStream:
        while True:
            await self._settled.wait()
            if self._failed_starts >= HOPELESS_STARTS:
                raise asyncio.TimeoutError
            with contextlib.suppress(StreamClosedError, OSError):
                stream = IOStream(socket.socket(socket.AF_UNIX))
                await stream.connect(str(self.socket))
                return stream
            # It has just ended, and whoever watches it has not seen that yet.
            await asyncio.sleep(FIRST_PAUSE_SECONDS / 2)

    async def _watch(self) -> None:
        """Starts the server again and again, until cancelled."""
        loop = asyncio.get_running_loop()
        pause = FIRST_PAUSE_SECONDS
        while True:
            started = loop.time()
            try:
                await self._live()
            except (NodeNotFoundError, OSError, _StartError) as error:
                self._trouble = f"It does not start: {error}"
                self._failed_starts += 1
                if self._failed_starts >= HOPELESS_STARTS:
                    self._settled.set()
            if loop.time() - started > STABLE_SECONDS:
                pause = FIRST_PAUSE_SECONDS
            self._log.warning("Chard: %s Starting it again in %.1f seconds.", self._trouble, pause)
            await asyncio.sleep(pause)
            pause = min(pause * 2, LAST_PAUSE_SECONDS)

    async def _live(self) -> None:
        """One process, from its start to its end."""
        secret, path = secrets.token_urlsafe(32), self._next_socket()
        process = await asyncio.create_subprocess_exec(
            *self._command(),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            cwd=self._root,
            env=_environment(os.environ),
            # A Ctrl-C in Jupyter's terminal asks Jupyter; what it asks is not for the runs to hear.
            start_new_session=True,
        )
        assert process.stdin and process.stdout and process.stderr
        listening = asyncio.create_task(self._pass_on(process.stderr))
        try:
            settings = {
                "secret": secret,
                "socket": str(path),
                "root": str(self._root),
                "python": sys.executable,
            }
            process.stdin.write(json.dumps(settings).encode() + b"\n")
            await self._await_ready(process.stdout)
            self.secret, self.socket, self.pid = secret, path, process.pid
            self._trouble = ""
            self._failed_starts = 0
            self._settled.set()
            await self._listen(process.stdout)
            code = await process.wait()
            self._trouble = f"The companion server ended (exit code {code})."
        finally:
            self._settled.clear()
            self.pid = None
            await _end(process)
            await asyncio.wait([listening], timeout=1)
            listening.cancel()
            path.unlink(missing_ok=True)

    async def _await_ready(self, output: asyncio.StreamReader) -> None:
        try:
            line = await asyncio.wait_for(output.readline(), START_SECONDS)
        except asyncio.TimeoutError:
            raise _StartError(f"it said nothing for {START_SECONDS:.0f} s.") from None
        if line != b"listening\n":
            # What it complains of may still be on its way.
            await asyncio.sleep(0.1)
            raise _StartError(self._last_words or "it ended at once.")

    async def _listen(self, output: asyncio.StreamReader) -> None:
        """Hears of runs that go on until the process ends."""
        while line := await output.readline():
            if line == b"busy\n":
                self._on_activity()

    async def _pass_on(self, complaints: asyncio.StreamReader) -> None:
        """Drains standard error to the last: a pipe that fills up would stop the server."""
        while not complaints.at_eof():
            try:
                line = await complaints.readline()
            except ValueError:
                # Longer than the reader's buffer, which it has dropped.
                line = b"(a line that is too long)"
            if text := line.decode(errors="replace").rstrip():
                self._last_words = text
                self._log.warning("Chard: %s", text)

    def _next_socket(self) -> Path:
        """A path of its own for each start: what a killed server left is in nobody's way."""
        if self._folder is None:
            base = tempfile.gettempdir()
            # mkdtemp makes it for this user alone (mode 0700).
            short = base if len(base.encode()) <= LONGEST_FOLDER else "/tmp"
            self._folder = Path(tempfile.mkdtemp(prefix="chard-server-", dir=short))
        self._starts += 1
        return self._folder / f"{self._starts}.sock"


def _node_command() -> list[str]:
    if not SERVE.exists():
        raise FileNotFoundError(
            f"{SERVE} is missing: install jupyterlab-chard again; in a checkout run `make setup`."
        )
    return [find_node(), *NODE_OPTIONS, str(SERVE)]


def _environment(inherited: Mapping[str, str]) -> dict[str, str]:
    """What the server's own process and those of the steps get."""
    kept = {name: value for name, value in inherited.items() if name not in CREDENTIALS}
    # For the Node that somebody else configured: a debugger's port would be open to everybody.
    kept.pop("NODE_OPTIONS", None)
    return kept


async def _end(process: asyncio.subprocess.Process) -> None:
    """Closes the lifeline, and kills what does not mind."""
    if process.stdin is not None:
        process.stdin.close()
    if process.returncode is None:
        try:
            await asyncio.wait_for(process.wait(), END_SECONDS)
        except asyncio.TimeoutError:
            process.kill()
            await process.wait()

"""Chard in Jupyter Server: starts the companion server and passes its API on."""

from __future__ import annotations

from datetime import datetime, timezone
from pathlib import Path

from jupyter_server.extension.application import ExtensionApp
from traitlets import Bool

from jupyterlab_chard.companion import Companion
from jupyterlab_chard.proxy import COMPANION, MOUNT, CompanionHandler
from jupyterlab_chard.streams import STREAMS, StreamHandler


class ChardExtension(ExtensionApp):
    """The extension's life is the server's: the companion starts with it, and ends with it."""

    name = "jupyterlab_chard"
    load_other_extensions = True

    eager = Bool(
        True,
        config=True,
        help="""Start the companion server together with Jupyter. It then goes on by itself with
        runs that were cut off. Without this it starts with the first request.""",
    )

    companion: Companion

    def initialize_settings(self) -> None:
        self.companion = Companion(root=self._root(), log=self.log, on_activity=self._note_activity)
        self.settings[COMPANION] = self.companion

    def initialize_handlers(self) -> None:
        self.handlers.append((rf"/{MOUNT}/api/.*", CompanionHandler))
        self.handlers.append((rf"/{STREAMS}/api/.*", StreamHandler))

    async def _start_jupyter_server_extension(self, _serverapp: object) -> None:
        """Called by Jupyter Server once it serves."""
        if self.eager:
            self.companion.start()

    async def stop_extension(self) -> None:
        """Called by Jupyter Server when it stops. Where it is killed, the companion notices."""
        await self.companion.stop()

    def _root(self) -> Path:
        """The folder that Jupyter's paths are relative to."""
        assert self.serverapp is not None
        contents = getattr(self.serverapp.contents_manager, "root_dir", None)
        return Path(contents or self.serverapp.root_dir).absolute()

    def _note_activity(self) -> None:
        """A run that goes on is activity: a server that is idle but for it is not culled."""
        assert self.serverapp is not None
        self.serverapp.web_app.settings["api_last_activity"] = datetime.now(timezone.utc)

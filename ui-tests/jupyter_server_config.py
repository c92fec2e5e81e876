"""The server of the browser tests: a root that is thrown away, no token, on this machine only.

Jupyter runs this file with its configuration as `c`, which no linter can see (F821).
"""

import os
import tempfile

from jupyterlab.galata import configure_jupyter_server

configure_jupyter_server(c)  # noqa: F821
os.environ["CHARD_HOME"] = os.environ.get("CHARD_UI_HOME") or tempfile.mkdtemp(prefix="chard-ui-")
if "CHARD_UI_ROOT" in os.environ:
    c.ServerApp.root_dir = os.environ["CHARD_UI_ROOT"]  # noqa: F821
c.ServerApp.port = int(os.environ["CHARD_UI_PORT"])  # noqa: F821
c.ServerApp.port_retries = 0  # noqa: F821
c.ServerApp.ip = "127.0.0.1"  # noqa: F821
c.ServerApp.allow_root = True  # noqa: F821
# What the person who runs the tests has set is not what is tested.
c.LabApp.user_settings_dir = tempfile.mkdtemp(prefix="chard-ui-settings-")  # noqa: F821
c.LabApp.news_url = None  # noqa: F821
c.LabApp.check_for_updates_class = "jupyterlab.NeverCheckForUpdate"  # noqa: F821
c.Application.log_level = "ERROR"  # noqa: F821

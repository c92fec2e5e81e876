"""Chard's Python side: finds Node, and starts what was built for it.

Nothing is imported here: the command ``chard`` starts by way of this package, and a tenth of a
second is much of what a short command takes.
"""

from __future__ import annotations


def _jupyter_labextension_paths() -> list[dict[str, str]]:
    """Where JupyterLab's extension lies, for ``jupyter labextension develop``."""
    return [{"src": "labextension", "dest": "jupyterlab-chard"}]


def _jupyter_server_extension_points() -> list[dict[str, object]]:
    """What Jupyter Server loads."""
    from jupyterlab_chard.extension import ChardExtension

    return [{"module": "jupyterlab_chard", "app": ChardExtension}]

"""Imports Optuna without what only a person at a terminal needs.

Whoever goes on with an experiment waits for this import first.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType

#: Draws progress bars, which nobody asks for here; with what it imports it is a fifth of all.
_BARS = "tqdm.auto"


@contextmanager
def light_import() -> Iterator[None]:
    """While this is open, Optuna finds nothing in the place of tqdm, and no garbage is looked for.

    What has been imported stays until the process ends, so that no later collection looks at it.
    """
    gc.disable()
    is_free = _BARS not in sys.modules
    if is_free:
        sys.modules[_BARS] = _without_bars()
    try:
        yield
    finally:
        if is_free:
            del sys.modules[_BARS]
        gc.freeze()
        gc.enable()


def _without_bars() -> ModuleType:
    module = ModuleType(_BARS)
    module.__dict__["tqdm"] = None
    return module

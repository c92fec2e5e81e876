"""Prints which modules are not installed: ``python -m chard_suggester.packages NAME ...``."""

from __future__ import annotations

import importlib.util
import sys


def missing(modules: list[str]) -> list[str]:
    """Give the modules that cannot be found; none is imported."""
    return [name for name in modules if importlib.util.find_spec(name) is None]


if __name__ == "__main__":
    for name in missing(sys.argv[1:]):
        print(name)

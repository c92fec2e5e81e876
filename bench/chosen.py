"""The names of sections on a script's command line."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Collection


def add_names(parser: argparse.ArgumentParser, names: Collection[str]) -> None:
    """Let the command line name sections, as ``names``: an empty list where it names none.

    Not by ``choices``: up to Python 3.12 argparse takes no names at all for a wrong one.
    """
    parser.add_argument(
        "names", nargs="*", type=_one_of(names), help=f"else all of {', '.join(names)}"
    )


def _one_of(names: Collection[str]) -> Callable[[str], str]:
    def read(name: str) -> str:
        if name not in names:
            raise argparse.ArgumentTypeError(f"{name!r} is none of {', '.join(names)}")
        return name

    return read

"""Fixtures of the tests of Chard in Jupyter Server."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from jupyterlab_chard.tests.jupyter import Jupyter


@pytest.fixture(scope="session")
def jupyter() -> Iterator[Jupyter]:
    """A server that all tests share which do not end it."""
    server = Jupyter()
    try:
        yield server.start()
    finally:
        server.close()


@pytest.fixture
def own_jupyter() -> Iterator[Jupyter]:
    """A server of one test, which starts it."""
    server = Jupyter()
    try:
        yield server
    finally:
        server.close()

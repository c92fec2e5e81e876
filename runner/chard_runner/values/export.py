"""A stored value as a plain pickle for other programs."""

from __future__ import annotations

import importlib
import importlib.util
import os
import sys
from pathlib import Path
from typing import Any

from .._vendor import cloudpickle as carried
from .definitions import Definitions
from .loaded import LoadedBuffers
from .model import GroupReference
from .prologue import Prologue
from .reading import OpenedGroup
from .world import World


def export_pickle(
    store: str | os.PathLike[str],
    group: str,
    name: str,
    target: str | os.PathLike[str],
    namespace: dict[str, Any],
) -> None:
    """Write the value ``name`` of a stored group to the file ``target`` as an ordinary pickle.

    ``pickle.load`` reads it wherever the libraries it uses are installed; a value with classes or
    functions of the notebook needs the package cloudpickle there too. Meant for a process of its
    own.

    :param namespace: ``__main__.__dict__`` after the prologue's cells ran in it, if the value holds
        functions or classes that they made; else an empty dict.
    :raises ValueReadError: the group cannot be read, or has no such name.
    """
    world = World(namespace, Definitions("export"), Prologue(namespace))
    reference = GroupReference(group, (name,))
    _, values = OpenedGroup(Path(store), reference, verify=True).load(world, LoadedBuffers())
    content = _public_cloudpickle().dumps(values[name], protocol=4)
    Path(target).write_bytes(content)


def _public_cloudpickle() -> Any:
    """cloudpickle under the name that the reading program will look for."""
    if importlib.util.find_spec("cloudpickle") is None:
        carried_at = str(carried.__file__)
        spec = importlib.util.spec_from_file_location(
            "cloudpickle", carried_at, submodule_search_locations=[str(Path(carried_at).parent)]
        )
        assert spec is not None and spec.loader is not None
        sys.modules["cloudpickle"] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules["cloudpickle"])
    return importlib.import_module("cloudpickle")

"""Models, layers and optimizers of Keras 3: its own archive, taken apart.

The archive's date is left out, so that an unchanged model has an unchanged digest, and classes and
functions of the notebook come along, as the archive only names them.
"""

from __future__ import annotations

import json
import pickle
import sys
import types
import zipfile
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from . import rebuild
from .classes import is_notebook_class
from .functions import is_importable

if TYPE_CHECKING:
    from .pickler import ValuePickler

_METADATA = "metadata.json"
_CONFIG = "config.json"
_DATE = "date_saved"


def is_saveable(kind: type) -> bool:
    """Whether objects of a type are pickled by Keras as an archive."""
    saveable = getattr(sys.modules.get("keras.src.saving.keras_saveable"), "KerasSaveable", None)
    return (
        saveable is not None
        and issubclass(kind, saveable)
        and kind.__reduce__ is saveable.__reduce__
    )


def reduce_saveable(pickler: ValuePickler, obj: Any) -> Any:
    """A pickler's handler."""
    _, (archive,) = obj.__reduce__()
    with zipfile.ZipFile(archive) as opened:
        members = {name: opened.read(name) for name in sorted(opened.namelist())}
    metadata = json.loads(members[_METADATA])
    metadata.pop(_DATE, None)
    members[_METADATA] = json.dumps(metadata, sort_keys=True).encode()
    named = dict(_named(json.loads(members[_CONFIG])))
    parts = {name: pickle.PickleBuffer(content) for name, content in members.items()}
    return rebuild.keras_saveable, (parts, _definitions(pickler, obj, named))


def _named(config: Any) -> Iterator[tuple[str, str]]:
    """What a configuration names: what Keras looks it up by, and the name in the code."""
    if isinstance(config, dict):
        name = config.get("class_name")
        if name == "function":
            name = config.get("config")
        if isinstance(name, str):
            yield name, name
            registered = config.get("registered_name")
            if isinstance(registered, str) and registered != "function":
                yield registered, name
        for part in config.values():
            yield from _named(part)
    elif isinstance(config, list):
        for part in config:
            yield from _named(part)


def _definitions(pickler: ValuePickler, obj: Any, named: dict[str, str]) -> dict[str, Any]:
    inside = obj._flatten_layers() if hasattr(obj, "_flatten_layers") else ()
    kinds = {kind.__name__: kind for kind in {type(obj), *map(type, inside)}}
    found = {}
    for key, name in named.items():
        definition = kinds.get(name, pickler.world.namespace.get(name))
        if _is_of_notebook(definition):
            found[key] = definition
    return found


def _is_of_notebook(definition: Any) -> bool:
    if isinstance(definition, type):
        return is_notebook_class(definition)
    return isinstance(definition, types.FunctionType) and not is_importable(definition)

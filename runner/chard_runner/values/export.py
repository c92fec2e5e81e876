"""A stored value as a plain pickle for other programs."""

from __future__ import annotations

import os
from typing import Union


def export_pickle(
    store: Union[str, os.PathLike[str]], group: str, name: str, target: Union[str, os.PathLike[str]]
) -> None:
    """Write the value ``name`` of a stored group to the file ``target`` as an ordinary pickle.

    ``pickle.load`` reads it wherever the libraries it uses are installed; a value with classes or
    functions of the notebook needs the package cloudpickle there too.

    :raises ValueReadError: the group cannot be read, or has no such name.
    """
    raise NotImplementedError

"""The values of one step process: read what it gets, remember it, write what it leaves."""

from __future__ import annotations

import os
from typing import Any, Collection, Iterable, Mapping, Optional, Union

from .model import GroupReference, ReadResult, WriteResult


class ValueSession:
    """Reads into and writes from one namespace; one a step process.

    :param namespace: the ``__dict__`` of the module the notebook's cells run in (``__main__``).
    :param store: folder of the stored groups, made if missing.
    :param scope: the step's name; part of the identity of functions and classes that it defines.
    """

    def __init__(
        self, namespace: dict[str, Any], *, store: Union[str, os.PathLike[str]], scope: str
    ) -> None: ...

    def prologue_done(self) -> None:
        """Remember what the prologue made: its functions and classes travel by name from here on.

        Call it after the prologue's cells and before :meth:`read`.
        """

    def read(
        self,
        references: Iterable[GroupReference],
        *,
        track: Optional[Collection[str]] = None,
        verify: bool = False,
    ) -> ReadResult:
        """Bind stored names in the namespace, large arrays mapped, not copied.

        Where two groups bring different versions of one class or function, the changed one holds.

        :param track: names whose contents will be compared by :meth:`write` (the step's outputs and
            leaves); None for all. A name that is not tracked counts as changed if it is written.
        :param verify: check the digests of large buffers too (reads every byte).
        :raises ValueReadError: a file is missing, damaged or of another version, or does not load.
        """
        raise NotImplementedError

    def write(
        self,
        required: Iterable[str],
        best_effort: Iterable[str] = (),
        *,
        keep_bytes: Optional[int] = None,
        reserved: Optional[Mapping[str, Any]] = None,
        durable: bool = True,
    ) -> WriteResult:
        """Store names of the namespace, each with its group; failures are values, never exceptions.

        :param keep_bytes: limit for all names of ``best_effort`` together; one that would pass it is
            refused with ``too-large`` before anything of it is written. None: no limit.
        :param reserved: hidden state by reserved name (``@random``), stored like values.
        :param durable: flush files to the disk before they get their names.
        """
        raise NotImplementedError

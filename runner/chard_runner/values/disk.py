"""Lets the disk begin early with a large file. Only hints: what is written is the same without."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
from typing import Callable

_SYNC_FILE_RANGE_WRITE = 2
#: File systems that cannot reserve room say so in one of these ways.
_CANNOT_RESERVE = (errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL)


def reserve(handle: int, length: int) -> None:
    """Find room for ``length`` bytes at once, not block by block when they are flushed.

    :raises OSError: the disk has not so much room, or the file must not be so large.
    """
    if not hasattr(os, "posix_fallocate"):
        return
    try:
        os.posix_fallocate(handle, 0, length)
    except OSError as error:
        if error.errno not in _CANNOT_RESERVE:
            raise


def start_writing(handle: int, offset: int, length: int) -> None:
    """Hand written bytes to the disk without waiting for it (Linux; elsewhere nothing happens)."""
    if _sync_file_range is not None:
        _sync_file_range(handle, offset, length, _SYNC_FILE_RANGE_WRITE)


def _find_sync_file_range() -> Callable[[int, int, int, int], int] | None:
    """The function of the C library. Its failure is not looked at: the flush reports it again."""
    with contextlib.suppress(OSError, AttributeError):
        function = ctypes.CDLL(None).sync_file_range
        function.argtypes = [ctypes.c_int, ctypes.c_int64, ctypes.c_int64, ctypes.c_uint]
        return function
    return None


_sync_file_range = _find_sync_file_range()

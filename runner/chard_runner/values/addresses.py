"""Where a buffer lies in memory, and whether mapped pages were written to since they were
mapped."""

from __future__ import annotations

import ctypes
import mmap
import struct
import sys
from pathlib import Path

_PAGEMAP = Path("/proc/self/pagemap")
_ENTRY_BYTES = 8
_PRESENT = 1 << 63
_SWAPPED = 1 << 62
_OF_FILE = 1 << 61


class _PyBuffer(ctypes.Structure):
    """The C API's Py_buffer."""

    _fields_ = [
        ("buf", ctypes.c_void_p),
        ("obj", ctypes.py_object),
        ("len", ctypes.c_ssize_t),
        ("itemsize", ctypes.c_ssize_t),
        ("readonly", ctypes.c_int),
        ("ndim", ctypes.c_int),
        ("format", ctypes.c_char_p),
        ("shape", ctypes.POINTER(ctypes.c_ssize_t)),
        ("strides", ctypes.POINTER(ctypes.c_ssize_t)),
        ("suboffsets", ctypes.POINTER(ctypes.c_ssize_t)),
        ("internal", ctypes.c_void_p),
    ]


def address_of(view: memoryview) -> int:
    """Address of the first byte of a contiguous buffer, read-only ones too."""
    raw = _PyBuffer()
    ctypes.pythonapi.PyObject_GetBuffer(ctypes.py_object(view), ctypes.byref(raw), 0)
    try:
        return raw.buf or 0
    finally:
        ctypes.pythonapi.PyBuffer_Release(ctypes.byref(raw))


def memory_at(address: int, length: int) -> memoryview:
    """Writable bytes at an address; the caller keeps alive whatever owns them."""
    return memoryview((ctypes.c_ubyte * length).from_address(address)).cast("B")


def pages_are_clean(address: int, length: int) -> bool:
    """Whether a privately mapped range certainly still shows the file's bytes.

    A write gives the process its own copy of the page, which /proc/self/pagemap tells apart from
    the file's page (Linux, Documentation/admin-guide/mm/pagemap.rst). Where that cannot be read:
    False.
    """
    if not sys.platform.startswith("linux"):
        return False
    first = address // mmap.PAGESIZE
    count = (address + length - 1) // mmap.PAGESIZE - first + 1
    try:
        with _PAGEMAP.open("rb", buffering=0) as pagemap:
            pagemap.seek(first * _ENTRY_BYTES)
            raw = pagemap.read(count * _ENTRY_BYTES)
    except OSError:
        return False
    if len(raw) != count * _ENTRY_BYTES:
        return False
    return all(_is_clean(entry) for entry in set(_flags(raw)))


def _flags(raw: bytes) -> set[int]:
    # The top byte of each little-endian entry holds the three flags; taking every eighth byte is
    # quick.
    top = raw[7::8] if sys.byteorder == "little" else raw[0::8]
    return {struct.unpack("<Q", bytes(7) + bytes([byte]))[0] for byte in set(top)}


def _is_clean(entry: int) -> bool:
    if entry & _SWAPPED:
        return False
    return not entry & _PRESENT or bool(entry & _OF_FILE)

"""The file of one group: a fixed preamble, sections of bytes, an index.

    0    8  b"CHARDVAL"
    8    4  version of the format
    12   4  zero
    16   8  offset of the index
    24   8  length of the index = end of the file
    32  32  SHA-256 of the index
    64      sections, each aligned; then the index (JSON, UTF-8)

Numbers are little-endian. The file's name is the hex SHA-256 of the index, and the index holds the
digest of every section, so that the name is an address of the content.
"""

from __future__ import annotations

import errno
import hashlib
import json
import mmap
import os
import secrets
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Callable

from . import disk
from .addresses import address_of
from .digest import Digest, digest_buffer
from .model import ValueReadError

_MAGIC = b"CHARDVAL"
VERSION = 1
_PREAMBLE = struct.Struct("<8sIIQQ32s")
_ALIGNMENT = 64
_PAGE_ALIGNED_FROM = 1 << 20
_ALWAYS_VERIFIED_BELOW = 1 << 20
_WRITE_BYTES = 32 << 20
_PREPARED_FROM = 16 << 20


class StoreError(Exception):
    """A group cannot be written. ``code``: ``disk-full`` or ``write-failed``."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class Section:
    """Bytes to be written, and their digest (asked for only after they were handed to the disk)."""

    view: memoryview
    readonly: bool
    digest: Digest


@dataclass(frozen=True)
class LoadedSection:
    """Bytes of a file that was read. ``address`` and ``digest`` let a later write recognise
    them."""

    view: memoryview
    address: int
    digest: str
    mapped: bool


@dataclass(frozen=True)
class LoadedFile:
    """An index's own fields and the sections, in the order in which they were written."""

    fields: dict[str, Any]
    sections: tuple[LoadedSection, ...]


def write_file(
    store: Path,
    sections: Sequence[Section],
    fields: Callable[[], dict[str, Any]],
    *,
    durable: bool,
) -> tuple[str, int]:
    """Write a group and give it its name; answer that name and the file's length.

    A file of the same content is left as it is. Whatever goes wrong, no partial file stays behind.

    :param fields: further JSON fields of the index, asked for when the sections are written.
    :raises StoreError: the disk is full, or the write failed.
    """
    try:
        store.mkdir(parents=True, exist_ok=True)
        temporary = store / f".writing-{os.getpid()}-{secrets.token_hex(8)}"
        handle = os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666)
    except OSError as error:
        raise _store_error(store, error) from error
    try:
        try:
            name, length = _write_into(handle, sections, fields)
            if not (store / name).exists():
                if durable:
                    os.fsync(handle)
                temporary.replace(store / name)
                if durable:
                    _flush_folder(store)
        finally:
            os.close(handle)
    except OSError as error:
        raise _store_error(store, error) from error
    finally:
        if temporary.exists():
            temporary.unlink()
    return name, length


def read_file(store: Path, name: str, *, verify: bool) -> LoadedFile:
    """Map a group's file privately: its large sections are neither copied nor read, and may be
    written to.

    :raises ValueReadError: ``missing``, ``damaged`` or ``version``.
    """
    path = store / name
    try:
        content = _map(path)
    except FileNotFoundError:
        raise ValueReadError("missing", f"The stored value {path} is not there.") from None
    except OSError as error:
        raise ValueReadError(
            "missing", f"The stored value {path} cannot be read: {error}."
        ) from error
    index = _read_index(path, name, content)
    sections = tuple(_read_section(path, content, entry, verify) for entry in index["sections"])
    return LoadedFile(index["fields"], sections)


def _write_into(
    handle: int, sections: Sequence[Section], fields: Callable[[], dict[str, Any]]
) -> tuple[str, int]:
    offsets, position = _layout(sections)
    if position >= _PREPARED_FROM:
        disk.reserve(handle, position)
    for section, offset in zip(sections, offsets):
        _write_at(handle, section.view, offset)
    entries = [
        {
            "offset": offset,
            "length": section.view.nbytes,
            "readonly": section.readonly,
            "digest": section.digest(),
        }
        for offset, section in zip(offsets, sections)
    ]
    index = json.dumps(
        {"fields": fields(), "sections": entries}, sort_keys=True, separators=(",", ":")
    ).encode()
    hashed = hashlib.sha256(index).digest()
    _write_at(handle, memoryview(index), position)
    preamble = _PREAMBLE.pack(_MAGIC, VERSION, 0, position, len(index), hashed)
    _write_at(handle, memoryview(preamble), 0)
    return hashed.hex(), position + len(index)


def _layout(sections: Sequence[Section]) -> tuple[list[int], int]:
    """Where each section begins, and where the last one ends."""
    position = _PREAMBLE.size
    offsets = []
    for section in sections:
        position = _aligned(position, section.view.nbytes)
        offsets.append(position)
        position += section.view.nbytes
    return offsets, position


def _aligned(position: int, length: int) -> int:
    unit = mmap.PAGESIZE if length >= _PAGE_ALIGNED_FROM else _ALIGNMENT
    return -(-position // unit) * unit


def _write_at(handle: int, view: memoryview, position: int) -> None:
    done = 0
    while done < view.nbytes:
        written = os.pwrite(handle, view[done : done + _WRITE_BYTES], position + done)
        if written == _WRITE_BYTES:
            # The disk works while the rest is copied and digested: the flush at the end is short.
            disk.start_writing(handle, position + done, written)
        done += written


def _flush_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _store_error(store: Path, error: OSError) -> StoreError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return StoreError("disk-full", f"no space is left for values in {store}")
    return StoreError("write-failed", f"values cannot be written into {store}: {error}")


def _map(path: Path) -> memoryview:
    with path.open("rb") as file:
        length = os.fstat(file.fileno()).st_size
        if length < _ALWAYS_VERIFIED_BELOW:
            return memoryview(bytearray(file.read()))
        return memoryview(mmap.mmap(file.fileno(), length, access=mmap.ACCESS_COPY))


def _read_index(path: Path, name: str, content: memoryview) -> dict[str, Any]:
    if content.nbytes < _PREAMBLE.size:
        raise _damaged(path, "it is shorter than its preamble")
    magic, version, _, offset, length, hashed = _PREAMBLE.unpack_from(content)
    if magic != _MAGIC:
        raise _damaged(path, "it does not begin as a stored value does")
    if version != VERSION:
        raise ValueReadError(
            "version",
            f"The stored value {path} has format {version}; this runner reads format {VERSION}. "
            "Run the step that made it again.",
        )
    if offset + length != content.nbytes:
        raise _damaged(path, f"it has {content.nbytes} bytes instead of {offset + length}")
    index = content[offset : offset + length]
    if hashlib.sha256(index).digest() != hashed or hashed.hex() != name:
        raise _damaged(path, "its index does not have the digest that the file is named by")
    parsed: dict[str, Any] = json.loads(bytes(index))
    return parsed


def _read_section(
    path: Path, content: memoryview, entry: dict[str, Any], verify: bool
) -> LoadedSection:
    offset, length = entry["offset"], entry["length"]
    view = content[offset : offset + length]
    if (verify or length < _ALWAYS_VERIFIED_BELOW) and digest_buffer(view) != entry["digest"]:
        raise _damaged(path, f"the {length} bytes at {offset} do not have their digest")
    return LoadedSection(
        view=view.toreadonly() if entry["readonly"] else view,
        address=address_of(view) if length else 0,
        digest=entry["digest"],
        mapped=isinstance(content.obj, mmap.mmap),
    )


def _damaged(path: Path, what: str) -> ValueReadError:
    return ValueReadError(
        "damaged", f"The stored value {path} is damaged: {what}. Run the step that made it again."
    )

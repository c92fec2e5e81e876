"""Extended attributes of files, for a process that has no way to them.

Run as a program it answers on standard output what is asked on standard input, a line of JSON
each, until the input ends::

    {"list": {"root": "/data", "paths": ["a", "b/c"]}}
    {"found": [[1, {"user.note": "eA=="}]], "failed": [[0, "Permission denied"]]}
    {"put": {"path": "/proc/7/fd/9", "attributes": {"user.note": "eA=="}, "exact": true}}
    {"failed": [["user.note", "Operation not supported", true]]}

Names are texts in which a byte that is not UTF-8 stands as a lone surrogate (PEP 383), values are
base64. Only Linux has what this needs.
"""

# Run on its own and often: nothing but what starts quickly.

from __future__ import annotations

import binascii
import errno
import functools
import json
import os
import sys
from typing import Any, Callable

#: A person's own, and access control lists. What else there is (``security``, ``trusted``) belongs
#: to the machine and its administrator, and may give rights: it is neither read nor set.
_KEPT = ("user.", "system.posix_acl_")
#: Marks of an overlay's layers; in another layer they would hide files.
_LAYER_MARKS = "user.overlay."
#: What is not there (any more), or has none.
_NONE = (errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.ENODATA, errno.ENOTSUP)
_FOLDER = os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC

Attributes = dict[str, str]


class Folders:
    """Goes from folder to folder below a root; each is opened for itself, never through a link."""

    def __init__(self) -> None:
        self._root = ""
        self._way: list[tuple[str, int]] = []

    def enter(self, root: str, folder: str) -> None:
        """Make a folder the working directory."""
        names = folder.split("/") if folder else []
        if root != self._root or not self._way:
            self.close()
            self._root = root
            self._way = [("", os.open(root, _FOLDER))]
        same = 0
        while same < min(len(names), len(self._way) - 1) and self._way[same + 1][0] == names[same]:
            same += 1
        self._leave(same + 1)
        for name in names[same:]:
            self._way.append((name, os.open(name, _FOLDER, dir_fd=self._way[-1][1])))
        os.fchdir(self._way[-1][1])

    def close(self) -> None:
        """Let go of all folders."""
        self._leave(0)

    def _leave(self, kept: int) -> None:
        for _, descriptor in self._way[kept:]:
            os.close(descriptor)
        del self._way[kept:]


def list_attributes(folders: Folders, root: str, paths: list[str]) -> dict[str, Any]:
    """Find what files and folders below ``root`` have."""
    found: list[tuple[int, Attributes]] = []
    failed: list[tuple[int, str]] = []
    last: str | None = None
    for index, path in enumerate(paths):
        folder, _, name = path.rpartition("/")
        try:
            if folder != last:
                last = None
                folders.enter(root, folder)
                last = folder
            # Nearly all have none: no more than one call each.
            names = os.listxattr(name, follow_symlinks=False)
            if names:
                attributes = _read(name, names)
                if attributes:
                    found.append((index, attributes))
        except OSError as error:
            if error.errno not in _NONE:
                failed.append((index, os.strerror(error.errno or 0)))
    return {"found": found, "failed": failed}


def put_attributes(path: str, attributes: Attributes, exact: bool) -> dict[str, Any]:
    """Give an open file attributes, and with ``exact`` take those away that are none of them.

    ``path`` is that of its descriptor below ``/proc``.
    """
    failed: list[tuple[str, str, bool]] = []

    def attempt(name: str, work: Callable[[], None]) -> None:
        try:
            _writable(path, work)
        except OSError as error:
            unsupported = error.errno == errno.ENOTSUP
            failed.append((name, os.strerror(error.errno or 0), unsupported))

    for name in _kept_names(path) if exact else []:
        if name not in attributes:
            attempt(name, functools.partial(os.removexattr, path, name))
    for name, value in attributes.items():
        if _is_kept(name):
            content = binascii.a2b_base64(value)
            attempt(name, functools.partial(os.setxattr, path, name, content))
    return {"failed": failed}


def _kept_names(path: str) -> list[str]:
    try:
        return [name for name in os.listxattr(path) if _is_kept(name)]
    except OSError as error:
        if error.errno in _NONE:
            return []
        raise


def _read(path: str, names: list[str]) -> Attributes:
    attributes = {}
    for name in names:
        if _is_kept(name):
            try:
                value = os.getxattr(path, name, follow_symlinks=False)
            except OSError as error:
                if error.errno not in _NONE:
                    raise
            else:
                attributes[name] = binascii.b2a_base64(value, newline=False).decode()
    return attributes


def _is_kept(name: str) -> bool:
    return name.startswith(_KEPT) and not name.startswith(_LAYER_MARKS)


def _writable(path: str, work: Callable[[], None]) -> None:
    """A file that its owner may not write takes no attributes either."""
    try:
        work()
    except PermissionError:
        # Seldom needed, and slow to load.
        from pathlib import Path

        file = Path(path)
        mode = file.stat().st_mode & 0o7777
        if mode & 0o200:
            raise
        file.chmod(mode | 0o200)
        try:
            work()
        finally:
            file.chmod(mode)


def main() -> None:
    """Answer until the input ends."""
    folders = Folders()
    for line in sys.stdin.buffer:
        request = json.loads(line)
        if "list" in request:
            answer = list_attributes(folders, **request["list"])
        else:
            answer = put_attributes(**request["put"])
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()

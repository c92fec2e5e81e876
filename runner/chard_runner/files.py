"""Which files a step touches, as far as Python's audit hook sees.

Not seen: what native code opens by itself (SQLite beyond its ``connect``, HDF5, Parquet readers),
what child processes do, files opened relative to a folder's descriptor, and whether a file was
there (``os.path.exists``).
"""

# Paths are plain strings here: this runs at every `open` of the step.
# ruff: noqa: PTH100, PTH109, PTH112, PTH115, PTH117, PTH118, PTH119, PTH120

from __future__ import annotations

import functools
import os
import site
import sys
import sysconfig
from typing import Any, Callable

from .protocol import TouchedFiles

_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_SYSTEM = ("/proc/", "/sys/", "/dev/")
#: Paths that are remembered; beyond it the list is cut, and said to be.
MAX_FILES = 50_000


class FileWatch:
    """Records paths from the moment it is made; an audit hook cannot be taken away again.

    :param store: folder of the values, which is none of the person's files.
    """

    def __init__(self, store: str) -> None:
        self._read: set[str] = set()
        self._written: set[str] = set()
        #: Whether a written path was there before.
        self._existed: dict[str, bool] = {}
        self._folder = os.getcwd()
        self._store = os.path.abspath(store)
        self._own = (os.path.join(self._store, ""), *_SYSTEM)
        self._libraries = library_folders()
        #: Whether paths are missing: too many, or one that could not be made out.
        self.incomplete = False
        handlers: dict[str, Callable[[tuple[Any, ...]], None]] = {
            "open": self._on_open,
            "os.rename": self._on_rename,
            "os.remove": self._on_change,
            "os.rmdir": self._on_change,
            "os.mkdir": self._on_change,
            "os.truncate": self._on_truncate,
            "os.link": self._on_link,
            "os.symlink": self._on_link,
            "sqlite3.connect": self._on_database,
        }

        def hook(event: str, arguments: tuple[Any, ...]) -> None:
            handle = handlers.get(event)
            if handle is not None:
                try:
                    handle(arguments)
                except Exception:
                    # Raising here would make the person's own call fail.
                    self.incomplete = True

        sys.addaudithook(hook)

    def touched(self) -> TouchedFiles:
        """Absolute paths, sorted. What the step made and removed again is left out."""
        gone = {
            path
            for path, before in self._existed.items()
            if not before and not os.path.lexists(path)
        }
        return {"read": _sendable(self._read - gone), "written": _sendable(self._written - gone)}

    def _on_open(self, arguments: tuple[Any, ...]) -> None:
        path, mode, flags = arguments[:3]
        where = self._absolute(path)
        if where is None or not isinstance(flags, int):
            return
        # `os.open` (it has no mode) may count from a folder that the event does not tell.
        if mode is None and not os.path.lexists(where) and not flags & os.O_CREAT:
            return
        # A folder is opened to list it, or to put a temporary file without a name into it.
        if where not in self._read and where not in self._written and os.path.isdir(where):
            return
        if flags & _WRITING:
            self._write(where)
        reading = flags & os.O_ACCMODE in (os.O_RDONLY, os.O_RDWR) and not flags & os.O_TRUNC
        if reading and not where.startswith(self._libraries):
            self._remember(self._read, where)

    def _on_rename(self, arguments: tuple[Any, ...]) -> None:
        source = self._absolute(arguments[0], _descriptor(arguments, 2))
        target = self._absolute(arguments[1], _descriptor(arguments, 3))
        if source is not None:
            self._remember(self._read, source)
            self._write(source)
        if target is not None:
            self._write(target)

    def _on_link(self, arguments: tuple[Any, ...]) -> None:
        target = self._absolute(arguments[1])
        if target is not None:
            self._write(target)

    def _on_change(self, arguments: tuple[Any, ...]) -> None:
        where = self._absolute(arguments[0], _descriptor(arguments, len(arguments) - 1))
        if where is not None:
            self._write(where)

    def _on_truncate(self, arguments: tuple[Any, ...]) -> None:
        where = self._absolute(arguments[0])
        if where is not None:
            self._write(where)

    def _on_database(self, arguments: tuple[Any, ...]) -> None:
        if arguments[0] in (":memory:", "", b":memory:", b""):
            return
        where = self._absolute(arguments[0])
        if where is not None:
            self._remember(self._read, where)
            self._write(where)

    def _write(self, path: str) -> None:
        if path not in self._existed:
            self._existed[path] = os.path.lexists(path)
        self._remember(self._written, path)

    def _remember(self, paths: set[str], path: str) -> None:
        if len(paths) < MAX_FILES:
            paths.add(path)
        elif path not in paths:
            self.incomplete = True

    def _absolute(self, path: Any, folder: int | None = None) -> str | None:
        """The path as it is meant now, or None for what is no file of the person's."""
        if not isinstance(path, (str, bytes, os.PathLike)):
            return None
        text = os.fsdecode(path)
        if not os.path.isabs(text):
            text = os.path.join(self._base(folder), text)
        text = os.path.normpath(text)
        return None if text.startswith(self._own) or text == self._store else text

    def _base(self, folder: int | None) -> str:
        try:
            if folder is not None and folder >= 0:
                return os.readlink(f"/proc/self/fd/{folder}")
            self._folder = os.getcwd()
        except OSError:
            # The working folder was deleted: what was it is the best that can be said.
            pass
        return self._folder


def _descriptor(arguments: tuple[Any, ...], index: int) -> int | None:
    value = arguments[index] if 0 < index < len(arguments) else None
    return value if isinstance(value, int) else None


def _compiled(path: str) -> bool:
    return path.endswith((".pyc", "__pycache__")) or f"{os.sep}__pycache__{os.sep}" in path


def _sendable(paths: set[str]) -> list[str]:
    """Sorted, without compiled modules; names that are no text are escaped for JSON."""
    named = (path for path in paths if not _compiled(path))
    return sorted(path.encode("utf-8", "backslashreplace").decode() for path in named)


@functools.lru_cache(maxsize=1)
def library_folders() -> tuple[str, ...]:
    """Where interpreter and installed packages live; what is read there is the environment."""
    names = ("stdlib", "platstdlib", "purelib", "platlib", "include", "scripts")
    paths = [sysconfig.get_path(name) for name in names]
    paths += [site.getusersitepackages(), os.path.dirname(os.path.dirname(__file__))]
    for prefix in {sys.prefix, sys.base_prefix, sys.exec_prefix, sys.base_exec_prefix}:
        paths += [os.path.join(prefix, name) for name in ("lib", "lib64", "share", "etc")]
    paths += [path for path in sys.path if os.path.basename(path) == "site-packages"]
    return tuple(os.path.join(os.path.abspath(path), "") for path in paths if path)

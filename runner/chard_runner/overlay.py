"""Folders of its own for one step: what lies in layers, seen where the notebook's folder is.

The process gets a mount namespace, and where it may not mount by itself a user namespace in which
it is who it was. Over the notebook's folder, and over each volume that the run works on a snapshot
of, lies an overlay: below it the layers, which are only read, above it a folder that takes what the
step writes. The folder itself, and every other process, see nothing of it. Other folders are there
to be read only, as they are or as a snapshot has them. All ends with the step's processes.

Run as a program it tells whether that works below a folder: ``python overlay.py FOLDER``.
"""

# Run before the runner's package is there: nothing but the standard library, and not much of that.

from __future__ import annotations

import ctypes
import os
import shutil
import sys
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

# From <linux/sched.h>, <linux/mount.h>.
_CLONE_NEWNS = 0x00020000
_CLONE_NEWUSER = 0x10000000
_MS_RDONLY = 1
_MS_REMOUNT = 32
_MS_BIND = 4096
_MS_REC = 16384
_MS_PRIVATE = 1 << 18
#: Flags of a mount that a user namespace must keep when it changes others, by ``statvfs``' names.
_KEPT = ("ST_NOSUID", "ST_NODEV", "ST_NOEXEC", "ST_NOATIME", "ST_NODIRATIME", "ST_RELATIME")
#: Marks a folder that hides what the layers below have in its place.
_OPAQUE = "user.overlay.opaque"


class OverlayError(Exception):
    """Why there is no overlay, as a person reads it."""


@dataclass(frozen=True)
class Overlay:
    """What is to be seen where ``folder`` is."""

    #: Absolute; what is there stays as it is and is hidden.
    folder: str
    #: Where all the layers are; the names below are in it.
    home: str
    #: Folders that are only read, the uppermost first.
    layers: tuple[str, ...]
    #: Takes what is written; empty.
    upper: str
    #: The kernel's own, beside ``upper``.
    work: str
    #: Paths in ``folder`` that are not hidden but there as they are.
    shared: tuple[str, ...]
    #: Paths that the layers have and the step must not find.
    absent: tuple[str, ...]
    #: Absolute paths that cannot be written to.
    protected: tuple[str, ...]


@dataclass(frozen=True)
class Mount:
    """A folder that can be read and not written to."""

    #: Absolute.
    folder: str
    #: Absolute path of what is to be seen there; None for what is there.
    source: str | None


def enter(overlays: Sequence[Overlay], mounts: Sequence[Mount] = ()) -> None:
    """Put this process, which has one thread, behind the overlays and give it the mounts.

    :raises OverlayError: the system does not allow it.
    """
    _own_namespace()
    # Before anything can lie over them.
    sources = [None if each.source is None else os.open(each.source, os.O_PATH) for each in mounts]
    try:
        for overlay in overlays:
            _enter_overlay(overlay)
        for mount, source in zip(mounts, sources):
            if source is not None:
                _mount(f"/proc/self/fd/{source}", mount.folder, None, _MS_BIND | _MS_REC)
            _protect(mount.folder)
    finally:
        for source in sources:
            if source is not None:
                os.close(source)
    # Once each: the overlays have the store of snapshots in common.
    for path in dict.fromkeys(path for overlay in overlays for path in overlay.protected):
        _protect(path)


def _enter_overlay(overlay: Overlay) -> None:
    folder = Path(overlay.folder)
    shared = {path: os.open(folder / path, os.O_PATH) for path in overlay.shared}
    try:
        _mount_overlay(overlay)
        # Before anything of the live folder can be reached.
        for path in overlay.absent:
            _remove(folder, path)
        for path, descriptor in shared.items():
            source = f"/proc/self/fd/{descriptor}"
            _mount(source, str(folder / path), None, _MS_BIND | _MS_REC)
    finally:
        for descriptor in shared.values():
            os.close(descriptor)


def opaque_folders(overlay: Overlay) -> list[str]:
    """Folders that hide all that was in their place: absolute, where the step saw them."""
    upper = Path(overlay.home, overlay.upper)
    found = []
    for folder, _, _ in os.walk(upper):
        inside = Path(folder).relative_to(upper)
        with suppress(OSError):
            if inside.parts and os.getxattr(folder, _OPAQUE) == b"y":
                found.append(str(overlay.folder / inside))
    return sorted(found)


def _own_namespace() -> None:
    user, group = os.geteuid(), os.getegid()
    try:
        _unshare(_CLONE_NEWNS)
    except OverlayError:
        _unshare(_CLONE_NEWUSER | _CLONE_NEWNS)
        for name, content in (
            ("setgroups", "deny"),
            ("uid_map", f"{user} {user} 1"),
            ("gid_map", f"{group} {group} 1"),
        ):
            try:
                Path("/proc/self", name).write_text(content)
            except OSError as error:
                raise OverlayError(f"/proc/self/{name} cannot be written: {error}") from error
    # Nothing that is mounted from here on reaches others.
    _mount(None, "/", None, _MS_REC | _MS_PRIVATE)


def _mount_overlay(overlay: Overlay) -> None:
    before = os.open(".", os.O_PATH)
    try:
        # Names that are relative stay short: the kernel takes a page of options.
        os.chdir(overlay.home)
        layers = ":".join(overlay.layers)
        options = (
            f"lowerdir={layers},upperdir={overlay.upper},workdir={overlay.work},userxattr,index=off"
        )
        if len(options) >= os.sysconf("SC_PAGE_SIZE"):
            raise OverlayError(f"{len(overlay.layers)} layers are more than the kernel takes")
        _mount("overlay", overlay.folder, "overlay", 0, options)
    finally:
        with suppress(OSError):
            os.fchdir(before)
        os.close(before)


def _remove(folder: Path, name: str) -> None:
    """Remove what is below ``folder``; a link on the way to it may lead anywhere."""
    path = folder / name
    if any((folder / above).is_symlink() for above in Path(name).parents):
        return
    with suppress(FileNotFoundError, NotADirectoryError):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()


def _protect(path: str) -> None:
    """From here on this process can read what is there, and no more."""
    if not Path(path).is_dir():
        return
    kept = os.statvfs(path).f_flag
    flags = sum(getattr(os, name, 0) for name in _KEPT if kept & getattr(os, name, 0))
    _mount(path, path, None, _MS_BIND | _MS_REC)
    _mount(None, path, None, _MS_BIND | _MS_REMOUNT | _MS_RDONLY | flags)


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _unshare(flags: int) -> None:
    if _libc().unshare(flags) != 0:
        raise OverlayError(f"no namespace of its own: {os.strerror(ctypes.get_errno())}")


def _mount(source: str | None, target: str, kind: str | None, flags: int, data: str = "") -> None:
    given = [None if text is None else os.fsencode(text) for text in (source, target, kind)]
    if _libc().mount(*given, ctypes.c_ulong(flags), os.fsencode(data)) != 0:
        reason = os.strerror(ctypes.get_errno())
        raise OverlayError(f"{kind or 'a folder'} cannot be mounted at {target}: {reason}")


def try_out(folder: str) -> None:
    """All that a step does with an overlay, on nothing, below ``folder``."""
    with tempfile.TemporaryDirectory(prefix="try-", dir=folder) as home:
        for name in ("lower", "upper", "work", "seen", "seen/shared", "lower/shared"):
            Path(home, name).mkdir()
        Path(home, "lower", "file").write_text("below")
        child = os.fork()
        if child == 0:
            code = 1
            try:
                seen = str(Path(home, "seen"))
                enter([Overlay(seen, home, ("lower",), "upper", "work", ("shared",), (), ())])
                Path(seen, "file").write_text("above")
                Path(seen, "file").unlink()
                code = 0
            except (OverlayError, OSError) as error:
                print(error)
            finally:
                sys.stdout.flush()
                os._exit(code)
        _, status = os.waitpid(child, 0)
        # The kernel makes it so that nobody else can look into it.
        with suppress(OSError):
            Path(home, "work", "work").chmod(0o700)
        if status != 0 or Path(home, "lower", "file").read_text() != "below":
            sys.exit(1)


if __name__ == "__main__":
    try_out(sys.argv[1])

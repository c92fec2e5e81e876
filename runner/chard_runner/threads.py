"""Thread counts of numerical libraries, over a fork.

A process is forked safely only while it has one thread, and OpenBLAS starts its threads when it is
loaded. The fork server therefore loads libraries with these environment variables set to 1. A
forked step gets its own environment back, and because the libraries read it when they were loaded,
those that are loaded are told: OpenBLAS and MKL by their ``set_num_threads``, numexpr by its own.

``OMP_NUM_THREADS`` is left alone: OpenMP starts no thread before its first parallel region, and
what libgomp once read from it could be changed for the calling thread only, not for threads that
a cell starts.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import sys
from collections.abc import Iterator
from pathlib import Path

_SINGLE = (
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "BLIS_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
)
#: Names under which OpenBLAS's function is found in its many builds.
_OPENBLAS = tuple(
    f"{prefix}openblas_set_num_threads{suffix}"
    for prefix in ("", "scipy_")
    for suffix in ("", "64_", "_64", "_64_")
)
#: Most threads that numexpr takes by itself.
_NUMEXPR_DEFAULT = 8


@contextlib.contextmanager
def single_threaded() -> Iterator[None]:
    """Libraries loaded within this start no threads; the environment is as before at its end."""
    before = {name: os.environ.get(name) for name in _SINGLE}
    os.environ.update(dict.fromkeys(_SINGLE, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def restore(libraries: list[str]) -> None:
    """Give loaded libraries the counts that they would have taken in a fresh process.

    :param libraries: as :func:`loaded_libraries` found them.
    """
    for path in libraries:
        name = os.path.basename(path)  # noqa: PTH119
        if "openblas" in name:
            _call(path, _OPENBLAS, _wanted("OPENBLAS_NUM_THREADS", "GOTO_NUM_THREADS"))
            # Its new threads would spin for work until they tire, on processors that have better to
            # do. Without them it starts them with the first work, as after any fork.
            _call(path, ("blas_thread_shutdown_",))
        elif name.startswith("libmkl_rt"):
            _call(path, ("MKL_Set_Num_Threads",), _wanted("MKL_NUM_THREADS"))
        elif name.startswith("libblis"):
            _call(path, ("bli_thread_set_num_threads",), _wanted("BLIS_NUM_THREADS"))
    numexpr = sys.modules.get("numexpr")
    if numexpr is not None:
        default = min(_wanted(), _NUMEXPR_DEFAULT)
        numexpr.set_num_threads(_number("NUMEXPR_NUM_THREADS") or default)


def _wanted(*names: str) -> int:
    for name in (*names, "OMP_NUM_THREADS"):
        number = _number(name)
        if number:
            return number
    return processors()


def _number(name: str) -> int:
    # OpenMP allows a list, one number for each level of nesting.
    first = os.environ.get(name, "").split(",")[0].strip()
    return int(first) if first.isdigit() else 0


def processors() -> int:
    """Processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def loaded_libraries() -> list[str]:
    """Shared libraries of this process that have thread counts."""
    maps = Path("/proc/self/maps")
    if not maps.exists():
        return []
    paths = {line.split(None, 5)[5] for line in maps.read_text().splitlines() if ".so" in line}
    return sorted(path for path in paths if any(n in path for n in ("openblas", "mkl", "blis")))


def _call(path: str, names: tuple[str, ...], *numbers: int) -> None:
    try:
        library = ctypes.CDLL(path, mode=os.RTLD_NOLOAD | os.RTLD_LAZY)
    except OSError:
        # Unloaded, or its file was replaced since it was loaded: there is nobody to tell.
        return
    for name in names:
        function = getattr(library, name, None)
        if function is not None:
            function(*map(ctypes.c_int, numbers))
            return

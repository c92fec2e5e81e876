"""How quickly values are written and read, beside raw writes, pickle, joblib and dill.

    .venv/peers/bin/python bench/values.py --json FILE [--mebibytes 1024] [--rounds 3]

Every writer flushes its file to the disk. Each round runs all writers once, in turn, and begins
with the next one, so that all see the same machine.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import json
import os
import pickle
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Callable

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "runner"))

from chard_runner.values import GroupReference, ValueSession

Work = Callable[[Path], None]


def main() -> None:
    """Measure and write the seconds of every round as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mebibytes", type=int, default=1024)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", type=Path, required=True)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        results = {
            **array_benchmark(Path(folder), options.mebibytes, options.rounds),
            **objects_benchmark(Path(folder), options.rounds),
        }
    options.json.write_text(json.dumps(results, indent=2))


def array_benchmark(folder: Path, mebibytes: int, rounds: int) -> dict[str, dict[str, list[float]]]:
    """One float64 array."""
    numpy: Any = importlib.import_module("numpy")
    array = numpy.random.default_rng(0).random(mebibytes << 17)
    raw = memoryview(array).cast("B")

    def raw_write(path: Path) -> None:
        handle = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC)
        done = 0
        while done < raw.nbytes:
            done += os.write(handle, raw[done : done + (32 << 20)])
        os.fsync(handle)
        os.close(handle)

    writers = {"raw": raw_write, **peers_writing(array)}
    return compare("array", folder, array, writers, rounds)


def objects_benchmark(folder: Path, rounds: int) -> dict[str, dict[str, list[float]]]:
    """Many small objects: what is parsed, not mapped."""
    records = [{"id": at, "name": f"name {at}", "score": at / 7} for at in range(300_000)]
    return compare("objects", folder, records, peers_writing(records), rounds)


def compare(
    title: str, folder: Path, value: Any, writers: dict[str, Work], rounds: int
) -> dict[str, dict[str, list[float]]]:
    """Times by writer (reader), one a round."""
    writing: dict[str, list[float]] = {}
    reading: dict[str, list[float]] = {}
    comparing: dict[str, list[float]] = {}
    contenders = ["chard", *writers]
    for at in range(rounds):
        for name in contenders[at % len(contenders) :] + contenders[: at % len(contenders)]:
            # What the one before has left to do (a removed file, too, is work) is not this one's.
            os.sync()
            path = folder / name
            if name == "chard":
                with timed(writing, name):
                    group = write_ours(path, value)
                with timed(reading, name):
                    session = read_ours(path, group)
                with timed(comparing, name):
                    assert session.write(["value"]).values[0].unchanged
                # Unmapping is not part of what comes next.
                del session
                shutil.rmtree(path)
                continue
            with timed(writing, name):
                writers[name](path)
            if name != "raw":
                with timed(reading, name):
                    read_peer(name, path)
            path.unlink()
    return {
        f"write {title}": writing,
        f"read {title}": reading,
        f"compare {title}": comparing,
    }


def write_ours(store: Path, value: Any) -> str:
    """Store the value; give its group."""
    namespace: dict[str, Any] = {"value": value}
    session = ValueSession(namespace, store=store, scope="bench")
    stored = session.write(["value"]).values[0]
    assert stored.group is not None, stored
    return stored.group


def read_ours(store: Path, group: str) -> ValueSession:
    """Bind the value in a new session."""
    session = ValueSession({}, store=store, scope="bench")
    session.read([GroupReference(group, ("value",))])
    return session


def peers_writing(value: Any) -> dict[str, Work]:
    """The peers that are installed, each writing and flushing one file."""

    def with_pickle(path: Path) -> None:
        with path.open("wb") as file:
            pickle.dump(value, file, protocol=5)
            flush(file)

    found: dict[str, Work] = {"pickle": with_pickle}
    for name in ("joblib", "dill"):
        with contextlib.suppress(ImportError):
            found[name] = dumper(importlib.import_module(name), value)
    return found


def dumper(module: Any, value: Any) -> Work:
    """A writer by a module's ``dump``."""

    def write(path: Path) -> None:
        with path.open("wb") as file:
            module.dump(value, file)
            flush(file)

    return write


def read_peer(name: str, path: Path) -> None:
    """Read what the peer wrote; joblib maps arrays as we do."""
    if name == "joblib":
        importlib.import_module(name).load(path, mmap_mode="c")
        return
    with path.open("rb") as file:
        (pickle if name == "pickle" else importlib.import_module(name)).load(file)


def flush(file: Any) -> None:
    """To the disk."""
    file.flush()
    os.fsync(file.fileno())


@contextlib.contextmanager
def timed(times: dict[str, list[float]], name: str) -> Any:
    """Note how long the block takes."""
    started = time.perf_counter()
    yield
    times.setdefault(name, []).append(time.perf_counter() - started)


if __name__ == "__main__":
    main()

"""Snapshots beside ``restic`` and ``cp -a``, on one disk: ``python bench/snapshots.py [--full]``.

Each candidate begins with cold caches where the script is root. With ``--priority`` all run with
real-time priority, for machines on which others work.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from chosen import add_names
from measure import CHARD, ROOT, Sample, median, run
from report import Row, Section, mebibytes, replaced, seconds

WORKSPACE = ROOT / ".venv" / "bench" / "snapshot_workspace.mjs"
BANNER = "import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);"
RESULTS = ROOT / "bench" / "RESULTS.md"
FILES = 20_000
BYTES = 5 * 10**9
#: One file in so many is a copy of an earlier one.
DUPLICATE_EVERY = 10
#: Files for the figure of memory: quick, and with ``--full``.
MANY = 100_000
FULL = 1_000_000
PER_FOLDER = 1000
NAMES = ["times", "workspace", "memory"]
GET_RESTIC = (
    "restic is not there. Install it: apt install restic, brew install restic, "
    "or https://restic.net."
)


@dataclass
class Bench:
    """A folder on the disk that is measured, and how commands are run there."""

    folder: Path
    has_priority: bool = False
    data: Path = field(init=False)

    def __post_init__(self) -> None:
        self.data = self.folder / "data"

    @property
    def environment(self) -> dict[str, str]:
        return {
            "CHARD_HOME": str(self.folder / "home"),
            "RESTIC_REPOSITORY": str(self.folder / "restic"),
            "RESTIC_CACHE_DIR": str(self.folder / "restic-cache"),
            "RESTIC_PASSWORD": "bench",
        }

    def run(self, *command: object) -> Sample:
        """One command from cold caches."""
        drop_caches()
        return self.run_warm(*command)

    def run_warm(self, *command: object) -> Sample:
        first = ["chrt", "-r", "10"] if self.has_priority else []
        words = [*first, *(str(word) for word in command)]
        return run(words, cwd=self.folder, environment=self.environment)

    def remove(self, *names: str) -> None:
        for name in names:
            shutil.rmtree(self.folder / name, ignore_errors=True)

    def forget(self) -> None:
        """No snapshot of either is left."""
        self.remove("home", "restic", "restic-cache")
        self.run_warm(restic(), "init")


def restic() -> str:
    """Raises:
    SystemExit: it is not there; with how to get it.
    """
    found = shutil.which("restic")
    if found is None:
        raise SystemExit(GET_RESTIC)
    return found


def drop_caches() -> None:
    """Brings everything onto the disk, and forgets what was read where that is allowed."""
    os.sync()
    if os.geteuid() == 0:
        Path("/proc/sys/vm/drop_caches").write_text("3")


def make_files(folder: Path, files: int, size: int, seed: int = 1) -> int:
    """Files that nothing can make smaller, from 1/10 to 10 times the mean in size, 1,000 a folder.

    Returns:
        The bytes of all that are no copy of another.
    """
    numbers = random.Random(seed)
    weights = [10 ** numbers.uniform(-1, 1) for _ in range(files)]
    scale = size / sum(weights)
    different = 0
    paths: list[Path] = []
    for index, weight in enumerate(weights):
        path = folder / f"{index // PER_FOLDER:04}" / f"file-{index:07}.bin"
        path.parent.mkdir(parents=True, exist_ok=True)
        if index % DUPLICATE_EVERY == DUPLICATE_EVERY - 1:
            shutil.copyfile(numbers.choice(paths), path)
        else:
            content = numbers.randbytes(int(weight * scale))
            path.write_bytes(content)
            different += len(content)
        paths.append(path)
    return different


def make_small_files(folder: Path, files: int, per_folder: int) -> None:
    """Files of a line each, all different."""
    for index in range(files):
        path = folder / f"{index // per_folder:04}" / f"file-{index:07}.txt"
        if index % per_folder == 0:
            path.parent.mkdir(parents=True)
        path.write_text(f"the line of file {index}\n")


def tree_bytes(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


@contextmanager
def bench_folder(has_priority: bool, parent: Path | None = None) -> Iterator[Bench]:
    with tempfile.TemporaryDirectory(dir=parent, prefix="chard-bench-") as name:
        yield Bench(Path(name), has_priority)


def measure_times(bench: Bench, files: int, size: int, rounds: int) -> Section:
    """Taking, taking again and restoring."""
    different = make_files(bench.data, files, size)
    found: dict[str, list[Sample]] = {}

    def note(name: str, sample: Sample) -> None:
        found.setdefault(name, []).append(sample)
        print(f"{name}: {seconds(sample.wall)}, {seconds(sample.cpu)} of processors", flush=True)

    stored = 0
    for turn in range(rounds):
        bench.forget()
        restored = {
            "chard": lambda: bench.run(
                CHARD, "snapshot", "restore", "latest", "--to", bench.folder / "back"
            ),
            "restic": lambda: bench.run(
                restic(), "restore", "--quiet", "latest", "--target", bench.folder / "back"
            ),
        }
        take = {
            "chard": (CHARD, "snapshot", "create", bench.data),
            "restic": (restic(), "backup", "--quiet", bench.data),
        }
        # Each round begins with the other one.
        names = ["chard", "restic"] if turn % 2 == 0 else ["restic", "chard"]
        for name in names:
            note(f"first {name}", bench.run(*take[name]))
            note(f"cold second {name}", bench.run(*take[name]))
            # All that there is to know of the files has just been read.
            note(f"warm second {name}", bench.run_warm(*take[name]))
        stored = tree_bytes(bench.folder / "home" / "snapshots" / "contents")
        for name in names:
            note(f"restore {name}", restored[name]())
            bench.remove("back")
        note("cp", bench.run("cp", "-a", bench.data, bench.folder / "copy"))
        bench.remove("copy")
    times = {name: median(samples).wall for name, samples in found.items()}

    def row(what: str, mine: str, peer: str, target: float | None) -> Row:
        return Row(what, times[mine], times[peer], target)

    count = f"{size / 1e9:g} GB in {files:,} files"
    return Section(
        f"Snapshots: {count}",
        f"`chard snapshot` beside {version()} and `cp -a`, all whole commands from "
        f"{'cold caches but for one row' if os.geteuid() == 0 else 'caches as they were'}, "
        f"{'medians of ' + str(rounds) if rounds > 1 else 'one round'}. One file in "
        f"{DUPLICATE_EVERY} is a copy of another, none can be made smaller; the store took "
        f"{stored / 1e9:.3f} GB for {different / 1e9:.3f} GB of different contents"
        f"{_mark(stored <= different)}. What is taken is on the disk when the command ends, with "
        "both; restic encrypts, too. Restoring, Chard checks each content, restic and `cp` do not; "
        "none of the three waits for the disk.",
        ["", "chard", "peer", "ratio", "target"],
        [
            row("first snapshot, beside restic", "first chard", "first restic", 1),
            row("first snapshot, beside cp -a", "first chard", "cp", None),
            row(
                "second, nothing changed, right after one",
                "warm second chard",
                "warm second restic",
                1 / 3,
            ),
            row(
                "second, nothing changed, from cold caches",
                "cold second chard",
                "cold second restic",
                1 / 3,
            ),
            row("restore, beside restic", "restore chard", "restore restic", 1),
            row("restore, beside cp -a", "restore chard", "cp", None),
        ],
    )


@contextmanager
def xfs(parent: Path, size: int) -> Iterator[Path]:
    """A disk that shares blocks, in a file on the disk that is measured.

    Raises:
        OSError, subprocess.CalledProcessError: there can be none here.
    """
    image, folder = parent / "xfs.image", parent / "xfs"
    with image.open("wb") as file:
        file.truncate(size)
    try:
        subprocess.run(["mkfs.xfs", "-q", "-m", "reflink=1", image], check=True)
        folder.mkdir()
        subprocess.run(["mount", "-o", "loop", image, folder], check=True)
        try:
            yield folder
        finally:
            subprocess.run(["umount", folder], check=True)
    finally:
        image.unlink()


def build_workspace() -> None:
    command = [ROOT / "node_modules" / ".bin" / "esbuild", "bench/snapshot_workspace.ts"]
    command += ["--bundle", "--platform=node", "--format=esm", f"--banner:js={BANNER}"]
    command += [f"--outfile={WORKSPACE}", "--log-level=warning"]
    subprocess.run(command, cwd=ROOT, check=True)


def measure_workspace(bench: Bench, files: int, size: int) -> Section:
    """The tree in which a run's steps work, on XFS."""
    build_workspace()
    with xfs(bench.folder, 3 * size + 10**9) as disk:
        there = Bench(disk, bench.has_priority)
        make_files(there.data, files, size)
        there.run(CHARD, "snapshot", "create", there.data)
        never = "--reflink=never"
        copied = there.run("cp", "-a", never, there.data, there.folder / "copy")
        there.remove("copy")
        linked = there.run("cp", "-a", "--reflink=always", there.data, there.folder / "copy")
        there.remove("copy")
        mine = [workspace_seconds(there, there.folder / "work")]
        mine += [workspace_seconds(there), workspace_seconds(there)]
        mine.append(workspace_seconds(there, is_cold=False))
        changed = next(there.data.rglob("*.bin"))
        changed.write_bytes(changed.read_bytes() + b"!")
        there.run_warm(CHARD, "snapshot", "create", there.data)
        mine.append(workspace_seconds(there, is_cold=False))
    return Section(
        f"Snapshots: a run's workspace, {size / 1e9:g} GB in {files:,} files",
        "On XFS, from cold caches: a tree whose files share their blocks with the store. A file is "
        "a clone, so that the number of files counts. Overlays lie on a tree that runs share: the "
        "first one makes it, the next looks whether its folders are as they were made; every file "
        "is looked at once a day.",
        ["", "chard", "peer", "ratio", "target"],
        [
            Row("of the run's own, beside cp -a --reflink", mine[0], linked.wall, None),
            Row("shared, first run, beside cp -a", mine[1], copied.wall, None),
            Row("shared, next run, beside cp -a", mine[2], copied.wall, None),
            Row("shared, next run, warm caches", mine[3], copied.wall, 0.01),
            Row("shared, one file changed, warm caches", mine[4], copied.wall, 0.01),
        ],
    )


def workspace_seconds(bench: Bench, *folder: Path, is_cold: bool = True) -> float:
    if is_cold:
        drop_caches()
    first = ["chrt", "-r", "10"] if bench.has_priority else []
    command = [*first, "node", WORKSPACE, bench.folder / "home", *folder]
    said = subprocess.run(command, capture_output=True, check=True, text=True)
    found = json.loads(said.stdout)
    assert found["way"] == "reflink"
    return float(found["seconds"])


def measure_memory(bench: Bench, files: int) -> Section:
    """The most memory while snapshots of very many files are taken."""
    rows: list[Row] = []
    for what, per_folder in (("1,000 a folder", PER_FOLDER), ("all in one folder", files)):
        bench.remove("data")
        bench.forget()
        make_small_files(bench.data, files, per_folder)
        for turn in ("first", "second"):
            mine = bench.run(CHARD, "snapshot", "create", bench.data)
            peer = bench.run(restic(), "backup", "--quiet", bench.data)
            print(f"{what}, {turn}: {mine} {peer}", flush=True)
            name = f"{turn} snapshot, {what}"
            rows.append(Row(f"{name}, memory", mine.memory, peer.memory, 1, mebibytes))
            rows.append(Row(f"{name}, time", mine.wall, peer.wall, None))
    return Section(
        "Snapshots: very many files",
        f"{files:,} files of a line each; the largest process of each command, at its peak.",
        ["", "chard", "restic", "ratio", "target"],
        rows,
    )


def version() -> str:
    said = subprocess.run([restic(), "version"], capture_output=True, text=True, check=True)
    return "`" + " ".join(said.stdout.split()[:2]) + "`"


def _mark(met: bool) -> str:
    return " ✓" if met else " ✗"


def sections(options: argparse.Namespace) -> Iterator[Section]:
    with bench_folder(options.priority, options.folder) as bench:
        if "times" in options.names:
            yield measure_times(bench, options.files, options.bytes, options.rounds)
        bench.remove("data", "home", "restic", "restic-cache")
        if "workspace" in options.names:
            try:
                yield measure_workspace(bench, options.files, options.bytes)
            except (OSError, subprocess.CalledProcessError) as error:
                print(f"No workspace by reflinks is measured: {error}", flush=True)
        if "memory" in options.names:
            yield measure_memory(bench, FULL if options.full else options.many)


def parse(words: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    add_names(parser, NAMES)
    parser.add_argument("--full", action="store_true", help="memory with a million files")
    parser.add_argument("--many", type=int, default=MANY, help="files for memory without --full")
    parser.add_argument("--files", type=int, default=FILES)
    parser.add_argument("--bytes", type=int, default=BYTES)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--priority", action="store_true", help="real-time priority for all")
    parser.add_argument("--folder", type=Path, help="on the disk that is measured")
    parser.add_argument("--note", default="", help="a sentence for each section's text")
    options = parser.parse_args(words)
    options.names = options.names or NAMES
    return options


def main() -> None:
    options = parse()
    for section in sections(options):
        noted = section.noted(options.note)
        print(noted.markdown(), flush=True)
        RESULTS.write_text(replaced(RESULTS.read_text(), noted))


if __name__ == "__main__":
    main()

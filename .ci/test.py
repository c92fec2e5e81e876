"""Runs every check and test, two at a time, and ends with one line that sums them all.

Each runner reports to a file that is read afterwards; a runner that dies before it can report
counts as one failure, so that nothing can be lost on the way to the sum.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent


@dataclass
class Outcome:
    """What one runner counted, and what to print of it."""

    passed: int = 0
    failed: int = 0
    skipped: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    output: str = ""


def named(name: str, message: str | None) -> str:
    """A test that failed and how its message begins: enough to see why where the output was cut."""
    plain = re.sub(r"\x1b\[[0-9;]*m", "", message or "")
    lines = [line.rstrip() for line in plain.splitlines() if line.strip()]
    return "\n".join([name, *(f"    {line[:200]}" for line in lines[:12])])


@dataclass(frozen=True)
class Job:
    name: str
    kind: str
    command: Callable[[Path], list[str]]
    read: Callable[[Path, int], Outcome]


def check(name: str, *command: str) -> Job:
    """A tool that says yes or no: counts as one test."""

    def read(_report: Path, code: int) -> Outcome:
        return Outcome(passed=int(code == 0), failed=int(code != 0))

    return Job(name, "check", lambda _report: list(command), read)


def jest(name: str, *arguments: str) -> Job:
    def command(report: Path) -> list[str]:
        return ["jest", *arguments, "--json", f"--outputFile={report}"]

    def read(report: Path, code: int) -> Outcome:
        data = json.loads(report.read_text())
        suites = data["testResults"]
        tests = [
            (test, f"{Path(suite['name']).relative_to(ROOT)}: {test['fullName']}")
            for suite in suites
            for test in suite["assertionResults"]
        ]
        skipped = [name for test, name in tests if test["status"] in ("pending", "todo")]
        broken = [
            named(name, "\n".join(test["failureMessages"]))
            for test, name in tests
            if test["status"] == "failed"
        ]
        broken += [
            named(f"{Path(suite['name']).relative_to(ROOT)}: could not run", suite["message"])
            for suite in suites
            if suite["status"] == "failed" and not suite["assertionResults"]
        ]
        failed = data["numFailedTests"] + data["numRuntimeErrorTestSuites"]
        return Outcome(data["numPassedTests"], failed or int(code != 0), skipped, broken)

    return Job(name, "test", command, read)


def pytest(name: str, *arguments: str) -> Job:
    def command(report: Path) -> list[str]:
        return [sys.executable, "-m", "pytest", *arguments, f"--junitxml={report}"]

    def read(report: Path, code: int) -> Outcome:
        outcome = Outcome()
        for case in ElementTree.parse(report).getroot().iter("testcase"):
            faults = [*case.iter("failure"), *case.iter("error")]
            if faults:
                outcome.failed += 1
                name = f"{case.get('classname')}: {case.get('name')}"
                outcome.broken.append(named(name, faults[0].get("message")))
            elif (skip := case.find("skipped")) is not None:
                outcome.skipped.append(f"{case.get('name')}: {skip.get('message')}")
            else:
                outcome.passed += 1
        outcome.failed = outcome.failed or int(code != 0)
        return outcome

    return Job(name, "test", command, read)


def specs(suites: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The tests of Playwright's nested suites, in their order."""
    for suite in suites:
        yield from suite.get("specs", [])
        yield from specs(suite.get("suites", []))


def message(spec: dict[str, Any]) -> str:
    """What a browser test failed of, with the line that failed."""
    results = [result for test in spec["tests"] for result in test["results"]]
    errors = [error for result in results for error in result["errors"]]
    return "\n".join(error["message"] for error in errors)


def playwright(name: str) -> Job:
    """The tests in a real browser. What Playwright says goes through a report of its own, too."""

    def command(report: Path) -> list[str]:
        run = f"CHARD_UI_REPORT={report} exec node_modules/.bin/playwright test"
        return ["bash", "-c", f"cd ui-tests && {run}"]

    def read(report: Path, code: int) -> Outcome:
        data = json.loads(report.read_text())
        stats = data["stats"]
        failed = stats["unexpected"] + stats["flaky"] + len(data["errors"])
        skipped = ["browser test"] * stats["skipped"]
        broken = [
            named(f"{spec['file']}:{spec['line']}: {spec['title']}", message(spec))
            for spec in specs(data["suites"])
            if not spec["ok"]
        ]
        return Outcome(stats["expected"], failed or int(code != 0), skipped, broken)

    return Job(name, "test", command, read)


# The longest first, so that the two lanes end together.
JOBS = [
    jest("server", "--selectProjects", "server", "--maxWorkers=1"),
    jest("kubeflow", "--selectProjects", "kfp", "--maxWorkers=1"),
    jest("core", "--selectProjects", "core", "--maxWorkers=1"),
    playwright("browser"),
    jest("extension", "--selectProjects", "extension", "--maxWorkers=1"),
    pytest("runner", "runner/tests"),
    pytest("suggester", "suggester/tests"),
    pytest("jupyter server", "jupyterlab_chard/tests"),
    pytest("benchmarks", "bench/tests"),
    check("types", "jlpm", "run", "typecheck"),
    check("python types", "mypy"),
    check("lint", "jlpm", "run", "lint"),
    check("format", "prettier", "--check", "--log-level=warn", "."),
    check("merge markers", "sh", "-c", "! git grep -nE '^(<{7}|>{7}) '"),
    check("python lint", "ruff", "check", "."),
    check("python format", "ruff", "format", "--check", "."),
]


def run(job: Job) -> Outcome:
    """Runs one job to its end and reads its report."""
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report"
        done = subprocess.run(
            job.command(report),
            cwd=ROOT,
            text=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        try:
            outcome = job.read(report, done.returncode)
        except (OSError, ValueError, KeyError, ElementTree.ParseError) as error:
            outcome = Outcome(failed=1, output=f"no report: {error}\n")
    if outcome.failed:
        outcome.output += done.stdout
    seconds = time.monotonic() - started
    word = "FAILED" if outcome.failed else "ok"
    print(
        f"{word:6} {job.name}: {outcome.passed} passed, {outcome.failed} failed ({seconds:.0f} s)"
    )
    for reason in outcome.skipped:
        print(f"       skipped {reason}")
    if outcome.output:
        print(outcome.output)
    sys.stdout.flush()
    return outcome


def main() -> int:
    """Exit code 0 where nothing failed and something passed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=["check", "test"])
    wanted = parser.parse_args().only
    with ThreadPoolExecutor(max_workers=2) as pool:
        outcomes = list(pool.map(run, [job for job in JOBS if wanted in (None, job.kind)]))
    passed = sum(outcome.passed for outcome in outcomes)
    failed = sum(outcome.failed for outcome in outcomes)
    # Once more at the end, where they are found however much was printed.
    for name in (name for outcome in outcomes for name in outcome.broken):
        print(f"FAILED {name}")
    print(f"{passed} passed, {failed} failed")
    return int(failed > 0 or passed == 0)


if __name__ == "__main__":
    sys.exit(main())

"""Describes the environment that steps run in, for a run's record: ``python -m
chard_runner.environment`` prints one JSON document."""

from __future__ import annotations

import json
import os
import platform
import re
import sys
import sysconfig
from importlib import metadata
from typing import Any

from . import RUNNER_PROTOCOL, startup

_FIELD = re.compile(r"^(Name|Version):[ \t]*(.*?)[ \t\r]*$", re.IGNORECASE | re.MULTILINE)


def describe() -> dict[str, Any]:
    """The interpreter, the machine, and every installed distribution with its version.

    Names of distributions are normalised as PyPI does; of two on the path the first counts, as for
    imports.
    """
    packages: dict[str, str] = {}
    for distribution in metadata.distributions():
        fields = _fields_of(distribution)
        # A broken installation's metadata has no name: such a one can be told by nothing.
        name = fields.get("name")
        if name:
            normal = re.sub(r"[-_.]+", "-", name).lower()
            packages.setdefault(normal, fields.get("version", ""))
    return {
        "protocol": RUNNER_PROTOCOL,
        "executable": sys.executable,
        "implementation": platform.python_implementation(),
        "version": platform.python_version(),
        "platform": _platform(),
        "machine": platform.machine(),
        "prefix": sys.prefix,
        "basePrefix": sys.base_prefix,
        "paths": {
            name: sysconfig.get_path(name)
            for name in ("stdlib", "platstdlib", "purelib", "platlib")
        },
        "ipython": packages.get("ipython"),
        "packages": dict(sorted(packages.items())),
    }


def _platform() -> str:
    """As ``platform.platform()`` has it, which on Linux starts a program for a part that it then
    leaves out."""
    if not sys.platform.startswith("linux"):
        return platform.platform()
    system = os.uname()
    libc = "".join(platform.libc_ver())
    return "-".join(filter(None, (system.sysname, system.release, system.machine, "with", libc)))


def _fields_of(distribution: metadata.Distribution) -> dict[str, str]:
    """Name and version as the metadata's head says them.

    ``distribution.metadata`` would parse the whole of it, the project's description too, which
    takes six times as long.
    """
    for file in ("METADATA", "PKG-INFO", ""):
        text = distribution.read_text(file)
        if text:
            head = text.partition("\n\n")[0]
            found = [(key.lower(), value) for key, value in _FIELD.findall(head)]
            # Of two of a name the first counts.
            return dict(reversed(found))
    return {}


def main() -> int:
    startup.leave_start_folder()
    json.dump(describe(), sys.stdout, indent=2)
    print()
    return 0


if __name__ == "__main__":
    sys.exit(main())

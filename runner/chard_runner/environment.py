"""Describes the environment that steps run in, for a run's record: ``python -m
chard_runner.environment`` prints one JSON document."""

from __future__ import annotations

import json
import platform
import re
import sys
import sysconfig
from importlib import metadata
from typing import Any

from . import RUNNER_PROTOCOL, startup


def describe() -> dict[str, Any]:
    """The interpreter, the machine, and every installed distribution with its version.

    Names of distributions are normalised as PyPI does; of two on the path the first counts, as for
    imports.
    """
    packages: dict[str, str] = {}
    for distribution in metadata.distributions():
        # A broken installation's metadata has no name: such a one can be told by nothing.
        name = distribution.metadata["Name"]
        if name:
            normal = re.sub(r"[-_.]+", "-", name).lower()
            packages.setdefault(normal, distribution.version)
    return {
        "protocol": RUNNER_PROTOCOL,
        "executable": sys.executable,
        "implementation": platform.python_implementation(),
        "version": platform.python_version(),
        "platform": platform.platform(),
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


def main() -> int:
    startup.leave_start_folder()
    json.dump(describe(), sys.stdout, indent=2)
    print()
    return 0


if __name__ == "__main__":
    sys.exit(main())

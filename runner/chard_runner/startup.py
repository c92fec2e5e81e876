"""What the runner's programs have to set right before anything else."""

from __future__ import annotations

import sys


def leave_start_folder() -> None:
    """Take the folder out of ``sys.path`` that ``python -m`` put there.

    Modules that happen to lie where the engine was started are nobody's.
    """
    if not (getattr(sys.flags, "safe_path", False) or sys.flags.isolated):
        del sys.path[0]

"""Executes one step of a pipeline inside the person's own Python environment.

Needs nothing but the standard library; IPython is used where it is installed.
"""

from __future__ import annotations

RUNNER_PROTOCOL = 1

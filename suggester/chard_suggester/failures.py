"""What a request may fail with, as the server is told it."""

from __future__ import annotations

import importlib.util


class SuggesterError(Exception):
    """A failure with a stable code and a message that says what to do."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


#: What pip calls a module, where that is something else.
DISTRIBUTIONS = {"sklearn": "scikit-learn"}


def require(what: str, modules: tuple[str, ...]) -> None:
    """Raise `packages-missing` where modules are not installed; nothing is imported."""
    missing = [name for name in modules if importlib.util.find_spec(name) is None]
    if not missing:
        return
    packages = [DISTRIBUTIONS.get(name, name) for name in missing]
    raise SuggesterError(
        "packages-missing",
        f"{what} needs {' and '.join(packages)}, not installed where Chard is. Run"
        f" `pip install {' '.join(packages)}` in that environment, or choose another one.",
    )

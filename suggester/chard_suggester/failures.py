"""What a request may fail with, as the server is told it."""

from __future__ import annotations

from chard_suggester.packages import missing


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
    lacking = missing(list(modules))
    if not lacking:
        return
    packages = [DISTRIBUTIONS.get(name, name) for name in lacking]
    raise SuggesterError(
        "packages-missing",
        f"{what} needs {' and '.join(packages)}, not installed where Chard is. Run"
        f" `pip install {' '.join(packages)}` in that environment, or choose another one.",
    )

"""What a request may fail with, as the server is told it."""

from __future__ import annotations


class SuggesterError(Exception):
    """A failure with a stable code and a message that says what to do."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def packages_missing(what: str, packages: tuple[str, ...]) -> SuggesterError:
    """Tell that `what` needs packages that this Python lacks."""
    names = " ".join(packages)
    return SuggesterError(
        "packages-missing",
        f"{what} needs {' and '.join(packages)}, not installed where Chard is. Run"
        f" `pip install {names}` in that environment, or choose another one.",
    )

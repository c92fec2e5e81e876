"""Settings of an algorithm as its specification has them: texts by name, as in Katib."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Callable, TypeVar

from chard_suggester.failures import SuggesterError

Read = TypeVar("Read")


class Settings:
    """Reads texts; one that nobody asks for is refused rather than ignored."""

    def __init__(self, owner: str, texts: Mapping[str, str]) -> None:
        self._owner = owner
        self._texts = texts
        self._asked: set[str] = set()

    def whole(self, name: str, default: int) -> int:
        """Give a whole number."""
        return self._read(name, int, default, "a whole number")

    def number(self, name: str, default: float | None) -> float | None:
        """Give a number."""
        return self._read(name, float, default, "a number")

    def flag(self, name: str, default: bool) -> bool:
        """Give a yes or no, as Katib writes it."""
        words = {"true": True, "false": False}
        return self._read(name, lambda text: words[text.lower()], default, "true or false")

    def word(self, name: str, allowed: tuple[str, ...]) -> str:
        """Give one of some words, the first by default."""
        return self._read(
            name, lambda text: allowed[allowed.index(text)], allowed[0], " or ".join(allowed)
        )

    def close(self) -> None:
        """Refuse what was not asked for."""
        unknown = sorted(set(self._texts) - self._asked)
        if unknown:
            known = ", ".join(sorted(self._asked)) or "none"
            raise SuggesterError(
                "setting-unknown",
                f"{self._owner} has no setting {', '.join(unknown)}. Its settings: {known}.",
            )

    def _read(self, name: str, parse: Callable[[str], Read], default: Read, what: str) -> Read:
        self._asked.add(name)
        if name not in self._texts:
            return default
        text = self._texts[name]
        try:
            return parse(text)
        except (ValueError, KeyError):
            raise SuggesterError(
                "setting-invalid", f'{self._owner}: "{name}" takes {what}, not "{text}".'
            ) from None

"""Settings of an algorithm as its specification has them: texts by name, as in Katib."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Callable, TypeVar

from chard_suggester.failures import SuggesterError

Read = TypeVar("Read")


class Settings:
    """Reads texts. Those that only another engine knows are left alone: the server has said so."""

    def __init__(self, owner: str, texts: Mapping[str, str]) -> None:
        self._owner = owner
        self._texts = texts

    def whole(self, name: str, default: int) -> int:
        """Give a whole number."""
        return self._read(name, int, default, "a whole number")

    def number(self, name: str, default: float | None) -> float | None:
        """Give a number."""
        return self._read(name, float, default, "a number")

    def text(self, name: str) -> str | None:
        """Give a text as it is."""
        return self._texts.get(name)

    def _read(self, name: str, parse: Callable[[str], Read], default: Read, what: str) -> Read:
        if name not in self._texts:
            return default
        text = self._texts[name]
        try:
            return parse(text)
        except ValueError:
            raise SuggesterError(
                "setting-invalid", f'{self._owner}: "{name}" takes {what}, not "{text}".'
            ) from None

"""What a benchmark found, as a table of ratios: on noisy machines they say more than times."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace


def seconds(value: float) -> str:
    return f"{value * 1000:.0f} ms" if value < 1 else f"{value:.2f} s"


def mebibytes(value: float) -> str:
    """Of bytes."""
    return f"{value / 2**20:.0f} MB"


@dataclass(frozen=True)
class Row:
    """A figure of Chard and of a peer, and the ratio that is aimed at (None: there is no aim)."""

    what: str
    chard: float
    peer: float
    target: float | None
    show: Callable[[float], str] = seconds

    def cells(self) -> list[str]:
        ratio = self.chard / self.peer
        return [
            self.what,
            self.show(self.chard),
            self.show(self.peer),
            f"{ratio:.3f}",
            "" if self.target is None else f"≤ {self.target:g}{_mark(ratio <= self.target)}",
        ]


@dataclass(frozen=True)
class Limit:
    """One figure of Chard's own, with its target as text and whether it is met (None: no aim)."""

    what: str
    found: str
    target: str
    met: bool | None

    def cells(self) -> list[str]:
        mark = "" if self.met is None else _mark(self.met)
        return [self.what, self.found, self.target + mark]


@dataclass(frozen=True)
class Section:
    title: str
    text: str
    header: Sequence[str]
    rows: Sequence[Row | Limit]

    def noted(self, note: str) -> Section:
        """The same with a sentence more in its text."""
        return replace(self, text=f"{self.text} {note}".rstrip())

    def markdown(self) -> str:
        lines = [f"## {self.title}", "", self.text, ""]
        lines.append("| " + " | ".join(self.header) + " |")
        lines.append("|" + " --- |" * len(self.header))
        lines.extend("| " + " | ".join(row.cells()) + " |" for row in self.rows)
        return "\n".join(lines) + "\n"


def replaced(results: str, section: Section) -> str:
    """``results`` with this section where the one with its title stood, or at the end."""
    head, *parts = results.split("\n## ")
    new = section.markdown().removeprefix("## ").rstrip("\n")
    titles = [part.split("\n", 1)[0] for part in parts]
    if section.title in titles:
        at = titles.index(section.title)
        parts[at] = new + ("\n" if at < len(parts) - 1 else "")
    else:
        parts = [*(part.rstrip("\n") + "\n" for part in parts), new]
    return "\n## ".join([head, *parts]).rstrip("\n") + "\n"


def _mark(met: bool) -> str:
    return " ✓" if met else " ✗"

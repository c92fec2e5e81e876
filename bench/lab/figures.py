"""What is made of what the page told: pure, so that it is tested."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

#: A task that is longer keeps the page from answering for so long that it is felt.
LONG_TASK_MS = 50
#: Chromium draws sixty frames a second.
FRAME_MS = 1000 / 60
#: So many frames lost one after the other are a streak: from here on movement is seen to halt.
STREAK = 3


def milliseconds(value: float) -> str:
    """``87 ms``, ``1.23 s``."""
    return f"{value:.0f} ms" if value < 1000 else f"{value / 1000:.2f} s"


def percentile(values: Sequence[float], share: float) -> float:
    """The value that ``share`` of the values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def middle(values: Sequence[float]) -> float:
    """The median; 0 of nothing."""
    return statistics.median(values) if values else 0.0


@dataclass(frozen=True)
class Frames:
    """Of some seconds: how many streaks of lost frames, and the longest gap between two frames."""

    streaks: int
    longest_ms: float


def frames(gaps: Sequence[float]) -> Frames:
    """Counts the gaps, in milliseconds, in which ``STREAK`` or more frames were lost."""
    lost = [round(gap / FRAME_MS) - 1 for gap in gaps]
    return Frames(sum(each >= STREAK for each in lost), max(gaps, default=0.0))


def slope(points: Sequence[tuple[float, float]]) -> float:
    """The growth of the second value with the first, by Theil and Sen: outliers do not move it."""
    found = [
        (later[1] - earlier[1]) / (later[0] - earlier[0])
        for index, earlier in enumerate(points)
        for later in points[index + 1 :]
        if later[0] != earlier[0]
    ]
    return middle(found)

"""What the benchmarks make of what they measure."""

from __future__ import annotations

from lab.figures import FRAME_MS, frames, percentile, slope
from report import Limit, Section, replaced


def test_a_streak_is_three_frames_lost_one_after_the_other() -> None:
    smooth = [FRAME_MS] * 100
    assert frames(smooth).streaks == 0
    assert frames([*smooth, FRAME_MS * 3]).streaks == 0
    found = frames([*smooth, FRAME_MS * 4, FRAME_MS * 10])
    assert found.streaks == 2
    assert round(found.longest_ms) == 167


def test_growth_is_not_moved_by_what_lies_apart() -> None:
    flat = [(float(at), 100.0) for at in range(20)]
    assert slope(flat) == 0
    assert slope([*flat, (20.0, 500.0)]) == 0
    assert slope([(float(at), 3.0 * at) for at in range(5)]) == 3
    assert slope([(1.0, 1.0)]) == 0


def test_a_percentile_is_one_of_the_values() -> None:
    assert percentile([3, 1, 2], 0.9) == 3
    assert percentile([3, 1, 2], 0.5) == 2


def section(title: str, found: str) -> Section:
    """One with one figure."""
    return Section(title, "Text.", ["", "chard", "target"], [Limit("what", found, "", None)])


def test_a_section_takes_the_place_of_the_one_with_its_title() -> None:
    results = "# Measured\n\nHead.\n"
    for each in (section("One", "1"), section("Two", "2"), section("Three", "3")):
        results = replaced(results, each)
    again = replaced(results, section("Two", "22"))
    assert again == results.replace("| 2 |", "| 22 |")
    assert replaced(results, section("Two", "2")) == results
    assert "\n\n## Three\n" in results


def test_a_figure_without_an_aim_has_no_mark() -> None:
    assert Limit("a", "1", "", None).cells() == ["a", "1", ""]
    assert Limit("a", "1", "< 2", True).cells()[2] == "< 2 ✓"
    assert Limit("a", "3", "< 2", False).cells()[2] == "< 2 ✗"

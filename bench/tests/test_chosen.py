from __future__ import annotations

import argparse

import pytest
from chosen import add_names


def read(*words: str) -> list[str]:
    parser = argparse.ArgumentParser()
    add_names(parser, ["times", "memory"])
    names: list[str] = parser.parse_args(words).names
    return names


def test_no_name_is_none_of_them() -> None:
    assert read() == []


def test_names_come_as_they_are_given() -> None:
    assert read("memory", "times") == ["memory", "times"]


def test_a_wrong_name_is_refused_with_those_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        read("space")
    assert "'space' is none of times, memory" in capsys.readouterr().err

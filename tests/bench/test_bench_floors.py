"""Floors rise by themselves and fall only where that was asked for."""

import re
import tomllib
from pathlib import Path

import pytest

from bench import floors
from bench.__main__ import main


def test_a_figure_below_its_floor_is_named_with_both() -> None:
    assert floors.drops({"nahr": {"f1": 0.9}}, {"nahr": {"f1": 0.85}}) == ["nahr: f1 is 0.8500, its floor is 0.9000"]
    assert floors.drops({"nahr": {"f1": 0.9}}, {"nahr": {"f1": 0.9}}) == []


def test_a_figure_that_is_not_measured_any_more_is_a_drop() -> None:
    assert floors.drops({"nahr": {"f1": 0.9}}, {}) == ["nahr: f1 is 0.0000, its floor is 0.9000"]


def test_a_third_is_no_drop_under_the_floor_that_was_measured_from_a_third() -> None:
    risen = floors.move({}, {"nahr": {"text": 1 / 3}}, lower=False)

    assert risen == {"nahr": {"text": 0.3333}}
    assert floors.drops(risen, {"nahr": {"text": 1 / 3}}) == []


def test_a_floor_rises_by_itself_and_falls_only_when_that_is_asked_for() -> None:
    pinned, measured = {"nahr": {"f1": 0.9, "title": 0.5}}, {"nahr": {"f1": 0.8, "title": 0.75}}

    assert floors.move(pinned, measured, lower=False) == {"nahr": {"f1": 0.9, "title": 0.75}}
    assert floors.move(pinned, measured, lower=True) == {"nahr": {"f1": 0.8, "title": 0.75}}


def test_the_written_file_is_read_as_the_same_floors() -> None:
    pinned = {"nahr": {"f1": 0.9999, "title": 1.0}, "sabah": {"f1": 0.0}}

    assert tomllib.loads(floors.write_floors(pinned)) == pinned


def test_the_command_keeps_a_floor_that_is_too_high_and_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = floors.FILE.read_text(encoding="utf-8")
    high = tmp_path / "floors.toml"
    high.write_text(re.sub(r"(?m)^f1 = [\d.]+$", "f1 = 1.5", text, count=1), encoding="utf-8")

    failed = floors.main(lower=False, file=high)

    assert failed == 1
    assert "fanous: f1 is" in capsys.readouterr().out
    assert floors.read_pinned(high)["fanous"]["f1"] == 1.5


def test_an_unknown_word_is_no_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["floors", "--down"]) == 2
    assert "--lower" in capsys.readouterr().err

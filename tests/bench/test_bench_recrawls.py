"""Pages looked at again: noise makes no revision, an edit makes one of its kind; `make bench` has all hundred."""

from dataclasses import replace

import pytest

from bench import recrawls
from pipelines.settings import Settings


def test_noise_makes_no_revision_and_an_edit_one_of_its_kind(settings: Settings) -> None:
    assert recrawls.wrong(settings, 28) == []


def test_what_is_not_as_the_script_wants_it_is_said(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recrawls, "NOISE", (lambda one: replace(one, lines=one.lines[:-2]),))

    said = recrawls.wrong(settings, 4)

    assert len(said) == 4
    assert "['substantial'] instead of []" in said[0]

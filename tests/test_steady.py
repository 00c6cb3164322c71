"""What a site writes never steers the terminal of whoever reads about it, nor ends a line of a log."""

from __future__ import annotations

import pytest
from rich.console import Console

from pipelines import urls
from pipelines.cli import show


def test_an_address_is_readable_and_stays_on_its_line() -> None:
    assert (
        urls.readable("http://a.test/%D8%A7%D8%A8?x=%1b%5b31m%0aERROR%C2%9b")
        == "http://a.test/اب?x=%1B[31m%0AERROR%C2%9B"
    )


def test_text_of_a_site_does_not_steer_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    show.say("a \x1b]0;owned\x07 b")
    show.complain("a \x1b[2J b")
    show.table(["title"], [["a \x1b[31m b"], [["\x9b31m"]]])
    said = capsys.readouterr()

    assert isinstance(show.out, Console)
    assert not {"\x1b", "\x9b"} & set(said.out + said.err)

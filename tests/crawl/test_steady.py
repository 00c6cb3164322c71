"""What a site writes never steers the terminal of whoever reads about it, nor ends a line of a log."""

from __future__ import annotations

import pytest
from rich.console import Console

from pipelines import urls
from pipelines.cli import show


def test_an_address_is_readable_and_stays_on_its_line() -> None:
    assert (
        urls.readable("http://a.test/%D8%A7%D8%A8?x=%1b%5b31m%0aERROR%C2%9b")
        == "http://a.test/اب?x=%1b%5b31m%0aERROR%C2%9B"
    )


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://a.test/%D8%B3%D9%88%D8%B1%D9%8A%D8%A7-2026/", "https://a.test/سوريا-2026/"),
        ("https://a.test/caf%C3%A9/%E4%B8%AD?q=%D0%B4", "https://a.test/café/中?q=д"),
        # What is ASCII may be a mark of the address: it is another address once it is decoded.
        ("https://a.test/a%2Fb%3Fc%23d%20e%25", "https://a.test/a%2Fb%3Fc%23d%20e%25"),
        # An old charset, a slash that is none, what turns the direction around, a letter that shows nothing.
        ("https://a.test/%D3%E6%D1%ED%C7", "https://a.test/%D3%E6%D1%ED%C7"),
        ("https://a.test/%E2%81%84evil.test", "https://a.test/%E2%81%84evil.test"),
        ("https://a.test/%E2%80%AEtset%E3%85%A4", "https://a.test/%E2%80%AEtset%E3%85%A4"),
        ("https://a.test/\u202ex", "https://a.test/%E2%80%AEx"),
        ("https://xn--pple-43d.test/", "https://xn--pple-43d.test/"),
        ("A feed: https://a.test/%D8%A7 status 503", "A feed: https://a.test/ا status 503"),
    ],
)
def test_an_address_is_decoded_where_it_cannot_pass_for_another(url: str, shown: str) -> None:
    assert urls.readable(url) == shown


def test_text_of_a_site_does_not_steer_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    show.say("a \x1b]0;owned\x07 b")
    show.complain("a \x1b[2J b")
    show.table(["title"], [["a \x1b[31m b"], [["\x9b31m"]]])
    said = capsys.readouterr()

    assert isinstance(show.out, Console)
    assert not {"\x1b", "\x9b"} & set(said.out + said.err)

"""Which of the dates on a page is that of the article."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from pipelines.extract.markup import parse
from pipelines.extract.metadata import facts_of
from pipelines.extract.published import published
from pipelines.model import Page, Source

TITLE = "<h1>Ferry returns to the river after two years</h1>"
STORY = "<p>The ferry was back on the river on Monday, after the flood that had sunk it at its mooring.</p>" * 8
MENU = "".join(f"<li><a href=/{n}>Section number {n}</a></li>" for n in range(40))
TODAY = "<div>Sunday, 22 November 2026</div>"
ASIDE = "<div><a href=/x>Bread is dearer</a> 21/11/2026</div>"
OTHERS = "<h4>Similar</h4><a href=/y><div>2026-11-20 00:00</div><div>Bread is dearer</div></a>"


def day(inside: str, language: str = "en") -> str:
    """The day of a page with this body, and its precision; empty where none was found."""
    url = "https://morava.test/ferry"
    source = Source(
        name="morava", title="Morava", url="https://morava.test/", country="GB", language=language, timezone="UTC"
    )
    page = Page(
        source="morava", run="2026-11-22T0200", url=url, final_url=url, fetched_at=datetime(2026, 11, 22, tzinfo=UTC),
        status=200, headers=(), body=b"", digest="",
    )  # fmt: skip
    tree = parse(f"<html><head><title>Ferry returns to the river after two years</title></head><body>{inside}</body>")
    assert tree is not None
    found = published(tree, facts_of(tree, page, source), page, source)
    return f"{found.at:%Y-%m-%d} {found.precision}" if found.at else ""


@pytest.mark.parametrize(
    "inside",
    [
        f"{TODAY}{TITLE}<div>5 January 2026</div>{STORY}{ASIDE}",
        f"{TODAY}{TITLE}<cite>(2026-01-05 0:00)</cite>{STORY}{ASIDE}",
        f"{TODAY}<ul>{MENU}</ul><div>5 January 2026</div>{TITLE}{STORY}{STORY}{ASIDE}",
        f"{TODAY}<h1>Ferry returns to the river after two years<br><span>05.01.26 08:49</span></h1>{STORY}",
        f"{TODAY}<ul>{MENU}</ul>{TITLE}{STORY}<div>Source: Morava 05/01/26-00:00</div>",
        f"<time datetime=2026-11-21>yesterday</time><ul>{MENU}</ul>{TITLE}<time datetime=2026-01-05>5 Jan</time>",
    ],
)  # fmt: skip
def test_the_day_beside_the_title_wins_over_the_day_in_the_page_s_head(inside: str) -> None:
    found = day(inside)

    assert found.startswith("2026-01-05")


def test_the_day_of_another_article_does_not_count() -> None:
    lead = "<p>The mooring had been out of use from 31 March 2024 until the end of last week.</p>"

    found = day(f"<div>5 January 2026</div><ul>{MENU}</ul>{TITLE}{lead}{STORY}{OTHERS}")

    assert found == "2026-01-05 day"


def test_the_day_in_the_page_s_head_counts_where_there_is_no_other() -> None:
    found = day(f"<div>5 January 2026</div><ul>{MENU}</ul>{TITLE}{STORY}")

    assert found == "2026-01-05 day"


def test_a_sentence_with_today_in_it_is_no_date() -> None:
    found = day(f"{TITLE}<div>by A. Novak, 5 January 2026</div>{STORY}<div>New jobs this week, new jobs today</div>")

    assert found == "2026-01-05 day"
    assert day(f"{TITLE}{STORY}<div>Things to do on the river today</div>") == ""

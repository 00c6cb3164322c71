"""Which of the forms of a title on a page is the title."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from pipelines.extract.markup import parse
from pipelines.extract.metadata import Facts, facts_of
from pipelines.model import Page, Source

SOURCE = Source(
    name="morava", title="Morava", url="https://morava.test/", country="CZ", language="en", timezone="Europe/Prague"
)
STORY = "<p>The ferry was back on the river on Monday, two years after the flood that had sunk it at its mooring.</p>"


def facts(inside: str, head: str) -> Facts:
    """What a page says with this body, and this head or the text of its title element alone."""
    url = "https://www.morava.test/2026/ferry"
    page = Page(
        source="morava", run="2026-11-22T0200", url=url, final_url=url, fetched_at=datetime(2026, 11, 22, tzinfo=UTC),
        status=200, headers=(), body=b"", digest="",
    )  # fmt: skip
    head = head if head.startswith("<") else f"<title>{head}</title>"
    tree = parse(f"<html><head>{head}</head><body>{inside}{STORY}</body></html>")
    assert tree is not None
    return facts_of(tree, page, SOURCE)


def title(inside: str, head: str) -> str:
    """The title of such a page."""
    return facts(inside, head).title


@pytest.mark.parametrize(
    ("inside", "given", "wanted"),
    [
        ("<div class=t>Ferry returns to the river</div>", "Morava - Ferry returns to the river - life + leisure",
         "Ferry returns to the river"),
        ("<div class=t>Ferry returns to the river</div>", "THE POST - Ferry returns to the river - life + leisure",
         "Ferry returns to the river"),
        ("<div class=t>渡船兩年後重返河上</div>", "渡船兩年後重返河上 - 晨報網 - 新聞", "渡船兩年後重返河上"),
        ("<a href=/>ΠΡΩΙΝΗ</a><div>Μαύρη προπαγάνδα</div>", "ΠΡΩΙΝΗ : Μαύρη προπαγάνδα", "Μαύρη προπαγάνδα"),
        ("<span>GateWorks</span>", "How to mend a ferry: five things to avoid - GateWorks blog of the harbour",
         "How to mend a ferry: five things to avoid - GateWorks blog of the harbour"),
        ("", "<title><b>River</b><br>Ferry returns after two years</title>", "River Ferry returns after two years"),
        ("", "<meta property=og:title content='&lt;b&gt;River&lt;/b&gt; Ferry returns'>", "River Ferry returns"),
    ],
)  # fmt: skip
def test_site_section_and_markup_are_no_part_of_a_title(inside: str, given: str, wanted: str) -> None:
    found = title(inside, given)

    assert found == wanted


def test_the_lead_and_the_time_inside_a_heading_are_no_part_of_the_title() -> None:
    heading = (
        "<h1>Ferry returns to the river<br><small>It had sunk in the flood</small> <span>06.01.26 08:49</span></h1>"
    )

    found = title(heading, "M.TEST: Ferry returns to the river / It had sunk in the flood / 06.01.26")

    assert found == "Ferry returns to the river"


def test_a_heading_that_names_a_section_is_not_the_title() -> None:
    head = "<meta property=og:title content='morava.test - PEOPLE - Ferry returns to the river after two years'>"

    found = title("<h1>PEOPLE</h1><h1>Ferry returns to the river after two years</h1><h1>About us</h1>", head)

    assert found == "Ferry returns to the river after two years"


def test_the_name_of_the_site_is_cut_from_a_headline_for_machines() -> None:
    node = '<script type="application/ld+json">{"@type": "NewsArticle", "headline": "Ferry is back - Morava"}</script>'

    assert title("", node) == "Ferry is back"


def test_the_site_is_no_author() -> None:
    found = facts("", "<title>Ferry is back</title><meta name=author content=MORAVA.TEST>")

    assert found.authors == ()


def test_a_title_and_a_description_too_long_to_be_one_are_cut_at_a_word() -> None:
    long = "الجسر القديم " * 400

    found = facts("", f"<title>{long}</title><meta name=description content='{long}'>")

    for text, most in ((found.title, 500), (found.description, 2000)):
        assert most - 20 < len(text) <= most
        assert text.endswith(("الجسر…", "القديم…")) and long.startswith(text[:-1])


def test_a_long_title_without_spaces_is_cut_all_the_same() -> None:
    assert title("", "渡" * 600) == "渡" * 499 + "…"

"""What a page says of its article besides the text: which form of the title, who wrote it, what it is filed under."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime

import pytest

from pipelines.extract.fields.metadata import Facts, facts_of
from pipelines.extract.fields.person_names import people
from pipelines.extract.markup import parse
from pipelines.model import Page, Source
from tests.pages import article, html, story

SOURCE = Source(
    name="morava", title="Morava", url="https://morava.test/", country="CZ", language="en", timezone="Europe/Prague"
)
GRAPH = (
    '<script type="application/ld+json">{"@graph": [{"@type": "Article", "author": {"@id": "#anna"}},'
    '{"@type": "Person", "@id": "#anna", "name": "Anna Novak"}]}</script>'
)
SHOWN = "The ferry that the flood had sunk is back on the river"
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


def node(**said: object) -> str:
    """JSON-LD of an article that says this of itself."""
    return f'<script type="application/ld+json">{json.dumps({"@type": "NewsArticle", **said})}</script>'


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
        ("", "<meta property=og:site_name content='Πρωινή Ηχώ'><title>Το πλοίο επιστρέφει ― ΠΡΩΙΝΗ ΗΧΩ</title>",
         "Το πλοίο επιστρέφει"),
        ("", "<meta property=og:site_name content='Éditions du Port'><title>EDITIONS DU PORT - Le bac revient</title>",
         "Le bac revient"),
        ("", "渡船兩年後重返河上｜晨報網", "渡船兩年後重返河上"),
        ("", "渡船两年后重返河上_晨报网", "渡船两年后重返河上"),
        ("", "渡船两年后重返河上--国内频道", "渡船两年后重返河上"),
        ("", "フェリーが川に戻った－モラバ新聞", "フェリーが川に戻った"),
        ("", "Ferry returns to the river －《Morava》", "Ferry returns to the river"),
        ("", "morava.test ::: Ferry returns to the river", "Ferry returns to the river"),
        ("<h1>Life &lt;br&gt; on the river: thirty years</h1>", "Life &lt;br&gt; on the river",
         "Life <br> on the river: thirty years"),
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


def test_a_heading_that_other_sites_are_given_too_is_the_title_whatever_machines_are_told() -> None:
    head = f"<meta property=og:title content='{SHOWN}'>{node(headline='Sunken boat sails once more')}"

    assert facts(f"<article><h1>{SHOWN}</h1></article>", head).title == SHOWN
    # A heading alone may be that of a section.
    assert facts("<h1>News of the week</h1>", head).title == "Sunken boat sails once more"


@pytest.mark.parametrize(("before", "wanted"), [("Sponsored by", ""), ("Only", "Only "), ("The flood:", "The flood: ")])
def test_a_kicker_in_a_heading_is_no_part_of_the_title_that_the_page_has_without_it(before: str, wanted: str) -> None:
    inside = f"<article><h1><small>{before}</small> {SHOWN}</h1></article>"

    assert title(inside, f"{SHOWN} - Upper Dale Echo") == wanted + SHOWN
    assert title(inside, f"{before} {SHOWN} - Upper Dale Echo") == f"{before} {SHOWN}"


@pytest.mark.parametrize(
    ("said", "claim"),
    [
        ("لا صحة لخبر {}", "مقتل عشرة في قصف على غزة"),
        ("No evidence that {}", "vaccines cause autism in children"),
        ("Trump sagt {}", "Die Ukraine hat den Krieg begonnen"),
        ("<b>No</b> evidence that {}", "vaccines cause autism in children"),
        ("No <i>evidence that</i> {}", "vaccines cause autism in children"),
    ],
)
def test_words_of_the_heading_itself_that_deny_a_claim_or_say_whose_it_is_are_no_kicker(said: str, claim: str) -> None:
    found = title(f"<article><h1>{said.format(claim)}</h1></article>", f"{claim} | Upper Dale Echo")

    assert found == re.sub("<[^>]+>", "", said).format(claim)


def test_a_title_that_is_given_as_the_name_of_the_site_stays_the_title() -> None:
    said = f"<meta property=og:site_name content='{SHOWN}'><meta property=og:title content='{SHOWN}'>"

    assert facts(f"<h1>{SHOWN}</h1>", f"<title>{SHOWN}</title>{said}").title == SHOWN


def test_the_site_is_no_author() -> None:
    found = facts("", "<title>Ferry is back</title><meta name=author content=MORAVA.TEST>")

    assert found.authors == ()


@pytest.mark.parametrize("written", ["El País", "EL PAIS"])
def test_the_name_of_the_site_is_no_author_and_no_tag_with_or_without_its_accents(written: str) -> None:
    site = "<meta property=og:site_name content='El País'><title>Vuelve el barco</title>"
    found = facts(
        "", f"{site}<meta name=author content='{written}'><meta name=news_keywords content='{written}, Economía'>"
    )

    assert (found.authors, found.tags) == ((), ("Economía",))


def test_a_title_and_a_description_too_long_to_be_one_are_cut_at_a_word() -> None:
    long = "الجسر القديم " * 400

    found = facts("", f"<title>{long}</title><meta name=description content='{long}'>")

    for text, most in ((found.title, 500), (found.description, 2000)):
        assert most - 20 < len(text) <= most
        assert text.endswith(("الجسر…", "القديم…")) and long.startswith(text[:-1])


def test_a_description_of_nothing_but_signs_is_none() -> None:
    head = "<meta name=description content=', …'><meta property=og:description content='The ferry is back.'>"

    assert facts("", head).description == "The ferry is back."
    assert facts("", "<meta name=description content=',…'>").description == ""


def test_a_long_title_without_spaces_is_cut_all_the_same() -> None:
    assert title("", "渡" * 600) == "渡" * 499 + "…"


def test_the_site_is_known_by_every_name_that_the_page_has_for_it() -> None:
    named = "<meta property=og:site_name content='River Post'><title>Ferry is back at last - River Post</title>"
    owner = node(publisher={"@type": "Organization", "name": "Morava Media House"})

    assert title("", named) == "Ferry is back at last"
    assert title("", f"{owner}<title>Ferry is back at last | Morava Media House</title>") == "Ferry is back at last"


def test_the_kicker_in_a_heading_is_no_part_of_the_title() -> None:
    heading = "<h1><span>On the river</span> Ferry returns after two years</h1>"

    found = title(heading, "<meta property=og:title content='Ferry returns after two years'>")

    assert found == "Ferry returns after two years"


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ("By Anna Novak and Ben Dvořák", ["Anna Novak", "Ben Dvořák"]),
        ("Von Anna Novak, Ben Dvořák", ["Anna Novak", "Ben Dvořák"]),
        ("By ANNA NOVAK AND BEN DVOŘÁK", ["ANNA NOVAK", "BEN DVOŘÁK"]),
        ("Anna Novak, Staff Writer", ["Anna Novak"]),
        ("Dr. Anna Novak, MD", ["Anna Novak"]),
        ("Anna Novak (Morava) anna@morava.test", ["Anna Novak"]),
        ("ByAnna Novak", ["Anna Novak"]),
        ("Anna Novak | 5 January 2026", ["Anna Novak"]),
        ("بقلم: ليلى حداد", ["ليلى حداد"]),
        ("ليلى حداد - دمشق", ["ليلى حداد"]),
        ("كتبت ليلى حداد", ["ليلى حداد"]),
        ("记者 王小明", ["王小明"]),
        ("김하나 기자", ["김하나"]),
        ("Eine Kolumne von Anna Novak", ["Anna Novak"]),
        ("This is a guest post by Anna Novak", ["Anna Novak"]),
        ("Md Anwar Hossain", ["Md Anwar Hossain"]),
        ("Mateusz Haberny", ["Mateusz Haberny"]),
        ("Anna Sigetty and Sid Guest", ["Anna Sigetty", "Sid Guest"]),
        ("Anna Novak Anna Novak", ["Anna Novak"]),
        ("morava.cz, Brünn, Czechia", []),
        ("River Wave (www.morava.test)", []),
        ("Foto: River Wire/Cyril Lens", []),
        ("Über Anna", []),
        ("By JOHN KING and ANNA WOLF", ["JOHN KING", "ANNA WOLF"]),
        ("Anna Novak, PHD, MD-MPH", ["Anna Novak"]),
        ("SID", []),
        ("Newsroom", []),
        ("River Verlag GmbH, Brünn, Czechia", []),
        ("River Press sp. z o.o.", []),
        ("Redaktion", []),
        ("فريق التحرير", []),
        ("وكالات", []),
        ("http://morava.test/author/anna", []),
        ("@annanovak", []),
    ],
)
def test_of_a_line_of_authors_the_people_remain(said: str, wanted: list[str]) -> None:
    assert people(said) == wanted


@pytest.mark.parametrize(
    ("inside", "head"),
    [
        ("", node(author={"@type": "Person", "name": "Anna Novak"})),
        ("", node(author=[{"@type": "Organization", "name": "River Wire"}, {"@type": "Person", "name": "Anna Novak"}])),
        ("", GRAPH),
        ("", node(author={"@type": "Person", "givenName": "Anna", "familyName": "Novak"})),
        ("<p>By <a href=/people/anna-novak>Anna Novak</a></p>", node(author={"@type": "Person", "name": "anovak"})),
        ("<a href=/creator/anna-novak/>Anna Novak</a>", node(author="Anna")),
        ("<h2><a href=/profile/anna-novak>Anna Novak</a></h2><a href=/profile/my_info>Member Login</a>", ""),
        ("<h1>Ferry is back</h1><p><span>Anna Novak</span> <time>5 Jan 2026</time></p>", ""),
        ("<h1>Ferry is back</h1><div><span>Anna Novak |</span> <span>5.01.2026 - 14:30</span></div>", ""),
        (f"<a href=/author/1><h5>By Anna Novak</h5><p>{'Writes on boats and rivers. ' * 4}</p></a>", ""),
        (
            f"<a href=/2026/ferry><h1>Ferry is back</h1><p>{'It came on Monday. ' * 4}</p>"
            "<span class=author>Anna Novak</span></a>",
            "",
        ),
        (f"<a><h2>Ferry is back</h2><p>{'It came on Monday. ' * 4}</p><span class=author>Anna Novak</span></a>", ""),
        ("<div><p>Authored by:</p><a href=/authors/anna>Anna Novak</a></div>", ""),
        ("<p><a rel=author>AGENTUR</a>, <a rel=author>Anna Novak</a></p>", ""),
        ("<aside class=post-author>Anna Novak</aside>", ""),
        ("<div class=elementor-widget-post><b class=author-name>Anna Novak</b></div>", ""),
        ("<div class=bildautor>Foto: AGENTUR/Cyril Lens</div><p class=author>Anna Novak</p>", ""),
        ("<p>Auteur : Anna Novak</p>", ""),
        ("<p>Redaktion: Anna Novak (Sprecherin)</p>", ""),
        ("<byline>Von Anna Novak, dpa</byline>", ""),
        ("<p class=byline>Posted by Anna Novak on Tuesday, August 29, 2023</p>", ""),
        ("", "<meta name=author content='Anna Novak'>"),
        ("", "<meta name=citation_author content='Novak, Anna'>"),
        ("<a rel=author href=/anna>Anna Novak</a>", ""),
        ("<div class=article__byline>By <a href=/author/1>Anna Novak</a> <i>River correspondent</i></div>", ""),
        ("<div class=PostAuthor-name><b>Anna Novak</b><i>Ferry expert of the house</i></div>", ""),
        ("<p>By Anna Novak</p>", ""),
        ("<p>von <a href=/autoren/1>Anna Novak</a></p>", ""),
        ("<div class=comments><b class=author>Cyril Reader</b></div><p class=author>Anna Novak</p>", ""),
    ],
)
def test_the_author_is_found_wherever_one_is_named(inside: str, head: str) -> None:
    found = facts(inside, head or "<title>Ferry is back</title>")

    assert found.authors == ("Anna Novak",)


@pytest.mark.parametrize(
    "inside",
    [
        "<p class=author>Sport</p>",
        "<p class=byline>5 January 2026</p>",
        "<p>By the river</p>",
        "<a rel=author href=/author/2>River Staff</a><div><a rel=author href=/author/1>Ada Quill</a></div>",
        "<p class=byline>Special to Morava</p>",
        "<p>Text Me Retailer Information</p>",
        "<a href=/profile/my_info>Member Login</a>",
        "<a href=/river-news>River News</a><h1>Ferry</h1><p><span>River News</span> <time>5 Jan 2026</time></p>",
        f"<a href=/news/2><h2>The flood</h2><p>{'It came in the night. ' * 4}</p><h6>By Ada Quill</h6></a>",
        f"<h1>Ferry</h1><a href=/2><h1>The flood</h1><p>{'It came. ' * 9}</p><i class=author>Ada Quill</i></a>",
        "<h1>Ferry</h1><p><span>Lower River</span> <span>Upper Dale</span> <time>5 Jan 2026</time></p>",
    ],
)
def test_what_names_nobody_is_no_byline(inside: str) -> None:
    assert facts(inside, "<title>Ferry is back</title>").authors == ()


def test_keywords_of_the_whole_site_are_no_tags() -> None:
    stock = facts("", "<meta name=keywords content='news, sport, weather, Morava'><title>Ferry is back</title>")
    own = facts("", "<meta name=keywords content='ferry, flood, Morava'><title>Ferry is back</title>")
    tagged = facts("", "<meta property=article:tag content=Shipping><meta name=keywords content='news, sport'>")

    assert stock.tags == ()
    assert own.tags == ("ferry", "flood")
    assert tagged.tags == ("Shipping",)


def test_the_canonical_address_is_a_page_of_the_same_site_and_never_its_home() -> None:
    given = {
        "https://morava.test/ferry?id=1": "https://morava.test/ferry?id=1",
        "/2026/ferry-is-back": "https://www.morava.test/2026/ferry-is-back",
        "https://www.morava.test/": "https://www.morava.test/2026/ferry",
        "https://other.test/ferry": "https://www.morava.test/2026/ferry",
    }

    found = [facts("", f"<link rel=canonical href='{url}'>").canonical_url for url in given]

    assert found == list(given.values())


def test_picture_section_and_description_are_whole_and_plain() -> None:
    head = (
        "<meta property=og:image content=/i/ferry.jpg><meta property=article:section content=River>"
        "<meta property=og:description content='The &amp;quot;Morava&amp;quot; is &lt;b&gt;back&lt;/b&gt;'>"
    )

    found = facts("", head)

    assert found.image == "https://www.morava.test/i/ferry.jpg"
    assert (found.section, found.description) == ("River", 'The "Morava" is back')


STRIKE = "Ferry strike ends after eleven days"
HEAD = f"<title>{STRIKE} - Morava</title><meta property=og:title content='{STRIKE}'>"
LOGO = "<svg><title>MORAVA POST</title></svg><img src=/l.png alt='Morava Post'>The Morava Post"


@pytest.mark.parametrize(
    "logo",
    [
        f"<header><h1><a href=/>{LOGO}</a></h1></header>",
        f"<h1><a href=https://www.morava.test/>{LOGO}</a></h1>",
        f"<header><h1>{LOGO}</h1></header>",
        "<h1 style='display: none'>The Morava Post and all its news</h1>",
        "<nav><h1><a href=/f>Magazine read: the story of Andrew</a></h1></nav>",
        "<h1 class=site-title>The Morava Post</h1>",
        "<div class=site-header><div class=inner><h1>All the news of the river</h1></div></div>",
        "<div id=masthead><h1>All towns on both banks</h1></div>",
        "<div role=banner><h1>The paper of your towns</h1></div>",
        "<header><div class=header-content><h1>The paper for both banks of the river</h1></div></header>",
        "<div class=branding><h1>All the news of the river</h1></div>",
        "<h1><a href=/en/>News of both banks</a></h1>",
        "<h1><a href=. title=Home>News of both banks</a></h1>",
        "<h1><span class=sr-only>News of both banks</span></h1>",
        "<h1 style='text-indent: -9999px'>News of both banks</h1>",
        "<h1><svg><title>Post of the river</title><desc>A ship</desc></svg></h1>",
    ],
)
def test_a_heading_of_the_site_is_not_the_title(logo: str) -> None:
    found = facts(f"{logo}<article><h2>Ferry strike ends after eleven days</h2>", HEAD)

    assert found.title == "Ferry strike ends after eleven days"


def test_a_name_at_the_head_of_the_page_that_its_title_ends_with_is_not_the_title() -> None:
    logo = "<header><h1>River Post Online</h1></header>"

    found = facts(f"{logo}<article><h2>{STRIKE}</h2>", f"<title>{STRIKE} - The River Post</title>")

    assert found.title == STRIKE


def test_a_name_of_the_site_that_shares_a_word_with_the_text_does_not_hide_the_heading_above_it() -> None:
    above = "<h2>The ferry was back on Monday</h2>"

    assert facts(f"<article>{above}", "<title>The River News</title>").title == "The ferry was back on Monday"
    assert facts(f"<article>{above}", "<title>News</title>").title == "The ferry was back on Monday"


@pytest.mark.parametrize(
    "heading",
    ["<font size=5><b>{}</b></font>", "<div class=post-title><strong>{}</strong></div>", "<big><b>{}</b></big>",
     "<div id=title>{}</div>"],
)  # fmt: skip
def test_the_heading_above_the_text_may_be_large_letters_or_stand_in_a_box_called_so(heading: str) -> None:
    found = facts(f"<article>{heading.format('Ferry returns after two years')}", "<title>Untitled Document</title>")

    assert found.title == "Ferry returns after two years"


@pytest.mark.parametrize(
    "place",
    ["<div class=article-header>{}</div>", "<article><header>{}</header>",
     "<div class=post><div class=header>{}</div></div>", "<main><div class=page-header>{}</div></main>",
     "<div class=hero>{}</div>"],
)  # fmt: skip
def test_a_heading_at_the_head_of_an_article_is_its_title_whatever_search_engines_are_told(place: str) -> None:
    found = facts(place.format("<h1>Eleven days without boats are over</h1>"), f"<title>{STRIKE}</title>")

    assert found.title == "Eleven days without boats are over"


@pytest.mark.parametrize(("logo", "title"), [("EL PAIS DIARIO", "El País Diario"), ("ΚΑΘΗΜΕΡΙΝΗ", "Καθημερινή")])
def test_a_name_of_the_site_in_capitals_without_accents_does_not_hide_the_heading_above_the_text(
    logo: str, title: str
) -> None:
    inside = f"<header><h1>{logo}</h1></header><article><h2>The ferry was back on Monday</h2>"

    assert facts(inside, f"<title>{title}</title>").title == "The ferry was back on Monday"


def test_a_heading_in_capitals_without_accents_is_the_title_in_which_its_words_have_them() -> None:
    heading = "<header><h1>ΤΟ ΚΑΡΑΒΙ ΕΠΕΣΤΡΕΨΕ</h1></header>"

    assert facts(heading, "<title>Επέστρεψε το καράβι μετά την πλημμύρα</title>").title == "ΤΟ ΚΑΡΑΒΙ ΕΠΕΣΤΡΕΨΕ"


def test_an_author_with_and_without_accents_is_one() -> None:
    names = [{"@type": "Person", "name": name} for name in ("José García", "JOSE GARCIA", "Josef Garcia")]

    assert facts("", node(author=names)).authors == ("José García", "Josef Garcia")


def test_small_words_are_none_that_a_heading_and_a_title_share() -> None:
    heading = "<div class=site-header><h1>The paper of all the towns</h1></div>"

    found = facts(f"{heading}<article><h2>The end of the strike</h2>", "<title>The end of the strike</title>")

    assert found.title == "The end of the strike"


def test_a_heading_at_the_head_of_the_page_that_says_what_the_page_is_called_is_the_title() -> None:
    heading = "<div class=site-header><h1>Ferry crews are back at work</h1></div>"

    assert facts(heading, f"<title>{STRIKE}</title>").title == "Ferry crews are back at work"


@pytest.mark.parametrize("title", ["", "Morava Herald", "Untitled Document", "Morava - news by the minute"])
@pytest.mark.parametrize(
    "heading",
    ["<h2>Ferry returns after two years</h2>", "<div class=title>Ferry returns after two years</div>",
     "<header><h3 class=entry-title>Ferry returns after two years</h3></header>"],
)  # fmt: skip
def test_a_title_that_every_page_has_gives_way_to_the_heading_above_the_text(title: str, heading: str) -> None:
    side = "<div class=sidebar><h2>Most read of all today</h2></div>"

    assert facts(f"{side}<article>{heading}", f"<title>{title}</title>").title == "Ferry returns after two years"


def test_a_subhead_is_no_title_of_an_article_whose_title_stands_in_the_head_alone() -> None:
    found = facts("<article><h2>What happened before</h2>", "<title>Ferry back on the river after flood</title>")

    assert found.title == "Ferry back on the river after flood"


@pytest.mark.parametrize(
    ("written", "title"),
    [
        ("Why the &lt;b&gt; element is old", "Why the <b> element is old"),
        ("How &lt;script&gt; came to the river", "How <script> came to the river"),
        ("Ferry &lt;em&gt;back&lt;/em&gt; on the river", "Ferry back on the river"),
    ],
)
def test_markup_that_a_title_is_about_stays(written: str, title: str) -> None:
    assert facts("", f"<title>{written}</title>").title == title
    assert facts(f"<h1>{written}</h1>", f"<title>{written}</title>").title in (
        title,
        written.replace("&lt;", "<").replace("&gt;", ">"),
    )


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("<p class=byline>By <b>Ada Quill</b> and <b>Jon Pell</b></p>", ("Ada Quill", "Jon Pell")),
        ("<p>By <strong>Ada Quill</strong> and <strong>Jon Pell</strong></p>", ("Ada Quill", "Jon Pell")),
        ("<p>By <a href=/u/1>Ada Quill</a> and <a href=/u/2>Jon Pell</a></p>", ("Ada Quill", "Jon Pell")),
        (
            "<p><a rel=author href=/u/1>Ada Quill</a>, <a rel=author href=/u/2>Jon Pell</a></p>",
            ("Ada Quill", "Jon Pell"),
        ),
        (
            "<p><span itemprop=author>Ada Quill</span> <span itemprop=author>Jon Pell</span></p>",
            ("Ada Quill", "Jon Pell"),
        ),
        ("<p>Written by <a href=/u/1>Ada Quill</a> and <a href=/u/2>Jon Pell</a></p>", ("Ada Quill", "Jon Pell")),
        ("<p>Geschrieben von <b>Jan Huber</b></p>", ("Jan Huber",)),
        ("<p>Words: Ada Quill</p>", ("Ada Quill",)),
        ("<p>Reporting by Ada Quill</p>", ("Ada Quill",)),
        ("<p>(Reporting by Ada Quill in Brno and Jon Pell; Editing by Eva Kos)</p>", ("Ada Quill", "Jon Pell")),
        ("<p>Hazırlayan: Selin Arıkan</p>", ("Selin Arıkan",)),
        ("<p>Écrit par Claire Dubois</p>", ("Claire Dubois",)),
        ("<p>Propos recueillis par Claire Dubois</p>", ("Claire Dubois",)),
        ("<p>Ein Bericht von Eva Schmidt</p>", ("Eva Schmidt",)),
        ("<p>Escrito por Lucía Gómez</p>", ("Lucía Gómez",)),
        ("<p>Текст: Анна Петрова</p>", ("Анна Петрова",)),
        ("<p>Muhabir: Ayşe Yılmaz</p>", ("Ayşe Yılmaz",)),
        ("<p>متابعة/ أحمد الخطيب</p>", ("أحمد الخطيب",)),
        ("<p>حوار: أحمد الخطيب</p>", ("أحمد الخطيب",)),
        ("<p>به قلم علی رضایی</p>", ("علی رضایی",)),
        ("<p>Opracowała Anna Nowak</p>", ("Anna Nowak",)),
        ("<p>حوار الأمس انتهى في القاعة</p>", ()),
        ("<p>گزارش از مینا صبوری</p>", ("مینا صبوری",)),
        ("<p>Подготовил Илья Брагинцев</p>", ("Илья Брагинцев",)),
        ("<div class=author>كتب: أحمد الخطيب ومنى سالم</div>", ("أحمد الخطيب", "منى سالم")),
        ("<p>بقلم/ أحمد الخطيب</p>", ("أحمد الخطيب",)),
        ("<p>بقلم: وليد وهبة</p>", ("وليد وهبة",)),
        ("<p>Reporting by the harbour board shows that fewer boats came in.</p>", ()),
        ("<p>Haber: Belediye meclisi yarın toplanıyor</p>", ()),
        ("<p>Von Montag an fahren wieder Busse.</p>", ()),
        ("<p>Von Ludwig van der Rohe und José de los Ríos</p>", ("Ludwig van der Rohe", "José de los Ríos")),
        ("<p>Συντάκτης: Μαρία Νίκου</p>", ("Μαρία Νίκου",)),
        ("<p>Oleh: Budi Santoso</p>", ("Budi Santoso",)),
        ("<p class=author>Oleh Sukhov</p>", ("Oleh Sukhov",)),
        ("<p>Reporter: Siti Rahma</p>", ("Siti Rahma",)),
        ("<p>By Yassin al-Haj Saleh</p>", ("Yassin al-Haj Saleh",)),
        ("<p>By Hassan al-Banna Saleh and Abd el-Fattah Burhan</p>", ("Hassan al-Banna Saleh", "Abd el-Fattah Burhan")),
        ("<p>تحریر: عائشہ ملک</p>", ("عائشہ ملک",)),
        ("<p>نووسینی: ئازاد کەریم</p>", ("ئازاد کەریم",)),
        ("<p>מאת דנה לוי ויוסי כהן</p>", ("דנה לוי", "יוסי כהן")),
        ("<p>记者：李明</p>", ("李明",)),
        ("<p>文/李明</p>", ("李明",)),
        ("<p>文・田中花子</p>", ("田中花子",)),
        ("<p>記者：</p><p>市は月曜の朝、橋脚と床板、照明の工事を終えた。</p>", ()),
    ],
)
def test_all_who_are_named_in_a_byline_wrote_it(line: str, wanted: tuple[str, ...]) -> None:
    assert facts(f"<h1>Ferry is back on the river</h1>{line}", "Ferry is back on the river").authors == wanted


@pytest.mark.parametrize("label", ["Written by", "Verfasst von", "Écrit par", "كُتب بواسطة", "Автор"])
def test_who_a_card_for_social_networks_says_wrote_a_page_is_its_author(label: str) -> None:
    head = f'<meta name="twitter:label1" content="{label}"><meta name="twitter:data1" content="Mira Olsson">'

    assert article(html(story(), head)).authors == ("Mira Olsson",)


def test_another_label_of_such_a_card_names_nobody() -> None:
    head = '<meta name="twitter:label1" content="Reading time"><meta name="twitter:data1" content="Four Minutes">'

    assert article(html(story(), head)).authors == ()


def test_the_one_person_whose_page_is_linked_is_the_author_and_of_several_nobody() -> None:
    link = "<a href=/people/mira-olsson>{}</a>"
    one = f"<div class=head>{link.format('<img src=/m.jpg>')} {link.format('Mira Olsson')}</div>"
    other = '<div class=cards><a href="/people/jan-novak">Jan Novak</a></div>'

    assert article(html(one + story())).authors == ("Mira Olsson",)
    assert article(html(one + story() + other)).authors == ()


@pytest.mark.parametrize("words", ["WRITTEN BY", "Sign In", "Founder at Oakhouse", "Licensed Roast Master"])
def test_what_a_page_says_where_a_name_is_looked_for_is_no_name(words: str) -> None:
    assert article(html(f'<div class="author-name">{words}</div>{story()}')).authors == ()

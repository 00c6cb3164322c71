"""Which of the dates on a page is that of the article."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime

import pytest
from htmldate import extractors

from pipelines.extract.fields.dated_page import DatedPage
from pipelines.extract.fields.metadata import facts_of
from pipelines.extract.fields.publication_date import find_modified, find_published
from pipelines.extract.markup import parse
from pipelines.model import Entry, Page, Source

TITLE = "<h1>Ferry returns to the river after two years</h1>"
STORY = "<p>The ferry was back on the river on Monday, after the flood that had sunk it at its mooring.</p>" * 8
MENU = "".join(f"<li><a href=/{n}>Section number {n}</a></li>" for n in range(40))
TODAY = "<div>Sunday, 22 November 2026</div>"
ASIDE = "<div><a href=/x>Bread is dearer</a> 21/11/2026</div>"
OTHERS = "<h4>Similar</h4><a href=/y><div>2026-11-20 00:00</div><div>Bread is dearer</div></a>"


def day(inside: str, language: str = "en", *, timezone: str = "UTC", entry: Entry | None = None) -> str:
    """The day of a page with this body, and its precision; empty where none was found."""
    url = "https://morava.test/ferry"
    source = Source(
        name="morava", title="Morava", url="https://morava.test/", country="GB", language=language, timezone=timezone
    )
    page = Page(
        source="morava", run="2026-11-22T0200", url=url, final_url=url, fetched_at=datetime(2026, 11, 22, tzinfo=UTC),
        status=200, headers=(), body=b"", digest="", entry=entry,
    )  # fmt: skip
    tree = parse(f"<html><head><title>Ferry returns to the river after two years</title></head><body>{inside}</body>")
    assert tree is not None
    found = find_published(DatedPage.of(tree, facts_of(tree, page, source), page, source))
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


@pytest.mark.parametrize(("hour", "wanted"), [(0, "2026-01-05 day"), (3, "2026-01-04 second")])
def test_a_day_without_a_time_in_a_list_is_that_day_also_west_of_greenwich(hour: int, wanted: str) -> None:
    entry = Entry(url="https://morava.test/ferry", published_at=datetime(2026, 1, 5, hour, tzinfo=UTC))

    found = day(f"{TITLE}{STORY}", timezone="America/New_York", entry=entry)

    assert found == wanted


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


def when(
    inside: str, head: str = "", *, timezone: str = "UTC", country: str = "GB", url: str = "https://morava.test/ferry"
) -> tuple[str, str]:
    """The moment at the offset it is given in, and who said so; empty where none was found."""
    source = Source(
        name="morava", title="Morava", url="https://morava.test/", country=country, language="en" if country else "",
        timezone=timezone,
    )  # fmt: skip
    page = Page(
        source="morava", run="2026-11-22T0200", url=url, final_url=url, fetched_at=datetime(2026, 11, 22, tzinfo=UTC),
        status=200, headers=(), body=b"", digest="",
    )  # fmt: skip
    title = "<title>Ferry returns to the river after two years</title>"
    tree = parse(f"<html lang=en><head>{title}{head}</head><body>{TITLE}{inside}{STORY}</body></html>")
    assert tree is not None
    found = find_published(DatedPage.of(tree, facts_of(tree, page, source), page, source))
    return (found.at.isoformat(timespec="minutes"), found.said_by) if found.at else ("", "")


def node(**said: str) -> str:
    """JSON-LD of an article that says this of itself."""
    return f'<script type="application/ld+json">{json.dumps({"@type": "NewsArticle", **said})}</script>'


@pytest.mark.parametrize(
    ("stated", "timezone", "wanted"),
    [
        ("2026-01-05T00:30:00+09:00", "UTC", "2026-01-05T00:30+09:00"),
        ("2026-01-05T00:30:00+09:00", "Asia/Damascus", "2026-01-05T00:30+09:00"),
        ("2026-01-04T22:30:00Z", "Asia/Damascus", "2026-01-05T01:30+03:00"),
        ("2026-01-05T00:30:00", "Asia/Damascus", "2026-01-05T00:30+03:00"),
    ],
)
def test_the_day_is_that_of_the_page_s_own_offset_or_else_of_the_source(
    stated: str, timezone: str, wanted: str
) -> None:
    found = when("", node(datePublished=stated), timezone=timezone)

    assert found == (wanted, "json-ld")


def test_a_moment_in_utc_is_given_where_the_page_shows_it() -> None:
    head = node(datePublished="2026-01-05T03:30:45Z")

    shown = when("<span class=date>January 4, 2026 10:30 PM</span>", head, country="")
    in_url = when("", head, country="", url="https://morava.test/2026/01/04/ferry")
    elsewhere = when("", head + "<meta property=article:published_time content=2026-01-04T22:30:45-05:00>", country="")
    utc_shown = when("<time>5 January 2026 03:30</time>", head, timezone="America/New_York")

    assert shown == elsewhere == ("2026-01-04T22:30-05:00", "json-ld")
    assert in_url == ("2026-01-04T23:30-04:00", "json-ld")
    assert utc_shown == ("2026-01-05T03:30+00:00", "json-ld")


@pytest.mark.parametrize(
    "inside",
    [
        "<p>Updated: 9 March 2026</p><p>Published: 5 January 2026</p>",
        "<p>Updated 9 March 2026</p><p>5 January 2026</p>",
        "<time class=updated datetime=2026-03-09>9 March</time><time class=published datetime=2026-01-05>5 Jan</time>",
        "<span>Last modified</span><span>9 March 2026</span><div>5 January 2026</div>",
    ],
)
def test_the_day_of_a_change_is_not_that_of_publication(inside: str) -> None:
    found = when(inside)

    assert found == ("2026-01-05T00:00+00:00", "text")


def test_a_last_save_that_stands_for_the_publication_gives_way_to_the_day_beside_the_title() -> None:
    saved = node(datePublished="2026-03-09T10:00:00+00:00", dateModified="2026-03-09T10:00:00+00:00")
    once = node(datePublished="2026-03-09T10:00:00+00:00", dateModified="2026-03-10T10:00:00+00:00")

    assert when("<div>5 January 2026</div>", saved) == ("2026-01-05T00:00+00:00", "text")
    assert when("<div>5 January 2026</div>", once) == ("2026-03-09T10:00+00:00", "json-ld")


@pytest.mark.parametrize(
    "inside",
    [
        "<p>The keeper was born on 12 May 1998.</p>",
        "<p>It was dated 14.11.2025.</p>",
        "<p>The trial opens on 3 May 2026!</p>",
        "<figure><img src=x.jpg><figcaption>The quay on 3 March 2019. Photo: Ann</figcaption></figure>",
        "<blockquote><p>At last!</p>&mdash; Quay (@quay) <a href=/x>November 2, 2025</a></blockquote>",
        "<p><em>(This picture was taken 2019-03-03)</em></p>",
    ],
)
@pytest.mark.parametrize("changed", ["2026-03-09T10:00:00+00:00", None])
def test_the_day_of_an_event_beside_the_title_is_not_that_of_publication(inside: str, changed: str | None) -> None:
    told = "2026-03-09T10:00:00+00:00"
    meta = f"<meta property=article:published_time content={told}>"
    head = node(datePublished=told, dateModified=changed) if changed else meta

    assert when(inside, head) == ("2026-03-09T10:00+00:00", "json-ld" if changed else "meta")


@pytest.mark.parametrize(
    "line",
    ["Published on 5 January 2026", "Posted by Ann Writer: 5 January 2026.", "Ann Writer, Tarn, 5 Jan. 2026", "5 Jan."],
)
def test_a_line_of_author_and_day_is_beside_the_title_whatever_it_ends_with(line: str) -> None:
    saved = node(datePublished="2026-03-09T10:00:00+00:00", dateModified="2026-03-09T10:00:00+00:00")
    line = line if "2026" in line else f"{line} 2026"

    assert when(f"<div>{line}</div>", saved) == ("2026-01-05T00:00+00:00", "text")


def test_a_day_inside_the_quotation_that_holds_the_whole_article_is_beside_its_title() -> None:
    saved = node(datePublished="2026-03-09T10:00:00+00:00", dateModified="2026-03-09T10:00:00+00:00")
    title = "Ferry returns to the river after two years"

    found = when(f"<blockquote><h1>{title}</h1><p>5 January 2026</p><p>It is back.</p></blockquote>", saved)

    assert found == ("2026-01-05T00:00+00:00", "text")


def test_where_machines_are_told_two_days_the_page_decides() -> None:
    head = (
        node(datePublished="2026-01-05T10:00:00Z") + "<meta property=article:published_time content=2026-01-07T09:00Z>"
    )

    assert when("<div>7 January 2026</div>", head) == ("2026-01-07T09:00+00:00", "meta")
    assert when("", head) == ("2026-01-05T10:00+00:00", "json-ld")


@pytest.mark.parametrize(
    ("inside", "head", "wanted"),
    [
        ("", '<script>window.state = {"publishedAt": "2026-01-05T10:00:00Z"}</script>' + 60 * " ", "2026-01-05"),
        ("", node(**{"@type": "WebPage", "datePublished": "2026-01-05"}), "2026-01-05"),
        ("<div class=date><b>5</b> <i>January</i> <u>2026</u></div>", "", "2026-01-05"),
        ("<div><meta itemprop=datePublished content=2026-01-05></div>", "", "2026-01-05"),
        ("", "<meta name=date content=2026-01-01T00:00:00Z><meta name=dc.date content=2026-01-05>", "2026-01-05"),
    ],
)  # fmt: skip
def test_a_day_is_found_wherever_it_is_stated(inside: str, head: str, wanted: str) -> None:
    assert when(inside, head)[0].startswith(wanted)


def test_hours_ago_far_from_the_title_are_those_of_another_article() -> None:
    others = "".join(f"<p>Bread is dearer in town number {n}</p><span>2 hours ago</span>" for n in range(3))

    assert when(STORY * 3 + others) == ("", "")
    assert when("<span>2 hours ago</span>" + STORY) == ("2026-11-21T22:00+00:00", "text")


def test_what_was_changed_is_read_from_all_who_say_so() -> None:
    url = "https://morava.test/ferry"
    source = Source(name="m", title="M", url=url, country="CZ", language="en", timezone="Europe/Prague")
    page = Page(
        source="m", run="r", url=url, final_url=url, fetched_at=datetime(2026, 11, 22, tzinfo=UTC), status=200,
        headers=(), body=b"", digest="",
    )  # fmt: skip
    said = (
        node(datePublished="2026-01-05T10:00:00Z", dateModified="2026-01-06T23:30:00Z"),
        "<meta property=article:modified_time content=2026-01-07T00:30:00+01:00>",
    )

    trees = [parse(f"<html><head>{head}</head><body>{TITLE}{STORY}</body></html>") for head in said]
    found = [
        find_modified(DatedPage.of(tree, facts_of(tree, page, source), page, source))
        for tree in trees
        if tree is not None
    ]

    assert [f"{at:%Y-%m-%d %H:%M}" for at in found if at] == ["2026-01-07 00:30", "2026-01-07 00:30"]


def written(
    head: str, inside: str, *, language: str = "en", path: str = "/ferry", fetched: str = "2026-11-29T10:00"
) -> str:
    """What is read of a page with this head and body: the moment and its precision; empty where there is none."""
    url = f"https://morava.test{path}"
    source = Source(
        name="morava", title="Morava", url="https://morava.test/", country="GB", language=language, timezone="UTC"
    )
    page = Page(
        source="morava", run="2026-11-29T0200", url=url, final_url=url, status=200, headers=(), body=b"", digest="",
        fetched_at=datetime.fromisoformat(fetched).replace(tzinfo=UTC),
    )  # fmt: skip
    title = "Ferry returns to the river after two years"
    tree = parse(f"<html><head><title>{title}</title>{head}</head><body>{inside}</body>")
    assert tree is not None
    found = find_published(DatedPage.of(tree, facts_of(tree, page, source), page, source))
    return f"{found.at:%Y-%m-%d %H:%M} {found.precision}" if found.at else ""


@pytest.mark.parametrize(
    "name",
    ["bt:pubDate", "dcterms.issued", "pub_date", "publication_date", "publication-date", "Published", "PublishedDate",
     "article.created", "DC.Date.Created", "created_at", "post-date", "cXenseParse:pubtime", "rnews:datePublished",
     "vr:published_time", "date_published", "firstPublished", "releaseDate", "story:issued"],
)  # fmt: skip
@pytest.mark.parametrize("kind", ["name", "property", "itemprop"])
def test_a_meta_element_that_speaks_of_publication_tells_the_hour(name: str, kind: str) -> None:
    meta = f'<meta {kind}="{name}" content="2026-11-27T14:35:20+03:00">'

    assert written(meta, f"{TITLE}<div>27 November 2026</div>{STORY}") == "2026-11-27 14:35 second"


@pytest.mark.parametrize(
    "name",
    ["lastmod_date", "date.updated", "expiry-date", "uploadDate", "event:start_time", "end_time", "birthdate",
     "og:updated_time", "DateModified", "unpublish_until_date", "build-time", "timezone", "bt:modDate",
     "unpublish_date"],
)  # fmt: skip
def test_a_meta_element_that_speaks_of_something_else_is_no_publication(name: str) -> None:
    meta = f'<meta name="{name}" content="2026-11-27T14:35:20+03:00">'

    assert written(meta, f"{TITLE}<div>20 November 2026</div>{STORY}") == "2026-11-20 00:00 day"


def test_an_object_in_a_meta_element_is_asked_as_well() -> None:
    said = json.dumps({"title": "x", "pub_date": "2026-11-27T14:35:20+03:00"}).replace('"', "&quot;")

    assert written(f'<meta name="parsely-page" content="{said}">', TITLE + STORY) == "2026-11-27 14:35 second"
    assert written(f'<meta name="parsely-page" content="[{said}]">', TITLE + STORY) == "2026-11-27 14:35 second"
    assert written('<meta name="parsely-page" content="{&quot;pub_date&quot;: [1">', TITLE + STORY) == ""


@pytest.mark.parametrize(
    ("path", "day"),
    [("/2026/11/9-people-dead-in-fire", ""), ("/2026/11/20-years-on-the-bridge", ""), ("/2026/10/5-things/", ""),
     ("/2026/11/09/fire", "2026-11-09"), ("/2026/11/09-fire", "2026-11-09"), ("/2026/11/9/fire", "2026-11-09"),
     ("/news/2026-11-09-fire", "2026-11-09"),
     ("/news/20261109-fire", "2026-11-09"), ("/2026/11-09/fire", "2026-11-09")],
)  # fmt: skip
def test_a_number_that_a_slug_begins_with_is_no_day(path: str, day: str) -> None:
    assert written("", TITLE + STORY, path=path)[:10] == day


@pytest.mark.parametrize(
    ("line", "language", "wanted"),
    [("Saturday 21 November - 14:30", "en", "2026-11-21 14:30 minute"),
     ("21 November, 14:30", "en", "2026-11-21 14:30 minute"),
     ("السبت 21 نوفمبر - 14:30", "ar", "2026-11-21 14:30 minute"),
     ("21 ноября, 14:30", "ru", "2026-11-21 14:30 minute"),
     ("11月21日 14:30", "zh", "2026-11-21 14:30 minute"), ("21.11. 14:30", "de", "2026-11-21 14:30 minute"),
     ("Nov 21", "en", "2026-11-21 00:00 day"), ("21 December", "en", "2025-12-21 00:00 day"),
     ("Friday 21 November", "en", "2025-11-21 00:00 day"), ("Monday 21 November", "en", ""), ("21.11.", "de", ""),
     ("21 Ferries sunk in November", "en", ""), ("الاثنين 9 جمادى الآخرة", "ar", ""), ("1 رمضان", "ar", ""),
     ("1 رمضان", "fa", ""), ("12 mehr", "de", ""), ("Zeige 5 mehr", "de", ""), ("5 أسد", "ar", ""),
     ("3 dey", "tr", ""), ("12 mehr", "", ""), ("30 آبان", "prs", "2026-11-21 00:00 day"),
     ("شنبه 30 آبان", "", "2026-11-21 00:00 day"), ("publié hier", "", "2026-11-28 00:00 day"),
     ("hier", "ar", "2026-11-28 00:00 day"),
     ("Mehr dazu <a href=/m>hier</a>", "", ""), ("<a href=/m>hier</a>", "de", "")],
)  # fmt: skip
def test_a_day_without_a_year_beside_the_title_is_the_last_one(line: str, language: str, wanted: str) -> None:
    assert written("", f"{TITLE}<p class=meta>{line}</p>{STORY}", language=language) == wanted


BAR = "<header><div class=top-bar><span>Saturday, 28 November 2026</span></div></header>"
PLAIN_BAR = "<div>Saturday, 28 November 2026</div>"


@pytest.mark.parametrize("bar", [BAR, PLAIN_BAR, "<div id=masthead><p>28 November 2026</p></div>"])
@pytest.mark.parametrize(
    ("line", "day"),
    [("Updated 25 November 2026", "2026-11-25"), ("Updated 25 November 2026, published 20 November 2026", "2026-11-20"),
     ("Updated: 25/11/2026<br>Published: 20/11/2026", "2026-11-20"),
     ("<time itemprop=dateModified datetime=2026-11-25T19:20>21/11/2026 | Updated 25/11/2026</time>", "2026-11-21")],
)  # fmt: skip
@pytest.mark.parametrize("menu", ["", f"<ul>{MENU}</ul>"])
def test_the_day_of_a_change_goes_before_that_of_the_page(bar: str, line: str, day: str, menu: str) -> None:
    found = written("", f"{bar}{menu}<main>{TITLE}<p class=meta>{line}</p>{STORY}</main>", fetched="2026-11-28T10:00")

    assert found[:10] == day


def test_a_page_with_no_day_but_that_in_its_head_has_none() -> None:
    assert written("", f"{BAR}<ul>{MENU}</ul><main>{TITLE}{STORY}</main>") == ""
    assert written("", f"{BAR}<main>{TITLE}{STORY}</main>", fetched="2026-11-28T10:00") == ""


@pytest.mark.parametrize("day", ["Saturday, November 28, 2026", "28/11/2026", "Nov 28, 2026 12:00", "28 نوفمبر 2026"])
@pytest.mark.parametrize(
    "head",
    ["<div><span>{}</span></div><div>The Paper</div>", "<table><tr><td>{}</td><td><a href=/>Home</a></td></tr></table>",
     "<p>Weather</p><time>{}</time><ul><li><a href=index.php>Home</a></li><li><a href=/w>World</a></li></ul>"],
)  # fmt: skip
def test_today_before_the_name_or_the_link_home_is_the_day_of_all_pages(day: str, head: str) -> None:
    bare = written("", f"{head.format(day)}<div>{TITLE}{STORY}</div>", fetched="2026-11-28T10:00")
    changed = f"{head.format(day)}<div>{TITLE}<p>Updated: 25 November 2026</p>{STORY}</div>"

    assert bare == ""
    assert written("", changed, fetched="2026-11-28T10:00") == "2026-11-25 00:00 day"


def test_today_above_the_title_and_below_the_menu_is_the_article_s() -> None:
    menu = "<ul><li><a href=/>Home</a></li><li><a href=/w>World</a></li></ul>"
    inside = f"{menu}<p>28 November 2026 09:30</p>{TITLE}<p>Updated 28 November 2026 09:50</p>{STORY}"

    assert written("", inside, fetched="2026-11-28T10:00") == "2026-11-28 09:30 minute"


def test_the_day_in_the_header_of_the_article_itself_counts() -> None:
    inside = f"<article><header><p>28 November 2026</p>{TITLE}</header>{STORY}</article>"

    assert written("", inside, fetched="2026-11-28T10:00") == "2026-11-28 00:00 day"


def test_what_guesses_a_day_reads_it_as_we_do() -> None:
    assert extractors._external_date("4 تشرين الثاني 2026") == datetime(2026, 11, 4)


def test_an_undated_page_does_not_load_the_locales_of_dateparser() -> None:
    program = (
        "import sys; from tests.extract.test_extract_published import STORY, TITLE, written\n"
        "written('', TITLE + '<p>Rosebud 14 places, gone 2026</p>' + STORY)\n"
        "sys.exit('dateparser.data' in ' '.join(sys.modules))"
    )

    assert subprocess.run([sys.executable, "-c", program], timeout=60).returncode == 0


@pytest.mark.parametrize(
    "line",
    ["更新于 2026-11-25 10:00 发布于 2026-11-21 10:00",
     "Diperbarui 25 November 2026, terbit 21 November 2026", "Cập nhật 25/11/2026 - Đăng 21/11/2026",
     "Modificato il: 25/11/2026 Creato il: 21/11/2026", "Frissítve: 2026.11.25. Megjelent: 2026.11.21.",
     "अपडेटेड 25 नवंबर 2026 | 21 नवंबर 2026"],
)  # fmt: skip
def test_the_word_for_a_change_is_known_in_more_languages(line: str) -> None:
    assert written("", f"{TITLE}<p class=meta>{line}</p>{STORY}")[:10] == "2026-11-21"


@pytest.mark.parametrize(
    ("line", "language"),
    [("By Ann Writer | 21 November | 14:30", "en"), ("كتب أحمد - السبت 21 نوفمبر - 14:30", "ar"),
     ("شنبه ۳۰ آبان - ۱۴:۳۰", "fa")],
)  # fmt: skip
def test_a_day_without_a_year_is_found_in_a_part_of_a_line_and_in_the_solar_year(line: str, language: str) -> None:
    assert written("", f"{TITLE}<p class=meta>{line}</p>{STORY}", language=language) == "2026-11-21 14:30 minute"


@pytest.mark.parametrize(
    ("address", "day"),
    [("2026/nov/20/bridge", "2026-11-20"), ("november/20/2026/bridge", "2026-11-20"), ("20/11/2026/x", "2026-11-20"),
     ("n/20-11-2026-bridge", "2026-11-20"), ("2026/new/20/bridge", ""), ("11/10/2026/x", ""), ("n/32-11-2026-x", "")],
)  # fmt: skip
def test_a_day_in_the_address_may_have_its_month_in_words_or_its_year_last(address: str, day: str) -> None:
    assert written("", f"{TITLE}{STORY}", path=f"/{address}")[:10] == day


@pytest.mark.parametrize(
    "name", ["expires", "event_date", "birthdate", "uploadDate", "startDate", "unavailable_after", "validThrough"]
)
def test_a_day_that_is_not_of_publication_is_not_guessed_to_be_it(name: str) -> None:
    assert written(f'<meta name="{name}" content="2026-11-27T14:35:20+03:00">', f"{TITLE}{STORY}") == ""


def test_an_object_in_the_object_of_a_meta_element_tells_the_hour() -> None:
    said = """{"type": "post", "event": {"date": "2026-11-29"}, "post": {"publishedAt": "2026-11-27T14:35:20Z"}}"""

    assert written(f"<meta name=page-data content='{said}'>", f"{TITLE}{STORY}")[:16] == "2026-11-27 14:35"


def test_the_day_in_the_address_of_a_page_s_picture_is_still_guessed() -> None:
    head = '<meta property="og:image" content="https://morava.test/files/2026/11/20/ferry.png">'

    assert written(head, f"{TITLE}{STORY}")[:10] == "2026-11-20"


def test_stand_is_the_only_day_that_some_german_papers_give_and_goes_before_that_of_the_last_save() -> None:
    head = '<meta name="date" content="2026-11-21T11:52:23Z">'

    assert written(head, f"{TITLE}<p>Stand: 20.11.2026 14:39 Uhr</p>{STORY}", language="de")[:10] == "2026-11-20"

"""Search: what is found, in which order, page by page, and what it may cost."""

from __future__ import annotations

import base64
import csv
import json
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from pipelines.archive import candidates, erasure, policy, search, walk
from pipelines.archive.search import Order
from pipelines.errors import CursorError, NightdeskError, QueryError
from pipelines.extract.extraction import extract_page
from pipelines.follow import renames
from pipelines.load import search_index
from pipelines.model import Article
from pipelines.query import grammar, index_rows, vectors
from pipelines.query.selection import Scope
from pipelines.settings import Settings
from pipelines.stores import postgres
from tests import archives, clock, factories
from tests.archives import T0, article, keep
from tests.databases import rows

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NOW = T0 + 3 * DAY
# Terms and sentences, and whether a term is found there; those that need no more than what Arabic writes before a word.
CASES = Path(__file__).parents[1] / "match_cases.tsv"


def _paths(page: search.ResultPage) -> list[str]:
    return [answer.article["url"].rsplit("/", 1)[1] for answer in page.answers]


def _found(conn: postgres.Connection, query: str, **how: object) -> list[str]:
    return sorted(_paths(search.search(conn, query, now=NOW, count=500, **how)))  # type: ignore[arg-type]


@pytest.fixture
def kept(settings: Settings, conn: postgres.Connection) -> None:
    """Five articles of two sources."""
    keep(
        settings,
        conn,
        [
            article("1", "سقطت داعش في تركيا.\nوقال مجلس الأمن ذلك.", title="عاجل من الحسكة", published_at=T0 - DAY),
            article("2", "انسحبت القوات من العراق ولداعش أنصار.", published_at=T0 - 2 * DAY, authors=("Ali Baba",)),
            article("3", "The Security Council met in Vienna.", title="Council", language="en"),
            article("4", "The council of Vienna met for security.", source="harbour", language="en"),
            article("5", "حزب‌الله می‌گوید", source="harbour", language="fa", published_at=T0 - 40 * DAY),
        ],
    )


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("داعش", ["1", "2"]),
        ("داعش AND (تركيا OR العراق) -الحسكة", ["2"]),
        ('"security council"', ["3"]),
        ("security NEAR/1 council", ["3"]),
        ("security NEAR/5 council", ["3", "4"]),
        ("title:council", ["3"]),
        ("source:harbour council", ["4"]),
        ("-source:harbour council", ["3"]),
        ("lang:en", ["3", "4"]),
        ("country:NO council", ["4"]),
        ("group:border council", ["3"]),
        ("council -group:border", ["4"]),
        ("author:baba", ["2"]),
        ("exact:داعش", ["1"]),
        ("sub:اعش", ["1", "2"]),
        ("vien*", ["3", "4"]),
        ("from:2026-11-20 to:2026-11-20", ["2"]),
        ("from:4d داعش", ["1"]),
        ("from:5d داعش", ["1", "2"]),
        ("-council", ["1", "2", "5"]),
        ("می", []),
        ("-می lang:fa", ["5"]),
        ('"حزب الله"', ["5"]),
        ("حزب الله", ["5"]),
        ("حزب lang:fa الله", ["5"]),
        ("(source:sana council) OR (source:harbour vienna)", ["3", "4"]),
        ("is:revised", []),
        ("nothing", []),
    ],
)
def test_each_part_of_the_language_finds_what_it_asks_for(
    kept: None, conn: postgres.Connection, query: str, found: list[str]
) -> None:
    assert _found(conn, query, scopes={"harbour": Scope("NO"), "sana": Scope("SY", ("border",))}) == found


@pytest.mark.parametrize(
    ("text", "part", "found_by_part"),
    [
        # Yi, rare Chinese letters, digits of Adlam: the page on queries says what these find.
        ("ꆈꌠꁱꂷ", "ꆈꌠ", True),
        ("𠮷𠮟𠀋𠂉", "𠮷𠮟", True),
        ("𞤀𞤣 𞥑𞥒", "12", False),
    ],
)
def test_what_the_page_on_queries_says_of_rare_scripts(
    settings: Settings, conn: postgres.Connection, text: str, part: str, found_by_part: bool
) -> None:
    keep(settings, conn, [article("1", text)])

    assert _found(conn, part) == []
    assert _found(conn, text) == ["1"]
    if found_by_part:
        assert _found(conn, f"sub:{part}{text[2]}") == ["1"]


@pytest.mark.usefixtures("kept")
def test_what_was_found_is_marked_where_it_stands(conn: postgres.Connection) -> None:
    (answer,) = search.search(conn, "داعش العراق", now=NOW).answers

    assert [answer.article[m.field][m.start : m.end] for m in answer.marks] == ["العراق", "ولداعش"]


@pytest.mark.usefixtures("kept")
def test_newest_is_by_publication_and_best_puts_the_title_first(conn: postgres.Connection) -> None:
    newest = search.search(conn, "داعش", now=NOW)
    best = search.search(conn, "council", order=Order.BEST, now=NOW)

    assert _paths(newest) == ["1", "2"]
    assert _paths(best) == ["3", "4"]


def test_best_goes_by_the_weights_of_the_fields(
    settings: Settings, conn: postgres.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    articles = [
        article("text", "A zebra and a lion.", language="en"),
        article("title", "A lion.", title="Zebra", language="en"),
    ]
    keep(settings, conn, articles)

    usual = search.search(conn, "zebra", order=Order.BEST, now=NOW)
    monkeypatch.setattr(policy, "RANK_WEIGHTS", (1.0, 0.0, 0.0, 0.1))
    turned = search.search(conn, "zebra", order=Order.BEST, now=NOW)

    assert (_paths(usual), _paths(turned)) == (["title", "text"], ["text", "title"])


@pytest.mark.parametrize("order", list(Order))
def test_pages_go_on_where_the_last_one_ended_though_news_comes_between(
    settings: Settings, conn: postgres.Connection, order: Order
) -> None:
    keep(settings, conn, [article(str(n), f"zebra {n} " + "zebra " * (n % 3)) for n in range(45)])

    first = search.search(conn, "zebra", order=order, count=20, now=NOW)
    keep(settings, conn, [article("new", "zebra")], run="2026-11-23T0200", at=T0 + DAY)
    second = search.search(conn, "zebra", order=order, count=20, after=first.after)
    third = search.search(conn, "zebra", order=order, count=20, after=second.after)

    got = [path for page in (first, second, third) for path in _paths(page) if path != "new"]
    assert third.after == ""
    assert sorted(got, key=int) == [str(n) for n in range(45)]


def test_the_best_are_shown_once_each_though_a_better_one_came_in_between(
    settings: Settings, conn: postgres.Connection
) -> None:
    keep(settings, conn, [article(str(n), f"zebra {n} " + "zebra " * (n % 5)) for n in range(9)])
    first = search.search(conn, "zebra", order=Order.BEST, count=3, now=NOW)

    keep(settings, conn, [article("new", "zebra " * 9, title="zebra")], run="2026-11-23T0200", at=T0 + DAY)

    pages = [first]
    while pages[-1].after:
        pages.append(search.search(conn, "zebra", order=Order.BEST, count=3, after=pages[-1].after))
    assert _paths(search.search(conn, "zebra", order=Order.BEST, count=1, now=NOW)) == ["new"]
    shown = [path for page in pages for path in _paths(page) if path != "new"]
    assert sorted(shown, key=int) == [str(n) for n in range(9)]


def test_the_best_are_shown_once_each_though_the_first_of_them_was_erased(
    settings: Settings, conn: postgres.Connection
) -> None:
    keep(settings, conn, [article(str(n), f"zebra {n} " + "zebra " * (n % 5)) for n in range(9)])
    first = search.search(conn, "zebra", order=Order.BEST, count=3, now=NOW)

    erasure.erase(settings, first.answers[0].article["id"])

    rest = search.search(conn, "zebra", order=Order.BEST, count=9, after=first.after)
    assert sorted(_paths(first) + _paths(rest), key=int) == [str(n) for n in range(9)]


def test_a_page_that_ends_with_the_last_candidate_read_leads_to_older_answers(
    settings: Settings, conn: postgres.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(candidates, "MOST_PLACED", 6)
    monkeypatch.setattr(candidates, "DENSE", 2.0)
    copy = "red fox " + " ".join(f"word{n}" for n in range(80))
    texts = [copy, copy, "red fox other", "fox a red", "fox b red", "fox c red", "fox d red", "red fox old"]
    keep(
        settings, conn,
        [
            article(str(n), text, title=f"t{max(n, 1)}", source=f"s{n}", published_at=T0 - n * HOUR)
            for n, text in enumerate(texts)
        ],
    )  # fmt: skip

    pages = [search.search(conn, '"red fox"', count=2, now=NOW)]
    while pages[-1].after:
        pages.append(search.search(conn, '"red fox"', count=2, after=pages[-1].after))

    assert [path for page in pages for path in _paths(page)] == ["0", "2", "7"]


def test_a_window_never_ends_within_an_article_of_several_parts(
    settings: Settings, conn: postgres.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (("MOST_WINDOW_PLACED", 3), ("LEAST_WINDOW", 2), ("DENSE", 0.0)):
        monkeypatch.setattr(candidates, name, value)
    monkeypatch.setattr(vectors, "MOST_BYTES", 130)
    monkeypatch.setattr(vectors, "MOST_PLACES", 3)
    long = ["red fox " + "zz " * 5 + " ".join(f"w{word}x{n}" for word in range(12)) for n in range(4)]
    texts = ["red fox one", "red fox two", *long, "red fox last"]
    keep(settings, conn, [article(str(n), text, published_at=T0 - n * HOUR) for n, text in enumerate(texts)])
    with conn, conn.cursor() as cursor:
        cursor.execute("analyze article_words")

    pages = [search.search(conn, '"red fox"', count=3, now=NOW)]
    while pages[-1].after:
        pages.append(search.search(conn, '"red fox"', count=3, after=pages[-1].after))

    assert [path for page in pages for path in _paths(page)] == [str(n) for n in range(7)]


@pytest.mark.parametrize("beside", ["", "source:sana ", "-lion ", "from:2026-11-18 "])
def test_the_newest_articles_with_a_word_are_found_whether_the_newest_part_of_the_archive_has_enough_or_not(
    settings: Settings, conn: postgres.Connection, monkeypatch: pytest.MonkeyPatch, beside: str
) -> None:
    monkeypatch.setattr(candidates, "NAMED_AT_ONCE", 0)
    everywhere = {n: "zebra" if n % 8 == 0 else "okapi" if n >= 100 else "" for n in range(120)}
    keep(
        settings, conn,
        [article(str(n), f"{word} {n}", published_at=T0 - n * HOUR) for n, word in everywhere.items()],
    )  # fmt: skip
    with conn, conn.cursor() as cursor:
        cursor.execute("analyze article_words")

    found = {}
    for word in ("zebra", "okapi"):
        page = search.search(conn, beside + word, count=4, now=NOW)
        found[word] = _paths(page)
        while page.after:
            page = search.search(conn, beside + word, count=4, after=page.after)
            found[word] += _paths(page)

    within = 98 if "from:" in beside else 120
    assert found == {
        told: [str(n) for n, word in everywhere.items() if word == told and n <= within] for told in ("zebra", "okapi")
    }


@pytest.mark.usefixtures("kept")
def test_a_cursor_of_another_search_or_none_at_all_is_refused(conn: postgres.Connection) -> None:
    after = search.search(conn, "داعش", count=1, now=NOW).after

    for query, cursor in (("تركيا", after), ("داعش", "abc"), ("داعش", "e30"), ("داعش", "é"), ("داعش", after[:-3])):
        with pytest.raises(NightdeskError, match="cursor"):
            search.search(conn, query, after=cursor)


@pytest.mark.parametrize("window", [1, 3, 2_000])
@pytest.mark.parametrize(("named", "having"), [("", 12), ("zebra ", 12), ("-lion ", 12), ("okapi ", 4)])
def test_articles_in_a_state_are_found_page_by_page_whatever_stands_beside(
    settings: Settings, conn: postgres.Connection, monkeypatch: pytest.MonkeyPatch, named: str, having: int, window: int
) -> None:
    monkeypatch.setattr(candidates, "WINDOW_IN_STATE", window)
    okapi = ["okapi " if n < 4 else "" for n in range(12)]
    first = [article(str(n), f"zebra {n} {okapi[n]}and more of it", title=f"t{n}") for n in range(12)]
    keep(settings, conn, first)
    edited = [replace(one, text=one.text + " but not now", page_digest=f"d{n}") for n, one in enumerate(first[:7])]
    keep(settings, conn, edited, run="2026-11-23T0200", at=T0 + DAY)
    with conn, conn.cursor() as cursor:
        cursor.execute("update articles set gone_at = now() where url like any(array['%/2', '%/5', '%/11'])")
        cursor.execute("analyze articles, article_words, changes")

    page = search.search(conn, f"{named}is:revised", count=4, now=NOW)
    pages = [_paths(page)]
    while page.after:
        page = search.search(conn, f"{named}is:revised", count=4, after=page.after)
        pages.append(_paths(page))

    assert [path for paths in pages for path in paths] == [str(n) for n in reversed(range(min(7, having)))]
    gone = [path for path in ("11", "2", "5") if int(path) < having]
    assert _found(conn, f"{named}is:removed") == gone
    assert _found(conn, f"{named}is:removed is:revised") == [path for path in gone if int(path) < 7]
    assert _found(conn, f"{named}is:substantial is:removed") == [path for path in gone if int(path) < 7]
    assert search.count(conn, f"{named}is:substantial", now=NOW).number == min(7, having)


def test_an_article_that_is_not_indexed_yet_hides_no_older_one_in_the_same_state(
    settings: Settings, conn: postgres.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(candidates, "WINDOW_IN_STATE", 3)
    words = {0: "zebra", 9: "zebra"}
    first = [article(str(n), f"{words.get(n, 'okapi')} {n}", published_at=T0 - n * HOUR) for n in range(12)]
    keep(settings, conn, first)
    edited = [replace(one, text=one.text + " but not now", page_digest=f"d{n}") for n, one in enumerate(first)]
    keep(settings, conn, edited, run="2026-11-23T0200", at=T0 + DAY)
    with conn, conn.cursor() as cursor:
        cursor.execute("analyze articles, article_words, changes")
        cursor.execute("delete from article_words where article_id in (select id from articles where url like '%/1')")
        cursor.execute("update backfills set passed_at = null where name = %s", (search_index.BACKFILL,))

    page = search.search(conn, "zebra is:revised", now=NOW)

    assert (_paths(page), page.complete) == (["0", "9"], False)


@pytest.mark.parametrize("order", list(Order))
@pytest.mark.parametrize(
    "changed",
    [
        {"now": "2026-11-25T02:00:00"}, {"now": "0001-01-01T00:00:00+00:00"}, {"now": "9999-12-31T23:59:59+00:00"},
        {"at": "2026-11-20T02:00:00"}, {"at": None}, {"id": 2**70}, {"id": float("inf")}, {"id": [1]},
        {"rank": float("nan")}, {"rank": float("inf")}, {"rank": [1]}, {"q": [1]}, {"now": 5},
    ],
    ids=str,
)  # fmt: skip
@pytest.mark.usefixtures("kept")
def test_a_cursor_that_was_tampered_with_is_refused(
    conn: postgres.Connection, changed: dict[str, object], order: Order
) -> None:
    after = search.search(conn, "from:99999w council", order=order, count=1, now=NOW).after
    said = json.loads(base64.urlsafe_b64decode(after + "=="))
    written = base64.urlsafe_b64encode(json.dumps({**said, **changed}).encode()).decode().rstrip("=")

    with pytest.raises(CursorError):
        search.search(conn, "from:99999w council", order=order, after=written)


def test_a_cursor_of_nothing_but_brackets_is_refused(conn: postgres.Connection) -> None:
    brackets = base64.urlsafe_b64encode(b"[" * 90_000).decode()

    with pytest.raises(CursorError):
        search.search(conn, "zebra", after=brackets)


@pytest.mark.usefixtures("kept")
def test_count_says_how_many(conn: postgres.Connection) -> None:
    assert search.count(conn, "داعش", now=NOW) == search.ResultCount(number=2)
    assert search.count(conn, "security NEAR/1 council", now=NOW) == search.ResultCount(number=1)


def test_count_ends_at_its_limit_and_says_so(
    settings: Settings, conn: postgres.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "MOST_COUNTED", 10)
    keep(settings, conn, [article(str(n), f"zebra {n}") for n in range(12)])

    assert search.count(conn, "zebra", now=NOW) == search.ResultCount(number=10, more=True)


def test_a_search_that_reads_many_in_vain_says_how_far_it_came_and_goes_on_from_there(
    settings: Settings, conn: postgres.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "MOST_READ", 50)
    keep(settings, conn, [article("0", "lion zebra", published_at=T0 - DAY)])
    keep(settings, conn, [article(str(n), f"lion {n} and then a zebra") for n in range(1, 150)], run="2026-11-23T0200")

    first = page = search.search(conn, "lion NEAR/1 zebra", now=NOW)
    pages = [first]
    while page.after:
        page = search.search(conn, "lion NEAR/1 zebra", after=page.after)
        pages.append(page)

    assert (first.answers, first.read_to, bool(first.after)) == ([], T0, True)
    assert [path for page in pages for path in _paths(page)] == ["0"]
    assert len(pages) == 4


def test_a_revision_is_found_by_its_new_words_alone(settings: Settings, conn: postgres.Connection) -> None:
    keep(settings, conn, [article("1", "lion")])
    keep(settings, conn, [article("1", "zebra")], run="2026-11-23T0200", at=T0 + DAY)

    assert (_found(conn, "zebra"), _found(conn, "lion"), _found(conn, "is:revised")) == (["1"], [], ["1"])


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("is:correction", ["1"]), ("is:headline", ["2"]), ("is:correction|headline", ["1", "2"]), ("is:minor", []),
        ("is:correction is:headline", []), ("zebra is:correction", ["1"]), ("zebra -is:correction", ["2", "3"]),
        ("title:council OR is:correction", ["1", "2"]),
    ],
)  # fmt: skip
def test_articles_are_found_by_what_their_changes_were(
    settings: Settings, conn: postgres.Connection, query: str, found: list[str]
) -> None:
    text = [f"Zebra {n} was seen in the town on Monday, as the mayor told the press in the hall." for n in range(4)]
    keep(settings, conn, [article(str(n), text[n], title=f"at large {n}") for n in (1, 2, 3)])
    corrected = article("1", f"{text[1]}\nCorrection: it was on Sunday.", title="at large 1")
    keep(
        settings, conn, [corrected, article("2", text[2], title="the council waits")],
        run="2026-11-23T0200", at=T0 + DAY,
    )  # fmt: skip

    walked = walk.articles(conn, grammar.parse(query), NOW, last=walk.end(conn))

    assert _found(conn, query) == found
    assert [row[2].rsplit("/", 1)[1] for some in walked for row in some] == found
    assert search.count(conn, query, now=NOW) == search.ResultCount(number=len(found))


def test_an_edit_that_only_the_article_that_was_merged_away_had_is_found_by_its_kind(
    settings: Settings, conn: postgres.Connection
) -> None:
    keep(settings, conn, [article("1", "zebra", title="at large"), article("1", "zebra", source="harbour")])
    edited = article("1", "zebra", title="the council waits")
    keep(settings, conn, [edited], run="2026-11-23T0200", at=T0 + DAY)
    with conn, conn.cursor() as cursor:
        cursor.execute("update urls set url_key = 'same' where url like '%/1'")
        renames.merge_rows(conn, "sana", "harbour")

    assert (_found(conn, "is:headline"), _found(conn, "zebra is:headline")) == (["1"], ["1"])


def test_what_was_loaded_before_the_index_is_put_there_in_batches_that_may_be_killed(
    settings: Settings, conn: postgres.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search_index, "BATCH", 2)
    keep(settings, conn, [article(str(n), f"zebra {n}") for n in range(5)])
    with conn, conn.cursor() as cursor:
        cursor.execute("delete from article_words")
        cursor.execute("update backfills set passed_at = null")

    def stop(done: int) -> None:
        if done == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        search_index.backfill(settings, stop)
    half = search.search(conn, "zebra", now=NOW)
    search_index.backfill(settings)

    whole = search.search(conn, "zebra", now=NOW)
    assert (_paths(half), half.complete) == (["4", "3", "2", "1"], False)
    assert (len(whole.answers), whole.complete) == (5, True)


def test_a_process_remembers_words_that_are_kept_for_good_and_no_others(conn: postgres.Connection) -> None:
    def know() -> list[str]:
        remembered = search_index._remember(conn)
        if asked := {b"zebra"} - remembered:
            search_index._know(conn, asked, remembered)
        return [row["word"] for row in postgres.query(conn, "words_with_part", part="zebra", most=9)]

    undone = know()
    conn.rollback()
    again = know()
    conn.commit()
    remembered = know()
    conn.commit()
    with conn, conn.cursor() as cursor:
        cursor.execute("truncate known_words")
    emptied = know()

    assert undone == again == remembered == emptied == ["zebra"]


# What arabic.md calls long or hostile: stored, found by its last word, and shown as it is.
@pytest.mark.parametrize(
    ("text", "word"),
    [
        (" ".join(f"كلمة{n}" for n in range(8_000)) + " الخاتمة", "الخاتمة"),
        ("في " * 40_000 + "الخاتمة", "الخاتمة"),
        (" ".join(f"{n:x}" * 3 for n in range(120_000)) + " finish", "finish"),
        ("x" * 1_000_000 + " finish", "finish"),
        ("安倍" * 20_000 + "晋三", "安倍晋三"),
        ("a\x00b \u202edrow finish'; drop table articles; -- <script>", "finish"),
        ("'\\ \\' finish", "finish"),
    ],
    ids=["long", "one word often", "a megabyte of words", "one long word", "unspaced", "hostile", "quoted"],
)
def test_texts_beyond_the_limits_of_a_tsvector_are_found_by_their_last_word(
    settings: Settings, conn: postgres.Connection, text: str, word: str
) -> None:
    keep(settings, conn, [article("1", text, title="<b>" + "ع" * 300), article("2", "zebra")])

    assert _found(conn, word) == ["1"]
    assert _found(conn, f"{word} -zebra") == ["1"]
    assert _found(conn, f'"{word} zebra"') == []


def test_halves_of_pairs_and_nul_bytes_that_a_page_writes_cost_no_article(
    settings: Settings, conn: postgres.Connection
) -> None:
    told = r'{"@type": "NewsArticle", "headline": "Half \ud800 council", "author": {"name": "Ali \udfff Baba"}}'
    lines = "".join(f"<p>The council met again on Monday &#xD800; \x00 and spoke for {n} hours.</p>" for n in range(9))
    body = f'<title>Half council</title><script type="application/ld+json">{told}</script><article>{lines}</article>'

    made = extract_page(factories.page("sana", "https://sana.test/1", body), archives.source_of("sana"))

    assert isinstance(made, Article)
    keep(settings, conn, [made])
    assert _found(conn, "title:council hours author:Ali") == ["1"]


def test_parts_of_an_article_longer_than_a_tsvector_are_one_article(
    settings: Settings, conn: postgres.Connection
) -> None:
    keep(settings, conn, [article("1", " ".join(f"{n:x}" * 3 for n in range(120_000)) + " finish")])

    page = search.search(conn, "111 finish", now=NOW)

    assert len(page.answers) == 1
    assert search.count(conn, "111 finish", now=NOW) == search.ResultCount(number=1)
    assert _found(conn, "111 nowhere") == []


def test_a_query_as_large_as_may_be_costs_no_more_than_seconds(settings: Settings, conn: postgres.Connection) -> None:
    keep(settings, conn, [article(str(n), f"في zebra {n}") for n in range(20)])
    queries = (
        " OR ".join(f"داعش{n}" for n in range(250)),
        "(في) " * 250,
        "في",
        "suffix:داعش " * 20,
        "(" * 50 + "zebra" + ")" * 50,
        "zebra " + "x" * 9_990,
        "NOT " * 2_000 + "zebra",
    )

    with clock.wall_below(20):
        for query in queries:
            search.search(conn, query, now=NOW)


@pytest.mark.parametrize("query", ["(" * 1_000 + "zebra" + ")" * 1_000, "zebra " * 1_666, "y" * 10_001])
def test_a_query_that_asks_too_much_is_refused_at_once_and_says_where(conn: postgres.Connection, query: str) -> None:
    with clock.wall_below(5), pytest.raises(QueryError) as refused:
        search.search(conn, query, now=NOW)

    assert refused.value.start > 0


def test_a_source_that_was_renamed_is_found_by_its_new_name(settings: Settings, conn: postgres.Connection) -> None:
    keep(settings, conn, [article("1", "zebra")])
    with conn:
        for name in ("rename_articles", "rename_source"):
            postgres.execute(conn, name, old="sana", new="sana2")

    assert _found(conn, "zebra source:sana2") == ["1"]


def test_an_article_that_is_read_again_is_found_by_what_it_is_read_as(
    settings: Settings, conn: postgres.Connection
) -> None:
    first = article("1", "lion")
    keep(settings, conn, [first])
    file = archives.articlefile.path(settings, "sana", archives.RUN)
    (line,) = archives.articlefile.read(file)
    archives.articlefile.write(file, [replace(line, article=replace(first, text="zebra", extractor="x2"))])

    archives.load(settings, archives.source_of("sana"), archives.RUN)

    assert (_found(conn, "zebra"), _found(conn, "lion")) == (["1"], [])


def test_a_query_with_what_postgres_cannot_hold_is_read_without_it(
    settings: Settings, conn: postgres.Connection
) -> None:
    keep(settings, conn, [article("1", "zebra")])

    assert _found(conn, "zebra\x00 \ud800 source:sana\x00") == ["1"]
    assert _found(conn, 'source:"sana\ud800" zebra') == ["1"]


def test_every_case_of_arabic_prefixes_is_found_by_search_too(settings: Settings, conn: postgres.Connection) -> None:
    with CASES.open(encoding="utf-8", newline="") as stream:
        cases = list(csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE))
    keep(settings, conn, [article(case["id"], case["sentence"], title=f"xx {case['id']}") for case in cases])

    found = {case["id"]: case["id"] in _found(conn, f'"{case["term"]}"') for case in cases}

    assert len(cases) > 50
    assert [case for case in cases if found[case["id"]] != (case["expected"] == "1")] == []


def test_words_that_stand_in_many_articles_are_looked_for_in_the_newest_ones_first(
    settings: Settings, conn: postgres.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(candidates, "LEAST_WINDOW", 30)
    texts = {str(n): f"zebra {n} {'lion' if n % 10 == 0 else ''}" for n in range(100)}
    keep(settings, conn, [article(path, text) for path, text in texts.items()])
    with conn, conn.cursor() as cursor:
        cursor.execute("analyze article_words")

    page = search.search(conn, "zebra", count=10, now=NOW)
    pages = [_paths(page)]
    while page.after:
        page = search.search(conn, "zebra", count=10, after=page.after)
        pages.append(_paths(page))

    assert [path for paths in pages for path in paths] == [str(n) for n in reversed(range(100))]
    assert _paths(search.search(conn, "zebra lion", count=10, now=NOW)) == [str(n) for n in range(90, -1, -10)]


@pytest.mark.parametrize("common", [True, False])
def test_how_common_words_stand_is_read_for_the_newest_and_the_next_page_goes_on_behind_them(
    settings: Settings, conn: postgres.Connection, monkeypatch: pytest.MonkeyPatch, common: bool
) -> None:
    for name, value in (("LEAST_WINDOW", 5), ("MOST_WINDOW_PLACED", 20), ("MOST_PLACED", 20), ("PLACED_FIRST", 3)):
        monkeypatch.setattr(candidates, name, value)
    monkeypatch.setattr(candidates, "DENSE", 0.1 if common else 2)
    between = {n: "" if n % 30 == 0 else "and much else before there is a" for n in range(100)}
    keep(settings, conn, [article(str(n), f"lion {between[n]} zebra", title=f"story {n}") for n in range(100)])
    with conn, conn.cursor() as cursor:
        cursor.execute("analyze article_words")

    pages = [search.search(conn, "lion NEAR/2 zebra", count=10, now=NOW)]
    while pages[-1].after:
        pages.append(search.search(conn, "lion NEAR/2 zebra", count=10, after=pages[-1].after))
    best = search.search(conn, "lion NEAR/2 zebra", order=Order.BEST, count=10, now=NOW)

    assert sorted(int(path) for page in pages for path in _paths(page)) == [0, 30, 60, 90]
    assert all(len(page.answers) <= 1 and (page.read_to or page is pages[-1]) for page in pages)
    assert best.ranked


def test_a_stem_is_found_by_the_language_of_each_article(settings: Settings, conn: postgres.Connection) -> None:
    texts = {"1": ("Elections today", "en"), "2": ("an electric car", "en"), "3": ("elections", "fa")}
    keep(settings, conn, [article(path, text, title=path, language=code) for path, (text, code) in texts.items()])

    assert _paths(search.search(conn, "stem:election", now=NOW)) == ["1"]
    assert search.count(conn, 'stem:"election today"', now=NOW) == search.ResultCount(number=1)
    assert _paths(search.search(conn, "-stem:election", now=NOW)) == ["3", "2"]


def test_a_count_of_candidates_that_cannot_all_be_read_says_at_least(
    settings: Settings, conn: postgres.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "MOST_READ", 50)
    keep(settings, conn, [article(str(n), f"lion {n} zebra", title=f"story {n}") for n in range(80)])

    assert search.count(conn, "lion NEAR/3 zebra", now=NOW) == search.ResultCount(number=50, more=True)


@pytest.mark.parametrize(
    "body",
    [
        "L'été d'O'Brien, \\ back\\slash and a''b",
        "می‌رود به خانه ﷺ",
        " ".join(f"word{n}" for n in range(20_000)),
        "",
    ],
)
def test_the_index_of_an_article_comes_back_from_an_article_file_with_its_words(body: str) -> None:
    made, known = vectors.vectors({"title": "Title = @home", "description": "", "text": body}, ["A. O'Neil"])

    written = json.loads(json.dumps(index_rows.write_rows(made, known)))

    assert index_rows.read(written) == [vector.pack() for vector in made]
    assert written[2] == " ".join(sorted(known))
    # An article file leaves out the words of earlier lines: they are found in the rows themselves.
    before = {b"title"}
    assert index_rows.leave_out([*written[:2], ""], before)[2] == " ".join(sorted(known - {"title"}))
    assert before == {word.encode() for word in known | {"title"}}
    # Those of version 2 have half-width kana as other words.
    assert not any(index_rows.is_current([version, []]) for version in (2, index_rows.VERSION + 1))


@pytest.mark.parametrize(
    ("version", "current"), [(index_rows.VERSION, True), (2, False), (index_rows.VERSION * 10, False), (-3, False)]
)
@pytest.mark.parametrize("rest", [(), ([], "")], ids=["a number alone", "rows"])
def test_the_version_of_rows_is_told_alike_before_and_after_their_json_is_read(
    version: int, current: bool, rest: Sequence[Any]
) -> None:
    value = [version, *rest]
    written = json.dumps(value, separators=(",", ":")).encode()

    assert (index_rows.is_current(value), index_rows.is_current_json(memoryview(written))) == (current, current)
    assert not index_rows.is_current([]) and not index_rows.is_current_json(memoryview(b""))


def test_statements_ask_for_articles_of_several_wordings_in_the_words_of_the_index(conn: postgres.Connection) -> None:
    several = "revision > 1 or first_revision < 1"
    asking = {
        name: re.sub(r"\b\w+\.", "", "\n".join(line.partition("--")[0] for line in written.splitlines()))
        for name, written in postgres.statements().items()
        if "%(revised)s" in written or "first_revision <" in written
    }
    lacking = [
        name for name, written in asking.items() if written.count(several) < max(1, written.count("%(revised)s"))
    ]
    otherwise = [
        name for name, written in asking.items() if re.search(r"revision (<|>|=|is )", written.replace(several, ""))
    ]
    ((predicate,),) = rows(
        conn,
        "select pg_get_expr(indpred, indrelid) from pg_index where indexrelid = 'articles_newest_wordings'::regclass",
    )

    assert {"search_of_state", "search_articles", "search_state_estimate", "walk_articles"} <= set(asking)
    assert (lacking, otherwise) == ([], [])
    assert re.sub(r"[()]", "", predicate).lower() == several

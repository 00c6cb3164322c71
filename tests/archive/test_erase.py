"""Erasing: nothing of an article stays but a digest of its address, and nothing takes it in again."""

from __future__ import annotations

import json
import multiprocessing
import os
import random
import signal
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from typer.testing import Result

from pipelines.alert import stage as alert
from pipelines.alert import watches
from pipelines.archive import erasure
from pipelines.crawl import discovery
from pipelines.errors import NightdeskError
from pipelines.load import search_index
from pipelines.load.stage import load
from pipelines.settings import Settings
from pipelines.stores import articlefile, postgres
from tests import commands, factories, sites
from tests.archives import T0, article, extract, keep, source_of
from tests.papers import HOST, Paper, conditional, story

Nightdesk = Callable[..., Result]
# The key of a lock that nobody else has.
GATE = 20261129
WORD = "zebrageheim"
NIGHT = "2026-11-22T0200"
SECRET = "فلان الفلاني من سكان الحي القديم وحده يعرف ما جرى في تلك الليلة الطويلة هناك"


@pytest.fixture
def nightdesk(paper: Paper, conn: postgres.Connection, monkeypatch: pytest.MonkeyPatch) -> Nightdesk:
    """`nightdesk` after two nights of a paper, whose article 2 was edited and told to somebody."""
    commands.use(paper.settings, monkeypatch)
    factories.follow(paper.settings, paper.source)
    with conn:
        watches.add(conn, watches.make("person", ["الفلاني"], channels=["desk"]))
    paper.prints(1)
    paper.comes_out()
    paper.prints(2, 1, n2=f"{SECRET}.")
    paper.comes_out()
    paper.prints(2, 1, n2=f"{SECRET}. وقد أضافت الصحيفة هذه الجملة الطويلة في المساء بعد أن سألت عنه الجيران كلهم.")
    paper.comes_out()
    for night in (1, 2, 3):
        alert.match(paper.settings, f"2026-11-{night:02}T0200")
    return commands.run


def number_of(conn: postgres.Connection) -> int:
    with conn, conn.cursor() as cursor:
        cursor.execute("select id from articles where url like '%%/news/2'")
        return cursor.fetchone()["id"]  # type: ignore[index,call-overload,no-any-return]


def mentions(conn: postgres.Connection, data: Path, *told: str) -> list[str]:
    """Where one of these stands: tables, article files, and what raw files unpack to."""
    found = []
    with conn, conn.cursor() as cursor:
        cursor.execute("select tablename from pg_tables where schemaname = 'public' order by 1")
        for name in [row["tablename"] for row in cursor.fetchall()]:  # type: ignore[call-overload]
            cursor.execute(f"select t::text as row from {name} t")
            found += [name for row in cursor.fetchall() if any(one in row["row"] for one in told)]  # type: ignore[call-overload]
    for path in [*data.rglob("*.jsonl"), *data.rglob("*.warc.gz")]:
        content, text = path.read_bytes(), b""
        while path.suffix == ".gz" and content:
            member = zlib.decompressobj(wbits=31)
            text += member.decompress(content)
            content = member.unused_data
        found += [path.name] if any(one.encode() in (text or content) for one in told) else []
    return found


def holds(nightdesk: Nightdesk) -> None:
    assert json.loads(nightdesk("verify", "--records", "--json").stdout)["damage"] == []
    for night in (1, 2, 3):
        ledger = json.loads(nightdesk("ledger", "--run", f"2026-11-{night:02}T0200", "--json").stdout)
        assert ledger["differences"] == [], night


@contextmanager
def halted_before_pointers_go(conn: postgres.Connection) -> Iterator[Callable[[], list[int]]]:
    """Whoever takes the pointer to a list's answer away waits while the block lasts; which connections do, by pid."""

    def run(statement: str) -> list[Any]:
        with conn, conn.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall() if cursor.description else []

    run(
        "create function halt() returns trigger language plpgsql as "
        f"$$ begin perform pg_advisory_xact_lock({GATE}); return new; end $$"
    )
    run(
        "create trigger halt before update on fetches for each row "
        "when (old.warc_file is not null and new.warc_file is null) execute function halt()"
    )
    run(f"select pg_advisory_lock({GATE})")
    waiting = f"select pid from pg_locks where locktype = 'advisory' and objid = {GATE} and not granted"
    try:
        yield lambda: [row["pid"] for row in run(waiting)]
    finally:
        for row in run(f"select pid, pg_terminate_backend(pid) from ({waiting}) halted"):
            until(lambda pid=row["pid"]: run(f"select from pg_stat_activity where pid = {pid}") == [])  # type: ignore[misc]
        run(f"select pg_advisory_unlock({GATE})")
        run("drop function halt cascade")


def until(reached: Callable[[], object]) -> None:
    deadline = time.monotonic() + 20
    while not reached():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_nothing_of_an_erased_article_stays_and_the_next_night_does_not_take_it(
    nightdesk: Nightdesk, paper: Paper, conn: postgres.Connection
) -> None:
    number = number_of(conn)
    told = (SECRET, f"{HOST}/news/2")
    assert len(set(mentions(conn, paper.settings.data, *told))) > 8
    before = nightdesk("erase", number, "--dry-run")

    said = nightdesk("erase", number, "--yes")

    assert "2 wordings, 2 pages in raw files" in before.stdout
    assert said.exit_code == 0, said.output
    assert mentions(conn, paper.settings.data, *told) == []
    holds(nightdesk)
    verified = json.loads(nightdesk("verify", "--json").stdout)
    assert any("erased on request" in note["detail"] for note in verified["notes"])
    paper.prints(3, 2, 1, n2=f"{SECRET}.")
    asked = paper.comes_out()[1]
    assert [path for path in asked if "/news/2" in path] == []
    assert "/news/3" in asked
    with conn, conn.cursor() as cursor:
        cursor.execute("select state, code, url from urls where code = 'erased'")
        (row,) = cursor.fetchall()
    assert (row["state"], row["url"].startswith("erased:")) == ("excluded", True)  # type: ignore[call-overload]
    with pytest.raises(NightdeskError, match="is erased already"):
        nightdesk("erase", number, "--yes")


def test_an_erased_article_from_before_variant_keys_does_not_stop_the_crawls_of_its_source(
    conn: postgres.Connection,
) -> None:
    with conn, conn.cursor() as cursor:
        cursor.execute("insert into erased (source, url_key) values ('sana', 'a')")
        cursor.execute(
            "insert into urls (source, url_key, url, host, kind, discovered_run) select 'sana', name,"
            " 'https://sana.test/' || name, 'sana.test', 'article', 'r' from unnest(array['a', 'b']) name"
        )

    with conn:
        discovery.add_missing_variant_keys(conn, "sana")

    with conn, conn.cursor() as cursor:
        cursor.execute("select url, variant_key is not null as known from urls order by id")
        assert [(row["url"], row["known"]) for row in cursor.fetchall()] == [  # type: ignore[call-overload]
            ("erased:a", False),
            ("https://sana.test/b", True),
        ]


def rss(link: Callable[[int], str]) -> bytes:
    items = "".join(f"<item><title>{WORD if n == 2 else n}</title><link>{link(n)}</link></item>" for n in (1, 2))
    return f'<?xml version="1.0"?><rss version="2.0"><channel><link>{HOST}/</link>{items}</channel></rss>'.encode()


def json_feed(link: Callable[[int], str]) -> bytes:
    items = [{"id": str(n), "url": link(n), "title": WORD if n == 2 else str(n)} for n in (1, 2)]
    feed = {"version": "https://jsonfeed.org/version/1.1", "title": "x", "items": items}
    return json.dumps(feed).replace("/", "\\/").encode()


@pytest.mark.parametrize(
    ("make", "link", "path"),
    [
        (rss, "/news/{n}", "/news/{n}"),
        (rss, f"{HOST}/أخبار/{{n}}", "/%D8%A3%D8%AE%D8%A8%D8%A7%D8%B1/{n}"),
        (json_feed, f"{HOST}/news/{{n}}", "/news/{n}"),
        (json_feed, f"{HOST}/أخبار/{{n}}", "/%D8%A3%D8%AE%D8%A8%D8%A7%D8%B1/{n}"),
        (rss, "http://A.test/news/{n}", "/news/{n}"),
        (rss, f"{HOST}/news?id={{n}}&#38;a=1", "/news?id={n}&a=1"),
        (rss, f"{HOST}/x/../news/{{n}}?utm_source=rss", "/news/{n}?utm_source=rss"),
    ],
)
def test_an_answer_of_a_list_is_erased_however_it_spells_the_address(
    paper: Paper,
    conn: postgres.Connection,
    make: Callable[[Callable[[int], str]], bytes],
    link: str,
    path: str,
) -> None:
    for n in (1, 2):
        paper.web.pages[HOST + path.format(n=n)] = conditional(story(n))
    paper.web.pages[f"{HOST}/feed"] = conditional(make(lambda n: link.format(n=n)), kind="application/xml")
    paper.comes_out()
    with conn, conn.cursor() as cursor:
        cursor.execute("select id from articles where title like %s", ("%رقم 2",))
        number = cursor.fetchone()["id"]  # type: ignore[index,call-overload]

    done = erasure.erase(paper.settings, number)

    assert (done.lists, done.stays) == (1, [])
    assert mentions(conn, paper.settings.data, WORD) == []


@pytest.mark.parametrize(
    ("listed", "mention"),
    [
        ("/?p=12", '<a href="/خبر/ثان">{word}</a>'),
        ("/خبر/ثان?amp=1", '<script>{{"url": "\\/خبر\\/ثان", "title": "{word}"}}</script>'),
    ],
)
def test_a_section_page_is_erased_though_only_another_name_of_the_article_has_ascii_letters(
    paper: Paper, conn: postgres.Connection, listed: str, mention: str
) -> None:
    at = HOST + quote("/خبر/ثان")
    paper.source = replace(paper.source, sections=(f"{HOST}/local/",))
    paper.web.pages[at] = paper.web.pages[f"{at}?amp=1"] = conditional(story(2))
    paper.web.pages[f"{HOST}/?p=12"] = sites.answer(301, b"", Location=at)
    paper.web.pages[f"{HOST}/feed"] = conditional(rss(lambda n: HOST + listed if n == 2 else f"{HOST}/"))
    paper.web.pages[f"{HOST}/local/"] = conditional(f"<html><body>{mention.format(word=WORD)}</body></html>".encode())
    paper.comes_out()
    with conn, conn.cursor() as cursor:
        cursor.execute("select id from articles")
        (number,) = [row["id"] for row in cursor.fetchall()]  # type: ignore[call-overload]

    done = erasure.erase(paper.settings, number)

    assert (done.lists, done.stays) == (2, [])
    assert mentions(conn, paper.settings.data, WORD) == []


def test_an_answer_that_names_only_longer_addresses_stays_and_what_cannot_be_read_is_told(
    paper: Paper, conn: postgres.Connection
) -> None:
    paper.prints(2)
    paper.comes_out()
    paper.prints(23)
    paper.comes_out()
    (here,) = paper.settings.raw.glob("*/2026-11-01T0200/*.warc.gz")
    here.unlink()

    done = erasure.erase(paper.settings, number_of(conn), dry=True)

    assert done.lists == 0
    assert [sentence.partition(",")[0] for sentence in done.stays] == ["1 answers of lists cannot be read"]


def test_a_message_that_waits_no_longer_has_the_headline_of_what_is_erased(
    settings: Settings, conn: postgres.Connection
) -> None:
    with conn:
        watches.add(conn, watches.make("w", ["zebra"], channels=["desk"]))
    earlier = [article("0", "something else", source=source) for source in ("sana", "bbc")]
    keep(settings, conn, earlier, run="2026-11-20T0200")
    body = " ".join(f"zebra word{n} crossed the river near the old town of number{n}" for n in range(30))
    keep(settings, conn, [article("1", body, title="Max arrested zebra", source="sana")])
    keep(settings, conn, [article("2", body, title="Zebra man held", source="bbc")])
    alert.match(settings, NIGHT)
    assert read_subjects(conn) == ["w: Max arrested zebra"]
    with conn, conn.cursor() as cursor:
        cursor.execute("select id from articles where title = 'Max arrested zebra'")
        number = cursor.fetchone()["id"]  # type: ignore[index,call-overload]

    erasure.erase(settings, number)

    assert read_subjects(conn) == ["w: Zebra man held"]


def read_subjects(conn: postgres.Connection) -> list[str]:
    with conn, conn.cursor() as cursor:
        cursor.execute("select subject from deliveries where state = 'waiting' order by id")
        return [row["subject"] for row in cursor.fetchall()]  # type: ignore[call-overload]


def test_what_is_held_is_not_erased(nightdesk: Nightdesk, conn: postgres.Connection) -> None:
    number = number_of(conn)
    nightdesk("hold", number)

    with pytest.raises(NightdeskError, match="hold --release"):
        nightdesk("erase", number, "--yes")


def test_killed_when_lists_are_away_and_the_ledger_still_points_to_them_the_same_again_finds_them(
    nightdesk: Nightdesk, paper: Paper, conn: postgres.Connection
) -> None:
    number = number_of(conn)
    would = json.loads(nightdesk("erase", number, "--dry-run", "--json").stdout)
    with halted_before_pointers_go(conn) as halted:
        child: Any = multiprocessing.get_context("fork").Process(target=erasure.erase, args=(paper.settings, number))
        child.start()
        until(halted)
        os.kill(child.pid, signal.SIGKILL)
        child.join()
    damage = json.loads(nightdesk("verify", "--records", "--json").stdout)["damage"]
    assert f"{HOST}/feed" in {one["url"] for one in damage}

    said = json.loads(nightdesk("erase", number, "--yes", "--json").stdout)

    assert (said["lists"], said["pages"]) == (would["lists"], 0)
    assert mentions(conn, paper.settings.data, SECRET, f"{HOST}/news/2") == []
    holds(nightdesk)


def test_killed_at_any_moment_the_same_again_erases_all(
    nightdesk: Nightdesk, paper: Paper, conn: postgres.Connection
) -> None:
    number = number_of(conn)
    moments, fork = random.Random(14), multiprocessing.get_context("fork")

    for _ in range(5):
        child: Any = fork.Process(target=erasure.erase, args=(paper.settings, number))
        child.start()
        child.join(moments.uniform(0.01, 0.25))
        if child.is_alive():
            os.kill(child.pid, signal.SIGKILL)
        child.join()
    with conn, conn.cursor() as cursor:
        cursor.execute("select bool_and(done_at is not null) as over from erased")
        over = cursor.fetchone()["over"]  # type: ignore[index,call-overload]
    if not over:
        assert nightdesk("erase", number, "--yes").exit_code == 0

    assert mentions(conn, paper.settings.data, SECRET, f"{HOST}/news/2") == []
    holds(nightdesk)


def known(conn: postgres.Connection, *words: str) -> set[str]:
    with conn, conn.cursor() as cursor:
        cursor.execute("select word from known_words where word = any(%s)", (list(words),))
        return {row["word"] for row in cursor.fetchall()}  # type: ignore[call-overload]


def number_at(conn: postgres.Connection, path: str) -> int:
    with conn, conn.cursor() as cursor:
        cursor.execute("select id from articles where url like %s", (f"%/{path}",))
        return cursor.fetchone()["id"]  # type: ignore[index,call-overload,no-any-return]


@pytest.mark.parametrize("sample", [0, search_index.SAMPLE_ROWS])
def test_words_that_only_the_erased_article_had_are_forgotten_and_known_again_with_the_next_article_that_has_them(
    settings: Settings, conn: postgres.Connection, monkeypatch: pytest.MonkeyPatch, sample: int
) -> None:
    monkeypatch.setattr(search_index, "SAMPLE_ROWS", sample)
    monkeypatch.setattr(search_index, "FORGOTTEN_AT_ONCE", 2)
    keep(settings, conn, [
        article("1", "Xyzzyfoo told everything to Shared", "Secretname's house"),
        article("2", "Shared told", "Other"),
        article("3", "far\u200caway everything", "Third", source="other"),
    ])  # fmt: skip
    revised = article("1", "Newword came to Shared, and Plugh", "Secretname's house")
    keep(settings, conn, [revised], run="2026-11-23T0200", at=T0 + timedelta(days=1))
    own = ("secretname", "xyzzyfoo", "newword", "plugh")
    others = ("shared", "told", "everything", "other", "far")
    assert known(conn, *own, *others) >= {"xyzzyfoo", "plugh", *others}
    # This process now remembers the words, as a worker does.
    keep(settings, conn, [article("4", "Plugh", "Fourth", source="third")])
    erasure.erase(settings, number_at(conn, "4"))
    assert known(conn, "xyzzyfoo", "plugh", "fourth") == {"xyzzyfoo", "plugh"}

    erasure.erase(settings, number_at(conn, "1"))

    assert known(conn, *own, *others) == set(others)
    keep(settings, conn, [article("5", "Xyzzyfoo Plugh", "Fifth", source="fourth")])
    assert known(conn, *own) == {"xyzzyfoo", "plugh"}


def test_killed_after_an_article_file_lost_its_line_no_word_of_the_line_stays_known(
    settings: Settings, conn: postgres.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(settings, conn, [article("1", "Xyzzyfoo", "Secretname"), article("2", "else", "Other")])
    # Retention took the words of an earlier wording away; only the article file still has them.
    with conn, conn.cursor() as cursor:
        cursor.execute("insert into known_words values ('formerly')")
    path = articlefile.path(settings, "sana", NIGHT)
    (first, *rest) = articlefile.read(path)
    assert first.article is not None
    articlefile.write(path, [first, replace(first, article=replace(first.article, text="Formerly")), *rest])

    write = articlefile.write

    def write_and_stop(*told: Any) -> None:
        write(*told)
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(articlefile, "write", write_and_stop)
        with pytest.raises(KeyboardInterrupt):
            erasure.erase(settings, number_at(conn, "1"))
    erasure.erase(settings, number_at(conn, "1"))

    assert known(conn, "xyzzyfoo", "secretname", "formerly", "else") == {"else"}


def test_a_load_under_way_keeps_the_words_that_it_shares_with_an_erased_article(
    settings: Settings, conn: postgres.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(settings, conn, [article("1", "Xyzzyfoo", "Secretname")])
    number = number_at(conn, "1")
    extract(settings, conn, [article("2", "Xyzzyfoo", "Other", source="other")])
    kept, erasing = search_index.keep_loaded, threading.Thread(target=erasure.erase, args=(settings, number))
    waits = "select from pg_locks where locktype = 'advisory' and mode = 'ExclusiveLock' and not granted"

    def keep_and_wait(*told: Any, **more: Any) -> None:
        kept(*told, **more)
        erasing.start()
        with postgres.connection(settings) as other:
            until(lambda: asked(other, waits))

    monkeypatch.setattr(search_index, "keep_loaded", keep_and_wait)
    load(settings, source_of("other"), NIGHT)
    erasing.join()

    assert known(conn, "xyzzyfoo", "secretname") == {"xyzzyfoo"}


def asked(conn: postgres.Connection, statement: str) -> list[Any]:
    with conn, conn.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall()

"""A source under another name, and two that become one: history kept, nothing doubled, whenever it is killed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from demo import newsroom
from demo.newsroom import Newsroom
from demo.sites import DemoSite, source, write_sources
from pipelines import urls
from pipelines.alert import stage as alert
from pipelines.alert import watches
from pipelines.crawl import ledger
from pipelines.crawl import stage as crawl
from pipelines.errors import SourceError
from pipelines.extract.stage import extract
from pipelines.follow import renames
from pipelines.health import golden
from pipelines.load import stage as load
from pipelines.model import Source, Tally
from pipelines.settings import Settings
from pipelines.sources import folders, sourcefile
from pipelines.stores import articlefile, postgres, warc

FIRST, SECOND, TWICE, THIRD = "2026-11-22T0200", "2026-11-23T0200", "2026-11-23T0300", "2026-11-24T0200"
SABAH = DemoSite(
    name="sabah", title="صباح الشمال", language="ar", country="JO", timezone="Asia/Amman", family="boxed", articles=6,
)  # fmt: skip


class Killed(BaseException):
    """What stands for a kill: nothing of ours catches it."""


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Newsroom]:
    with newsroom.open_newsroom(tmp_path / "room", sites=[SABAH]) as opened:
        yield opened


@pytest.fixture
def desk(settings: Settings, conn: postgres.Connection, room: Newsroom) -> Settings:
    """Two nights of sabah, the second with one more article that was alerted."""
    here = settings.model_copy(update={"host_map": room.host_map})
    write_sources([source(SABAH, delay=0.1)], here.sources)
    with conn:
        watches.add(conn, watches.make("daesh", ["داعش"], sources=["sabah"], channels=["desk"]))
    night(here, FIRST)
    newsroom.publish(room.folder, SABAH.name)
    night(here, SECOND)
    return here


def test_a_renamed_source_keeps_all_and_its_next_night_finds_nothing_new(
    desk: Settings, conn: postgres.Connection
) -> None:
    (page,) = rows(conn, "select url from articles order by id limit 1")
    (one,) = folders.read_named(desk, ["sabah"])
    golden.sample(desk, one, crawl.fetch(desk, one, page["url"]), None)
    before = {table: count(conn, table) for table in ("urls", "fetches", "outcomes", "articles", "revisions", "alerts")}
    told = count(conn, "alerts where source = 'sabah' and quiet = ''")

    renames.rename(desk, "sabah", "morning")

    assert [path.name for path in desk.sources.glob("*.toml")] == ["morning.toml"]
    assert {table: count(conn, table) for table in before} == before
    for table in ("urls", "fetches", "outcomes", "articles", "changes", "alerts", "runs", "templates", "health"):
        assert count(conn, f"{table} where source = 'sabah'") == 0, table
    assert count(conn, "alerts where source = 'morning' and quiet = ''") == told > 0
    assert rows(conn, "select sources from watches")[0]["sources"] == ["morning"]
    assert not (desk.articles / "sabah").exists()
    (renamed,) = folders.read_named(desk, ["morning"])
    (checked,) = golden.check(desk, [(renamed, fact) for fact in golden.load(golden.path(desk.sources, "morning"))])
    assert checked.differs == ()
    holds(desk, conn, "morning")
    assert night(desk, THIRD)["morning"].counts["new"] == 0
    assert count(conn, "alerts") == before["alerts"]


def test_a_query_that_still_names_the_old_source_is_told(
    desk: Settings, conn: postgres.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    with conn:
        watches.add(conn, watches.make("ports", [], query="ميناء source:sabah"))
        watches.add(conn, watches.make("others", [], query="ميناء -source:sabah-two source:sabah2"))

    renames.rename(desk, "sabah", "morning")

    assert renames.watches_naming(desk, "sabah") == ["ports"]
    assert renames.watches_naming(desk, "morning") == []


def test_a_site_that_was_followed_twice_becomes_one_and_nobody_is_told_again(
    desk: Settings, conn: postgres.Connection
) -> None:
    twin(desk, "again")
    night(desk, TWICE, "again")
    told, articles, fetches = (
        count(conn, "alerts"),
        count(conn, "articles where source = 'sabah'"),
        count(conn, "fetches"),
    )
    assert count(conn, "articles") == 2 * articles

    moved = renames.merge(desk, "again", "sabah")

    assert (moved.articles, moved.urls) == (articles, count(conn, "urls"))
    assert count(conn, "articles") == count(conn, "articles where source = 'sabah'") == articles
    assert (count(conn, "fetches"), count(conn, "alerts")) == (fetches, told)
    assert count(conn, "alerts where article_id is null") == 0
    assert sorted(path.name for path in desk.sources.iterdir()) == ["again.toml.off", "sabah.toml"]
    holds(desk, conn, "sabah")
    assert night(desk, THIRD)["sabah"].counts["new"] == 0
    assert (count(conn, "articles"), count(conn, "alerts")) == (articles, told)


@pytest.mark.parametrize("changed", [False, True])
def test_the_file_of_a_merged_source_is_deleted_if_it_is_as_in_the_catalogue_and_else_renamed(
    settings: Settings, conn: postgres.Connection, changed: bool
) -> None:
    write_sources([source(SABAH, delay=0.1)], settings.sources)
    name = folders.catalogue_names()[0]
    file = folders.follow(settings, name)
    if changed:
        file.write_text(file.read_text(encoding="utf-8") + "# Ours.\n", encoding="utf-8")

    moved = renames.merge(settings, name, "sabah")

    aside = [f"{name}.toml.off"] if changed else []
    assert sorted(path.name for path in settings.sources.iterdir()) == sorted([*aside, "sabah.toml"])
    assert (moved.aside is None) == (not changed)


def test_a_domain_that_moved_keeps_what_only_the_old_one_had(desk: Settings, conn: postgres.Connection) -> None:
    twin(desk, "moved")
    articles = count(conn, "articles")
    copied(conn)

    moved = renames.merge(desk, "sabah", "moved")

    assert (moved.articles, moved.urls) == (3, 0)
    assert count(conn, "articles where source = 'moved'") == count(conn, "articles") == articles
    aliases = rows(conn, "select reason, next_at from urls where state = 'duplicate' and url like '%sabah%'")
    assert [(row["reason"], row["next_at"]) for row in aliases] == [("alias: second URL", None)] * 3
    assert count(conn, "urls a join urls m on m.id = a.alias_of where m.url like '%new.%'") == 3


def test_texts_that_only_one_of_two_had_are_kept_as_its_earlier_revisions(
    desk: Settings, conn: postgres.Connection
) -> None:
    twin(desk, "again")
    night(desk, TWICE, "again")
    with conn, conn.cursor() as cursor:
        cursor.execute(
            """update revision_rows set text = 'as only the other one had it', text_digest = 'other'
            where article_id = (select max(id) from articles where source = 'again')"""
        )

    renames.merge(desk, "again", "sabah")

    kept = rows(conn, "select revision, text from revisions where text_digest = 'other'")
    assert kept == [{"revision": 0, "text": "as only the other one had it"}]


@pytest.mark.parametrize("step", ["move_begin", "golden", "articles", "line", "move_end"])
@pytest.mark.parametrize("merged", [False, True], ids=["rename", "merge"])
def test_killed_at_any_step_it_is_finished_by_the_same_command_and_no_crawl_begins_before(
    desk: Settings, conn: postgres.Connection, monkeypatch: pytest.MonkeyPatch, step: str, merged: bool
) -> None:
    if merged:
        twin(desk, "again")
        night(desk, TWICE, "again")
    verb, do = ("merge", renames.merge) if merged else ("rename", renames.rename)
    old, new = ("again", "sabah") if merged else ("sabah", "morning")
    articles = count(conn, "articles where source = 'sabah'")
    with monkeypatch.context() as killing:
        kill(killing, step)
        with pytest.raises(Killed):
            do(desk, old, new)

    begun = count(conn, "moves")
    refused = crawl.crawl(desk, folders.readable(desk)[0], THIRD) if begun else []
    do(desk, old, new)

    assert begun == (step != "move_begin")
    assert {tally.state for tally in refused} <= {"failed"}
    assert all(f"`nightdesk sources {verb} {old} {new}` finishes it" in tally.message for tally in refused)
    assert count(conn, f"articles where source = '{new}'") == count(conn, "articles") == articles
    holds(desk, conn, new)
    assert night(desk, "2026-11-24T0300")[new].counts["new"] == 0


def test_what_cannot_be_moved_now_is_one_sentence(desk: Settings, conn: postgres.Connection) -> None:
    with pytest.raises(SourceError, match=r"sabbah is not followed \(near: sabah\)"):
        renames.rename(desk, "sabbah", "morning")
    with pytest.raises(SourceError, match="cannot be a source's name"):
        renames.rename(desk, "sabah", "../x")
    with pytest.raises(SourceError, match="cannot be merged into itself"):
        renames.merge(desk, "sabah", "sabah")
    with (
        postgres.hold_lock(conn, "crawl", "sabah"),
        pytest.raises(SourceError, match="sabah is being crawled or moved at this moment"),
    ):
        renames.rename(desk, "sabah", "morning")
    twin(desk, "again")
    with pytest.raises(SourceError, match="again is followed already"):
        renames.rename(desk, "sabah", "again")
    night(desk, TWICE, "again")
    with conn, conn.cursor() as cursor:
        cursor.execute("update changes set matched_at = null where source = 'again'")
    with pytest.raises(SourceError, match="changes of again wait to be matched: `nightdesk alert`, then again"):
        renames.merge(desk, "again", "sabah")
    folders.unfollow(desk, "sabah")
    with pytest.raises(SourceError, match="sabah was followed before, and what was collected of it is still there"):
        renames.rename(desk, "again", "sabah")


def test_pages_that_a_killed_crawl_left_on_disk_are_taken_in_before_a_move(
    desk: Settings, conn: postgres.Connection
) -> None:
    (file,) = (desk.raw / "sabah" / SECOND).glob(f"*{warc.CLOSED}")
    *_, (_, page, facts) = warc.pages(file)
    # A crawl that is killed now has the page on disk and in no table.
    writer = warc.begin(desk.raw, "sabah", SECOND)
    pointer = warc.append(writer, page, facts)
    warc.sync(writer)
    writer.file.close()
    twin(desk, "again")

    for refused in (lambda: renames.rename(desk, "sabah", "morning"), lambda: renames.merge(desk, "sabah", "again")):
        with pytest.raises(SourceError, match=r"sabah has left sabah/.* open, .*: `nightdesk run sabah` takes them in"):
            refused()
    folders.unfollow(desk, "sabah")
    with pytest.raises(SourceError, match="`nightdesk follow sabah`, then `nightdesk run sabah`"):
        renames.merge(desk, "sabah", "again")
    folders.follow(desk, "sabah")
    night(desk, THIRD, "sabah")
    renames.rename(desk, "sabah", "morning")

    assert count(conn, f"fetches where source = 'morning' and warc_file = '{pointer.warc_file}'") == 1
    holds(desk, conn, "morning")


def night(settings: Settings, run: str, *names: str) -> dict[str, Tally]:
    """All four stages over these sources, all followed ones if none; what load did for each."""
    chosen = folders.read_named(settings, names)
    crawled = crawl.crawl(settings, chosen, run)
    assert [tally.state for tally in crawled] == ["done"] * len(chosen), crawled
    loaded = {}
    for one in chosen:
        extract(settings, one, run)
        loaded[one.name] = load.load(settings, one, run)
        assert loaded[one.name].state == "done", loaded
    alert.match(settings, run)
    return loaded


def twin(settings: Settings, name: str) -> Source:
    """The same site, followed under another name."""
    path = settings.sources / f"{name}.toml"
    path.write_text((settings.sources / "sabah.toml").read_text(encoding="utf-8"), encoding="utf-8")
    return sourcefile.load(path)


def copied(conn: postgres.Connection) -> None:
    """What the new domain has of the old one: the newest three articles, under its own addresses."""
    columns = (
        "canonical_url, canonical_key, title, description, text, page_digest, title_digest, text_digest, extractor, "
        "fetched_at, seen_at, first_run, first_fetched_at, loaded_run"
    )
    newest = [
        row["url"].replace("sabah", "new") for row in rows(conn, "select url from articles order by id desc limit 3")
    ]
    with conn, conn.cursor() as cursor:
        cursor.executemany(
            """insert into urls (source, url_key, variant_key, url, host, kind, state, discovered_run)
            values ('moved', %s, %s, %s, 'new.newsroom.test', 'article', 'stored', '2026-11-23T0200')""",
            [(urls.key(url), urls.variant(url)[0], url) for url in newest],
        )
        cursor.execute(
            """insert into fetches (run, source, url_id, url, fetched_at, outcome)
            select discovered_run, source, id, url, now(), 'fetched' from urls where source = 'moved'"""
        )
        cursor.execute(
            f"""insert into articles (source, url_id, url, fetch_id, {columns})
            select 'moved', u.id, u.url, f.id, {", ".join("a." + column for column in columns.split(", "))}
            from urls u join fetches f on f.url_id = u.id join articles a on a.url = replace(u.url, 'new.', 'sabah.')
            where u.source = 'moved'"""
        )


def kill(monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    """Be killed right before this step, or after the first file that is written."""
    real = postgres.execute

    def dies(*_: Any, **__: Any) -> Any:
        raise Killed

    def execute(conn: postgres.Connection, name: str, **params: Any) -> int:
        if name == step:
            raise Killed
        return real(conn, name, **params)

    if step in ("move_begin", "move_end"):
        monkeypatch.setattr(postgres, "execute", execute)
    elif step == "golden":
        monkeypatch.setattr(renames, "_move_golden", dies)
    elif step == "articles":
        monkeypatch.setattr(renames, "_move_article_files", dies)
    else:
        monkeypatch.setattr(renames, "_drop_moved", dies)


def holds(settings: Settings, conn: postgres.Connection, name: str) -> None:
    """What a source must hold after a move: a whole ledger, raw pages that are there, files that load as they are."""
    (one,) = folders.read_named(settings, [name])
    for run in (FIRST, SECOND):
        assert load.load(settings, one, run).state == "done"
        conn.rollback()
        assert ledger.find_unaccounted(conn, run) == []
        for line in articlefile.read(articlefile.path(settings, name, run)):
            assert count(conn, f"urls where id = {line.url_id} and source = '{name}'") == 1
    raw = rows(conn, "select distinct warc_file from fetches where warc_file is not null")
    assert all((settings.raw / row["warc_file"]).exists() for row in raw)
    assert count(conn, "moves") == 0


def count(conn: postgres.Connection, what: str) -> int:
    return int(rows(conn, f"select count(*) as n from {what}")[0]["n"])


def rows(conn: postgres.Connection, statement: str) -> list[dict[str, Any]]:
    conn.rollback()
    with conn.cursor() as cursor:
        cursor.execute(statement)
        return [dict(row) for row in cursor.fetchall()]

"""What is learned of a source from its own pages: kept, versioned, used, judged, learned again, and told of."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from typer.testing import CliRunner

from pipelines.cli import app
from pipelines.errors import NightdeskError
from pipelines.extract import stage
from pipelines.extract.extraction import extractor
from pipelines.extract.phrases import key
from pipelines.health import troubles
from pipelines.load.stage import load
from pipelines.model import Source, Tally, Template
from pipelines.settings import Settings
from pipelines.stores import articlefile, postgres, runs, templates
from pipelines.stores.articlefile import Line
from tests import factories
from tests.databases import rows
from tests.later import Later

by_hand_tasks = Later("pipelines.airflow.by_hand_tasks")

RUNS = ["2026-11-22T0200", "2026-11-23T0200", "2026-11-24T0200", "2026-11-25T0200"]
AT = datetime(2026, 11, 22, 2, tzinfo=UTC)
HARBOUR = Source(
    name="harbour", title="Harbour", url="https://harbour.test/", country="GB", language="en", timezone="UTC"
)
VALLEY = Source(name="valley", title="Valley", url="https://valley.test/", country="GB", language="en", timezone="UTC")
NEWSLETTER = "Our tide letter leaves the quay each Friday morning and costs its readers nothing."
PLACES = "pier lighthouse market bridge station library ferry school garden mill theatre chapel".split()  # noqa: SIM905
DEEDS = "reopened moved flooded closed grew burned froze sank leaned paused".split()  # noqa: SIM905


def sentence(number: int, turn: int) -> str:
    place, deed = PLACES[(number + 5 * turn) % len(PLACES)], DEEDS[(number * 3 + turn) % len(DEEDS)]
    return f"On day {number} the old {place} {deed} for hour {turn + 2}, and {number + turn} people came to look at it."


def story(number: int, *, related: int = 0, also: str = "", letter: str = NEWSLETTER) -> str:
    """A page of a site with a box of related links that changes, and a line about its newsletter that does not."""
    title = f"The {PLACES[number % len(PLACES)]} of street {number}"
    links = "".join(
        f'<li><a href="/n/{n}">Street {n} and its {PLACES[n % 12]}</a></li>' for n in range(related, related + 4)
    )
    text = "".join(f"<p>{sentence(number, turn)}</p>" for turn in range(6)) + (f"<p>{also}</p>" if also else "")
    return (
        f"<html><head><title>{title}</title></head><body><article class='story'><h1>{title}</h1>{text}"
        f"<p>{letter}</p></article><div class='related'><ul>{links}</ul></div></body></html>"
    )


def changed(number: int) -> str:
    """The same site after its pages were rebuilt."""
    return story(number, letter="Write to the night editor under the sign of the green lantern by the canal.").replace(
        "article class='story'", "section id='main'"
    )


def crawled(
    settings: Settings, conn: postgres.Connection, bodies: dict[int, str], run: str = RUNS[0], source: Source = HARBOUR
) -> None:
    """Pages in the raw store and the ledger, as a crawl leaves them."""
    day = AT + timedelta(days=RUNS.index(run))
    pages = [
        factories.page(source.name, f"{source.url}n/{n}", body, run=run, fetched_at=day + timedelta(seconds=n))
        for n, body in bodies.items()
    ]
    factories.fetched_pages(settings, conn, pages)


def night(
    settings: Settings, conn: postgres.Connection, bodies: dict[int, str], run: str = RUNS[0], source: Source = HARBOUR
) -> Tally:
    """A night of these pages, from the crawl to Postgres; what extract said of it."""
    crawled(settings, conn, bodies, run, source)
    tally = stage.extract(settings, source, run)
    load(settings, source, run)
    return tally


def lines(settings: Settings, run: str = RUNS[0], source: Source = HARBOUR) -> list[Line]:
    return list(articlefile.read(articlefile.path(settings, source.name, run)))


def makers(settings: Settings, run: str = RUNS[0], source: Source = HARBOUR) -> set[str]:
    return {line.article.extractor for line in lines(settings, run, source) if line.article}


def judged(conn: postgres.Connection, run: str, agrees: int, disagrees: int) -> templates.TemplateVersion | None:
    """What is thought of the template after a run in which so many pages agreed with it and so many did not."""
    counts = {"template agrees": agrees, "template disagrees": disagrees}
    with conn:
        runs.end(conn, Tally(run=run, source="harbour", stage="extract", state="done", counts=counts))
        return templates.note_agreement(conn, "harbour")


def stories(first: int, last: int, **more: Any) -> dict[int, str]:
    return {number: story(number, related=3 * number, **more) for number in range(first, last)}


def test_a_source_with_fewer_than_ten_pages_is_left_alone(settings: Settings, conn: postgres.Connection) -> None:
    tally = night(settings, conn, stories(0, 9))

    assert templates.history(conn, "harbour") == []
    assert makers(settings) == {extractor()}
    assert "learned from" not in tally.counts


def test_a_source_is_learned_from_its_own_pages_before_they_are_extracted(
    settings: Settings, conn: postgres.Connection
) -> None:
    tally = night(settings, conn, stories(0, 14))

    stored = templates.newest(conn, "harbour")
    assert stored and stored.template
    assert (stored.version, stored.run, stored.pages, stored.known) == (1, RUNS[0], 14, 14)
    assert dict(stored.template.lines)[key(NEWSLETTER)] == 14
    assert makers(settings) == {f"{extractor()} template 1"}
    assert (tally.state, tally.counts["articles"], tally.counts["learned from"]) == ("done", 14, 14)


def test_no_page_of_another_source_is_touched(settings: Settings, conn: postgres.Connection) -> None:
    crawled(settings, conn, stories(0, 4), source=VALLEY)
    stage.extract(settings, VALLEY, RUNS[0])
    alone = [line.article for line in lines(settings, source=VALLEY)]

    night(settings, conn, stories(0, 14))
    stage.extract(settings, VALLEY, RUNS[0])

    assert [line.article for line in lines(settings, source=VALLEY)] == alone
    assert templates.newest(conn, "valley") is None


def test_a_run_that_is_extracted_again_learns_nothing_anew_and_writes_the_same_bytes(
    settings: Settings, conn: postgres.Connection
) -> None:
    night(settings, conn, stories(0, 14))
    file = articlefile.path(settings, "harbour", RUNS[0])
    once = file.read_bytes()

    tally = stage.extract(settings, HARBOUR, RUNS[0], processes=2)

    assert file.read_bytes() == once
    assert len(templates.history(conn, "harbour")) == 1
    assert "learned from" not in tally.counts


def test_workers_learn_the_same_as_one_process(settings: Settings, conn: postgres.Connection) -> None:
    crawled(settings, conn, stories(0, 14))
    stage.extract(settings, HARBOUR, RUNS[0])
    alone = templates.newest(conn, "harbour")
    templates.forget(conn, "harbour")

    stage.extract(settings, HARBOUR, RUNS[0], processes=1, apart=True)

    together = templates.newest(conn, "harbour")
    assert alone and together and together.template == alone.template


def test_a_source_is_learned_again_when_its_pages_grew_by_half(settings: Settings, conn: postgres.Connection) -> None:
    night(settings, conn, stories(0, 12))
    few = night(settings, conn, stories(12, 17), RUNS[1])

    many = night(settings, conn, stories(17, 18, letter="Something else stands here."), RUNS[2])

    stored = templates.newest(conn, "harbour")
    assert "learned from" not in few.counts
    assert many.counts["learned from"] == 18
    assert stored and stored.known == 18


def test_a_page_that_is_looked_at_again_is_no_new_page(settings: Settings, conn: postgres.Connection) -> None:
    night(settings, conn, stories(0, 12))

    tally = night(settings, conn, stories(0, 12), RUNS[1])

    assert "learned from" not in tally.counts


def test_what_reads_pages_the_same_way_is_no_new_version(settings: Settings, conn: postgres.Connection) -> None:
    night(settings, conn, stories(0, 12))
    first = templates.newest(conn, "harbour")
    assert first and first.template
    often = replace(first.template, pages=18, lines=tuple((line, n + 6) for line, n in first.template.lines))
    due = templates.LearningDue(why="grown", since="", known=18, newest_fetch=18)

    kept = templates.save(conn, "harbour", often, due, extractor="x2", pages=18)

    assert kept == (replace(first, extractor="x2", known=18, newest_fetch=18), False)


def test_another_extractor_learns_anew(settings: Settings, conn: postgres.Connection) -> None:
    night(settings, conn, stories(0, 12))

    with conn:
        due = templates.due(conn, "harbour", "nightdesk 9")

    assert due and (due.why, due.known) == (f"it was learned by {extractor()}", 12)


@pytest.mark.parametrize(
    ("known", "days", "agreement", "again"),
    [(100, 1, 1.0, True), (400, 1, 1.0, False), (400, 1, None, False), (400, 1, 0.8, True), (400, 8, 1.0, True)],
)
def test_a_source_that_grows_slowly_is_learned_again_after_a_week_or_when_its_pages_look_otherwise(
    settings: Settings, conn: postgres.Connection, known: int, days: int, agreement: float | None, again: bool
) -> None:
    night(settings, conn, stories(0, 12))
    with conn, conn.cursor() as cursor:
        cursor.execute("update templates set known = %s, agreement = %s", (known, agreement))
        cursor.execute(
            "insert into urls (url, url_key, host, source, kind, state, discovered_run) "
            "select 'https://harbour.test/o/' || n, 'o' || n, 'harbour.test', 'harbour', 'article', 'stored', %s "
            "from generate_series(1, 50) n",
            (RUNS[1],),
        )
        cursor.execute(
            "insert into fetches (url_id, source, run, url, outcome, warc_file, warc_offset, fetched_at) "
            "select id, source, %s, url, 'fetched', 'x', id, %s from urls where url like '%%/o/%%'",
            (RUNS[1], AT + timedelta(days=days)),
        )

    with conn:
        due = templates.due(conn, "harbour", extractor())

    assert (due.why if due else "") == ("50 new pages" if again else "")


def test_two_that_learn_at_once_leave_two_whole_versions(settings: Settings, conn: postgres.Connection) -> None:
    due = templates.LearningDue(why="", since="", known=12, newest_fetch=12)

    def save(number: int) -> int:
        found = Template(source="harbour", pages=12, inside=(f"div/{number}\x00\ud800",))
        with postgres.connection(settings) as own:
            return templates.save(own, "harbour", found, due, extractor="x1", pages=12)[0].version

    with ThreadPoolExecutor(4) as pool:
        versions = sorted(pool.map(save, range(4)))

    kept = [stored.template.inside for stored in templates.history(conn, "harbour") if stored.template]
    assert (versions, sorted(kept)) == ([1, 2, 3, 4], [("div/0",), ("div/1",), ("div/2",), ("div/3",)])


def test_learning_that_fails_is_said_and_costs_no_page(settings: Settings, conn: postgres.Connection) -> None:
    crawled(settings, conn, stories(0, 12))
    with conn, conn.cursor() as cursor:
        cursor.execute("alter table templates add check (pages < 0)")

    for _ in range(2):
        tally = stage.extract(settings.model_copy(update={"operators": "ops"}), HARBOUR, RUNS[0])

    assert (tally.state, tally.counts["articles"], tally.counts["not learned"]) == ("done", 12, 1)
    assert rows(conn, "select subject from deliveries") == [("harbour could not be learned",)]
    assert "violates check constraint" in tally.message
    assert makers(settings) == {extractor()}


def test_a_page_that_cannot_be_observed_is_left_out(settings: Settings, conn: postgres.Connection) -> None:
    crawled(settings, conn, stories(0, 12))
    with conn, conn.cursor() as cursor:
        cursor.execute("update fetches set warc_offset = warc_offset + 7 where url like '%%/0'")

    tally = stage.extract(settings, HARBOUR, RUNS[0])

    stored = templates.newest(conn, "harbour")
    assert stored and stored.pages == 11
    assert (tally.counts["not observed"], tally.counts["articles"]) == (1, 11)


def test_without_the_site_nothing_is_learned_or_used(settings: Settings, conn: postgres.Connection) -> None:
    night(settings, conn, stories(0, 12))

    tally = stage.extract(settings, HARBOUR, RUNS[0], site=False)

    assert makers(settings) == {extractor()}
    assert "learned from" not in tally.counts


def test_a_text_that_is_only_read_otherwise_now_alerts_nobody(settings: Settings, conn: postgres.Connection) -> None:
    night(settings, conn, stories(0, 4))
    with conn, conn.cursor() as cursor:
        cursor.execute(
            "update articles set text = text || 'more', text_digest = 'more', extractor = 'x0' where url like '%%/0'"
        )
        cursor.execute(
            "update revision_rows set text_digest = 'more' where article_id in (select id from articles"
            " where extractor = 'x0')"
        )
        cursor.execute("update articles set extractor = 'x0' where url like '%%/1'")

    tally = night(
        settings, conn, {0: story(0, related=50), 1: story(1, also="A new bell was hung there too.")}, RUNS[1]
    )

    assert tally.counts["read again"] == 2
    assert rows(
        conn,
        "select right(a.url, 1), c.kind, c.revision, c.quiet from changes c join articles a on a.id = c.article_id"
        f" where c.run = '{RUNS[1]}' order by 1, 3",
    ) == [("0", "revised", 1, "re-extraction"), ("1", "revised", 2, "")]


def test_a_look_that_gives_the_same_text_reads_no_page_again(settings: Settings, conn: postgres.Connection) -> None:
    night(settings, conn, stories(0, 4))
    with conn, conn.cursor() as cursor:
        cursor.execute("update articles set extractor = 'x0'")

    tally = night(settings, conn, {0: story(0, related=50)}, RUNS[1])

    assert "read again" not in tally.counts
    assert rows(conn, f"select count(*) from changes where run = '{RUNS[1]}'") == [(0,)]


def test_a_template_that_half_of_the_last_pages_contradict_is_not_used(
    settings: Settings, conn: postgres.Connection
) -> None:
    night(settings, conn, stories(0, 12))

    thought = [judged(conn, *run) for run in ((RUNS[0], 12, 0), (RUNS[1], 1, 3), (RUNS[2], 0, 4))]

    assert [(s.agreement, s.drifted_run, s.in_use is None) for s in thought if s] == [
        (1.0, "", False),
        (pytest.approx(13 / 16), "", False),
        (pytest.approx(1 / 8), RUNS[1], True),
    ]


def test_a_site_that_changed_is_told_once_read_without_and_learned_again(
    settings: Settings, conn: postgres.Connection
) -> None:
    operators = settings.model_copy(update={"operators": "ops"})
    night(settings, conn, stories(0, 12))
    judged(conn, RUNS[0], 12, 0)
    crawled(settings, conn, {n: changed(n) for n in range(12, 18)}, RUNS[1])
    judged(conn, RUNS[1], 0, 6)

    told = [trouble for _ in range(2) for trouble in troubles.check(operators, [HARBOUR, VALLEY])]
    crawled(settings, conn, {n: changed(n) for n in range(18, 20)}, RUNS[2])
    few = stage.extract(settings, HARBOUR, RUNS[2])
    without = makers(settings, RUNS[2])
    crawled(settings, conn, {n: changed(n) for n in range(20, 23)}, RUNS[3])
    enough = stage.extract(settings, HARBOUR, RUNS[3])

    assert [(t.source, t.told) for t in told] == [("harbour", True), ("harbour", False)]
    assert f"no longer fits since run {RUNS[1]}: its pages look changed" in str(told[0])
    assert rows(conn, "select subject from deliveries") == [("The pages of harbour look changed",)]
    assert ("learned from" in few.counts, without) == (False, {extractor()})
    assert (enough.counts["learned from"], makers(settings, RUNS[3])) == (11, {f"{extractor()} template 2"})
    assert troubles.check(operators, [HARBOUR]) == []
    assert rows(conn, "select kind, recovered_at is not null from health") == [("changed", True)]


def test_pages_of_a_rebuilt_site_are_noticed_by_themselves_and_lose_nothing(
    settings: Settings, conn: postgres.Connection
) -> None:
    night(settings, conn, stories(0, 12))
    before = templates.newest(conn, "harbour")

    tally = night(settings, conn, {n: changed(n) for n in range(12, 17)}, RUNS[1])

    after = templates.newest(conn, "harbour")
    assert before and before.template and before.template.inside and not before.drifted_run
    assert (tally.counts.get("template agrees", 0), tally.counts["template disagrees"]) == (0, 5)
    assert after and (after.version, after.drifted_run) == (before.version, RUNS[1])
    texts = {line.article.url: line.article.text for line in lines(settings, RUNS[1]) if line.article}
    assert len(texts) == 5
    assert all(sentence(n, turn) in texts[f"{HARBOUR.url}n/{n}"] for n in range(12, 17) for turn in range(6))


def test_an_older_version_can_be_taken_back_and_no_number_is_given_twice(
    settings: Settings, conn: postgres.Connection
) -> None:
    due = templates.LearningDue(why="", since="", known=12, newest_fetch=12)
    first, second = (
        Template(source="harbour", pages=12, inside=(path,), lines=((line, 12),))
        for path, line in (("body/article", "old"), ("body/main", "new"))
    )
    for found in (first, second):
        templates.save(conn, "harbour", found, due, extractor="x1", pages=12)

    again = templates.use(conn, "harbour", 1)
    forgotten = templates.forget(conn, "harbour")
    anew, _ = templates.save(conn, "harbour", second, due, extractor="x1", pages=12)

    assert (again.version, again.template, forgotten, anew.version) == (3, first, True, 5)
    assert [stored.version for stored in templates.history(conn, "harbour")] == [5, 4]
    with pytest.raises(NightdeskError, match="no version 9"):
        templates.use(conn, "harbour", 9)


def test_what_changed_between_two_versions_is_named() -> None:
    old = Template(source="harbour", pages=12, inside=("body/article",), lines=(("stays", 12), ("goes", 3)))
    new = Template(source="harbour", pages=20, inside=("body/main",), lines=(("stays", 19), ("comes", 4)))

    found = templates.changes(old, new)

    assert [(c.what, c.kind, c.value) for c in found] == [
        ("inside", "removed", "body/article"),
        ("inside", "added", "body/main"),
        ("lines", "removed", "goes"),
        ("lines", "added", "comes"),
    ]


def test_only_the_last_twenty_versions_are_kept(settings: Settings, conn: postgres.Connection) -> None:
    due = templates.LearningDue(why="", since="", known=12, newest_fetch=12)
    for number in range(23):
        found = Template(source="harbour", pages=12, inside=(f"body/{number}",))
        templates.save(conn, "harbour", found, due, extractor="x1", pages=12)

    kept = templates.history(conn, "harbour")

    assert [stored.version for stored in kept] == list(range(23, 3, -1))


@pytest.fixture
def nightdesk(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[CliRunner]:
    """The command line on the installation of the test, following Harbour."""
    for name in ("data", "sources", "database_url"):
        monkeypatch.setenv(f"NIGHTDESK_{name.upper()}", str(getattr(settings, name)))
    (settings.sources / "harbour.toml").write_text(
        'title = "Harbour"\nurl = "https://harbour.test/"\ncountry = "GB"\nlanguage = "en"\n'
        'timezone = "UTC"\nfeeds = ["https://harbour.test/feed"]\n'
    )
    yield CliRunner()


def test_a_person_sees_what_was_learned_and_what_changed(
    settings: Settings, conn: postgres.Connection, nightdesk: CliRunner
) -> None:
    night(settings, conn, stories(0, 12))
    shown = nightdesk.invoke(app, ["sources", "template", "harbour"])
    crawled(settings, conn, stories(12, 16, letter="The ferry desk answers letters on Sundays."), RUNS[1])

    learned = nightdesk.invoke(app, ["sources", "learn", "harbour"])

    assert "harbour: version 1, in use" in shown.output
    assert key(NEWSLETTER) in " ".join(shown.output.split())
    assert "Learned harbour from 16 pages: version 2." in learned.output
    assert "the ferry desk answers letters on sundays" in " ".join(learned.output.split())
    history = json.loads(nightdesk.invoke(app, ["sources", "template", "harbour", "--history", "--json"]).output)
    assert [(stored["version"], stored["pages"]) for stored in history] == [(2, 16), (1, 12)]


def test_a_person_goes_back_or_lets_go(settings: Settings, conn: postgres.Connection, nightdesk: CliRunner) -> None:
    night(settings, conn, stories(0, 12))

    said = [
        nightdesk.invoke(app, ["sources", "template", "harbour", *words]).output
        for words in (["--use", "1"], ["--forget"], [])
    ]

    assert "Version 2 of harbour is version 1 again" in said[0]
    assert "Deleted the template of harbour." in said[1]
    assert "version 3, let go of" in said[2]


def test_a_source_without_pages_cannot_be_learned(settings: Settings, nightdesk: CliRunner) -> None:
    done = nightdesk.invoke(app, ["sources", "learn", "harbour"])

    assert isinstance(done.exception, NightdeskError)
    assert "fewer than 10 article pages" in str(done.exception)


def test_whoever_learns_at_the_desk_reads_what_the_command_says_and_which_pages_were_left_out(
    settings: Settings, conn: postgres.Connection, nightdesk: CliRunner
) -> None:
    crawled(settings, conn, stories(0, 12))
    with conn, conn.cursor() as cursor:
        cursor.execute("update fetches set warc_offset = warc_offset + 7 where url ~ '/[012]$'")

    said = by_hand_tasks.do({"work": "learn", "source": "harbour"}, "olga")
    with conn, conn.cursor() as cursor:
        cursor.execute("truncate templates")
    command = nightdesk.invoke(app, ["sources", "learn", "harbour"])

    assert said["said"] == "Looked at 9 pages of harbour, and nothing in them helps to read the others."
    assert said["said"] in command.output
    assert [line.split(" was left out")[0] for line in said["lines"]] == [
        f"https://harbour.test/n/{n}" for n in (0, 1, 2)
    ]


def test_a_template_is_learned_from_raw_alone(
    settings: Settings, conn: postgres.Connection, nightdesk: CliRunner
) -> None:
    night(settings, conn, stories(0, 12))
    first = templates.newest(conn, "harbour")
    shutil.rmtree(settings.articles)
    with conn, conn.cursor() as cursor:
        cursor.execute("truncate templates")

    nightdesk.invoke(app, ["sources", "learn", "harbour"])

    again = templates.newest(conn, "harbour")
    assert first and again and again.template == first.template

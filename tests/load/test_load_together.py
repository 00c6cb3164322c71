"""Small article files of several sources, which are loaded in one transaction."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from pipelines.load import policy, quarantine, steps, story_links
from pipelines.load.stage import load, loading
from pipelines.model import Source, Tally
from pipelines.settings import Settings
from pipelines.stores import articlefile, postgres
from tests.archives import RUN, T0, article, extract
from tests.databases import rows

NEXT, DAY = "2026-11-23T0200", timedelta(days=1)
NAMES = ("sana", "jisr", "sabah")
STORED = (
    "select source, url, title, text, revision from articles order by source, url",
    "select source, kind, revision, revision_kind, quiet from changes order by source, id",
    "select source, outcome, reason from outcomes order by source, id",
    "select source, url, state, code, looks, next_at from urls order by source, url",
    "select source, words from article_words order by source, article_id",
)


def a_night(settings: Settings, conn: postgres.Connection, run: str = RUN, said: str = "") -> list[Source]:
    """Two articles and a copy of the second one for each source; the same addresses every night."""
    made = [
        article(path, f"خبر {n} من {name}. {said if n == 1 else ''}", f"عنوان {n}", source=name)
        for name in NAMES
        for n, path in ((1, "1"), (2, "2"), (2, "2-again"))
    ]
    return extract(settings, conn, made, run=run, at=T0 if run == RUN else T0 + DAY)


def load_all(settings: Settings, sources: list[Source], run: str = RUN) -> list[Tally]:
    with loading(settings, ahead=sources) as load_next:
        return [load_next(source, run) for source in sources]


def transactions(conn: postgres.Connection) -> int:
    """How many transactions have written the articles."""
    ((count,),) = rows(conn, "select count(distinct loaded_at)::int from articles")
    return int(count)


def counts(tallies: list[Tally]) -> list[dict[str, int]]:
    return [{name: n for name, n in tally.counts.items() if n and name != "seconds"} for tally in tallies]


def test_files_that_are_loaded_together_leave_the_rows_that_they_leave_one_by_one(
    settings: Settings, conn: postgres.Connection
) -> None:
    told, stored = [], []
    for together in (True, False):
        with conn, conn.cursor() as cursor:
            cursor.execute("truncate articles, changes, outcomes, fetches, urls, runs restart identity cascade")
        for run, said in ((RUN, "قُتل ثلاثة."), (NEXT, "قُتل سبعة.")):
            sources = a_night(settings, conn, run, said)
            told.append(
                counts(load_all(settings, sources, run) if together else [load(settings, s, run) for s in sources])
            )
        stored.append([rows(conn, statement) for statement in STORED])
        assert transactions(conn) == (1 if together else len(NAMES)) * 2

    assert told[:2] == told[2:]
    assert stored[0] == stored[1]
    assert [(one["new"], one["duplicate"]) for one in told[0]] == [(2, 1)] * 3
    assert [(one["revised"], one["unchanged"]) for one in told[1]] == [(1, 1)] * 3


def test_a_second_load_of_files_together_changes_nothing_and_counts_the_same(
    settings: Settings, conn: postgres.Connection
) -> None:
    sources = a_night(settings, conn)
    first = load_all(settings, sources)
    stored = [rows(conn, statement) for statement in STORED]

    second = load_all(settings, sources)

    assert counts(first) == counts(second)
    assert [rows(conn, statement) for statement in STORED] == stored


def test_a_file_that_cannot_be_read_fails_alone(settings: Settings, conn: postgres.Connection) -> None:
    sources = a_night(settings, conn)
    articlefile.path(settings, "jisr", RUN).write_text("no line", encoding="utf-8")

    tallies = load_all(settings, sources)

    assert [(tally.source, tally.state, tally.counts.get("new", 0)) for tally in tallies] == [
        ("sana", "done", 2), ("jisr", "failed", 0), ("sabah", "done", 2),
    ]  # fmt: skip
    assert "jisr" in tallies[1].message
    assert "Line 1" in tallies[1].message
    assert rows(conn, "select source, state from runs where stage = 'load' order by source") == [
        ("jisr", "failed"), ("sabah", "done"), ("sana", "done"),
    ]  # fmt: skip


def test_a_value_that_fits_no_column_is_named_by_its_line_and_its_file_fails_alone(
    settings: Settings, conn: postgres.Connection
) -> None:
    sources = a_night(settings, conn)
    file = articlefile.path(settings, "jisr", RUN)
    broken = [replace(line, digests=[1, "t", "d", "k", True, 2**40]) for line in articlefile.read(file)]
    articlefile.write(file, broken)

    tallies = load_all(settings, sources)

    assert [tally.state for tally in tallies] == ["done", "failed", "done"]
    assert f"Line 1 of {file} cannot be read" in tallies[1].message


def test_what_postgres_refuses_of_one_file_fails_alone(settings: Settings, conn: postgres.Connection) -> None:
    sources = a_night(settings, conn)
    file = articlefile.path(settings, "jisr", RUN)
    first, *_ = articlefile.read(file)
    # One fetch makes no two revisions.
    other = article("1", "another text", "another title", source="jisr")
    articlefile.write(file, [first, replace(first, article=other, digests=(), fetched_at=T0 + DAY)])

    tallies = load_all(settings, sources)

    assert [tally.state for tally in tallies] == ["done", "failed", "done"]
    assert "Postgres refuses" in tallies[1].message


@pytest.mark.parametrize(
    ("locked", "states"), [(("jisr",), ["done", "busy", "done"]), (NAMES, ["busy", "busy", "busy"])]
)
def test_sources_that_another_process_loads_are_waited_for_by_themselves(
    settings: Settings,
    conn: postgres.Connection,
    monkeypatch: pytest.MonkeyPatch,
    locked: tuple[str, ...],
    states: list[str],
) -> None:
    monkeypatch.setattr(policy, "LOCK_WAIT_SECONDS", 1)
    sources = a_night(settings, conn)
    with postgres.connection(settings) as other, other:
        for name in locked:
            postgres.query(other, "load_lock", source=name)

        tallies = load_all(settings, sources)

    assert [tally.state for tally in tallies] == states
    left = sorted((name, 2) for name, state in zip(NAMES, states, strict=True) if state == "done")
    assert rows(conn, "select source, count(*)::int from articles group by 1 order by 1") == left
    assert [tally.state for tally in load_all(settings, sources)] == ["done"] * 3


@pytest.mark.parametrize("together", [False, True])
def test_a_load_that_has_its_turn_and_waits_in_vain_for_others_says_so(
    settings: Settings, conn: postgres.Connection, monkeypatch: pytest.MonkeyPatch, together: bool
) -> None:
    monkeypatch.setattr(policy, "LOCK_WAIT_SECONDS", 1)
    sources = a_night(settings, conn)
    with postgres.connection(settings) as other, other:
        # As a merge holds it until it ends.
        story_links.lock(other)

        (first, *_) = load_all(settings, sources) if together else [load(settings, sources[0], RUN)]

    assert (first.state, first.message) == (
        "busy",
        f"Another process held for too long what a load of {sources[0].name} writes.",
    )
    assert rows(conn, "select count(*)::int from articles") == [(0,)]
    assert {tally.state for tally in load_all(settings, sources)} == {"done"}


def test_a_file_that_cannot_be_looked_at_fails_its_own_source_alone(
    settings: Settings, conn: postgres.Connection
) -> None:
    sources = a_night(settings, conn)
    file = articlefile.path(settings, "jisr", RUN)
    file.unlink()
    # A link to itself: whoever asks for its size gets an error that is no "not found".
    file.symlink_to(file.name)

    tallies = load_all(settings, sources)

    assert [tally.state for tally in tallies] == ["done", "failed", "done"]


def test_a_file_that_is_not_there_is_not_loaded_with_those_behind_it(
    settings: Settings, conn: postgres.Connection
) -> None:
    sources = a_night(settings, conn)
    articlefile.path(settings, sources[0].name, RUN).unlink()
    for source in sources[1:]:
        articlefile.path(settings, source.name, RUN).write_bytes(b"")

    tallies = load_all(settings, sources)

    assert tallies[0].state == "failed"
    assert "There is no article file" in tallies[0].message
    assert len({row[0] for row in rows(conn, "select started_at from runs where stage = 'load'")}) == 2


def test_an_error_that_nobody_foresaw_is_written_down_with_its_place(
    settings: Settings, conn: postgres.Connection, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    sources = a_night(settings, conn)
    whole = steps.run_steps

    def broken(*given: Any, **named: Any) -> str:
        if len(given[2]) > 1:
            raise ZeroDivisionError("by nought")
        return whole(*given, **named)

    monkeypatch.setattr(steps, "run_steps", broken)

    tallies = load_all(settings, sources)

    assert [tally.state for tally in tallies] == ["done"] * 3
    (told,) = [record for record in caplog.records if record.levelname == "WARNING"]
    assert "loaded one by one" in told.message
    assert told.exc_info


def test_articles_that_must_be_held_are_held_of_their_source_alone(
    settings: Settings, conn: postgres.Connection
) -> None:
    sources = a_night(settings, conn)
    with conn, conn.cursor() as cursor:
        cursor.execute(
            "insert into runs (run, source, stage, state) select %s, unnest(%s), 'crawl', 'done'", (RUN, list(NAMES))
        )
        cursor.execute(
            "insert into quarantine (source, run, state, reason, articles, since)"
            " values ('jisr', %s, 'rejected', 'short texts', 3, now())",
            (RUN,),
        )

    tallies = load_all(settings, sources)

    assert rows(conn, "select source, count(*)::int from articles group by 1 order by 1") == [("sabah", 2), ("sana", 2)]
    assert [quarantine.HELD_AND_REJECTED in tally.counts for tally in tallies] == [False, True, False]


def test_many_edits_of_one_source_are_quiet_and_one_of_another_is_told(
    settings: Settings, conn: postgres.Connection
) -> None:
    def night(run: str, said: str) -> list[Source]:
        made = [article(f"{n}", f"الخبر رقم {n}. {said}", f"عنوان {n}", source="sana") for n in range(9)]
        made += [
            article(f"{n}", f"الخبر رقم {n}. {said if n == 1 else ''}", f"عنوان {n}", source="jisr") for n in range(9)
        ]
        return extract(settings, conn, made, run=run, at=T0 if run == RUN else T0 + DAY)

    load_all(settings, night(RUN, "قُتل ثلاثة."))

    tallies = load_all(settings, night(NEXT, "قُتل سبعة."), NEXT)

    assert rows(
        conn, "select source, quiet, count(*)::int from changes where kind = 'revised' group by 1, 2 order by 1"
    ) == [("jisr", "", 1), ("sana", "many at once", 9)]
    assert ["new layout" in tally.message for tally in tallies] == [True, False]


def test_large_files_are_loaded_one_by_one(
    settings: Settings, conn: postgres.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    sources = a_night(settings, conn)
    monkeypatch.setattr(policy, "TOGETHER_BYTES", articlefile.path(settings, "sana", RUN).stat().st_size)

    load_all(settings, sources)

    assert transactions(conn) == len(NAMES)


def test_every_character_of_a_text_is_stored_as_it_is(settings: Settings, conn: postgres.Connection) -> None:
    odd = "".join(map(chr, range(1, 160))) + "\\N \\. \\u0041 \\x41 \\101 \\\n\\t\u2028\u202e\ufeff 😀 نص"
    (source,) = extract(settings, conn, [article("1", odd, odd, authors=(odd,), tags=(odd, ""), section=odd)])

    tally = load(settings, source, RUN)

    assert tally.state == "done", tally.message
    assert rows(conn, "select title, text, authors, tags, section from articles") == [(odd, odd, [odd], [odd, ""], odd)]


def test_an_article_whose_title_is_no_text_is_named_by_its_line(settings: Settings, conn: postgres.Connection) -> None:
    (source,) = extract(settings, conn, [article("1", "نص أول"), article("2", "نص ثان", "خبر")])
    file = articlefile.path(settings, "sana", RUN)
    file.write_text(file.read_text(encoding="utf-8").replace('"title":"خبر"', '"title":[7]'), encoding="utf-8")

    tally = load(settings, source, RUN)

    assert (tally.state, "Line 2 of" in tally.message) == ("failed", True)
    assert rows(conn, "select count(*) from articles") == [(0,)]

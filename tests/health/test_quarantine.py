"""The quarantine: what is not like a source's articles before is held, and released or rejected by one command."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest

from demo import newsroom, sites
from demo.families import FAMILIES
from pipelines.alert import stage as alert
from pipelines.alert import watches
from pipelines.codes import DriftKind, RunState, TroubleKind
from pipelines.crawl import stage as crawl
from pipelines.crawl import url_account
from pipelines.errors import NightdeskError
from pipelines.extract.stage import extract
from pipelines.health import operator_notices, troubles
from pipelines.load import drift, quarantine, quarantine_decisions
from pipelines.load import stage as load
from pipelines.model import Source, Tally
from pipelines.settings import Settings
from pipelines.settings import settings as settings_of_this_process
from pipelines.sources import folders
from pipelines.stores import postgres
from tests import commands, databases, factories
from tests.examples import LONG
from tests.later import Later

by_hand_tasks = Later("pipelines.airflow.by_hand_tasks")

SITE = sites.DemoSite(
    name="delta", title="Delta Post", language="en", country="GB", timezone="UTC", family="wordpress", articles=26
)

DRIFTING = "health where kind = 'drifting' and recovered_at is null"


@dataclass
class Demo:
    """A demo newsroom of one site, its installation, and its nights."""

    settings: Settings
    room: Path
    conn: postgres.Connection

    @property
    def source(self) -> Source:
        return folders.read_named(self.settings, ["delta"])[0]

    def night(self, run: str) -> Tally:
        crawl.crawl(self.settings, [self.source], run)
        extract(self.settings, self.source, run)
        tally = load.load(self.settings, self.source, run)
        alert.match(self.settings, run)
        assert url_account.differences(self.settings, self.conn, self.source, run) == []
        self.conn.rollback()
        return tally

    def count(self, what: str) -> int:
        with self.conn, self.conn.cursor() as cursor:
            cursor.execute(f"select count(*) as count from {what}")
            return int(cursor.fetchone()["count"])  # type: ignore[index,call-overload]

    def held_night(self) -> Tally:
        """The next night, whose eight new articles are held, for the site has got a new look."""
        newsroom.turn(self.room, [SITE], new=8)
        newsroom.relaunch(self.room, "delta")
        return self.night("2026-11-22T0200")

    def answer(self, *words: str) -> str:
        return commands.run_to(*words).output


@pytest.fixture
def demo(
    settings: Settings, conn: postgres.Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Demo]:
    with newsroom.open_newsroom(tmp_path / "newsroom", sites=[SITE]) as room:
        mapped = settings.model_copy(update={"host_map": room.host_map, "operators": "desk"})
        newsroom.sources(mapped.sources, [SITE], delay=0.1)
        commands.use(mapped, monkeypatch, NIGHTDESK_CHANNEL_DESK=f"file://{tmp_path}/desk.jsonl")
        settings_of_this_process.cache_clear()
        with conn:
            watches.add(conn, watches.make("all", ["the"], channels=["desk"]))
        made = Demo(mapped, room.folder, conn)
        made.night("2026-11-21T0200")
        yield made


def test_a_template_that_went_wrong_is_caught_in_the_first_run_and_released_without_loss(demo: Demo) -> None:
    before = demo.count("articles")

    caught = demo.held_night()

    assert caught.counts["held"] == 8
    assert "8 articles are held" in caught.message and "usually" in caught.message
    assert caught.message.endswith("reject them on the source's page of the Desk, or by `nightdesk quarantine`.")
    assert (demo.count("articles"), demo.count("changes where run = '2026-11-22T0200'")) == (before, 0)
    assert demo.count("deliveries where kind <> 'message'") == 0
    (trouble,) = troubles.check(demo.settings, [demo.source])
    assert (trouble.kind, trouble.told) == (TroubleKind.DRIFTING, True)
    (held,) = json.loads(demo.answer("quarantine", "list", "--json"))
    assert (held["source"], held["run"], held["articles"]) == ("delta", "2026-11-22T0200", 8)
    # The same reason as codes, with the figures of the sentence.
    assert drift.describe([drift.Drift(**one) for one in held["drifts"]]) == held["reason"] != ""
    assert "8 articles of delta" in demo.answer("quarantine", "show", "delta") and "8" in demo.answer("quarantine")
    # What is held waits, whatever comes after it, and is loaded once.
    again = load.load(demo.settings, demo.source, "2026-11-22T0200")
    quiet = demo.night("2026-11-23T0200")
    assert (again.counts["held"], quiet.counts.get("held", 0), demo.count("articles")) == (8, 0, before)

    said = demo.answer("quarantine", "release", str(held["id"]))

    assert "8 new" in said
    assert demo.count("articles") == before + 8
    assert demo.count("alerts where quiet = '' and kind = 'new'") > 0
    assert url_account.differences(demo.settings, demo.conn, demo.source, "2026-11-22T0200") == []
    demo.conn.rollback()
    assert TroubleKind.DRIFTING not in [one.kind for one in troubles.check(demo.settings, [demo.source])]
    demo.answer("quarantine", "release", str(held["id"]))
    assert demo.count("articles") == before + 8
    # What somebody released is usual from then on.
    newsroom.turn(demo.room, [SITE], new=6)
    assert demo.night("2026-11-24T0200").counts.get("held", 0) == 0


@pytest.mark.examples
def test_in_the_first_run_it_is_caught_in_every_family_of_the_demo(
    settings: Settings, conn: postgres.Connection, tmp_path: Path
) -> None:
    # A usual run has two of them beside the family above: each costs a second of CPU or two.
    families = sorted(FAMILIES.keys() - {SITE.family})[: None if LONG else 2]
    shown = [
        replace(SITE, name=family, family=family, language=language, articles=20)
        for family, language in zip(families, ("ar", "fa", "tr", "en"), strict=False)
    ]
    with newsroom.open_newsroom(tmp_path / "newsroom", sites=shown) as room:
        mapped = settings.model_copy(update={"host_map": room.host_map})
        newsroom.sources(mapped.sources, shown, delay=0.1)
        followed = folders.read_named(mapped, [])

        def night(run: str) -> dict[str, tuple[int, int]]:
            crawl.crawl(mapped, followed, run)
            for source in followed:
                extract(mapped, source, run, processes=1)
            counts = {source.name: load.load(mapped, source, run).counts for source in followed}
            return {name: (of_it.get("held", 0), of_it["new"]) for name, of_it in counts.items()}

        first = night("2026-11-21T0200")
        newsroom.turn(room.folder, shown, new=5)
        for site in shown:
            newsroom.relaunch(room.folder, site.name)
        caught = night("2026-11-22T0200")

    assert set(first.values()) == {(0, 20)}
    assert caught == dict.fromkeys(first, (5, 0))


def test_what_is_rejected_stays_out_and_its_pages_are_looked_at_again(demo: Demo) -> None:
    before = demo.count("articles")
    demo.held_night()
    troubles.check(demo.settings, [demo.source])
    drifting = demo.count(DRIFTING)

    said = demo.answer("quarantine", "reject", "delta")
    again_at_desk = by_hand_tasks.do({"work": "reject", "source": "delta", "key": "2026-11-22T0200"}, "noor")
    again = load.load(demo.settings, demo.source, "2026-11-22T0200")

    assert "8 URLs are rejected" in said and again_at_desk["count"] == 8
    assert (demo.count("articles"), again.state, again.counts.get("held", 0)) == (before, "done", 0)
    # The trouble is over at once, not after the next night.
    assert (drifting, demo.count(DRIFTING)) == (1, 0)
    assert url_account.differences(demo.settings, demo.conn, demo.source, "2026-11-22T0200") == []
    demo.conn.rollback()
    assert demo.count("urls where code = 'held' and state = 'rejected' and next_at > now()") == 8
    # Its template is mended, and a day has passed.
    newsroom.relaunch(demo.room, "delta", "wordpress")
    with demo.conn, demo.conn.cursor() as cursor:
        cursor.execute("update urls set next_at = now() where code = 'held'")
    assert demo.night("2026-11-24T0200").counts["new"] == 8


def test_at_the_desk_a_held_run_is_released_in_the_name_of_who_asked_and_can_be_rejected_no_more(demo: Demo) -> None:
    before = demo.count("articles")
    demo.held_night()
    troubles.check(demo.settings, [demo.source])
    drifting = demo.count(DRIFTING)
    asked = {"source": "delta", "key": "2026-11-22T0200"}

    def over() -> list[tuple[bool, list[dict[str, str]]]]:
        told = json.loads(demo.answer("alerts", "--json"))
        return [(bool(one["over_at"]), one["held_runs"]) for one in told if "8 articles are held" in one["title"]]

    over_before = over()

    done = [by_hand_tasks.do({"work": "release", **asked}, "olga") for _ in range(2)]

    assert [("8 new" in one["lines"], one["count"]) for one in done] == [(True, 8), (True, 8)]
    assert demo.count("articles") == before + 8
    assert demo.count("deliveries where state = 'sent'") > 0
    assert (drifting, demo.count(DRIFTING), demo.count("source_states where reason like '%held%'")) == (1, 0, 0)
    # The alert that told of it says that it is over and what came of it.
    came = {"run": "2026-11-22T0200", "state": "released", "decided_by": "olga"}
    assert over_before == [(False, [{"run": "2026-11-22T0200", "state": "held", "decided_by": ""}])]
    assert over() == [(True, [came])]
    (decided,) = json.loads(demo.answer("quarantine", "list", "--all", "--json"))
    assert (decided["state"], decided["decided_by"]) == ("released", "olga")
    with pytest.raises(NightdeskError, match="was released"):
        by_hand_tasks.do({"work": "reject", **asked}, "noor")


def test_the_message_that_a_source_is_well_again_says_what_came_of_its_held_runs(
    settings: Settings, conn: postgres.Connection
) -> None:
    now = factories.AT + timedelta(days=3)
    begun = {"source": "sana", "since": factories.AT, "told_at": now, "recovered_at": now}
    decided = (("released", "olga", 0), ("rejected", "", 1), ("held", "", 2), ("released", "noor", 4))
    with conn:
        factories.insert(conn, "health", kind="drifting", **begun)
        for state, who, days in decided:
            at = factories.AT + timedelta(days=days)
            run = {"run": f"{at:%Y-%m-%dT%H%M}", "state": state, "decided_by": who, "held_at": at}
            # Its pages are from before the trouble, as those of a crawl that was begun again.
            run["since"] = at - timedelta(hours=1)
            factories.insert(conn, "quarantine", source="sana", reason="", articles=8, **run)
        operator_notices.tell_ends(conn, settings.model_copy(update={"operators": "desk"}), ["sana"], now)

    ((body,),) = databases.rows(conn, "select body from deliveries")

    assert body.partition(" UTC, ")[2] == (
        "run 2026-11-22T0200 was released by olga, run 2026-11-23T0200 was rejected, run 2026-11-24T0200 is still held."
    )


@pytest.mark.parametrize("first", ["release", "reject"])
def test_who_read_of_a_held_run_before_somebody_else_decided_the_other_way_is_told_so_and_nothing_changes(
    demo: Demo, first: str
) -> None:
    demo.held_night()
    with demo.conn:
        before = quarantine.of_run(demo.conn, "delta", "2026-11-22T0200")

    def stands() -> list[object]:
        with demo.conn:
            loaded = postgres.query(demo.conn, "tallies_of_run", run="2026-11-22T0200")
            held = quarantine.of_run(demo.conn, "delta", "2026-11-22T0200")
        return [
            demo.count("articles"),
            demo.count("outcomes"),
            demo.count("urls where state = 'rejected'"),
            loaded,
            held,
        ]

    by_hand_tasks.do({"work": first, "source": "delta", "key": "2026-11-22T0200"}, "olga")
    decided = stands()

    if first == "release":
        with pytest.raises(NightdeskError, match="was released"):
            quarantine_decisions.reject(demo.settings, demo.conn, before, "noor")
    else:
        with pytest.raises(NightdeskError, match="was rejected"):
            quarantine_decisions.release(demo.settings, before, "noor")

    assert stands() == decided
    # Nobody has the turn any more.
    assert load.load(demo.settings, demo.source, "2026-11-22T0200").state == RunState.DONE


def test_a_relaunch_with_equally_good_texts_is_not_held(demo: Demo) -> None:
    newsroom.turn(demo.room, [SITE], new=8)
    newsroom.relaunch(demo.room, "delta", "modern")

    night = demo.night("2026-11-22T0200")

    assert (night.counts.get("held", 0), night.counts["new"]) == (0, 8)


def known(words: int = 300, dated: bool = True, title: str = "", shared: int = 0, n: int = 0) -> drift.ArticleMeasures:
    text = "\n".join([" ".join(f"w{n}-{k}" for k in range(words - shared)), " ".join(["appeal"] * shared)])
    return drift.measure_article(words, dated, title or f"Title {n}", text)


USUAL = [known(200 + 5 * (n % 40), n=n) for n in range(80)]


@pytest.mark.parametrize(
    ("run", "kind", "says"),
    [
        (
            [known(40 + n, n=n) for n in range(6)],
            DriftKind.SHORTER,
            "its 6 articles are shorter than usual: 42 words each",
        ),
        ([known(280, dated=False, n=n) for n in range(6)], DriftKind.NO_DATE, "6 of 6 have no date"),
        (
            [known(280, title="Delta Post", n=n) for n in range(6)],
            DriftKind.SAME_TITLE,
            "6 of 6 have a title that others have too",
        ),
        (
            [known(280, shared=200, n=n) for n in range(6)],
            DriftKind.SAME_TEXT,
            "6 of 6 have a text that is mostly the same as others'",
        ),
        (
            [known(1200 + n, n=n) for n in range(6)],
            DriftKind.LONGER,
            "its 6 articles are longer than usual: 1202 words each",
        ),
    ],
)
def test_a_run_whose_articles_are_off_says_in_which_way_and_what_is_usual(
    run: list[drift.ArticleMeasures], kind: DriftKind, says: str
) -> None:
    found = drift.find(run, USUAL)
    told = drift.describe(found)

    assert [one.kind for one in found] == [kind] and told.startswith(says) and "usually" in told


@pytest.mark.parametrize(
    "run",
    [
        # A few odd pages among a night's.
        [*(known(30, dated=False, title="Live", n=n) for n in range(3)), *(known(290, n=n) for n in range(9))],
        # A standfirst more, a weekend of shorter pieces, too few to tell.
        [known(230 + n, n=n) for n in range(8)],
        [known(150, n=n) for n in range(8)],
        [known(20, n=n) for n in range(4)],
    ],
)
def test_a_few_odd_pages_and_equally_good_texts_are_no_drift(run: list[drift.ArticleMeasures]) -> None:
    assert drift.find(run, USUAL) == [] and drift.describe([]) == ""

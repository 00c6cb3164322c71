"""What the desk shows, from rows of the ledger."""

from datetime import UTC, datetime, timedelta

import pytest
from typer.testing import CliRunner

from pipelines.cli import app
from pipelines.desk import desk_records, policy
from pipelines.desk.headline import describe_night, write_headline
from pipelines.settings import Settings
from pipelines.sources import folders
from pipelines.stores import postgres
from tests import commands
from tests.factories import AT, NIGHT, NOW, article, delivery, fetch, insert, ran, revision, source, url


def test_a_source_that_never_ran_has_no_state_and_no_age(conn: postgres.Connection) -> None:
    row = desk_records.sources(conn, [source("sana")], now=NOW)[0]

    assert (row["state"], row["run"], row["articles"], row["age_seconds"]) == ("", None, 0, None)
    assert set(row["outcomes"].values()) == {0}


def test_the_outcomes_of_the_last_run_count_each_article_url_once(conn: postgres.Connection) -> None:
    ran(conn, "sana", "crawl", "done")
    ran(conn, "sana", "load", "done")
    article(conn, "sana", "1", "عنوان", "نص")
    url(conn, "sana", "tag/2", "excluded", reason="denied by a pattern")
    url(conn, "sana", "feed", "stored", kind="feed")
    again = url(conn, "sana", "3", "rejected", reason="listing")
    verdict = {"run": NIGHT, "source": "sana", "outcome": "rejected", "reason": "listing"}
    insert(conn, "outcomes", fetch_id=fetch(conn, "sana", again), url_id=again, **verdict)

    row = desk_records.sources(conn, [source("sana")], now=NOW)[0]

    assert {k: v for k, v in row["outcomes"].items() if v} == {"stored": 1, "excluded": 1, "rejected": 1}
    assert row["reasons"] == [{"state": "rejected", "code": "listing", "reason": "listing", "urls": 1}]
    assert (row["new"], row["articles"], row["age_seconds"]) == (1, 1, 6 * 3600)


def test_a_repeated_look_counts_for_the_last_run_and_not_for_the_one_before(conn: postgres.Connection) -> None:
    ran(conn, "sana", "load", "done")
    article(conn, "sana", "1", "عنوان", "نص")
    again, later = url(conn, "sana", "2"), "2026-11-23T0200"
    ran(conn, "sana", "load", "done", run=later, started_at=AT + timedelta(days=1))
    fetch(conn, "sana", again, "unchanged", run=later)

    row = desk_records.sources(conn, [source("sana")], now=NOW + timedelta(days=1))[0]

    assert (row["run"], row["new"]) == (later, 0)
    assert {k: v for k, v in row["outcomes"].items() if v} == {"unchanged": 1}


def test_the_worst_stage_speaks_for_a_source(conn: postgres.Connection) -> None:
    ran(conn, "fanous", "crawl", "failed", "Its feed answers 503.")
    ran(conn, "fanous", "load", "done")

    row = desk_records.sources(conn, [source("fanous")], now=NOW)[0]

    assert (row["state"], row["message"]) == ("failed", "Its feed answers 503.")


def test_a_source_that_was_crawled_and_not_loaded_is_unfinished(conn: postgres.Connection) -> None:
    ran(conn, "sana", "crawl", "done")

    assert desk_records.sources(conn, [source("sana")], now=NOW)[0]["state"] == "unfinished"


def test_a_source_that_health_found_silent_is_quiet_until_it_gives_something(conn: postgres.Connection) -> None:
    for name, since in (("sana", AT), ("roj", AT - timedelta(days=2))):
        ran(conn, name, "load", "done")
        article(conn, name, "1", "عنوان", "نص")
        insert(conn, "health", source=name, kind="silent", since=since)

    page = desk_records.overview(conn, [source("sana"), source("roj")], now=NOW)

    assert [(row["name"], row["quiet"]) for row in page["sources"]] == [("sana", True), ("roj", False)]
    assert page["headline"].endswith("; gone quiet: sana.")


def test_failed_sources_come_first(conn: postgres.Connection) -> None:
    ran(conn, "sana", "load", "done")
    ran(conn, "zaman", "crawl", "failed", "No address answers.")

    assert [row["name"] for row in desk_records.sources(conn, [source("sana"), source("zaman")], now=NOW)] == [
        "zaman",
        "sana",
    ]


def test_an_article_knows_its_direction_what_was_cut_and_who_watches_it(conn: postgres.Connection) -> None:
    removed = postgres.json([{"text": "شارك\nتابعنا", "reason": "share line"}, {"text": "0", "reason": "counter"}])
    number = article(conn, "sana", "1", "انقطاع الكهرباء", "كلمة " * 200, removed=removed, words=200)
    article(conn, "levant", "1", "Power cuts", "Short text.", language="en", first_fetched_at=AT - timedelta(hours=1))
    delivery(conn, "k", "sent", number)

    arabic, english = desk_records.latest_articles(conn, 5)

    assert (arabic["direction"], arabic["cut"], arabic["watches"], arabic["words"]) == ("rtl", 3, ["sanctions"], 200)
    assert len(arabic["excerpt"]) <= policy.EXCERPT_CHARACTERS + 2
    assert arabic["excerpt"].endswith("كلمة …")
    assert "text" not in arabic
    assert len(desk_records.latest_articles(conn, 5, whole=True)[0]["text"]) > policy.EXCERPT_CHARACTERS + 2
    assert (english["direction"], english["excerpt"], english["watches"]) == ("ltr", "Short text.", [])
    assert [a["source"] for a in desk_records.latest_articles(conn, 5, "levant")] == ["levant"]


def test_the_newest_run_comes_first_and_in_it_the_newest_article(conn: postgres.Connection) -> None:
    later = {"first_run": "2026-11-23T0200", "first_fetched_at": AT + timedelta(days=1)}
    article(conn, "sana", "1", "of the night before", "نص", published_at=AT)
    article(conn, "sana", "2", "older", "نص", published_at=AT - timedelta(days=1), **later)
    article(conn, "sana", "3", "newer", "نص", published_at=AT, **later)
    article(conn, "sana", "4", "dated in the future", "نص", published_at=AT + timedelta(days=400), **later)

    titles = [a["title"] for a in desk_records.latest_articles(conn, 4)]

    assert titles == ["dated in the future", "newer", "older", "of the night before"]


def test_an_address_that_no_browser_should_open_is_left_out(conn: postgres.Connection) -> None:
    article(conn, "sana", "1", "عنوان", "نص", url="javascript:alert(1)")

    assert desk_records.latest_articles(conn, 1)[0]["url"] == ""


def test_one_article_in_full_has_what_was_cut_and_its_revisions(conn: postgres.Connection) -> None:
    removed = postgres.json([{"text": "شارك", "reason": "share line"}])
    number = article(conn, "sana", "1", "عنوان", "فقرة أولى\nفقرة ثانية", removed=removed, revision=2)
    for revised in (1, 2):
        revision(conn, number, revised, "عنوان", "نص من أربع كلمات")

    found = desk_records.article(conn, number)

    assert found is not None
    assert found["text"] == "فقرة أولى\nفقرة ثانية"
    assert found["removed"] == [{"text": "شارك", "reason": "share line", "direction": "rtl"}]
    assert [(r["revision"], r["words"]) for r in found["revisions"]] == [(2, 4), (1, 4)]


def test_an_article_that_is_not_there_is_none(conn: postgres.Connection) -> None:
    assert desk_records.article(conn, 7) is None


def test_unsent_alerts_come_first_and_no_address_is_shown(conn: postgres.Connection) -> None:
    number = article(conn, "sana", "1", "عقوبات جديدة", "نص")
    delivery(conn, "a", "failed", number, error="POST https://hooks.test/T0/secret said 500 to desk@newsroom.test")
    delivery(conn, "b", "waiting", subject="sana went quiet")
    delivery(conn, "c", "sent")

    failed, waiting, sent = desk_records.alerts(conn, 10)

    assert (failed["title"], failed["channel"], failed["terms"]) == ("عقوبات جديدة", "newsdesk", ["والعقوبات"])
    assert (failed["error"], failed["direction"]) == ("POST … said 500 to …", "rtl")
    assert (waiting["title"], waiting["alerts"], sent["state"]) == ("sana went quiet", 0, "sent")
    assert desk_records.deliveries(conn, now=NOW) == {"failed": 1, "waiting": 1, "sent": 1}


def test_the_headline_says_who_delivered_and_who_failed_and_why(conn: postgres.Connection) -> None:
    for name in ("sana", "roj", "levant"):
        ran(conn, name, "crawl", "done")
        ran(conn, name, "load", "done")
    ran(conn, "fanous", "crawl", "failed", "Its feed answers 503.")
    article(conn, "sana", "1", "عنوان", "نص")
    article(conn, "roj", "1", "عنوان", "نص")

    page = desk_records.overview(conn, [source(n) for n in ("sana", "roj", "levant", "fanous")], now=NOW)

    assert page["headline"] == (
        "Last night (2026-11-22T0200, 6 hours ago): 2 of 4 sources delivered 2 new articles, 1 had nothing new; "
        "fanous failed: its feed answers 503."
    )
    assert page["tone"] == "warn"


def test_a_quiet_night_without_failures_is_good(conn: postgres.Connection) -> None:
    ran(conn, "sana", "load", "done")

    page = desk_records.overview(conn, [source("sana")], now=NOW)

    assert page["tone"] == "good"
    assert page["headline"] == "Last night (2026-11-22T0200, 6 hours ago): 1 source had nothing new."


def test_a_night_in_which_every_source_failed_is_bad(conn: postgres.Connection) -> None:
    ran(conn, "sana", "crawl", "failed", "DNS does not know it.")

    page = desk_records.overview(conn, [source("sana")], now=NOW)

    assert (page["tone"], page["headline"].split(": ", 1)[1]) == ("bad", "sana failed: DNS does not know it.")


@pytest.mark.parametrize("pages", [1, 12])
def test_looking_at_pages_by_hand_leaves_the_headline_to_the_night(conn: postgres.Connection, pages: int) -> None:
    ran(conn, "sana", "crawl", "done")
    ran(conn, "sana", "load", "failed", "Its article file is broken.")
    for page in range(pages):
        told = {"run": f"2026-11-22T07{page:02}00", "started_at": NOW - timedelta(minutes=30 - page)}
        ran(conn, "sana", "crawl", "done", only_url="https://sana.test/1", **told)
        ran(conn, "sana", "load", "done", **told)

    page = desk_records.overview(conn, [source("sana")], now=NOW)

    assert page["headline"] == f"Last night ({NIGHT}, 6 hours ago): sana failed: its article file is broken."
    assert page["runs"][0]["one_page"] and not page["runs"][-1]["one_page"]


def test_a_run_of_some_sources_does_not_hide_the_sources_that_failed_in_the_night(conn: postgres.Connection) -> None:
    ran(conn, "sana", "load", "done")
    ran(conn, "roj", "load", "done")
    ran(conn, "fanous", "crawl", "failed", "Its feed answers 503.")
    ran(conn, "sana", "load", "done", run="2026-11-22T073000", started_at=NOW - timedelta(minutes=30))

    page = desk_records.overview(conn, [source(n) for n in ("sana", "roj", "fanous")], now=NOW)

    assert page["headline"] == (
        "Last night (2026-11-22T073000, 30 minutes ago): 1 source had nothing new; "
        "failed in an earlier run: fanous (2026-11-22T0200)."
    )
    assert page["tone"] == "warn"


def test_crawling_one_source_again_leaves_the_headline_to_the_night_and_says_what_it_mended(
    conn: postgres.Connection,
) -> None:
    followed = [source(n) for n in ("sana", "roj", "fanous")]
    ran(conn, "sana", "load", "done")
    article(conn, "sana", "1", "عنوان", "نص")
    ran(conn, "roj", "load", "failed", "Its article file is broken.")
    ran(conn, "fanous", "crawl", "failed", "Its feed answers 503.")
    for minute, name in enumerate(["roj", *["sana"] * 20]):
        told = {"run": f"2026-11-22T07{minute:02}00", "started_at": NOW - timedelta(minutes=60 - minute)}
        ran(conn, name, "load", "done", night=False, **told)

    page = desk_records.overview(conn, followed, now=NOW)
    again = desk_records.read_superseded(conn, followed, page["sources"], page["runs"], now=NOW)
    night = describe_night(page["sources"], page["runs"], again, now=NOW)

    assert page["headline"] == (
        f"Last night ({NIGHT}, 6 hours ago): 1 of 3 sources delivered 1 new article; fanous failed: its feed answers "
        "503; failed, and done since: roj; 21 smaller runs since."
    )
    assert night and (night["run"], night["failed"], night["mended"]) == (NIGHT, ["fanous"], ["roj"])
    assert len(night["since"]) == policy.RUNS_SINCE_SHOWN and night["runs_since"] == 21
    assert [run["run"] for run in desk_records.runs(conn, 0, nights=30)] == [NIGHT]


def test_a_source_that_fails_when_it_is_crawled_again_failed_since_the_night(conn: postgres.Connection) -> None:
    ran(conn, "sana", "load", "done")
    ran(conn, "roj", "load", "done")
    ran(conn, "roj", "crawl", "failed", "x", night=False, run="2026-11-22T073000", started_at=NOW)

    page = desk_records.overview(conn, [source("sana"), source("roj")], now=NOW)

    assert page["headline"].endswith(
        "2 sources had nothing new; failed since: roj (2026-11-22T073000); 1 smaller run since."
    )
    assert page["tone"] == "warn"


def test_a_source_crawled_by_hand_does_not_hide_that_the_night_did_not_start(conn: postgres.Connection) -> None:
    monday = NOW + timedelta(days=1)
    ran(conn, "sana", "load", "done")
    ran(conn, "roj", "load", "done")
    ran(conn, "roj", "load", "done", night=False, run="2026-11-23T073000", started_at=monday - timedelta(minutes=30))

    page = desk_records.overview(conn, [source("sana"), source("roj")], schedule="0 2 * * *", now=monday)

    assert "was due at 2026-11-23 02:00 UTC" in page["headline"]


def test_a_source_that_failed_in_an_earlier_run_and_was_done_since_is_not_told(conn: postgres.Connection) -> None:
    ran(conn, "fanous", "crawl", "failed", "Its feed answers 503.")
    ran(conn, "fanous", "load", "done", run="2026-11-22T073000", started_at=NOW - timedelta(minutes=30))

    page = desk_records.overview(conn, [source("fanous")], now=NOW)

    assert (page["tone"], "failed" in page["headline"]) == ("good", False)


def test_many_sources_that_failed_in_an_earlier_run_are_named_in_part_and_told_once(conn: postgres.Connection) -> None:
    ran(conn, "sana", "load", "done", run="2026-11-22T073000", started_at=NOW - timedelta(minutes=30))
    for name in ("a", "b", "c", "d"):
        ran(conn, name, "crawl", "failed", "No address answers.")
        insert(conn, "health", source=name, kind="silent", since=AT)

    sentence = desk_records.overview(conn, [source(n) for n in ("sana", "a", "b", "c", "d")], now=NOW)["headline"]

    night = f"({NIGHT})"
    assert sentence.endswith(f"; failed in an earlier run: a {night}, b {night}, c {night} and 1 more.")


def test_when_the_latest_state_of_every_source_is_failed_it_is_bad_whoever_ran_last(conn: postgres.Connection) -> None:
    ran(conn, "sana", "crawl", "failed", "DNS does not know it.")
    ran(conn, "unfollowed", "load", "done", run="2026-11-22T073000", started_at=NOW - timedelta(minutes=30))

    page = desk_records.overview(conn, [source("sana")], now=NOW)

    assert page["tone"] == "bad"
    assert page["headline"].endswith(f"; failed in an earlier run: sana ({NIGHT}).")


def test_the_headline_gives_only_the_first_reason_of_a_failure(conn: postgres.Connection) -> None:
    ran(conn, "sana", "crawl", "failed", "Its feed answers 503; its sitemap is no sitemap; its home page is empty.")

    assert desk_records.overview(conn, [source("sana")], now=NOW)["headline"].endswith(
        ": sana failed: its feed answers 503."
    )


def test_a_run_under_way_says_how_far_it_is(conn: postgres.Connection) -> None:
    ran(conn, "sana", "load", "done")
    ran(conn, "roj", "crawl", "running")

    sentence = desk_records.overview(conn, [source("sana"), source("roj")], now=NOW)["headline"]

    assert "under way, 1 of 2 sources done, 0 new articles so far" in sentence


def test_a_failed_alert_stage_and_unsent_messages_are_in_the_headline(conn: postgres.Connection) -> None:
    ran(conn, "sana", "load", "done")
    ran(conn, "", "alert", "failed", "No channel is called newsdesk.")
    delivery(conn, "a", "failed")

    sentence = desk_records.overview(conn, [source("sana")], now=NOW)["headline"]

    assert sentence.endswith("; the alert stage failed: no channel is called newsdesk; 1 message could not be sent.")


@pytest.mark.parametrize(
    ("schedule", "own", "tone"),
    [("0 2 * * *", "", "bad"), ("0 2 * * *", "0 3 * * 2", "good"), ("", "", "good"), ("0 2 * * *", "0 1 * * *", "bad")],
)
def test_a_night_that_did_not_start_is_told_when_a_source_was_due(
    conn: postgres.Connection, schedule: str, own: str, tone: str
) -> None:
    ran(conn, "sana", "load", "done")

    monday = NOW + timedelta(days=1)
    page = desk_records.overview(conn, [source("sana", schedule=own)], schedule=schedule, now=monday)

    assert page["tone"] == tone
    assert ("was due at 2026-11-23 02:00 UTC" in page["headline"]) == (tone == "bad")


def test_an_empty_desk_says_what_to_do(conn: postgres.Connection) -> None:
    nobody = desk_records.overview(conn, [], now=NOW)
    never = desk_records.overview(conn, [source("sana")], now=NOW)

    assert (nobody["tone"], never["tone"]) == ("empty", "empty")
    assert "nightdesk follow NAME" in nobody["headline"]
    assert "nightdesk run" in never["headline"]


def test_runs_tell_what_was_new_and_what_failed(conn: postgres.Connection) -> None:
    ran(conn, "sana", "load", "done")
    ran(conn, "roj", "crawl", "failed", "x")
    article(conn, "sana", "1", "عنوان", "نص")

    run = desk_records.runs(conn, 5)[0]

    assert (run["run"], run["sources"], run["failed"], run["running"], run["new"]) == (NIGHT, 2, 1, 0, 1)


def test_why_no_alert_went_out_is_told_as_it_is(conn: postgres.Connection) -> None:
    def said() -> str:
        return str(desk_records.overview(conn, [source("sana")], now=NOW)["silence"])

    nothing = said()
    for name in ("energy", "water"):
        insert(conn, "watches", "name", name=name, terms=postgres.json([]), channels=["desk"])
    unmatched = said()
    for number in range(16):
        insert(conn, "alerts", watch="energy", kind="new", subject_id=number, quiet="first run")
    quiet = said()
    with conn.cursor() as cursor:
        cursor.execute("update watches set channels = '{}' where name = 'energy'")
    insert(conn, "alerts", watch="energy", kind="new", subject_id=99)
    mute = said()
    delivery(conn, "k", "sent")

    assert nothing == "No alert went out yet: `nightdesk watch add` tells Nightdesk what to look for and whom to tell."
    assert unmatched == "No alert went out yet: the watches matched nothing."
    assert quiet == "No alert went out yet: 16 matches, all only listed (first run)."
    assert mute == (
        "No alert went out, though there are 17 matches. These watches have no channel, so they only list: energy; "
        "`nightdesk watch add` gives them one."
    )
    assert said() == ""


def test_where_nobody_can_be_told_the_desk_says_so_and_without_a_source_nothing_of_alerts(
    conn: postgres.Connection,
) -> None:
    unfollowed = desk_records.overview(conn, [], addressed=[], now=NOW)
    unaddressed = desk_records.overview(conn, [source("sana")], addressed=[], now=NOW)
    addressed = desk_records.overview(conn, [source("sana")], addressed=["desk"], now=NOW)

    assert unfollowed["silence"] == ""
    assert unaddressed["silence"].startswith("No alert went out yet: there is neither a channel nor a watch.")
    assert addressed["silence"].startswith("No alert went out yet: `nightdesk watch add` tells")


def test_messages_that_wait_for_a_channel_are_in_the_headline_with_the_reason(conn: postgres.Connection) -> None:
    ran(conn, "sana", "load", "done")
    delivery(conn, "a", "waiting")
    delivery(conn, "b", "waiting")
    with conn, conn.cursor() as cursor:
        cursor.execute("update deliveries set error = 'Channel newsdesk did not take the message: no connection.'")
        cursor.execute(
            "insert into channels (name, failures, rests_until, error) select distinct channel, 3,"
            " now() + interval '1 hour', error from deliveries"
        )

    page = desk_records.overview(conn, [source("sana")], now=NOW)

    (channel,) = page["channels"]
    assert (channel["state"], channel["waiting"], channel["held"]) == ("rests", 2, 2)
    said = f"2 messages for {channel['name']} not sent yet: channel newsdesk did not take the message: no connection."
    assert page["headline"].endswith(f"; {said}")
    assert page["tone"] == "warn"
    assert {alert["state"] for alert in page["alerts"]} == {"waiting"}


def test_messages_of_a_paused_channel_say_how_it_is_resumed(conn: postgres.Connection) -> None:
    ran(conn, "sana", "load", "done")
    delivery(conn, "a", "waiting")
    with conn, conn.cursor() as cursor:
        cursor.execute("insert into channels (name, paused_at) select channel, now() from deliveries")

    page = desk_records.overview(conn, [source("sana")], now=NOW)

    (channel,) = page["channels"]
    name = channel["name"]
    assert page["headline"].endswith(f"; 1 message for {name}, which is paused (`nightdesk notify resume {name}`).")
    assert [alert["next_at"] for alert in page["alerts"]] == [None]


def test_a_night_of_walls_is_no_night_without_news(conn: postgres.Connection) -> None:
    ran(conn, "sana", "load", "done")
    ends = [
        {"source": "sana", "state": "rejected", "code": reason, "reason": reason, "urls": 2}
        for reason in ("soft 404", "consent wall")
    ]
    (row,) = desk_records.sources(conn, [source("sana")], now=NOW)
    walled = {**row, "reasons": ends, "outcomes": {**row["outcomes"], "rejected": 4}}

    tone, sentence = write_headline([walled], desk_records.runs(conn, 1), now=NOW)

    assert tone == "warn"
    assert sentence.endswith(": sana gave no article: 4 pages rejected (soft 404, consent wall).")


@pytest.mark.parametrize("others", [(), ("topics",)])
def test_a_night_whose_new_pages_could_not_be_fetched_is_no_night_without_news(
    conn: postgres.Connection, others: tuple[str, ...]
) -> None:
    ran(conn, "sana", "load", "done")
    for number in range(4):
        url(conn, "sana", f"new-{number}", "gone", reason="status 404")
    # A page that is no article hides none of the others.
    for name in others:
        url(conn, "sana", name, "rejected", reason="listing")

    rows = desk_records.sources(conn, [source("sana")], now=NOW)
    tone, sentence = write_headline(rows, desk_records.runs(conn, 1), now=NOW)

    assert tone == "warn"
    assert sentence.endswith(": sana gave no article: 4 pages not fetched (status 404).")


def test_a_night_whose_articles_are_held_is_no_night_with_nothing_new(conn: postgres.Connection) -> None:
    ran(conn, "sana", "load", "done")
    insert(conn, "quarantine", source="sana", run=NIGHT, state="held", reason="", articles=8, since=AT)
    insert(conn, "quarantine", source="sana", run="2026-11-01T0200", state="held", reason="", articles=9, since=AT)

    rows = desk_records.sources(conn, [source("sana")], now=NOW)
    _, sentence = write_headline(rows, desk_records.runs(conn, 1), now=NOW)

    assert sentence.endswith(": 1 source had 8 articles held.")


def test_articles_that_are_gone_at_a_later_look_do_not_hide_that_there_was_nothing_new(
    conn: postgres.Connection,
) -> None:
    ran(conn, "sana", "load", "done")
    for number in range(4):
        article(conn, "sana", f"old-{number}", "عنوان", "نص")
    with conn, conn.cursor() as cursor:
        cursor.execute("update articles set first_run = '2026-11-01T0200'")
        cursor.execute("update urls set state = 'gone', reason = 'status 404'")

    rows = desk_records.sources(conn, [source("sana")], now=NOW)
    tone, sentence = write_headline(rows, desk_records.runs(conn, 1), now=NOW)

    assert (tone, sentence.rpartition(": ")[2]) == ("good", "1 source had nothing new.")


def test_old_addresses_that_are_still_dead_at_a_later_look_are_no_pages_that_could_not_be_fetched(
    conn: postgres.Connection,
) -> None:
    ran(conn, "sana", "load", "done")
    for number in range(4):
        dead = url(conn, "sana", f"dead-{number}", "failed", reason="status 500", discovered_run="2026-11-01T0200")
        fetch(conn, "sana", dead, "failed", reason="status 500")

    rows = desk_records.sources(conn, [source("sana")], now=NOW)
    tone, sentence = write_headline(rows, desk_records.runs(conn, 1), now=NOW)

    assert rows[0]["unread"] == [] and rows[0]["outcomes"]["failed"] == 4
    assert (tone, sentence.rpartition(": ")[2]) == ("good", "1 source had nothing new.")


def test_new_pages_that_are_copies_of_known_articles_are_no_night_with_nothing_new(conn: postgres.Connection) -> None:
    ran(conn, "sana", "load", "done")
    known = _known_url(conn)
    url(conn, "sana", "moved", "duplicate", code="alias", alias_of=known)
    copy = url(conn, "sana", "copy", "duplicate", alias_of=known)
    verdict = {"run": NIGHT, "source": "sana", "outcome": "duplicate", "reason": "second URL"}
    insert(conn, "outcomes", fetch_id=fetch(conn, "sana", copy), url_id=copy, **verdict)
    # Another form of the copy's address, which was no page of its own.
    url(conn, "sana", "amp/copy", "duplicate", code="alias", alias_of=copy)

    rows = desk_records.sources(conn, [source("sana")], now=NOW)
    _, sentence = write_headline(rows, desk_records.runs(conn, 1), now=NOW)

    assert sentence.endswith(": 1 source gave only copies of known articles (2 pages).")


def test_a_night_with_a_copy_and_another_page_gave_not_only_copies(conn: postgres.Connection) -> None:
    ran(conn, "sana", "load", "done")
    url(conn, "sana", "moved", "duplicate", code="alias", alias_of=_known_url(conn))
    url(conn, "sana", "topics", "rejected", reason="listing")

    rows = desk_records.sources(conn, [source("sana")], now=NOW)
    _, sentence = write_headline(rows, desk_records.runs(conn, 1), now=NOW)

    assert sentence.endswith(": 1 source had nothing new.")


def test_other_forms_of_the_address_of_a_dead_page_are_no_copies(conn: postgres.Connection) -> None:
    ran(conn, "sana", "load", "done")
    dead = url(conn, "sana", "dead", "gone", reason="status 404")
    for form in ("amp", "print"):
        url(conn, "sana", f"{form}/dead", "duplicate", code="alias", alias_of=dead)

    rows = desk_records.sources(conn, [source("sana")], now=NOW)
    _, sentence = write_headline(rows, desk_records.runs(conn, 1), now=NOW)

    assert (rows[0]["first_found"], rows[0]["copies"]) == (1, 0)
    assert sentence.endswith(": 1 source had nothing new.")


def _known_url(conn: postgres.Connection) -> int:
    """The address of an article of an earlier run."""
    article(conn, "sana", "known", "عنوان", "نص", run="2026-11-01T0200", first_run="2026-11-01T0200")
    with conn, conn.cursor() as cursor:
        cursor.execute("select id from urls where url_key = 'known'")
        return int(cursor.fetchone()["id"])


def test_a_network_that_is_down_is_told_once_whatever_number_of_sources_it_has(conn: postgres.Connection) -> None:
    for name in ("east", "west"):
        ran(conn, name, "crawl", "failed", f"None of its feeds could be reached: http://{name}.test/feed timeout.")
    rows = desk_records.sources(conn, [source("east"), source("west")], now=NOW)

    _, sentence = write_headline(rows, desk_records.runs(conn, 1), now=NOW, unreached=lambda run: "Nothing answered.")

    assert sentence.endswith(": nothing answered.")


def test_a_day_of_publication_is_that_of_the_source_on_the_command_line_too(
    settings: Settings, conn: postgres.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    commands.use(settings, monkeypatch)
    folders.follow(settings, "sana")
    midnight = datetime(2026, 11, 21, 21, tzinfo=UTC)
    with conn:
        number = article(conn, "sana", "1", "خبر", "نص", published_at=midnight, published_precision="day")

    listed, shown = (CliRunner().invoke(app, ["articles", *words]).output for words in ([], [str(number)]))

    assert "2026-11-22" in listed and "2026-11-22, to the day" in shown
    assert "2026-11-21" not in listed + shown

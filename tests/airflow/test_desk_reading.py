"""The analyst's pages of the Desk, asked as their scripts ask: search, an article, watches, alerts and the ledger."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from pipelines import urls
from pipelines.alert import watches
from pipelines.extract.stage import extract
from pipelines.health import golden
from pipelines.load import search_index
from pipelines.load.stage import load
from pipelines.settings import Settings
from pipelines.sources import folders
from pipelines.stores import postgres
from tests import databases, factories
from tests.console_app import ACTING, airflow, get, process

__all__ = ["airflow", "get", "process"]

pytestmark = pytest.mark.airflow

RUN, ADDRESS = "2026-11-22T0200", "https://sana.test/news/1"
# What a page could write to run, to load or to look like our own.
HOSTILE = '"><script>steal()</script><img src=x onerror=steal()>\u202egpj.exe'
BODY = (
    "<html><head><title>{0}</title><meta property='article:published_time' content='2026-11-21T10:00:00Z'></head><body>"
    "<script>steal()</script><article><h1>{0}</h1><p>أعلنت بلدية المدينة يوم الاثنين انقطاع الكهرباء مدة {1} ساعات عن "
    "الأحياء كلها.</p><p>وقال رئيس البلدية إن الإصلاح يستمر حتى الليل، والمدارس مفتوحة.</p></article></body></html>"
)


def ask(get: Any, path: str, body: dict[str, Any] | None = None, role: str = "op") -> Any:
    """An answer as its script has it; of an action where there is a body."""
    status, _, said = get(path, role, "POST", ACTING, body) if body is not None else get(path)
    assert status == 200, said
    return json.loads(said)


@pytest.fixture
def article(settings: Settings, conn: postgres.Connection) -> int:
    """An Arabic article of two revisions, whose page had a script in it; its number."""
    source = factories.source("sana")
    factories.follow(settings, source)
    looks = ((RUN, "ثلاث", factories.AT), ("2026-11-23T0200", "خمس", factories.AT + timedelta(days=1)))
    for run, hours, at in looks:
        page = factories.page("sana", ADDRESS, BODY.format("انقطاع الكهرباء في المدينة", hours), run=run, fetched_at=at)
        factories.fetched_pages(settings, conn, [page])
        extract(settings, folders.read_named(settings, ["sana"])[0], run)
        load(settings, folders.read_named(settings, ["sana"])[0], run)
    search_index.backfill(settings)
    with conn, conn.cursor() as cursor:
        cursor.execute("update urls set url_key = %s", [urls.key(ADDRESS)])
    return int(databases.rows(conn, "select id from articles")[0][0])


def test_a_search_marks_what_it_found_and_points_at_a_mistake_in_what_was_typed_alone(get: Any, article: int) -> None:
    (found,) = ask(get, "/api/search?q=الكهرباء&source=sana&language=ar&since=3650d")["answers"]
    none = ask(get, "/api/search?q=الكهرباء&source=nobody")["answers"]
    counted = ask(get, "/api/search/count?q=الكهرباء")
    status, _, said = get('/api/search?q="الكهرباء&source=sana')

    assert [piece["text"] for piece in found["title_pieces"] if piece["marked"]] == ["الكهرباء"]
    assert (found["id"], found["direction"], none, counted["number"]) == (article, "rtl", [], 1)
    # It was revised: what kind of change that was, and the headline before it only where that is another.
    assert (found["revision"], found["edit"]["kind"], found["edit"]["title_before"]) == (2, "minor", "")
    mistake = json.loads(said)
    assert (status, mistake["query"], mistake["start"]) == (422, '"الكهرباء', 0)
    assert get("/api/search?q=a&source=b)%20OR%20(c")[0] == 422


def test_a_search_tells_the_headline_before_an_edit_and_nothing_of_what_only_our_extraction_read_otherwise(
    get: Any, conn: postgres.Connection, article: int
) -> None:
    def edit() -> Any:
        return ask(get, "/api/search?q=الكهرباء")["answers"][0]["edit"]

    with conn, conn.cursor() as cursor:
        cursor.execute("update revision_rows set title = 'الكهرباء تنقطع' where revision = 1")
    of_outlet = edit()
    with conn, conn.cursor() as cursor:
        cursor.execute("update changes set quiet = 're-extraction' where kind = 'revised'")

    assert (of_outlet["title_before"], edit()) == ("الكهرباء تنقطع", None)


def test_words_that_retention_took_are_told_of_and_not_compared(
    get: Any, conn: postgres.Connection, article: int
) -> None:
    with conn, conn.cursor() as cursor:
        cursor.execute(
            "update revision_rows set description = '', text = '', text_retired_at = '2026-11-29 12:00Z' "
            "where revision = 1"
        )

    differing = ask(get, f"/api/articles/{article}/differences?before=1&after=2")
    same = ask(get, f"/api/articles/{article}/differences?before=2&after=2")

    assert [(one["revision"], one["at"][:10]) for one in differing["not_kept"]] == [(1, "2026-11-29")]
    assert (differing["text"], differing["description"]) == ([], []) and differing["title"]
    assert same["text"] and same["not_kept"] == []


def test_an_article_has_its_wordings_what_differs_and_its_page_made_harmless(get: Any, article: int) -> None:
    whole = ask(get, f"/api/articles/{article}")
    differing = ask(get, f"/api/articles/{article}/differences?before=1&after=2")["text"]
    blocks = ask(get, f"/api/articles/{article}/cuts")["blocks"]
    status, headers, page = get(f"/api/articles/{article}/page?revision=1")
    origin = ask(get, f"/api/articles/{article}/provenance")

    assert ([one["revision"] for one in whole["versions"]], whole["direction"]) == ([2, 1], "rtl")
    assert whole["source_title"] == factories.source("sana").title
    changed = {piece["fate"]: piece["text"].strip() for piece in differing[0] if piece["fate"] != "same"}
    assert changed == {"removed": "ثلاث", "added": "خمس"}
    assert [block["text"] for block in blocks if not block["reason"]] == whole["text"].split("\n")
    assert status == 200 and "ثلاث" in page and "steal" not in page and "<script" not in page
    rules = headers["content-security-policy"]
    assert rules.startswith("sandbox; default-src 'none';") and "frame-src 'none'" in rules and "allow" not in rules
    assert (headers["cache-control"], headers["referrer-policy"]) == ("no-store", "no-referrer")
    assert len(origin[0]["page_sha256"]) == 64 and origin[0]["url"] == ADDRESS
    assert get(f"/api/articles/{article}/page?revision=9")[0] == get("/api/articles/999")[0] == 404


def test_the_evidence_of_an_article_is_a_file_that_players_of_web_archives_open(get: Any, article: int) -> None:
    status, headers, body = get(f"/api/articles/{article}/evidence")

    assert (status, headers["content-type"]) == (200, "application/wacz")
    assert f'filename="sana-2026-11-21-article-{article}.wacz"' in headers["content-disposition"] and body.startswith(
        "PK"
    )


def test_an_extraction_that_somebody_calls_wrong_is_kept_with_the_note_and_in_the_history(
    get: Any, article: int, settings: Settings, conn: postgres.Connection
) -> None:
    kept = ask(get, f"/api/articles/{article}/golden", {"note": "The last paragraph is missing."})
    again = get(f"/api/articles/{article}/golden", "op", "POST", ACTING, {"note": "x"})

    assert kept["file"] == "sources/golden/sana.toml"
    (page,) = golden.load(golden.path(settings.sources, "sana"))
    assert (page.note, page.reviewed) == ("The last paragraph is missing.", False)
    assert again[0] == 422 and "already" in json.loads(again[2])["detail"]
    (shown,) = ask(get, "/api/sources/sana")["golden"]
    assert (shown["url"], shown["note"], shown["reviewed"]) == (ADDRESS, page.note, False)
    written = databases.rows(conn, "select act, thing, name from actions")
    assert [tuple(row) for row in written] == [("keep golden", "article", str(article))]


def test_a_watch_is_tried_kept_muted_and_removed_by_the_rules_of_the_command_line(
    get: Any, article: int, conn: postgres.Connection
) -> None:
    form = {"query": "الكهرباء", "channels": ["desk"], "digest": "nightly 07:00", "quiet": ["22:00-07:00"]}

    tested = ask(get, "/api/trials/test", {**form, "text": "عادت الكهرباء"}, "viewer")
    tried = ask(get, "/api/trials/try", {**form, "days": 30}, "viewer")
    kept = ask(get, "/api/watches/power cuts/keep", form)
    refused = get("/api/watches/power cuts/keep", "op", "POST", ACTING, {"query": "(الكهرباء"})
    unknown = get("/api/watches/power cuts/keep", "op", "POST", ACTING, {**form, "sources": ["nobody"]})
    ask(get, "/api/watches/power cuts/mute", {"span": "8h"})
    shown = ask(get, "/api/watches/power cuts")
    address = ask(get, "/api/watches/power cuts/feed/open", {})["addresses"][0]

    assert (tested["matched"], tested["matches"][0]["surface"], tried["days"]) == (True, "الكهرباء", 30)
    assert any("Channel desk has no address yet" in note for note in kept["notes"])
    assert refused[0] == 422 and json.loads(refused[2])["start"] == 0
    assert unknown[0] == 422 and "There is no source nobody" in unknown[2]
    assert (shown["digest"], shown["quiet"], bool(shown["muted_until"])) == ("nightly 07:00", ["22:00-07:00"], True)
    assert shown["history"][-1]["what"] == "added" and shown["history"][-1]["who"]
    assert get(address.removeprefix("nightdesk"), None)[0] == 200
    ask(get, "/api/watches/power cuts/remove", {})
    with conn:
        assert watches.all_watches(conn) == []
    assert get("/api/watches/power cuts")[0] == 404


def test_an_alert_is_sent_again_and_acknowledged_in_somebodys_name(
    get: Any, article: int, conn: postgres.Connection
) -> None:
    with conn:
        factories.delivery(conn, "k", "failed", article, error="POST https://hooks.test/secret said 500")
    (alert,) = ask(get, "/api/alerts?only_unsent=true")["alerts"]

    ask(get, f"/api/alerts/{alert['id']}/resend", {})
    ask(get, f"/api/alerts/{alert['id']}/ack", {"seen": True})

    assert (alert["messages"][0]["state"], alert["messages"][0]["why"]) == ("failed", "POST … said 500")
    (after,) = ask(get, "/api/alerts?acked=true")["alerts"]
    assert after["acked_by"] and after["messages"][0]["state"] == "waiting"
    assert get(f"/api/alerts/{alert['id']}/resend", "op", "POST", ACTING, {})[0] == 422
    assert get("/api/alerts/999/ack", "op", "POST", ACTING, {"seen": True})[0] == 404


def test_an_article_is_held_and_let_go_of_at_the_desk_and_what_is_not_there_is_refused(get: Any, article: int) -> None:
    ask(get, "/api/holds", {"asked": str(article), "why": "a court asks"}, "admin")
    (hold,) = ask(get, "/api/work")["holds"]

    found = [ask(get, f"/api/holds/would?asked={asked}")["number"] for asked in (article, article + 1, 10**30)]
    nothing = get("/api/holds", "admin", "POST", ACTING, {"asked": str(article + 1)})
    ask(get, f"/api/holds/{hold['id']}/release", {}, "admin")

    assert (hold["asked"], hold["why"], hold["articles"]) == (str(article), "a court asks", 1)
    assert found == [1, 0, 0]
    assert nothing[0] == 422 and f"Nothing in the archive answers {article + 1}." in nothing[2]
    again = get(f"/api/holds/{hold['id']}/release", "admin", "POST", ACTING, {})
    assert again[0] == 422 and "There is no hold" in again[2]
    page = ask(get, "/api/work")
    assert page["sources"] == [{"name": "sana", "title": "Sana"}]
    assert page["holds"] == [] and [one["act"] for one in page["history"]] == ["release", "hold"]


def test_the_ledger_tells_where_a_run_ended_down_to_the_life_of_one_url(get: Any, article: int) -> None:
    with_run = ask(get, f"/api/ledger?run={RUN}")
    (url,) = ask(get, f"/api/ledger/urls?run={RUN}&kind=article&source=sana")["urls"]
    life = ask(get, f"/api/ledger/url?url={url['url']}")

    assert sum(end["urls"] for end in with_run["ends"]) == 1 and len(with_run["sources"]) == 1
    # A source is called by its title, which a reader knows it by.
    told = (with_run["sources"][0], url, life["story"][0])
    assert {(one["source"], one["source_title"]) for one in told} == {("sana", "Sana")}
    assert ask(get, f"/api/ledger/urls?run={RUN}&state=failed")["urls"] == []
    assert life["article_id"] == article and life["story"][-1]["what"].startswith("now: ")
    assert get("/api/ledger/url?url=https://elsewhere.test/")[0] == 404


def test_what_a_page_wrote_is_text_in_every_answer(get: Any, settings: Settings, conn: postgres.Connection) -> None:
    with conn:
        number = factories.article(
            conn, "sana", "1", HOSTILE, HOSTILE, authors=[HOSTILE], url="javascript:steal()", words=1
        )
        factories.revision(conn, number, 1, HOSTILE, HOSTILE)
    search_index.backfill(settings)

    said = json.loads(get(f"/api/articles/{number}")[2])
    listed = json.loads(get("/api/search")[2])["answers"]

    assert said["url"] == ""
    for text in (said["title"], said["text"], said["authors"][0], said["versions"][0]["title"], listed[0]["title"]):
        assert "\u202e" not in text and text.startswith('"><script>')

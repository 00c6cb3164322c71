"""The read API for programs: who gets in, what it answers, page by page, and what it may cost."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import timedelta
from typing import Any
from urllib.parse import quote, urlencode

import pytest

from pipelines.airflow.console import policy
from pipelines.airflow.console.database_door import Allowance
from pipelines.follow import renames
from pipelines.settings import Settings
from pipelines.sources import sourcefile
from pipelines.stores import postgres
from tests import factories as rows
from tests.archives import T0, article, keep
from tests.console_app import ANSWERED_WITHIN, FAB, airflow, desk_process, get, give_allowance, process, token_of

__all__ = ["airflow", "get", "process"]

pytestmark = pytest.mark.airflow

V1 = "/api/v1"
PATHS = ("/search?q=a", "/search/count?q=a", "/articles/1", "/articles?url=a", "/stories/1", "/sources", "/sources/a",
         "/ledger?url=a", "/openapi.json", "/docs")  # fmt: skip


@pytest.fixture(scope="module")
def fab_process() -> Iterator[ProcessPoolExecutor]:
    with desk_process() as pool:
        yield pool


def said(got: tuple[int, dict[str, str], str]) -> Any:
    assert got[0] == 200, got
    return json.loads(got[2])


def question(**parts: Any) -> str:
    return f"{V1}/search?{urlencode(parts)}"


@pytest.mark.parametrize("path", PATHS)
def test_without_a_login_nothing_is_told_and_without_a_role_neither(get: Any, path: str) -> None:
    assert (get(V1 + path, None)[0], get(V1 + path, "")[0]) == (401, 403)


def test_the_roles_of_the_fab_auth_manager_count_as_those_of_the_simple_one(
    fab_process: ProcessPoolExecutor, request: pytest.FixtureRequest, airflow: dict[str, str]
) -> None:
    from tests.console_app import asked

    environment = {**airflow, "AIRFLOW__CORE__AUTH_MANAGER": FAB}

    def status(role: str | None) -> int:
        return int(
            fab_process.submit(asked, environment, f"{V1}/sources", role, "GET", {}, "reader").result(
                timeout=ANSWERED_WITHIN
            )[0]
        )

    assert [status(role) for role in (None, "", "Viewer")] == [401, 403, 200]


def test_a_token_of_airflow_lets_in_and_one_that_is_forged_or_over_does_not(
    get: Any, process: ProcessPoolExecutor, airflow: dict[str, str]
) -> None:
    token = process.submit(token_of, airflow, "viewer", 600).result(timeout=ANSWERED_WITHIN)
    over = process.submit(token_of, airflow, "viewer", -600).result(timeout=ANSWERED_WITHIN)

    def status(sent: str) -> int:
        return int(get(f"{V1}/sources", None, headers={"Authorization": f"Bearer {sent}"})[0])

    assert [status(sent) for sent in (token, over, token[:-9] + "forgedsig")] == [200, 401, 403]


def test_a_search_answers_page_by_page_with_marks_and_passages(
    get: Any, settings: Settings, conn: postgres.Connection
) -> None:
    keep(settings, conn, [article(str(n), f"zebra {n} ولداعش", title=f"Titel {n}") for n in range(5)])

    first = get(question(q="zebra داعش", count=2))
    second = said(get(question(q="zebra داعش", count=2, after=said(first)["after"])))
    third = said(get(question(q="zebra داعش", count=2, after=second["after"])))

    page = said(first)
    answers = page["answers"] + second["answers"] + third["answers"]
    assert [one["title"] for one in answers] == [f"Titel {n}" for n in (4, 3, 2, 1, 0)]
    assert (third["after"], page["complete"], page["read_to"]) == ("", True, None)
    marks = {f"{n} ولداعش"[m["start"] - 6 : m["end"] - 6] for n in (4,) for m in answers[0]["marks"][1:]}
    assert marks == {"ولداعش"}
    assert [piece["text"] for piece in answers[0]["passages"][0]["pieces"] if piece["marked"]] == ["zebra", "ولداعش"]
    assert first[1]["cache-control"] == "no-store"
    assert first[1]["x-content-type-options"] == "nosniff"
    assert said(get(f"{V1}/search/count?q=zebra")) == {"number": 5, "more": False}


def test_a_search_best_first_and_by_country_as_the_command_line_does(
    get: Any, settings: Settings, conn: postgres.Connection
) -> None:
    for name, country in (("sana", "SY"), ("harbour", "NO")):
        file = sourcefile.render(rows.source(name, country=country))
        (settings.sources / f"{name}.toml").write_text(file, encoding="utf-8")
    texts = [
        article("1", "zebra", title="x"),
        article("2", "x", title="zebra"),
        article("3", "zebra", source="harbour"),
    ]
    keep(settings, conn, texts)

    best = said(get(question(q="zebra", order="best")))
    norway = said(get(question(q="zebra country:NO")))

    assert best["answers"][0]["url"].endswith("/2")
    assert [one["source"] for one in norway["answers"]] == ["harbour"]


def test_a_mistake_in_a_query_is_a_422_that_says_where_it_is(get: Any) -> None:
    status, _, body = get(question(q="داعش AND (تركيا"))

    wrong = json.loads(body)
    assert status == 422
    assert wrong["query"][wrong["start"]] == "("
    assert "^" in wrong["shown"]
    assert "parenthesis" in wrong["detail"]
    assert get(f"{V1}/search/count?q=%28")[0] == 422


@pytest.mark.parametrize(
    "path", ["/search", "/search?q=a&after=abc", "/search?q=a&count=0", "/search?q=a&count=201", "/search?q=a&order=x",
             "/articles/one", "/articles/1?versions=-1", "/articles/1?after=99999999999", "/ledger?url=nothing",
             "/articles?url=%00", "/search?q=" + "a" * 10_001]
)  # fmt: skip
def test_a_question_that_makes_no_sense_is_refused(get: Any, path: str) -> None:
    status, _, body = get(V1 + path)

    assert status == 422, body
    assert json.loads(body)["detail"]


def test_the_same_answer_is_not_sent_twice(get: Any, settings: Settings, conn: postgres.Connection) -> None:
    keep(settings, conn, [article(str(n), f"zebra {n}") for n in range(3)])
    path = question(q="zebra", count=2)
    tag = get(path)[1]["etag"]

    again = get(path, headers={"If-None-Match": f'"other", {tag}'})
    keep(settings, conn, [article("new", "a new zebra")], run="2026-11-23T0200", at=T0 + timedelta(days=1))
    newer = get(path, headers={"If-None-Match": tag})

    assert (again[0], again[2], again[1]["etag"], again[1]["cache-control"]) == (304, "", tag, "no-store")
    assert newer[0] == 200
    assert newer[1]["etag"] != tag


def test_an_article_comes_with_what_was_cut_and_its_versions_page_by_page(
    get: Any, settings: Settings, conn: postgres.Connection
) -> None:
    for night in range(3):
        run = f"2026-11-{22 + night}T0200"
        keep(settings, conn, [article("1", f"wording {night}")], run=run, at=T0 + timedelta(days=night))

    whole = said(get(f"{V1}/articles/1"))
    first = said(get(f"{V1}/articles?url={quote('https://sana.test/1')}&versions=2"))
    second = said(get(f"{V1}/articles/1?versions=2&after={first['after']}"))

    assert (whole["text"], whole["revision"], whole["cut"]) == ("wording 2", 3, [])
    assert [one["text"] for one in whole["versions"]] == ["wording 2", "wording 1", "wording 0"]
    assert [one["revision"] for one in first["versions"] + second["versions"]] == [3, 2, 1]
    assert (whole["after"], second["after"]) == (None, None)
    assert whole["versions"][0]["url"] == "https://sana.test/1"
    assert len(whole["versions"][0]["text_sha256"]) == 64


def test_the_versions_of_a_merged_article_come_page_by_page_below_number_1_too(
    get: Any, settings: Settings, conn: postgres.Connection
) -> None:
    keep(settings, conn, [article("1", "wording of harbour", source="harbour")])
    for night in range(3):
        run = f"2026-11-{22 + night}T0200"
        keep(settings, conn, [article("1", f"wording {night}")], run=run, at=T0 + timedelta(days=night))
    with conn, conn.cursor() as cursor:
        cursor.execute("update urls set url_key = 'same'")
        renames.merge_rows(conn, "sana", "harbour")

    first = said(get(f"{V1}/articles/1?versions=3"))
    second = said(get(f"{V1}/articles/1?versions=3&after={first['after']}"))
    of_url = said(get(f"{V1}/articles?url={quote('https://harbour.test/1')}&versions=3&after={first['after']}"))

    assert [one["revision"] for one in first["versions"] + second["versions"]] == [1, 0, -1, -2]
    assert of_url["versions"] == second["versions"]
    assert said(get("/api/articles/1/differences?before=-1&after=0"))["text"]


def test_a_story_has_its_articles_in_the_order_they_were_told(
    get: Any, settings: Settings, conn: postgres.Connection
) -> None:
    wire = " ".join(f"word{n}" for n in range(120))
    keep(settings, conn, [article("1", wire, title="Wire", published_at=T0 - timedelta(hours=3))])
    copy = article("2", wire + " And more.", title="Copy", source="harbour", published_at=T0 - timedelta(hours=1))
    keep(settings, conn, [copy], run="2026-11-22T0300", at=T0 + timedelta(hours=1))

    number = said(get(f"{V1}/articles/2"))["story_id"]
    first = said(get(f"{V1}/stories/{number}?count=1"))
    second = said(get(f"{V1}/stories/{number}?count=1&after={first['after']}"))

    told = first["articles"] + second["articles"]
    assert [(one["place"], one["source"], one["title"]) for one in told] == [
        (1, "sana", "Wire"),
        (2, "harbour", "Copy"),
    ]
    assert second["after"] is None
    assert told[1]["share"] > 0.9


def test_the_number_of_a_story_that_turned_out_another_leads_there(
    get: Any, settings: Settings, conn: postgres.Connection
) -> None:
    words = [f"word{n}" for n in range(240)]
    for n, text in enumerate((words[:120], words[120:], [*words[120:], "too"], words)):
        one = article(str(n), " ".join(text), title=f"t{n}", source=f"outlet{n}", published_at=T0 + timedelta(hours=n))
        keep(settings, conn, [one], run=f"2026-11-22T0{n}00", at=T0 + timedelta(hours=n))

    told = [said(get(f"{V1}/stories/{number}")) for number in (1, 2, 3)]

    assert [(story["story_id"], [one["article_id"] for one in story["articles"]]) for story in told] == [
        (1, [1, 2, 3, 4])
    ] * 3


def test_what_is_not_there_is_a_404(get: Any) -> None:
    paths = ("/articles/1", "/articles/99999999999999999999999", "/articles?url=a", "/sources/nobody", "/stories/1",
             "/ledger?url=https%3A%2F%2Fnobody.test%2F1")  # fmt: skip

    assert {path: get(V1 + path)[0] for path in paths} == dict.fromkeys(paths, 404)


def test_sources_are_listed_by_name_those_that_are_followed_no_longer_too(
    get: Any, settings: Settings, conn: postgres.Connection
) -> None:
    file = sourcefile.render(rows.source("sana"))
    (settings.sources / "sana.toml").write_text(file, encoding="utf-8")
    with conn:
        rows.ran(conn, "sana", "load", "done", "all well")
        for name in ("old", "older"):
            rows.url(conn, name, "1")

    first = said(get(f"{V1}/sources?count=2"))
    second = said(get(f"{V1}/sources?count=2&after={first['after']}"))
    one = said(get(f"{V1}/sources/sana"))

    assert [s["source"] for s in first["sources"] + second["sources"]] == ["old", "older", "sana"]
    assert second["after"] == ""
    assert [s["followed"] for s in first["sources"]] == [False, False]
    assert (one["title"], one["country"], one["last_state"], one["last_message"]) == ("Sana", "SY", "done", "all well")


def test_the_ledger_of_an_address_says_where_it_stands_and_what_happened(
    get: Any, settings: Settings, conn: postgres.Connection
) -> None:
    keep(settings, conn, [article("1", "zebra")])

    told = said(get(f"{V1}/ledger?url={quote('https://sana.test/1')}"))

    assert [(row["url"], row["state"]) for row in told["rows"]] == [("https://sana.test/1", "stored")]
    assert [event["what"].split(":")[0] for event in told["story"]] == ["discovered", "crawl", "load", "now"]


def test_what_a_page_wrote_comes_through_as_it_is_and_steers_nothing(
    get: Any, settings: Settings, conn: postgres.Connection
) -> None:
    title = "<script>alert(1)</script> '; drop table articles; -- \u202egpj.exe " + "ع" * 300
    keep(settings, conn, [article("1", "zebra \u202e\u200f", title=title)])

    body = get(question(q="zebra"))[2]

    assert json.loads(body)["answers"][0]["title"] == title
    assert "\u202e" not in body


def test_the_openapi_page_has_every_question_and_each_answer_is_of_its_form(
    get: Any, settings: Settings, conn: postgres.Connection
) -> None:
    described = said(get(f"{V1}/openapi.json"))
    status, headers, page = get(f"{V1}/docs")

    assert status == 200
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "<script" not in page
    assert set(described["paths"]) == {
        V1 + path for path in ("/search", "/search/count", "/articles", "/articles/{number}", "/stories/{number}",
                               "/sources", "/sources/{name}", "/ledger")
    }  # fmt: skip
    for path in described["paths"]:
        assert path in page


def test_a_database_that_does_not_answer_is_a_503_without_its_address(get: Any) -> None:
    url = "postgresql://desk:secret@127.0.0.1:9/nightdesk"
    status, _, body = get(question(q="zebra"), NIGHTDESK_DATABASE_URL=url)

    assert status == 503
    assert "127.0.0.1" not in body


@pytest.fixture
def without_refill(process: ProcessPoolExecutor, airflow: dict[str, str]) -> Iterator[None]:
    """On a slow machine an allowance would come back as fast as the test asks."""
    process.submit(give_allowance, airflow, refilled=False).result(timeout=ANSWERED_WITHIN)
    yield
    process.submit(give_allowance, airflow, refilled=True).result(timeout=ANSWERED_WITHIN)


@pytest.mark.usefixtures("without_refill")
def test_who_asks_too_often_is_told_when_to_come_back_and_keeps_nobody_else_waiting(get: Any) -> None:
    answers = [get(f"{V1}/articles/one") for _ in range(policy.REQUESTS_AT_ONCE + 1)]

    assert [status for status, _, _ in answers] == [422] * policy.REQUESTS_AT_ONCE + [429]
    assert int(answers[-1][1]["retry-after"]) >= 1
    assert get("/api/articles/one")[0] == 422


def test_an_allowance_comes_back_with_time_and_is_each_users_own() -> None:
    now = 0.0
    allowance = Allowance(2, 60, clock=lambda: now)

    first = [allowance.take("a") for _ in range(3)]
    other = allowance.take("b")
    now = 1.0
    later = [allowance.take("a") for _ in range(2)]

    assert first == [0, 0, 1.0]
    assert other == 0
    assert later == [0, 1.0]


def test_strangers_without_number_are_not_remembered_for_ever() -> None:
    allowance = Allowance(2, 60, clock=lambda: 0.0)

    for number in range(3 * policy.REMEMBERED):
        allowance.take(f"2001:db8::{number:x}")

    assert len(allowance._left) <= policy.REMEMBERED

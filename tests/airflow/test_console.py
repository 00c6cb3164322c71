"""The app behind the Desk page: who gets in, and what it answers. Airflow is imported in a process of its own."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import playwright
import pytest

from pipelines.load import quarantine, search_index
from pipelines.settings import Settings
from pipelines.stores import articlefile, postgres
from pipelines.stores.articlefile import Line
from tests import archives
from tests import factories as rows
from tests.console_app import ACTING, ANSWERED_WITHIN, airflow, chosen, get, known_by_hand, process

__all__ = ["airflow", "get", "process"]

pytestmark = pytest.mark.airflow

SCRIPTS = Path(__file__).parents[2] / "pipelines/airflow/console"
# As much of React as drawing once needs; every piece of Chakra is an element of its own name.
DRAW = """
const [script, component, props, words] = process.argv.slice(2);
const draw = (node) => {
  if (Array.isArray(node)) return node.map(draw).join("");
  if (node === null || node === undefined || typeof node === "boolean") return "";
  if (typeof node !== "object") return String(node);
  const { type, props } = node;
  if (typeof type === "function") return draw(type(props));
  const inner = draw(props.children);
  if (type === "") return inner;
  const told = Object.entries(props).filter(([, value]) => ["string", "number"].includes(typeof value));
  return `<${type}${told.map(([name, value]) => ` ${name}=${value}`).join("")}>${inner}</${type}>`;
};
class Component {}
const createElement = (type, props, ...children) => ({
  type,
  props: { ...props, ...(children.length > 0 && { children }) },
});
const useState = (begin) => [begin, () => undefined];
const useEffect = () => undefined;
const useRef = (current) => ({ current });
globalThis.React = { createElement, Fragment: "", Component, useEffect, useRef, useState };
globalThis.ReactRouterDOM = { Link: "RouterLink" };
const named = (name) => new Proxy({}, { get: (_, part) => `${name}.${String(part)}` });
globalThis.ChakraUI = new Proxy({}, { get: (_, part) => (part === "Table" ? named("Table") : String(part)) });
const { speak } = await import("./parts/language.js");
speak({ language: "en", direction: "ltr", words: JSON.parse(words), plurals: new Intl.PluralRules("en") });
const drawn = (await import(`./${script}`))[component];
console.log(draw(drawn(JSON.parse(props))));
"""
NODE = Path(playwright.__file__).parent / "driver" / "node"
# Of the test of held runs: one that is held, released, rejected, and one that never was.
RUNS_ASKED = (rows.NIGHT, "2026-11-23T0200", "2026-11-24T0200", "2026-11-25T0200")
PATHS = ("/desk.js", "/api/overview", "/api/articles/1", "/openapi.json", "/docs")


@pytest.mark.parametrize("path", PATHS)
def test_without_a_login_nothing_is_shown(get: Any, path: str) -> None:
    status, _, body = get(path, None)

    assert status == (404 if path in ("/openapi.json", "/docs") else 401), body


@pytest.mark.parametrize("path", PATHS[:3])
def test_a_user_without_a_role_is_refused(get: Any, path: str) -> None:
    assert get(path, "")[0] == 403


def test_a_viewer_reads_the_desk_as_json_that_is_not_kept(
    get: Any, settings: Settings, conn: postgres.Connection
) -> None:
    follow(settings, "sana")
    with conn:
        rows.ran(conn, "sana", "load", "done")
        rows.article(conn, "sana", "1", "انقطاع الكهرباء", "نص", first_fetched_at=rows.AT)
    search_index.backfill(settings)

    status, headers, body = get("/api/search?count=5")

    assert status == 200
    assert headers["cache-control"] == "no-store"
    page = json.loads(body)
    assert [(a["title"], a["direction"]) for a in page["answers"]] == [("انقطاع الكهرباء", "rtl")]


def test_a_source_file_that_does_not_keep_the_form_is_told_and_hides_no_other(get: Any, settings: Settings) -> None:
    follow(settings, "sana")
    (settings.sources / "broken.toml").write_text("title = 1\n", encoding="utf-8")

    page = json.loads(get("/api/sources")[2])

    assert [s["name"] for s in page["sources"]] == ["sana"]
    assert len(page["broken"]) == 1
    assert "broken.toml" in page["broken"][0]


def test_an_article_is_shown_in_full_or_not_found(get: Any, conn: postgres.Connection) -> None:
    with conn:
        number = rows.article(conn, "sana", "1", "عنوان", "فقرة\nأخرى")

    assert json.loads(get(f"/api/articles/{number}")[2])["text"] == "فقرة\nأخرى"
    assert get(f"/api/articles/{number + 1}")[0] == 404
    assert get("/api/articles/99999999999999999999999")[0] == 404
    assert get("/api/articles/one")[0] == 422


def test_the_scripts_are_served_as_modules_and_nothing_else_is(get: Any) -> None:
    status, headers, body = get("/desk.js")

    assert (status, headers["content-type"]) == (200, "text/javascript; charset=utf-8")
    assert headers["x-content-type-options"] == "nosniff"
    assert "globalThis.Desk" in body
    assert get("/desk.js", headers={"If-None-Match": headers["etag"]})[0] == 304
    assert get("/pages/overview.js")[0] == 200
    assert get("/..%2Fplugin.js")[0] == 404
    assert get("/nothing.js")[0] == 404


def test_a_script_never_sets_markup() -> None:
    for path in SCRIPTS.rglob("*.js"):
        text = path.read_text(encoding="utf-8")

        assert not [
            word for word in ("innerHTML", "dangerouslySetInnerHTML", "eval(", "document.write") if word in text
        ], path


def test_what_others_wrote_is_isolated_in_our_sentences_and_marked_where_it_was_found(tmp_path: Path) -> None:
    message = {"state": "sent", "channel": "قناة", "attempts": 1, "why": "", "sent_at": None, "next_at": None}
    pieces = [{"text": "انقطاع ", "marked": False}, {"text": "الكهرباء", "marked": True}]

    told = rendered(tmp_path, "pages/alerts.js", "Message", {"message": message})
    marked = rendered(tmp_path, "parts/found.js", "Marked", {"pieces": pieces})

    assert "to <bdi key=1>قناة</bdi>" in told
    assert re.sub(r" [a-zA-Z]+=[^> ]+", "", marked) == "<span>انقطاع </span><Box>الكهرباء</Box>\n"


@pytest.mark.parametrize(
    ("over_at", "told"),
    [
        (None, ["run 1 was released by olga"]),
        ("2026-11-22T09:00:00Z", ["over since 2026-11-22 09:00", "run 1 was released by olga", "run 2 is still held"]),
    ],
)
def test_the_alert_of_held_runs_says_what_came_of_them_and_since_when_the_trouble_is_over(
    tmp_path: Path, over_at: str | None, told: list[str]
) -> None:
    held = [{"run": "1", "state": "released", "decided_by": "olga"}, {"run": "2", "state": "held", "decided_by": ""}]
    alert = {"id": 1, "watch": "", "kind": "health", "revision_kind": "", "source": "sana", "source_title": "Sana",
             "title": "8 articles are held.", "direction": "ltr", "also_in": [], "created_at": "2026-11-22T03:00:00Z",
             "article_id": None, "listed_for": "", "messages": [], "acked_by": "", "over_at": over_at,
             "held_runs": held}  # fmt: skip

    drawn = rendered(tmp_path, "pages/alerts.js", "Alert", {"alert": alert})

    facts = re.sub("[\u2066-\u2069]", "", drawn)
    assert re.findall(r"over since [0-9-]+ [0-9:]+|run [12] (?:is|was) [a-z ]+", facts) == told


def test_a_held_run_needs_a_person_who_releases_or_rejects_it_in_a_run_of_by_hand_and_in_their_name(
    get: Any, process: Any, airflow: dict[str, str], settings: Settings, conn: postgres.Connection
) -> None:
    follow(settings, "sana")
    with conn:
        for run, state in ((rows.NIGHT, "held"), ("2026-11-23T0200", "released"), ("2026-11-24T0200", "rejected")):
            held = {"state": state, "reason": "their texts have 42 words, usually 300", "articles": 8, "since": rows.AT}
            rows.insert(conn, "quarantine", source="sana", run=run, **held)
        rows.insert(conn, "quarantine", source="unfollowed", run=rows.NIGHT, **held | {"state": "held"})
    # Alone too it has a database of Airflow's that no earlier run wrote to.
    process.submit(chosen, airflow).result(timeout=ANSWERED_WITHIN)
    process.submit(known_by_hand).result(timeout=ANSWERED_WITHIN)

    needs = [need for need in json.loads(get("/api/overview")[2])["needs"] if need["code"] == "held"]
    page = json.loads(get("/api/sources/sana")[2])
    done = {
        work: [get(f"/api/sources/sana/held/{run}/{work}", "op", "POST", ACTING, {}) for run in RUNS_ASKED]
        for work in ("release", "reject")
    }

    assert [(need["source"], need["of"], need["sentence"]) for need in needs] == [
        ("sana", {"run": rows.NIGHT, "articles": 8}, "their texts have 42 words, usually 300")
    ]
    assert [(one["run"], one["state"], one["articles"]) for one in page["held"]] == [(rows.NIGHT, "held", 8)]
    statuses = {work: [answer[0] for answer in answers] for work, answers in done.items()}
    assert statuses == {"release": [200, 409, 409, 409], "reject": [409] * 4}, done
    for answers in done.values():
        assert "was released already" in answers[1][2] and "was rejected already" in answers[2][2]
        # A release that failed after its commit has its rest done on the command line.
        assert f"`nightdesk quarantine release sana --run {RUNS_ASKED[1]}` does the rest" in answers[1][2]
    assert "is not in the quarantine" in done["release"][3][2]
    # Nobody decides on it twice, and it stays so when the page is read again.
    assert "is being decided on already" in done["reject"][0][2]
    begun = json.loads(done["release"][0][2])
    history = json.loads(get("/api/sources/sana")[2])["history"]
    assert (begun["dag"], begun["key"]) == ("by_hand", rows.NIGHT)
    assert [one["act"] for one in history] == ["release"]
    assert history[0]["detail"] == begun and history[0]["done_by"].startswith("reader ")


def test_a_decision_on_a_held_run_is_refused_at_once_while_another_one_is_being_started(
    get: Any, settings: Settings, conn: postgres.Connection
) -> None:
    follow(settings, "sana")
    with conn:
        held = {"state": "held", "reason": "", "articles": 8, "since": rows.AT}
        rows.insert(conn, "quarantine", source="sana", run=rows.NIGHT, **held)

    with postgres.connection(settings) as other:
        assert quarantine.lock_decision(other, "sana", rows.NIGHT)
        status, _, body = get(f"/api/sources/sana/held/{rows.NIGHT}/release", "op", "POST", ACTING, {})

    assert status == 409 and "is being decided on already" in body


HELD_TOLD = "The articles of a run are held"
CHANGED_TOLD = "the template no longer fits"
LOAD_TOLD = "its file cannot be read"


@pytest.mark.parametrize(
    ("troubles", "state", "told", "untold"),
    [
        (["drifting"], "done", [HELD_TOLD], [CHANGED_TOLD, LOAD_TOLD]),
        # Of its pages the card of the held run says nothing, nor of a load that failed after it was held.
        (["changed"], "done", [CHANGED_TOLD], [HELD_TOLD, LOAD_TOLD]),
        (["drifting"], "failed", [HELD_TOLD, LOAD_TOLD], [CHANGED_TOLD]),
    ],
)
def test_beside_a_held_run_a_source_says_of_itself_what_the_card_of_the_run_does_not(
    tmp_path: Path, troubles: list[str], state: str, told: list[str], untold: list[str]
) -> None:
    health = {"state": "drifting", "reason": f"{CHANGED_TOLD}."}
    page = {"name": "sana", "state": state, "run": rows.NIGHT, "started_at": "2026-11-22T02:00:00Z", "new": 0,
            "now": "2026-11-22T08:00:00Z", "health": health, "troubles": troubles, "message": f"{LOAD_TOLD}.",
            "held": [{"run": rows.NIGHT}], "articles": 0, "newest_fetched_at": None, "undecided": 0, "days": [0] * 30,
            "first_day": "2026-10-24"}  # fmt: skip

    drawn = rendered(tmp_path, "pages/source.js", "Standing", {"page": page})

    assert [said in drawn for said in told + untold] == [True] * len(told) + [False] * len(untold)


def test_the_articles_of_a_held_run_are_read_before_anybody_decides_on_them(
    get: Any, settings: Settings, conn: postgres.Connection
) -> None:
    follow(settings, "sana")
    with conn:
        for run in (rows.NIGHT, "2026-11-23T0200"):
            rows.insert(conn, "quarantine", source="sana", run=run, state="held", reason="", articles=41, since=rows.AT)
    told = archives.article("1", "سطر أول. " * 100, "<b>انقطاع</b> الكهرباء")
    lines = [Line(fetch_id=n, url_id=n, run=rows.NIGHT, fetched_at=rows.AT, article=told) for n in range(1, 42)]
    file = articlefile.path(settings, "sana", rows.NIGHT)
    articlefile.write(file, lines)
    # What nobody is shown is not read.
    file.write_text(file.read_text(encoding="utf-8") + "no line\n", encoding="utf-8")

    found, gone, unknown = (get(f"/api/sources/sana/held/{run}") for run in RUNS_ASKED[:3])

    page = json.loads(found[2])
    assert (len(page["articles"]), page["more"]) == (40, 1)
    assert (page["articles"][0]["title"], page["articles"][0]["words"]) == ("<b>انقطاع</b> الكهرباء", 200)
    assert (page["articles"][0]["direction"], len(page["articles"][0]["beginning"])) == ("rtl", 320)
    assert gone[0] == 404 and "There is no article file" in gone[2]
    assert unknown[0] == 404 and "is not in the quarantine" in unknown[2]


@pytest.mark.parametrize(("may", "buttons"), [(["read"], 0), (["read", "watch", "operate"], 2)])
def test_a_held_run_has_its_actions_in_the_overview_and_on_its_source_for_who_may(
    tmp_path: Path, may: list[str], buttons: int
) -> None:
    now = {"now": "2026-11-22T08:00:00Z", "may": may}
    need = {
        "code": "held",
        "sentence": "",
        "of": {"run": rows.NIGHT, "articles": 8},
        "source": "sana",
        "run": rows.NIGHT,
    }
    one = {"run": rows.NIGHT, "articles": 8, "held_at": "2026-11-22T03:00:00Z", "reason": "their texts have 42 words"}
    one, need = one | {"drifts": []}, need | {"drifts": []}

    overview = rendered(tmp_path, "pages/needs.js", "Needs", {"page": {**now, "needs": [need], "titles": {}}})
    source = rendered(tmp_path, "pages/held_runs.js", "Held", {"page": {**now, "name": "sana", "held": [one]}})

    assert "Look at the source" in overview and "Their texts have 42 words." in source and "8 articles" in source
    for page in (overview, source):
        assert ">Read the 8 articles<" in page
        assert re.findall(r">(Release|Reject)<", page) == ["Release", "Reject"][:buttons]


def test_a_database_that_does_not_answer_is_a_503_without_its_address(get: Any) -> None:
    status, _, body = get("/api/overview", NIGHTDESK_DATABASE_URL="postgresql://desk:secret@127.0.0.1:9/nightdesk")

    assert status == 503
    assert "log of Airflow's API server" in body
    assert "127.0.0.1" not in body


def test_a_setting_that_stops_the_dags_is_told_by_its_name(get: Any) -> None:
    status, _, body = get("/api/overview", NIGHTDESK_SCHEDULE="99 2 * * *")

    assert status == 503
    assert "NIGHTDESK_SCHEDULE cannot be used: '99 2 * * *' is no cron expression" in json.loads(body)["detail"]
    assert "no Dag can be built" in body


def test_a_request_that_makes_no_sense_is_refused_and_an_unknown_source_is_empty(get: Any) -> None:
    assert get("/api/search?count=0")[0] == 422
    assert json.loads(get("/api/search?source=nobody")[2])["answers"] == []


def rendered(folder: Path, script: str, component: str, props: dict[str, Any]) -> str:
    """What a component of the page draws, as markup, by Playwright's own Node and without a browser."""
    shutil.copytree(SCRIPTS, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    (folder / "package.json").write_text('{"type": "module"}', encoding="utf-8")
    (folder / "draw.js").write_text(DRAW, encoding="utf-8")
    words = (SCRIPTS / "languages/en.json").read_text(encoding="utf-8")
    command = [str(NODE), "draw.js", script, component, json.dumps(props), words]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


def follow(settings: Settings, name: str) -> None:
    rows.follow(settings, rows.source(name))

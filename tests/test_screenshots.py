"""Airflow with our Dags and the Desk page in a real Chromium; the pictures go to ./screenshots to be looked at."""

import os
import re
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

from demo import newsroom
from demo.inbox import open_inbox
from demo.sites import BROKEN
from pipelines.airflow import api_client, standalone
from pipelines.desk import records as desk
from pipelines.settings import Settings
from pipelines.stores import postgres
from tests import factories as rows

SHOTS = Path(__file__).parent.parent / "screenshots"
CHROMIUM = os.environ.get("NIGHTDESK_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser") or ""
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
RUN = "2026-11-22T020000"

pytestmark = [
    pytest.mark.airflow,
    pytest.mark.browser,
    pytest.mark.timeout(600),
    pytest.mark.skipif(not CHROMIUM, reason="no Chromium: set NIGHTDESK_CHROMIUM, or put chromium on PATH"),
]


def test_after_a_night_the_desk_shows_arabic_right_to_left_with_what_was_cut(
    settings: Settings, conn: postgres.Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (
        newsroom_followed(settings, tmp_path, monkeypatch) as current,
        standalone.airflow_running(current) as airflow,
        browser() as chromium,
    ):
        crawl = standalone.night(airflow, RUN, on_task=lambda task: None, budget=400)["news_crawl"]
        found = alerted(conn)
        page = logged_in(chromium, airflow)
        complaints = complaints_of(page)

        shot(page, f"{airflow.address}/dags", "dags", until="news_crawl")
        shot(page, f"{airflow.address}/dags/news_crawl/runs/{crawl.run_id}", "crawl-run", until="verdict")
        shot(page, f"{airflow.address}/plugin/desk", "desk", until=found["title"])

        title = page.get_by_test_id("title").get_by_text(found["title"], exact=True).first
        expect(title).to_be_visible()
        expect(title).to_have_attribute("dir", "rtl")
        expect(title).to_have_attribute("lang", "ar")
        expect(page.get_by_test_id("headline")).to_contain_text(re.compile(rf"new articles.*{BROKEN} failed"))
        page.get_by_test_id("sources").get_by_role("row").filter(has_text=found["source"]).get_by_role("button").click()
        expect(page.get_by_role("button", name="Show the articles of all sources")).to_be_visible()
        title.click()
        expect(page.get_by_test_id("removed").first).to_be_visible()
        picture(page, "desk-article")
        page.evaluate("localStorage.setItem('theme', 'dark')")
        shot(page, f"{airflow.address}/plugin/desk", "desk-dark", until=found["title"])
        page.set_viewport_size({"width": 420, "height": 900})
        picture(page, "desk-narrow")

        # A site that is followed already has to have another name, and to be wanted twice.
        given = {
            "url": "http://sabah.newsroom.test",
            "name": "seen",
            "timezone": "Asia/Amman",
            "country": "JO",
            "twice": True,
        }
        offered = api_client.trigger(airflow.client, "follow", **given)
        waiting = f"{airflow.address}/dags/follow/runs/{offered.run_id}/tasks/approve/required_actions"
        wait_for_approval(airflow, offered)
        page.set_viewport_size({"width": 1440, "height": 1300})
        page.evaluate("localStorage.setItem('theme', 'light')")
        shot(page, waiting, "follow-approve", until="10 of 10 samples are good.")
        # Sooner than a person reads, Airflow would ask again.
        time.sleep(3)
        page.get_by_role("button", name="Reject").click()
        expect(page.get_by_role("button", name="Reject")).to_be_disabled()
        assert not (settings.sources / "seen.toml").exists()

        assert complaints == []
        assert httpx.get(f"{airflow.address}/nightdesk/api/desk", trust_env=False).status_code == 401


@contextmanager
def newsroom_followed(settings: Settings, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    """Settings that follow every site of the demo newsroom, its broken one too, with a channel for the operators."""
    with newsroom.open_newsroom(folder / "newsroom") as opened, open_inbox(folder / "inbox.jsonl") as inbox:
        newsroom.sources(settings.sources)
        monkeypatch.setenv("NIGHTDESK_CHANNEL_DESK", f"webhook+{inbox}")
        told = {"host_map": opened.host_map, "operators": "desk", "retry_after": 0}
        yield settings.model_copy(update=told)


def alerted(conn: postgres.Connection) -> desk.Record:
    """An Arabic article of the night from which something was cut, and deliveries in every state on the newest ones."""
    articles = desk.latest_articles(conn, 40)
    found = next(a for a in articles if a["language"] == "ar" and a["cut"])
    shown = [found, *(a for a in articles if a is not found)]
    with conn:
        for attempts, (state, article) in enumerate(zip(("sent", "waiting", "failed"), shown, strict=False)):
            error = "The channel answered 500." if state == "failed" else ""
            more = {"attempts": attempts, "error": error, "created_at": article["first_fetched_at"]}
            rows.delivery(conn, f"shown-{attempts}", state, article["id"], **more)
    return found


def wait_for_approval(airflow: standalone.Airflow, run: api_client.DagRun) -> None:
    deadline = time.monotonic() + 120
    while "awaiting_input" not in {task.state for task in api_client.tasks(airflow.client, run)}:
        assert time.monotonic() < deadline, api_client.tasks(airflow.client, run)
        time.sleep(0.5)


@contextmanager
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        try:
            yield chromium
        finally:
            chromium.close()


def logged_in(chromium: Browser, airflow: standalone.Airflow) -> Page:
    page = chromium.new_context(viewport={"width": 1440, "height": 1300}, locale="en-GB").new_page()
    page.goto(airflow.address)
    page.locator("input[name=username]").fill(airflow.user)
    page.locator("input[name=password]").fill(airflow.password)
    page.locator("button[type=submit]").click()
    page.get_by_role("link", name="Desk").wait_for()
    return page


def complaints_of(page: Page) -> list[str]:
    """What our own script says on the console as an error from now on, and every exception it throws."""
    said: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        ours = "desk.js" in message.location.get("url", "") or "/nightdesk/" in message.text or "Desk" in message.text
        if message.type == "error" and ours:
            said.append(message.text)

    page.on("console", listen)
    page.on("pageerror", lambda error: said.append(str(error)) if "desk.js" in (error.stack or "") else None)
    return said


def shot(page: Page, address: str, name: str, *, until: str) -> None:
    page.goto(address)
    page.get_by_text(until).first.wait_for()
    picture(page, name)


def picture(page: Page, name: str) -> None:
    page.wait_for_load_state("networkidle")
    SHOTS.mkdir(exist_ok=True)
    page.screenshot(path=SHOTS / f"{name}.png")

"""What an operator and an analyst do at the Desk, in a real Chromium; the pictures taken there go to ./screenshots."""

import base64
import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote, urlencode, urlsplit

import httpx
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, expect, sync_playwright

from demo.sites import BROKEN
from pipelines import private
from pipelines.airflow import api_client, standalone
from pipelines.archive import policy
from pipelines.desk import desk_records
from pipelines.settings import Settings
from pipelines.stores import postgres
from tests import browsers
from tests import factories as rows
from tests.warcs import saved, story

SHOTS = Path(__file__).parents[2] / "screenshots"
# The folder for the pictures in docs/desk.md, when `make pictures` makes them anew. And which they are.
PICTURES = os.environ.get("NIGHTDESK_TESTS_PICTURES", "")
TELLING = ("desk", "desk-source", "desk-article", "desk-arabic", "desk-arabic-dark")
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
# What the page has asked for and has not got yet.
UNANSWERED: set[Request] = set()
# Airflow, the night's tasks and Chromium share two cores with the other tests: Playwright's own 5 s are too few.
expect.set_options(timeout=30_000)


def show(airflow: standalone.Airflow, settings: Settings, crawl: api_client.DagRun) -> None:
    """Look at the Desk after the night of this crawl, and act there as an operator and an analyst do."""
    # A site that is followed already has to have another name, and to be wanted twice; it is looked at meanwhile.
    given = {"url": "http://harbour.newsroom.test", "name": "seen", "timezone": "Asia/Amman", "country": "JO"}
    offered = api_client.trigger(airflow.client, "follow", **given, twice=True)
    with postgres.connection(settings) as conn:
        found = alerted(conn)
    with browser() as chromium:
        page = logged_in(chromium, airflow)
        complaints = complaints_of(page)
        at = f"{airflow.address}/plugin/desk"

        shot(page, f"{airflow.address}/dags", "dags", until="news_crawl")
        shot(page, f"{airflow.address}/dags/news_crawl/runs/{crawl.run_id}", "crawl-run", until="verdict")
        shot(page, at, "desk", until="What needs you")
        an_operator_finds_what_failed_and_crawls_it_again(page, at)
        sources_are_narrowed_by_the_address(page, at)
        an_article_in_its_direction(page, at, found)
        an_analyst_searches_and_sets_a_watch(page, at, found)
        the_desk_follows_the_language_of_airflow(page, at)
        wait_for_approval(airflow, offered)
        a_site_is_refused(page, f"{at}/add?run={quote(offered.run_id)}", offered)
        assert not (settings.sources / "seen.toml").exists()
        every_page_keeps_the_rules_and_fits(page, at)
        a_past_and_saved_pages_are_looked_at(page, at, settings)

        assert complaints == []
        assert httpx.get(f"{airflow.address}/nightdesk/api/overview", trust_env=False).status_code == 401


def an_operator_finds_what_failed_and_crawls_it_again(page: Page, at: str) -> None:
    expect(page.get_by_test_id("headline")).to_contain_text(re.compile("new articles: .*failed: "))
    need = page.get_by_test_id("need").filter(has_text="status 503")
    need.get_by_role("link", name="Look at the source").click()
    page.wait_for_url(f"{at}/sources/{BROKEN}")
    page.go_back()
    page.get_by_role("link", name="Look at them").click()
    expect(page.get_by_label("Show")).to_have_value("unsent")
    expect(page.get_by_test_id("alert")).to_have_count(2)
    page.go_back()
    expect(page.get_by_test_id("headline")).to_be_visible()
    page.go_forward()
    expect(page.get_by_label("Show")).to_have_value("unsent")
    page.go_back()
    need.get_by_role("link", name="Look at the source").click()
    expect(page.get_by_test_id("lists")).to_contain_text("503")
    expect(page.get_by_test_id("file")).to_contain_text('title = "')
    picture(page, "desk-source")

    page.get_by_role("button", name="Crawl now").click()
    expect(page.get_by_test_id("actions").get_by_role("status")).to_contain_text("news_crawl")
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_role("button", name="Resume")).to_be_visible()
    expect(page.get_by_test_id("history")).to_contain_text("paused it")
    page.get_by_role("button", name="Resume").click()
    page.get_by_test_id("source-runs").get_by_role("link", name=re.compile("crawl: failed")).last.click()
    page.wait_for_url(re.compile(r"/dags/news_crawl/runs/.+/tasks/crawl/mapped/\d+"))
    page.get_by_text("could be reached").first.wait_for()


def sources_are_narrowed_by_the_address(page: Page, at: str) -> None:
    page.goto(f"{at}/sources?state=failed")
    rows = page.get_by_test_id("sources").locator("tbody tr")
    expect(rows).to_have_count(1)
    page.get_by_label("State").select_option("")
    page.wait_for_url(f"{at}/sources")
    expect(rows).not_to_have_count(1)
    page.go_back()
    expect(rows).to_have_count(1)
    page.get_by_label("Name").fill("nobody")
    expect(rows).to_have_count(0)
    follow_link(page, f"{at}/sources?sort=new&down=1")
    expect(page.get_by_text("30 days").first).to_be_visible()
    picture(page, "desk-sources")


def an_article_in_its_direction(page: Page, at: str, found: desk_records.Record) -> None:
    follow_link(page, f"{at}/articles")
    expect(page.get_by_text(found["title"]).first).to_be_visible()
    picture(page, "desk-articles")
    title = page.get_by_test_id("title").filter(has_text=found["title"]).first
    expect(title).to_have_attribute("dir", "rtl")
    expect(title).to_have_attribute("lang", "ar")
    title.get_by_role("link").click()
    page.wait_for_url(re.compile(rf"/articles/{found['id']}$"))
    page.get_by_role("button", name="What was cut").click()
    expect(page.get_by_test_id("removed").first).to_be_visible()
    picture(page, "desk-article")
    page.get_by_role("button", name="Page as received").click()
    received = page.frame_locator("[data-testid=received]").frame_locator("iframe")
    expect(received.get_by_text(found["title"]).first).to_be_visible()
    expect(received.locator("script, link, [href]")).to_have_count(0)
    page.go_back()
    expect(page.get_by_test_id("removed").first).to_be_visible()


def an_analyst_searches_and_sets_a_watch(page: Page, at: str, found: desk_records.Record) -> None:
    word = max(found["title"].split(), key=len)
    follow_link(page, f"{at}/articles")
    page.get_by_test_id("query").fill(f'"{word}')
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("mistake")).to_contain_text("never closed")
    page.get_by_test_id("query").fill(word)
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("mistake")).to_have_count(0)
    expect(page.locator("mark").first).to_be_visible()
    assert "q=" in page.url
    picture(page, "desk-search")

    follow_link(page, f"{at}/new-watch")
    page.get_by_label("Name", exact=True).fill("seen")
    page.get_by_label("Query").fill(word)
    page.get_by_role("button", name="Try it on the last 30 days").click()
    expect(page.get_by_test_id("tried")).to_be_visible()
    page.get_by_role("button", name="Save").click()
    page.wait_for_url(f"{at}/watches/seen")
    page.get_by_role("button", name="Give it an address").click()
    expect(page.get_by_test_id("feed")).to_contain_text("/nightdesk/feeds/")
    picture(page, "desk-watch")


def the_desk_follows_the_language_of_airflow(page: Page, at: str) -> None:
    page.evaluate("localStorage.setItem('i18nextLng', 'ar')")
    shot(page, f"{at}/watches", "desk-arabic-watches", until="المراقبات")
    follow_link(page, f"{at}/articles?{urlencode({'q': 'داعش'})}")
    expect(page.locator("mark").first).to_contain_text("داعش")
    picture(page, "desk-arabic")
    expect(page.get_by_test_id("desk")).to_have_attribute("dir", "rtl")
    expect(page.get_by_test_id("desk")).to_have_attribute("lang", "ar")
    page.get_by_label("لغة المكتب").select_option("ckb")
    expect(page.get_by_test_id("desk")).to_have_attribute("lang", "ckb")
    page.evaluate("localStorage.removeItem('nightdesk-language'); localStorage.setItem('i18nextLng', 'en')")


def a_past_and_saved_pages_are_looked_at(page: Page, at: str, settings: Settings) -> None:
    private.folder(settings.data / policy.IMPORTS_FOLDER)
    saved(settings.data / policy.IMPORTS_FOLDER / "some.warc.gz", [story(1, "elsewhere.test")])
    page.goto(f"{at}/work")
    runs = page.get_by_test_id("past-run")
    past = page.get_by_role("form", name="A site’s past")
    past.get_by_label("Source").select_option("nahr")
    past.get_by_label("From").fill("1999-01")
    past.get_by_label("To").fill("1999-02")
    past.get_by_role("button", name="What would it bring?").click()
    expect(runs).to_contain_text(["A site’s past: صحيفة النهرين الجديدة"])
    form = page.get_by_role("form", name="Saved pages")
    form.get_by_label("File or folder").fill("some.warc.gz")
    form.get_by_role("button", name="What would it bring?").click()
    expect(runs.first).to_contain_text("some.warc.gz")
    expect(page.get_by_test_id("past-found")).to_contain_text("| imported | 1 |", timeout=120_000)


def a_site_is_refused(page: Page, address: str, offered: api_client.DagRun) -> None:
    page.goto(address)
    expect(page.get_by_test_id("samples").locator("tbody tr")).to_have_count(10)
    picture(page, "desk-add")
    expect(page.get_by_test_id("look-again").get_by_label("Country")).to_have_value("JO")
    page.get_by_role("button", name="Refuse").click()
    expect(page.get_by_test_id("looked").first).to_contain_text("refused", timeout=60_000)


def every_page_keeps_the_rules_and_fits(page: Page, at: str) -> None:
    """axe finds nothing in light and in dark, and nothing is wider than 320 pixels."""
    wrong = []
    for path in (
        "", "/sources", f"/sources/{BROKEN}", "/add", "/work", "/articles", "/articles/1?view=cuts", "/watches",
        "/watches/seen", "/new-watch", "/alerts", "/ledger",
    ):  # fmt: skip
        follow_link(page, f"{at}{path}")
        for theme in ("light", "dark"):
            # As Airflow's switch does it, without a load.
            page.evaluate(f"document.documentElement.className = '{theme}'")
            finish_transitions(page)
            found = Axe().run(page, context="[data-testid=desk]").response["violations"]
            wrong += [(path, theme, one["id"], [node["html"] for node in one["nodes"]][:3]) for one in found]
        page.set_viewport_size({"width": 320, "height": 900})
        picture(page, f"desk-narrow{re.sub(r'[^a-z0-9]', '-', path)}")
        # French has the longest words, Arabic runs the other way; English is the next page's.
        for language in ("fr", "ar", "en"):
            page.evaluate(
                f"localStorage.setItem('i18nextLng', '{language}'); document.documentElement.lang = '{language}'"
            )
            expect(page.get_by_test_id("desk")).to_have_attribute("lang", language)
            page.get_by_test_id("desk").get_by_role("heading", level=1).wait_for()
            expect(page.get_by_test_id("desk").locator(".chakra-skeleton")).to_have_count(0)
            wide = page.evaluate("(e => e.scrollWidth - e.clientWidth)(document.querySelector('[data-testid=desk]'))")
            wrong += [(path, language, "wide", wide)] if wide > 0 else []
        page.set_viewport_size({"width": 1440, "height": 1300})
    page.evaluate("localStorage.setItem('theme', 'dark')")
    shot(page, at, "desk-dark", until="What needs you")
    page.evaluate("localStorage.setItem('i18nextLng', 'ar')")
    shot(page, at, "desk-arabic-dark", until="الليلة الأخيرة")
    page.evaluate("localStorage.setItem('i18nextLng', 'en')")

    assert wrong == [], wrong


def follow_link(page: Page, address: str) -> None:
    """Go to another page of the Desk as its links do: a load of Airflow's own page takes a second or two of CPU."""
    heading = page.locator("[data-testid=desk] h1").element_handle()
    elsewhere = urlsplit(page.url).path != urlsplit(address).path
    page.evaluate("to => { history.pushState({}, '', to); dispatchEvent(new PopStateEvent('popstate')) }", address)
    if elsewhere:
        page.wait_for_function("heading => !heading.isConnected", arg=heading)
    page.get_by_test_id("desk").get_by_role("heading", level=1).wait_for()
    # As Playwright's own `networkidle`, which knows of loads alone.
    page.wait_for_timeout(500)
    deadline = time.monotonic() + 30
    while UNANSWERED:
        assert time.monotonic() < deadline, UNANSWERED
        page.wait_for_timeout(100)
    expect(page.get_by_test_id("desk").locator(".chakra-skeleton")).to_have_count(0)


def alerted(conn: postgres.Connection) -> desk_records.Record:
    """An Arabic article of the night from which something was cut, and deliveries in every state on the newest ones."""
    articles = desk_records.latest_articles(conn, 40)
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
        chromium = playwright.chromium.launch(executable_path=browsers.CHROMIUM, args=ARGUMENTS)
        try:
            yield chromium
        finally:
            chromium.close()


def logged_in(chromium: Browser, airflow: standalone.Airflow) -> Page:
    context = chromium.new_context(viewport={"width": 1440, "height": 1300}, locale="en-GB")
    page = context.new_page()
    page.on("request", lambda request: UNANSWERED.add(request))
    page.on("requestfinished", lambda request: UNANSWERED.discard(request))
    page.on("requestfailed", lambda request: UNANSWERED.discard(request))
    return browsers.log_in(page, airflow)


def complaints_of(page: Page) -> list[str]:
    """What our own script says on the console as an error from now on, and every exception it throws."""
    said: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        ours = "/nightdesk/" in message.location.get("url", "") + message.text or "Desk" in message.text
        # A mistake in a query is refused, and Chromium calls that an error.
        if message.type == "error" and ours and "status of 422" not in message.text:
            said.append(message.text)

    page.on("console", listen)
    page.on("pageerror", lambda error: said.append(str(error)) if "/nightdesk/" in (error.stack or "") else None)
    return said


def shot(page: Page, address: str, name: str, *, until: str) -> None:
    page.goto(address)
    page.get_by_text(until).first.wait_for()
    picture(page, name)


def finish_transitions(page: Page) -> None:
    """Have every colour as it is to be: axe and a picture have those of the moment, and a button's take .2 s."""
    page.evaluate("document.getAnimations().forEach(a => a instanceof CSSTransition && a.finish())")


def picture(page: Page, name: str) -> None:
    page.wait_for_load_state("networkidle")
    finish_transitions(page)
    SHOTS.mkdir(exist_ok=True)
    page.screenshot(path=SHOTS / f"{name}.png")
    if PICTURES and name in TELLING:
        # Chromium writes WebP, which Playwright does not ask for: a fifth of the PNG.
        asked = {"format": "webp", "quality": 70, "clip": {"x": 0, "y": 0, "width": 1440, "height": 960, "scale": 0.8}}
        told = page.context.new_cdp_session(page).send("Page.captureScreenshot", asked)
        Path(PICTURES).mkdir(exist_ok=True)
        (Path(PICTURES) / f"{name}.webp").write_bytes(base64.b64decode(told["data"]))

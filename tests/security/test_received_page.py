"""A hostile page as the Desk shows it, in a real Chromium: it runs nothing, loads nothing, leads nowhere."""

from __future__ import annotations

import html
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from playwright.sync_api import sync_playwright

from pipelines.archive import received_page
from tests.browsers import CHROMIUM, needs_browser
from tests.factories import page
from tests.hostile_page import HOSTILE

pytestmark = pytest.mark.airflow


@needs_browser
@pytest.mark.parametrize("made", [received_page.harmless(page("sana", "https://sana.test/1", HOSTILE), "ar"), HOSTILE])
def test_a_hostile_page_asks_for_nothing_and_stays_where_it_is_even_where_it_was_not_made_harmless(made: str) -> None:
    from pipelines.airflow.console.pages.article import ASIDE, FRAME

    asked: list[str] = []

    class Site(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            body = made_of(self.path, FRAME, made.replace("https://evil.test", f"http://{self.headers['Host']}/evil"))
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            for name, value in ASIDE.items() if self.path == "/page" else ():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *told: Any) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--headless", "--no-sandbox"])
        desk = chromium.new_page()
        desk.goto(f"http://127.0.0.1:{server.server_port}/desk")
        inner = desk.frame_locator("iframe").frame_locator("iframe")
        inner.get_by_text("نص الخبر").wait_for()
        for link in inner.locator("a").all():
            link.click(force=True, no_wait_after=True)
        desk.wait_for_load_state("networkidle")
        title, frames = desk.title(), [frame.url for frame in desk.frames]
        chromium.close()
    server.shutdown()

    assert [path for path in asked if path not in ("/desk", "/page", "/favicon.ico")] == []
    assert title == "Desk" and not any("evil" in url for url in frames)


def made_of(path: str, frame: str, shown: str) -> str:
    if path == "/page":
        return frame.format(title="x", page=html.escape(shown))
    return "<!doctype html><title>Desk</title><iframe sandbox src=/page></iframe>" if path == "/desk" else "evil"

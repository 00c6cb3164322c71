"""The feed of a watch: in three forms, as readers read it, by the command line and at its secret address."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import fastfeedparser
import feedparser
import pytest
from lxml import etree
from typer.testing import Result

from pipelines.alert import stage as alert
from pipelines.alert import watch_feeds
from pipelines.alert.watch_feeds import Form
from pipelines.settings import Settings
from pipelines.stores import postgres
from tests import archives, commands
from tests.archives import RUN, article
from tests.console_app import airflow, get, process

__all__ = ["airflow", "get", "process"]

Nightdesk = Callable[..., Result]

ALERT: dict[str, Any] = {
    "id": 7, "kind": "new", "title": "غارة <على> الرقّة & ريفها", "url": "https://sana.test/1?a=1&b=2", "source": "sana",
    "source_title": "وكالة سانا", "timezone": "Asia/Damascus", "language": "ar", "removed_at": None,
    "published_at": datetime(2026, 11, 22, 1, 30, tzinfo=UTC), "published_precision": "minute",
    "created_at": datetime(2026, 11, 22, 2, 5, tzinfo=UTC),
    "matches": [{"term": "الرقة", "surface": "بالرقّة", "field": "text", "offset": 4, "snippet": "قتلى بالرقّة & ريفها"}],
}  # fmt: skip
REMOVED = {**ALERT, "id": 8, "kind": "removed", "removed_at": datetime(2026, 11, 23, 4, tzinfo=UTC)}
# A number alone is given out again after a restore.
ID_OF_ALERT, ID_OF_REMOVED = (f"urn:nightdesk:alert:{number}:20261122T020500000000" for number in (7, 8))
HOSTILE = {
    **ALERT, "id": 9, "title": "a]]>\x00\x1b\u202e\ufffe\ud800<script>alert(1)</script>",
    "url": "javascript:alert(1)", "source_title": "\ufffe\x0b", "language": "",
    "matches": [{**ALERT["matches"][0], "surface": "<b>", "snippet": "<script>\ufffe</script> <b>"}],
}  # fmt: skip


@pytest.fixture
def nightdesk(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Nightdesk:
    """`nightdesk` on an installation with the channel desk."""
    commands.use(settings, monkeypatch, NIGHTDESK_CHANNEL_DESK="log://")
    return commands.run_to


def keep(settings: Settings, conn: postgres.Connection, *articles: Any) -> None:
    """Load these articles and match them, told whatever run they are of."""
    archives.keep(settings, conn, articles)
    with conn, conn.cursor() as cursor:
        cursor.execute("update changes set quiet = '' where matched_at is null")
    alert.match(settings, RUN)


@pytest.mark.parametrize("form", [Form.ATOM, Form.RSS])
def test_readers_of_feeds_read_title_address_time_and_what_matched(form: Form) -> None:
    written = watch_feeds.write(form, "رصد الرقة", [REMOVED, ALERT], "https://desk.test/nightdesk/feeds/t.atom")

    read = feedparser.parse(written, sanitize_html=False)
    quick = fastfeedparser.parse(written)
    assert not read.bozo and read.feed.title == "Nightdesk: رصد الرقة"
    assert [entry.id for entry in read.entries] == [ID_OF_REMOVED, ID_OF_ALERT]
    assert [entry.link for entry in read.entries] == [ID_OF_REMOVED, ALERT["url"]]
    assert read.entries[1].published_parsed[:5] == (2026, 11, 22, 2, 5)
    assert "قتلى <mark>بالرقّة</mark> &amp; ريفها" in read.entries[1].summary
    assert [entry.title for entry in quick.entries] == [f"removed: {ALERT['title']}", ALERT["title"]]


def test_a_json_feed_has_the_same() -> None:
    read = json.loads(watch_feeds.write(Form.JSON, "w", [ALERT, REMOVED], "https://desk.test/f.json"))

    assert (read["version"], read["feed_url"]) == ("https://jsonfeed.org/version/1.1", "https://desk.test/f.json")
    first, second = read["items"]
    assert (first["id"], first["url"], first["title"]) == (ID_OF_ALERT, ALERT["url"], ALERT["title"])
    assert first["date_published"] == "2026-11-22T02:05:00+00:00"
    assert (first["authors"], first["language"]) == ([{"name": "وكالة سانا"}], "ar")
    assert "url" not in second and "gone when looked at 2026-11-23 04:00 UTC" in second["content_html"]


@pytest.mark.parametrize("form", list(Form))
def test_what_a_page_wrote_is_text_in_every_form(form: Form) -> None:
    written = watch_feeds.write(form, "w", [HOSTILE])

    assert not re.search(b"\x00|\x0b|\x1b|javascript:", written)
    if form == Form.JSON:
        (item,) = json.loads(written)["items"]
        said = item["content_html"]
    else:
        etree.fromstring(written)
        (entry,) = feedparser.parse(written, sanitize_html=False).entries
        said = entry.summary
    assert "<script" not in said and "&lt;script&gt;" in said and "<mark>&lt;b&gt;</mark>" in said


def test_an_empty_feed_is_a_feed() -> None:
    for form in (Form.ATOM, Form.RSS):
        read = feedparser.parse(watch_feeds.write(form, "w", []))

        assert not read.bozo and read.feed.title == "Nightdesk: w" and read.entries == []


def test_the_command_prints_and_writes_what_a_watch_told(
    nightdesk: Nightdesk, settings: Settings, conn: postgres.Connection, tmp_path: Path
) -> None:
    nightdesk("watch", "add", "rain", "--query", "rain", "--to", "desk")
    nightdesk("watch", "add", "sun", "sun")
    keep(settings, conn, article("1", "rain in the north"), article("2", "sun and rain"))
    out = tmp_path / "rain.xml"

    printed = feedparser.parse(nightdesk("watch", "feed", "rain").stdout)
    nightdesk("watch", "feed", "rain", "--form", "rss", "--out", str(out))

    nightdesk("watch", "edit", "rain", "--messages-in", "tr")
    turkish = feedparser.parse(nightdesk("watch", "feed", "rain").stdout).entries[0].summary

    assert 'lang="tr"' in turkish and "Yeni" in turkish and "New" not in turkish
    assert len(printed.entries) == 2 == len(feedparser.parse(out.read_bytes()).entries)
    assert len(json.loads(nightdesk("watch", "feed", "sun", "--form", "json").stdout)["items"]) == 1
    assert "There is no watch snu" in str(nightdesk("watch", "feed", "snu", code=1).exception)
    assert "cannot be written" in str(nightdesk("watch", "feed", "rain", "--out", f"{tmp_path}/no/x", code=1).exception)


@pytest.mark.airflow
def test_an_address_is_read_without_a_login_until_it_is_changed_or_closed(
    nightdesk: Nightdesk, settings: Settings, conn: postgres.Connection, get: Any
) -> None:
    nightdesk("watch", "add", "rain", "rain")
    keep(settings, conn, article("1", "rain in the north"))

    def opened() -> str:
        (path,) = re.findall(r"/nightdesk(/feeds/\S+)\.atom", nightdesk("watch", "feed", "rain", "--open").stdout)
        return str(path)

    first = opened()
    status, headers, body = get(f"{first}.atom", None)
    assert status == 200 and len(feedparser.parse(body).entries) == 1
    assert headers["content-type"] == "application/atom+xml; charset=utf-8" and "set-cookie" not in headers
    assert get(f"{first}.json", None)[1]["content-type"].startswith("application/feed+json")
    assert get(f"{first}.atom", None, headers={"If-None-Match": headers["etag"]})[0] == 304

    second = opened()
    assert (get(f"{first}.atom", None)[0], get(f"{second}.rss", None)[0]) == (404, 200)
    nightdesk("watch", "feed", "rain", "--close")
    assert get(f"{second}.rss", None)[0] == 404
    assert "has no address" in str(nightdesk("watch", "feed", "rain", "--close", code=1).exception)

    third = opened()
    nightdesk("watch", "remove", "rain")
    assert get(f"{third}.rss", None)[0] == 404


@pytest.mark.airflow
@pytest.mark.parametrize(
    "path", ["/feeds/.atom", "/feeds/x.atom", "/feeds/x.html", "/feeds/" + "a" * 5000 + ".rss", "/feeds/%00.rss",
             "/feeds/..%2fapi%2fdesk.json", "/feeds", "/feeds/docs"],
)  # fmt: skip
def test_an_address_that_nobody_was_given_is_a_404(get: Any, path: str) -> None:
    status, headers, _ = get(path, None)

    assert status in (401, 404) and headers["x-content-type-options"] == "nosniff"


def test_an_address_stands_nowhere(nightdesk: Nightdesk, conn: postgres.Connection) -> None:
    nightdesk("watch", "add", "rain", "rain")

    (token,) = re.findall(r"/feeds/(\S+)\.rss", nightdesk("watch", "feed", "rain", "--open").stdout)

    with conn, conn.cursor() as cursor:
        cursor.execute("select digest from watch_feeds")
        (row,) = cursor.fetchall()
        assert row["digest"] != token and watch_feeds.find_watch(conn, token) == "rain"
    assert len(token) >= 22

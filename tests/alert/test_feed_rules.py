"""Feeds keep the rules that validators check: what RSS 2.0, RFC 4287 and JSON Feed 1.1 ask of feeds and entries."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import pytest
from lxml import etree

from pipelines.alert import watch_feeds
from pipelines.alert.watch_feeds import Form

ATOM = "{http://www.w3.org/2005/Atom}"
AT = datetime(2026, 11, 22, 2, 5, tzinfo=UTC)
ALERT: dict[str, Any] = {
    "id": 7, "kind": "new", "title": "غارة <على> الرقّة & ريفها", "url": "https://sana.test/1?a=1&b=2", "source": "sana",
    "source_title": "وكالة & سانا", "timezone": "Asia/Damascus", "language": "ar", "removed_at": None,
    "published_at": AT, "published_precision": "minute", "created_at": AT,
    "matches": [{"term": "x", "surface": "قتلى", "field": "text", "offset": 4, "snippet": "قتلى & <b>"}],
    "also_in": [{"article_id": 9, "source": "nahr", "source_title": "نهر", "title": "t", "url": "https://nahr.test/1"}],
}  # fmt: skip
ALERTS = [
    {**ALERT, "id": 9, "kind": "removed", "removed_at": AT},
    {**ALERT, "id": 8, "title": "", "language": "", "source_title": ""},
    {**ALERT, "id": 7, "url": "javascript:alert(1)"},
]
CASES = [(address, alerts) for address in ("", "https://desk.test/f") for alerts in ([], ALERTS)]
# RFC 3339 with a zone, as RFC 4287 and JSON Feed ask for it.
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")


def absolute(address: str | None) -> bool:
    return bool(address and urlsplit(address).scheme) and not re.search(r"[\s<>]", str(address))


@pytest.mark.parametrize(("address", "alerts"), CASES)
def test_atom_is_as_rfc_4287_asks(address: str, alerts: list[dict[str, Any]]) -> None:
    feed = etree.fromstring(watch_feeds.write(Form.ATOM, "رصد", alerts, address))

    assert feed.tag == f"{ATOM}feed"
    for one in (feed, *feed.iter(f"{ATOM}entry")):
        for name in ("id", "title", "updated"):
            assert len(one.findall(f"{ATOM}{name}")) == 1, name
        assert absolute(one.findtext(f"{ATOM}id")) and MOMENT.fullmatch(one.findtext(f"{ATOM}updated"))
        links = [
            (link.get("rel", "alternate"), link.get("type"), link.get("hreflang"))
            for link in one.findall(f"{ATOM}link")
        ]
        assert len(links) == len(set(links)) and all(absolute(link.get("href")) for link in one.findall(f"{ATOM}link"))
        assert all(MOMENT.fullmatch(at.text) for at in one.findall(f"{ATOM}published"))
    assert not address or [link.get("href") for link in feed.findall(f"{ATOM}link") if link.get("rel") == "self"] == [
        address
    ]
    entries = feed.findall(f"{ATOM}entry")
    ids = [entry.findtext(f"{ATOM}id") for entry in entries]
    assert len(set(ids)) == len(ids) == len(alerts) and feed.findtext(f"{ATOM}id") not in ids
    for entry in entries:
        # Each entry, or the feed, has an author with a name; what is no link of the web needs text of its own.
        assert entry.findtext(f"{ATOM}author/{ATOM}name", "").strip()
        text = (
            entry.find(f"{ATOM}summary") if entry.find(f"{ATOM}summary") is not None else entry.find(f"{ATOM}content")
        )
        assert text is not None and text.get("type") == "html" and not re.search("<script|javascript:", text.text or "")
        assert entry.findtext(f"{ATOM}title", "").strip()


@pytest.mark.parametrize(("address", "alerts"), CASES)
def test_rss_is_as_rss_2_asks(address: str, alerts: list[dict[str, Any]]) -> None:
    feed = etree.fromstring(watch_feeds.write(Form.RSS, "رصد", alerts, address))

    assert (feed.tag, feed.get("version")) == ("rss", "2.0")
    (channel,) = feed.findall("channel")
    for name in ("title", "link", "description"):
        assert len(channel.findall(name)) == 1 and channel.findtext(name, "").strip(), name
    assert absolute(channel.findtext("link"))
    for date in channel.iter("pubDate", "lastBuildDate"):
        assert parsedate_to_datetime(date.text).tzinfo
    own = channel.findall(f"{ATOM}link")
    assert not address or [(one.get("href"), one.get("rel")) for one in own] == [(address, "self")]
    items = channel.findall("item")
    guids = [item.findtext("guid") for item in items]
    assert len(set(guids)) == len(guids) == len(alerts) and all(guids)
    for item in items:
        assert item.findtext("title", "").strip() or item.findtext("description", "").strip()
        assert item.find("guid").get("isPermaLink") == "false"  # type: ignore[union-attr]
        assert all(absolute(link.text) for link in item.findall("link"))
        # What RSS calls an author is a mail address; a name stands in Dublin Core's creator.
        assert all("@" in str(author.text) for author in item.findall("author"))


@pytest.mark.parametrize(("address", "alerts"), CASES)
def test_a_json_feed_is_as_version_1_1_asks(address: str, alerts: list[dict[str, Any]]) -> None:
    feed = json.loads(watch_feeds.write(Form.JSON, "رصد", alerts, address))

    assert feed["version"] == "https://jsonfeed.org/version/1.1" and feed["title"] and isinstance(feed["items"], list)
    assert feed.get("feed_url", "") == address
    ids = [item["id"] for item in feed["items"]]
    assert len(set(ids)) == len(ids) == len(alerts) and all(isinstance(one, str) and one for one in ids)
    for item in feed["items"]:
        assert item.get("content_html") or item.get("content_text")
        assert MOMENT.fullmatch(item["date_published"]) and absolute(item.get("url", "https://none.test"))
        assert all(author.get("name") for author in item["authors"])
        assert item.get("language", "ar") and set(item) <= {
            "id", "url", "title", "content_html", "date_published", "authors", "language",
        }  # fmt: skip

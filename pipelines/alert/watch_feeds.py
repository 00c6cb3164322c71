"""The feed of a watch: its latest alerts as Atom, RSS or JSON Feed; and the secret address at which readers fetch it.

Only a hash of an address is stored. So nobody can learn an address from the database, and Nightdesk cannot show an
address again.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from functools import cache, partial
from hashlib import sha256
from typing import Any

import feedgenerator

from pipelines import steering
from pipelines.alert import watches
from pipelines.alert.watches import Watch
from pipelines.errors import WatchError
from pipelines.notify import message_languages, message_wording
from pipelines.settings import Settings
from pipelines.sources import folders
from pipelines.stores import postgres

# A feed has at most this many alerts. Chosen: a reader that fetches once a day misses nothing, except on the largest
# watches.
MOST_ALERTS = 50
# The address of a feed has this many random bytes. Chosen: 16 bytes cannot be guessed, and a longer address costs
# nothing.
TOKEN_BYTES = 24
# The id of a feed has this many hexadecimal digits. Chosen: they are 128 bits, so no two watches have the same.
NAME_DIGITS = 32
# XML forbids these characters, although they are no control characters.
NO_XML = dict.fromkeys((0xFFFE, 0xFFFF), "\ufffd")


class Form(StrEnum):
    """A form of feeds."""

    ATOM = "atom"
    RSS = "rss"
    JSON = "json"


MEDIA_TYPES = {
    Form.ATOM: "application/atom+xml; charset=utf-8",
    Form.RSS: "application/rss+xml; charset=utf-8",
    Form.JSON: "application/feed+json; charset=utf-8",
}


def newest(settings: Settings, conn: postgres.Connection, watch: str) -> list[postgres.Row]:
    """The latest alerts of a watch, newest first, with the titles of their sources; without quiet alerts."""
    title_and_zone = cache(partial(folders.title_and_zone, settings))
    return [
        {
            **alert,
            **dict(zip(("source_title", "timezone"), title_and_zone(alert["source"]), strict=True)),
            "also_in": [{**one, "source_title": title_and_zone(one["source"])[0]} for one in alert["also_in"]],
        }
        for alert in postgres.query(conn, "alerts_of_feed", watch=watch, count=MOST_ALERTS)
    ]


def language_and_zone(settings: Settings, conn: postgres.Connection, watch: str) -> tuple[str, str]:
    """The language and time zone of a watch's feed, which are those of its messages."""
    return watches.language_and_zone(watches.by_name(conn, [watch]).get(watch, Watch(name=watch)), settings)


def write(
    form: Form,
    watch: str,
    alerts: Sequence[Mapping[str, Any]],
    address: str = "",
    *,
    reader: tuple[str, str] = (message_languages.USUAL, "UTC"),
) -> bytes:
    """A feed of alerts.

    address: the address at which readers fetch it; the feed names it as its own.
    reader: the language and time zone of Nightdesk's own words in the feed.
    """
    own = f"urn:nightdesk:watch:{sha256(watch.encode('utf-8', 'replace')).hexdigest()[:NAME_DIGITS]}"
    title = steering.one_line(f"Nightdesk: {watch}")
    items = [_item(alert, reader) for alert in alerts]
    if form == Form.JSON:
        return _json(title, address, items)
    kind = feedgenerator.Atom1Feed if form == Form.ATOM else feedgenerator.Rss201rev2Feed
    feed = kind(title=title, link=address or own, description=title, feed_guid=own, feed_url=address or None)
    for item in items:
        feed.add_item(
            title=item["title"],
            link=item["link"] or item["id"],
            description=item["html"],
            unique_id=item["id"],
            unique_id_is_permalink=False,
            pubdate=item["at"],
            updateddate=item["at"],
            author_name=item["source"],
        )
    return str(feed.writeString("utf-8")).encode()


def open_address(conn: postgres.Connection, watch: str) -> str:
    """A new secret address for the feed of a watch, in place of the earlier one; part of the caller's transaction."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    postgres.execute(conn, "open_feed", watch=watch, digest=_digest(token))
    return token


def close_address(conn: postgres.Connection, watch: str) -> None:
    """Remove the address of a watch's feed, in the caller's transaction; WatchError if it has none."""
    if not postgres.execute(conn, "close_feed", watch=watch):
        raise WatchError(f"The feed of the watch {watch} has no address.")


def find_watch(conn: postgres.Connection, token: str) -> str:
    """The name of the watch whose feed has this address; empty if there is none."""
    row = postgres.row(conn, "watch_of_feed", digest=_digest(token))
    return str(row["watch"]) if row else ""


def _digest(token: str) -> str:
    return sha256(token.encode("utf-8", "replace")).hexdigest()


def _item(alert: Mapping[str, Any], reader: tuple[str, str]) -> dict[str, Any]:
    title, html = message_wording.for_feed(alert, *reader)
    url, source = (steering.one_line(one).translate(NO_XML) for one in (alert["url"], alert["source_title"]))
    source = source or alert["source"]
    return {
        # After a restore the database gives out numbers again, and readers know entries by their id.
        "id": f"urn:nightdesk:alert:{alert['id']}:{alert['created_at']:%Y%m%dT%H%M%S%f}",
        "title": title.translate(NO_XML).strip() or source,
        "html": html.translate(NO_XML),
        "link": url if url.startswith(("http://", "https://")) and alert["kind"] != "removed" else "",
        "at": alert["created_at"],
        "source": source,
        "language": alert["language"],
    }


def _json(title: str, address: str, items: Sequence[Mapping[str, Any]]) -> bytes:
    """JSON Feed 1.1."""
    feed: dict[str, Any] = {"version": "https://jsonfeed.org/version/1.1", "title": title}
    if address:
        feed["feed_url"] = address
    feed["items"] = [
        {
            "id": item["id"],
            "title": item["title"],
            "content_html": item["html"],
            "date_published": _write_time(item["at"]),
            "authors": [{"name": item["source"]}],
            **({"url": item["link"]} if item["link"] else {}),
            **({"language": item["language"]} if item["language"] else {}),
        }
        for item in items
    ]
    return (json.dumps(feed, ensure_ascii=False, indent=1) + "\n").encode()


def _write_time(at: datetime) -> str:
    return at.isoformat(timespec="seconds")

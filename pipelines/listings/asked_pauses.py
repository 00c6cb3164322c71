"""How often a list may be read, as the head of a feed and the headers of an answer say."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from itertools import islice
from typing import Any

from pipelines.listings.xmltree import name, text

# At most this many digits of a number are read. Chosen: even a year in seconds has only eight digits.
DIGITS = 9
# At most this many elements at the beginning of a feed are examined. Chosen: a head has some twenty elements, and this
# is far more.
HEAD_ELEMENTS = 1000
NUMBER = re.compile(rf"\d{{1,{DIGITS}}}")
MAX_AGE = re.compile(rf'(?:^|[\s,])max-age\s*=\s*"?(\d{{1,{DIGITS}}})', re.IGNORECASE)
NOT_KEPT = re.compile(r"(?:^|[\s,])no-(?:cache|store)(?:[\s,;]|$)", re.IGNORECASE)
# These are the periods of the RSS module "syndication" (web.resource.org/rss/1.0/modules/syndication).
PERIODS = {
    "hourly": timedelta(hours=1),
    "daily": timedelta(days=1),
    "weekly": timedelta(weeks=1),
    "monthly": timedelta(days=30),
    "yearly": timedelta(days=365),
}
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
HOURS_A_DAY = 24


@dataclass(frozen=True, kw_only=True)
class AskedPauses:
    """When a feed may be read; the fields are empty if the feed does not say.

    seconds: the least time between two readings (ttl, sy:updatePeriod).
    hours: the hours of the day, in UTC, in which it is not to be read.
    days: the weekdays on which it is not to be read; Monday is 0.
    """

    seconds: int = 0
    hours: tuple[int, ...] = ()
    days: tuple[int, ...] = ()


NONE_ASKED = AskedPauses()


def of_feed(root: Any) -> AskedPauses:
    """The pauses that the head of a feed asks for. An unreadable value is ignored."""
    said: dict[str, Any] = {}
    for holder in [root, *(node for node in islice(root, HEAD_ELEMENTS) if name(node) == "channel")]:
        for node in islice(holder, HEAD_ELEMENTS):
            said.setdefault(name(node), node)
    seconds = [_number(said.get("ttl")) * 60]
    period = PERIODS.get(text(said["updatePeriod"]).lower()) if "updatePeriod" in said else None
    if period:
        seconds.append(int(period.total_seconds()) // max(_number(said.get("updateFrequency")), 1))
    hours = {
        _number(node, -1) % HOURS_A_DAY for node in _parts(said.get("skipHours"), "hour") if _number(node, -1) >= 0
    }
    days = {DAYS.index(day) for node in _parts(said.get("skipDays"), "day") if (day := text(node).lower()) in DAYS}
    return AskedPauses(
        seconds=max(seconds),
        # If a feed forbids every hour or every day, this is ignored: only robots.txt can forbid all reading.
        hours=tuple(sorted(hours)) if len(hours) < HOURS_A_DAY else (),
        days=tuple(sorted(days)) if len(days) < len(DAYS) else (),
    )


def fresh_seconds(headers: Mapping[str, str], at: datetime) -> int | None:
    """For how many seconds an answer stays fresh, as its HTTP headers say (RFC 9111); None if they do not say.

    headers: by their names in lower case.
    at: when the answer came.
    """
    control = headers.get("cache-control", "")
    if NOT_KEPT.search(control):
        return 0
    if asked := MAX_AGE.search(control):
        age = headers.get("age", "").strip()
        return max(int(asked[1]) - (int(age) if NUMBER.fullmatch(age) else 0), 0)
    if "expires" not in headers:
        return None
    try:
        expires = parsedate_to_datetime(headers["expires"])
        begins = parsedate_to_datetime(headers["date"]) if "date" in headers else at
        return max(int((expires - begins).total_seconds()), 0)
    except (ValueError, TypeError, OverflowError):
        # An Expires header that is no date counts as a time in the past (RFC 9111, 5.3).
        return 0


def _number(node: Any, otherwise: int = 0) -> int:
    said = text(node).strip() if node is not None else ""
    return int(said) if NUMBER.fullmatch(said) else otherwise


def _parts(node: Any, called: str) -> list[Any]:
    return [] if node is None else [part for part in islice(node, HEAD_ELEMENTS) if name(part) == called]

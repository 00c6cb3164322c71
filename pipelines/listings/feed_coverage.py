"""Whether a source's feeds name every article that its sitemaps name. A feed that is cut or late loses articles
silently.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, time, timedelta
from itertools import islice

from pipelines import urls
from pipelines.listings import shapes
from pipelines.model import Entry

# A time is shown in days from this many hours on. Chosen: "40 hours" is understood at once.
HOURS_IN_DAYS_FROM = 48

# At most this many entries of each kind of list are compared. Chosen: only recent entries matter, and a sitemap may
# cover years.
MAX_ENTRIES = 10_000
# Differences within this time are ignored: lists are fetched minutes apart, and sites cache each list for a while.
TOLERANCE = timedelta(hours=1)
# A date without a time may be wrong by this much. So if fewer than LEAST_LATE articles are late, they are reported only
# if one of them is newer than the feed's newest article by at least this time.
DAY = timedelta(days=1)
# A feed is reported if it lacks at least LEAST_LACKING articles, and at least the share LEAST_LACKING_SHARE of the
# articles that it should name. Chosen: sites leave out single articles on purpose.
LEAST_LACKING, LEAST_LACKING_SHARE = 3, 0.1
# A feed is reported if at least this many articles of the sitemap are newer than the feed's newest article. Chosen:
# sites leave out single articles on purpose.
LEAST_LATE = 3
# Articles with a date in both lists can prove that a sitemap's lastmod is the day of publication. There must be at
# least LEAST_PROOFS such articles, and the two dates must agree for at least the share PROVEN of them.
LEAST_PROOFS, PROVEN = 5, 0.9


def compare(feed: Sequence[Entry], sitemap: Sequence[Entry]) -> str:
    """A sentence about articles that sitemaps name and feeds lack; empty if they agree, or if this is unknown.

    feed: the entries of all feeds together.
    sitemap: the entries of all sitemaps.

    Only articles with a known day of publication are compared, and only addresses shaped like the feed's own.
    """
    told = _by_key(feed)
    named = _by_key(_recent(sitemap, [entry.published_at for entry in feed if entry.published_at]))
    trusted = _proven(told, named)
    dates = {key: _date_of(entry, trusted) for key, entry in named.items()}
    fed = {key: entry.published_at or dates.get(key) for key, entry in told.items()}
    span = [at for at in fed.values() if at is not None]
    if len(span) < 2:
        return ""
    first, last, over = _end(min(span)), max(span), max(map(_end, span))
    both = [named[key] for key in told if key in named]
    alike = {shapes.shape(entry.url, keep=False) for entry in (*told.values(), *both)}
    others = {
        key: at
        for key, entry in named.items()
        if (at := dates[key]) is not None and (key in told or shapes.shape(entry.url, keep=False) in alike)
    }
    within = [key for key, at in others.items() if first <= at and _end(at) <= last]
    lacking = [key for key in within if key not in told]
    late = [at for key, at in others.items() if key not in told and at > over + TOLERANCE]
    if len(late) >= LEAST_LATE or (late and max(late) - over >= DAY):
        return (
            f"the feed lags: the sitemap names {_articles(len(late))} newer than the feed's newest,"
            f" by up to {_span(max(late) - over)}"
        )
    if len(lacking) >= max(LEAST_LACKING, LEAST_LACKING_SHARE * len(within)):
        return (
            f"the feed lacks {len(lacking)} of the {len(within)} articles of its own time span that the sitemap names"
        )
    return ""


def _by_key(entries: Iterable[Entry]) -> dict[str, Entry]:
    """Entries by the variant key of their address (`urls.variant`), because a feed may name another form of an address
    than a sitemap."""
    keyed: dict[str, Entry] = {}
    for entry in islice(entries, MAX_ENTRIES):
        try:
            keyed.setdefault(urls.variant(entry.url)[0], entry)
        except ValueError:
            continue
    return keyed


def _recent(entries: Sequence[Entry], since: Sequence[datetime]) -> list[Entry]:
    """The entries that have a date, the newest first, without those from long before the feed's own time span."""
    oldest = min(since) - DAY if since else datetime.min.replace(tzinfo=UTC)
    dated = [(at, entry) for entry in entries if (at := entry.published_at or entry.modified_at) and at >= oldest]
    return [entry for _, entry in sorted(dated, key=lambda pair: pair[0], reverse=True)]


def _proven(told: dict[str, Entry], named: dict[str, Entry]) -> bool:
    """Whether the sitemap's lastmod is the day of publication, judged by the articles with a date in the feed."""
    proofs = [
        abs(changed - published) <= DAY
        for key, entry in told.items()
        if (published := entry.published_at) and key in named and (changed := named[key].modified_at)
    ]
    return len(proofs) >= LEAST_PROOFS and sum(proofs) >= PROVEN * len(proofs)


def _date_of(entry: Entry, trusted: bool) -> datetime | None:
    return entry.published_at or (entry.modified_at if trusted else None)


def _end(at: datetime) -> datetime:
    """The latest moment that a date can mean. Midnight means a day without a time, so this is the end of the day."""
    return at + DAY if at.timetz() == time(tzinfo=UTC) else at


def _articles(count: int) -> str:
    return "1 article" if count == 1 else f"{count} articles"


def _span(span: timedelta) -> str:
    hours = round(span / timedelta(hours=1))
    if hours >= HOURS_IN_DAYS_FROM:
        return f"{round(hours / 24)} days"
    return "1 hour" if hours <= 1 else f"{hours} hours"

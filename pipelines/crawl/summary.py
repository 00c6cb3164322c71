"""What a crawl did for a source, in the words and the order in which a person asks for it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from pipelines.crawl import policy
from pipelines.stores import postgres

ORDER = ("discovered", "new", "fetched", "unchanged", "excluded", "blocked", "failed", "gone")
# These are two counts of a crawl's Tally. NOT_DUE counts the lists that were not due, and LISTS counts the looks at the
# other lists.
NOT_DUE, LISTS = "not due", "lists"
Rules = Mapping[str, int]


def exclusions(conn: postgres.Connection, run: str) -> dict[str, dict[str, int]]:
    """How many URLs each rule excluded in a run: source -> rule -> count, the largest first."""
    found: dict[str, dict[str, int]] = {}
    with conn:
        for row in postgres.query(conn, "excluded_of_run", run=run):
            found.setdefault(row["source"], {})[row["rule"]] = row["count"]
    return found


def sentence(counts: Mapping[str, int], rules: Rules | None = None, *, now: datetime | None = None) -> str:
    """The counts of a crawl: `9 discovered, 2 new, 2 fetched, 7 excluded (7 deny: /live/); 31 kB in 12 s`.

    While the crawl runs, the counts also have the number of URLs that are left and the seconds that they may take. Then
    the sentence says when the crawl may end, in UTC.
    """
    words = [f"{counts[word]} {word}" + _by(word, rules) for word in ORDER if counts.get(word)]
    cost = f"{size(counts.get('bytes', 0))} in {span(counts.get('seconds', 0))}"
    told = [", ".join(words) or "nothing yet", *([cost] if words or counts.get("bytes") else [])]
    if counts.get("left"):
        told.append(f"{counts['left']} URLs left{ending(counts, now or datetime.now(UTC))}")
    return "; ".join(told)


def ending(counts: Mapping[str, int], now: datetime) -> str:
    """When a running crawl may end, as a text that begins with a comma; empty if that is not known.

    In the last seconds no moment is named, because it would be over before somebody reads it.
    """
    if "remaining" not in counts:
        return ""
    if counts["remaining"] < policy.PROGRESS_SECONDS:
        return ", about to end"
    return f", may end at {now + timedelta(seconds=counts['remaining']):%H:%M:%S} UTC"


def tell_rules(rules: Rules) -> str:
    """The rules with their counts: `7 deny: /live/, 2 home page`."""
    return ", ".join(f"{count} {rule}" for rule, count in rules.items())


def size(count: float) -> str:
    """Bytes as a person reads them: `31 kB`."""
    for unit in ("B", "kB", "MB"):
        if count < 1000:
            return f"{count:.0f} {unit}" if unit == "B" or count >= 10 else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:.1f} GB"


def span(seconds: int) -> str:
    """Seconds as a person reads them: `3 min 5 s`."""
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def _by(word: str, rules: Rules | None) -> str:
    return f" ({tell_rules(rules)})" if word == "excluded" and rules else ""

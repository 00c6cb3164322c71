"""A source while a crawl has it: what happened so far, and the sentence that is said of it at the end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from time import monotonic

from pipelines import urls
from pipelines.codes import Cause, Kind, RunCode, RunState, State
from pipelines.crawl import ledger, policy, rules, summary
from pipelines.crawl.ledger import FetchResult
from pipelines.crawl.named_urls import KindAndEntry
from pipelines.crawl.past_urls import PAGED
from pipelines.crawl.rules import Rule
from pipelines.listings import formats
from pipelines.model import Entry, Source
from pipelines.sources import access
from pipelines.stores import clock, postgres, warc

# Troubles in one sentence. Chosen: they are mostly alike.
TROUBLES_SHOWN = 3

COUNTED = ("discovered", "new", "fetched", "unchanged", "excluded", "blocked", "failed", "gone", "bytes", "seconds")
# Entries that are kept to compare feeds with sitemaps; a sitemap of years says no more of tonight.
COMPARED = 5000


@dataclass
class CrawledSource:
    """A source while this crawl has it: its lock, its open raw file, and what happened so far.

    only: the one URL that was asked for by hand. last: the last look at it.
    listed: the articles that its lists named.
    asked: article pages that this run has asked for so far; sitemaps: the same of sitemaps that an index named.
    reached: whether one of its lists was had.
    read: how many looks at its lists brought them. resting: its lists that are not due, and when each is.
    named: the entries of its feeds and of its sitemaps in this run.
    same: feeds that had nothing new, so that their entries are not among those.
    shown: by the first page of a section, the keys that its pages have named.
    unread: the lists that could not be had, and why.
    let_in: whether a list named an article that the patterns let in.
    kept_out: else those of each rule.
    refused: looks that ended at a login.
    troubles: looks that brought nothing, and why. ends: where a list was not read to its end, as sentences.
    """

    source: Source
    lock: ExitStack
    began: float = field(default_factory=monotonic)
    writer: warc.Writer | None = None
    counts: Counter[str] = field(default_factory=lambda: Counter(dict.fromkeys(COUNTED, 0)))
    only: str = ""
    last: FetchResult | None = None
    listed: set[str] = field(default_factory=set)
    asked: int = 0
    sitemaps: int = 0
    reached: bool = False
    refused: int = 0
    troubles: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    read: int = 0
    resting: dict[str, datetime] = field(default_factory=dict)
    let_in: bool = False
    kept_out: dict[Rule, list[str]] = field(default_factory=dict)
    named: dict[Kind, list[Entry]] = field(default_factory=lambda: {Kind.FEED: [], Kind.SITEMAP: []})
    same: int = 0
    shown: dict[str, set[str]] = field(default_factory=dict)
    ends: list[str] = field(default_factory=list)


def count(followed: CrawledSource, look: FetchResult) -> None:
    """Add a look to the source's counts."""
    followed.counts["bytes"] += look.bytes
    followed.last = look if followed.only else None
    followed.refused += access.asks_for_login(look.status, look.code)
    if look.kind != Kind.ARTICLE and look.outcome not in (State.FETCHED, State.UNCHANGED):
        followed.unread.append(f"{look.url} {look.reason}")
    if look.kind == Kind.ARTICLE and look.outcome == State.EXCLUDED:
        # Nothing was sent for it: it uses up none of the pages of a run.
        followed.asked -= 1
    if look.outcome in (State.FAILED, State.BLOCKED):
        followed.troubles.append(f"{look.url} {look.reason}")
    if look.kind == Kind.ARTICLE:
        followed.counts[str(look.outcome)] += 1
    elif look.outcome in (State.FETCHED, State.UNCHANGED):
        followed.reached = True
        followed.read += 1
        followed.same += look.kind == Kind.FEED and look.outcome == State.UNCHANGED
    elif look.outcome in (State.GONE, State.EXCLUDED):
        followed.troubles.append(f"{look.url} {look.reason}")


def count_named(
    followed: CrawledSource, look: FetchResult, named: tuple[KindAndEntry, ...], got: Mapping[str, int]
) -> None:
    """Add what a list named, and what became of it in the ledger, to the source's counts."""
    _weigh(followed, [entry.url for kind, entry in named if kind == Kind.ARTICLE])
    # Feed and sitemap name the same article: it is one URL all the same.
    followed.listed.update(entry.url for kind, entry in named if kind == Kind.ARTICLE)
    followed.counts["discovered"] = len(followed.listed)
    followed.counts["new"] += got["discovered"]
    followed.counts["excluded"] += got["excluded"]
    if got["unusable"]:
        followed.counts["unusable"] += got["unusable"]
    if look.kind in followed.named:
        kept = followed.named[look.kind]
        entries = (entry for kind, entry in named if kind == Kind.ARTICLE)
        kept.extend(entry for entry, _ in zip(entries, range(COMPARED - len(kept)), strict=False))


def tally_counts(followed: CrawledSource) -> dict[str, int]:
    """The counts so far, with the seconds since the source was taken."""
    return {**followed.counts, "seconds": round(monotonic() - followed.began)}


def verdict(
    conn: postgres.Connection, followed: CrawledSource, *, late: bool, past: bool = False
) -> tuple[RunState, str, RunCode]:
    """State, sentence and code of a source whose crawl came to its end, by itself or (late) by its time budget."""
    if past:
        return *_verdict_of_past(conn, followed, late=late), RunCode.NONE
    if followed.only:
        return *_verdict_of_one(followed, late=late), RunCode.NONE
    counts, source = followed.counts, followed.source
    lists = len({urls.key(url) for url in (*source.feeds, *source.sitemaps, *source.sections)})
    none_due = 0 < lists <= len(followed.resting)
    if followed.resting:
        counts[summary.NOT_DUE] = len(followed.resting)
        counts[summary.LISTS] = followed.read + len(followed.unread)
    tried = counts["fetched"] + counts["unchanged"] + counts["gone"]
    with conn:
        left = ledger.count_waiting(conn, source.name)
        unread = ledger.count_waiting(conn, source.name, sitemaps=True)
        doubted = [
            row["url"] for row in postgres.query(conn, "doubted_lists", source=source.name, least=policy.TRUSTED_LOOKS)
        ]
        now = clock.of_ledger(conn).at
        kept_out = _all_kept_out(conn, followed)
    if late and left:
        return RunState.STOPPED, f"The time budget was used up; {left} URLs are left for the next crawl.", RunCode.NONE
    if not followed.reached and not none_due:
        # What was known before may have been fetched all the same; whether there is anything new nobody knows.
        why = "; ".join((followed.unread or followed.troubles)[:TROUBLES_SHOWN])
        if not why:
            why = "its hosts asked for rest" if left else "it names no feed, sitemap or section"
        return (
            RunState.FAILED,
            f"None of its feeds, sitemaps and sections could be reached: {why}.{_login(followed)}",
            RunCode.UNREACHABLE,
        )
    if not tried and counts["blocked"] + counts["failed"]:
        said = "; ".join(followed.troubles[:TROUBLES_SHOWN])
        return RunState.FAILED, f"None of its pages could be fetched: {said}.{_login(followed)}", RunCode.UNREACHABLE
    if kept_out:
        return RunState.FAILED, _kept_out_all(source, kept_out), RunCode.KEPT_OUT
    used_up = f"its {source.max_pages} pages a run are used up, " if followed.asked >= source.max_pages else ""
    notes = [f"{used_up}{left} URLs are left for the next crawl"] if left else []
    if unread and followed.sitemaps >= policy.MAX_SITEMAPS:
        notes.append(f"too many sitemaps: {followed.sitemaps} were read in this run, {unread} wait for the next")
    notes += followed.ends
    if followed.resting:
        first = min(followed.resting.values()).astimezone(UTC)
        which = "none of its lists was" if none_due else f"{len(followed.resting)} of its {lists} lists were not"
        notes.append(f"{which} asked: not due until {first:%Y-%m-%d %H:%M} UTC")
    if not counts["new"] and not counts["fetched"] and not none_due:
        notes.append("nothing new")
    if followed.refused and access.has_login(source):
        notes.append(f"its login was not taken for {followed.refused} of its pages")
    if followed.troubles:
        notes.append(f"trouble with {len(followed.troubles)}: {followed.troubles[0]}")
    notes += [f"{url} calls pages modified that are not: it is not believed in that" for url in doubted]
    lag = _lag(followed, now)
    if lag:
        counts["feed behind"] = 1
    return RunState.DONE, "; ".join([*notes, lag] if lag else notes), RunCode.NONE


def _weigh(followed: CrawledSource, named: Iterable[str]) -> None:
    """Note whether the source's own patterns let in anything of what its lists name."""
    for url in named if not followed.let_in else ():
        rule = rules.ruled_out(followed.source, url)
        if not rule:
            followed.let_in = True
            followed.kept_out.clear()
            return
        followed.kept_out.setdefault(rule, []).append(url)


def _all_kept_out(conn: postgres.Connection, followed: CrawledSource) -> list[tuple[Rule, int, list[str]]]:
    """Rule, count and some URLs of what the source's patterns keep out, where that is all that its lists ever named."""
    if followed.let_in or followed.kept_out:
        said = [(rule, len(named), named) for rule, named in followed.kept_out.items()]
        return sorted(said, key=lambda one: -one[1])
    # Tonight its lists may have said nothing they had not said before.
    rows = postgres.query(conn, "kept_out_of_source", source=followed.source.name, shown=policy.EXCLUDED_SHOWN)
    said = [(rules.ruled_out(followed.source, row["urls"][0]), row["count"], row["urls"]) for row in rows]
    return [one for one in said if one[0]]


def _kept_out_all(source: Source, kept_out: Sequence[tuple[Rule, int, list[str]]]) -> str:
    """The sentence for a source whose own patterns keep out everything."""
    rule, _, some = kept_out[0]
    what = (
        f"deny ({rule.pattern}) matches"
        if rule.code == Cause.DENY
        else f"allow ({', '.join(source.allow)}) matches none of"
    )
    total = sum(count for _, count, _ in kept_out)
    return (
        f"Its own {rule.code} keeps out all {total} articles that its lists name: {what} "
        f"{', '.join(list(dict.fromkeys(some))[: policy.EXCLUDED_SHOWN])}. Correct it in {source.name}.toml."
    )


def _login(followed: CrawledSource) -> str:
    """What is said where a site does not know a login that it is given."""
    if not followed.refused or not access.has_login(followed.source):
        return ""
    named = access.find_wanted(followed.source)
    variables = ", ".join(access.variable(name) for name, key in named.items() if key != "proxy")
    return f" Its login was not taken: put a new one into {variables}."


def _lag(followed: CrawledSource, now: datetime) -> str:
    """What the sitemaps of this run name and the feeds do not, where all feeds were read."""
    if followed.same or not all(followed.named.values()):
        return ""
    feed, sitemap = (
        [one for one in followed.named[kind] if not _kept_out(followed.source, one, kind, now)]
        for kind in (Kind.FEED, Kind.SITEMAP)
    )
    return formats.compare(feed, sitemap)


def _kept_out(source: Source, entry: Entry, by: Kind, now: datetime) -> bool:
    try:
        return bool(rules.excluding_rule(source, Kind.ARTICLE, entry, by, now))
    except ValueError:
        return True


def _verdict_of_past(conn: postgres.Connection, followed: CrawledSource, *, late: bool) -> tuple[RunState, str]:
    """State and sentence of a crawl of the past: what is left of it is asked for by the next one."""
    with conn:
        left = ledger.count_waiting(conn, followed.source.name, past=True)
    notes = [f"{left} URLs of the past are left for the next crawl of it"] if left else []
    # The page behind the last one of a feed was only a guess.
    troubles = [told for told in followed.troubles if not PAGED.search(told)]
    notes += [f"trouble with {len(troubles)}: {troubles[0]}"] if troubles else []
    had = followed.reached or followed.counts["fetched"] or not (followed.troubles or followed.unread)
    return (RunState.STOPPED if late and left else RunState.DONE if had else RunState.FAILED), "; ".join(notes)


def _verdict_of_one(followed: CrawledSource, *, late: bool) -> tuple[RunState, str]:
    """State and sentence for a crawl of one URL: what became of that URL, whatever else of the source is due."""
    look = followed.last
    if not look:
        if late:
            return RunState.STOPPED, f"The time budget was used up before {followed.only} was fetched."
        return RunState.FAILED, f"{followed.only} could not be fetched: its host asked for rest."
    if look.outcome == State.GONE:
        return RunState.DONE, f"{look.url} is gone: {look.reason}"
    if look.outcome in (State.FETCHED, State.UNCHANGED):
        return RunState.DONE, look.reason
    return RunState.FAILED, f"{look.url} could not be fetched: {look.reason}."

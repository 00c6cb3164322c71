"""A source while a crawl has it: what happened so far, and the sentence about it at the end."""

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
from pipelines.stores import clock, postgres, runs, warc

# One sentence names at most this many troubles. Chosen: most troubles are alike.
TROUBLES_SHOWN = 3

COUNTED = ("discovered", "new", "fetched", "unchanged", "excluded", "blocked", "failed", "gone", "bytes", "seconds")
# These counts hold the estimates of the last report of progress (host_upkeep): the URLs that are left, and the
# remaining seconds. They are removed when a source ends.
ESTIMATED = ("left", "remaining")
# At most this many entries are kept for comparing feeds with sitemaps. Further entries would only come from sitemaps
# that cover years, and say nothing about tonight.
COMPARED = 5000


@dataclass
class CrawledSource:
    """A source while this crawl has it: its lock, its open raw file, its attempt, and what happened so far.

    Its addresses:
        only_url: the one URL that a person asked for; last_result: the result of the last look at this URL.
        articles_listed: the articles that its lists named.
        pages_leased: how many article pages this run has leased, requested or not yet; max_pages bounds it.
        sitemaps_asked: how many sitemaps that an index named this run has leased.
        section_keys: first page of a section -> the keys of the URLs that the section's pages have named.
    Its lists:
        any_list_read: whether one of its lists was read.
        lists_read: how many looks brought a list; feeds_unchanged: how many of these were a feed without anything new.
        lists_unread: lists that could not be read, each with the reason.
        lists_cut: a sentence for each list that was not read to its end.
        feeds_all_new: feeds that named only articles which no earlier run knew. sitemap_known: whether a sitemap was
        unchanged, or named articles that an earlier run knew.
        lists_not_due: lists that are not due yet, and when each will be due.
        entries_of: the entries of its feeds and of its sitemaps in this run; those of an unchanged feed are missing.
    What was left out:
        any_let_in: whether a list named an article that the source's patterns let in.
        kept_out: if the patterns let no article in, the articles that each rule kept out.
        login_refusals: how many looks ended at a login.
        troubles: looks that brought nothing, each with the reason.
    """

    source: Source
    lock: ExitStack
    began: float = field(default_factory=monotonic)
    writer: warc.Writer | None = None
    counts: Counter[str] = field(default_factory=lambda: Counter(dict.fromkeys(COUNTED, 0)))
    attempt: runs.Attempt | None = None
    only_url: str = ""
    last_result: FetchResult | None = None
    articles_listed: set[str] = field(default_factory=set)
    pages_leased: int = 0
    sitemaps_asked: int = 0
    section_keys: dict[str, set[str]] = field(default_factory=dict)
    any_list_read: bool = False
    lists_read: int = 0
    feeds_unchanged: int = 0
    lists_unread: list[str] = field(default_factory=list)
    lists_cut: list[str] = field(default_factory=list)
    feeds_all_new: list[str] = field(default_factory=list)
    sitemap_known: bool = False
    lists_not_due: dict[str, datetime] = field(default_factory=dict)
    entries_of: dict[Kind, list[Entry]] = field(default_factory=lambda: {Kind.FEED: [], Kind.SITEMAP: []})
    any_let_in: bool = False
    kept_out: dict[Rule, list[str]] = field(default_factory=dict)
    login_refusals: int = 0
    troubles: list[str] = field(default_factory=list)


def count(crawled: CrawledSource, result: FetchResult) -> None:
    """Add a look to the source's counts."""
    crawled.counts["bytes"] += result.bytes
    crawled.last_result = result if crawled.only_url else None
    crawled.login_refusals += access.asks_for_login(result.status, result.code)
    if result.kind != Kind.ARTICLE and result.outcome not in (State.FETCHED, State.UNCHANGED):
        crawled.lists_unread.append(f"{result.url} {result.reason}")
    if result.kind == Kind.ARTICLE and result.outcome == State.EXCLUDED:
        # Nothing was sent for this page, so it does not count for `max_pages`.
        crawled.pages_leased -= 1
    if result.outcome in (State.FAILED, State.BLOCKED):
        crawled.troubles.append(f"{result.url} {result.reason}")
    if result.kind == Kind.ARTICLE:
        crawled.counts[str(result.outcome)] += 1
    elif result.outcome in (State.FETCHED, State.UNCHANGED):
        crawled.any_list_read = True
        crawled.lists_read += 1
        crawled.feeds_unchanged += result.kind == Kind.FEED and result.outcome == State.UNCHANGED
        crawled.sitemap_known |= result.kind == Kind.SITEMAP and result.outcome == State.UNCHANGED
    elif result.outcome in (State.GONE, State.EXCLUDED):
        crawled.troubles.append(f"{result.url} {result.reason}")


def count_named(
    crawled: CrawledSource, result: FetchResult, named: tuple[KindAndEntry, ...], got: Mapping[str, int]
) -> None:
    """Add to the source's counts what a list named. got: how many of these addresses were new to the ledger, known,
    excluded or unusable.
    """
    _weigh(crawled, [entry.url for kind, entry in named if kind == Kind.ARTICLE])
    # If feed and sitemap name the same article, it is still one URL.
    crawled.articles_listed.update(entry.url for kind, entry in named if kind == Kind.ARTICLE)
    # A tally's "discovered" is all that the lists named; its "new" is what the ledger did not know before.
    crawled.counts["discovered"] = len(crawled.articles_listed)
    crawled.counts["new"] += got["new"]
    crawled.counts["excluded"] += got["excluded"]
    if got["unusable"]:
        crawled.counts["unusable"] += got["unusable"]
    if got["unusable"] == len(named) > 0:
        crawled.troubles.append(f"{result.url} names no address that can be asked for")
    if result.kind == Kind.FEED and got["new"] and not got["known"]:
        crawled.feeds_all_new.append(result.url)
    crawled.sitemap_known |= result.kind == Kind.SITEMAP and bool(got["known"])
    if result.kind in crawled.entries_of:
        compared = crawled.entries_of[result.kind]
        entries = (entry for kind, entry in named if kind == Kind.ARTICLE)
        compared.extend(entry for entry, _ in zip(entries, range(COMPARED - len(compared)), strict=False))


def tally_counts(crawled: CrawledSource) -> dict[str, int]:
    """The counts so far, with the seconds since the source was taken."""
    return {**crawled.counts, "seconds": round(monotonic() - crawled.began)}


def end_state(
    conn: postgres.Connection, crawled: CrawledSource, *, late: bool, past: bool = False
) -> tuple[RunState, str, RunCode]:
    """State, sentence and code of a source whose crawl ended by itself, or by its time budget (late)."""
    if past:
        return *_end_state_of_past(conn, crawled, late=late), RunCode.NONE
    if crawled.only_url:
        return *_end_state_of_one(crawled, late=late), RunCode.NONE
    counts, source = crawled.counts, crawled.source
    lists = len({urls.key(url) for url in (*source.feeds, *source.sitemaps, *source.sections)})
    none_due = 0 < lists <= len(crawled.lists_not_due)
    if crawled.lists_not_due:
        counts[summary.NOT_DUE] = len(crawled.lists_not_due)
        counts[summary.LISTS] = crawled.lists_read + len(crawled.lists_unread)
    tried = counts["fetched"] + counts["unchanged"] + counts["gone"]
    with conn:
        left = ledger.count_waiting(conn, source.name)
        unread = ledger.count_waiting(conn, source.name, sitemaps=True)
        doubted = [
            row["url"] for row in postgres.query(conn, "doubted_lists", source=source.name, least=policy.TRUSTED_LOOKS)
        ]
        now = clock.of_ledger(conn).at
        rolled = _find_rolled_over(conn, crawled)
        kept_out = _find_kept_out(conn, crawled)
    if late and left:
        return RunState.STOPPED, f"The time budget was used up; {left} URLs are left for the next crawl.", RunCode.NONE
    if not crawled.any_list_read and not none_due:
        # URLs that were known before may have been fetched all the same, but whether there is anything new is unknown.
        why = "; ".join((crawled.lists_unread or crawled.troubles)[:TROUBLES_SHOWN])
        if not why:
            why = "its hosts asked for rest" if left else "it names no feed, sitemap or section"
        return (
            RunState.FAILED,
            f"None of its feeds, sitemaps and sections could be reached: {why}.{_login(crawled)}",
            RunCode.UNREACHABLE,
        )
    if not tried and counts["blocked"] + counts["failed"]:
        said = "; ".join(crawled.troubles[:TROUBLES_SHOWN])
        return RunState.FAILED, f"None of its pages could be fetched: {said}.{_login(crawled)}", RunCode.UNREACHABLE
    if kept_out:
        return RunState.FAILED, _kept_out_sentence(source, kept_out), RunCode.KEPT_OUT
    used_up = f"its {source.max_pages} pages a run are used up, " if crawled.pages_leased >= source.max_pages else ""
    notes = [f"{used_up}{left} URLs are left for the next crawl"] if left else []
    if unread and crawled.sitemaps_asked >= policy.MAX_SITEMAPS:
        notes.append(f"too many sitemaps: {crawled.sitemaps_asked} were read in this run, {unread} wait for the next")
    notes += crawled.lists_cut
    notes += [
        f"{url} names no article of its last look: those in between may be missing"
        f" (`nightdesk backfill {source.name}` looks for them)"
        for url in rolled
    ]
    if crawled.lists_not_due:
        first = min(crawled.lists_not_due.values()).astimezone(UTC)
        which = "none of its lists was" if none_due else f"{len(crawled.lists_not_due)} of its {lists} lists were not"
        notes.append(f"{which} asked: not due until {first:%Y-%m-%d %H:%M} UTC")
    if not counts["new"] and not counts["fetched"] and not none_due:
        notes.append("nothing new")
    if not counts["fetched"] and 0 < counts["new"] <= counts["gone"] + counts["blocked"] + counts["failed"]:
        notes.append(f"none of the {counts['new']} new pages that its lists name could be fetched")
    if crawled.login_refusals and access.has_login(source):
        notes.append(f"its login was not accepted for {crawled.login_refusals} of its pages")
    if crawled.troubles:
        notes.append(f"trouble with {len(crawled.troubles)}: {crawled.troubles[0]}")
    notes += [f"{url} calls pages modified that are not: it is not believed in that" for url in doubted]
    lag = _lag(crawled, now)
    if lag:
        counts["feed behind"] = 1
    return RunState.DONE, "; ".join([*notes, lag] if lag else notes), RunCode.NONE


def _weigh(crawled: CrawledSource, named: Iterable[str]) -> None:
    """Note whether the source's own patterns let in any of the articles that its lists name."""
    for url in named if not crawled.any_let_in else ():
        rule = rules.ruled_out(crawled.source, url)
        if not rule:
            crawled.any_let_in = True
            crawled.kept_out.clear()
            return
        crawled.kept_out.setdefault(rule, []).append(url)


def _find_kept_out(conn: postgres.Connection, crawled: CrawledSource) -> list[tuple[Rule, int, list[str]]]:
    """Rule, count and some URLs of what the source's patterns keep out; empty if the patterns let anything in."""
    if crawled.any_let_in or crawled.kept_out:
        said = [(rule, len(named), named) for rule, named in crawled.kept_out.items()]
        return sorted(said, key=lambda one: -one[1])
    # Tonight the lists may have named nothing new. Then the ledger says what the patterns keep out.
    rows = postgres.query(conn, "kept_out_of_source", source=crawled.source.name, shown=policy.EXCLUDED_SHOWN)
    said = [(rules.ruled_out(crawled.source, row["urls"][0]), row["count"], row["urls"]) for row in rows]
    return [one for one in said if one[0]]


def _find_rolled_over(conn: postgres.Connection, crawled: CrawledSource) -> list[str]:
    """The feeds that name no article of their last look; none if a sitemap may have named the articles in between."""
    if not crawled.feeds_all_new or crawled.sitemap_known or crawled.attempt is None:
        return []
    rows = postgres.query(
        conn, "lists_that_named", source=crawled.source.name, run=crawled.attempt.run, urls=crawled.feeds_all_new
    )
    return [row["via"] for row in rows]


def _kept_out_sentence(source: Source, kept_out: Sequence[tuple[Rule, int, list[str]]]) -> str:
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


def _login(crawled: CrawledSource) -> str:
    """The sentence for a site that does not accept the login that we send."""
    if not crawled.login_refusals or not access.has_login(crawled.source):
        return ""
    named = access.find_wanted(crawled.source)
    variables = ", ".join(access.variable(name) for name, key in named.items() if key != "proxy")
    return f" Its login was not accepted: put a new one into {variables}."


def _lag(crawled: CrawledSource, now: datetime) -> str:
    """A sentence if the feeds of this run lack articles that its sitemaps name; empty if they lack none, or a feed was
    unchanged and so not read.
    """
    if crawled.feeds_unchanged or not all(crawled.entries_of.values()):
        return ""
    feed, sitemap = (
        [one for one in crawled.entries_of[kind] if not _is_kept_out(crawled.source, one, kind, now)]
        for kind in (Kind.FEED, Kind.SITEMAP)
    )
    return formats.compare(feed, sitemap)


def _is_kept_out(source: Source, entry: Entry, by: Kind, now: datetime) -> bool:
    try:
        return bool(rules.excluding_rule(source, Kind.ARTICLE, entry, by, now))
    except ValueError:
        return True


def _end_state_of_past(conn: postgres.Connection, crawled: CrawledSource, *, late: bool) -> tuple[RunState, str]:
    """State and sentence of a crawl of the past. The next such crawl fetches what is left."""
    with conn:
        left = ledger.count_waiting(conn, crawled.source.name, past=True)
    notes = [f"{left} URLs of the past are left for the next crawl of it"] if left else []
    # The address of a feed's further page was only a guess, so a failure there is no trouble.
    troubles = [told for told in crawled.troubles if not PAGED.search(told)]
    notes += [f"trouble with {len(troubles)}: {troubles[0]}"] if troubles else []
    had = crawled.any_list_read or crawled.counts["fetched"] or not (crawled.troubles or crawled.lists_unread)
    return (RunState.STOPPED if late and left else RunState.DONE if had else RunState.FAILED), "; ".join(notes)


def _end_state_of_one(crawled: CrawledSource, *, late: bool) -> tuple[RunState, str]:
    """State and sentence of a crawl of one URL: the result of this URL, whatever else of the source is due."""
    result = crawled.last_result
    if not result:
        if late:
            return RunState.STOPPED, f"The time budget was used up before {crawled.only_url} was fetched."
        return RunState.FAILED, f"{crawled.only_url} could not be fetched: its host asked for rest."
    if result.outcome == State.GONE:
        return RunState.DONE, f"{result.url} is gone: {result.reason}"
    if result.outcome in (State.FETCHED, State.UNCHANGED):
        return RunState.DONE, result.reason
    return RunState.FAILED, f"{result.url} could not be fetched: {result.reason}."

"""The account of a run: it compares the URLs of each store with those of the next store and names every difference.

In the ledger every URL has one state, but this proves nothing, because the table allows nothing else. So the account
compares stores that are written independently. What the run's lists name (read again from the raw store) is compared
with the rows of `urls`. The answers in the raw store are compared with `fetches`, the fetches are compared with the
lines of the article file, and these lines with what load decided. Only the files of this run are read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pipelines import urls
from pipelines.codes import ChainLine, Kind, Retirement, RunState, Side, State
from pipelines.crawl import ledger, past_urls
from pipelines.errors import StoreError
from pipelines.listings import formats
from pipelines.model import Entry, Page, Pointer, Source
from pipelines.settings import Settings
from pipelines.stores import articlefile, bucket, chain, postgres, raw_retention, warc
from pipelines.stores.articlefile import Line

# If a line holds an article, load has decided on one of these states for it.
OF_ARTICLE = {State.STORED, State.UNCHANGED, State.DUPLICATE}


@dataclass(frozen=True, kw_only=True)
class Difference:
    """A URL about which one store says what the next store does not say. detail: where the URL stands, in words."""

    side: Side
    source: str
    run: str
    url: str
    detail: str = ""


def differences(settings: Settings, conn: postgres.Connection, source: Source, run: str) -> list[Difference]:
    """Every difference between the stores on a run of a source; none where all is accounted for."""
    account = _RunAccount(settings, conn, source, run)
    open_ends = ledger.find_unaccounted(conn, run, source.name)
    return [
        *(account.differs(Side.OPEN, row["url"], row["problem"]) for row in open_ends),
        *_of_raw_store(account),
        *_of_articles(account),
    ]


def is_due(before: Mapping[str, str]) -> bool:
    """Whether a run's stages have come so far that its stores must agree. before: the state of each stage, by name."""
    return before.get("crawl") in (RunState.DONE, RunState.STOPPED) and before.get("extract") == RunState.DONE


@dataclass(frozen=True)
class _RunAccount:
    settings: Settings
    conn: postgres.Connection
    source: Source
    run: str

    def differs(self, side: Side, url: str, detail: str = "") -> Difference:
        return Difference(side=side, source=self.source.name, run=self.run, url=url, detail=detail)


def _of_raw_store(account: _RunAccount) -> Iterator[Difference]:
    """Answers in the run's raw files that no fetch points to, fetches whose answer is missing, and URLs that the run's
    lists name and the ledger lacks.
    """
    raw = account.settings.raw
    pointed = postgres.query(account.conn, "files_of_run", source=account.source.name, run=account.run)
    yield from _of_files_elsewhere(account, [row["file"] for row in pointed if warc.is_elsewhere(row["file"])])
    pointed = [row for row in pointed if not warc.is_elsewhere(row["file"])]
    folders = {account.source.name, *(row["file"].partition("/")[0] for row in pointed)}
    runs = [f"{name}/{account.run}" for name in folders]
    there = {f"{run}/{name}" for run in runs for name in bucket.list_files(raw / run, warc.CLOSED) if "/" not in name}
    for name in sorted(there | {row["file"] for row in pointed}):
        fetched = {row["offset"]: row for row in postgres.query(account.conn, "fetches_of_file", file=name)}
        if name not in there:
            if not _is_excused(account, name):
                yield from (account.differs(Side.FETCH, row["url"], f"{name} is not there") for row in fetched.values())
            continue
        try:
            for pointer, page, facts in warc.pages(raw / name):
                row = fetched.pop(pointer.warc_offset, None)
                if row is None:
                    yield account.differs(Side.RECORD, page.url, f"{name}, byte {pointer.warc_offset}")
                elif _is_read_list(account, row, facts):
                    yield from _of_list(account, page, facts)
        except StoreError as error:
            yield from (account.differs(Side.FETCH, row["url"], str(error)) for row in fetched.values())
            continue
        yield from (account.differs(Side.FETCH, row["url"], f"{name}, byte {at}") for at, row in fetched.items())


def _of_files_elsewhere(account: _RunAccount, names: Sequence[str]) -> Iterator[Difference]:
    """The pages that an import left in other people's files, if they are missing there or have changed."""
    for name in names:
        for row in postgres.query(
            account.conn, "fetches_elsewhere", file=name, source=account.source.name, run=account.run
        ):
            pointer = Pointer(warc_file=name, warc_offset=row["offset"], warc_length=0)
            try:
                page = warc.read(account.settings.raw, pointer)
            except StoreError as error:
                yield account.differs(Side.FETCH, row["url"], str(error))
            else:
                if (page.url, page.digest) != (row["url"], row["digest"]):
                    yield account.differs(Side.FETCH, row["url"], f"{name}, byte {row['offset']}, holds another page")


def _is_read_list(account: _RunAccount, row: postgres.Row, facts: warc.RecordFacts) -> bool:
    """Whether a page is a list of the source that the crawl could read."""
    of_it = row["source"] == account.source.name and row["outcome"] == State.FETCHED
    return bool(of_it and facts["kind"] != Kind.ARTICLE)


def _is_excused(account: _RunAccount, name: str) -> bool:
    """Whether a missing raw file is explained: its chain says that it was taken away, or it is still open and the next
    crawl takes it in.
    """
    path = account.settings.raw / name
    if path.with_name(path.name + ".open").exists():
        return True
    last = chain.newest(account.settings.raw, name)
    return last is not None and last.told == ChainLine.RETIRED


def _of_list(account: _RunAccount, page: Page, facts: warc.RecordFacts) -> Iterator[Difference]:
    """Reads a list again, and gives the URLs that it names and that have no row in the ledger."""
    kind, whole = Kind(facts["kind"]), bool(facts.get("past"))
    try:
        found = formats.of_source(page, warc.decode_body(page), kind, account.source, whole=whole).found
    except Exception as error:  # noqa: BLE001 -- the crawl read this list, so any error now is a difference
        yield account.differs(Side.LISTED, page.url, f"the list cannot be read again ({type(error).__name__})")
        return
    named = {key: entry.url for which, entry in found if which != Kind.SECTION and (key := _key(entry))}
    past_keys = [past_urls.PREFIX + key for key in named]
    known = postgres.query(
        account.conn, "rows_of_keys", source=account.source.name, keys=list(named), past_keys=past_keys,
        prefix=past_urls.PREFIX,
    )  # fmt: skip
    lacking = named.keys() - {row["url_key"] for row in known}
    gone = (
        postgres.query(account.conn, "retired_keys", source=account.source.name, keys=list(lacking)) if lacking else []
    )
    for key in lacking - {row["url_key"] for row in gone}:
        yield account.differs(Side.LISTED, named[key], f"named by {page.url}")


def _key(entry: Entry) -> str:
    """The key of a URL that a list names, as the ledger has it; empty if it is no usable address."""
    url = urls.shorten(entry.url)
    try:
        # An address without a host, or without a form that variants share, is not usable either.
        return urls.key(url) if urls.clean(url) and urls.host(url) and urls.variant(url) else ""
    except ValueError:
        return ""


def _of_articles(account: _RunAccount) -> Iterator[Difference]:
    """Fetched pages without a line, lines of unknown fetches, lines on which load decided nothing, or something that
    does not fit the line, and stored articles that are missing."""
    file = articlefile.path(account.settings, account.source.name, account.run)
    retired = raw_retention.of_run(account.conn, account.source.name, account.run)
    if Retirement.ARTICLE_FILE in retired and not bucket.is_there(file):
        return
    try:
        lines = {line.fetch_id: line for line in articlefile.read(file)} if bucket.is_there(file) else {}
    except StoreError as error:
        yield account.differs(Side.LINE, "", str(error))
        return
    for row in postgres.query(account.conn, "fetched_pages", source=account.source.name, run=account.run):
        if row["fetch_id"] not in lines and (
            account.run in row["decided_in"] or not (row["decided_in"] or row["later"])
        ):
            yield account.differs(Side.LINE, row["url"], f"fetch {row['fetch_id']}; {file.name} has no line of it")
    rows = postgres.query(account.conn, "decided_lines", run=account.run, fetches=list(lines))
    decided = {row["fetch_id"]: row for row in rows}
    for number, line in lines.items():
        url = line.article.url if line.article else line.rejection.url if line.rejection else ""
        of_line = decided.get(number)
        if of_line is None and Retirement.LEDGER in retired:
            # Retention deleted the line's fetch and load's decision on it.
            continue
        if of_line is None:
            yield account.differs(Side.STRANGER, url, f"fetch {number}")
        elif of_line["held"]:
            # The run is in the quarantine: its lines are not compared, because a person decides on them, and not load
            # alone.
            continue
        elif not _agrees(line, set(of_line["outcomes"])):
            told = ", ".join(of_line["outcomes"]) or "nothing"
            yield account.differs(Side.OUTCOME, url, f"fetch {number}: {told} is decided")
        elif State.STORED in of_line["outcomes"] and not of_line["kept"]:
            yield account.differs(Side.ARTICLE, url, f"fetch {number}")


def _agrees(line: Line, outcomes: set[str]) -> bool:
    """Whether load's decision is one of those that this line can lead to."""
    return bool(outcomes & OF_ARTICLE if line.article else State.REJECTED in outcomes)

"""The account of a run: what each store says of its URLs, held against what the next one says; each difference by URL.

That every URL has one state in the ledger sums by itself and proves nothing. So the sides are such as do not know of
each other: what the run's lists name, read again out of the raw store, against the rows of `urls`; the answers in the
raw store against `fetches`; fetches against the lines of the article file; those against what load decided. It reads
the files of this run alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pipelines import urls
from pipelines.codes import Kind, Retirement, RunState, Side, State, Told
from pipelines.crawl import ledger, past
from pipelines.errors import StoreError
from pipelines.listings import formats
from pipelines.model import Entry, Page, Pointer, Source
from pipelines.settings import Settings
from pipelines.stores import articlefile, bucket, chain, postgres, retention, warc
from pipelines.stores.articlefile import Line

# What load may have decided of a line that holds an article.
OF_ARTICLE = {State.STORED, State.UNCHANGED, State.DUPLICATE}


@dataclass(frozen=True, kw_only=True)
class Difference:
    """A URL of which one store says what the next one does not; detail: where it stands, in words."""

    side: Side
    source: str
    run: str
    url: str
    detail: str = ""


def differences(settings: Settings, conn: postgres.Connection, source: Source, run: str) -> list[Difference]:
    """Every difference between the stores on a run of a source; none where all is accounted for."""
    look = _LookAtUrl(settings, conn, source, run)
    open_ends = ledger.find_unaccounted(conn, run, source.name)
    return [
        *(look.differs(Side.OPEN, row["url"], row["problem"]) for row in open_ends),
        *_of_raw_store(look),
        *_of_articles(look),
    ]


def is_due(before: Mapping[str, str]) -> bool:
    """Whether a run's stages came so far that its stores must agree; before: the states of its stages."""
    return before.get("crawl") in (RunState.DONE, RunState.STOPPED) and before.get("extract") == RunState.DONE


@dataclass(frozen=True)
class _LookAtUrl:
    settings: Settings
    conn: postgres.Connection
    source: Source
    run: str

    def differs(self, side: Side, url: str, detail: str = "") -> Difference:
        return Difference(side=side, source=self.source.name, run=self.run, url=url, detail=detail)


def _of_raw_store(look: _LookAtUrl) -> Iterator[Difference]:
    """Answers in the run's raw files that no fetch points to, and the other way round; and what their lists name."""
    raw = look.settings.raw
    pointed = postgres.query(look.conn, "files_of_run", source=look.source.name, run=look.run)
    yield from _of_files_elsewhere(look, [row["file"] for row in pointed if warc.is_elsewhere(row["file"])])
    pointed = [row for row in pointed if not warc.is_elsewhere(row["file"])]
    folders = {look.source.name, *(row["file"].partition("/")[0] for row in pointed)}
    runs = [f"{name}/{look.run}" for name in folders]
    there = {f"{run}/{name}" for run in runs for name in bucket.list_files(raw / run, warc.CLOSED) if "/" not in name}
    for name in sorted(there | {row["file"] for row in pointed}):
        fetched = {row["offset"]: row for row in postgres.query(look.conn, "fetches_of_file", file=name)}
        if name not in there:
            if not _is_excused(look, name):
                yield from (look.differs(Side.FETCH, row["url"], f"{name} is not there") for row in fetched.values())
            continue
        try:
            for pointer, page, facts in warc.pages(raw / name):
                row = fetched.pop(pointer.warc_offset, None)
                if row is None:
                    yield look.differs(Side.RECORD, page.url, f"{name}, byte {pointer.warc_offset}")
                elif _is_read_list(look, row, facts):
                    yield from _of_list(look, page, facts)
        except StoreError as error:
            yield from (look.differs(Side.FETCH, row["url"], str(error)) for row in fetched.values())
            continue
        yield from (look.differs(Side.FETCH, row["url"], f"{name}, byte {at}") for at, row in fetched.items())


def _of_files_elsewhere(look: _LookAtUrl, names: Sequence[str]) -> Iterator[Difference]:
    """Pages that an import left in files of others: each has to be there, as it was."""
    for name in names:
        for row in postgres.query(look.conn, "fetches_elsewhere", file=name, source=look.source.name, run=look.run):
            pointer = Pointer(warc_file=name, warc_offset=row["offset"], warc_length=0)
            try:
                page = warc.read(look.settings.raw, pointer)
            except StoreError as error:
                yield look.differs(Side.FETCH, row["url"], str(error))
            else:
                if (page.url, page.digest) != (row["url"], row["digest"]):
                    yield look.differs(Side.FETCH, row["url"], f"{name}, byte {row['offset']}, holds another page")


def _is_read_list(look: _LookAtUrl, row: postgres.Row, facts: warc.Meta) -> bool:
    """Whether a page is a list of the source that the crawl could read."""
    of_it = row["source"] == look.source.name and row["outcome"] == State.FETCHED
    return bool(of_it and facts["kind"] != Kind.ARTICLE)


def _is_excused(look: _LookAtUrl, name: str) -> bool:
    """Whether a raw file is taken away, as its chain says, or still open: the next crawl takes that in."""
    path = look.settings.raw / name
    if path.with_name(path.name + ".open").exists():
        return True
    last = chain.newest(look.settings.raw, name)
    return last is not None and last.told == Told.RETIRED


def _of_list(look: _LookAtUrl, page: Page, facts: warc.Meta) -> Iterator[Difference]:
    """What a list names, read again, and the ledger has no row of."""
    kind, whole = Kind(facts["kind"]), bool(facts.get("past"))
    try:
        found = formats.of_source(page, warc.decode_body(page), kind, look.source, whole=whole).found
    except Exception as error:  # noqa: BLE001 -- the crawl could read it: that it cannot be read now is the difference
        yield look.differs(Side.LISTED, page.url, f"the list cannot be read again ({type(error).__name__})")
        return
    named = {key: entry.url for which, entry in found if which != Kind.SECTION and (key := _key(entry))}
    past_keys = [past.PREFIX + key for key in named]
    known = postgres.query(
        look.conn, "rows_of_keys", source=look.source.name, keys=list(named), past_keys=past_keys, prefix=past.PREFIX,
    )  # fmt: skip
    lacking = named.keys() - {row["url_key"] for row in known}
    gone = postgres.query(look.conn, "retired_keys", source=look.source.name, keys=list(lacking)) if lacking else []
    for key in lacking - {row["url_key"] for row in gone}:
        yield look.differs(Side.LISTED, named[key], f"named by {page.url}")


def _key(entry: Entry) -> str:
    """The key of what a list names, as the ledger has it; nothing where it is no usable address."""
    url = urls.shorten(entry.url)
    try:
        # An address that has no host, or no other form, is not usable either.
        return urls.key(url) if urls.clean(url) and urls.host(url) and urls.variant(url) else ""
    except ValueError:
        return ""


def _of_articles(look: _LookAtUrl) -> Iterator[Difference]:
    """Fetched pages without a line, lines of fetches that are unknown, and lines of which load decided nothing."""
    file = articlefile.path(look.settings, look.source.name, look.run)
    retired = retention.of_run(look.conn, look.source.name, look.run)
    if Retirement.ARTICLE_FILE in retired and not bucket.is_there(file):
        return
    try:
        lines = {line.fetch_id: line for line in articlefile.read(file)} if bucket.is_there(file) else {}
    except StoreError as error:
        yield look.differs(Side.LINE, "", str(error))
        return
    for row in postgres.query(look.conn, "fetched_pages", source=look.source.name, run=look.run):
        if row["fetch_id"] not in lines and (look.run in row["decided_in"] or not (row["decided_in"] or row["later"])):
            yield look.differs(Side.LINE, row["url"], f"fetch {row['fetch_id']}; {file.name} has no line of it")
    decided = {
        row["fetch_id"]: row for row in postgres.query(look.conn, "decided_lines", run=look.run, fetches=list(lines))
    }  # fmt: skip
    for number, line in lines.items():
        url = line.article.url if line.article else line.rejection.url if line.rejection else ""
        of_line = decided.get(number)
        if of_line is None and Retirement.LEDGER in retired:
            # Its fetch was taken away, and what was decided of it.
            continue
        if of_line is None:
            yield look.differs(Side.STRANGER, url, f"fetch {number}")
        elif of_line["held"]:
            # Nothing is decided on it until somebody releases or rejects the run.
            continue
        elif not _agrees(line, set(of_line["outcomes"])):
            told = ", ".join(of_line["outcomes"]) or "nothing"
            yield look.differs(Side.OUTCOME, url, f"fetch {number}: {told} is decided")
        elif State.STORED in of_line["outcomes"] and not of_line["kept"]:
            yield look.differs(Side.ARTICLE, url, f"fetch {number}")


def _agrees(line: Line, outcomes: set[str]) -> bool:
    """Whether load decided what a line can lead to."""
    return bool(outcomes & OF_ARTICLE if line.article else State.REJECTED in outcomes)

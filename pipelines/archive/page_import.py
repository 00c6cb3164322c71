"""Import: pages that others saved as WARC are brought through Nightdesk's raw store, extract and load. An import alerts
nobody.

A page belongs to the followed source of its site, or else to the source `imported`. A page is left out if the ledger
has a look at its URL of the same time or later, or if the next crawl will fetch it. An import has a run for every
thousand pages or so. If an import is killed, the same command finishes its current run, and takes nothing twice.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from pipelines import urls
from pipelines.archive import backfill, import_input
from pipelines.archive.backfill import BackfillResult
from pipelines.archive.import_input import PagesRead
from pipelines.bucket_paths import address_of
from pipelines.codes import Kind, Quiet, RunState, State
from pipelines.crawl import ledger, past_urls
from pipelines.crawl.ledger import FetchResult
from pipelines.crawl.past_urls import PastSpan
from pipelines.errors import NightdeskError
from pipelines.model import Page, Pointer, Source, Tally
from pipelines.settings import Settings
from pipelines.stores import bucket, chain, foreign_warc, postgres, runs, warc
from pipelines.stores.foreign_warc import SavedPage

# A run of an import has at most about this many pages and this many bytes. Chosen: the pages of a run fit into memory,
# and a kill loses no more than one run.
PAGES_A_RUN, BYTES_A_RUN = 1_000, 64 << 20
# The raw files of a run are in this folder until they are complete, because no crawl looks there for its own files.
FOLDER = "importing"

Progress = Callable[[int], None]


@dataclass(kw_only=True)
class ImportReport(PagesRead):
    """The result of an import.

    known: pages of which the ledger has a look of the same time or later, or soon will have.
    erased: pages of addresses that were erased.
    counts: what the stages made of the pages.
    failed: a sentence for each stage that failed.
    """

    known: int = 0
    erased: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    runs: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)


def of_path(
    settings: Settings,
    path: Path,
    followed: Sequence[Source],
    *,
    in_place: bool = False,
    processes: int = 1,
    on_pages: Progress = lambda done: None,
) -> ImportReport:
    """Import the input at a path: WARC files, a folder of them, or a list of addresses; gives the result."""
    addresses, files = import_input.find_input(path)
    if addresses and in_place:
        raise NightdeskError("--in-place is for WARC files; what a list of addresses names is fetched.")
    if addresses:
        return fetch(settings, addresses, path.name, followed, processes=processes, on_pages=on_pages)
    return bring_in(settings, files, followed, in_place=in_place, processes=processes, on_pages=on_pages)


def bring_in(
    settings: Settings,
    paths: Sequence[Path],
    followed: Sequence[Source],
    *,
    in_place: bool = False,
    processes: int = 1,
    on_pages: Progress = lambda done: None,
) -> ImportReport:
    """Take the pages of WARC files into the archive, after the runs of killed imports are finished; gives the result.

    in_place: leave the files where they are, and let the ledger point into them.
    """
    report = ImportReport()
    site_of = import_input.by_site(followed)
    with (
        postgres.connection(settings, application="nightdesk import") as conn,
        postgres.hold_lock(conn, FOLDER) as ours,
    ):
        if not ours:
            raise NightdeskError("Another import is at work: run this again when that has ended.")
        _finish_open(settings, conn, followed, report, processes)
        for path in paths:
            heard = import_input.tell_bad(path, report), import_input.count_others(report)
            for some in _batches(foreign_warc.pages(path, *heard)):
                _take(settings, conn, path, some, site_of, report, processes, on_pages, in_place=in_place)
        shutil.rmtree(settings.data / FOLDER, ignore_errors=True)
    return report


def _finish_open(
    settings: Settings, conn: postgres.Connection, followed: Sequence[Source], report: ImportReport, processes: int
) -> None:
    """Finish the runs of killed imports. If the file of a run may be on another machine, the next import on that
    machine finishes the run, and this import takes the same pages in a run of its own.
    """
    sources = {source.name: source for source in followed}
    with conn:
        begun = postgres.query(conn, "past_open", why=Quiet.IMPORTED)
    for row in begun:
        if row["of_file"]:
            source = sources.get(row["source"]) or import_input.stranger(row["source"])
            if _is_elsewhere(settings, conn, source.name, row["run"]):
                continue
            _finish(settings, conn, source, row["run"], row["origin"].partition(":")[2], report, processes)
    shutil.rmtree(settings.data / FOLDER, ignore_errors=True)


def _is_elsewhere(settings: Settings, conn: postgres.Connection, source: str, run: str) -> bool:
    """Whether several machines share the raw store, and neither the store nor this machine has anything of a run."""
    folder = settings.raw / source / run
    here = [*bucket.list_files(folder, warc.CLOSED), *(settings.data / FOLDER / source / run).glob(f"*{warc.CLOSED}")]
    with conn:
        return bool(address_of(folder)) and not here and not ledger.count_asked(conn, source, run)


def fetch(
    settings: Settings,
    addresses: Sequence[str],
    name: str,
    followed: Sequence[Source],
    *,
    processes: int = 1,
    on_pages: Progress = lambda done: None,
) -> ImportReport:
    """Fetch the pages of those addresses that the ledger does not have yet, as a crawl does, and store them as
    imported.

    name: the name of the list.

    The pages of each source are fetched with the source's own delay. Failed addresses are left for the next call with
    the same list.
    """
    report = ImportReport()
    site_of = import_input.by_site(followed)
    by_source: dict[str, tuple[Source, list[str]]] = {}
    for url in addresses:
        try:
            source = import_input.source_of(url, site_of, private=True)
        except ValueError as error:
            report.bad += 1
            report.told.append(str(error))
            continue
        by_source.setdefault(source.name, (source, []))[1].append(url)
    wanted = PastSpan(asked=f"import:{name}")
    with (
        postgres.connection(settings, application="nightdesk import") as conn,
        postgres.hold_lock(conn, FOLDER) as ours,
    ):
        if not ours:
            raise NightdeskError("Another import is at work: run this again when that has ended.")
        for source, mine in by_source.values():
            backfill.finish_open(settings, conn, source, Quiet.IMPORTED)
            run = backfill.begin(conn, source, wanted.asked, Quiet.IMPORTED)
            with conn:
                asked = past_urls.ask(conn, source, run, [(url, wanted.asked) for url in mine])
                postgres.execute(conn, "past_end", run=run, source=source.name)
            filled = BackfillResult()
            backfill.fetch_wanted(
                settings, conn, source, wanted, filled, Quiet.IMPORTED, processes=processes,
                on_pages=lambda done, before=report.pages: on_pages(before + done),  # type: ignore[misc]
            )  # fmt: skip
            report.known += len(mine) - asked
            report.pages += filled.fetched
            backfill.add(report.sources, {source.name: filled.fetched} if filled.fetched else {})
            backfill.add(report.counts, filled.counts)
            report.runs += filled.runs
            report.failed += filled.failed
    return report


def _batches(pages: Iterator[SavedPage]) -> Iterator[list[SavedPage]]:
    some: list[SavedPage] = []
    size = 0
    for saved in pages:
        some.append(saved)
        size += len(saved.body)
        if len(some) >= PAGES_A_RUN or size >= BYTES_A_RUN:
            yield some
            some, size = [], 0
    if some:
        yield some


def _take(
    settings: Settings,
    conn: postgres.Connection,
    origin: Path,
    pages: Sequence[SavedPage],
    site_of: dict[str, list[Source]],
    report: ImportReport,
    processes: int,
    on_pages: Progress,
    *,
    in_place: bool,
) -> None:
    """Bring some pages through all stages, as one run for each source that they belong to."""
    by_source: dict[str, tuple[Source, list[SavedPage]]] = {}
    for saved in pages:
        report.pages += 1
        try:
            source = import_input.source_of(saved.url, site_of)
        except ValueError as error:
            import_input.tell_bad(origin, report)(saved.offset or 0, str(error))
            continue
        by_source.setdefault(source.name, (source, []))[1].append(saved)
    run = ""
    for source, mine in by_source.values():
        fresh = _unknown(conn, source, mine, report)
        if fresh:
            if in_place and any(saved.offset is None for saved in fresh):
                raise NightdeskError(
                    f"{origin} cannot stay in its place: a page of it is no gzip member of its own, so nothing can "
                    "point to it. Import it without --in-place."
                )
            run = backfill.begin(conn, source, f"file:{origin.name}", Quiet.IMPORTED, key=run)
            if in_place:
                _point(conn, source, run, origin, fresh)
            else:
                _write(settings, source, run, origin, fresh)
            _finish(settings, conn, source, run, origin.name, report, processes)
    on_pages(report.pages)


def _unknown(
    conn: postgres.Connection, source: Source, pages: Sequence[SavedPage], report: ImportReport
) -> list[SavedPage]:
    """The pages to take, in the order of their time: the ledger has no look of the same time or later at them, they are
    not erased, and no crawl is about to fetch them."""
    keys = {saved.url: urls.key(saved.url) for saved in pages}
    with conn:
        rows = postgres.query(conn, "past_known", source=source.name, keys=sorted(set(keys.values())))
    known = {row["url_key"]: row for row in rows}
    fresh = []
    seen: set[tuple[str, datetime]] = set()
    for saved in sorted(pages, key=lambda one: one.fetched_at):
        row = known.get(keys[saved.url])
        if row and row["erased"]:
            report.erased += 1
        elif (row and (row["due"] or (row["fetched_at"] and row["fetched_at"] >= saved.fetched_at))) or (
            keys[saved.url],
            saved.fetched_at,
        ) in seen:
            report.known += 1
        else:
            fresh.append(saved)
            seen.add((keys[saved.url], saved.fetched_at))
    return fresh


def _write(settings: Settings, source: Source, run: str, origin: Path, pages: Sequence[SavedPage]) -> None:
    """Write pages into a raw file beside the raw store, complete and closed."""
    writer = warc.begin(settings.data / FOLDER, source.name, run)
    for saved in pages:
        page = _page(saved, source, run, origin)
        told = {"file": origin.name, "record": saved.record_id, "offset": saved.offset}
        warc.append(writer, page, {"kind": str(Kind.ARTICLE), "imported": told})
    warc.finish(writer)


def _finish(
    settings: Settings,
    conn: postgres.Connection,
    source: Source,
    run: str,
    origin: str,
    report: ImportReport,
    processes: int,
) -> None:
    """Bring a run to its end, whichever of its steps are done already: raw store, ledger, extract, load."""
    _place(settings, source.name, run)
    folder = settings.raw / source.name / run
    for name in bucket.list_files(folder, warc.CLOSED):
        _record(conn, source, run, folder / name)
    with conn:
        taken = ledger.count_asked(conn, source.name, run)
        tally = Tally(run=run, source=source.name, stage="crawl", state=RunState.DONE, counts={"fetched": taken},
                      message=f"Imported from {origin}.")  # fmt: skip
        runs.end(conn, tally)
        postgres.execute(conn, "mark_one_page", run=run, source=source.name, stage="crawl", url=f"import:{origin}")
    backfill.bring_through(settings, conn, source, run, report.counts, report.failed, processes=processes)
    backfill.add(report.sources, {source.name: taken})
    if run not in report.runs:
        report.runs.append(run)


def _place(settings: Settings, source: str, run: str) -> None:
    """Put a run's complete files into the raw store, each after its line in the chain. The pages of incomplete files
    are read again from the input."""
    folder = settings.data / FOLDER / source / run
    for path in sorted(folder.glob(f"*{warc.CLOSED}")):
        chain.put(settings.raw, path)
    # A kill may have come after a file was placed and before it was sent to the bucket.
    for path in warc.unsent(settings.raw, source):
        if path.parent.name == run:
            warc.send(path)


def _record(conn: postgres.Connection, source: Source, run: str, path: Path) -> None:
    """Write the pages of a raw file into the ledger, except those that the ledger has already."""
    _look(conn, source, run, [(pointer, page) for pointer, page, _ in warc.pages(path)])


def _point(conn: postgres.Connection, source: Source, run: str, origin: Path, pages: Sequence[SavedPage]) -> None:
    """Write pages into the ledger, with pointers into the imported file, where their bytes stay."""
    name = str(origin.resolve())
    found = [(Pointer(warc_file=name, warc_offset=one.offset or 0, warc_length=0), _page(one, source, run, origin))
             for one in pages]  # fmt: skip
    _look(conn, source, run, found)


def _look(conn: postgres.Connection, source: Source, run: str, found: Sequence[tuple[Pointer, Page]]) -> None:
    """Write pages into the ledger, in one transaction."""
    rows = [
        (source.name, urls.key(page.url), urls.variant(page.url)[0], urls.clean(page.url), urls.host(page.url), run,
         page.via) for _, page in found
    ]  # fmt: skip
    with conn:
        postgres.execute_values(conn, "past_urls", rows)
        known = postgres.query(conn, "past_known", source=source.name, keys=sorted({row[1] for row in rows}))
        ids = {row["url_key"]: row["id"] for row in known}
        looks = [
            FetchResult(
                url_id=ids[row[1]], source=source.name, url=page.url, kind=Kind.ARTICLE, outcome=State.FETCHED,
                fetched_at=page.fetched_at, final_url=page.final_url, status=page.status, digest=page.digest,
                bytes=len(page.body), pointer=pointer,
            )
            for row, (pointer, page) in zip(rows, found, strict=True)
        ]  # fmt: skip
        ledger.record(conn, run, looks)


def _page(saved: SavedPage, source: Source, run: str, origin: Path) -> Page:
    return Page(
        source=source.name, run=run, url=saved.url, final_url=saved.url, fetched_at=saved.fetched_at,
        status=saved.status, headers=saved.headers, body=saved.body, digest=sha256(saved.body).hexdigest(),
        via=f"import:{origin.name}",
    )  # fmt: skip

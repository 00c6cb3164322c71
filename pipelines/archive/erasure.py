"""Erasing: an article that may not be kept is removed from database, article files and raw records for good.

For each of its addresses a row stays in the ledger, with a digest instead of the address. If a list names such an
address again, this row excludes it. A raw file keeps its length and all bytes of other pages, so pointers into the file
stay right. Its chain says that the file was rewritten. If erasing is killed, the same command does the rest.
"""

from __future__ import annotations

import tempfile
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from pipelines.alert import messages
from pipelines.archive import naming_lists
from pipelines.errors import NightdeskError
from pipelines.load import search_index
from pipelines.settings import Settings
from pipelines.stores import articlefile, bucket, chain, postgres, warc, warc_spans

# A source has these two locks: one for a night's crawl, and one for a crawl of past pages.
LOCKS = ("crawl", "past")
# Lists that were fetched up to this long before the article was discovered are searched for its address. Chosen: a list
# named the article in the run that discovered it, and no run takes so long.
BEFORE = timedelta(days=1)
# The chain says no more than this about erased pages, because the reason for an erasure may reveal the content.
WHY = "pages erased on request"
PIECE_BYTES = 1 << 20


@dataclass(kw_only=True)
class ErasureResult:
    """What was removed, or would be: addresses, wordings, alerts, pages of raw files, answers of lists that named the
    article, lines of article files.

    stays: what a person must take care of, as sentences.
    """

    id: int
    source: str = ""
    addresses: int = 0
    wordings: int = 0
    alerts: int = 0
    pages: int = 0
    lists: int = 0
    lines: int = 0
    stays: list[str] = field(default_factory=list)


def erase(settings: Settings, number: int, *, dry: bool = False) -> ErasureResult:
    """Erase an article.

    NightdeskError if there is no such article, if a hold protects it, or if its source is being crawled.

    dry: only say what would be removed.
    """
    with postgres.connection(settings, application="nightdesk erase") as conn:
        with conn:
            found = postgres.row(conn, "erase_article", id=number)
            begun = postgres.row(conn, "erase_begun", id=number)
        if found is None:
            if begun and begun["over"]:
                raise NightdeskError(f"Article {number} is erased already.")
            raise NightdeskError(f"There is no article {number}; `nightdesk search` finds the numbers of articles.")
        if found["held"]:
            raise NightdeskError(f"Article {number} is held: `nightdesk hold --release {found['held']}` comes first.")
        source = found["source"]
        with postgres.hold_lock(conn, LOCKS[0], source) as night, postgres.hold_lock(conn, LOCKS[1], source) as past:
            if not ((night and past) or dry):
                raise NightdeskError(f"{source} is being crawled: erase the article when that has ended.")
            return _erase(settings, conn, found, dry=dry)


def _erase(settings: Settings, conn: postgres.Connection, found: postgres.Row, *, dry: bool) -> ErasureResult:
    number, source = found["id"], found["source"]
    done = ErasureResult(id=number, source=source, wordings=found["wordings"], alerts=found["alerts"])
    with conn:
        addresses = postgres.query(conn, "erase_urls", url_id=found["url_id"])
        urls = [row["id"] for row in addresses]
        if not dry:
            postgres.query(conn, "load_lock", source=source)
            # The addresses are noted as erased first, so that nothing stores the article again meanwhile.
            postgres.execute(conn, "erase_addresses", id=number, url_id=found["url_id"])
        looks = postgres.query(conn, "erase_looks", urls=urls)
        lists = postgres.query(conn, "erase_lists", source=source, urls=urls, before=BEFORE)
    done.addresses = len(urls)
    names = {row["url"] for row in addresses} | {row[at] for row in looks for at in ("url", "final_url") if row[at]}
    telling = naming_lists.find(settings, lists, names, found["language"], done.stays)
    if not dry:
        with conn:
            # Once these records are rewritten, they no longer name the article. If erasing is killed after that, the
            # same command finds them by these marks.
            postgres.execute(conn, "erase_mark_lists", ids=[row["id"] for row in telling])
    done.lists = len(telling)
    done.pages = _erase_records(settings, looks, telling, done, dry=dry)
    words: set[str] = set()
    if not dry:
        words = _find_words(settings, conn, found, set(urls))
        search_index.merge(settings)
        # The words are forgotten before the lines are removed: if erasing were killed in between, nobody would know the
        # words any more.
        search_index.forget(conn, source, number, words)
    done.lines = _erase_lines(settings, source, set(urls), dry=dry)
    if not dry:
        # Until the lines were gone, a load of an article file may have noted their words again.
        search_index.forget(conn, source, number, words)
    _erase_golden(settings, source, names, done, dry=dry)
    if dry:
        return done
    with conn:
        postgres.execute(conn, "erase_list_fetch", ids=[row["id"] for row in telling])
    with conn:
        postgres.query(conn, "load_lock", source=source)
        waiting = postgres.query(conn, "erase_messages", id=number)
        postgres.execute(conn, "erase_leads", id=number)
        postgres.execute(conn, "erase_alerts", id=number)
        messages.say_subjects(conn, [row["id"] for row in waiting])
        postgres.execute(conn, "erase_rows", id=number)
        postgres.execute(conn, "stories_renumber", ids=[number])
        postgres.execute(conn, "erase_outcomes", urls=urls)
        postgres.execute(conn, "erase_fetches", urls=urls)
        postgres.execute(conn, "erase_retired", urls=urls)
        postgres.execute(conn, "erase_urls_end", urls=urls)
        postgres.execute(conn, "erase_end", id=number)
    return done


def _erase_records(
    settings: Settings,
    looks: Sequence[postgres.Row],
    telling: Sequence[postgres.Row],
    done: ErasureResult,
    *,
    dry: bool,
) -> int:
    """Overwrite pages, and lists that name them, with a filling of the same length; gives the number of pages."""
    of_lists = {(row["warc_file"], row["warc_offset"]) for row in telling}
    places: dict[str, set[int]] = defaultdict(set)
    for row in [*looks, *telling]:
        if row["warc_file"]:
            places[row["warc_file"]].add(row["warc_offset"])
    count = 0
    for name, offsets in places.items():
        path = settings.raw / name
        if warc.is_elsewhere(name):
            done.stays.append(
                f"{name} is no file of ours: {len(offsets)} page(s) stay until a person erases them there"
            )
            continue
        if not dry:
            chain.finish_rewrites(settings.raw, name.partition("/")[0])
        if not bucket.is_there(path):
            continue
        with bucket.whole(path, newest=True) as here, tempfile.TemporaryFile() as content:
            _, spans, _ = warc_spans.find_spans(here)
            mine = [span for span in spans if any(span[0] <= offset < span[1] for offset in offsets)]
            count += sum(not any((name, at) in of_lists for at in offsets if begin <= at < end) for begin, end in mine)
            if dry or not mine:
                continue
            with here.open("rb") as file:
                while piece := file.read(PIECE_BYTES):
                    content.write(piece)
            for begin, end in mine:
                content.seek(begin)
                content.write(warc_spans.make_filling(end - begin))
            content.seek(0)
            chain.rewrite(settings.raw, name, content, f"{len(mine)} {WHY}")
    return count


def _find_words(settings: Settings, conn: postgres.Connection, found: postgres.Row, urls: set[int]) -> set[str]:
    """The words of an article's wordings, and of the lines of these addresses."""
    with conn:
        wordings = postgres.query(conn, "erase_wordings", id=found["id"])
    words: set[str] = set()
    for wording in wordings:
        words |= search_index.words_of(wording)
    for path in _article_files(settings, found["source"]):
        for line in articlefile.read(path):
            if line.url_id in urls and line.article is not None:
                words |= search_index.words_of(vars(line.article))
    return words


def _article_files(settings: Settings, source: str) -> list[Path]:
    """The source's article files and trials."""
    folder = settings.articles / source
    files: list[Path] = [folder / Path(name).name for name in bucket.list_files(folder, ".jsonl")]
    return files + sorted(settings.trials.glob(f"*/{source}*.jsonl"))


def _erase_lines(settings: Settings, source: str, urls: set[int], *, dry: bool) -> int:
    """Remove the lines of these addresses from the source's article files and trials; gives how many."""
    count = 0
    for path in _article_files(settings, source):
        here = sum(line.url_id in urls for line in articlefile.read(path))
        if here and not dry:
            articlefile.write(path, [line for line in articlefile.read(path) if line.url_id not in urls])
        count += here
    return count


def _erase_golden(settings: Settings, source: str, names: set[str], done: ErasureResult, *, dry: bool) -> None:
    """Remove the raw files of golden pages that show the article. People write the file with the facts of golden pages,
    so that file is not changed; the result names it."""
    kept: Path = settings.data / "golden" / source
    for path in list(kept.glob(f"*/*{warc.CLOSED}")):
        if any(page.url in names for _, page, _ in warc.pages(path)):
            done.pages += 1
            if not dry:
                path.unlink()
    facts = settings.sources / "golden" / f"{source}.toml"
    if facts.exists() and any(name in facts.read_text(encoding="utf-8") for name in names):
        done.stays.append(f"{facts} has the facts of a golden page of it: take its [[page]] out there")

"""Renames a source, or merges it into another one: for a domain that moved, or a site that was followed twice.

First one transaction changes the rows and notes that the move has begun. Then the files move; each of these steps may
be repeated. Then the move is marked as over. After a kill, the same command finishes the move; until then the crawl
leaves both sources alone. Raw files stay in their place, because the ledger's pointers name them.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from pipelines import private
from pipelines.crawl import ledger
from pipelines.errors import SourceError
from pipelines.health import golden
from pipelines.load import story_links
from pipelines.settings import Settings
from pipelines.sources import folders
from pipelines.stores import articlefile, bucket, chain, migrations, postgres, warc

MERGE = (
    "merge_revisions",
    "merge_articles",
    "merge_aliases",
    "merge_gone",
    "merge_pairs",
    "merge_fetches",
)
AFTER = ("merge_runs", "merge_health", "merge_templates", "rename_source")


@dataclass(frozen=True, kw_only=True)
class MovedSource:
    """The result of a move.

    `articles`, `urls`: how many articles and URLs of the old source were in the new one too, and became one with them.
    `aside`: where the old source file is now.
    """

    old: str
    new: str
    articles: int = 0
    urls: int = 0
    aside: Path | None = None


def rename(settings: Settings, old: str, new: str) -> MovedSource:
    """Rename a source and all its records; SourceError says why that is impossible now."""
    with _alone(settings, old, new) as conn:
        begun = _find_begun(conn, old, new, merged=False)
        if not begun:
            # Raises if the old source is not followed, or the new name is taken.
            folders.path_of(settings, old)
            new = folders.free_name(settings, new)
            if _has_rows(conn, new):
                raise SourceError(
                    f"{new} was followed before, and what was collected of it is still there: "
                    f"`nightdesk follow` or write its file, then `nightdesk sources merge {old} {new}`."
                )
            with conn:
                _check_idle(settings, conn, old, new)
                postgres.execute(conn, "rename_articles", old=old, new=new)
                postgres.execute(conn, "rename_source", old=old, new=new)
                postgres.execute(conn, "move_begin", old=old, new=new, merged=False, urls=postgres.json({}))
        with folders.changing(settings, f"rename {old} to {new}") as here:
            file = here.sources / f"{old}.toml"
            if file.exists():
                file.replace(here.sources / f"{new}.toml")
        _finish(settings, conn, old, new, {})
    return MovedSource(old=old, new=new)


def merge(settings: Settings, old: str, new: str) -> MovedSource:
    """Move all collected articles of a source to another source, and stop following the first.

    An article that both sources have becomes one article; nobody is told of it again. SourceError says why the merge is
    impossible now.
    """
    if old == new:
        raise SourceError(f"{old} cannot be merged into itself.")
    folded = 0
    with _alone(settings, old, new) as conn:
        begun = _find_begun(conn, old, new, merged=True)
        if not begun:
            folders.path_of(settings, new)
            if not _has_rows(conn, old):
                # Raises if the old source is not followed.
                folders.path_of(settings, old)
            folders.check_aside(settings, old)
            with conn:
                _check_idle(settings, conn, old, new)
                _check_ended(conn, old)
                folded, gone = merge_rows(conn, old, new)
                postgres.execute(conn, "move_begin", old=old, new=new, merged=True, urls=postgres.json(gone))
                begun = [{"urls": gone}]
        urls = {int(number): kept for number, kept in begun[0]["urls"].items()}
        there = (settings.sources / f"{old}.toml").exists()
        aside = folders.unfollow(settings, old) if there else None
        _finish(settings, conn, old, new, urls)
    return MovedSource(old=old, new=new, articles=folded, urls=len(urls), aside=aside)


def merge_rows(conn: postgres.Connection, old: str, new: str) -> tuple[int, dict[str, int]]:
    """Give the rows of a source to another source, within the caller's transaction.

    Gives how many articles became one with an article of the other source, and for each URL row that was deleted the
    row that stays.
    """
    folded = postgres.execute(conn, "merge_same", old=old, new=new)
    # Loads and upkeep lock articles before the stories too. Another order could end in a deadlock with them.
    postgres.query(conn, "merge_hold", old=old)
    # This takes the longest, so it comes before the lock of the stories, for which loads of all sources wait.
    postgres.execute(conn, "rename_articles", old=old, new=new)
    if folded:
        # No load puts articles into a story from here on, because an article of the story may be about to be merged
        # away.
        story_links.lock(conn)
    left = postgres.query(conn, "merge_stories")
    for name in MERGE:
        postgres.execute(conn, name, old=old, new=new)
    gone = {str(row["gone"]): row["kept"] for row in postgres.query(conn, "merge_urls")}
    for name in AFTER:
        postgres.execute(conn, name, old=old, new=new)
    if folded:
        story_links.mend(
            conn,
            gone=[row["article_id"] for row in left],
            stories={row["story_id"] for row in left},
            dated=postgres.query(conn, "merge_told"),
        )
    return folded, gone


def watches_naming(settings: Settings, source: str) -> list[str]:
    """The watches whose query still uses the old name of a source; they would match none of its articles."""
    with postgres.connection(settings) as conn:
        return [row["name"] for row in postgres.query(conn, "watches_naming", source=source)]


@contextmanager
def _alone(settings: Settings, old: str, new: str) -> Iterator[postgres.Connection]:
    """A connection that locks both sources, so that no crawl begins; SourceError if a crawl is running."""
    with postgres.connection(settings, application="nightdesk move") as conn:
        migrations.check_migrated(conn)
        with postgres.hold_lock(conn, "crawl", old) as first, postgres.hold_lock(conn, "crawl", new) as second:
            if not (first and second):
                raise SourceError(
                    f"{new if first else old} is being crawled or moved at this moment; try again when that is "
                    "over (`nightdesk status` shows it)."
                )
            yield conn


def _find_begun(conn: postgres.Connection, old: str, new: str, *, merged: bool) -> list[postgres.Row]:
    """The row of this move if it has begun before; SourceError if another move of these sources has begun."""
    with conn:
        found = postgres.query(conn, "moves_begun", sources=[old, new])
    for row in found:
        if (row["old"], row["new"], row["merged"]) != (old, new, merged):
            (sentence,) = set(ledger.find_unfinished_renames(conn, [row["old"]]).values())
            raise SourceError(f"{row['old']}: {sentence}")
    return found


def _has_rows(conn: postgres.Connection, source: str) -> bool:
    with conn:
        (row,) = postgres.query(conn, "source_has_rows", source=source)
    return bool(row["there"])


def _check_idle(settings: Settings, conn: postgres.Connection, old: str, new: str) -> None:
    """Raise SourceError if a stage works on either source, or if a killed crawl left pages without rows."""
    for source in (old, new):
        postgres.query(conn, "load_lock", source=source)
    at_work = postgres.query(conn, "stages_at_work", sources=[old, new])
    if at_work:
        said = ", ".join(f"{row['stage']} of {row['source']}" for row in at_work)
        raise SourceError(f"Another process is at work there: {said}. Try again when that is over.")
    for source in (old, new):
        # Only a crawl of a source with this name takes these pages into the ledger.
        left = warc.find_unfinished(settings.raw, source)
        if left:
            first = "" if (settings.sources / f"{source}.toml").exists() else f"`nightdesk follow {source}`, then "
            raise SourceError(
                f"A killed crawl of {source} has left {warc.name_of(left[0])} open, with pages that no table knows of: "
                f"{first}`nightdesk run {source}` takes them in; then do this again."
            )


def _check_ended(conn: postgres.Connection, old: str) -> None:
    """Raise SourceError if pages of the old source wait for a later stage, which would not find them after the move."""
    (left,) = postgres.query(conn, "left_of_source", source=old)
    if left["pages"]:
        raise SourceError(
            f"{left['pages']} pages of {old} are fetched and not decided: `nightdesk extract {old}`, then "
            f"`nightdesk load {old}`, then again."
        )
    if left["changes"]:
        raise SourceError(f"{left['changes']} changes of {old} wait to be matched: `nightdesk alert`, then again.")


def _finish(settings: Settings, conn: postgres.Connection, old: str, new: str, urls: Mapping[int, int]) -> None:
    """Move the files, each in a step that may be repeated, and mark the move as over."""
    for folder in chain.folders(settings.raw):
        if chain.source_of(chain.links(settings.raw, folder), folder) == old:
            chain.move(settings.raw, folder, new)
    _move_golden(settings, old, new)
    _move_article_files(settings, old, new, urls)
    with conn:
        postgres.execute(conn, "move_end", old=old)


def _move_golden(settings: Settings, old: str, new: str) -> None:
    golden.move(settings, old, new)
    folder = settings.data / golden.FOLDER / old
    for file in sorted(folder.glob(f"*/*{warc.CLOSED}")):
        into = private.folder(settings.data / golden.FOLDER / new / file.parent.name)
        file.replace(into / file.name)
    _remove(folder)


def _move_article_files(settings: Settings, old: str, new: str, urls: Mapping[int, int]) -> None:
    """Move the article files; lines whose URL row was merged away get the number of the row that stays."""
    folder = settings.articles / old
    for name in bucket.list_files(folder, ".jsonl"):
        file = folder / name
        if "/" in name or name.startswith("."):
            continue
        target = settings.articles / new / file.name
        lines = [replace(line, url_id=urls.get(line.url_id, line.url_id)) for line in articlefile.read(file)]
        known = [replace(one, url_id=urls.get(one.url_id, one.url_id)) for one in _lines(target)]
        there = {line.fetch_id for line in known}
        articlefile.write(target, [*known, *(line for line in lines if line.fetch_id not in there)])
        _drop_moved(file)
    _remove(folder)


def _drop_moved(file: Path) -> None:
    """Delete an article file all of whose lines are now in the file at the new place."""
    bucket.remove(file)


def _lines(file: Path) -> list[articlefile.Line]:
    return list(articlefile.read(file)) if bucket.is_there(file) else []


def _remove(folder: Path) -> None:
    """Delete a folder with its empty subfolders; other files that people put there stay."""
    for inner, _, _ in os.walk(folder, topdown=False):
        if not any(Path(inner).iterdir()):
            Path(inner).rmdir()

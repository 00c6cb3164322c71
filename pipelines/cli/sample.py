"""`nightdesk sources sample` drafts golden pages; `sources check` checks files, golden pages and sites."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli import completion
from pipelines.cli.show import complain, progress, quote, say
from pipelines.desk import desk_records
from pipelines.errors import NightdeskError
from pipelines.follow import recheck
from pipelines.health import golden
from pipelines.model import Source
from pipelines.settings import Settings, settings
from pipelines.sources import folders
from pipelines.sources.sourcefile import show_path
from pipelines.stores import migrations, postgres

# This many of the newest articles are searched for one that is not golden yet.
NEWEST = 50


@dataclass(frozen=True)
class CheckedSample:
    """A source to check, and the folder of its golden pages. `by_name`: the person gave its name, not its file."""

    source: Source
    folder: Path
    by_name: bool


def add_to(app: typer.Typer) -> None:
    """Register the commands under `sources`."""
    app.command("check")(check)
    app.command("sample")(sample)


def check(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME|FILE]...", autocompletion=completion.sources)
    ] = None,
    all_: Annotated[bool, typer.Option("--all", help="Look at the sites of all followed sources as well.")] = False,
    offline: Annotated[bool, typer.Option("--offline", help="Leave the sites alone.")] = False,
) -> None:
    """Check source files and golden pages of followed sources. If sources are named, or with --all, check their sites
    too."""
    current = settings()
    checked = [_check_one(current, name) for name in names or []] or [
        CheckedSample(source, current.sources, by_name=False) for source in folders.read_followed(current)
    ]
    say(f"{len(checked)} source file(s) are in order: {', '.join(one.source.name for one in checked) or 'none'}.")
    broken = _check_golden(current, checked)
    changed = [] if offline else _check_sites(current, checked, every=all_)
    if broken or changed:
        raise typer.Exit(1)


def sample(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A followed source.", autocompletion=completion.sources)],
    page: Annotated[
        str, typer.Argument(metavar="[URL|ID]", help="One of its articles; the newest that is not golden yet if none.")
    ] = "",
    note: Annotated[str, typer.Option("--note", help="What is wrong with it, for whoever mends it.")] = "",
) -> None:
    """Save the facts of a source's page for a person to review; `sources check` then checks the source against them."""
    current = settings()
    (source,) = folders.read_named(current, [name])
    with postgres.connection(current) as conn:
        migrations.check_migrated(conn)
        drafted = golden.sample_article(current, conn, source, _choose_article(current, conn, source, page), note=note)
    quote(drafted.title or "", "bold")
    for fact in ("url", "published", "language", "begins", "ends"):
        say(f"{fact:10}{getattr(drafted, fact) or '–'}")
    file = show_path(golden.path(current.sources, source.name))
    say(f"\nThis draft is in {file}. Compare it with the page, mend what is wrong, then set its `reviewed` to true.")


def _check_one(current: Settings, name: str) -> CheckedSample:
    """The source to check: a followed one by its name, or the one in a file."""
    if name.endswith(".toml"):
        return CheckedSample(folders.load(Path(name)), Path(name).parent, by_name=False)
    return CheckedSample(folders.read_named(current, [name])[0], current.sources, by_name=True)


def _check_golden(current: Settings, checked: Sequence[CheckedSample]) -> list[str]:
    """Print the results of the golden pages; gives the sources with a reviewed page that lost a fact."""
    files = {one.source.name: golden.path(one.folder, one.source.name) for one in checked}
    pages = [(one.source, page) for one in checked for page in golden.load(files[one.source.name])]
    found = golden.check(current, pages)
    return [
        name for name, file in files.items() if not _tell_result(name, file, [f for f in found if f.source == name])
    ]


def _check_sites(current: Settings, checked: Sequence[CheckedSample], *, every: bool) -> list[str]:
    """Look at the sites of named sources, or at every site; gives the sources whose site changed."""
    looked_at = [one.source for one in checked if every or one.by_name]
    changed = [source.name for source in looked_at if not _looked_at(current, source)]
    if every and looked_at:
        alike = len(looked_at) - len(changed)
        rest = f"; look at {', '.join(changed)}." if changed else "."
        say(f"{alike} of {len(looked_at)} sites are as they should be{rest}")
    return changed


def _looked_at(current: Settings, source: Source) -> bool:
    """Look at a source's site and print the changes; gives False if a change loses articles."""
    try:
        checked = recheck.check(current, source, on_line=progress)
    except NightdeskError as error:
        complain(f"{source.name}: {error}")
        return False
    for change in checked.changes:
        (complain if change.bad else say)(f"{source.name}: {change.text}.")
    say(f"{source.name}: {'nothing has changed; ' if not checked.changes else ''}{checked.fine}.")
    return not checked.broken


def _tell_result(name: str, file: Path, found: Sequence[golden.GoldenResult]) -> bool:
    """Print the results of a source's golden pages; gives True if every reviewed page still gives all its facts."""
    for checked in found:
        for difference in checked.differs:
            if checked.golden.reviewed:
                complain(f"{name}: {checked.golden.url}: {difference}.")
            else:
                say(f"{name}: {checked.golden.url} (not reviewed): {difference}.", "yellow")
    drafts = sum(1 for checked in found if not checked.golden.reviewed)
    broken = sum(1 for checked in found if checked.golden.reviewed and checked.differs)
    held = len(found) - drafts
    if broken:
        complain(f"{name}: {broken} of {held} golden page(s) no longer give what they should.")
    elif held:
        say(f"{name}: {held} golden page(s) give what they should.")
    if drafts:
        say(
            f"{name}: {drafts} golden page(s) are not reviewed yet: compare {show_path(file)} with the pages, "
            "then set `reviewed` to true.",
            "yellow",
        )
    return not broken


def _choose_article(current: Settings, conn: postgres.Connection, source: Source, page: str) -> int:
    """The number of the article that `page` means."""
    if page.isdigit():
        found = desk_records.article(conn, int(page))
    elif page:
        row = postgres.row(conn, "article_of_url", url=page)
        found = desk_records.article(conn, row["id"]) if row else None
    else:
        had = {g.url for g in golden.load(golden.path(current.sources, source.name))}
        newest = desk_records.latest_articles(conn, NEWEST, source.name)
        found = next((row for row in newest if row["url"] not in had), None)
        if found is None:
            raise NightdeskError(
                f"{source.name} has no article yet: `nightdesk run {source.name}` collects some."
                if not newest
                else f"The {len(newest)} newest articles of {source.name} are golden already; name another."
            )
    if found is None or found["source"] != source.name:
        raise NightdeskError(f"There is no article {page} of {source.name}; `nightdesk articles` lists the latest.")
    return int(found["id"])

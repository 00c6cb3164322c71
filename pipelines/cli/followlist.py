"""`nightdesk follow feeds.opml` and `nightdesk sources export --opml`: lists that every feed reader understands."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from pipelines import urls
from pipelines.cli import completion
from pipelines.cli.show import quiet_if, say
from pipelines.errors import SourceError
from pipelines.follow import many_sites, opml
from pipelines.follow.many_sites import Became, SiteOutcome
from pipelines.settings import settings
from pipelines.sources import folders

# Of the sites that need an answer, of those that failed, and of the further feeds of a site, at most this many are
# shown; --json has all.
MOST_TOLD = 40


@dataclass(frozen=True, kw_only=True)
class Wish:
    """The options of `follow`: facts about the site (empty: find them out), and how to proceed."""

    name: str = ""
    timezone: str = ""
    country: str = ""
    delay: float
    yes: bool = False
    dry_run: bool = False
    anew: bool = False
    twice: bool = False
    quiet: bool = False


def follow(text: str, wish: Wish, one: Callable[[str, Wish], Any]) -> list[SiteOutcome]:
    """Follow the sites of a list, a few at a time; questions for a person are shown or asked at the end.

    one: a function that follows a single site and asks the person about it.
    """
    listed = opml.read(Path(text).expanduser())
    feeds = len(listed) + sum(len(site.others) for site in listed)
    if not wish.quiet:
        say(f"{text}: {feeds} feeds of {len(listed)} sites; {many_sites.TOGETHER} are looked at at a time.")
    if not (wish.yes or wish.dry_run) and not typer.confirm(
        f"Follow those of the {len(listed)} sites that are fine?", default=True
    ):
        say("Nothing was written.")
        return []
    try:
        found = many_sites.each(
            settings(), listed, write=not wish.dry_run, anew=wish.anew, delay=wish.delay, on_line=quiet_if(wish.quiet)
        )
    except KeyboardInterrupt:
        say("Stopped; what was done is kept, and the same command goes on where it was.", "yellow")
        raise
    if not wish.quiet:
        _tell(found, dry_run=wish.dry_run)
        if sys.stdin.isatty() and not wish.yes and not wish.dry_run:
            # The results of the looks just before are used again, so no site gets a second request.
            for outcome in (outcome for outcome in found if outcome.became == Became.ASKS):
                say("")
                one(outcome.url, Wish(delay=wish.delay))
    return found


def export(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="[NAME...]", help="Some of the followed sources.", autocompletion=completion.sources),
    ] = None,
    as_opml: Annotated[bool, typer.Option("--opml", help="As OPML, which every feed reader takes.")] = False,
) -> None:
    """Print the followed sources as a list for other programs."""
    if not as_opml:
        raise SourceError("Name the form to export them in: `nightdesk sources export --opml > feeds.opml`.")
    sys.stdout.write(opml.write(folders.read_named(settings(), names or [])))


def _tell(found: Sequence[SiteOutcome], *, dry_run: bool) -> None:
    counted = Counter(outcome.became for outcome in found)
    say("")
    told = {Became.FOLLOWED: "could be followed" if dry_run else "followed"}
    say("; ".join(f"{counted[kind]} {told.get(kind, str(kind))}" for kind in Became if counted[kind]) + ".")
    asks = [outcome for outcome in found if outcome.became == Became.ASKS]
    failed = [outcome for outcome in found if outcome.became == Became.FAILED]
    if asks:
        say("")
        say("These need an answer; nothing is asked of them a second time within the hour:", "bold")
    for outcome in asks[:MOST_TOLD]:
        options = " ".join(f"--{name} …" for name in outcome.missing)
        say(f"  nightdesk follow {urls.readable(outcome.url)} {options}")
        say(f"    {outcome.problem}", "dim")
    if failed:
        say("")
        say("These cannot be followed as they are; --anew looks at them again:", "bold")
    for outcome in failed[:MOST_TOLD]:
        say(f"  {urls.readable(outcome.url)}{f' ({outcome.title})' if outcome.title else ''}")
        say(f"    {outcome.problem}", "dim")
    left = max(len(asks) - MOST_TOLD, 0) + max(len(failed) - MOST_TOLD, 0)
    if left:
        say(f"  and {left} more: --json has all of them.", "dim")
    for outcome in found:
        if outcome.others and outcome.became in (Became.FOLLOWED, Became.ALREADY):
            say("")
            say(f"{outcome.name}: the list has further feeds of this host; add those you want to its file:", "bold")
            for url in outcome.others[:MOST_TOLD]:
                say(f"  {urls.readable(url)}", "dim")

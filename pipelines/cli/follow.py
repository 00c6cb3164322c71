"""`nightdesk follow`: makes a source from an address or an entry of the catalogue; `unfollow` ends following."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from pipelines import timezones, urls
from pipelines.cli import completion, followlist
from pipelines.cli.followlist import Wish
from pipelines.cli.show import Json, as_json, complain, out, quiet_if, say, table
from pipelines.errors import SourceError
from pipelines.follow import already_followed, opml, site_place
from pipelines.follow.many_sites import Became
from pipelines.follow.samples import Sample
from pipelines.follow.site_place import COUNTRY, SitePlace
from pipelines.settings import of_installation, settings
from pipelines.sources import folders
from pipelines.sources.sourcefile import parse, show_path

if TYPE_CHECKING:
    from pipelines.follow.onboard import FollowedSite

# One cell shows at most this many reasons for cuts. Chosen: they fit the table.
MAX_CUTS_SHOWN = 3
# By default there are this many seconds between two requests to a site. Chosen: a person with a browser is about as
# fast. The default of `delay` in model.Source is the same.
USUAL_DELAY_SECONDS = 1.0
PHRASE = re.compile(r"^phrase: (.*) \(.*\)$")
# The table shows the last characters of an address, at most this many. Chosen: the end of an address says more than its
# start.
LONGEST_PLACE_CHARACTERS = 60


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    app.command("follow", rich_help_panel="Setting up")(follow)
    app.command("unfollow", rich_help_panel="Setting up")(unfollow)


def follow(
    names: Annotated[
        list[str],
        typer.Argument(
            metavar="URL|NAME|FILE...",
            help="Addresses, entries of the catalogue, or OPML of a reader.",
            autocompletion=completion.catalogue,
        ),
    ],
    name: Annotated[str, typer.Option("--name", help="What to call the source; by its host if not given.")] = "",
    timezone: Annotated[str, typer.Option("--timezone", help="Its time zone, such as Asia/Damascus.")] = "",
    country: Annotated[str, typer.Option("--country", help="Its country: two letters, such as SY.")] = "",
    delay: Annotated[
        float, typer.Option("--delay", min=0.1, help="Seconds between two requests to it.")
    ] = USUAL_DELAY_SECONDS,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Write the file without asking.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be written, and write nothing.")] = False,
    anew: Annotated[
        bool, typer.Option("--anew", help="Look at the site though it was looked at within the hour.")
    ] = False,
    twice: Annotated[
        bool, typer.Option("--twice", help="Follow it though a source follows the same site already.")
    ] = False,
    json: Json = False,
) -> None:
    """Follow a site by its address, with evidence for every line of its file, or follow entries of the catalogue."""
    wish = Wish(
        name=name, timezone=timezone, country=country.upper(), delay=delay,
        yes=yes, dry_run=dry_run, anew=anew, twice=twice, quiet=json,
    )  # fmt: skip
    lists = [one for one in names if opml.is_list(one)]
    addresses = [one for one in names if one not in lists and _is_address(one)]
    entries = [one for one in names if one not in addresses and one not in lists]
    _check_wish(wish, addresses, lists, entries)
    current = of_installation()
    if not dry_run:
        folders.check_writable(current)
    made = [_site(one, wish) for one in addresses]
    many = [one for path in lists for one in followlist.follow(path, wish, _site)]
    taken = [_entry(one, wish) for one in entries]
    if json:
        as_json([*made, *many, *taken])
    if any(one.problem for one in made) or any(one.became in (Became.ASKS, Became.FAILED) for one in many):
        raise typer.Exit(1)


def unfollow(names: Annotated[list[str], typer.Argument(metavar="NAME...", autocompletion=completion.sources)]) -> None:
    """Stop following sources; the collected articles stay."""
    for name in names:
        aside = folders.unfollow(of_installation(), name)
        kept = f" Its file is kept as {show_path(aside)}; `nightdesk follow {name}` brings it back." if aside else ""
        say(f"No longer following {name}; its articles and raw files stay.{kept}")


def _check_wish(wish: Wish, addresses: Sequence[str], lists: Sequence[str], entries: Sequence[str]) -> None:
    """Raise SourceError if options and names do not fit together, or if a question needs a person and nobody can
    answer."""
    of_site = wish.name or wish.timezone or wish.country
    if wish.name and len(addresses) + len(lists) + len(entries) > 1:
        raise SourceError("--name is for one address at a time.")
    if lists and of_site:
        raise SourceError(f"{lists[0]} is a list of many sites: --name, --timezone and --country are for one address.")
    if entries and (of_site or wish.delay != USUAL_DELAY_SECONDS):
        raise SourceError(
            f"{entries[0]} is an entry of the catalogue, or a file that was put aside, and has its own name, time "
            "zone, country and delay: follow it without options, then edit its file."
        )
    asking = [*addresses, *lists]
    if asking and not (wish.yes or wish.dry_run) and (wish.quiet or not sys.stdin.isatty()):
        why = "--json asks nothing" if wish.quiet else "this is no terminal"
        raise SourceError(
            f"Nobody can be asked whether to follow {asking[0]}, because {why}: give --yes to write its file without "
            "asking, or --dry-run to see what would be written."
        )


def _entry(name: str, wish: Wish) -> dict[str, str]:
    """Follow one entry of the catalogue, or show the file that would be written."""
    toml = folders.render_offered(settings(), name)
    offer = parse(toml, name, name)
    lists = (*offer.feeds, *offer.sitemaps, *offer.sections)
    if not (wish.dry_run or wish.twice) and (
        told := already_followed.find_twice(folders.readable(settings())[0], offer.url, lists)
    ):
        raise SourceError(str(told))
    path = "" if wish.dry_run else show_path(folders.follow(settings(), name))
    if not wish.quiet:
        say(toml if wish.dry_run else f"Following {name}: {path}. `nightdesk run {name}` collects it.")
    return {"name": name, "path": path, "toml": toml}


def _is_address(text: str) -> bool:
    """Whether the text means a site, not an entry of the catalogue or a file that was put aside."""
    if "://" in text or "/" in text:
        return True
    known = folders.is_known(settings(), text)
    return not known and ("." in text or ":" in text)


def _site(url: str, wish: Wish) -> FollowedSite:
    """Probe one site, show the findings, and write its file unless the person says no."""
    # This is imported here, because it takes a second to load, and most commands read no articles.
    from pipelines.follow.onboard import follow as follow_site

    made = follow_site(
        of_installation(),
        url,
        name=wish.name,
        timezone=wish.timezone,
        country=wish.country,
        delay=wish.delay,
        write=wish.yes and not wish.dry_run,
        anew=wish.anew,
        twice=wish.twice,
        ask=_ask if sys.stdin.isatty() and not wish.quiet else None,
        on_line=quiet_if(wish.quiet),
    )
    if wish.quiet:
        return made
    _show(made)
    if made.source is None:
        return made
    if wish.dry_run:
        say("")
        say(made.toml)
        return made
    path = made.path
    if path is None:
        if not typer.confirm(f"Follow it as {made.source.name}?", default=True):
            say("Nothing was written.")
            return made
        path = folders.keep(of_installation(), made.source.name, made.toml)
    say(f"Following {made.source.name}: {show_path(path)}. `nightdesk run {made.source.name}` collects it.")
    return made


def _show(made: FollowedSite) -> None:
    """Print the evidence, the samples, and the problem."""
    for line in made.evidence:
        label, colon, rest = line.partition(": ")
        out.print(
            Text(f"{label:10} ", style="dim") + Text(urls.readable(rest)) if colon else Text(line), soft_wrap=True
        )
    if made.samples:
        say("")
        rows = (_row(number, sample) for number, sample in enumerate(made.samples, 1))
        table(("#", "title", "published", "#words", "cut", "verdict"), rows)
        good = sum(sample.good for sample in made.samples)
        say(f"{good} of {len(made.samples)} samples are good; {made.requests} requests in {made.seconds:.0f} s.", "dim")
    if made.problem:
        complain(made.problem)
        for what in made.tries:
            complain(f"Try: {what}")
        # This is printed last: whoever sees a table of good samples at the end takes the site for followed.
        options = " and ".join(f"--{name}" for name in made.missing)
        complain(f"Not followed: give {options}." if made.missing else "Not followed, and nothing was written.")


def _row(number: int, sample: Sample) -> Sequence[object]:
    total = sum(count for _, count in sample.cut)
    reasons = [PHRASE.sub(r"\1", reason) for reason, _ in sample.cut]
    cuts = f"{total}: {', '.join(reasons[:MAX_CUTS_SHOWN])}" + "…" * (len(reasons) > MAX_CUTS_SHOWN) if total else ""
    verdict = Text(sample.verdict, style="green" if sample.good else "red")
    title = sample.title or urls.readable(sample.url)[-LONGEST_PLACE_CHARACTERS:]
    return (str(number), title, sample.published, sample.words, cuts, verdict)


def _ask(url: str, where: SitePlace) -> tuple[str, str]:
    """Ask the person at the terminal for the site's time zone and country; values that are known are not asked for."""
    timezone = where.timezone or _asked_zone(url, where)
    return timezone, where.country or site_place.country_of(timezone) or _asked_country(url)


def _asked_zone(url: str, where: SitePlace) -> str:
    say(f"Which time zone is {url} in?" + (f" {where.unsure[:1].upper()}{where.unsure[1:]}." if where.unsure else ""))
    for number, zone in enumerate(where.candidates, 1):
        say(f"  {number}  {zone}")
    while True:
        answer = str(typer.prompt("Time zone, by number or name")).strip()
        if answer.isdigit() and 1 <= int(answer) <= len(where.candidates):
            return where.candidates[int(answer) - 1]
        if answer in timezones.names():
            return answer
        complain(f"{answer!r} is no time zone; it is a name like Asia/Damascus.")


def _asked_country(url: str) -> str:
    while True:
        answer = str(typer.prompt(f"Which country is {url} in? Two letters, such as SY")).strip().upper()
        if COUNTRY.fullmatch(answer):
            return answer
        complain(f"{answer!r} is no country; it is two letters like SY.")

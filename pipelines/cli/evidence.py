"""evidence: writes one file with all the evidence of articles, for another person to check."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from pipelines.alert import synonyms
from pipelines.archive import evidence, holds, search
from pipelines.cli import typed_names
from pipelines.cli.show import Json, as_json, complain, quiet_if, say
from pipelines.errors import NightdeskError
from pipelines.query import grammar
from pipelines.settings import Settings, settings
from pipelines.sources import folders, sourcefile
from pipelines.stores import migrations, postgres

# At most this many answers of the search are requested at once.
MOST_AT_ONCE = 500


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("evidence", rich_help_panel="Evidence")(hand_over)


def hand_over(
    numbers: Annotated[list[int] | None, typer.Argument(metavar="[ID]...", help="Articles, by their numbers.")] = None,
    query: Annotated[str, typer.Option("--query", help="All articles that answer it, as `search` finds them.")] = "",
    out: Annotated[Path, typer.Option("--out", metavar="FILE.wacz", help="Where the file goes.")] = Path(
        "evidence.wacz"
    ),
    json: Json = False,
) -> None:
    """Write one file with the evidence of articles: the sites' bytes, texts, digests; ReplayWeb.page opens it."""
    current = settings()
    if bool(numbers) == bool(query):
        raise NightdeskError("Name articles by their numbers, or give --query: one of the two.")
    with postgres.connection(current, application="nightdesk evidence") as conn:
        migrations.check_migrated(conn)
        asked = list(dict.fromkeys(numbers or ())) or _find_articles(current, conn, query)
        if not asked:
            raise NightdeskError("Nothing in the archive answers this query; there is nothing to hand over.")
        why = f"Asked for: {query}" if query else f"Asked for: {', '.join(f'article {number}' for number in asked)}"
        held = holds.hold_handed_over(conn, asked, why, sourcefile.show_path(out))
        made = evidence.collect(current, conn, asked, out, why=why, on_line=quiet_if(json))
    if json:
        as_json({"file": str(out), "hold": held, **asdict(made)})
        return
    for sentence in made.missing:
        complain(f"Missing: {sentence}.")
    within = f"{made.articles:,} articles in {made.revisions:,} revisions, {made.pages:,} pages as they were sent"
    say(f"{sourcefile.show_path(out)} holds {within}. It opens at replayweb.page, or in any player of WACZ files.")
    say(f"Hold {held} keeps what it refers to from retention: `nightdesk hold --release {held}` ends the hold.", "dim")


def _find_articles(current: Settings, conn: postgres.Connection, query: str) -> list[int]:
    """The numbers of all articles that match a query, newest first."""
    typed_names.check_scope(current, conn, grammar.parse(query, synonyms.lists(conn)))
    scopes = folders.scopes_of(folders.readable(current)[0])
    found: list[int] = []
    after = ""
    while True:
        page = search.search(conn, query, count=MOST_AT_ONCE, after=after, scopes=scopes)
        found += [answer.article["id"] for answer in page.answers]
        after = page.after
        if not after:
            return found

"""`nightdesk search`: searches the archive."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC
from typing import Annotated, Any

import typer
from rich.text import Text
from typer.core import TyperCommand

from pipelines import steering
from pipelines.alert import synonyms
from pipelines.archive import api_records, passages, search
from pipelines.archive.passages import PassagePiece
from pipelines.archive.search import ArticleHit, Order
from pipelines.cli import typed_names
from pipelines.cli.show import Json, as_json, complain, out, say
from pipelines.query import grammar
from pipelines.settings import settings
from pipelines.sources import folders
from pipelines.stores import migrations, postgres

MARKED = "bold reverse"
# At most this many answers are shown at once (`-n`). Chosen: they fill some screens.
MOST_SHOWN = 500


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    app.command("search", cls=QueryCommand, rich_help_panel="Looking")(search_archive)


class QueryCommand(TyperCommand):
    """A command whose query may begin with a dash. The dash is before a word that must not be found, and begins no
    option."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read the command line; what begins with a dash and is no option of ours is part of the query."""
        options = {name for param in self.get_params(ctx) for name in param.opts}
        # A blank is put before the dash, so that the reader of options does not see it; the query is stripped of blanks
        # later.
        return super().parse_args(ctx, [arg if _may_be_option(arg, options) else f" {arg}" for arg in args])


def _may_be_option(arg: str, options: Collection[str]) -> bool:
    short = arg[:2] in options and (len(arg) == 2 or arg[2:].isdecimal())
    return short or arg.startswith("--") or not arg.startswith("-")


def search_archive(
    query: Annotated[list[str], typer.Argument(help="What to look for; docs/queries.md has all of it.")],
    best: Annotated[bool, typer.Option("--best", help="Best first: title before text, fresh before old.")] = False,
    many: Annotated[int, typer.Option("-n", min=1, max=MOST_SHOWN, help="How many on a page.")] = 20,
    after: Annotated[str, typer.Option("--after", metavar="CURSOR", help="The page after the one it ended.")] = "",
    count: Annotated[bool, typer.Option("--count", help="Only how many there are.")] = False,
    json: Json = False,
) -> None:
    """Search the archive: words, "phrases", AND OR NOT, NEAR/5, title: source: lang: from: 7d and more."""
    written = " ".join(part.strip() for part in query)
    current = settings()
    with postgres.connection(current) as conn:
        migrations.check_migrated(conn)
        node = grammar.parse(written, synonyms.lists(conn))
        typed_names.check_scope(current, conn, node)
        followed, broken = folders.readable(current)
        for problem in broken:
            complain(str(problem))
        scopes = folders.scopes_of(followed)
        if count:
            counted = search.count(conn, written, scopes=scopes)
            if json:
                as_json({"number": counted.number, "more": counted.more})
            else:
                say(_show_count(counted))
            return
        order = Order.BEST if best else Order.NEWEST
        page = search.search(conn, written, order=order, count=many, after=after, scopes=scopes)
    if json:
        told = {"after": page.after, "read_to": page.read_to, "ranked_newest": page.ranked, "complete": page.complete}
        as_json({"answers": [api_records.answer(found) for found in page.answers], **told})
        return
    for answer in page.answers:
        _print(answer)
    if not page.answers and not page.after:
        say("Nothing in the archive answers this." + (" That was the last page." if after else ""))
    if page.ranked:
        say(f"The newest {search.RANKED:,} candidates were ranked; from: and to: rank others.", "dim")
    if page.read_to:
        say(f"Looked back to {page.read_to:%Y-%m-%d %H:%M} UTC; the next page goes on from there.", "dim")
    if not page.complete:
        say("Not all older articles are in the index yet: `nightdesk db index` puts them there now.", "yellow")
    if page.after:
        say(f"More: the same with --after {page.after}", "dim")


def _show_count(counted: search.ResultCount) -> str:
    if not counted.more:
        return f"{counted.number:,} article{'' if counted.number == 1 else 's'}"
    if counted.number >= search.MOST_COUNTED:
        return f"more than {search.MOST_COUNTED:,} articles"
    return f"at least {counted.number:,} articles: of many candidates the newest {search.MOST_COUNTED:,} were read"


def _places(answer: ArticleHit, field: str) -> list[tuple[int, int]]:
    return [(mark.start, mark.end) for mark in answer.marks if mark.field == field]


def _print(answer: ArticleHit) -> None:
    article = answer.article
    dated = article["dated"].astimezone(UTC)
    line = Text(f"{article['id']:>8}  {dated:%Y-%m-%d %H:%M} UTC  {article['source']}", "dim")
    removed = "  (removed from the site)" if article["gone_at"] else ""
    revised = f"  (revision {article['revision']})" if article["revision"] > 1 else ""
    carried = f"  (story {answer.story_id}: {answer.outlets} outlets)" if answer.outlets > 1 else ""
    out.print(line + Text(revised + removed, "yellow") + Text(carried, "cyan"), soft_wrap=True)
    title = passages.whole(article["title"], _places(answer, "title"))
    out.print(Text(" " * 10) + show_pieces(title, "bold"), soft_wrap=True)
    places = {field: _places(answer, field) for field in ("description", "text")}
    for passage in passages.beside_title(article["description"], article["text"], places):
        out.print(Text(" " * 10) + show_pieces(passage), soft_wrap=True)


def show_pieces(pieces: Sequence[PassagePiece], style: str = "") -> Text:
    """The pieces on one line; found words are in brackets if there is no colour to mark them."""
    plain = not out.is_terminal or out.no_color
    line = Text()
    for piece in pieces:
        written = steering.strip(" ".join(f"x{piece.text}x".split())[1:-1])
        if piece.marked:
            line.append(f"[{written}]" if plain else written, "" if plain else MARKED)
        else:
            line.append(written, style)
    return line

"""`nightdesk watch test`: shows where a watch or a query matches a text, or which part of the query failed."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

import typer

from pipelines import steering
from pipelines.alert import cases, synonyms, watch_editing, watches
from pipelines.alert.cases import JudgedCase
from pipelines.cli import completion, typed_names
from pipelines.cli.show import Json, as_json, quote, say, table
from pipelines.errors import NightdeskError
from pipelines.model import Match
from pipelines.query import grammar
from pipelines.query.grammar import Node
from pipelines.settings import settings
from pipelines.stores import postgres


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    app.command("test")(test)


def test(
    name: Annotated[
        str | None,
        typer.Argument(metavar="NAME|QUERY", help="The watch, or a query.", autocompletion=completion.watches),
    ] = None,
    words: Annotated[str | None, typer.Argument(metavar="[TEXT]", help="A text, or - for standard input.")] = None,
    text: Annotated[str | None, typer.Option("--text", help="The same, for a query or a watch.")] = None,
    title: Annotated[str, typer.Option("--title", help="The title of the text.")] = "",
    file: Annotated[Path | None, typer.Option("--cases", metavar="FILE.tsv", help="Pairs to judge.")] = None,
    names: Annotated[Path | None, typer.Option("--names", help="Spellings of the same, for --cases.")] = None,
    json: Json = False,
) -> None:
    """Show where a watch or a query matches a text, or which part of the query failed; exit 1 if it does not match."""
    if file:
        if name or words or text:
            raise NightdeskError("--cases takes its terms and sentences from the file: leave the others out.")
        _judge(file, names, json=json)
        return
    if not name or (words is None) == (text is None):
        raise NightdeskError("Give a watch and a text, or a query and --text, or --cases FILE.tsv.")
    given = words if text is None else text
    body = typer.get_text_stream("stdin").read() if given == "-" else str(given)
    node, looked_for = _asked_for(name, a_watch=text is None)
    found = watch_editing.test(node, title=title, text=body)
    matches, failed, left_out = found.matches, found.failed, found.left_out
    if json and text is None:
        as_json(list(matches))
    elif json:
        as_json({"matched": found.matched, "matches": list(matches), "failed": failed, "not_looked_at": left_out})
    else:
        _show(looked_for, matches, found.matched, failed, left_out)
    if not found.matched:
        raise typer.Exit(1)


def _asked_for(name: str, *, a_watch: bool) -> tuple[Node, str]:
    """The query of the watch called `name`; if there is no such watch, `name` itself read as a query. Also gives words
    for the query or watch.

    a_watch: `name` must be a watch.
    """
    current = settings()
    is_set_up = bool(current.database_url) or (current.data / "postgres").exists()
    lists: Mapping[str, Sequence[str]] = {}
    if a_watch or is_set_up:
        with postgres.connection(current) as conn:
            lists = synonyms.lists(conn)
            if a_watch:
                return watches.node(typed_names.watch_of(conn, name), lists), f"The watch {name}"
            kept = next((one for one in watches.all_watches(conn) if one.name == name), None)
        if kept:
            return watches.node(kept, lists), f"The watch {name}"
    return grammar.parse(name, lists), "The query"


def _show(
    looked_for: str, matches: Sequence[Match], matched: bool, failed: Sequence[str], left_out: Sequence[str]
) -> None:
    if matched:
        table(
            ("term", "found as", "field", "at", "in"),
            ((m.term, m.surface, m.field, m.offset, m.snippet) for m in matches),
            empty=f"{looked_for} matches: what must not be there is not.",
        )
    else:
        say(f"Nothing: {looked_for[0].lower()}{looked_for[1:]} would stay silent.")
    for said in failed:
        quote(f"  {said}")
    if left_out:
        say(f"Not checked, because a text alone does not show it: {', '.join(left_out)}.", "dim")


def _judge(file: Path, names: Path | None, *, json: bool) -> None:
    known = cases.read_names(names) if names else {}
    judged = [cases.judge(case, known) for case in cases.read(file)]
    if json:
        for one in judged:
            told = {"id": one.case.id, "matched": one.matched, "expected": one.case.expected, "needs": one.case.needs}
            sys.stdout.write(steering.as_json({**told, "found": list(one.found)}) + "\n")
    else:
        _report(judged)
    if any(not one.right for one in judged if one.case.needs in cases.EXACT):
        raise typer.Exit(1)


def _report(judged: Sequence[JudgedCase]) -> None:
    wrong = [one for one in judged if not one.right]
    if wrong:
        table(
            ("id", "needs", "term", "sentence", "found", "category"),
            ((w.case.id, w.case.needs, w.case.term, w.case.sentence, w.found, w.case.category) for w in wrong),
            title="Otherwise than expected",
        )
    by_needs: dict[str, list[JudgedCase]] = {}
    for one in judged:
        by_needs.setdefault(one.case.needs or "as written", []).append(one)
    rows = []
    for needs, some in sorted(by_needs.items()):
        told = [one for one in some if one.case.expected is not None]
        both = sum(one.matched and bool(one.case.expected) for one in told)
        found, wanted = sum(one.matched for one in told), sum(bool(one.case.expected) for one in told)
        precision, recall = (f"{both / many:.3f}" if many else "–" for many in (found, wanted))
        rows.append((needs, len(some), sum(one.right for one in some), precision, recall))
    table(("needs", "#cases", "#right", "#precision", "#recall"), rows)

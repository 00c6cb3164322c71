"""Sentences that say which parts of a query do not hold. Also writes a part of a query as a person would write it."""

from __future__ import annotations

from collections.abc import Iterable

from pipelines.errors import QueryError
from pipelines.query import evaluation, lexer
from pipelines.query.evaluation import ArticleLookup
from pipelines.query.grammar import DateFilter, Either, Every, Except, FieldFilter, Find, Near, Node, Without
from pipelines.query.lexer import QUOTES, TokenKind


def write_part(node: Node) -> str:
    """A part of a query in the written form, which `parse` reads back as the same part.

    A date filter gives only the words `from: or to:`.
    """
    if isinstance(node, Find):
        marked = node.term.mode != "clitics" or node.term.article == "keep"
        prefix = node.term.written.partition(":")[0] + ":" if marked else ""
        spelled = "|".join(map(_spell, (node.term.text, *node.term.aliases)))
        return ("title:" if node.title else "") + prefix + spelled
    if isinstance(node, Near):
        return f"{_side(node.left)} NEAR/{node.distance} {_side(node.right)}"
    if isinstance(node, Except):
        return f"{_side(node.wanted)} EXCEPT {_side(node.around)}"
    if isinstance(node, FieldFilter):
        return f"{node.field}:" + "|".join(map(_spell, node.values))
    if isinstance(node, DateFilter):
        return "from: or to:"
    if isinstance(node, Without):
        return f"-{_inner(node.part)}"
    between = " " if isinstance(node, Every) else " OR "
    return between.join(_inner(part) for part in node.parts)


def say_what_holds(node: Node) -> str:
    """A clause that says whether all parts of a query have to hold or one is enough; its outermost operator decides."""
    if isinstance(node, Every):
        return "all of its parts have to hold"
    return "one of its parts is enough" if isinstance(node, Either) else "it has one part"


def of_text(node: Node) -> tuple[Node | None, list[str]]:
    """A query without its filters (None if nothing is left), and the filters in the written form. A text alone cannot
    decide filters."""
    if isinstance(node, FieldFilter | DateFilter):
        return None, [write_part(node)]
    if isinstance(node, Without):
        part, left_out = of_text(node.part)
        return (Without(part), left_out) if part else (None, [f"-{one}" for one in left_out])
    if isinstance(node, Every | Either):
        made, left_out = [], []
        for part in node.parts:
            kept, out = of_text(part)
            left_out += out
            if kept:
                made.append(kept)
        if not made:
            return None, left_out
        return made[0] if len(made) == 1 else type(node)(tuple(made)), left_out
    return node, []


def explain_failed(node: Node, lookup: ArticleLookup) -> list[str]:
    """A sentence for each part of a query that does not hold for an article; no sentence if the article matches."""
    if evaluation.places(node, lookup) is not None:
        return []
    if isinstance(node, Find):
        elsewhere = node.title and evaluation.places(Find(node.term), lookup)
        return [f"{write_part(node)} is {'there, but not in the title' if elsewhere else 'not there'}."]
    if isinstance(node, Near):
        missing = [side for side in (node.left, node.right) if not _any(side, lookup)]
        if missing:
            return [f"{_side(side)} is not there." for side in missing]
        return [f"{_side(node.left)} and {_side(node.right)} are there, but not within {node.distance} words."]
    if isinstance(node, Except):
        within = _any(node.wanted, lookup)
        return [f"{_side(node.wanted)} " + (f"stands only within {_side(node.around)}." if within else "is not there.")]
    if isinstance(node, Without):
        hits = evaluation.places(node.part, lookup) or []
        surfaces = dict.fromkeys(lookup.reading.fields[hit.field][hit.start : hit.end] for hit in hits)
        shown = f": {', '.join(surfaces)}" if surfaces else ""
        return [f"{write_part(node.part)} is there, and must not be{shown}."]
    if isinstance(node, Every):
        failed = (
            part for number, part in enumerate(node.parts) if evaluation.places_of_part(node, number, lookup) is None
        )
        return [said for part in failed for said in explain_failed(part, lookup)]
    if isinstance(node, Either):
        if all(isinstance(part, Find) for part in node.parts):
            return [f"None of {', '.join(write_part(part) for part in node.parts)} is there."]
        return [said for part in node.parts for said in explain_failed(part, lookup)]
    return [f"{write_part(node)} does not hold."]


def _spell(text: str) -> str:
    """A spelling or value as it stands, if a query takes it for one word.

    Otherwise it is put in a kind of quotes that does not occur in it.
    """
    try:
        pieces = [(piece.kind, piece.prefixes, piece.spellings) for piece in lexer.pieces(text, ())]
    except QueryError:
        pieces = []
    if pieces == [(TokenKind.TERM, (), (text,))]:
        return text
    opening, closing = next(
        ((one, other) for one, other in QUOTES.items() if not any(mark in text for mark in one + other)), ('"', '"')
    )
    return f"{opening}{text}{closing[0]}"


def _any(finds: Iterable[Find], lookup: ArticleLookup) -> bool:
    return any(evaluation.places(find, lookup) is not None for find in finds)


def _side(finds: tuple[Find, ...]) -> str:
    inner = " OR ".join(map(write_part, finds))
    return inner if len(finds) == 1 else f"({inner})"


def _inner(node: Node) -> str:
    return f"({write_part(node)})" if isinstance(node, Every | Either) else write_part(node)

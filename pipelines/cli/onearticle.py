"""Shows one article in full: its text, its wordings and their differences, the cut parts, and its origin."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC
from typing import Any

from rich.text import Text

from pipelines import edits, steering
from pipelines.archive import differences, kept_wordings, provenance
from pipelines.archive.differences import DifferencePiece, Fate
from pipelines.cli import page_decisions
from pipelines.cli.show import as_json, out, quote, say, table
from pipelines.desk import desk_records
from pipelines.errors import NightdeskError
from pipelines.settings import Settings
from pipelines.stores import postgres, story_records

RANGE = re.compile(r"(-?\d{1,9})\.\.(-?\d{1,9})")
# Retention deletes the description and text of earlier wordings, but no title. If one of two wordings has lost them,
# only the first of these fields is compared. So the title is the first.
FIELDS = ("title", "description", "text")
# These are the marks before and after removed or added words, and their colours. The marks are clear without colour,
# and in both writing directions.
MARKS = {Fate.REMOVED: ("[-", "-]", "red"), Fate.ADDED: ("{+", "+}", "green")}


def show(
    conn: postgres.Connection,
    current: Settings,
    number: int,
    *,
    removed: bool = False,
    revision: int | None = None,
    diff: str = "",
    json: bool = False,
) -> None:
    """Print an article: its present wording, one wording, or the differences between two wordings."""
    row = desk_records.article(conn, number)
    if row is None:
        raise NightdeskError(f"There is no article {number}; `nightdesk articles` lists the latest.")
    if diff:
        _print_diff(number, row["revisions"], diff, json=json)
        return
    if revision is not None:
        wording = _wording(number, row["revisions"], revision)
        if json:
            as_json(wording)
            return
        say(f"Revision {revision} of article {number}, fetched {_at(wording['fetched_at'])}", "dim")
        for name in FIELDS:
            if wording[name]:
                quote(wording[name], "bold" if name == "title" else "")
        if not_kept := kept_wordings.explain(wording):
            say(not_kept, "yellow")
        return
    origins = provenance.of_article(conn, current.raw, number)
    told = story_records.members(conn, number)
    if json:
        as_json({**row, "story_id": story_records.resolve(conn, number), "story": told, "provenance": origins})
        return
    page_decisions.print_facts(row)
    say("")
    quote(row["text"])
    _print_story(number, told)
    _print_origins(origins, {revision["revision"]: revision for revision in row["revisions"]})
    if len(row["revisions"]) > 1:
        first, last = row["revisions"][-1]["revision"], row["revisions"][0]["revision"]
        say(f"`nightdesk articles {number} --diff {first}..{last}` shows what changed.", "dim")
    if removed:
        page_decisions.print_removed([(block["text"], block["reason"]) for block in row["removed"]])
    elif row["removed"]:
        say(f"\n{len(row['removed'])} block(s) were cut; --removed shows them.", "dim")


def _wording(number: int, revisions: Sequence[postgres.Row], wanted: int) -> postgres.Row:
    for row in revisions:
        if row["revision"] == wanted:
            return row
    there = ", ".join(str(row["revision"]) for row in reversed(revisions))
    raise NightdeskError(f"Article {number} has no revision {wanted}; it has {there}.")


def _print_diff(number: int, revisions: Sequence[postgres.Row], diff: str, *, json: bool) -> None:
    asked = RANGE.fullmatch(diff.strip())
    if not asked:
        raise NightdeskError(f"--diff {diff} names no two revisions; write them like --diff 1..3.")
    before, after = (_wording(number, revisions, int(part)) for part in asked.groups())
    not_kept = list(dict.fromkeys(filter(None, map(kept_wordings.explain, (before, after)))))
    fields = FIELDS[:1] if not_kept else FIELDS
    compared = {name: differences.paragraphs(before[name], after[name]) for name in fields}
    if json:
        nothing: dict[str, None] = dict.fromkeys(FIELDS)
        as_json({"before": int(asked[1]), "after": int(asked[2]), **nothing, **compared, "not_kept": not_kept})
        return
    say(f"Article {number}: revision {asked[1]}, fetched {_at(before['fetched_at'])}, to", "dim")
    say(f"revision {asked[2]}, fetched {_at(after['fetched_at'])}; [-went-] {{+came+}}", "dim")
    for name in fields:
        print_paragraphs(name, compared[name])
    for sentence in not_kept:
        say(f"\n{sentence} Only the titles are compared.", "yellow")


def print_paragraphs(name: str, paragraphs: Sequence[Sequence[DifferencePiece]]) -> None:
    """Print the changed paragraphs of a field; unchanged paragraphs between them are only counted."""
    if all(piece.fate == Fate.SAME for pieces in paragraphs for piece in pieces):
        return
    say(f"\n{name}", "bold")
    same = 0
    for pieces in (*paragraphs, ()):
        if pieces and all(piece.fate == Fate.SAME for piece in pieces):
            same += 1
            continue
        if same:
            say(f"… {same} paragraph{'' if same == 1 else 's'} the same …", "dim")
            same = 0
        if pieces:
            out.print(_mark_pieces(pieces), soft_wrap=True)


def _mark_pieces(pieces: Sequence[DifferencePiece]) -> Text:
    line = Text()
    for piece in pieces:
        shown = steering.strip(piece.text)
        if piece.fate == Fate.SAME:
            line.append(shown)
            continue
        opening, closing, style = MARKS[piece.fate]
        bare = shown.rstrip()
        line.append(f"{opening}{bare}{closing}", style)
        line.append(shown[len(bare) :])
    return line


def _print_story(number: int, told: Sequence[postgres.Row]) -> None:
    """Print the outlets that have the text, in order of publication, and the share that each has of the first text."""
    if len(told) < 2:
        return
    outlets = len({row["source"] for row in told})
    say("")
    table(
        ("", "#article", "outlet", "published by", "of the first", "title"),
        (
            (">" if row["article_id"] == number else "", row["article_id"], row["source"], row["told_at"],
             "" if place == 1 else f"{row['share']:.0%}", row["title"])
            for place, row in enumerate(told, 1)
        ),
        title=f"Its story, told by {outlets} outlet{'' if outlets == 1 else 's'}; first by {told[0]['source']}",
    )  # fmt: skip


def _print_origins(origins: Sequence[postgres.Row], revisions: Mapping[int, Mapping[str, Any]]) -> None:
    say("")
    table(
        ("#revision", "kind", "run", "fetched", "status", "extractor"),
        (
            (row["revision"], revisions[row["revision"]]["kind"], row["run"], row["fetched_at"], row["status"],
             row["extractor"])
            for row in origins
        ),
        title="Wordings",
    )  # fmt: skip
    for number, revision in revisions.items():
        if revision["moved"]:
            out.print(
                Text(f"Revision {number}: " + ", ".join(map(edits.show_moved, revision["moved"]))), soft_wrap=True
            )
    newest: dict[str, Any] = dict(origins[0]) if origins else {}
    facts = {
        "raw file": newest.get("warc_file") and f"{newest['warc_file']}, byte {newest['warc_offset']}",
        "record": newest.get("record") or (newest.get("warc_file") and "the raw file is not there any more"),
        "asked for": newest.get("redirected_from"),
        "answered": newest.get("redirected_from") and newest.get("final_url"),
        "bytes": newest.get("page_sha256") and f"sha256 {newest['page_sha256']}",
        "text": newest.get("text_sha256") and f"sha256 {newest['text_sha256']}",
    }
    say("")
    for name, value in facts.items():
        if value:
            out.print(Text(f"{name:10}", style="dim") + Text(str(value)), soft_wrap=True)


def _at(moment: Any) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"

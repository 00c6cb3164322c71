"""Shows results: as a table or a sentence for people, as JSON (`--json`) for programs."""

from __future__ import annotations

import dataclasses
import os
import re
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from pipelines import steering

Json = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]


class Steady(Console):
    """A console that prints other people's text as plain text."""

    def print(self, *shown: Any, **how: Any) -> None:
        """Print like rich, without the characters that control a terminal."""
        for one in shown:
            if isinstance(one, Text):
                one.plain = steering.strip(one.plain)
        super().print(*shown, **how)


# At most one line of progress is printed in this many seconds. Chosen: a log then gets few lines.
LINES_EVERY_SECONDS = 15.0

# A file or a pipe has no width of its own. It gets the width of the widest table.
out = Steady(highlight=False, width=None if sys.stdout.isatty() else 120)
err = Steady(stderr=True, highlight=False)

STATE_STYLE = {
    "done": "green",
    "sent": "green",
    "failed": "bold red",
    "blocked": "red",
    "running": "cyan",
    "busy": "yellow",
    "stopped": "yellow",
    "waiting": "yellow",
}


def as_json(value: Any) -> None:
    """Print one JSON document."""
    sys.stdout.write(steering.as_json(value, indent=2, default=_plain) + "\n")


def table(
    columns: Sequence[str], rows: Iterable[Sequence[Any]], *, title: str = "", empty: str = "Nothing yet."
) -> None:
    """Print rows under columns, or the sentence `empty`; columns that start with `#` are numbers."""
    rows = list(rows)
    if not rows:
        out.print(empty)
        return
    shown = Table(title=title or None, title_justify="left", header_style="bold", box=None, pad_edge=False)
    for column in columns:
        shown.add_column(
            column.removeprefix("#"), justify="right" if column.startswith("#") else "left", overflow="fold"
        )
    for row in rows:
        shown.add_row(*(cell(value) for value in row))
    out.print(shown)


def cell(value: Any) -> Text:
    """One value in a form for people; states are coloured, and no text is read as markup."""
    if isinstance(value, Text):
        return value
    if value is None:
        return Text("–", style="dim")
    if isinstance(value, bool):
        return Text("yes" if value else "no")
    if isinstance(value, datetime):
        return Text(value.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC"))
    if isinstance(value, int):
        return Text(f"{value:,}" if value else "0", style="" if value else "dim")
    if isinstance(value, (list, tuple)):
        return Text(steering.strip(", ".join(map(str, value))))
    text = steering.strip(str(value))
    return Text(text, style=STATE_STYLE.get(text, ""))


def say(sentence: str, style: str = "") -> None:
    """Print one sentence on standard output."""
    out.print(Text(callable_here(sentence), style=style), soft_wrap=True)


def quote(text: str, style: str = "") -> None:
    """Print a text of another person on standard output, unchanged."""
    out.print(Text(text, style=style), soft_wrap=True)


def complain(sentence: str) -> None:
    """Print one sentence on standard error, in red."""
    err.print(Text(callable_here(sentence), style="red"), soft_wrap=True)


def callable_here(sentence: str) -> str:
    """The sentence with its commands in a form that works here, because `nightdesk` is often not on the PATH."""
    program = Path(sys.argv[0])
    if sys.argv[1:2] == ["--demo"]:
        # In a command on the demo, the commands in the sentence are for the demo too.
        sentence = re.sub(r"`nightdesk (?!--demo|demo)", "`nightdesk --demo ", sentence)
    if "`nightdesk " not in sentence or program.name != "nightdesk" or shutil.which("nightdesk"):
        return sentence
    return sentence.replace("`nightdesk ", f"`{os.path.relpath(program)} ")


def progress(line: str) -> None:
    """Print a line of progress on standard error, so that standard output stays clean."""
    err.print(Text(line, style="dim"), soft_wrap=True)


def ago(at: datetime | None) -> str:
    """The time since a moment, in the largest fitting unit."""
    if at is None:
        return "never"
    seconds = (datetime.now(UTC) - at).total_seconds()
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{int(seconds // size)} {unit} ago"
    return "just now" if seconds < 60 else "1 min ago"


def quiet_if(condition: bool) -> Callable[[str], None]:
    """A function that prints progress lines, or prints nothing if the condition is true."""
    return (lambda line: None) if condition else progress


@contextmanager
def counting(title: str, of_what: str, *, quiet: bool = False) -> Iterator[Callable[[int], None]]:
    """Show on standard error how many are done: on a terminal in one changing line, else in a line now and then."""
    if quiet:
        yield lambda done: None
        return
    if err.is_terminal:
        with err.status(title) as status:
            yield lambda done: status.update(f"{title}: {done:,} {of_what}")
        return
    told = monotonic()

    def tell(done: int) -> None:
        nonlocal told
        if monotonic() - told >= LINES_EVERY_SECONDS:
            told = monotonic()
            progress(f"{title}: {done:,} {of_what}")

    yield tell


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return dataclasses.asdict(value)
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    return str(value)

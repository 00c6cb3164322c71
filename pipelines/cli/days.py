"""The options --from and --to: days in the syntax of queries."""

from __future__ import annotations

from typing import Annotated

import typer

from pipelines.query import day_spans, selection
from pipelines.query.grammar import DateFilter

Since = Annotated[str, typer.Option("--from", metavar="DAY", help=f"From this day on: {day_spans.FORMS}.")]
Until = Annotated[str, typer.Option("--to", metavar="DAY", help="Up to the end of this day.")]


def between(since: str, until: str) -> DateFilter | None:
    """The days of --from and --to; NightdeskError if one is no day."""
    return selection.between(since, until, "--from", "--to")

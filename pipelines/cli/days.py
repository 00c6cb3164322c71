"""The options --from and --to: days as a query names them."""

from __future__ import annotations

from typing import Annotated

import typer

from pipelines.errors import NightdeskError
from pipelines.query import dating
from pipelines.query.dating import Moment
from pipelines.query.grammar import Between

Since = Annotated[str, typer.Option("--from", metavar="DAY", help=f"From this day on: {dating.FORMS}.")]
Until = Annotated[str, typer.Option("--to", metavar="DAY", help="Up to the end of this day.")]


def between(since: str, until: str) -> Between | None:
    """The days of --from and --to; NightdeskError where one is none."""
    moments: list[Moment | None] = []
    for option, written in (("--from", since), ("--to", until)):
        moments.append(dating.read(written, end=option == "--to") if written else None)
        if written and moments[-1] is None:
            raise NightdeskError(f"{option} {written} is no day; write {dating.FORMS}.")
    return Between(since=moments[0], until=moments[1]) if any(moments) else None

"""metrics: prints the figures to watch, for people and for collectors."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from pipelines.cli.show import Json, as_json, table
from pipelines.health import metrics
from pipelines.settings import settings
from pipelines.sources import folders
from pipelines.stores import migrations, postgres


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("metrics", rich_help_panel="Looking")(show)


def show(
    prometheus: Annotated[
        bool, typer.Option("--prometheus", help="Print Prometheus' text format, for a textfile collector.")
    ] = False,
    json: Json = False,
) -> None:
    """Show the figures to watch: each stage's last work for each source, what waits, the newest article's age."""
    current = settings()
    names = [source.name for source in folders.readable(current)[0]]
    with postgres.connection(current) as conn:
        migrations.check_migrated(conn)
        found = [*metrics.measure(conn, names), *metrics.of_canary(current)]
    if prometheus:
        sys.stdout.write(metrics.as_prometheus(found))
    elif json:
        as_json([{"name": metrics.name_of(one.figure), "value": one.value, **one.labels} for one in found])
    else:
        rows = [
            (str(one.figure), one.labels.get("stage", ""), one.labels.get("source", ""), one.labels.get("reason", ""),
             f"{one.value:g}") for one in found
        ]  # fmt: skip
        table(["figure", "stage", "source", "reason", "#value"], rows, empty="No source is followed yet.")

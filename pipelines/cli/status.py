"""Commands for looking: status, articles, why."""

from __future__ import annotations

from typing import Annotated

import typer

from pipelines import installation, urls
from pipelines.cli import completion, health, report, typed_names
from pipelines.cli.show import Json, ago, as_json, out, say, table
from pipelines.codes import RunState
from pipelines.crawl import ledger
from pipelines.desk import desk_records
from pipelines.desk.headline import name_kind
from pipelines.errors import NightdeskError
from pipelines.health.states import WELL
from pipelines.settings import channels, settings
from pipelines.sources import folders
from pipelines.stores import migrations, postgres

TONE = {"good": "green", "warn": "yellow", "bad": "bold red"}


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    for name, command in (("status", status), ("articles", articles), ("why", why), ("health", health.health)):
        app.command(name, rich_help_panel="Looking")(command)


def status(
    run: Annotated[
        str,
        typer.Option(
            "--run",
            metavar="KEY",
            help="One run in full instead of the overview.",
            autocompletion=completion.run_keys,
        ),
    ] = "",
    json: Json = False,
) -> None:
    """Show whether the last night worked, and if not, where it failed; every source at a glance, and the last runs."""
    current = settings()
    followed, broken = folders.readable(current)
    with postgres.connection(current) as conn:
        migrations.check_migrated(conn)
        if run:
            typed_names.check_run(conn, run)
            if json:
                as_json({"run": run, "sources": report.rows_of_run(conn, run)})
            else:
                report.print_run(conn, run)
            return
        view = desk_records.overview(
            conn,
            followed,
            schedule=current.schedule,
            timezone=current.schedule_timezone,
            addressed=channels(),
        )
    used = installation.find()
    if json:
        known_by = {"file": used.file, "found_by": used.found_by.name.lower()}
        as_json({"installation": known_by, **view, "broken": [str(problem) for problem in broken]})
        return
    say(view["headline"], TONE.get(view["tone"], ""))
    say(f"Installation: {used}", "dim")
    for problem in broken:
        say(str(problem), "red")
    for name in (channel["name"] for channel in view["channels"] if channel["state"] == "no address"):
        unless = f"unless Airflow has the connection nightdesk_channel_{name}"
        say(f"The channel {name} has no address here: set NIGHTDESK_CHANNEL_{name.upper()}, {unless}.", "yellow")
    if view["silence"]:
        say(view["silence"])
    out.print()
    table(
        ("source", "state", "health", "last run", "#new", "#articles", "newest"),
        (
            (
                r["name"],
                "quiet" if r["quiet"] else r["state"],
                health.style_state(r["health"]["state"]),
                r["run"],
                r["new"],
                r["articles"],
                ago(r["newest_fetched_at"]),
            )
            for r in view["sources"]
        ),
        empty="No source is followed.",
    )
    for row in view["sources"]:
        if row["message"] and row["state"] != RunState.DONE:
            say(
                f"{row['name']}: {urls.readable(row['message'])}",
                "red" if row["state"] == RunState.FAILED else "yellow",
            )
    for row in view["sources"]:
        if row["health"]["state"] not in ("", *WELL):
            say(f"{row['name']} is {row['health']['state']}: {row['health']['reason']}", "yellow")
    troubled = [
        channel for channel in view["channels"] if channel["state"] != "works" or channel["held"] or channel["failed"]
    ]
    if troubled:
        out.print()
        table(
            ("channel", "state", "#waiting", "#given up", "why"),
            ((c["name"], c["state"], c["waiting"], c["failed"], c["error"]) for c in troubled),
            title="Channels",
        )
        if any(channel["failed"] for channel in troubled):
            say(
                "`nightdesk notify list --failed` names what was given up; `nightdesk notify resend` tries again.",
                "dim",
            )
    out.print()
    table(
        ("run", "what", "started", "#sources", "#failed", "#running", "#new"),
        (
            (r["run"], _kind(r), r["started_at"], r["sources"], r["failed"], r["running"], r["new"])
            for r in view["runs"]
        ),
        title="Runs",
        empty="Nothing has run yet.",
    )


def articles(
    number: Annotated[int | None, typer.Argument(metavar="[ID]", help="One article in full.")] = None,
    source: Annotated[str, typer.Option(help="Only of this source.", autocompletion=completion.sources)] = "",
    url: Annotated[str, typer.Option(help="The article of this address, in full.")] = "",
    count: Annotated[int, typer.Option("--count", "-n", min=1, help="How many.")] = 20,
    removed: Annotated[bool, typer.Option("--removed", help="With ID or --url: show what was cut as well.")] = False,
    revision: Annotated[int | None, typer.Option("--revision", help="With ID or --url: this wording of it.")] = None,
    diff: Annotated[str, typer.Option("--diff", metavar="1..3", help="With ID or --url: what changed between.")] = "",
    json: Json = False,
) -> None:
    """Show the latest articles, or one in full: its wordings, the cut parts with reasons, and its origin."""
    # This import also loads the stages, which the other commands of this file do not need.
    from pipelines.cli import onearticle, page_decisions

    current = settings()
    with postgres.connection(current) as conn:
        migrations.check_migrated(conn)
        if url:
            found = postgres.row(conn, "article_of_url", url=url)
            if not found:
                raise NightdeskError(f"There is no article of {url}; `nightdesk why {url}` tells how it ended.")
            number = found["id"]
        if number is not None:
            onearticle.show(conn, current, number, removed=removed, revision=revision, diff=diff, json=json)
            return
        if revision is not None or diff:
            raise NightdeskError("--revision and --diff are of one article: give its number, or --url.")
        if source:
            typed_names.check(current, conn, [source])
        rows = desk_records.latest_articles(conn, count, source or None, whole=json)
    if json:
        as_json(rows)
        return
    table(
        ("#id", "source", "published", "title", "#words", "#cut"),
        (
            (r["id"], r["source"], page_decisions.show_published(r) or None, _show_title(r), r["words"], r["cut"])
            for r in rows
        ),
        empty="No article yet: `nightdesk run` collects the first.",
    )


def _kind(run: postgres.Row) -> str:
    return "one page" if run["one_page"] else name_kind(run)


def _show_title(row: postgres.Row) -> str:
    return f"{row['title']} (removed from the site)" if row["gone_at"] else str(row["title"])


def why(url: str, json: Json = False) -> None:
    """Show the life of a URL and its aliases: where it was found, its outcome with the reason, and the next look."""
    with postgres.connection(settings()) as conn:
        migrations.check_migrated(conn)
        try:
            history = ledger.history_of_url(conn, url)
            gone = ledger.find_retired(conn, url, sorted(folders.find_recorded(conn)))
        except ValueError as error:
            raise NightdeskError(f"{error}; write the whole address, like https://example.org/news/1.") from None
    if json:
        as_json(history)
        return
    for row in gone:
        ended = f"{row['state']} ({row['code']})" if row["code"] else row["state"]
        say(
            f"{row['source']}: it had ended as {ended}; retention took that out of the ledger on "
            f"{row['retired_at']:%Y-%m-%d}."
        )
    if not history and gone:
        return
    if not history:
        raise NightdeskError(f"{url} is not in the ledger: no feed, sitemap or section of a followed source named it.")
    table(
        ("when", "source", "run", "what", "reason", "where"),
        ((r["at"], r["source"], r["run"], r["what"], r["reason"], r["pointer"]) for r in history),
    )

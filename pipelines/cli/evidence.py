"""Evidence: what is in the raw store, whether it is as it was written, and where every URL ended."""

from __future__ import annotations

import csv as csv_format
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from pipelines import urls
from pipelines.alert import synonyms
from pipelines.archive import evidence, export_formats, holds, import_input, search, verify
from pipelines.cli import completion, typed_names
from pipelines.cli.show import Json, as_json, complain, quiet_if, say, table
from pipelines.codes import Retirement, RunState
from pipelines.crawl import account
from pipelines.crawl import ledger as url_ledger
from pipelines.crawl.account import Difference
from pipelines.errors import NightdeskError
from pipelines.query import grammar
from pipelines.settings import Settings, settings
from pipelines.sources import folders, sourcefile
from pipelines.stores import anchors, migrations, postgres, runs, timestamps

# Lines of damage that are printed; --json has all. Chosen: some screens.
MOST_SHOWN = 200
# How a load ended that put the files in.
LOADED = (RunState.DONE, RunState.FAILED)
# Answers that are asked for at once.
MOST_AT_ONCE = 500
PANEL = "Evidence"
MB_BYTES = 1_000_000


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    app.command("evidence", rich_help_panel=PANEL)(hand_over)
    app.command("ledger", rich_help_panel=PANEL)(ledger)
    app.command("verify", rich_help_panel=PANEL)(verify_raw)


def ledger(
    source: Annotated[
        str, typer.Argument(metavar="[SOURCE]", help="Only of this source.", autocompletion=completion.sources)
    ] = "",
    run: Annotated[
        str, typer.Option("--run", metavar="KEY", help="A run; the newest else.", autocompletion=completion.run_keys)
    ] = "",
    json: Json = False,
    csv: Annotated[bool, typer.Option("--csv", help="A line for each URL.")] = False,
) -> None:
    """Where every URL that a run discovered ended, and whether its stores agree on each; exit 1 names what does not."""
    current = settings()
    with postgres.connection(current, application="nightdesk ledger") as conn:
        migrations.check_migrated(conn)
        if source:
            typed_names.check(current, conn, [source])
        if run:
            typed_names.check_run(conn, run)
        key = run or next((row["run"] for row in runs.latest(conn, 1)), "")
        if csv:
            _as_csv(conn, key, source)
            return
        ends = url_ledger.ends_of_run(conn, key, source)
        found, unread = _differences(current, conn, key, source)
        retired = [row for row in url_ledger.retired_of_run(conn, key) if source in ("", row["source"])]
    if json:
        as_json({"run": key, "ends": ends, "differences": found, "not_compared": unread, "retired": retired})
    else:
        for row in retired:
            told = f"{row['count']:,} fetches" if row["what"] == Retirement.LEDGER else row["what"]
            say(f"{row['source']}: retention took {told} away on {row['retired_at']:%Y-%m-%d}, {row['why']}.", "dim")
        _print_ledger(key, ends, found, unread)
    if found:
        raise typer.Exit(1)


def _differences(
    current: Settings, conn: postgres.Connection, run: str, source: str
) -> tuple[list[Difference], list[str]]:
    """What the stores of a run do not agree on, and the sources that cannot be compared, with the reason."""
    followed = {one.name: one for one in (import_input.stranger(), *folders.readable(current)[0])}
    found: list[Difference] = []
    unread: list[str] = []
    for name in sorted({tally.source for tally in runs.tallies(conn, run) if tally.source}):
        if source and name != source:
            continue
        if name not in followed:
            unread.append(f"{name} is not followed any more, so its lists cannot be read again")
        elif account.is_due(stages := runs.stages(conn, run, name)) and stages.get("load") in LOADED:
            found += account.differences(current, conn, followed[name], run)
        else:
            unread.append(f"{name} has not come to its end in this run: `nightdesk status --run {run}` tells")
    conn.rollback()
    return found, unread


def _print_ledger(run: str, ends: Sequence[postgres.Row], found: Sequence[Difference], unread: Sequence[str]) -> None:
    columns = ("source", "kind", "state", "code", "urls")
    shown = ("source", "kind", "state", "why", "#urls")
    table(shown, ([row[name] for name in columns] for row in ends), empty=f"The run {run} discovered no URL.")
    for one in found[:MOST_SHOWN]:
        say(f"{one.source}: {urls.readable(one.url)}: {one.side.means} ({one.detail}).", "red")
    if len(found) > MOST_SHOWN:
        say(f"And {len(found) - MOST_SHOWN:,} more; --json has all.", "red")
    for sentence in unread:
        say(f"Not compared: {sentence}.", "yellow")
    if not found and not unread:
        say("Lists, raw files, article files and database agree on every URL of this run.", "green")


def _as_csv(conn: postgres.Connection, run: str, source: str) -> None:
    """A line for each URL, under a head."""
    writer = csv_format.writer(sys.stdout, lineterminator="\n")
    for number, row in enumerate(url_ledger.urls_of_run(conn, run, source)):
        if not number:
            writer.writerow(row)
        writer.writerow(export_formats.harmless(value) if isinstance(value, str) else value for value in row.values())


def hand_over(
    numbers: Annotated[list[int] | None, typer.Argument(metavar="[ID]...", help="Articles, by their numbers.")] = None,
    query: Annotated[str, typer.Option("--query", help="All articles that answer it, as `search` finds them.")] = "",
    out: Annotated[Path, typer.Option("--out", metavar="FILE.wacz", help="Where the file goes.")] = Path(
        "evidence.wacz"
    ),
    json: Json = False,
) -> None:
    """One file of all that is behind articles: the bytes the sites sent, texts, digests; ReplayWeb.page opens it."""
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
    say(f"Hold {held} keeps what it refers to from retention: `nightdesk hold --release {held}` ends that.", "dim")


def _find_articles(current: Settings, conn: postgres.Connection, query: str) -> list[int]:
    """The numbers of all articles that answer a query, newest first."""
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


def verify_raw(
    source: Annotated[
        str, typer.Argument(metavar="[SOURCE]", help="Only of this source.", autocompletion=completion.sources)
    ] = "",
    run: Annotated[
        str, typer.Option("--run", metavar="KEY", help="Only of this run.", autocompletion=completion.run_keys)
    ] = "",
    records: Annotated[bool, typer.Option("--records", help="Every record as well, not the files alone.")] = False,
    kept: Annotated[
        Path | None, typer.Option("--kept", metavar="FILE", help="Digests of chains that were kept elsewhere.")
    ] = None,
    json: Json = False,
) -> None:
    """Read the raw files again and name what is not as it was written: files, records, the chain that binds them."""
    current = settings()
    with postgres.connection(current, application="nightdesk verify") as conn:
        migrations.check_migrated(conn)
        if source:
            typed_names.check(current, conn, [source])
        if run:
            runs.check_key(run)
        stamps, stamped = timestamps.check(current)
        digests = [*_read_anchors(current, kept), *stamped]
        made = verify.verify(
            current, conn, source=source, run=run, records=records, kept=digests, on_file=quiet_if(json)
        )
    if json:
        shown = {"damage": made.damage, "notes": made.told, "chains": made.heads, "stamps": stamps}
        as_json({"files": made.files, "bytes": made.bytes, "records": made.records, **shown})
    else:
        _print(made)
        _print_stamps(stamps)
        if not current.timestamp_ca and (count := len(timestamps.stamps(current))):
            say(f"{count:,} time stamps are not checked: NIGHTDESK_TIMESTAMP_CA names no certificates.", "yellow")
    if made.damage or any(one.problem for one in stamps):
        raise typer.Exit(1)


def _read_anchors(current: Settings, file: Path | None) -> list[tuple[str, int, str]]:
    """The digests that were kept elsewhere: in this file, and in that of the settings once upkeep has written it."""
    ours = Path(current.chain_file) if current.chain_file else None
    return [*(anchors.read(file) if file else []), *(anchors.read(ours) if ours and ours.exists() else [])]


def _print_stamps(stamps: Sequence[timestamps.StampCheck]) -> None:
    for one in stamps:
        if one.problem:
            say(f"stamp: {one.file}: it does not hold: {one.problem}.", "red")
    good = [one.at for one in stamps if one.at and not one.problem]
    if good:
        say(f"{len(good):,} time stamps hold, the newest of {max(good):%Y-%m-%d %H:%M} UTC.")


def _print(made: verify.VerifyReport) -> None:
    for found in made.damage[:MOST_SHOWN]:
        at = f", byte {found.offset}" if found.offset is not None else ""
        about = ": ".join(filter(None, (found.detail or found.finding.means, found.url)))
        say(f"{found.finding}: {found.file}{at}: {about}", "red")
    if len(made.damage) > MOST_SHOWN:
        say(f"And {len(made.damage) - MOST_SHOWN:,} more; --json has all.", "red")
    if not made.damage:
        say("Every file that was read is as it was written.", "green")
    for finding, count in made.notes.items():
        say(f"{count:,} {finding}: {finding.means}.", "dim")
    read = f"Read {made.files:,} files, {made.bytes / MB_BYTES:,.1f} MB"
    say(f"{read}, {made.records:,} records." if made.records else f"{read}.")
    for head in made.heads:
        elsewhere = f"kept elsewhere up to line {head.kept}" if head.kept else "kept nowhere else"
        say(f"Chain of {head.folder}: line {head.number}, {head.digest}, since {head.since}, {elsewhere}.", "dim")

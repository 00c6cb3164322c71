"""`nightdesk demo replay`: serves saved pages as news sites, and measures a night over them."""

from __future__ import annotations

import threading
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.cli.night import one_night
from pipelines.cli.show import complain, progress, say, table
from pipelines.settings import Settings
from pipelines.stores import postgres, runs

if TYPE_CHECKING:
    from demo.memory import Peak

Folders = Annotated[list[Path] | None, typer.Option(help="A folder of gold.jsonl and html/; may be repeated.")]
Indexes = Annotated[
    list[Path] | None, typer.Option(help='A JSON-lines index of {"url", "path"}, served whole; may be repeated.')
]
SUMMED = (
    ("crawl", "fetched"), ("extract", "articles"), ("extract", "rejected"), ("load", "new"), ("load", "revised"),
    ("load", "unchanged"), ("load", "duplicate"),
)  # fmt: skip
# A megabyte of memory has this many bytes.
MB_BYTES = 1 << 20


def replay(
    corpus: Folders = None,
    pages: Indexes = None,
    min_pages: Annotated[int, typer.Option(help="Leave out hosts of a corpus with fewer pages.")] = 1,
    hosts: Annotated[int, typer.Option(help="At most so many hosts of each corpus, the largest first; 0: all.")] = 0,
    night: Annotated[bool, typer.Option("--night", help="Run a night over them through Airflow, and end.")] = False,
    folder: Annotated[Path, typer.Option(help="Its data folder.")] = Path("data/replay"),
    delay: Annotated[float, typer.Option(min=0.01, help="Seconds between two requests to a host.")] = 0.1,
) -> None:
    """Serve saved pages as news sites, a feed and a sitemap per host, and follow them; exit 1 if a source failed."""
    from demo import installations
    from demo.replay import gather

    placed = gather(pages or [], corpus or [], min_pages=min_pages, hosts=hosts)
    with installations.open_replay_desk(placed, folder, delay=delay) as current:
        say(f"{len(placed)} pages of {len(list(current.sources.glob('*.toml')))} hosts are served as sites.", "bold")
        say(f"In another terminal:  NIGHTDESK_ENV_FILE={installations.env_file(folder)} nightdesk status", "dim")
        failed = _night(current) if night else _until_interrupted()
    if failed:
        complain(f"Failed: {', '.join(sorted(failed))}.")
        raise typer.Exit(1)


def summary(conn: postgres.Connection, run: str) -> dict[str, int]:
    """The sums of a run over all sources: pages fetched, articles, what load made of them, rejections by reason."""
    total: Counter[str] = Counter()
    for tally in runs.tallies(conn, run):
        for name, count in tally.counts.items():
            if (tally.stage, name) in SUMMED or (tally.stage == "extract" and name.startswith("rejected: ")):
                total[name] += count
    return dict(total)


def _night(current: Settings) -> list[str]:
    from demo import memory
    from pipelines.airflow import standalone

    with (
        memory.watch_memory(current.data) as peak,
        standalone.airflow_running(current, resume=False, on_line=progress) as airflow,
    ):
        key, failed = one_night(current, airflow)
    with postgres.connection(current) as conn:
        _tell(conn, key, peak)
    return failed


def _tell(conn: postgres.Connection, key: str, peak: Peak) -> None:
    say("")
    table(("over all sources", "#pages"), sorted(summary(conn, key).items(), key=lambda row: -row[1]))
    say("")
    times = postgres.query(conn, "stage_times_of_run", run=key)
    table(("stage", "#seconds"), ((t["stage"], round(t["seconds"])) for t in times))
    say("")
    say(
        f"Memory at its peak: {peak.total // MB_BYTES:,} MB in {peak.processes} processes with Airflow and the "
        f"embedded Postgres; the largest one: {peak.largest // MB_BYTES:,} MB ({peak.command})."
    )


def _until_interrupted() -> list[str]:
    say("Ctrl-C ends it.")
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        say("stopped")
    return []

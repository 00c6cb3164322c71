"""One page, explained: what the crawl, the extraction and the load made of it."""

from __future__ import annotations

from collections.abc import Sequence

from pipelines import alert, crawl, db, extract, ledger, load
from pipelines.cli.show import as_json, progress, say, table
from pipelines.model import Source, Tally
from pipelines.settings import Settings


def run(current: Settings, source: Source, url: str, key: str, *, as_json_: bool) -> list[Tally]:
    """Take one page of a source through all stages and print what each decided; the tallies of the stages."""
    tallies = crawl.crawl(current, [source], key, only=url, on_line=progress)
    tallies.append(extract.extract(current, source, key))
    tallies.append(load.load(current, source, key))
    tallies.append(alert.match(current, key))
    tallies.append(alert.send(current, key))
    with db.connection(current) as conn:
        told = ledger.story(conn, url)
    if as_json_:
        as_json({"run": key, "stages": tallies, "story": told})
        return tallies
    for tally in tallies:
        counted = ", ".join(f"{count} {name}" for name, count in tally.counts.items() if count)
        say(f"{tally.stage}: {tally.state}" + (f" – {tally.message or counted}" if tally.message or counted else ""))
    table(
        ("when", "run", "what", "reason", "where"),
        ((r["at"], r["run"], r["what"], r["reason"], r["pointer"]) for r in told),
        title="In the ledger",
    )
    return tallies


def print_removed(blocks: Sequence[tuple[str, str]]) -> None:
    """Print what was cut, each block with its reason."""
    say("")
    table(("reason", "cut"), ((reason, text) for text, reason in blocks), title="Cut", empty="Nothing was cut.")

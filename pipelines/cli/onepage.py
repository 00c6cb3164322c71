"""One page, explained: what the crawl, the extraction and the load made of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from rich.text import Text

from pipelines import alert, crawl, db, extract, ledger, load
from pipelines.cli.show import as_json, out, progress, say, table
from pipelines.model import Article, Page, Rejection, Source, Tally
from pipelines.settings import Settings
from pipelines.warc import decoded


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


def print_json(made: Article | Rejection) -> None:
    """One object: {"article": {...}} or {"rejection": {...}}."""
    as_json({"article" if isinstance(made, Article) else "rejection": asdict(made)})


def explain(made: Article | Rejection, page: Page) -> None:
    """Print an article as it would be stored and what was cut, or why it is none."""
    say(f"{page.final_url}: HTTP {page.status}, {len(decoded(page)):,} bytes, sha256 {page.digest[:16]}…", "dim")
    if isinstance(made, Rejection):
        say(f"No article: {made.reason}" + (f" ({made.detail})" if made.detail else "") + ".", "bold red")
        return
    say(made.title, "bold")
    published = (
        f"{made.published_at:%Y-%m-%d %H:%M} UTC, from {made.published_from}" if made.published_at else "unknown"
    )
    for name, value in (
        ("published", published),
        ("authors", ", ".join(made.authors)),
        ("language", made.language),
        ("address", made.canonical_url),
        ("summary", made.description),
    ):
        if value:
            out.print(Text(f"{name:10}", style="dim") + Text(value), soft_wrap=True)
    say("")
    say(made.text)
    print_removed([(block.text, block.reason) for block in made.removed])


def print_removed(blocks: Sequence[tuple[str, str]]) -> None:
    """Print what was cut, each block with its reason."""
    say("")
    table(("reason", "cut"), ((reason, text) for text, reason in blocks), title="Cut", empty="Nothing was cut.")

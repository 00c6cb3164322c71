"""Explains one page: the decisions of the crawl, the extraction and the load about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.text import Text

from pipelines import urls
from pipelines.alert import stage as alert
from pipelines.cli.show import as_json, out, progress, quote, say, table
from pipelines.crawl import ledger, rules
from pipelines.crawl import stage as crawl
from pipelines.desk import desk_records
from pipelines.errors import NightdeskError
from pipelines.load import stage as load
from pipelines.model import Source, Tally
from pipelines.notify import message_languages
from pipelines.settings import Settings, settings
from pipelines.sources import folders
from pipelines.stores import migrations, postgres


def run(current: Settings, source: Source, url: str, key: str, *, as_json_: bool) -> list[Tally]:
    """Take one page of a source through all stages and print the decision of each; gives the stages' tallies.

    Raises NightdeskError if the address is not on the source's sites and not known as one of its URLs.
    """
    from pipelines.extract.stage import extract

    with postgres.connection(current) as conn:
        migrations.check_migrated(conn)
        named = any(row["source"] == source.name for row in ledger.history_of_url(conn, url))
        if not named and urls.site(urls.host(url)) not in rules.sites(source):
            raise NightdeskError(
                f"{url} is not of {source.name}; `nightdesk try {url}` looks at any page and keeps nothing."
            )
    tallies = crawl.crawl(current, [source], key, only=url, on_line=progress)
    tallies.append(extract(current, source, key))
    tallies.append(load.load(current, source, key))
    tallies.append(alert.match(current, key))
    tallies.append(alert.send(current, key))
    with postgres.connection(current) as conn:
        history = ledger.history_of_url(conn, url)
        kept = postgres.row(conn, "article_of_url", url=url)
        stored = desk_records.article(conn, kept["id"]) if kept else None
    if as_json_:
        as_json({"run": key, "stages": tallies, "story": history})
        return tallies
    for tally in tallies:
        counted = ", ".join(f"{count} {name}" for name, count in tally.counts.items() if count and name != "seconds")
        say(
            f"{tally.stage}: {tally.state}"
            + (f" – {urls.readable(tally.message) or counted}" if tally.message or counted else "")
        )
    if stored:
        say("")
        print_facts(stored)
        print_removed([(block["text"], block["reason"]) for block in stored["removed"]])
        say("")
    table(
        ("when", "run", "what", "reason", "where"),
        ((r["at"], r["run"], r["what"], r["reason"], r["pointer"]) for r in history),
        title="In the ledger",
    )
    return tallies


def print_removed(blocks: Sequence[tuple[str, str]]) -> None:
    """Print the cut blocks, each with its reason."""
    say("")
    table(("reason", "cut"), ((reason, text) for text, reason in blocks), title="Cut", empty="Nothing was cut.")


def print_facts(row: Mapping[str, Any]) -> None:
    """Print the facts of an article, without its text."""
    quote(row["title"], "bold")
    facts: dict[str, Any] = {
        "address": urls.readable(row["url"]),
        "removed": row["gone_at"] and f"{row['gone_at']:%Y-%m-%d %H:%M} UTC: the site no longer has it",
        "source": row["source"],
        "published": row["published_at"] and _show_published(row),
        "authors": ", ".join(row["authors"]),
        "language": row["language"],
        "fetched": f"{row['fetched_at']:%Y-%m-%d %H:%M} UTC, {len(row['revisions'])} revision(s)",
        "page": f"sha256 {row['page_digest']}",
    }
    for name, value in facts.items():
        if value:
            out.print(Text(f"{name:10}", style="dim") + Text(str(value)), soft_wrap=True)


def show_published(row: Mapping[str, Any]) -> str:
    """The publication date of an article: a moment with its zone, or a day, month or year in the source's time zone."""
    if not row["published_at"]:
        return ""
    timezone = folders.title_and_zone(settings(), row["source"])[1]
    return message_languages.write_published(
        message_languages.USUAL, row["published_at"], row["published_precision"], timezone
    )


def _show_published(row: Mapping[str, Any]) -> str:
    exact = f"to the {row['published_precision'] or '?'}, from {row['published_from'] or '?'}"
    return f"{show_published(row)}, {exact}"

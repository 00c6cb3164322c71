"""`nightdesk try`: shows the result for a page on the web, a saved page, or thousands of pages; stores nothing."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from pipelines import urls
from pipelines.cli import batch, completion, page_decisions
from pipelines.cli.show import Json, as_json, out, progress, quote, say
from pipelines.crawl import stage as crawl
from pipelines.errors import DatabaseError, NightdeskError
from pipelines.extract import preview
from pipelines.extract.preview import Trial, TriedPage
from pipelines.model import Article, Page, Rejection, Source
from pipelines.settings import Settings, settings
from pipelines.sources import folders
from pipelines.stores import postgres, templates, warc


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("try", rich_help_panel="Looking")(try_page)


def try_page(
    target: Annotated[str, typer.Argument(metavar="[FILE|URL|-]")] = "",
    url: Annotated[str, typer.Option("--url", help="The address a saved page came from.")] = "",
    source: Annotated[
        str,
        typer.Option("--source", help="Treat it as a page of this followed source.", autocompletion=completion.sources),
    ] = "",
    json: Json = False,
    no_site: Annotated[bool, typer.Option("--no-site", help="Without what was learned of its source.")] = False,
    batch_file: Annotated[
        str,
        typer.Option(
            "--batch",
            metavar="FILE.jsonl",
            help="Instead of one page: lines with path, url, and where known source, html_encoding, id; - reads them "
            "from standard input. The answers are lines of JSON; what repeats on a source's pages is learned first.",
        ),
    ] = "",
    processes: Annotated[
        int, typer.Option("--processes", min=0, help="With --batch: how many at a time; 0 is one per core.")
    ] = 0,
) -> None:
    """Show the result for a page: the article and each cut block with its reason, or the rejection."""
    current = settings()
    if batch_file:
        if target or url:
            raise NightdeskError("`--batch` takes its pages and addresses from the file: give no other page with it.")
        many = processes or len(os.sched_getaffinity(0))
        batch.run(current, batch_file, source=source, learns=not no_site, processes=many)
        return
    of = folders.read_named(current, [source])[0] if source else preview.anonymous(url or target)
    page = _page(current, target, url, of)
    stored = _find_template(current, source) if source and not no_site else None
    done = preview.one(Trial(source=of, url=page.url, page=page, template=stored.in_use if stored else None))
    done = replace(done, made=replace(done.made, extractor=templates.label(done.made.extractor, stored)))
    if json:
        as_json(batch.as_fields(done))
    else:
        _explain(done, page, target, _describe_template(stored) if source and not no_site else "")


def _page(current: Settings, target: str, url: str, source: Source) -> Page:
    """The page to try: fetched, read from a file, or read from standard input."""
    if target.startswith(("http://", "https://")):
        try:
            urls.key(target)
        except ValueError as error:
            raise NightdeskError(f"{error}.") from None
        return crawl.fetch(current, source, target)
    if target == "-":
        return preview.read_saved(sys.stdin.buffer.read(warc.MAX_BODY_BYTES + 1), url or "http://localhost/", source)
    if target and Path(target).is_file():
        return preview.read_saved(Path(target).read_bytes(), url or f"http://localhost/{Path(target).name}", source)
    if not target:
        raise NightdeskError("Name a page: an http(s) address, a file, or - for standard input; or --batch FILE.jsonl.")
    raise NightdeskError(f"{target} is neither a file here nor an http(s) address.")


def _find_template(current: Settings, source: str) -> templates.TemplateVersion | None:
    """The learned template of a source; without Postgres there is none, and a message says so."""
    try:
        with postgres.connection(current) as conn, conn:
            return templates.newest(conn, source)
    except DatabaseError as error:
        progress(f"Without what was learned of {source}: {error}")
        return None


def _describe_template(stored: templates.TemplateVersion | None) -> str:
    if stored is None or (stored.template is None and not stored.drifted_run):
        return "no template"
    said = f"template {stored.version} of {stored.pages} pages"
    return said if stored.in_use else f"{said} is not used: it no longer fits since run {stored.drifted_run}"


def _explain(done: TriedPage, page: Page, target: str, template: str) -> None:
    """Print an article as it would be stored and the cut blocks, or the reason for the rejection."""
    fetched = f"{page.final_url}: HTTP {page.status}" if target.startswith(("http://", "https://")) else target
    where = "standard input" if fetched == "-" else fetched
    say(f"{where}, {len(page.body):,} bytes, sha256 {page.digest[:16]}…", "dim")
    say(f"{done.ms:.0f} ms of CPU" + (f", {template}" if template else ""), "dim")
    made = done.made
    if isinstance(made, Rejection):
        say(f"No article: {made.reason}" + (f" ({made.detail})" if made.detail else "") + ".", "bold red")
        if made.text:
            say("")
            quote(made.text, "dim")
        return
    quote(made.title, "bold")
    for name, value in (
        ("published", show_published(made)),
        ("modified", made.modified_at.isoformat(" ", "minutes") if made.modified_at else ""),
        ("authors", ", ".join(made.authors)),
        ("language", made.language),
        ("section", made.section),
        ("tags", ", ".join(made.tags)),
        ("image", made.image),
        ("address", urls.readable(made.canonical_url)),
        ("summary", made.description),
    ):
        if value:
            out.print(Text(f"{name:10}", style="dim") + Text(value), soft_wrap=True)
    say("")
    quote(made.text)
    page_decisions.print_removed([(block.text, block.reason) for block in made.removed])


def show_published(made: Article) -> str:
    """The publication date of an article, its precision and its origin."""
    at = made.published_at
    if at is None:
        return "unknown: neither the page nor its feed says"
    whole = made.published_precision in ("day", "month", "year")
    moment = f"{at:%Y-%m-%d}" if whole else at.isoformat(" ", "minutes" if at.second == 0 else "seconds")
    return f"{moment}, to the {made.published_precision or '?'}, from {made.published_from or '?'}"

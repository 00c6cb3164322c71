"""The work of the Dags `import` and `backfill`: their tasks look, show the findings, and do the approved work.

Only tasks import this module, because it loads extraction.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pipelines.airflow.follow_tasks import plain
from pipelines.airflow.tasks import to_log
from pipelines.archive import backfill, import_input, page_import, policy
from pipelines.archive.backfill import Plan
from pipelines.crawl import summary
from pipelines.errors import NightdeskError
from pipelines.query import selection
from pipelines.settings import Settings, settings
from pipelines.sources import folders

# MADE has load's results for pages, in the order in which a sentence names them.
MADE = ("new", "revised", "unchanged", "duplicate")

log = logging.getLogger("nightdesk")


def look_at_import(params: Mapping[str, Any]) -> dict[str, Any]:
    """The path that the Dag's form names, and what a person decides on; NightdeskError if there is nothing to
    import."""
    current, path = settings(), str(params["path"])
    found = import_input.look(_path(current, path), folders.readable(current)[0])
    in_place = bool(params.get("in_place"))
    if in_place and found.addresses:
        raise NightdeskError("In place is for WARC files; what a list of addresses names is fetched.")
    of_what = f"{found.pages:,} addresses" if found.addresses else f"{found.pages:,} pages in {found.files:,} files"
    lines = [f"**{of_what}, {found.bytes:,} bytes.**", "", "| Source | Pages |", "|---|---|"]
    lines += [f"| {plain(name)} | {count:,} |" for name, count in sorted(found.sources.items())]
    lines += ["", "Pages of `imported` are of no followed source. What the archive has is left out; nobody is told."]
    if found.others:
        lines.append(f"{found.others:,} more answers hold no page.")
    lines += [f"- Not read: {plain(sentence)}" for sentence in found.told]
    lines += [f"- {found.bad - len(found.told):,} more cannot be read."] if found.bad > len(found.told) else []
    if in_place:
        lines.append("The files stay where they are: without them the pages cannot be read again.")
    log.info("%s: %s", path, of_what)
    return {"path": path, "in_place": in_place, "pages": found.pages, "report": "\n".join(lines)}


def bring_in(looked: Mapping[str, Any]) -> str:
    """Import the approved pages; gives the result in a sentence."""
    current = settings()
    path, followed = _path(current, looked["path"]), folders.readable(current)[0]
    report = page_import.of_path(
        current, path, followed, in_place=looked["in_place"], processes=os.cpu_count() or 1,
        on_pages=lambda done: log.info("%d pages so far", done),
    )  # fmt: skip
    for sentence in report.told:
        log.warning("not read: %s", sentence)
    return _conclude(f"{report.pages:,} pages read", report.counts, report.failed)


def look_at_backfill(params: Mapping[str, Any]) -> dict[str, Any]:
    """Read the lists of the source that the Dag's form names; gives the findings, and what a person decides on."""
    current = settings()
    (source,) = folders.read_named(current, [str(params["source"])])
    between = selection.between(params.get("from") or "", params.get("to") or "", "From", "To")
    plan = backfill.look(current, source, *backfill.days(between, datetime.now(UTC)), on_line=to_log)
    pages = min(plan.open, int(params["pages"]))
    least = summary.span(int(pages * source.delay))
    lines = [
        f"**{pages:,} pages of {plain(source.name)} are to be fetched**, at {source.delay:g} s each and in turns with "
        f"the nights: {least} at least. Nobody is told of them.",
        *("", "| Month | Named | In the archive | To fetch |", "|---|---|---|---|"),
        *(f"| {one.month or 'no day told'} | {one.named:,} | {one.had:,} | {one.open:,} |" for one in plan.months),
        "",
    ]
    if plan.missing:
        lines.append(f"No list of the site names anything of {', '.join(plan.missing)}: that can't be reached.")
    if plan.failed:
        lines.append(f"Not all lists could be read: {plain(plan.failed)}")
    if plan.goes_on:
        lines.append(f"{plan.goes_on:,} pages are left of an earlier backfill, which goes on.")
    log.info("%s: %d addresses to fetch in %d months", source.name, plan.open, len(plan.months))
    if not pages:
        raise NightdeskError(" ".join(["There is nothing to fetch.", *lines[len(lines) - bool(lines[-1]) :]]))
    asked = {"source": source.name, "since": plan.since.isoformat(), "until": plan.until.isoformat()}
    return {**asked, "runs": plan.runs, "pages": pages, "report": "\n".join(lines)}


def want(looked: Mapping[str, Any]) -> int:
    """Store which of the found addresses are to be fetched, after a person approved; gives their number."""
    return backfill.want(settings(), _plan(looked), looked["pages"])


def fetch(looked: Mapping[str, Any]) -> str:
    """Fetch the wanted pages, and take them through all stages; gives the result in a sentence."""
    current = settings()
    (source,) = folders.read_named(current, [looked["source"]])
    done = backfill.fetch(
        current, source, _plan(looked), processes=os.cpu_count() or 1,
        on_pages=lambda count: log.info("%d pages so far", count), on_line=to_log,
    )  # fmt: skip
    left = f", {done.left:,} left for another try" if done.left else ""
    return _conclude(f"{done.fetched:,} pages of {source.name} fetched{left}", done.counts, done.failed)


def _path(current: Settings, name: str) -> Path:
    """The path that a form names in the folder of imports; NightdeskError if it leads elsewhere, or does not exist."""
    folder = current.data / policy.IMPORTS_FOLDER
    path = Path(os.path.normpath(folder / name))
    if not path.is_relative_to(folder):
        raise NightdeskError(f"{name} is not in {folder}: put there what is to be imported, and name it from there.")
    if not path.exists():
        raise NightdeskError(f"There is no {path}: put there what is to be imported, on the machine of the workers.")
    return path


def _plan(looked: Mapping[str, Any]) -> Plan:
    since, until = (datetime.fromisoformat(looked[name]) for name in ("since", "until"))
    return Plan(source=looked["source"], since=since, until=until, runs=looked["runs"])


def _conclude(said: str, counts: Mapping[str, int], failed: list[str]) -> str:
    made = {name: counts.get(f"load {name}", 0) for name in MADE} | {"rejected": counts.get("extract rejected", 0)}
    told = ", ".join(f"{count:,} {name}" for name, count in made.items() if count) or "nothing new"
    log.info("%s: %s", said, told)
    if failed:
        raise NightdeskError(f"{said}: {told}. " + " ".join(failed))
    return f"{said}: {told}."

"""`nightdesk extract --again`: extracts stored pages with today's extractor; `--apply` loads the result as a
correction."""

from __future__ import annotations

import os
from collections.abc import Sequence

from pipelines.archive import differences, reextraction
from pipelines.archive.reextraction import AgainReport, ChangedWording
from pipelines.cli import onearticle
from pipelines.cli.show import STATE_STYLE, as_json, counting, say, table
from pipelines.errors import NightdeskError
from pipelines.model import Source, Tally
from pipelines.query.grammar import DateFilter
from pipelines.settings import Settings
from pipelines.sources import folders


def run(
    current: Settings,
    chosen: Sequence[Source],
    between: DateFilter | None,
    *,
    apply: str,
    undo: str,
    json: bool,
) -> list[Tally]:
    """Make a trial and its report, or apply or undo an earlier trial; gives the tallies of the load."""
    if apply and undo:
        raise NightdeskError("--apply and --undo are two things: give one of them.")
    if apply or undo:
        followed = folders.readable(current)[0]
        done = reextraction.apply(current, apply, followed) if apply else reextraction.undo(current, undo, followed)
        _print_loaded(apply or undo, done, "put right" if apply else "put back", json=json)
        if apply and not json:
            say(f"`nightdesk extract --again --undo {apply}` undoes all of it.", "dim")
        return done
    with counting("Extracting again", "pages", quiet=json) as on_pages:
        report = reextraction.trial(current, chosen, between, processes=os.cpu_count() or 1, on_pages=on_pages)
    if json:
        as_json(report)
    else:
        _print(report)
    return []


def _print_loaded(run: str, done: Sequence[Tally], what: str, *, json: bool) -> None:
    if json:
        as_json({"run": run, "sources": list(done)})
        return
    table(
        ("source", "state", f"#{what}"),
        ((tally.source, tally.state, tally.counts.get("reread", 0)) for tally in done),
        empty="Nothing was to be done.",
    )
    for tally in done:
        if tally.message:
            say(f"{tally.source} {tally.state}: {tally.message}", STATE_STYLE[tally.state])


def _print(report: AgainReport) -> None:
    say(
        f"{report.read:,} pages read again by {report.extractor}: {report.changed:,} wordings of {report.articles:,} "
        f"articles read differently, in {report.words:,} words."
    )
    if report.unreadable:
        say(f"Of {report.unreadable:,} pages the raw record cannot be read; these pages stay as they are.", "yellow")
    if report.rejected:
        named = ", ".join(f"{count:,} {reason}" for reason, count in sorted(report.rejected.items()))
        say(f"No article to today's extractor, and left as they are: {named}.", "yellow")
    if not report.changed:
        return
    say("")
    table(("field", "#wordings"), sorted(report.fields.items(), key=lambda one: -one[1]))
    for changed in report.largest:
        _print_changed(changed)
    say("")
    say("Nothing is changed yet. This command loads the trial as a correction, which alerts nobody:")
    say(f"`nightdesk extract --again --apply {report.run}`")


def _print_changed(changed: ChangedWording) -> None:
    say("")
    say(
        f"{changed.source}, article {changed.article_id}, revision {changed.revision}: {changed.words:,} words, "
        f"{', '.join(changed.fields)}",
        "bold",
    )
    say(changed.url, "dim")
    for name, before in changed.before.items():
        onearticle.print_paragraphs(name, differences.paragraphs(before, changed.after[name]))

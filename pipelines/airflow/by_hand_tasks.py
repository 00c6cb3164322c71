"""The work of the Dag `by_hand`: one piece of work that a person starts at the Desk, with its result in sentences.

Only tasks import this module, because it loads extraction.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any, TypedDict

from pipelines import steering
from pipelines.airflow import channel_connections
from pipelines.airflow.tasks import to_log
from pipelines.alert import stage as alert
from pipelines.archive import reextraction
from pipelines.codes import HandWork, RunState
from pipelines.errors import NightdeskError
from pipelines.extract.extraction import extractor
from pipelines.extract.site import learning
from pipelines.follow import recheck
from pipelines.health import duties, troubles
from pipelines.load import quarantine, quarantine_decisions
from pipelines.model import Tally
from pipelines.settings import Settings, settings
from pipelines.sources import folders
from pipelines.stores import postgres, templates

# One result has at most LINES_SHOWN lines, and each compared text in it at most LONGEST_TEXT_CHARACTERS characters.
# Chosen: a person reads about that much on one page.
LINES_SHOWN, LONGEST_TEXT_CHARACTERS = 60, 600


class Result(TypedDict):
    """The result of the work: a sentence, more lines, the key of the trial if the work is about one, and the wordings
    that the trial would change most.

    count: if a held run was released, how many of its articles are new or revised; if it was rejected, how many of its
    URLs are rejected.
    """

    said: str
    lines: list[str]
    key: str
    changed: list[dict[str, Any]]
    count: int


def do(params: Mapping[str, Any], who: str) -> Result:
    """Do the work that the form names. who: the name of the person who started it."""
    work = HandWork(params["work"])
    made = WORKS[work](settings(), str(params.get("source") or ""), str(params.get("key") or ""), who)
    to_log(made["said"])
    for line in made["lines"]:
        to_log(line)
    result: Result = steering.strip_steering({**made, "lines": made["lines"][:LINES_SHOWN]})
    return result


def _check(current: Settings, name: str, key: str, who: str) -> Result:
    (source,) = folders.read_named(current, [name])
    found = recheck.check(current, source, on_line=to_log)
    said = f"Something of {name} no longer holds." if found.broken else found.fine or f"All of {name} holds."
    return _result(said, [str(change) for change in found.changes])


def _learn(current: Settings, name: str, key: str, who: str) -> Result:
    (source,) = folders.read_named(current, [name])
    with postgres.connection(current, application="nightdesk learn") as conn:
        with conn:
            before = templates.newest(conn, name)
            due = templates.due(conn, name, extractor(), asked=True)
        if due is None:
            raise NightdeskError(f"There are fewer than {templates.LEAST_PAGES} article pages of {name} to learn from.")
        lesson = learning.learn(current, conn, source, due, processes=1, apart=True)
    lines = [f"{url} was left out: {problem}" for url, problem in lesson.skipped]
    if lesson.new and lesson.stored:
        moved = templates.changes(before.template if before else None, lesson.stored.template)
        lines += [f"{change.what} {change.kind}: {change.value}" for change in moved]
    return _result(lesson.sentence(name), lines)


def _reread(current: Settings, name: str, key: str, who: str) -> Result:
    (source,) = folders.read_named(current, [name])
    report = reextraction.trial(current, [source], processes=os.cpu_count() or 1)
    said = (
        f"{report.read:,} pages of {name} read again: {report.changed:,} wordings of {report.articles:,} articles read "
        f"differently, in {report.words:,} words. Nothing is changed yet."
    )
    lines = [f"{count:,} in the {field}" for field, count in report.fields.items()]
    lines += [f"{count:,} are no article any more: {why}; they stay" for why, count in report.rejected.items()]
    lines += [f"{report.unreadable:,} raw records cannot be read; they stay"] if report.unreadable else []
    changed = [{**asdict(one), "before": _cut(one.before), "after": _cut(one.after)} for one in report.largest]
    return _result(said, lines, report.run if report.changed else "", changed)


def _apply(current: Settings, name: str, key: str, who: str) -> Result:
    return _name_loaded("put right", key, reextraction.apply(current, key, folders.readable(current)[0]))


def _undo(current: Settings, name: str, key: str, who: str) -> Result:
    return _name_loaded("put back", key, reextraction.undo(current, key, folders.readable(current)[0]))


def _release(current: Settings, name: str, key: str, who: str) -> Result:
    tally = quarantine_decisions.release(current, _find_held(current, name, key), who)
    if tally.state != RunState.DONE:
        raise NightdeskError(f"Run {key} of {name} {tally.state}: {tally.message}")
    _check_health(current, name)
    sent = alert.send(current, channels=channel_connections.addresses(current))
    lines = [f"{tally.counts[word]:,} {word}" for word in ("new", "revised", "rejected") if tally.counts.get(word)]
    lines.append(f"{sent.counts.get('sent', 0):,} messages sent")
    came_in = sum(tally.counts.get(word, 0) for word in ("new", "revised"))
    return _result(f"The articles of run {key} of {name} are in the archive.", lines, count=came_in)


def _reject(current: Settings, name: str, key: str, who: str) -> Result:
    held = _find_held(current, name, key)
    with postgres.connection(current) as conn:
        ended = quarantine_decisions.reject(current, conn, held, who)
    _check_health(current, name)
    said = f"{ended:,} URLs of run {key} of {name} are rejected, and looked at again after a day."
    return _result(said, count=ended)


def _check_health(current: Settings, name: str) -> None:
    """End the trouble of a source whose articles were held, without waiting for the check after the next night."""
    troubles.check(current, folders.read_named(current, [name]))


def _find_held(current: Settings, name: str, key: str) -> quarantine.HeldRun:
    with postgres.connection(current) as conn, conn:
        return quarantine.of_run(conn, name, key)


def _retention(current: Settings, name: str, key: str, who: str) -> Result:
    gone, texts = duties.count_retirable(current, datetime.now(UTC))
    said = f"The next upkeep would delete {gone.files:,} raw files of {len(gone.deleted):,} runs, {gone.bytes:,} bytes."
    lines = [f"would go: {one}" for one in gone.deleted]
    lines += [f"stays, an alert or a kept article needs it: {one}" for one in gone.needed]
    lines += [f"stays, not decided yet or still open: {one}" for one in gone.kept]
    lines.append(
        f"{len(texts.files):,} article files would go, the words of {texts.wordings:,} earlier wordings, and of the "
        f"ledger {texts.fetches:,} fetches and {texts.urls:,} addresses."
    )
    return _result(said, lines)


def _name_loaded(what: str, key: str, done: list[Tally]) -> Result:
    if not done:
        return _result("Nothing was to be done.", key=key)
    count = sum(tally.counts.get("reread", 0) for tally in done)
    lines = [f"{tally.source} {tally.state}: {tally.message}" for tally in done if tally.message]
    return _result(f"{count:,} wordings {what}.", lines, key)


def _cut(texts: Mapping[str, str]) -> dict[str, str]:
    return {
        field: text if len(text) <= LONGEST_TEXT_CHARACTERS else text[:LONGEST_TEXT_CHARACTERS] + "…"
        for field, text in texts.items()
    }


def _result(
    said: str,
    lines: list[str] | None = None,
    key: str = "",
    changed: list[dict[str, Any]] | None = None,
    count: int = 0,
) -> Result:
    return Result(said=said, lines=lines or [], key=key, changed=changed or [], count=count)


WORKS: dict[HandWork, Callable[[Settings, str, str, str], Result]] = {
    HandWork.CHECK: _check,
    HandWork.LEARN: _learn,
    HandWork.REREAD: _reread,
    HandWork.APPLY: _apply,
    HandWork.UNDO: _undo,
    HandWork.RELEASE: _release,
    HandWork.REJECT: _reject,
    HandWork.RETENTION: _retention,
}

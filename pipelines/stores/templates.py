"""What was learned about each source, in Postgres: every version, which one is used, and when to learn again.

Only this module knows the table `templates`. A version is one row; the template in it never changes. The newest version
is used unless the site's pages have stopped agreeing with it. All templates can be learned again from the raw store, so
the table needs no backup.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime, timedelta
from typing import Any

from pydantic import TypeAdapter

from pipelines.errors import NightdeskError
from pipelines.model import Template
from pipelines.stores import postgres, runs

# This many characters of an error's text are kept. Chosen: they fit in one line, and an error begins with its reason.
DETAIL_CHARACTERS = 200

# A source is learned once it has this many pages; docs/operations.md says so. Chosen: this is two more than
# extract/site/observations.py needs, because some pages are copies.
LEAST_PAGES = 10
# A template is learned from at most this many pages. Chosen: extract/site/observations.py takes as many.
MAX_PAGES = 60
# Those pages are spread over this many newest pages. Chosen: so the pages come from several days of a site.
AMONG = 4 * MAX_PAGES
# A source is learned again after the number of its pages has grown by this share. Chosen: a source with more pages
# needs to be learned less often.
GROWN_SHARE = 0.5
# A source that has not grown by GROWN_SHARE is learned again when it has GROWN_PAGES new pages and LEARNED_FOR has
# passed. Chosen: learning costs as much as extracting fifty pages; with these values, a new line on all pages is known
# within a week.
GROWN_PAGES, LEARNED_FOR = 50, timedelta(days=7)
# If less than this share of the last pages agrees with the template, GROWN_PAGES new pages are enough, however little
# time has passed. Chosen: if an eighth of a night's pages look different, that is more than chance, but too few to call
# the site changed.
AGREES_WELL_SHARE = 0.875
# This many versions of a template are kept; docs/operations.md says so.
KEPT_VERSIONS = 20
KEPT_AS = TypeAdapter(Template)
# Whether the template still fits is judged by at least this many of the newest pages.
FEWEST_JUDGED = 5
# At least this share of the pages must agree with the template. Chosen: if less than half agree, the site looks
# different now.
STILL_FITS_SHARE = 0.5
# At most this many of the newest runs are read for the judgement. Chosen: five pages are found in far fewer runs.
RUNS_JUDGED = 20


@dataclass(frozen=True, kw_only=True)
class TemplateVersion:
    """A version of what was learned about a source.

    run: the run that was being extracted, empty if a person started the learning.
    pages: from how many pages it was learned.
    known: how many pages of the source the raw store had; newest_fetch: the newest fetch of these pages.
    template: None if nothing was learned that helps.
    agreement: of the last pages that were read with this version, the share that agreed with it; None if no page was
    read with it yet.
    drifted_run: the run since which the template no longer fits; empty if it fits.
    problem: a sentence if the row cannot be read; its template is None then.
    """

    source: str
    version: int
    learned_at: datetime
    run: str
    extractor: str
    pages: int
    known: int
    newest_fetch: int
    template: Template | None
    agreement: float | None = None
    drifted_run: str = ""
    drifted_at: datetime | None = None
    problem: str = ""

    @property
    def in_use(self) -> Template | None:
        """The template with which pages are read: None if it no longer fits."""
        return None if self.drifted_run else self.template


@dataclass(frozen=True, kw_only=True)
class LearningDue:
    """Why a source is to be learned now, since which run its pages are used (empty: all), and how many pages the raw
    store has."""

    why: str
    since: str
    known: int
    newest_fetch: int


@dataclass(frozen=True, kw_only=True)
class TemplateChange:
    """One difference between two versions, in the field `what` of the template.

    kind: `added` or `removed`, if the field has several values; `changed`, if it has one, and `value` says both the old
    and the new one.
    """

    what: str
    kind: str
    value: str


def newest(conn: postgres.Connection, source: str) -> TemplateVersion | None:
    """The newest version of a source's template, read in the caller's transaction; None if nothing was learned."""
    row = postgres.row(conn, "template_newest", source=source)
    return _read_stored(row) if row else None


def history(conn: postgres.Connection, source: str) -> list[TemplateVersion]:
    """The versions that are kept of a source, newest first."""
    return [_read_stored(row) for row in postgres.query(conn, "template_history", source=source)]


def due(conn: postgres.Connection, source: str, extractor: str, *, asked: bool = False) -> LearningDue | None:
    """Why a source is to be learned now; None if it is not to be learned, for example because it has too few pages.

    asked: a person wants it learned, without regard to new pages.
    """
    last = newest(conn, source)
    if last is None or last.problem:
        found = _find_known(conn, source)
        why = "what was learned cannot be read" if last else "nothing was learned so far"
        return _due(why, found) if found["pages"] >= LEAST_PAGES else None
    new = _find_known(conn, source, after=last.newest_fetch)
    found = {"pages": last.known + new["pages"], "newest_fetch": new["newest_fetch"]}
    if last.drifted_run:
        since = _find_known(conn, source, since=last.drifted_run)["pages"]
        # Some of the pages may have been known when the template was last learned. At least half of LEAST_PAGES must be
        # newer, so that nothing is learned twice from the same pages. After a template was deleted, no page counts as
        # known.
        newer = new["pages"] >= LEAST_PAGES // 2 or not last.known
        if since >= LEAST_PAGES and (asked or newer):
            return _due(f"its pages look changed since run {last.drifted_run}", found, last.drifted_run)
        if not asked:
            return None
    if found["pages"] < LEAST_PAGES:
        return None
    if asked:
        return _due("somebody asked", found)
    if not last.extractor:
        return _due("its template was deleted", found)
    if last.extractor != extractor:
        return _due(f"it was learned by {last.extractor}", found)
    if _outgrown(last, new):
        return _due(f"{new['pages']} new pages", found)
    return None


def pages(conn: postgres.Connection, source: str, since: str = "") -> list[postgres.Row]:
    """The fetches of up to MAX_PAGES pages to learn from, chosen among the newest pages of the run `since` and later
    runs. The rows have the columns of the statement `fetches_to_extract`."""
    return postgres.query(conn, "template_pages", source=source, since=since, among=AMONG, most=MAX_PAGES)


def save(
    conn: postgres.Connection,
    source: str,
    template: Template | None,
    reason: LearningDue,
    *,
    extractor: str,
    pages: int,
    run: str = "",
    attempt: runs.Attempt | None = None,
) -> tuple[TemplateVersion | None, bool]:
    """Save a learned template, in one transaction; gives the version that is now the newest, and whether it is new.

    If pages would be read with the template just as with the newest version, no new version is made. If nothing was
    learned (`template` is None), the newest version stays.

    pages: from how many pages it was learned.
    extractor: which extractor learned it.
    attempt: the attempt at a stage to which this belongs. TakenOverError if another process has begun the stage again.
    """
    noted: dict[str, Any] = {"extractor": extractor, "known": reason.known, "newest_fetch": reason.newest_fetch}
    with runs.ours(conn, attempt) if attempt else conn:
        postgres.query(conn, "template_lock", source=source)
        last = newest(conn, source)
        if (
            last
            and not last.problem
            and (template is None or (not last.drifted_run and effect(template) == effect(last.template)))
        ):
            row = postgres.row(conn, "template_still", source=source, version=last.version, **noted)
            return (_read_stored(row) if row else last), False
        return _add(conn, source, template, pages=pages, run=run, **noted), True


def use(conn: postgres.Connection, source: str, version: int) -> TemplateVersion:
    """Go back to an older version: it becomes the newest under a new number. If there is no such version, the text of
    the NightdeskError lists the existing versions."""
    with conn:
        postgres.query(conn, "template_lock", source=source)
        kept = {stored.version: stored for stored in history(conn, source)}
        if version not in kept:
            raise NightdeskError(
                f"There is no version {version} of what was learned of {source} "
                f"(there are: {', '.join(map(str, sorted(kept))) or 'none'})."
            )
        old, last = kept[version], kept[max(kept)]
        noted = {"extractor": last.extractor, "known": last.known, "newest_fetch": last.newest_fetch}
        return _add(conn, source, old.template, pages=old.pages, run="", **noted)


def forget(conn: postgres.Connection, source: str) -> bool:
    """Delete all that was learned about a source, so that it is learned anew; gives whether there was anything.

    The numbers of its versions are not used again, because an article names the version with which it was read.
    """
    with conn:
        postgres.query(conn, "template_lock", source=source)
        last = newest(conn, source)
        if last is None or last.template is None:
            return False
        _add(conn, source, None, pages=0, run="", extractor="", known=0, newest_fetch=0)
        postgres.execute(conn, "template_drop", source=source, keep=1)
        return True


def note_agreement(conn: postgres.Connection, source: str) -> TemplateVersion | None:
    """Note how far the last runs' pages agreed with the newest template, in the caller's transaction.

    The template no longer fits if less than half of the newest pages agreed, of which there must be five or more. Then
    it is not used until the source is learned again.
    """
    last = newest(conn, source)
    if last is None or last.template is None:
        return last
    rows = postgres.query(conn, "template_agreements", source=source, learned_at=last.learned_at, count=RUNS_JUDGED)
    judged = _last_pages(rows)
    agrees = sum(row["agrees"] for row in judged)
    total = agrees + sum(row["disagrees"] for row in judged)
    if not total:
        return last
    drifted = ""
    if total >= FEWEST_JUDGED and agrees < STILL_FITS_SHARE * total:
        drifted = min(
            row["run"] for row in judged if row["agrees"] < STILL_FITS_SHARE * (row["agrees"] + row["disagrees"])
        )
    share = agrees / total
    postgres.execute(
        conn, "template_agreement", source=source, version=last.version, agreement=share, drifted_run=drifted
    )
    return newest(conn, source)


def effect(template: Template | None) -> dict[str, Any] | None:
    """The part of a template that decides how a page is read, without the numbers of pages and of repeated lines."""
    if template is None:
        return None
    counted = ("source", "pages", "agreement")
    return {name: _without_order(value) for name, value in asdict(template).items() if name not in counted}


def changes(old: Template | None, new: Template | None) -> list[TemplateChange]:
    """The differences between two versions in how a page is read."""
    before, after = effect(old) or {}, effect(new) or {}
    found = []
    for name in sorted(before.keys() | after.keys()):
        was, now = before.get(name), after.get(name)
        if isinstance(was or now, frozenset):
            was, now = was or frozenset(), now or frozenset()
            found += [TemplateChange(what=name, kind="removed", value=str(value)) for value in sorted(was - now)]
            found += [TemplateChange(what=name, kind="added", value=str(value)) for value in sorted(now - was)]
        elif was != now and (was or now):
            found.append(TemplateChange(what=name, kind="changed", value=f"{_or_none(was)} → {_or_none(now)}"))
    return found


def label(extractor: str, stored: TemplateVersion | None) -> str:
    """What a source's articles name as their extractor: the extractor, and the version of the template in use."""
    return f"{extractor} template {stored.version}" if stored and stored.in_use else extractor


def _add(conn: postgres.Connection, source: str, template: Template | None, **values: Any) -> TemplateVersion:
    learned = postgres.json(_clean(asdict(template))) if template else None
    row = postgres.row(conn, "template_save", source=source, template=learned, **values)
    assert row is not None
    postgres.execute(conn, "template_drop", source=source, keep=KEPT_VERSIONS)
    return _read_stored(row)


def _outgrown(last: TemplateVersion, new: Mapping[str, Any]) -> bool:
    """Whether so many new pages came that the source is to be learned again: see GROWN_SHARE, GROWN_PAGES and
    AGREES_WELL_SHARE."""
    if new["pages"] >= max(1, math.ceil(last.known * GROWN_SHARE)):
        return True
    long_ago = new["passed"] is None or new["passed"] >= LEARNED_FOR
    otherwise = last.agreement is not None and last.agreement < AGREES_WELL_SHARE
    return new["pages"] >= GROWN_PAGES and (long_ago or otherwise)


def _due(why: str, found: Mapping[str, Any], since: str = "") -> LearningDue:
    return LearningDue(why=why, since=since, known=found["pages"], newest_fetch=found["newest_fetch"])


def _find_known(conn: postgres.Connection, source: str, after: int = 0, since: str = "") -> postgres.Row:
    row = postgres.row(conn, "template_known", source=source, after=after, since=since)
    assert row is not None
    return row


def _last_pages(rows: Sequence[postgres.Row]) -> list[postgres.Row]:
    """The newest runs that together have enough pages for a judgement."""
    judged: list[postgres.Row] = []
    for row in rows:
        judged.append(row)
        if sum(r["agrees"] + r["disagrees"] for r in judged) >= FEWEST_JUDGED:
            break
    return judged


def _read_stored(row: postgres.Row) -> TemplateVersion:
    try:
        return TemplateVersion(**{**row, "template": _template(row["template"])})
    except (ValueError, TypeError, AttributeError) as error:
        said = " ".join(str(error).split())[:DETAIL_CHARACTERS]
        problem = (
            f"Version {row['version']} of what was learned of {row['source']} cannot be read "
            f"({said}); `nightdesk sources learn {row['source']}` learns it anew."
        )
        return TemplateVersion(**{**row, "template": None, "problem": problem})


def _template(learned: dict[str, Any] | None) -> Template | None:
    """A template from its stored form. Fields unknown to this version are left out; missing ones get defaults."""
    if learned is None:
        return None
    known = {field.name for field in fields(Template)}
    return KEPT_AS.validate_python({name: value for name, value in learned.items() if name in known})


def _clean(value: Any) -> Any:
    """The same value without characters that Postgres cannot hold."""
    if isinstance(value, str):
        return value.replace("\x00", "").encode("utf-8", "ignore").decode()
    if isinstance(value, (list, tuple)):
        return [_clean(part) for part in value]
    return {name: _clean(part) for name, part in value.items()} if isinstance(value, dict) else value


def _without_order(value: Any) -> Any:
    """Sequences become sets. Of pairs such as (line, count), only the first part is taken."""
    if not isinstance(value, (list, tuple)):
        return value
    return frozenset(part[0] if isinstance(part, (list, tuple)) and part else part for part in value)


def _or_none(value: Any) -> str:
    return str(value) if value else "none"

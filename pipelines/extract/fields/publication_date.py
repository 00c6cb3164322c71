"""When an article was published and changed: the best of JSON-LD, meta elements, feed, visible page and address.

Software that knows only the year writes the first of January at midnight. So such a date counts as the year alone,
unless something else also gives this day. The day is the day in the site's own time zone: the offset in the page is
kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from pipelines.extract.fields import publication_shown
from pipelines.extract.fields.dated_page import PRECISE, DatedPage, Dating
from pipelines.extract.fields.machine_dates import find_machine_dates
from pipelines.extract.fields.publication_shown import find_shown_dates

MODIFIED = (
    "article:modified_time", "og:article:modified_time", "og:updated_time", "datemodified", "last-modified", "lastmod",
    "dcterms.modified", "dc.date.modified", "article:modified", "date.modified", "article:updated_time",
)  # fmt: skip
# The offsets of places from UTC lie between these two.
WESTMOST, EASTMOST = timedelta(hours=-12), timedelta(hours=14)
# Most people live between these two offsets from UTC, those of Los Angeles and Tokyo. For a site whose time zone is not
# known yet, a date is tried with both.
USUAL_OFFSETS = (timedelta(hours=-8), timedelta(hours=9))
# The offsets of places are whole quarters of an hour.
OFFSET_STEP = timedelta(minutes=15)


def find_published(dated: DatedPage) -> Dating:
    """When the article was published, with precision and origin; an empty Dating if nothing tells it."""
    machine = list(find_machine_dates(dated))
    sure = [one for one in machine if not one.is_year_alone()]
    if not sure:
        return _from_what_is_shown(dated, machine)
    shown = list(find_shown_dates(dated, of_scripts=False)) if _is_doubtful(sure, dated) else []
    return _weigh(sure, shown, dated)


def find_modified(dated: DatedPage) -> datetime | None:
    """When the article was last changed, as its page says, or else the feed."""
    meta = dated.facts.meta
    for text in (dated.facts.node.get("dateModified"), *(meta[name][0] for name in MODIFIED if name in meta)):
        found = dated.read(text)
        if found:
            return found[0]
    return dated.page.entry.modified_at if dated.page.entry else None


def _from_what_is_shown(dated: DatedPage, years: Sequence[Dating]) -> Dating:
    """The day if the page gives machines none: a date that the page shows, a guess, a day without a year, a year.

    years: the page's dates for machines, all without month and day.
    """
    shown = list(find_shown_dates(dated, of_scripts=True))
    sure = [one for one in shown if not one.is_year_alone()]
    if sure:
        return _weigh(sure, shown, dated)
    years = [*years, *shown]
    if len(years) > 1 and len({one.at for one in years}) == 1:
        # If several dates are all the first of January, that is the day.
        return years[0]
    found = publication_shown.guess_day(dated) or publication_shown.find_day_without_year(dated)
    if found:
        return found
    return replace(years[0], precision="year") if years else Dating()


def _weigh(sure: Sequence[Dating], shown: Sequence[Dating], dated: DatedPage) -> Dating:
    """The best of the dates with a day. The other dates confirm or correct its day and time of day."""
    witnesses = [*sure, *shown]
    best = _on_its_day(sure[0], witnesses, dated)
    best = _by_shown_day(best, sure, shown, dated)
    if best.precision not in PRECISE:
        # The day comes from the better witness, the time of day from a witness that agrees on the day.
        finer = (one for one in witnesses if one.precision in PRECISE and one.day == best.day)
        return next(finer, best)
    return _on_its_day(best, witnesses, dated)


def _by_shown_day(best: Dating, sure: Sequence[Dating], shown: Sequence[Dating], dated: DatedPage) -> Dating:
    """The date, corrected by the day beside the title.

    That day decides if machines are told two days, or if they are told the day of a later save.
    """
    beside = next((one for one in shown if one.beside and not one.is_year_alone()), None)
    if not beside or beside.day == best.day:
        return best
    if beside.day < best.day and _may_be_last_save(best, dated):
        best = beside
    return next((one for one in sure if one.day == beside.day), best)


def _is_doubtful(sure: Sequence[Dating], dated: DatedPage) -> bool:
    """Whether the dates that the page shows are needed too: the best date has no time of day or depends on the zone,
    machines are told two days, or the date may be the date of the last save.
    """
    best = sure[0]
    if best.precision not in PRECISE or _may_be_last_save(best, dated):
        return True
    if len({one.day for one in sure}) > 1:
        return True
    assert best.at
    if not isinstance(best.at.tzinfo, ZoneInfo):
        return False
    # If the place is unknown, the offsets of most papers are used: from Los Angeles to Tokyo.
    limits = USUAL_OFFSETS if dated.is_placeless else (timedelta(0), timedelta(0))
    return any(best.at.astimezone(timezone(limit)).date() != best.day for limit in limits)


def _may_be_last_save(best: Dating, dated: DatedPage) -> bool:
    """Whether a date may be the date of the last save. Some systems write the last save as the dates of publication and
    of change; others write it into meta elements as the only date.
    """
    return best.said_by == "meta" or best.at == find_modified(dated)


def _on_its_day(best: Dating, others: Sequence[Dating], dated: DatedPage) -> Dating:
    """The same instant in the zone in which the page shows it, if the instant was given in UTC."""
    assert best.at
    # The reader of dates gives a ZoneInfo (the source's zone) only where the page wrote no zone, or UTC.
    if not isinstance(best.at.tzinfo, ZoneInfo):
        return best
    utc = best.at.astimezone(UTC)
    shown = [d for d in others if d.at and d.said_by != "feed" and d.at != best.at]
    exact = [d.at for d in others if d.at and d.at == best.at and not isinstance(d.at.tzinfo, ZoneInfo)]
    if exact:
        return replace(best, at=best.at.astimezone(exact[0].tzinfo))
    for other in shown:
        assert other.at
        # Another date of the page may have a time of day that differs by the offset of a zone. Then both are the same
        # instant, and the page shows it in that zone.
        away = other.at.replace(tzinfo=UTC, second=0) - utc.replace(second=0)
        if other.precision in PRECISE and not away % OFFSET_STEP and WESTMOST <= away <= EASTMOST:
            return replace(best, at=utc.astimezone(timezone(away)) if away else utc)
    west, east = (WESTMOST, EASTMOST) if dated.is_placeless else (timedelta(0), timedelta(0))
    for other in shown:
        assert other.at
        if other.said_by == "url" or other.beside or other.said_by == "meta":
            if other.at.date() == best.at.date():
                return best
            away = other.at.date() - utc.date()
            shift = _shift(utc, away.days)
            if shift is not None and west <= shift <= east:
                return replace(best, at=utc.astimezone(timezone(shift)))
    return best


def _shift(utc: datetime, days: int) -> timedelta | None:
    """The smallest offset in whole hours that moves an instant to the day before or after its UTC day."""
    if days == 0:
        return timedelta(0)
    if days == -1:
        return timedelta(hours=-(utc.hour + 1))
    return timedelta(hours=24 - utc.hour) if days == 1 else None

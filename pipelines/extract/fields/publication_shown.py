"""The publication date that a page shows its readers or has in its address; if there is neither, a guess."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from pipelines.dates.written import without_year
from pipelines.extract.fields import guessed_date, visible_dates
from pipelines.extract.fields.dated_page import AHEAD, PRECISE, DatedPage, Dating
from pipelines.extract.fields.visible_dates import MAX_LOOKS

# An address may have a date in these forms. After the folders of a year and a month, a number at the start of a slug
# counts as a day only if it begins with a zero: a number without a zero may be part of the title, such as a number of
# victims.
IN_ADDRESS = re.compile(
    r"/(?P<y>20\d\d)/(?P<m>\d{1,2})/(?P<d>\d{1,2})(?:/|$)|/(?P<y2>20\d\d)/(?P<m2>\d\d)/(?P<d2>0\d)-"
    r"|/(?P<y3>20\d\d)-(?P<m3>\d{1,2})-(?P<d3>\d{1,2})(?:/|$)|/(?P<y4>20\d\d)-(?P<m4>\d\d)-(?P<d4>\d\d)-"
    r"|/(?P<y5>20\d\d)/(?P<m5>\d\d)-(?P<d5>\d\d)(?:[/-]|$)"
    r"|[/-](?P<y6>20\d\d)(?P<m6>\d\d)(?P<d6>\d\d)(?:[/.-]|$)"
)
# An address may have a day with the name of the month, or a day in numbers with the day before the month. The latter is
# taken only if the first number is too large for a month.
NAMED_IN_ADDRESS = re.compile(
    r"/(?P<y>20\d\d)/(?P<m>[a-z]{3,9})/(?P<d>\d{1,2})(?:/|$)|/(?P<m2>[a-z]{3,9})/(?P<d2>\d{1,2})/(?P<y2>20\d\d)(?:/|$)"
    r"|/(?P<d3>\d{1,2})/(?P<m3>[a-z]{3,9})/(?P<y3>20\d\d)(?:/|$)"
    r"|[/-](?P<d4>1[3-9]|2\d|3[01])(?P<by>[/-])(?P<m4>\d\d)(?P=by)(?P<y4>20\d\d)(?:[/-]|$)",
    re.IGNORECASE,
)
# A page that is read from a file may have been saved up to this many days earlier.
SAVED_WITHIN_DAYS = 7


def find_shown_dates(dated: DatedPage, *, of_scripts: bool) -> Iterator[Dating]:
    """The dates that the page shows: beside the title, in its address, in the state of its scripts, elsewhere.

    of_scripts: whether the state in scripts is read as well, if no date is beside the title.
    """
    beside: list[Dating] = []
    rest: list[Dating] = []
    pages: list[Dating] = []
    changed_on: set[date] = set()
    for one in dated.shown:
        # Far from the title, «two hours ago» belongs to another article.
        found = dated.read(one.text) if one.beside or visible_dates.DATED.search(one.text) else None
        # Today's day belongs to the head of the page, and not to the article, if it is above the title and far from it,
        # or if another day follows below.
        today = found and one.above and found[0].date() == dated.fetched_on
        if found and today and one.of_page:
            continue
        if found and today and (found[1] == "day" or one.beside):
            if one.beside:
                pages.append(Dating(*found, "text", beside=True))
        elif found:
            (beside if one.beside else rest).append(Dating(*found, "text", one.beside))
            changed_on.update([found[0].date()] if one.changed else [])
        if len(beside) + len(rest) == MAX_LOOKS:
            break
    yield from beside
    changed_before = any(day < dated.fetched_on for day in changed_on)
    if not beside and not changed_before and (not rest or any(one.precision in PRECISE for one in pages)):
        yield from pages
    day = _in_address(dated)
    if day:
        yield day
    for text in visible_dates.state(dated.tree) if not beside and of_scripts else ():
        found = dated.read(text)
        if found:
            yield Dating(*found, "text")
            break
    yield from rest


def find_day_without_year(dated: DatedPage) -> Dating | None:
    """A day without a year beside the title: taken as the last such day before the fetch."""
    for one in dated.shown[:MAX_LOOKS]:
        if not one.beside:
            continue
        found = without_year(one.text, dated.page.fetched_at, dated.source.timezone, dated.language)
        if found:
            return Dating(*found, "text", beside=True)
    return None


def guess_day(dated: DatedPage) -> Dating | None:
    """The day that htmldate guesses. A year alone is not taken, nor today's day from the head of all pages."""
    found = dated.read(guessed_date.guess(dated.tree, (dated.page.fetched_at + AHEAD).date()))
    guess = Dating(found[0], "day", "text") if found else None
    return guess if guess and not guess.is_year_alone() and not _is_of_the_day(guess, dated) else None


def _is_of_the_day(guess: Dating, dated: DatedPage) -> bool:
    """Whether a guess is about the day of the fetch, and comes from the head of all pages."""
    if abs((dated.fetched_on - guess.day).days) > SAVED_WITHIN_DAYS:
        return False
    heads = visible_dates.in_page_head(dated.tree, dated.facts.titles)
    read = (dated.read(text) for text in (*heads, *(one.text for one in dated.shown if one.of_page)))
    return any(found[0].date() == guess.day for found in read if found)


def _in_address(dated: DatedPage) -> Dating | None:
    """The day in the page's address."""
    match = IN_ADDRESS.search(dated.page.final_url)
    if match:
        day = "-".join(f"{int(part):02}" for part in match.groups() if part)
    else:
        named = NAMED_IN_ADDRESS.search(dated.page.final_url)
        if not named:
            return None
        said = {name[0]: part for name, part in named.groupdict().items() if part and name != "by"}
        day = f"{said['d']}.{said['m']}.{said['y']}" if said["m"].isdigit() else f"{said['d']} {said['m']} {said['y']}"
    found = dated.read(day)
    return Dating(*found, "url") if found else None

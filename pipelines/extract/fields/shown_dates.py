"""What a page shows its readers of when it was published, and what its address says; for want of all that, a guess."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipelines.dates.written import without_year
from pipelines.extract.fields import guessed_date, visible_dates
from pipelines.extract.fields.dating import AHEAD, DatedPage, Dating
from pipelines.extract.fields.visible_dates import MAX_LOOKS

# A number that a slug begins with, such as that of the dead, is no day: a day in it has two digits with a zero.
IN_ADDRESS = re.compile(
    r"/(?P<y>20\d\d)/(?P<m>\d{1,2})/(?P<d>\d{1,2})(?:/|$)|/(?P<y2>20\d\d)/(?P<m2>\d\d)/(?P<d2>0\d)-"
    r"|/(?P<y3>20\d\d)-(?P<m3>\d{1,2})-(?P<d3>\d{1,2})(?:/|$)|/(?P<y4>20\d\d)-(?P<m4>\d\d)-(?P<d4>\d\d)-"
    r"|/(?P<y5>20\d\d)/(?P<m5>\d\d)-(?P<d5>\d\d)(?:[/-]|$)"
    r"|[/-](?P<y6>20\d\d)(?P<m6>\d\d)(?P<d6>\d\d)(?:[/.-]|$)"
)
# A page that is read from a file was saved some days before.
SAVED_WITHIN_DAYS = 7


def find_shown_dates(dated: DatedPage, *, of_scripts: bool) -> Iterator[Dating]:
    """What the page shows: dates beside the title, the day in its address, its scripts' state, other dates.

    of_scripts: whether the state in scripts is asked as well, where no date stands beside the title.
    """
    beside: list[Dating] = []
    rest: list[Dating] = []
    pages: list[Dating] = []
    for one in dated.shown:
        # Far from the title, «two hours ago» is that of another article.
        found = dated.read(one.text) if one.beside or visible_dates.DATED.search(one.text) else None
        # Above the title, far from it or where another day stands below, today's day is that of the page.
        today = found and one.above and found[1] == "day" and found[0].date() == dated.fetched_on
        if found and today:
            (pages if one.beside else []).append(Dating(*found, "text", one.beside))
        elif found:
            (beside if one.beside else rest).append(Dating(*found, "text", one.beside))
        if len(beside) + len(rest) == MAX_LOOKS:
            break
    yield from beside
    if not beside and not rest:
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
    """The day beside the title that has no year: the last one of that name."""
    for one in dated.shown[:MAX_LOOKS]:
        if not one.beside:
            continue
        found = without_year(one.text, dated.page.fetched_at, dated.source.timezone, dated.language)
        if found:
            return Dating(*found, "text", beside=True)
    return None


def guess_day(dated: DatedPage) -> Dating | None:
    """The day that htmldate guesses; not a year alone, nor today's day out of the head of all pages."""
    found = dated.read(guessed_date.guess(dated.tree, (dated.page.fetched_at + AHEAD).date()))
    guess = Dating(found[0], "day", "text") if found else None
    return guess if guess and not guess.is_year_alone() and not _is_of_the_day(guess, dated) else None


def _is_of_the_day(guess: Dating, dated: DatedPage) -> bool:
    """Whether a guess is about the day of the fetch, and stands in the head of all pages."""
    if abs((dated.fetched_on - guess.day).days) > SAVED_WITHIN_DAYS:
        return False
    read = (dated.read(text) for text in visible_dates.in_page_head(dated.tree, dated.facts.titles))
    return any(found[0].date() == guess.day for found in read if found)


def _in_address(dated: DatedPage) -> Dating | None:
    """The day that the page's address holds."""
    match = IN_ADDRESS.search(dated.page.final_url)
    if not match:
        return None
    said = [part for part in match.groups() if part]
    day = "-".join(f"{int(part):02}" for part in said)
    found = dated.read(day)
    return Dating(*found, "url") if found else None

"""The coverage card as a page that a person reads: one file that loads nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from html import escape
from itertools import groupby
from typing import Any

from pipelines import steering
from pipelines.archive.coverage_days import Day, SourceCoverage
from pipelines.codes import Gap

# The page names at most this many reasons of rejection for a source. Chosen: they fit in a line; the JSON has all.
REASONS_SHOWN = 4
DAY = timedelta(days=1)

HEAD = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Coverage</title>
<style>
body{font:15px/1.5 system-ui,sans-serif;max-width:72rem;margin:2rem auto;padding:0 1rem}
table{border-collapse:collapse;margin:.5rem 0}tr{border-bottom:1px solid #8884}h2{margin-top:2.5rem}
td,th{padding:.15rem .7rem .15rem 0;text-align:start;vertical-align:top}.gap{color:#b00020}
td.n,th.n{text-align:end;font-variant-numeric:tabular-nums}
</style></head><body><h1>What this export covers</h1>
"""


def page(facts: Mapping[str, Any], rows: Sequence[str], sections: Sequence[str]) -> str:
    """The page; rows, sections: the results of `row` and `section` for each source."""
    asked = {name: value for name, value in facts["asked"].items() if value}
    told = "; ".join(f"{escape(name)}: <bdi>{_show_value(value)}</bdi>" for name, value in asked.items())
    counted = (f"{facts['articles']:,} articles in {facts['parts']:,} parts, asked for with {told}. "
               f"Begun {escape(facts['began_at'])}, ended {escape(facts['ended_at'])}.")  # fmt: skip
    head = _cells(
        "th", "source", *map(Number, ("#days", "#found", "#stored", "#archived", "#missing", "#exported", "#unheard"))
    )
    means = "".join(f"<li>{escape(gap)}: {escape(gap.means)}</li>" for gap in Gap)
    return (
        f"{HEAD}<p>{counted}</p>\n<p>A day is a day in UTC: when an article was published or, of other addresses, "
        "first named. Found: addresses that lists named; stored: what the ledger calls stored; archived: what the "
        f"archive holds; exported: what the parts hold, which is what the query asked for.</p>\n<ul>{means}</ul>\n"
        f"<table>{head}{''.join(rows)}</table>\n{''.join(sections)}</body></html>\n"
    )


class Number(str):
    """The text of a cell that is shown as a number, aligned with the numbers above and below."""

    __slots__ = ()


def row(covered: SourceCoverage) -> str:
    """A source's row in the table of all sources."""
    days = covered.days
    sums = _sums(days)
    unheard = sum(Gap.UNHEARD in day.gaps for day in days)
    return _cells("td", covered.source, *(Number(f"{n:,}") for n in (len(days), *sums, unheard)))


def section(covered: SourceCoverage) -> str:
    """A source's own section: its gaps, then its months."""
    reasons = Counter[str]()
    for day in covered.days:
        if day.rejected:
            reasons.update(day.rejected)
    rejected = ", ".join(f"{count:,} {escape(code)}" for code, count in reasons.most_common(REASONS_SHOWN))
    read = ", ".join(f"{escape(name)} ({count:,})" for name, count in covered.extractors.items())
    gaps = "".join(f'<li class="gap">{line}</li>' for line in _gap_lines(covered.days))
    months = [_month(list(some)) for _, some in groupby(covered.days, lambda day: (day.day.year, day.day.month))]
    heads = ("expected", "found", "stored", "archived", "missing", "exported", "rejected", "else")
    return (
        f"<h2><bdi>{_show_value(covered.title or covered.source)}</bdi> ({escape(covered.source)})</h2>\n"
        f"<p>Followed since {covered.followed_since or 'no crawl of it has ended yet'}. Read by: {read or 'nothing'}. "
        f"Rejected: {rejected or 'nothing'}.{_show_retired(covered)}</p>\n<ul>{gaps or '<li>No gap.</li>'}</ul>\n"
        f"<table>{_cells('th', 'month', *(Number('#' + head) for head in heads))}{''.join(months)}</table>\n"
    )


def _show_retired(covered: SourceCoverage) -> str:
    count = sum(day.retired for day in covered.days)
    said = " Retention took the rows of {:,} addresses out of the ledger; they count by how they had ended."
    return said.format(count) if count else ""


def _month(days: Sequence[Day]) -> str:
    expected = sum(day.expected or 0 for day in days)
    more = [sum(sum(some.values()) for some in kind if some)
            for kind in ((day.rejected for day in days), (day.otherwise for day in days))]  # fmt: skip
    return _cells("td", f"{days[0].day:%Y-%m}", *(Number(f"{n:,}") for n in (expected, *_sums(days), *more)))


def _sums(days: Sequence[Day]) -> list[int]:
    rows = [(day.found, day.stored, day.archived, day.missing, day.exported) for day in days]
    return [sum(column) for column in zip(*rows, strict=True)] or [0] * 5  # one for each column


def _gap_lines(days: Sequence[Day]) -> Iterator[str]:
    """A line for each gap, with its first and its last day."""
    for gap in Gap:
        run: list[Day] = []
        for day in [*days, None]:
            if day and gap in day.gaps and (not run or day.day == run[-1].day + DAY):
                run.append(day)
                continue
            if run:
                yield _gap_line(gap, run)
            run = [day] if day and gap in day.gaps else []


def _gap_line(gap: Gap, run: Sequence[Day]) -> str:
    first, last = run[0].day, run[-1].day
    when = f"{first}" if first == last else f"{first} to {last} ({len(run)} days)"
    missing = f", {sum(day.missing for day in run):,} articles" if gap == Gap.MISSING else ""
    return f"{when}: {escape(gap)}{missing}"


def _cells(kind: str, *texts: str) -> str:
    cells = (
        f'<{kind} class="n">{escape(text.removeprefix("#"))}</{kind}>'
        if isinstance(text, Number)
        else f"<{kind}><bdi>{_show_value(text)}</bdi></{kind}>"
        for text in texts
    )
    return f"<tr>{''.join(cells)}</tr>\n"


def _show_value(value: object) -> str:
    text = ", ".join(map(str, value)) if isinstance(value, tuple | list) else str(value)
    return escape(steering.strip(text))

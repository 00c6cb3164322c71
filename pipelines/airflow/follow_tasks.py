"""The work of the Dag `follow`: its tasks look at a site, show the findings, and keep the approved file.

Only tasks import this module, because it loads extraction.
"""

from __future__ import annotations

import logging
import re
import tomllib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pipelines import steering, urls
from pipelines.airflow.tasks import to_log
from pipelines.errors import SourceError
from pipelines.follow import already_followed
from pipelines.follow.samples import Sample
from pipelines.settings import settings
from pipelines.sources import folders
from pipelines.sources.sourcefile import parse, show_path

# MARKS finds characters that Markdown could read as a mark, because the title of a page must stay plain text.
MARKS = re.compile(r"([!-/:-@\[-`{-~])")
OPTION = re.compile(r"--(timezone|country|name|twice)\b")
# FIELDS has the form's field for each option of the command.
FIELDS = {"timezone": "Time zone", "country": "Country", "name": "Name", "twice": "Twice"}
# A cell of the report has at most this many characters. Chosen: they fill two lines of the cell.
LONGEST_CELL_CHARACTERS = 200

if TYPE_CHECKING:
    from pipelines.follow.onboard import FollowedSite

log = logging.getLogger("nightdesk")


def probe(params: Mapping[str, Any]) -> dict[str, Any]:
    """Look at the site that the form names. Gives the source's name, the text of its file, and what a person decides
    on: a report, the samples, the evidence.

    SourceError if the site cannot be followed.
    """
    # Imported here because it takes a second to load, and `past_tasks` needs only `plain` of this module.
    from pipelines.follow.onboard import follow

    folders.check_writable(settings())
    try:
        made = follow(
            settings(),
            str(params["url"]),
            name=params.get("name") or "",
            timezone=params.get("timezone") or "",
            country=(params.get("country") or "").upper(),
            twice=bool(params.get("twice")),
            on_line=to_log,
        )
    except SourceError as error:
        raise SourceError(_of_form(str(error))) from None
    for line in made.evidence:
        log.info("%s", line)
    for sample in made.samples:
        log.info("%s: %s", sample.title or sample.url, sample.verdict)
    if made.source is None:
        raise SourceError(_of_form(" ".join([made.problem, *made.tries])))
    twice = "yes" if params.get("twice") else ""
    return {
        "name": made.source.name,
        "toml": made.toml,
        "report": report(made),
        "twice": twice,
        "samples": [steering.strip_steering(_show_sample(sample)) for sample in made.samples],
        "evidence": [steering.strip(urls.readable(line)) for line in made.evidence],
    }


def keep(probed: Mapping[str, Any]) -> str:
    """Write the file exactly as it was approved; gives its path.

    SourceError if somebody has followed the site in the meantime.
    """
    source = parse(probed["toml"], probed["name"], probed["name"])
    lists = (*source.feeds, *source.sitemaps, *source.sections)
    told = already_followed.find_twice(folders.readable(settings())[0], source.url, lists)
    if told and not probed["twice"]:
        raise SourceError(_of_form(str(told)))
    path = show_path(folders.keep(settings(), probed["name"], probed["toml"]))
    log.info("Following %s: %s. The next run of news_crawl takes it.", probed["name"], path)
    return path


def report(made: FollowedSite) -> str:
    """Markdown: the samples as a table, the evidence as a list, the file as it would be written."""
    good = sum(sample.good for sample in made.samples)
    rows = [_row(number, sample) for number, sample in enumerate(made.samples, 1)]
    evidence = [f"- {plain(urls.readable(line))}" for line in made.evidence]
    # Airflow shows a block of code in one line, so the keys of the file are shown as a list.
    keys = [f"- {plain(f'{key}: {_value(value)}')}" for key, value in tomllib.loads(made.toml).items()]
    return "\n".join(
        [
            f"**{good} of {len(rows)} samples are good.** {made.requests} requests in {made.seconds:.0f} s.",
            "",
            "| # | Title | Published | Words | Cut | Verdict |",
            "|---|---|---|---|---|---|",
            *rows,
            "",
            "**Evidence**",
            "",
            *evidence,
            "",
            "**What will be written, with the evidence beside each key**",
            "",
            *keys,
        ]
    )


def _show_sample(sample: Sample) -> dict[str, Any]:
    """A sample in the form that the Desk shows."""
    kept = ("url", "title", "published", "words", "verdict", "language", "good")
    return {**{name: getattr(sample, name) for name in kept}, "cut": [list(part) for part in sample.cut]}


def _of_form(text: str) -> str:
    """A sentence that names the fields of the form instead of the command's options."""
    return OPTION.sub(lambda found: f"the field {FIELDS[found[1]]}", text)


def _row(number: int, sample: Sample) -> str:
    cut = str(sum(count for _, count in sample.cut))
    title = plain(sample.title or urls.readable(sample.url))
    return f"| {number} | {title} | {plain(sample.published)} | {sample.words} | {cut} | {plain(sample.verdict)} |"


def _value(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def plain(text: str) -> str:
    """A line of Markdown in which marks have no effect: no link, no picture, no end of a cell."""
    text = " ".join(text.split())
    return MARKS.sub(r"\\\1", text[:LONGEST_CELL_CHARACTERS] + "…" * (len(text) > LONGEST_CELL_CHARACTERS))

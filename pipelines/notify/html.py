"""A message as HTML: each line in the direction of its own language, with the found words marked."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from html import escape
from itertools import pairwise
from typing import Any

from pipelines.notify import alert_lines, message_languages
from pipelines.notify.alert_lines import MOST_OUTLETS, MessageLine
from pipelines.text import direction

# _ADDRESS finds a web address or a command of Nightdesk in a line. Both are written from left to right in any line.
_ADDRESS = re.compile(r"https?://[^\s<>]+|nightdesk (?:articles|watch mute) .*")


def page(title: str, body: str, language: str = message_languages.USUAL) -> str:
    """The complete page of a message."""
    head = f'<head><meta charset="utf-8"><title>{escape(title)}</title></head>'
    whole = f'{head}<body style="overflow-wrap: anywhere">{body}</body>'
    return f"<!doctype html><html {_reading(language)}>{whole}</html>"


def block(alert: Mapping[str, Any], language: str, clock: str) -> str:
    """An alert as HTML: its title, which is a link unless the article was removed, and the lines about it."""
    way = direction(alert["title"] or alert["language"])
    written = f' lang="{escape(alert["language"])}"' if alert["language"] else ""
    surfaces = surfaces_of(alert["matches"])
    title = _mark_line(alert["title"], surfaces)
    if alert["url"].startswith(("http://", "https://")) and alert["kind"] != "removed":
        title = f'<a href="{escape(alert["url"])}">{title}</a>'
    told = [MessageLine(alert_lines.where(alert, language, clock)), *alert_lines.body(alert, language)]
    told += [alert_lines.address(alert, language)] if alert["kind"] == "removed" else []
    paragraphs = "".join(paragraph(line, language, surfaces) for line in told)
    links = ", ".join(map(_link, alert["also_in"][:MOST_OUTLETS]))
    also = message_languages.say(language, "Also in:")
    more = escape(alert_lines.beyond(len(alert["also_in"]) - MOST_OUTLETS, language))
    paragraphs += f"<p {_reading(language)}>{escape(also)} {links}{more}</p>" if links else ""
    paragraphs += paragraph(alert_lines.line_of_kept(alert, language), language, None)
    return f'<div dir="{way}"{written}><h3>{title}</h3>{paragraphs}</div>'


def paragraph(line: MessageLine, language: str, surfaces: re.Pattern[str] | None) -> str:
    """A line as HTML: our words in the direction of the reader's language, the words of a page in their own
    direction.
    """
    if not str(line):
        return ""
    quoted = _mark_line(line.quoted, surfaces) if surfaces else escape(line.quoted)
    if not line.said:
        return f'<p dir="{direction(line.quoted)}">{quoted}</p>'
    parts = [_ADDRESS.sub(r'<bdi dir="ltr">\g<0></bdi>', escape(part)) for part in line.said.split(" · ")]
    said = " · ".join(f"<bdi>{part}</bdi>" for part in parts) if len(parts) > 1 else parts[0]
    quoted = f' <bdi dir="{direction(line.quoted)}">{quoted}</bdi>' if quoted else ""
    return f"<p {_reading(language)}>{said}{quoted}</p>"


def surfaces_of(matches: Sequence[Mapping[str, Any]]) -> re.Pattern[str]:
    """The pattern that finds the words that matched, the longest first."""
    found = sorted({" ".join(str(match["surface"]).split()) for match in matches}, key=len, reverse=True)
    return re.compile("|".join(map(re.escape, found)) or r"\Z(?!\Z)")


def _reading(language: str) -> str:
    """The language and direction of our own words, as attributes of HTML."""
    return f'dir="{direction(language)}" lang="{language}"'


def _link(outlet: Mapping[str, Any]) -> str:
    name = f"<bdi>{escape(outlet['source_title'])}</bdi>"
    is_address = outlet["url"].startswith(("http://", "https://"))
    return f'<a href="{escape(outlet["url"])}">{name}</a>' if is_address else name


def _mark_line(line: str, surfaces: re.Pattern[str]) -> str:
    """A line as HTML with the found words marked."""
    ends = [0, *(end for found in surfaces.finditer(line) for end in found.span()), len(line)]
    parts = [escape(line[start:end]) for start, end in pairwise(ends)]
    return "".join(f"<mark>{part}</mark>" if n % 2 else part for n, part in enumerate(parts))

"""What sites with a markup of their own share: pages in the site's frame, and an article's head, text and key."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from html import escape

from demo.families import document
from demo.pages import ShownPage
from demo.structures.family_parts import Ask
from demo.truth import Truth


def key(truth: Truth) -> int:
    """The number under which a content system keeps an article."""
    return 48000 + 7 * truth.number


def local(truth: Truth) -> str:
    """An article's address without scheme, host and leading slash."""
    return truth.url.split("/", 3)[3]


def page(ask: Ask, title: str, body: str, what: str = "section", head: str = "") -> ShownPage:
    """A page in the site's frame."""
    return ShownPage(what=what, text=document(ask.site, title, body, head), changed_at=ask.newest)


def meta(truth: Truth) -> str:
    """The head of an article's page: canonical address, title and date."""
    return (
        f'<link rel="canonical" href="{escape(truth.url)}">'
        f'<meta property="og:title" content="{escape(truth.title)}"><meta property="og:type" content="article">'
        f'<meta property="article:published_time" content="{truth.published_at.isoformat()}">'
    )


def body_of(truth: Truth) -> str:
    """An article's paragraphs."""
    return "\n".join(f"<p>{escape(paragraph, quote=False)}</p>" for paragraph in truth.paragraphs)


def within(shown: ShownPage | None, extra: str) -> ShownPage | None:
    """A list with more at the end of its main part."""
    return replace(shown, text=shown.text.replace("</main>", f"{extra}</main>", 1)) if shown else None


def links(truths: Sequence[Truth], more: str = "") -> str:
    """Links to articles as a list's rows; more: a query as HTML writes it."""
    return "".join(f'<li><a href="/{local(t)}{more}">{escape(t.title)}</a></li>' for t in truths)

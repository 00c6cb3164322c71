"""The pages that every site of a crawl family has beside its articles and lists, none of them an article."""

from __future__ import annotations

import re
from datetime import date, timedelta
from html import escape
from urllib.parse import unquote

from demo import texts
from demo.families import document
from demo.pages import ShownPage, sameness
from demo.structures.family_parts import Ask, films, link
from demo.truth import slug_of

FRAMES = 12


def show(ask: Ask) -> ShownPage | None:
    """The usual page at an address that is neither article nor list; None where there is none."""
    path, ui = ask.path, texts.ui(ask.site.language)
    if path in ("/about/", "/contact/", "/privacy/"):
        return _page(ask, ui[path.strip("/")], f"<p>{escape(ui['newsletter_text'])}</p>")
    if path in ("/login/", "/subscribe", "/newsletters", "/wp-login.php", "/send.php"):
        return _page(ask, ui["login"], '<form method="post"><input name="user"><input type="password"></form>')
    if path == "/search":
        return _page(ask, ui["search"], f"<p>{escape(ask.query.get('q', ''))}</p>")
    tagged = re.fullmatch(r"(?:/\w\w)?/tags?/([^/]+)/?", path)
    if tagged:
        return _tag(ask, tagged[1])
    if re.fullmatch(r"/(author|people)/\d+/?", path):
        return _names(ask, ui["by"], [truth.number for truth in ask.live[:4]])
    for slug, title in films(ask.site):
        if path == sameness(f"/videos/{slug}"):
            player = f'<video controls src="/media/{slug}.mp4"></video><p>{escape(title)}</p>'
            return _page(ask, title, player)
    if path == "/videos/":
        rows = "".join(f'<li><a href="/videos/{slug}">{escape(title)}</a></li>' for slug, title in films(ask.site))
        return _page(ask, ui["videos"], f"<ul>{rows}</ul>")
    if re.fullmatch(r"/gallery/[\w-]*", path):
        return _gallery(ask)
    month = re.fullmatch(r"/calendar/(\d{4})/(\d\d)/", path)
    return _calendar(ask, int(month[1]), int(month[2])) if month else None


def _page(ask: Ask, title: str, body: str) -> ShownPage:
    whole = f'<main class="page"><h1>{escape(title)}</h1>{body}</main>'
    return ShownPage(what="page", text=document(ask.site, title, whole), changed_at=ask.opened_at)


def _tag(ask: Ask, slug: str) -> ShownPage | None:
    wanted = slug_of(unquote(slug))
    own = [truth.number for truth in ask.live if any(slug_of(tag) == wanted for tag in truth.tags)]
    name = next((tag for truth in ask.live for tag in truth.tags if slug_of(tag) == wanted), "")
    return _names(ask, name, own) if own else None


def _names(ask: Ask, title: str, numbers: list[int]) -> ShownPage:
    rows = "".join(
        f'<li><a href="{escape(link(ask, truth))}">{escape(truth.title)}</a></li>'
        for truth in ask.live
        if truth.number in numbers
    )
    return _page(ask, title, f"<ul>{rows}</ul>")


def _gallery(ask: Ask) -> ShownPage:
    ui = texts.ui(ask.site.language)
    frames = "".join(
        f'<li><figure><img src="/img/g{i}.jpg" alt=""><figcaption>{escape(ui["photo"])} {i}</figcaption></figure></li>'
        for i in range(1, FRAMES + 1)
    )
    return _page(ask, ui["gallery"], f'<ul class="gallery">{frames}</ul>')


def _calendar(ask: Ask, year: int, month: int) -> ShownPage | None:
    """A month of the archive: it links its neighbours without end, and days on which nothing was published."""
    if not 1 <= month <= 12 or not 1900 <= year <= 2199:
        return None
    first = date(year, month, 1)
    before, after = first - timedelta(days=1), first + timedelta(days=31)
    days = "".join(f'<a href="/calendar/{year}/{month:02}/?day={day}">{day}</a> ' for day in range(1, 29))
    near = "".join(f'<a href="/calendar/{d:%Y}/{d:%m}/">{d:%Y-%m}</a> ' for d in (before, after))
    return _page(ask, f"{texts.ui(ask.site.language)['archive']} {year}-{month:02}", f"<p>{near}</p><p>{days}</p>")

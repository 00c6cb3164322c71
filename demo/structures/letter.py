"""The newsletter among the desks: posts, podcasts addressed like them, comments, and a page of posts per year."""

from __future__ import annotations

import re
from dataclasses import replace
from html import escape

from demo import machine_lists
from demo.pages import ShownPage
from demo.structures import plain
from demo.structures.family_parts import Ask, films, xml
from demo.truth import Truth

RSS = "application/rss+xml"


def show(ask: Ask) -> ShownPage | None:
    """A feed with podcasts, an archive that scripts lengthen, a page of posts per year, comments of each post."""
    at, pods = f"http://{ask.site.host}", [(f"/p/{slug}", title) for slug, title in films(ask.site)]
    if ask.target == "/feed":
        said = "".join(
            f"<item><title>🎧 {escape(title)}</title><link>{at}{path}</link>"
            f"<description>Listen now (31 min)</description>"
            f'<enclosure url="{at}/media{path}.mp3" type="audio/mpeg" length="0"/></item>'
            for path, title in pods
        )
        return xml(
            ask,
            "feed",
            machine_lists.rss(ask.site, ask.live[:60], ask.newest).replace("</channel>", f"{said}</channel>"),
        )
    for path, title in pods:
        if ask.path == path:
            player = f"<main><h1>{escape(title)}</h1><audio src='/media{path}.mp3'></audio><p>0:00 / 31:04</p></main>"
            return plain.page(ask, title, player, "page")
    talk = re.fullmatch(r"(/p/[^/]+)/comments", ask.path)
    for truth in ask.live:
        if talk and f"/{plain.local(truth)}" == talk[1]:
            said = "<p>Good letter this week.</p><p>Agreed, more on the ferries please.</p>"
            return plain.page(ask, truth.title, f"<main><h2>{escape(truth.title)}: comments</h2>{said}</main>", "page")
    nav = '<nav><a href="/archive?sort=new">Archive</a> <a href="/sitemap">Sitemap</a> <a href="/account">You</a></nav>'
    years = sorted({truth.published_at.year for truth in ask.live}, reverse=True)
    bare = ask.path.rstrip("/")
    if bare == "/sitemap":
        rows = "".join(f'<li><a href="/sitemap/{year}">{year}</a></li>' for year in years)
        return plain.page(ask, "Sitemap", f"<main><ul>{rows}</ul></main>")
    if bare in [f"/sitemap/{year}" for year in years]:
        own = [truth for truth in ask.live if f"{truth.published_at.year}" == bare[-4:]]
        return plain.page(ask, bare[-4:], f"<main><ul>{plain.links(own)}</ul></main>")
    if ask.path == "/account":
        return plain.page(ask, "Sign in", '<main><form method="post"><input name="email"></form></main>', "page")
    if ask.path not in ("/", "/archive"):
        return None
    some = ask.live[:3] if ask.path == "/" else ask.live[:8]
    heard = "".join(f'<li><a href="{path}">🎧 {escape(title)}</a></li>' for path, title in pods)
    tracked = plain.links(some, "?utm_source=homepage&amp;utm_medium=web")
    talks = "".join(f'<a href="/{plain.local(truth)}/comments">3</a> ' for truth in some)
    body = f"<main><ul>{tracked}{heard}</ul>{talks}<button>See all</button></main>{nav}"
    return plain.page(ask, ask.site.title, body, "front" if ask.path == "/" else "section")


def post(ask: Ask, truth: Truth) -> ShownPage:
    """A post with a subscription box after its first paragraph."""
    first, *rest = plain.body_of(truth).split("\n")
    near = plain.links([each for each in ask.live if each != truth][:3])
    body = f"""<main><article class="newsletter-post post"><h1 class="post-title">{escape(truth.title)}</h1>
<div class="byline"><a href="/author/1/">{escape(truth.authors[0])}</a>
<time datetime="{truth.published_at.isoformat()}">{truth.published_at:%b %d, %Y}</time></div>
<div class="available-content"><div class="body markup">{first}<div class="subscription-widget"><p>The Tide Letter is
paid for by its readers. A free subscription brings the next one.</p><form action="/subscribe"><input></form></div>
{"".join(rest)}</div></div>
<div class="post-footer"><a href="/{plain.local(truth)}/comments">3 Comments</a></div></article>
<section class="ready">Ready for more?<ul>{near}</ul></section></main>"""
    return replace(plain.page(ask, truth.title, body, "article", plain.meta(truth)), changed_at=truth.modified_at)

"""The Drupal among the portals: views counted from 0, facets without end, nodes and terms."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from html import escape
from urllib.parse import quote

from demo import machine_lists, texts
from demo.families import menu_of
from demo.pages import ShownPage
from demo.structures import plain
from demo.structures.family_parts import Ask, redirect_to, xml
from demo.truth import Truth, slug_of

PER_VIEW = 5
RSS = "application/rss+xml"


def show(ask: Ask) -> ShownPage | None:
    """Its feed, views, facets and terms, and the log-in that comments ask for."""
    if ask.target == "/rss.xml":
        promoted = [truth for truth in ask.live if truth.number % 2][:10]
        return xml(ask, "feed", machine_lists.rss(ask.site, promoted, ask.newest), RSS)
    if ask.path == "/user/login" or re.fullmatch(r"/user/\d", ask.path):
        return plain.page(
            ask, texts.ui("fr")["login"], '<main><form method="post"><input name="name"></form></main>', "page"
        )
    term = re.fullmatch(r"/taxonomy/term/(\d)", ask.path)
    sections_of = [*menu_of(ask.site)]
    if term and 1 <= int(term[1]) <= len(sections_of):
        return redirect_to(f"http://{ask.site.host}{sections_of[int(term[1]) - 1][0]}")
    if ask.path in ("/", "/node"):
        return _view(ask, ask.site.title, ask.live[: PER_VIEW * 2], ask.path)
    if ask.path == "/actualites":
        facets = [value for name, value in ask.query.items() if name.startswith("f[")]
        names = [name for n, (_, name) in enumerate(sections_of, 1) if f"rubrique:{n}" in facets]
        kept = [truth for truth in ask.live if not names or truth.section in names]
        return plain.within(_view(ask, "Toutes les actualités", kept, ask.path), _facets(ask, facets))
    for path, name in sections_of:
        if ask.path == path:
            return _view(ask, name, [truth for truth in ask.live if truth.section == name], path)
    return None


def _view(ask: Ask, title: str, truths: Sequence[Truth], path: str) -> ShownPage | None:
    """A page of a view, the first numbered 0; behind the last stands an empty one."""
    asked = ask.query.get("page", "0")
    if not asked.isdecimal():
        return None
    page, last = int(asked), max(0, (len(truths) - 1) // PER_VIEW)
    filters = "&".join(f"{quote(k)}={quote(v)}" for k, v in ask.query.items() if k != "page")
    rows = "".join(
        f'<div class="views-row"><article about="/{plain.local(t)}" class="node node--view-mode-teaser">'
        f'<h2><a href="/{plain.local(t)}" rel="bookmark"><span>{escape(t.title)}</span></a></h2>'
        f'<div class="field--name-body"><p>{escape(" ".join(t.paragraphs[0].split()[:16]))}…</p></div>'
        f'<ul class="links inline"><li class="more"><a href="/{plain.local(t)}" rel="tag">Lire la suite</a></li>'
        f'<li><a href="/user/login?destination=/node/{plain.key(t)}%23comment-form">Se connecter</a></li></ul>'
        "</article></div>"
        for t in truths[page * PER_VIEW : (page + 1) * PER_VIEW]
    )
    numbers = {"« Premier": 0, **{str(n + 1): n for n in range(last + 1)}, "Dernier »": last}
    at = ("" if path == "/node" else path) + "?" + escape(f"{filters}&" if filters else "")
    pager = "".join(
        f'<li class="pager__item"><a href="{at}page={n}">{label}</a></li>' for label, n in numbers.items() if n != page
    )
    empty = "" if rows else "<p>Aucun contenu ne correspond à cette page de la liste.</p>"
    body = f'<main><h1>{escape(title)}</h1><div class="view-content">{rows}{empty}</div><ul>{pager}</ul></main>'
    films = '<aside><a href="/actualites">Toutes les actualités</a> <a href="/gallery/marche-couvert">Album</a></aside>'
    return plain.page(ask, title, body + films, "front" if path == "/" else "section")


def _facets(ask: Ask, chosen: Sequence[str]) -> str:
    """Links that add one more filter to those chosen, each in every order."""
    wanted = [f"rubrique:{n}" for n in range(1, len(menu_of(ask.site)) + 1)]
    wanted += [f"commune:{name}" for name in ("amont", "aval", "ville-haute", "gare")]
    rows = "".join(
        f'<li><a rel="nofollow" href="/actualites?{escape(_heap([*chosen, value]))}">{value}</a></li>'
        for value in wanted
        if value not in chosen
    )
    return f'<div class="block-facets"><ul>{rows}</ul></div>'


def _heap(values: Sequence[str]) -> str:
    return "&".join(f"f%5B{n}%5D={quote(value)}" for n, value in enumerate(values))


def node(ask: Ask, truth: Truth) -> ShownPage:
    """The full view of an article: chapo, body, tags and a block of others by node number."""
    lead, *rest = (f"<p>{escape(paragraph, quote=False)}</p>" for paragraph in truth.paragraphs)
    near = "".join(f'<li><a href="/node/{plain.key(t)}">{escape(t.title)}</a></li>' for t in ask.live[:3] if t != truth)
    tags = "".join(f'<a href="/tag/{slug_of(tag)}/">{escape(tag)}</a> ' for tag in truth.tags)
    body = f"""<main><article data-history-node-id="{plain.key(truth)}" class="node node--view-mode-full">
<h1 class="page-header"><span property="schema:name">{escape(truth.title)}</span></h1>
<div class="node__meta"><a href="/user/{truth.number % 4}">{escape(truth.authors[0])}</a>
<time datetime="{truth.published_at.isoformat()}" property="schema:dateCreated">
{truth.published_at:%d/%m/%Y - %H:%M}</time></div>
<div class="field field--name-field-chapo field__item">{lead}</div>
<div class="clearfix text-formatted field field--name-body field__item">{"".join(rest)}</div>
<div class="field field--name-field-tags">{tags}</div>
<ul class="links"><li><a href="/user/login?destination=/node/{plain.key(truth)}%23comment-form">Se connecter</a></li>
</ul></article><section class="block-views"><h2>À lire aussi</h2><ul>{near}</ul></section></main>"""
    meta = plain.meta(truth) + f'<link rel="shortlink" href="http://{ask.site.host}/node/{plain.key(truth)}">'
    shown = plain.page(ask, truth.title, body, "article", meta)
    return replace(shown, changed_at=truth.modified_at)

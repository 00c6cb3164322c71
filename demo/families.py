"""The markups a site can have: article pages in the shapes that real content systems print, with their boilerplate."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import datetime
from html import escape
from urllib.parse import quote

from demo import texts
from demo.sites import FEED_PATHS, DemoSite
from demo.truth import Truth, slug_of

ARABIC_DIGITS = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
PERSIAN_DIGITS = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")


# What a site's template is after a relaunch that went wrong.
RELAUNCHED = "teaser"
# Chosen: a line of text.
TEASER_WORDS = 14


def wordpress(site: DemoSite, truth: Truth, others: Sequence[Truth]) -> str:
    """A theme that prints a bare comment counter, a share bar, related posts, a comment form and a newsletter box."""
    ui = _words(site)
    tags = "".join(f'<a href="/tag/{quote(tag)}/" rel="tag">{escape(tag)}</a>' for tag in truth.tags)
    related = "".join(
        f'<div class="related-item"><div class="post-thumbnail"><a href="{o.url}"><img src="/thumb-{o.number}.jpg" '
        f'alt=""></a></div><h3><a href="{o.url}" rel="bookmark">{escape(o.title)}</a></h3></div>'
        for o in others[:3]
    )
    newer, older = (others[0], others[-1]) if others else (truth, truth)
    return f"""<article class="post-{truth.number} post type-post status-publish hentry item-list">
<h1 class="name post-title entry-title"><span>{escape(truth.title)}</span></h1>
<p class="post-meta"><span class="tie-date">{_long_date(truth.published_at, site)}</span>
<span class="post-cats"><a href="{_section(site, truth)}" rel="category tag">{escape(truth.section)}</a></span>
<span class="post-author">{ui["by"]}
<a href="/author/{truth.number % 3}/" rel="author">{escape(truth.authors[0])}</a></span>
<span class="post-comments"><a href="#respond"><i class="icon-comment"></i>0</a></span></p>
<div class="entry"><p>&nbsp;</p>
{_paragraphs(truth)}
</div>
<div class="share-post"><span class="share-text">{ui["share"]}</span>
<ul class="flat-social"><li>
<a class="social-facebook" href="https://social.example/f?u={quote(truth.url)}">Facebook</a></li>
<li><a class="social-twitter" href="https://social.example/t?u={quote(truth.url)}">Twitter</a></li></ul></div>
<p class="post-tag">{ui["tags"]} {tags}</p></article>
<div class="post-navigation"><div class="post-previous"><a href="{older.url}" rel="prev"><span>{ui["previous"]}</span>
{escape(older.title)}</a></div><div class="post-next"><a href="{newer.url}" rel="next"><span>{ui["next"]}</span>
{escape(newer.title)}</a></div></div>
<section id="related_posts"><div class="block-head"><h3>{ui["related"]}</h3></div>
<div class="post-listing">{related}</div></section>
{_comment_form(ui, truth)}
<aside id="sidebar"><div class="widget"><h4>{ui["latest"]}</h4>{_links(others[:5])}</div>
<div class="widget newsletter"><h4>{ui["newsletter"]}</h4><p>{ui["newsletter_text"]}</p>
<form action="/subscribe"><input type="email" placeholder="{ui["email"]}"><button>{ui["subscribe"]}</button></form>
</div></aside>"""


def render_boxed(site: DemoSite, truth: Truth, others: Sequence[Truth]) -> str:
    """A hand-edited theme: counter, share line, comment heading and spam notice stand unmarked in the text's box."""
    ui = _words(site)
    related = "".join(f'<li><a href="{o.url}">{escape(o.title)}</a></li>' for o in others[:3])
    return f"""<div id="content"><div class="box">
<h1>{escape(truth.title)}</h1>
<p>0</p>
<p>&nbsp;</p>
{_paragraphs(truth)}
<p>{ui["share"]}</p>
<p><a href="https://social.example/f?u={quote(truth.url)}"><img src="/f.png" alt=""></a>
<a href="https://social.example/t?u={quote(truth.url)}"><img src="/t.png" alt=""></a></p>
<h3>{ui["comments"]}</h3>
<form action="/wp-comments-post.php" method="post"><p>{ui["email_note"]} <span>{ui["required"]}</span></p>
<p><label>{ui["comment"]}</label><textarea name="comment"></textarea></p>
<p><label>{ui["name"]}</label><input name="author"></p><p><input type="checkbox"><label>{ui["remember"]}</label></p>
<p><input type="submit" value="{ui["send"]}"></p></form>
<p>{ui["akismet"]}</p>
</div>
<div class="box"><h3>{ui["related"]}</h3><ul>{related}</ul></div>
<div class="box"><h3>{ui["latest"]}</h3>{_links(others[3:8])}</div>
<div class="box"><h3>{ui["newsletter"]}</h3><p>{ui["newsletter_text"]}</p>
<form action="/subscribe"><input type="email"><button>{ui["subscribe"]}</button></form></div></div>"""


def legacy(site: DemoSite, truth: Truth, others: Sequence[Truth]) -> str:
    """A hand-made page of nested tables: paragraphs are line breaks, the date is words, nothing is marked up."""
    ui = _words(site)
    body = "<br>\n<br>\n".join(escape(paragraph, quote=False) for paragraph in truth.paragraphs)
    more = "".join(
        f'<tr><td>» <a href="{_short(o)}"><font size="2">{escape(o.title)}</font></a></td></tr>' for o in others[:6]
    )
    return f"""<table width="960" align="center" cellpadding="4" border="0"><tr valign="top">
<td width="180" bgcolor="#eef2f7"><table width="100%"><tr><td><b>{ui["most_read"]}</b></td></tr>{more}</table></td>
<td><font color="#990000" size="5"><b>{escape(truth.title)}</b></font><br>
<font size="1" color="gray">{_long_date(truth.published_at, site)} - {truth.published_at:%H:%M}</font><br>
<font size="1">{ui["by"]}: {escape(truth.authors[0])}</font><hr>
<font size="4" face="Simplified Arabic">
{body}
</font><hr>
<table width="100%"><tr><td><a href="print.php?id={truth.number}">{ui["print"]}</a></td>
<td><a href="send.php?id={truth.number}">{ui["email"]}</a></td></tr></table>
<table width="100%" bgcolor="#f5f5f5"><tr><td><b>{ui["comments"]}</b></td></tr>
<tr><td><form method="post" action="comment.php">{ui["name"]} <input name="n"><br>
<textarea name="c" cols="50" rows="5"></textarea><br>
<input type="submit" value="{ui["send"]}"></form></td></tr></table>
</td></tr></table>"""


def modern(site: DemoSite, truth: Truth, others: Sequence[Truth]) -> str:
    """A news system of today: JSON-LD, a figure, a promotion inside the text, related links and a cookie bar."""
    ui = _words(site)
    first, *rest = truth.paragraphs
    half = len(rest) // 2
    top, bottom = (
        "\n".join(f'<p class="c-body__text">{escape(p, quote=False)}</p>' for p in part)
        for part in ([first, *rest[:half]], rest[half:])
    )
    about = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": truth.title,
        "datePublished": truth.published_at.isoformat(),
        "dateModified": truth.modified_at.isoformat(),
        "inLanguage": site.language,
        "articleSection": truth.section,
        "keywords": list(truth.tags),
        "author": [{"@type": "Person", "name": name} for name in truth.authors],
        "publisher": {"@type": "Organization", "name": site.title, "url": site.url},
        "mainEntityOfPage": truth.url,
        "description": first,
    }
    linked = json.dumps(about, ensure_ascii=False).replace("</", "<\\/")
    return f"""<script type="application/ld+json">{linked}</script>
<main class="l-main"><article class="c-article" data-id="{truth.number}">
<nav class="c-crumbs"><a href="/">{ui["home"]}</a> › <a href="{_section(site, truth)}">{escape(truth.section)}</a></nav>
<header class="c-article__head"><h1 class="c-article__title">{escape(truth.title)}</h1>
<div class="c-byline">{ui["by"]} <a href="/people/{truth.number % 3}">{escape(truth.authors[0])}</a>
<time datetime="{truth.published_at.isoformat()}">{_long_date(truth.published_at, site)},
{truth.published_at:%H:%M}</time></div>
<div class="c-share" role="group"><span>{ui["share"]}</span><button>Facebook</button><button>WhatsApp</button>
<button>{ui["email"]}</button></div></header>
<figure class="c-figure"><img src="/img/{truth.number}.jpg" alt=""><figcaption>{escape(truth.tags[0])}. {ui["photo"]}:
{escape(site.title)}</figcaption></figure>
<div class="c-body">
{top}
<aside class="c-promo"><h2>{ui["newsletter"]}</h2><p>{ui["newsletter_text"]}</p>
<a href="/newsletters">{ui["subscribe"]}</a></aside>
{bottom}
</div></article>
<section class="c-related" aria-labelledby="rel"><h2 id="rel">{ui["related"]}</h2>{_links(others[:4])}</section>
<section class="c-most-read"><h2>{ui["most_read"]}</h2>{_links(others[4:9])}</section></main>
<div class="c-cookie-bar" role="dialog"><p>{ui["cookies"]}</p><button>{ui["accept"]}</button></div>"""


def portal(site: DemoSite, truth: Truth, others: Sequence[Truth]) -> str:
    """A news-agency portal: news code, a lead inside the body box, a calendar of its own, tags and a short link."""
    ui = _words(site)
    lead, *rest = truth.paragraphs
    body = "\n".join(f"<p>{escape(p, quote=False)}</p>" for p in rest)
    tags = "".join(f'<li><a href="/{site.language}/tags/{quote(tag)}">{escape(tag)}</a></li>' for tag in truth.tags)
    return f"""<div class="news-page" id="news-{48200 + truth.number}"><div class="item-nav">
<span class="news-code">{48200 + truth.number}</span>
<span class="news-pdate">{_long_date(truth.published_at, site)} - {truth.published_at:%H:%M}</span>
<a href="#print">{ui["print"]}</a></div>
<div class="item-title"><h1 class="title">{escape(truth.title)}</h1></div>
<div class="item-body"><p class="lead">{escape(lead, quote=False)}</p>
<div class="item-text">
{body}
</div></div>
<div class="item-author">{ui["by"]} {escape(truth.authors[0])}</div>
<section class="tags"><header><h2>{ui["tags"]}</h2></header><ul>{tags}</ul></section>
<div class="short-link"><label>{ui["share"]}</label><input readonly value="{site.host}/x{truth.number:03x}"></div>
<section class="box related"><header><h2>{ui["related"]}</h2></header>{_links(others[:4])}</section>
<section class="box comment-form"><header><h2>{ui["comments"]}</h2></header><p class="note">{ui["email_note"]}</p>
<form><input placeholder="{ui["name"]}"><textarea></textarea><button>{ui["send"]}</button></form></section></div>
<aside class="box most-viewed"><header><h2>{ui["most_read"]}</h2></header>{_links(others[4:10])}</aside>"""


def teaser(site: DemoSite, truth: Truth, others: Sequence[Truth]) -> str:
    """A relaunch that went wrong: the site's name for a title, the first words of the text, and one appeal for all."""
    ui = _words(site)
    begins = " ".join(truth.paragraphs[0].split()[:TEASER_WORDS])
    return f"""<main class="t-main"><article class="t-article"><h1>{escape(site.title)}</h1>
<p>{escape(begins, quote=False)} …</p><p>{escape(others[0].paragraphs[0], quote=False) if others else ""}</p>
</article><aside>{ui["newsletter_text"]}</aside></main>"""


FAMILIES: dict[str, Callable[[DemoSite, Truth, Sequence[Truth]], str]] = {
    "wordpress": wordpress,
    "boxed": render_boxed,
    "legacy": legacy,
    "modern": modern,
    "portal": portal,
}


def article_page(site: DemoSite, truth: Truth, others: Sequence[Truth]) -> str:
    """The whole page of an article; others: the site's articles that its boxes link to."""
    if site.template == RELAUNCHED:
        return document(site, site.title, teaser(site, truth, others))
    template = FAMILIES[site.template or site.family]
    return document(site, truth.title, template(site, truth, others), _meta(site, truth))


def document(site: DemoSite, title: str, body: str, meta: str = "") -> str:
    """A page in the site's frame: head, navigation, body and footer."""
    ui = _words(site)
    direction = "rtl" if site.language in texts.RIGHT_TO_LEFT else "ltr"
    menu = [("/", ui["home"]), *menu_of(site)]
    feed = (
        f'<link rel="alternate" type="application/{site.feed}+xml" href="{FEED_PATHS[site.family]}">'
        if site.feed and not site.structure
        else site.head
    )
    if site.family == "legacy":
        bar = " | ".join(f'<a href="{path}">{escape(name)}</a>' for path, name in menu)
        return f"""<html dir="{direction}"><head>
<meta http-equiv="Content-Type" content="text/html; charset={site.charset}">
<title>{escape(title)} - {escape(site.title)}</title>{feed}</head><body bgcolor="#ffffff">
<table width="960" align="center"><tr><td><font size="6">{escape(site.title)}</font></td></tr><tr>
<td>{bar}</td></tr></table>
{body}
<center><font size="1">{_no_articles(site)}{ui["rights"]} © {escape(site.title)}</font></center></body></html>"""
    items = "".join(f'<li><a href="{path}">{escape(name)}</a></li>' for path, name in menu)
    return f"""<!DOCTYPE html>
<html lang="{site.language}" dir="{direction}"><head><meta charset="{site.charset}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)} - {escape(site.title)}</title>
{meta}{feed}
<style>body{{font-family:sans-serif;max-width:60rem;margin:auto}}</style><script>window.dataLayer=[];</script></head>
<body class="{site.family} {direction}"><header class="site-header"><a class="logo" href="/">{escape(site.title)}</a>
<nav class="main-menu"><ul>{items}<li><a href="/contact/">{ui["contact"]}</a></li></ul></nav>
<form class="search" action="/search"><input name="q" placeholder="{ui["search"]}"></form></header>
{body}
<footer class="site-footer"><ul><li><a href="/about/">{ui["about"]}</a></li>{_no_articles(site)}</ul>
<p>{ui["rights"]} © {escape(site.title)}</p></footer>
</body></html>"""


def menu_of(site: DemoSite) -> list[tuple[str, str]]:
    """(path, name) of the sections in a site's menu."""
    pattern = site.menu if site.structure else "/section/{n}/"
    names = texts.sections(site.language)
    return [(pattern.format(n=n, name=slug_of(name)), name) for n, name in enumerate(names, 1)] if pattern else []


def _section(site: DemoSite, truth: Truth) -> str:
    """Where an article's section stands."""
    return next(
        (path for path, name in menu_of(site) if site.structure and name == truth.section),
        "/" if site.structure else "/section/1/",
    )


def _no_articles(site: DemoSite) -> str:
    """The links in the footer of a site of a crawl family."""
    if not site.structure:
        return ""
    ui = _words(site)
    named = [("/privacy/", "privacy"), ("/login/", "login"), ("/videos/", "videos"), ("/gallery/", "gallery")]
    named += [("/author/1/", "by"), ("/calendar/2026/11/", "archive")]
    return "".join(f'<li><a href="{path}">{ui[word]}</a></li>' for path, word in named)


def _words(site: DemoSite) -> dict[str, str]:
    return {key: escape(value) for key, value in texts.ui(site.language).items() if isinstance(value, str)}


def _links(truths: Sequence[Truth]) -> str:
    return "<ul>" + "".join(f'<li><a href="{t.url}">{escape(t.title)}</a></li>' for t in truths) + "</ul>"


def _meta(site: DemoSite, truth: Truth) -> str:
    lede = escape(truth.paragraphs[0])
    pairs = {
        "og:type": "article",
        "og:site_name": site.title,
        "og:title": truth.title,
        "og:url": truth.url,
        "og:image": f"{site.url}img/{truth.number}.jpg",
    }
    if site.family != "portal":
        pairs["article:published_time"] = truth.published_at.isoformat()
        pairs["article:modified_time"] = truth.modified_at.isoformat()
    properties = "\n".join(f'<meta property="{key}" content="{escape(value)}">' for key, value in pairs.items())
    return f'<link rel="canonical" href="{truth.url}">\n<meta name="description" content="{lede}">\n{properties}\n'


def _paragraphs(truth: Truth) -> str:
    return "\n".join(f"<p>{escape(paragraph, quote=False)}</p>" for paragraph in truth.paragraphs)


def _short(truth: Truth) -> str:
    return escape("/" + truth.url.split("/", 3)[3])


def _comment_form(ui: dict[str, str], truth: Truth) -> str:
    return f"""<div id="comments"><div id="respond" class="comment-respond"><h3 id="reply-title">{ui["comments"]}
<small><a rel="nofollow" href="#respond" style="display:none">{ui["cancel"]}</a></small></h3>
<form action="/wp-comments-post.php" method="post" class="comment-form"><p class="comment-notes">
<span id="email-notes">{ui["email_note"]}</span>
<span class="required-field-message">{ui["required"]}</span></p>
<p class="comment-form-comment"><label>{ui["comment"]}</label><textarea name="comment"></textarea></p>
<p class="comment-form-author"><label>{ui["name"]}</label><input name="author"></p>
<p class="comment-form-cookies-consent"><input type="checkbox"><label>{ui["remember"]}</label></p>
<p class="form-submit"><input type="submit" value="{ui["send"]}">
<input type="hidden" name="comment_post_ID" value="{truth.number}"></p></form></div>
<p class="akismet_comment_form_privacy_notice">{ui["akismet"]}</p></div>"""


def _long_date(at: datetime, site: DemoSite) -> str:
    months = texts.ui(site.language)["months"]
    if site.language == "fa":
        year, month, day = jalali(at.year, at.month, at.day)
        return f"{day} {months[month - 1]} {year}".translate(PERSIAN_DIGITS)
    written = f"{at.day} {months[at.month - 1]} {at.year}"
    return written.translate(ARABIC_DIGITS) if site.language == "ckb" else written


def jalali(year: int, month: int, day: int) -> tuple[int, int, int]:
    """A Gregorian date in the Persian solar calendar (33-year rule, right from 1799 to 2256)."""
    before = (0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334)[month - 1]
    leaps_until = year + 1 if month > 2 else year
    days = 355666 + 365 * year + (leaps_until + 3) // 4 - (leaps_until + 99) // 100 + (leaps_until + 399) // 400
    days += day + before
    found = -1595 + 33 * (days // 12053)
    days %= 12053
    found += 4 * (days // 1461)
    days %= 1461
    if days > 365:
        found += (days - 1) // 365
        days = (days - 1) % 365
    if days < 186:
        return found, 1 + days // 31, 1 + days % 31
    return found, 7 + (days - 186) // 30, 1 + (days - 186) % 30

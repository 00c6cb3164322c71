"""What a site says of its own articles to machines: RSS, Atom, sitemaps and robots.txt, as text."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from email.utils import format_datetime
from html import escape

from demo import texts
from demo.sites import FEED_PATHS, SITEMAP_PATHS, DemoSite
from demo.truth import Truth

POSTS_SITEMAP = "/wp-sitemap-posts-post-1.xml"
SITEMAP_NS = "http://www.sitemaps.org/schemas/sitemap/0.9"
NEWS_NS = "http://www.google.com/schemas/sitemap-news/0.9"
RDF_NS = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
Link = Callable[[Truth], str]


def own(truth: Truth) -> str:
    """An article's own URL."""
    return truth.url


def rss(site: DemoSite, truths: Sequence[Truth], at: datetime, *, link: Link = own) -> str:
    """An RSS 2.0 feed in the order given; link: what it says where an article is."""
    entries = "\n".join(
        f"""<item><title>{escape(t.title)}</title><link>{escape(link(t))}</link>
<guid isPermaLink="true">{escape(t.url)}</guid>
<pubDate>{format_datetime(t.published_at)}</pubDate><dc:creator>{escape(t.authors[0])}</dc:creator>
<category>{escape(t.section)}</category><description>{escape(t.paragraphs[0])}</description></item>"""
        for t in truths
    )
    return f"""<?xml version="1.0" encoding="{site.charset}"?>
<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>{escape(site.title)}</title>
<link>{site.url}</link><description>{escape(site.title)}</description><language>{site.language}</language>
<lastBuildDate>{format_datetime(at)}</lastBuildDate>
{entries}
</channel></rss>
"""


def atom(site: DemoSite, truths: Sequence[Truth], at: datetime) -> str:
    """An Atom feed in the order given."""
    entries = "\n".join(
        f"""<entry><title>{escape(t.title)}</title><link rel="alternate" href="{escape(t.url)}"/>
<id>{escape(t.url)}</id>
<published>{t.published_at.isoformat()}</published><updated>{t.modified_at.isoformat()}</updated>
<author><name>{escape(t.authors[0])}</name></author><summary>{escape(t.paragraphs[0])}</summary></entry>"""
        for t in truths
    )
    return f"""<?xml version="1.0" encoding="{site.charset}"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{site.language}"><title>{escape(site.title)}</title>
<link href="{site.url}"/><id>{site.url}</id><updated>{at.isoformat()}</updated>
{entries}
</feed>
"""


def rdf(site: DemoSite, truths: Sequence[Truth]) -> str:
    """An RSS 1.0 feed in the order given."""
    order = "".join(f'<rdf:li rdf:resource="{escape(t.url)}"/>' for t in truths)
    entries = "\n".join(
        f"""<item rdf:about="{escape(t.url)}"><title>{escape(t.title)}</title><link>{escape(t.url)}</link>
<description>{escape(t.paragraphs[0])}</description><dc:date>{t.published_at.isoformat()}</dc:date>
<dc:creator>{escape(t.authors[0])}</dc:creator></item>"""
        for t in truths
    )
    return f"""<?xml version="1.0" encoding="{site.charset}"?>
<rdf:RDF xmlns:rdf="{RDF_NS}" xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel rdf:about="{site.url}"><title>{escape(site.title)}</title><link>{site.url}</link>
<description>{escape(site.title)}</description><items><rdf:Seq>{order}</rdf:Seq></items></channel>
{entries}
</rdf:RDF>
"""


def json_feed(site: DemoSite, truths: Sequence[Truth]) -> str:
    """A JSON Feed 1.1 in the order given."""
    items = [
        {
            "id": str(t.number),
            "url": t.url,
            "title": t.title,
            "summary": t.paragraphs[0],
            "date_published": t.published_at.isoformat(),
            "date_modified": t.modified_at.isoformat(),
            "authors": [{"name": name} for name in t.authors],
            "tags": list(t.tags),
        }
        for t in truths
    ]
    head = {"version": "https://jsonfeed.org/version/1.1", "title": site.title, "home_page_url": site.url}
    return json.dumps({**head, "language": site.language, "items": items}, ensure_ascii=False)


def comments(site: DemoSite, truths: Sequence[Truth], at: datetime) -> str:
    """The feed of what readers wrote under articles: its links lead to articles, but it lists none."""
    entries = "\n".join(
        f"<item><title>{escape(t.authors[0])}</title><link>{escape(t.url)}#comment-{100 + t.number}</link>"
        f"<pubDate>{format_datetime(at)}</pubDate><description>{escape(t.tags[0])}!</description></item>"
        for t in truths
    )
    return f"""<?xml version="1.0" encoding="{site.charset}"?>
<rss version="2.0"><channel><title>{escape(texts.ui(site.language)["comments"])} - {escape(site.title)}</title>
<link>{site.url}</link><description></description>
{entries}
</channel></rss>
"""


def index(addresses: Iterable[tuple[str, datetime | None]]) -> str:
    """A sitemap index of (URL of a sitemap, last change)."""
    rows = "".join(f"<sitemap><loc>{escape(url)}</loc>{_lastmod(at)}</sitemap>\n" for url, at in addresses)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<sitemapindex xmlns="{SITEMAP_NS}">\n{rows}</sitemapindex>\n'


def sitemap(addresses: Iterable[tuple[str, datetime | None]]) -> str:
    """A plain sitemap of (URL, last change)."""
    rows = "\n".join(f"<url><loc>{escape(url)}</loc>{_lastmod(at)}</url>" for url, at in addresses)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="{SITEMAP_NS}">\n{rows}\n</urlset>\n'


def sitemap_index(site: DemoSite, at: datetime) -> str:
    """A sitemap index that names the one sitemap of posts."""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<sitemapindex xmlns="{SITEMAP_NS}"><sitemap>'
        f"<loc>http://{site.host}{POSTS_SITEMAP}</loc>{_lastmod(at)}</sitemap></sitemapindex>\n"
    )


def news_sitemap(site: DemoSite, truths: Sequence[Truth], extras: dict[str, str]) -> str:
    """A Google-News sitemap; the site's extra pages stand in it like articles, as careless systems do it."""
    named = [(t.url, t.title, t.published_at) for t in truths]
    if truths:
        named += [(url, _title_of(url), truths[-1].published_at) for url in extras.values()]
    rows = "\n".join(
        f"""<url><loc>{escape(url)}</loc><news:news><news:publication><news:name>{escape(site.title)}</news:name>
<news:language>{site.language}</news:language></news:publication><news:publication_date>{at.isoformat()}</news:publication_date>
<news:title>{escape(title)}</news:title></news:news></url>"""
        for url, title, at in named
    )
    head = f'<urlset xmlns="{SITEMAP_NS}" xmlns:news="{NEWS_NS}">'
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{head}\n{rows}\n</urlset>\n'


def robots(site: DemoSite) -> str:
    """The site's robots.txt."""
    lines = ["User-agent: *", "Disallow: /members/", "Disallow: /search", "Disallow: /wp-admin/", ""]
    if site.sitemap:
        lines.append(f"Sitemap: http://{site.host}{SITEMAP_PATHS[site.sitemap]}")
    if site.feed:
        lines.append(f"# feed: {FEED_PATHS[site.family]}")
    return "\n".join(lines) + "\n"


def _title_of(url: str) -> str:
    """The title that an address of slug and number speaks of."""
    return " ".join(url.rsplit("/", 1)[1].split("-")[:-1]).capitalize()


def _lastmod(at: datetime | None) -> str:
    return f"<lastmod>{at.isoformat()}</lastmod>" if at else ""

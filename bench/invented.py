"""Whole pages of kinds that the corpora hardly have, invented for the fit, in many shapes.

Specifications, results, offers, recipes, guides, posts and paragraphs of links as articles; and the same in rails and
streams beside other articles, so that a table is not text because it is a table. The texts are those of the demo's
writers. tests/extract/test_extract_kinds.py measures the same kinds by pages of its own: none of its shapes is made
here, otherwise its floors would measure nothing.
"""

from __future__ import annotations

import gzip
import json
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from random import Random

from bench import examples
from bench.examples import Example
from bench.invented_parts import (
    THEMES,
    PagePart,
    Site,
    captions,
    guide,
    linked_prose,
    paragraphs,
    posts,
    recipe,
    results,
    specification,
    units,
)
from bench.invented_texts import PageWriter
from demo import texts

PAGES = 480
# The share of the fit's weight that the invented pages have together. Chosen: they are to add kinds, not to be the
# measure of all others.
SHARE = 0.08
CORPUS = "invented"
LANGUAGES = ("en", "en", "en", *texts.LANGUAGES)

Maker = Callable[[Site], PagePart]


def prose(site: Site) -> PagePart:
    """Prose alone: whatever else is on the page is not the article's."""
    return paragraphs(site, range(7))


# What an article is made of beside paragraphs; some are prose alone.
ARTICLES: tuple[Maker, ...] = (
    specification, prose, units, recipe, results, prose, guide, specification, posts, units, prose, recipe,
    linked_prose, guide, units, prose, posts,
)  # fmt: skip
# What stands beside an article: the same kinds, and what every page has.
BESIDE: tuple[Maker, ...] = (specification, results, units, recipe, units, posts, guide)


def read(pages: int = PAGES) -> list[Example]:
    """The invented pages as examples for the fit."""
    with tempfile.TemporaryDirectory(prefix="nightdesk-invented-") as folder:
        write(Path(folder) / CORPUS, pages)
        return examples.read(Path(folder))


def weigh(invented: Sequence[Example], pages: Sequence[Example], share: float = SHARE) -> list[Example]:
    """The invented pages, each as heavy as the other, all together with their share of the weight beside real pages."""
    theirs = sum(float(page.weights[page.able].sum()) for page in pages)
    each = share / (1 - share) * theirs / len(invented)
    return [replace(page, weights=page.weights * (each / page.weights[page.able].sum())) for page in invented]


def write(folder: Path, pages: int = PAGES) -> None:
    """A corpus of invented pages in the common form (bench/corpus.py)."""
    (folder / "html").mkdir(parents=True)
    with (folder / "gold.jsonl").open("w", encoding="utf-8") as golds:
        for number in range(pages):
            html, gold = page(number)
            (folder / "html" / f"{number}.html.gz").write_bytes(gzip.compress(html.encode(), 1))
            golds.write(json.dumps(gold) + "\n")


def page(number: int) -> tuple[str, dict[str, object]]:
    """A page and its gold; the same for the same number."""
    chance = Random(f"invented/{number}")
    writer = PageWriter(chance.choice(LANGUAGES), number, chance)
    site = Site(chance, writer, chance.choice(THEMES))
    title = writer.heading()
    body, pictured = PagePart(), site.may(0.5)
    own = ARTICLES[number % len(ARTICLES)](site)
    for made in (paragraphs(site, (1, 1, 2, 3, 5)), own, paragraphs(site, (0, 0, 1, 3))):
        if pictured:
            body.add(captions(site))
        body.add(made)
    paras = [(line, False) for line in body.own] + [(line, True) for line in (*body.may, title)]
    gold: dict[str, object] = {
        "id": f"{CORPUS}/{number}",
        "url": f"https://site{number}.example.org/a/{number}",
        "paras": paras,
    }
    return _whole(site, title, body), gold


def _whole(site: Site, title: str, body: PagePart) -> str:
    """The page: the article in its boxes, and what is around it."""
    chance, writer = site.chance, site.writer
    menu = "".join(f"<li>{site.link(writer.name())}</li>" for _ in range(chance.randint(4, 16)))
    by = f"{writer.ui('by')} {writer.person()} · {writer.day()}" if site.may(0.6) else ""
    above = f"<h1>{title}</h1>" + (PagePart(by).put_in_box(site.tag("div p span", "line")).html if by else "")
    text = body.put_in_box(site.tag("div div section", "story")).html if site.may(0.7) else body.html
    inside = above + text + ("".join(_below(site) for _ in range(chance.randint(0, 2))))
    own = PagePart(inside).put_in_box(site.tag("article main div", "story")).html
    rails = [_rail(site) for _ in range(chance.choice((0, 1, 1, 2, 3)))]
    at = chance.randint(0, len(rails)) if site.may(0.3) else 0
    columns = "".join([*rails[:at], own, *rails[at:]])
    whole = (
        PagePart(columns).put_in_box("".join(site.tag("div div main", "box") for _ in range(chance.randint(0, 3)))).html
    )
    if site.may(0.08):
        cells = "".join(f"<td>{one}</td>" for one in [*rails[:at], own, *rails[at:]])
        whole = f"<table><tr>{cells}</tr></table>"
    ending = PagePart(f"<p>© {writer.ui('rights')}</p><ul>{menu}</ul>").put_in_box(site.tag("footer div", "box")).html
    top = PagePart(f"<ul>{menu}</ul>").put_in_box(site.tag("nav div header", "box")).html
    head = f"<title>{title}{chance.choice((' | ', ' - '))}{writer.name()}</title>"
    return (
        f"<html lang={writer.language}><head><meta charset=utf-8>{head}</head><body>{top}{whole}{ending}</body></html>"
    )


def _below(site: Site) -> str:
    """What follows the text in the article's own box."""
    writer = site.writer
    tags = " ".join(site.link(writer.name()) for _ in range(4))
    share = "".join(f"<li>{site.link(name)}</li>" for name in ("Facebook", "WhatsApp", writer.ui("email")))
    more = "".join(f"<li>{site.link(writer.heading())}</li>" for _ in range(5))
    return site.chance.choice((
        f"<div>{writer.ui('tags')}: {tags}</div>",
        f"<ul>{share}</ul>",
        f"<h3>{writer.ui('related')}</h3><ul>{more}</ul>",
        f"<p>{writer.ui('newsletter_text')}</p>",
    ))  # fmt: skip


def _rail(site: Site) -> str:
    """A box beside or below the article with another kind of thing in it, none of it the article's."""
    writer, kind = site.writer, site.chance.random()
    head = f"<h3>{writer.ui(site.chance.choice(('latest', 'most_read', 'related', 'videos')))}</h3>"
    if kind < 0.5:
        inside = site.chance.choice(BESIDE)(site).html
    elif kind < 0.65:
        dated = f"<p>{{}} <small>{writer.day()}</small></p>"
        one = site.chance.choice(
            ("<div>{}</div>", "<p>› {}</p>", "<li><p>{}</p></li>", "<h4>{}</h4>", "<dd>{}</dd>", dated)
        )
        inside = "".join(one.format(site.link(writer.heading())) for _ in range(site.chance.randint(8, 50)))
    elif kind < 0.8:
        inside = "".join(f"<li>{site.link(writer.heading())}<p>{writer.short()}</p></li>" for _ in range(8))
        inside = f"<ul>{inside}</ul>"
    else:
        said = "".join(
            f"<li><b>{writer.person()}</b><p>{writer.paragraph()}</p></li>" for _ in range(site.chance.randint(1, 6))
        )
        head, inside = f"<h3>{writer.ui('comments')}</h3>", f"<ol>{said}</ol>"
    return PagePart((head if site.may(0.8) else "") + inside).put_in_box(site.tag("aside div section", "rail")).html

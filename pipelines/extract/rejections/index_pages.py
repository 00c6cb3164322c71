"""Whether a page is a list of other pages: a section, an archive, search results, an index of live tickers.

A page that does not call itself an article and has no long paragraph is a list in three cases: its address says so; its
heading says so and it has many links; it has no date and is mostly links. A page is also a list if its text is in
cards: teasers, each with a heading that links to another page of the site.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from urllib.parse import unquote, urljoin, urlsplit

from lxml.html import HtmlElement

from pipelines.extract.phrases import key
from pipelines.model import Page
from pipelines.text import words

# A page without a date is a list if more than this share of its words is in links. If its heading is that of a list,
# half of this share is enough. Chosen: an article may have many links; a list has little else.
LINKED_SHARE = 0.6
# A page of teasers is a list only if its share of words in links is at least LINKED_SHARE divided by this number.
# Chosen: a low share, which only sorts out pages that are surely no lists. Most articles have a larger share, by the
# links of their menus alone.
TEASED_ONE_IN = 4
# At least this share of a list's text is in cards. Chosen: an article may have related stories below it.
LISTED_SHARE = 0.75
# If a page calls itself an article, at least this share of its text must be in cards. Chosen: such a list has hardly
# anything besides the cards.
LISTED_CLAIMED_SHARE = 0.9
# A page of teasers is a list only if its text has at least this many words. Chosen: one sentence has as many.
LEAST_WORDS = 15
# A paragraph is long if it has at least this many words. Chosen: most teasers are shorter; an article has at least one
# long paragraph.
SENTENCE_WORDS = 30
# A list has at least this many cards. Chosen: fewer cards are the related stories below an article.
LEAST_CARDS = 4
# This many cards are examined. Chosen: a page with so many is certainly a list.
MAX_CARDS = 300
# A teaser has on average at most this many words. Chosen: longer ones are entries of a live blog.
TEASER_WORDS = 80
# The card of a heading is searched among this many elements around the heading. Chosen: a heading is nested less deep
# in its card.
CLIMB_LEVELS = 8
# This many characters of a card are compared with the text. Chosen: no card is longer.
LONGEST_CARD_CHARACTERS = 20_000
ADDRESS = re.compile(
    r"/(?:category|categories|tag|tags|topic|topics|section|author|authors|archive|archives|search|page/\d+|kategori|"
    r"kategorie|rubrik|rubrique|etiqueta|etiket|konu|yazar|تصنيف|وسم|قسم|الكاتب|ارشيف|أرشيف|برچسب)"
    r"(?:/[^/]*){0,2}/?$",
    re.IGNORECASE,
)
# An address with such a last part is an article's own: the part has a number, or a title in words.
OWN_NAME = re.compile(r"/[^/]*(?:\d{5}|(?:[^\W_]+[-_]){4})[^/]*/?$")
# The address of a brief that stands above a list of other briefs has such a last part. Chosen: most numbers of articles
# have at least three digits.
BRIEF_NAME = re.compile(r"/[^/]*(?:\d{3}|(?:[^\W_]+[-_]){3})[^/]*/?$")
# A title has at least this many words; the name of a section has fewer.
TITLE_WORDS = 3
LISTS = ("ItemList", "CollectionPage", "SearchResultsPage")
MARKUP = re.compile(rf"""["']@type["']\s*:\s*["'](?:{"|".join(LISTS)})["']""")
HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
# The title of a list begins with one of these words, and the list's name follows.
HEADING = re.compile(
    r"^(?:search results|results for|category|categories|tag|tags|topic|archives?|author|posts (?:by|tagged)|all posts|"
    r"latest news|نتائج البحث|تصنيف|التصنيف|وسم|الوسم|قسم|ارشيف|الارشيف|كل الاخبار|جميع الاخبار|"
    r"اخر الاخبار|مقالات الكاتب|"
    r"نتايج جستجو|برچسب|ارشيو|دسته|اخرين اخبار|etiket|kategori|arsiv|arşiv|arama sonuclari|arama sonuçları|schlagwort|"
    r"kategorie|archiv|suchergebnisse|resultats|résultats|étiquette|catégorie|etiqueta|categoría|resultados|тег|рубрика|"
    r"архив|результаты поиска)(?: |$)"
)


def is_list(
    page: Page,
    tree: HtmlElement | None,
    html: str,
    title: str,
    paragraphs: Sequence[str],
    prose: Callable[[], Sequence[str]],
    link_share: Callable[[], float],
    claims_article: bool,
    dated: bool,
) -> bool:
    """Whether a page is a list.

    paragraphs: the text of the page.
    prose: gives the part of the text that is not links. Like `link_share`, it is called only if needed.
    """
    path = unquote(urlsplit(page.final_url).path)
    if not claims_article and max(map(words, prose()), default=0) < SENTENCE_WORDS:
        if ADDRESS.search(path) and not OWN_NAME.search(path):
            return True
        if link_share() > LINKED_SHARE and not dated:
            return True
        if HEADING.search(key(title)) and link_share() > LINKED_SHARE / 2:
            return True
    # A list can call itself an article, because it has the markup of each article that it names.
    marked = any(name in html for name in LISTS) and MARKUP.search(html)
    if tree is None or (claims_article and not marked) or link_share() < LINKED_SHARE / TEASED_ONE_IN:
        return False
    if sum(map(words, paragraphs)) < LEAST_WORDS:
        return False
    return _teaser_share(tree, page.final_url, paragraphs) >= (LISTED_CLAIMED_SHARE if claims_article else LISTED_SHARE)


def names_article(url: str, title: str) -> bool:
    """Whether a page's address and title are those of an article, although a list of other articles is below the
    text."""
    path = unquote(urlsplit(url).path)
    return words(title) >= TITLE_WORDS and not ADDRESS.search(path) and bool(BRIEF_NAME.search(path))


def _teaser_share(tree: HtmlElement, url: str, paragraphs: Sequence[str]) -> float:
    """The share of the text that is in cards; 0 if the page has too few cards, or if their texts are too long."""
    cards = _cards(tree, url)
    if len(cards) < LEAST_CARDS:
        return 0.0
    listed, used = 0, set()
    for line in paragraphs:
        its_key = key(line)
        place = next((n for n, card in enumerate(cards) if its_key and its_key in card), -1)
        if place >= 0:
            listed += words(line)
            used.add(place)
    teasers = len(used) >= LEAST_CARDS and listed <= TEASER_WORDS * len(used)
    return listed / max(1, sum(map(words, paragraphs))) if teasers else 0.0


def _cards(tree: HtmlElement, url: str) -> list[str]:
    """The keys of the page's cards. A card is the largest element around a linked heading that contains no other linked
    heading."""
    here = urlsplit(url)
    heads: dict[HtmlElement, str] = {}
    for heading in tree.iter(*HEADINGS):
        link = next(heading.iter("a"), None)
        link = link if link is not None else next(heading.iterancestors("a"), None)
        there = _target(url, link.get("href") or "") if link is not None else None
        if there and there[0] == here.netloc and there[1] != here.path and there[1].strip("/"):
            heads[heading] = there[1]
        if len(heads) >= MAX_CARDS:
            break
    if len(set(heads.values())) < LEAST_CARDS:
        return []
    holding: dict[HtmlElement, int] = {}
    for heading in heads:
        for _, around in zip(range(CLIMB_LEVELS), heading.iterancestors(), strict=False):
            holding[around] = holding.get(around, 0) + 1
    cards = []
    for heading in heads:
        card = heading
        for _, around in zip(range(CLIMB_LEVELS), heading.iterancestors(), strict=False):
            if holding[around] > 1:
                break
            card = around
        cards.append(key(str(card.text_content())[:LONGEST_CARD_CHARACTERS]))
    return cards


def _target(url: str, href: str) -> tuple[str, str] | None:
    try:
        parts = urlsplit(urljoin(url, href))
    except ValueError:
        return None
    return parts.netloc, parts.path

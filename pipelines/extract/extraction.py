"""Turns one page into an article or a rejection. This module has the order of the steps; `assembly` chooses among
several texts of the page.

Importing this module loads trafilatura, which takes time. Programs that seldom extract import this module inside a
function.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache, partial
from importlib.metadata import version

from lxml.html import tostring

from pipelines.codes import Reason
from pipelines.errors import StoreError, TooLargeError
from pipelines.extract import markup, text_language
from pipelines.extract.cpu_limit import TooSlow, time_limit
from pipelines.extract.fields import above_text, json_ld, metadata, publication_date
from pipelines.extract.fields.dated_page import DatedPage
from pipelines.extract.rejections import conditions
from pipelines.extract.text import assembly, by_trafilatura
from pipelines.model import Article, Page, Rejection, RemovedBlock, Source, Template
from pipelines.stores import warc
from pipelines.text import compose

# The detail of a rejection is cut off after this many characters. Chosen: they fill two lines, which are enough to tell
# what went wrong.
DETAIL_CHARACTERS = 300

# One page may take this many seconds of CPU time. Chosen: a page that is never done must not delay the others for long.
CPU_SECONDS = 20.0
# A page with more bytes of HTML than this is rejected. Chosen: even pages with much embedded data have fewer bytes;
# larger ones cost memory and time.
LARGEST_BYTES = 5 * 1024 * 1024
# These steps can be left out with the argument `without` of `extract_page` and `read_page`; the benchmarks do so.
STEPS = assembly.STEPS


@dataclass(frozen=True)
class PageReading:
    """What a page is, and whether the source's template agreed with the page. `fits` is None if nobody can tell: there
    is no template, none of its places is known, or there is too little text.

    A worker adds CPU seconds and faults to this record, which makes a fetched_pages.ExtractedFetch.
    """

    result: Article | Rejection
    fits: bool | None = None


def extract_page(
    page: Page,
    source: Source,
    *,
    template: Template | None = None,
    seconds: float = CPU_SECONDS,
    without: frozenset[str] = frozenset(),
) -> Article | Rejection:
    """The article, or a rejection with its reason and the text that was found. The work is stopped after `seconds` of
    CPU.

    template: what was learned of the source.
    without: names of STEPS to leave out.
    """
    return read_page(page, source, template=template, seconds=seconds, without=without).result


def read_page(
    page: Page,
    source: Source,
    *,
    template: Template | None = None,
    seconds: float = CPU_SECONDS,
    without: frozenset[str] = frozenset(),
) -> PageReading:
    """The result of extract_page, and whether the template fits the page."""
    try:
        with time_limit(seconds):
            return _extract(page, source, template, without)
    except TooSlow:
        return _reject(page, Reason.TOO_SLOW, f"not done after {seconds:g} s")


@lru_cache(maxsize=1)
def extractor() -> str:
    """What an article names as its extractor: name and version of Nightdesk and of trafilatura."""
    return f"nightdesk {version('nightdesk')} trafilatura {version('trafilatura')}"


def _extract(page: Page, source: Source, template: Template | None, without: frozenset[str]) -> PageReading:
    try:
        content = warc.decode_body(page)
    except StoreError as error:
        return _reject(page, Reason.TOO_LARGE if isinstance(error, TooLargeError) else Reason.UNREADABLE, str(error))
    if len(content) > LARGEST_BYTES:
        return _reject(page, Reason.TOO_LARGE, f"{len(content)} bytes")
    content_type = next((value for name, value in page.headers if name.lower() == "content-type"), "")
    refused = conditions.of_response(page, content, markup.looks_like_html(content, content_type))
    if refused:
        return _reject(page, *refused)
    html, _ = markup.decode(content, content_type, source.language)
    tree = markup.parse(html)
    if tree is None:
        return _reject(page, Reason.EMPTY, "no HTML in it")
    pruned = markup.prune(tree, source.prune)
    if pruned:
        html = tostring(tree, encoding="unicode")
    # While this list holds the elements, lxml does not make their Python objects again at every walk.
    elements = list(tree.iter())
    facts = metadata.facts_of(tree, page, source)
    text = assembly.read(tree, html, facts, source, template, without)
    dated_page = DatedPage.of(tree, facts, page, source)
    when = publication_date.find_published(dated_page)
    article_text = "\n".join(text.lines)
    refused = conditions.of_content(
        page,
        html=html,
        title=facts.title,
        paragraphs=text.lines,
        extracted=text.extracted,
        link_share=cache(partial(by_trafilatura.link_share, tree)),
        claims_article=facts.claims_article,
        dated=when.at is not None and when.precision != "year",
        tree=tree,
        others=text.others,
        given=lambda: json_ld.is_whole(facts.node) and above_text.is_about(facts.title, above_text.stems(article_text)),
        free=json_ld.is_free(facts.node),
    )
    del elements
    language = text_language.language_of(facts.title, article_text, source.language)
    refused = refused or conditions.wrong_language(language, source, text.words)
    if refused:
        return PageReading(_rejection(page, *refused, text=article_text or "\n".join(text.extracted)), text.fits)
    article = Article(
        source=source.name,
        url=page.url,
        canonical_url=_clean(facts.canonical_url),
        title=_clean(facts.title),
        description=_clean(facts.description),
        text=_clean(article_text),
        authors=tuple(_clean(name) for name in facts.authors),
        language=language,
        published_at=when.at,
        published_precision=when.precision,
        published_from=when.said_by,
        modified_at=publication_date.find_modified(dated_page),
        image=_clean(facts.image),
        tags=tuple(_clean(tag) for tag in facts.tags),
        section=_clean(facts.section),
        removed=tuple(
            RemovedBlock(text=_clean(r.text), reason=r.reason)
            for r in (*(RemovedBlock(text=part, reason="prune of the source") for part in pruned), *text.removed)
        ),
        page_digest=page.digest,
        extractor=extractor(),
    )
    return PageReading(article, text.fits)


def _reject(page: Page, reason: Reason, detail: str) -> PageReading:
    return PageReading(_rejection(page, reason, detail))


def _rejection(page: Page, reason: Reason, detail: str, text: str = "") -> Rejection:
    return Rejection(
        source=page.source,
        url=page.url,
        reason=reason,
        detail=_clean(detail)[:DETAIL_CHARACTERS],
        text=_clean(text),
        page_digest=page.digest,
        extractor=extractor(),
    )


def _clean(text: str) -> str:
    """The text in NFC, without characters that UTF-8 or Postgres refuses, and without byte order marks, which are
    invisible.
    """
    text = text.encode("utf-8", "ignore").decode().replace("\x00", "").replace("\ufeff", "")
    return compose(text)

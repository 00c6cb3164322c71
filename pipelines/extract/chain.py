"""One page in, an article or a rejection out: the order of the steps, and which text wins where there are several.

Importing this module loads trafilatura; everything else in the project imports it late.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import version

from lxml.html import HtmlElement

from pipelines import warc
from pipelines.errors import StoreError
from pipelines.extract import body, languages, linked, markup, metadata, phrases, published, verdict
from pipelines.extract.limits import TooSlow, time_limit
from pipelines.model import Article, Page, Reason, Rejection, Removed, Source
from pipelines.text import words

SECONDS = 20.0
LARGEST = 5 * 1024 * 1024
TITLE_LINES = 4
REPEATED = 12
SECOND_OPINION = 0.5
WHOLE = 0.9
PRECISION_LOSES = 0.7
LINKED_LONGER = 1.3


@dataclass(frozen=True)
class Text:
    """A candidate for an article's text: the lines that stay, and what was cut."""

    lines: tuple[str, ...]
    removed: tuple[Removed, ...]

    @property
    def words(self) -> int:
        """How many words stay."""
        return sum(words(line) for line in self.lines)


def extract_page(page: Page, source: Source, *, seconds: float = SECONDS) -> Article | Rejection:
    """What a page is: an article, or a rejection with its reason and what text was found. Cut off after `seconds`."""
    try:
        with time_limit(seconds):
            return _extract(page, source)
    except TooSlow:
        return _rejection(page, Reason.TOO_SLOW, f"not done after {seconds:g} s")


@lru_cache(maxsize=1)
def extractor() -> str:
    """Name and version of what made an article: ours and trafilatura's."""
    return f"nightdesk {version('nightdesk')} trafilatura {version('trafilatura')}"


def _extract(page: Page, source: Source) -> Article | Rejection:
    try:
        content = warc.decoded(page)
    except StoreError as error:
        # What is over the limit and what is broken are told apart by the sentence alone.
        large = "more than" in str(error)
        return _rejection(page, Reason.TOO_LARGE if large else Reason.UNREADABLE, str(error))
    if len(content) > LARGEST:
        return _rejection(page, Reason.TOO_LARGE, f"{len(content)} bytes")
    content_type = next((value for name, value in page.headers if name.lower() == "content-type"), "")
    refused = verdict.of_response(page, content, markup.looks_like_html(content, content_type))
    if refused:
        return _rejection(page, *refused)
    html, _ = markup.decode(content, content_type, source.language)
    tree = markup.parse(html)
    if tree is None:
        return _rejection(page, Reason.EMPTY, "no HTML in it")
    facts = metadata.facts_of(tree, page, source)
    text = _text(tree, facts, source)
    when = published.published(tree, facts, page, source)
    stored = "\n".join(text.lines)
    refused = verdict.of_content(
        page,
        html=html,
        title=facts.title,
        paragraphs=text.lines,
        visible=_visible(tree),
        link_share=body.link_share(tree),
        claims_article=facts.claims_article,
        dated=when.at is not None and when.precision != "year",
        free=str(facts.node.get("isAccessibleForFree", "true")).lower() != "false",
    )
    language = languages.language_of(facts.title, stored, source.language)
    refused = refused or verdict.wrong_language(language, source, text.words)
    if refused:
        return _rejection(page, *refused, text=stored)
    return Article(
        source=source.name,
        url=page.url,
        canonical_url=_clean(facts.canonical_url),
        title=_clean(facts.title),
        description=_clean(facts.description),
        text=_clean(stored),
        authors=tuple(_clean(name) for name in facts.authors),
        language=language,
        published_at=when.at,
        published_precision=when.precision,
        published_from=when.said_by,
        modified_at=published.modified(facts, page, source),
        image=_clean(facts.image),
        tags=tuple(_clean(tag) for tag in facts.tags),
        section=_clean(facts.section),
        removed=tuple(Removed(text=_clean(r.text), reason=r.reason) for r in text.removed),
        page_digest=page.digest,
        extractor=extractor(),
    )


def _text(tree: HtmlElement, facts: metadata.Facts, source: Source) -> Text:
    """The best text of a page: the careful extraction, unless another shows that it is cut short."""
    best = _cut(body.lines(tree, precise=True), facts.titles, source)
    there = body.paragraph_words(tree)
    if best.words < (WHOLE if best.words < body.SHORT else SECOND_OPINION) * (there or body.SHORT):
        wide = _cut(body.lines(tree, precise=False), facts.titles, source)
        if best.words < PRECISION_LOSES * wide.words and not _fused(wide, facts.titles):
            best = wide
    given = linked.body(facts.node)
    if given:
        other = _cut(given, facts.titles, source)
        longer = other.words >= LINKED_LONGER * best.words + verdict.LEAST_WORDS
        if longer and (best.words < verdict.LEAST_WORDS or body.agrees(other.lines, best.lines)):
            best = other
    return best


def _fused(text: Text, titles: Sequence[str]) -> bool:
    """Whether the title and what follows it are one line: trafilatura's last resort, which takes all there is."""
    keys = [f"{phrases.key(title)} " for title in titles]
    return any(phrases.key(line).startswith(its_key) for line in text.lines[:1] for its_key in keys)


def _cut(lines: Sequence[str], titles: Sequence[str], source: Source) -> Text:
    """The lines without the title, boilerplate and repetitions; what was cut, in page order."""
    kept: list[str] = []
    removed: list[Removed] = []
    title_keys = {phrases.key(title) for title in titles}
    seen: set[str] = set()
    for number, (line, reason) in enumerate(zip(lines, phrases.reasons(lines, source.phrases), strict=True)):
        its_key = phrases.key(line)
        if number < TITLE_LINES and its_key in title_keys and len(lines) > 1:
            reason = "title"
        elif not reason and its_key in seen:
            reason = "repeated"
        if reason:
            removed.append(Removed(text=line, reason=reason))
            continue
        kept.append(line)
        if its_key.count(" ") >= REPEATED:
            seen.add(its_key)
    return Text(tuple(kept), tuple(removed))


def _visible(tree: HtmlElement) -> str:
    found = tree.find("body")
    if found is None:
        return ""
    parts = (
        part
        for element in found.iter()
        if isinstance(element.tag, str) and element.tag not in ("script", "style", "noscript", "template")
        for part in (element.text,)
        if part and part.strip()
    )
    tails = (element.tail for element in found.iter() if element.tail and element.tail.strip())
    return "\n".join([*parts, *tails])


def _rejection(page: Page, reason: Reason, detail: str, text: str = "") -> Rejection:
    return Rejection(
        source=page.source,
        url=page.url,
        reason=reason,
        detail=_clean(detail)[:300],
        text=_clean(text),
        page_digest=page.digest,
        extractor=extractor(),
    )


def _clean(text: str) -> str:
    """NFC, without the characters neither UTF-8 nor Postgres takes."""
    return unicodedata.normalize("NFC", text.encode("utf-8", "ignore").decode().replace("\x00", ""))

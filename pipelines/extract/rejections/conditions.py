"""Why a page is no article: first by the response, then by its content.

Only plain evidence counts: the status, the address, the elements of the text, and the sentences of walls and error
pages. If a page calls itself an article and has a day of publication, this outweighs most of the evidence, but not, for
example, an error status, an empty response or a redirect to the home page.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, partial
from urllib.parse import unquote, urlsplit

from lxml.html import HtmlElement

from pipelines.codes import Reason
from pipelines.extract import markup
from pipelines.extract.phrases import key
from pipelines.extract.rejections import index_pages, walls
from pipelines.model import Page, Source
from pipelines.text import has_unspaced, words

# An article that is no news flash has at least this many words. Chosen: one sentence has as many. docs/reference.md
# names the number.
LEAST_WORDS = 15
# A news flash is one sentence that repeats its title. It has at least this many words.
FLASH_WORDS = 5
# A flash shares at least this many words with its title. Chosen: a single word may be a very common name.
FLASH_SHARED_WORDS = 2
# A gallery or a player does not count against a page whose text has at least this many words. Chosen: captions are
# shorter.
MEDIA_WORDS = 40
# A page that shows no text may give a text for machines. This text counts only if it has at least this many words.
# Chosen: summaries are shorter.
GIVEN_WORDS = 40
# If a page with a day of publication has fewer words than this, the title of an error page makes it an error page. If
# any page has fewer words than this, the words of a paywall make it a stub. Chosen: an article about errors is longer.
STUB_WORDS = 80
# A title may have at most this many words besides an error's phrase. Chosen: the name of a site is as long.
TITLE_EXTRA_WORDS = 2
# An error page or a consent wall may have further texts: search tips, teasers, the names of partners. Even with these
# texts, such a page has fewer words than this.
WORDY_WORDS = 400
# At least this share of a consent wall's words is about consent. Chosen: an article about cookies has other subjects
# too.
CONSENT_SHARE = 0.05
# A consent wall has a line that names at least this many of the subjects of consent (data, partners, purposes).
WALL_SUBJECTS = 4
# A line of at least PROSE_WORDS words that names fewer than ASIDE_SUBJECTS subjects of consent is prose of an article:
# no wall has a line of this kind.
ASIDE_SUBJECTS, PROSE_WORDS = 2, 12
# The lines of a wall that are shorter than PROSE_WORDS and name no subject (labels, links) have fewer words than this
# in all.
BESIDE_WORDS = 80
# In scripts without spaces, where each letter counts as one word, a word has this many letters. Chosen: most words have
# two.
LETTERS_OF_WORD = 2
CONSENT_FRAME = re.compile(r"<iframe\b[^<>]*(?:consent|cmp[_./-]|privacy)", re.IGNORECASE)
# If the text has no known phrase of a wall, the share of words about consent must be at least OTHERS_CONSENT_FACTOR
# times CONSENT_SHARE. In either case at least LEAST_CONSENT_WORDS words are about consent. Chosen: the words for
# consent also occur in prose.
OTHERS_CONSENT_FACTOR, LEAST_CONSENT_WORDS = 3, 3
# The script of a challenge page is searched in this many bytes at the beginning of a page. Chosen: challenge pages are
# far smaller.
SCRIPT_BYTES = 200_000
# No browser shows the text of these elements.
UNSHOWN = frozenset(("script", "style", "noscript", "template"))
# This many characters of a page's visible text are examined. Chosen: a wall is far shorter.
SHOWN_CHARACTERS = 20_000
HOME = re.compile(r"/?(?:(?:index|default|home)\.\w{2,5})?", re.IGNORECASE)
# The home page of a site, or of one of its languages, has this path.
FRONT = re.compile(r"/(?:[a-z]{2}(?:-[a-z]{2})?/?)?(?:(?:index|default|home)\.\w{2,5})?", re.IGNORECASE)
SCRIPTED_WALL = re.compile(
    r"/cdn-cgi/challenge-platform|cf-browser-verification|cf_chl_opt|_Incapsula_Resource|captcha-delivery\.com|"
    r"px-captcha|ddos-guard|sucuri_cloudproxy_js|geo\.captcha|challenges\.cloudflare\.com/turnstile|"
    r"awswafcookiedomainlist|/_sec/cp_challenge|kpsdk",
    re.IGNORECASE,
)
MEDIA_PATH = re.compile(
    r"/(?:videos?|watch|gallery|galleries|photos?|photo-?gallery|pictures|slideshows?|multimedia|podcasts?|audio|"
    r"v[íi]deos?|galer[íi]as?|galeri|foto-?galeri|video-?galeri|fotos?|fotostrecken?|bildergalerien?|bilderstrecken?|"
    r"diaporamas?|photogalerie|видео|фото|فيديو|الفيديو|فيديوهات|صور|الصور|معرض-الصور|ويديو|ویدئو|عکس)(?:/|$)",
    re.IGNORECASE,
)
MEDIA_TYPE = re.compile(
    r"""(?:og:type["']?\s+content=["']?(?:video|music)|["']@type["']\s*:\s*["'](?:VideoObject|ImageGallery|MediaGallery|"""
    r"""VideoGallery|AudioObject|PodcastEpisode)["'])""",
    re.IGNORECASE,
)
PLAYER = re.compile(
    r"<(?:video|audio|amp-youtube|amp-video)[\s>]|<iframe[^>]{1,300}(?:youtube|youtu\.be|vimeo|dailymotion|rumble|"
    r"jwplayer|brightcove|soundcloud|/embed/|player)",
    re.IGNORECASE,
)
PICTURES = re.compile(r"<figure[\s>]|<li[^>]{0,200}(?:gallery|slide)", re.IGNORECASE)
# A gallery has at least this many pictures. Chosen: an article has up to three.
LEAST_PICTURES = 4
# These are the reason why a page is no article, and the particulars for people.
ReasonAndDetail = tuple[Reason, str]


@dataclass(frozen=True)
class PageEvidence:
    """A page in the form in which it is judged.

    paragraphs: the paragraphs of the text that are neither links nor the title again.
    count: how many words these paragraphs have.
    tree: the page's tree, from which its visible text is taken.
    claims_article: whether the page calls itself an article.
    free: False if the page says that one has to pay for it.
    dated: whether a day of publication was found.
    """

    page: Page
    title: str
    paragraphs: Sequence[str]
    count: int
    tree: HtmlElement | None
    claims_article: bool
    dated: bool
    free: bool

    @property
    def sure(self) -> bool:
        """Whether the page calls itself an article, and has a day of publication and a text."""
        return self.claims_article and self.dated and self.count >= LEAST_WORDS

    @cached_property
    def visible(self) -> str:
        """All text of the page except scripts and styles: first the texts that begin elements, then those that follow
        elements. Most pages are judged without it.
        """
        texts = list(_visible_texts(self.tree))
        return "\n".join(filter(None, (*(text for text, _ in texts), *(tail for _, tail in texts))))

    @property
    def shown(self) -> list[str]:
        """The lines of the first SHOWN_CHARACTERS characters of `visible`."""
        return self.visible[:SHOWN_CHARACTERS].split("\n")


def of_response(page: Page, body: bytes, is_html: bool) -> ReasonAndDetail | None:
    """Why a response is no article, told by the response alone, before its HTML is parsed; None if it may be one."""
    if page.status in (404, 410):
        return Reason.SOFT_404, f"status {page.status}"
    if page.status == 451:
        return Reason.REGION, f"status {page.status}"
    if page.status >= 400:
        # Walls answer with these statuses.
        wall = page.status in (401, 403, 405, 429, 503) and SCRIPTED_WALL.search(body[:SCRIPT_BYTES].decode("latin-1"))
        return Reason.CHALLENGE if wall else Reason.ERROR_PAGE, f"status {page.status}"
    if not body.strip():
        return Reason.EMPTY, f"status {page.status}, {len(body)} bytes"
    if not is_html:
        return Reason.NOT_HTML, _content_type(page) or "no content type"
    overgrown = markup.overgrown(body)
    return (Reason.TOO_LARGE, overgrown) if overgrown else None


def of_content(
    page: Page,
    *,
    html: str,
    title: str,
    paragraphs: Sequence[str],
    link_share: Callable[[], float],
    claims_article: bool,
    dated: bool,
    free: bool,
    extracted: Sequence[str],
    tree: HtmlElement | None = None,
    others: bool = False,
    given: Callable[[], bool],
) -> ReasonAndDetail | None:
    """Why a parsed page is no article; None if it is one.

    paragraphs: the text that would be stored.
    extracted: everything on the page that reads like text.
    link_share: gives the share of the page's words that are in links, 0 to 1; called only if needed.
    claims_article: whether the page calls itself an article.
    free: False if the page says that one has to pay for it.
    dated: whether a day of publication was found.
    tree: the page's tree; made again from `html` if it is not given.
    others: whether other stories below the text were left out.
    given: tells whether the page gives machines the whole text, and the text is about the title; called only if the
    page shows no text.
    """
    if tree is None:
        tree = markup.parse(html)
    linked = cache(partial(_linked_texts, tree, title))
    prose = _prose(paragraphs, title, linked)
    evidence = PageEvidence(page, title, prose, sum(map(words, prose)), tree, claims_article, dated, free)
    if _is_home(page.final_url, FRONT) and not _is_home(page.url, FRONT):
        return Reason.HOME, "the address leads to the home page"
    found = _wall(evidence, html) or _paywall(evidence)
    if found:
        return found
    if others and (claims_article or index_pages.names_article(page.final_url, title)):
        extracted = paragraphs
    prosaic = partial(_prose, extracted, title, linked)
    if index_pages.is_list(page, tree, html, title, extracted, prosaic, link_share, claims_article, dated):
        home = _is_home(page.final_url)
        return Reason.HOME if home else Reason.LISTING, f"{round(100 * link_share())} % of the words are links"
    if not any(text or tail for text, tail in _visible_texts(tree)) and not (
        evidence.claims_article and evidence.count >= GIVEN_WORDS and given()
    ):
        return Reason.EMPTY, "no visible text"
    media = _media(evidence, html)
    if media:
        return media
    if evidence.count < LEAST_WORDS and not _is_flash(evidence):
        return Reason.TOO_SHORT, f"{evidence.count} words"
    if not title:
        return Reason.NO_TITLE, ""
    return None


def wrong_language(language: str, source: Source, count: int) -> ReasonAndDetail | None:
    """The rejection of an article in a language that its source does not promise; None for every other
    article."""
    promised = {code.split("-")[0] for code in source.expect.languages}
    if promised and language and language not in promised and count >= 2 * LEAST_WORDS:
        return Reason.WRONG_LANGUAGE, f"{language}, not {' or '.join(sorted(promised))}"
    return None


def _prose(paragraphs: Sequence[str], title: str, linked: Callable[[], set[str] | None]) -> list[str]:
    """The paragraphs of a short text that do not only repeat links, buttons or the title; all paragraphs of a long
    text. A page without such a paragraph has nothing but its menu.

    linked: gives the keys of links, buttons and the title; called only if needed.
    """
    menu = linked() if sum(map(words, paragraphs)) < WORDY_WORDS else None
    if menu is None:
        return list(paragraphs)
    prose = [line for line in paragraphs if key(line) not in menu]
    # A flash can have exactly the words of its title.
    return prose or [line for line in paragraphs if key(line) == key(title)][:1]


def _linked_texts(tree: HtmlElement | None, title: str) -> set[str] | None:
    """The keys of a page's title and of the texts of its links and buttons; None for a page without a body."""
    body = tree.find("body") if tree is not None else None
    if body is None:
        return None
    linked = {key(title)}
    for link in body.iter("a", "button", "label", "option"):
        for element in link.iter("*"):
            if element.text:
                linked.add(key(element.text))
            if element.tail and element is not link:
                linked.add(key(element.tail))
    return linked


def _visible_texts(tree: HtmlElement | None) -> Iterator[tuple[str, str]]:
    """The text at the beginning of each element and the text after it; empty where there is none, or no browser shows
    it.
    """
    body = tree.find("body") if tree is not None else None
    for element in body.iter("*") if body is not None else ():
        text, tail = element.text, element.tail
        yield (
            text if text and not text.isspace() and element.tag not in UNSHOWN else "",
            tail if tail and not tail.isspace() else "",
        )


def _wall(evidence: PageEvidence, html: str) -> ReasonAndDetail | None:
    """The rejection of a wall or an error page in the place of an article: its title, or nearly all of its text, says
    so."""
    if evidence.sure or evidence.count >= WORDY_WORDS:
        return None
    bare = evidence.count < LEAST_WORDS
    if _asks_permission(evidence, html):
        return Reason.CONSENT, evidence.title or "a frame that asks for consent"
    if bare and not (evidence.claims_article and evidence.dated) and SCRIPTED_WALL.search(html):
        return Reason.CHALLENGE, evidence.title or "a script that tells people from programs"
    for reason, wall in (
        (Reason.CHALLENGE, walls.CHALLENGE),
        (Reason.REGION, walls.REGION),
        (Reason.SOFT_404, walls.NOT_FOUND),
        (Reason.ERROR_PAGE, walls.FAILURE),
        (Reason.CONSENT, walls.CONSENT),
    ):
        # The title of an article can be such a phrase as well. Then the page has a day or a text.
        phrase = walls.match_title(wall, evidence.title)
        alone = words(evidence.title) <= words(phrase) + TITLE_EXTRA_WORDS
        if (
            phrase
            and not evidence.claims_article
            and evidence.count
            < (WORDY_WORDS if alone and not evidence.dated else STUB_WORDS if alone else 2 * LEAST_WORDS)
        ):
            return reason, evidence.title
        if bare and not (evidence.claims_article and evidence.dated):
            phrase = walls.find_phrase(wall, (evidence.title, *evidence.shown))
            if phrase and (reason != Reason.CONSENT or _asks_consent(evidence)):
                return reason, phrase
    if not evidence.claims_article and not evidence.dated and _is_consent(evidence):
        return Reason.CONSENT, evidence.title
    return None


def _asks_permission(evidence: PageEvidence, html: str) -> bool:
    """Whether the page says hardly more than a consent wall, or is only the frame of one."""
    if not evidence.visible.strip():
        return bool(CONSENT_FRAME.search(html))
    if words(evidence.visible[:SHOWN_CHARACTERS]) >= WORDY_WORDS:
        return False
    said = [
        (words(line) // (LETTERS_OF_WORD if has_unspaced(line) else 1), walls.subjects(line)) for line in evidence.shown
    ]
    prose = sum(count for count, subjects in said if count >= PROSE_WORDS and subjects < ASIDE_SUBJECTS)
    other = sum(count for count, subjects in said if count < PROSE_WORDS and not subjects)
    return max((subjects for _, subjects in said), default=0) >= WALL_SUBJECTS and prose == 0 and other < BESIDE_WORDS


def _asks_consent(evidence: PageEvidence) -> bool:
    """Whether consent is most of what a page shows. Other pages have consent banners as well."""
    seen = words(evidence.visible[:SHOWN_CHARACTERS])
    return (
        seen < WORDY_WORDS
        and len(walls.CONSENT_WORDS.findall(key(evidence.visible[:SHOWN_CHARACTERS]))) >= CONSENT_SHARE * seen
    )


def _is_consent(evidence: PageEvidence) -> bool:
    """Whether the text itself is a wall's: full of a wall's words, with the wall's button below."""
    hits = len(walls.CONSENT_WORDS.findall(key("\n".join(evidence.paragraphs))))
    # An article about cookies has these words, and the site's own banner has the phrases and the button. So more of the
    # words are needed if the text itself has no phrase.
    own = bool(walls.find_phrase(walls.CONSENT, evidence.paragraphs))
    least = CONSENT_SHARE if own else OTHERS_CONSENT_FACTOR * CONSENT_SHARE
    if evidence.count < LEAST_WORDS or hits < max(LEAST_CONSENT_WORDS, least * evidence.count):
        return False
    pressed = (key(line) for line in evidence.shown if len(line) < 60)
    return (own or bool(walls.find_phrase(walls.CONSENT, evidence.shown))) and any(
        line in walls.BUTTONS for line in pressed
    )


def _paywall(evidence: PageEvidence) -> ReasonAndDetail | None:
    """The rejection of a stub before a paywall. A page with a long free part is an article, whatever is below that
    part."""
    if evidence.count >= STUB_WORDS:
        return None
    phrase = walls.find_phrase(walls.PAYWALL, [*evidence.paragraphs, *evidence.shown])
    if not phrase and not evidence.free:
        phrase = walls.find_phrase(walls.OFFER, evidence.shown)
    if not phrase:
        phrase = walls.find_phrase(walls.OFFER, evidence.paragraphs) if evidence.count < 2 * LEAST_WORDS else ""
    if phrase and (not evidence.free or not evidence.sure or evidence.count < 2 * LEAST_WORDS):
        return Reason.PAYWALL, phrase
    return None


def _media(evidence: PageEvidence, html: str) -> ReasonAndDetail | None:
    """The rejection of a page with a player or pictures, and hardly a sentence about them."""
    if evidence.count >= MEDIA_WORDS:
        return None
    declared = bool(MEDIA_PATH.search(_path(evidence.page.final_url)) or MEDIA_TYPE.search(html))
    player, pictures = bool(PLAYER.search(html)), len(PICTURES.findall(html))
    if not player and pictures < LEAST_PICTURES:
        return None
    # If the page has much text, extraction missed the text, which is another failure.
    told = sum(words(line) for line in evidence.shown if line.count(" ") >= LEAST_WORDS)
    silent = player and evidence.count < LEAST_WORDS and told < MEDIA_WORDS and not _is_flash(evidence)
    if silent or (declared and not evidence.sure):
        return Reason.MEDIA, f"{'a player' if player else f'{pictures} pictures'} and {evidence.count} words"
    return None


def _is_flash(evidence: PageEvidence) -> bool:
    """Whether a text of a few words is a whole news flash: dated, marked as an article, and about its title."""
    if not (evidence.claims_article and evidence.dated and evidence.title and evidence.count >= FLASH_WORDS):
        return False
    told = {word for word in key("\n".join(evidence.paragraphs)).split() if len(word) > 2}
    return len(told & set(key(evidence.title).split())) >= FLASH_SHARED_WORDS


def _is_home(url: str, form: re.Pattern[str] = HOME) -> bool:
    parts = urlsplit(url)
    return bool(form.fullmatch(parts.path)) and not parts.query


def _path(url: str) -> str:
    return unquote(urlsplit(url).path)


def _content_type(page: Page) -> str:
    return next((value for name, value in page.headers if name.lower() == "content-type"), "")

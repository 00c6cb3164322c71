"""Why a page is no article: a first look at what came back, a second at what was found in it.

Evidence is plain and little: the status, the path, the share of links, a few sentences that walls and error pages
print. A page is only turned away by such a sentence where there is hardly any other text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from pipelines.extract.phrases import key
from pipelines.model import Page, Reason, Source
from pipelines.text import words

LEAST_WORDS = 15
STUB_WORDS = 80
LINKED = 0.6
HOME = re.compile(r"/?(?:(?:index|default|home)\.\w{2,5})?", re.IGNORECASE)
LISTING = re.compile(
    r"/(?:category|categories|tag|tags|topic|topics|section|author|authors|archive|archives|search|page/\d+|kategori|"
    r"kategorie|rubrik|rubrique|etiqueta|تصنيف|وسم|قسم)(?:/|$)",
    re.IGNORECASE,
)
SCRIPTED_WALL = re.compile(
    r"/cdn-cgi/challenge-platform|cf-browser-verification|cf_chl_opt|_Incapsula_Resource|captcha-delivery\.com|"
    r"px-captcha|ddos-guard|sucuri_cloudproxy_js|geo\.captcha|challenges\.cloudflare\.com/turnstile",
    re.IGNORECASE,
)
# Below, the key of a text is searched: normal form without punctuation.
CHALLENGE = re.compile(
    r"just a moment|attention required|checking your browser|verify(?:ing)? (?:that )?you are (?:a )?human|"
    r"are you a robot|enable javascript and cookies|access to this page has been denied|^access denied|security check|"
    r"please wait while|التحقق من انك|تاكد من انك لست روبوت|جاري التحقق من المتصفح|проверка браузера"
)
CONSENT = re.compile(
    r"before you continue|we value your privacy|consent to (?:the )?(?:use|processing)|accept (?:all )?cookies|"
    r"cookies akzeptieren|einwilligung|accepter (?:les|et)|consentement|aceptar (?:las )?cookies|"
    r"ملفات تعريف الارتباط|çerez"
)
NOT_FOUND = re.compile(
    r"^(?:error )?404\b|\b404$|^not found|(?:page|article|content|file|document|story|url) (?:was )?not found|"
    r"page (?:does not|doesn t|no longer) exists?|page (?:is )?no longer available|page introuvable|"
    r"seite (?:wurde )?nicht gefunden|página no encontrada|pagina non trovata|sayfa bulunamadi|страница не найдена|"
    r"страницу не найти|الصفحه غير موجوده|لم يتم العثور علي (?:الصفحه|المحتوي|المقال|اي)|الصفحه التي تبحث عنها|"
    r"المحتوي غير موجود|صفحه مورد نظر|صفحه يافت نشد|(?:הדף|העמוד) (?:המבוקש )?לא נמצא"
)
FAILURE = re.compile(
    r"^(?:error )?50[0-4]\b|internal server error|bad gateway|service (?:temporarily )?unavailable|gateway time ?out|"
    r"database (?:connection )?error|error establishing a database|^fatal error|site is (?:down|under maintenance)|"
    r"^under (?:construction|maintenance)|الموقع تحت الصيانه|خطا في الخادم|technische störung|web server is down"
)
PAYWALL = re.compile(
    r"subscribe to (?:continue|read|unlock|keep)|subscribers only|for subscribers|already a subscriber|"
    r"log ?in to (?:continue|read)|to continue reading|register to (?:continue|read)|nur für abonnenten|"
    r"jetzt abonnieren|réservé aux abonnés|abonnez vous pour|solo para suscriptores|suscríbete para|للمشتركين فقط|"
    r"اشترك لمتابعه القراءه|سجل الدخول لمتابعه|только для подписчиков|abone ol|ویژه مشترکان"
)
Verdict = tuple[Reason, str]


def of_response(page: Page, body: bytes, is_html: bool) -> Verdict | None:
    """What the response alone says, before its HTML is parsed."""
    if page.status in (404, 410):
        return Reason.SOFT_404, f"status {page.status}"
    if page.status >= 400:
        return Reason.ERROR_PAGE, f"status {page.status}"
    if not body.strip():
        return Reason.EMPTY, f"status {page.status}, {len(body)} bytes"
    if not is_html:
        return Reason.NOT_HTML, _content_type(page) or "no content type"
    return None


def of_content(
    page: Page,
    *,
    html: str,
    title: str,
    paragraphs: Sequence[str],
    visible: str,
    link_share: float,
    claims_article: bool,
    dated: bool,
    free: bool,
) -> Verdict | None:
    """What the parsed page says.

    paragraphs: the text that would be stored; visible: all text of the page; link_share: of its words, 0 to 1;
    claims_article, free: what it says of itself; dated: whether a day of publication was found.
    """
    count = sum(words(line) for line in paragraphs)
    said = key(f"{title}\n" + "\n".join(paragraphs))
    heading = key(title)
    little = count < STUB_WORDS
    if _is_home(page.final_url) and not _is_home(page.url):
        return Reason.HOME, "the address leads to the home page"
    if little and (SCRIPTED_WALL.search(html) or CHALLENGE.search(heading)) and not claims_article:
        return Reason.CHALLENGE, title or "a script that tells people from programs"
    if little and not claims_article:
        shown = key(visible[:2000])
        if NOT_FOUND.search(heading) or (count < LEAST_WORDS and NOT_FOUND.search(shown)):
            return Reason.SOFT_404, title
        if FAILURE.search(heading) or (count < LEAST_WORDS and FAILURE.search(shown)):
            return Reason.ERROR_PAGE, title or shown[:80]
        if (CONSENT.search(heading) or CONSENT.search(said)) and not dated:
            return Reason.CONSENT, title
    if little:
        wall = PAYWALL.search(said) or (
            PAYWALL.search(key(visible[:20_000])) if not free or count < LEAST_WORDS else None
        )
        if wall and (not free or count < 2 * LEAST_WORDS):
            return Reason.PAYWALL, wall.group()
    if not claims_article and _is_listing(page, paragraphs, link_share, dated):
        reason = Reason.HOME if _is_home(page.final_url) else Reason.LISTING
        return reason, f"{round(100 * link_share)} % of the words are links"
    if not visible.strip():
        return Reason.EMPTY, "no visible text"
    if count < LEAST_WORDS:
        return Reason.TOO_SHORT, f"{count} words"
    if not title:
        return Reason.NO_TITLE, ""
    return None


def wrong_language(language: str, source: Source, count: int) -> Verdict | None:
    """Whether an article is in a language its source does not promise; only where it promises any."""
    promised = {code.split("-")[0] for code in source.expect.languages}
    if promised and language and language not in promised and count >= 2 * LEAST_WORDS:
        return Reason.WRONG_LANGUAGE, f"{language}, not {' or '.join(sorted(promised))}"
    return None


def _is_home(url: str) -> bool:
    parts = urlsplit(url)
    return bool(HOME.fullmatch(parts.path)) and not parts.query


def _is_listing(page: Page, paragraphs: Sequence[str], link_share: float, dated: bool) -> bool:
    longest = max((words(line) for line in paragraphs), default=0)
    path = bool(LISTING.search(urlsplit(page.final_url).path))
    if path and (link_share > LINKED / 2 or longest < 2 * LEAST_WORDS):
        return True
    return link_share > LINKED and not dated and longest < 2 * LEAST_WORDS


def _content_type(page: Page) -> str:
    return next((value for name, value in page.headers if name.lower() == "content-type"), "")

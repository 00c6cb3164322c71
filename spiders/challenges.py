"""Pages that sites show in place of an article, as far as a crawl can see: challenges, logins, consent, other sites.

This module compares names of scripts and addresses. Extraction knows the sentences of such pages
(pipelines.extract.rejections.walls).
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from pipelines import urls
from pipelines.codes import Cause, State
from pipelines.errors import StoreError
from pipelines.model import Page, Source
from pipelines.stores import warc

# These texts, in lower case, stand on pages that test whether the reader is a program. Other pages that have them have
# more than CHALLENGE_WORDS words.
CHALLENGE = (
    b"_cf_chl_opt", b"cf-browser-verification", b"/cdn-cgi/challenge-platform/h/", b"captcha-delivery.com/",
    b"challenges.cloudflare.com/turnstile", b"_incapsula_resource", b"incapsula incident id", b"px-captcha",
    b"captcha.px-c", b"sec-if-cpt-container", b"/_sec/cp_challenge", b"errors.edgesuite.net", b"awswafcookiedomainlist",
    b"sucuri_cloudproxy_js", b"ddos-guard", b"kpsdk", b"anubis_challenge",
)  # fmt: skip
CHALLENGE_TITLE = re.compile(
    rb"just a moment|attention required! \| cloudflare|pardon our interruption|access denied|checking your browser|"
    rb"security check|robot check|are you a robot|you are (?:a )?human|human verification|ddos protection"
)
# At most this many bytes of a title are examined.
TITLE_BYTES = 200
CHALLENGE_HEADERS = {"cf-mitigated": ("challenge",), "x-amzn-waf-action": ("challenge", "captcha")}
# A challenge page has at most this many bytes. Chosen: pages with an article are larger.
CHALLENGE_BYTES = 64 * 1024
# A challenge page has at most this many words. Chosen: an article about challenges has more.
CHALLENGE_WORDS = 150
# UNSEEN begins a part of a page that nobody sees, and SEEN_AGAIN ends it. They split a page in one pass, even if a tag
# is left open.
UNSEEN = re.compile(rb"<(?=(?:script|style|noscript|svg)\b|!--)", re.IGNORECASE)
SEEN_AGAIN = re.compile(rb"</(?:script|style|noscript|svg)\b|-->", re.IGNORECASE)
PASSWORD = re.compile(rb"<input\b[^<>]{0,300}\btype\s*=\s*[\"']?password\b")
TAG = re.compile(rb"<[^<>]*>?")
# If a reader may not see a page, a site redirects the reader to an address like these.
LOGIN = re.compile(
    r"/(?:log-?in|sign-?in|sign-?up|wp-login\.php|users?/(?:login|sign_in)|account/login|auth|sso|register)(?:/|$|\.)",
    re.IGNORECASE,
)
CONSENT = re.compile(r"//(?:consent|cmp|privacy)\.|/(?:cookie-?)?consent(?:/|$|\.)", re.IGNORECASE)


def challenges(page: Page, headers: dict[str, str]) -> bool:
    """Whether a page tests that its reader is no program, and has no article. headers: in lower case."""
    if any(headers.get(name, "").lower() in values for name, values in CHALLENGE_HEADERS.items()):
        return True
    # A challenge is a small page with hardly any words. A longer page may be an article about challenges.
    body = page.body
    plain = int.from_bytes(body[-4:], "little") if body.startswith(b"\x1f\x8b") else len(body)
    if max(plain, len(body)) > CHALLENGE_BYTES:
        return False
    try:
        body = warc.decode_body(page, CHALLENGE_BYTES).lower()
    except StoreError:
        return False
    title = body.partition(b"<title")[2][:TITLE_BYTES].partition(b"</title")[0]
    marked = any(marker in body for marker in CHALLENGE) or CHALLENGE_TITLE.search(title)
    return bool(marked) and _words(body) <= CHALLENGE_WORDS


def shows_login(page: Page) -> bool:
    """Whether a page is a login form with hardly anything else."""
    try:
        body = warc.decode_body(page).lower()
    except StoreError:
        return False
    return bool(PASSWORD.search(body)) and _words(body) <= CHALLENGE_WORDS


def end_redirected(page: Page, source: Source) -> tuple[State, Cause, str]:
    """How a look ends if an article's address led to another address: outcome, code, and the reason in words."""
    parts = urlsplit(page.final_url)
    if parts.path not in ("", "/") and urls.variant(page.url)[0] == urls.variant(page.final_url)[0]:
        # Both are forms of one address (https, www, a final slash, AMP), so the words in the address do not matter.
        return State.FETCHED, Cause.NONE, ""
    if CONSENT.search(page.final_url.partition("?")[0]):
        return State.BLOCKED, Cause.CONSENT, "redirected to a consent page"
    if LOGIN.search(parts.path):
        return State.BLOCKED, Cause.LOGIN_REDIRECT, "redirected to a login"
    stranger = _stranger(page, source)
    if stranger:
        return State.EXCLUDED, Cause.MOVED_AWAY, f"redirected to another site: {stranger}"
    if parts.path in ("", "/"):
        return State.FETCHED, Cause.NONE, "redirected to the home page"
    return State.FETCHED, Cause.NONE, ""


def _stranger(page: Page, source: Source) -> str:
    """The foreign site to which a page of this source now leads. Empty if the page did not move, or if its publisher
    moved it.
    """
    own = {urls.site(urls.host(url)) for url in (source.url, *source.feeds, *source.sitemaps, *source.sections)}
    asked, got = urls.site(urls.host(page.url)), urls.site(urls.host(page.final_url))
    # Feeds may name pages of other sites, and short addresses that lead to the source. Only a page at a site of the
    # source can be taken over.
    if asked not in own or got in own:
        return ""
    # A site with the same name and another ending has the same publisher. If the path is the same at another site, the
    # page has moved.
    moved = urlsplit(page.url).path.strip("/") == urlsplit(page.final_url).path.strip("/") != ""
    return "" if moved or asked.partition(".")[0] == got.partition(".")[0] else got


def _words(body: bytes) -> int:
    """About how many words a page shows."""
    first, *others = UNSEEN.split(body)
    shown = [first, *(b"<" + SEEN_AGAIN.split(piece, maxsplit=1)[1] for piece in others if SEEN_AGAIN.search(piece))]
    return len(TAG.sub(b" ", b" ".join(shown)).split())

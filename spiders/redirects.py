"""Redirects with cookies: if a site sets a cookie at one hop and asks for it at the next, the cookie is sent there, and
nowhere else.

Nothing is kept from one page to the next, because a crawl has no session. Only later hops of the same page know a
cookie, and only for the hosts and paths that the cookie names.
"""

from __future__ import annotations

from scrapy.downloadermiddlewares.redirect import RedirectMiddleware
from scrapy.http import Request, Response
from scrapy.http.cookies import CookieJar

# Under this key, a request's meta has the cookies that the redirects before it have set.
COOKIES = "nightdesk_cookies"
# Cookies have at most this many bytes together. Browsers store 4 KB in one cookie, and servers refuse requests whose
# headers have more than 8 to 12 KB.
LARGEST = 8 * 1024


class Redirects(RedirectMiddleware):
    """Follows redirects as Scrapy does, with the cookies that the earlier hops set."""

    def process_response(self, request: Request, response: Response) -> Request | Response:  # type: ignore[override]
        """The response, or the request that a redirect leads to."""
        followed = super().process_response(request, response)
        if not isinstance(followed, Request):
            return followed
        jar: CookieJar | None = request.meta.get(COOKIES)
        if jar is None and not response.headers.getlist("Set-Cookie"):
            return followed
        jar = jar or CookieJar()
        jar.extract_cookies(response, request)
        followed.headers.pop("Cookie", None)
        jar.add_cookie_header(followed)
        if len(followed.headers.get("Cookie") or b"") > LARGEST:
            del followed.headers["Cookie"]
        followed.meta[COOKIES] = jar
        return followed

"""The feeds of watches under /nightdesk/feeds, for feed readers. Nothing else can be read without a login.

The address itself is the secret. An unknown address of any form gets a 404. Nothing is stored about the readers.
"""

from __future__ import annotations

from hashlib import sha256

from fastapi import FastAPI, HTTPException, Request
from fastapi.responses import Response

from pipelines.airflow.console import policy
from pipelines.airflow.console.database_door import Allowance, Door
from pipelines.alert import watch_feeds
from pipelines.alert.watch_feeds import Form
from pipelines.settings import settings

PREFIX = "/feeds"
DOOR = Door(policy.FEED_CONNECTIONS, "nightdesk feeds")
ALLOWANCE = Allowance(policy.REQUESTS_AT_ONCE, policy.REQUESTS_A_MINUTE)
# An address is looked up if it has at most this many characters. Chosen: Nightdesk's own addresses have a third of
# that.
LONGEST_TOKEN = 100
# An ETag has this many hexadecimal digits. Chosen: no two feeds have the same digits.
DIGEST_DIGITS = 32


def app() -> FastAPI:
    """The app of this one route. It has neither the login nor the pages of the app that contains it."""
    made = FastAPI(title="Nightdesk feeds", docs_url=None, redoc_url=None, openapi_url=None)
    made.get("/{token}.{form}")(_feed)
    return made


def _feed(request: Request, token: str, form: str) -> Response:
    asker = request.client.host if request.client else ""
    wait = ALLOWANCE.take(asker)
    if wait:
        seconds = str(int(wait) + 1)
        raise HTTPException(429, f"Ask again in {seconds} seconds.", headers={"Retry-After": seconds})
    if form not in list(Form) or len(token) > LONGEST_TOKEN:
        raise HTTPException(404)
    current = settings()
    with DOOR.reading(current) as conn:
        watch = watch_feeds.find_watch(conn, token)
        if not watch:
            raise HTTPException(404)
        alerts = watch_feeds.newest(current, conn, watch)
        reader = watch_feeds.language_and_zone(current, conn, watch)
    body = watch_feeds.write(Form(form), watch, alerts, str(request.url), reader=reader)
    tag = f'"{sha256(body).hexdigest()[:DIGEST_DIGITS]}"'
    headers = {"ETag": tag, "Cache-Control": "private, no-cache", "X-Robots-Tag": "noindex"}
    if request.headers.get("If-None-Match") == tag:
        return Response(status_code=304, headers=headers)
    return Response(body, media_type=watch_feeds.MEDIA_TYPES[Form(form)], headers=headers)

"""What the tests begin with: rows of the ledger as the stages write them, and pages in the raw store.

Every row that a test needs and no stage made is inserted here. A connection that is passed is not committed, unless a
factory says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

from pipelines.model import Page, Source
from pipelines.settings import Settings
from pipelines.sources import sourcefile
from pipelines.stores import postgres, warc

NIGHT = "2026-11-22T0200"
AT = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
NOW = AT + timedelta(hours=6)


def source(name: str, **more: Any) -> Source:
    told = {"title": name.title(), "url": f"https://{name}.test/", "country": "SY", "language": "ar", "timezone": "UTC"}
    return Source(name=name, **{"feeds": (f"https://{name}.test/feed",), **told, **more})


def follow(settings: Settings, *followed: Source) -> None:
    """Write the files of these sources where an installation looks for them."""
    for one in followed:
        (settings.sources / f"{one.name}.toml").write_text(sourcefile.render(one), encoding="utf-8")


def ran(
    conn: postgres.Connection, name: str, stage: str, state: str, message: str = "", *, night: bool = True, **more: Any
) -> None:
    """The row of a stage, and its run's plan: of as many sources as have rows. night: it was planned for most."""
    row = {"run": NIGHT, "started_at": AT, "ended_at": AT + timedelta(minutes=5), **more}
    insert(conn, "runs", source=name, stage=stage, state=state, message=message, **row)
    width = 0 if row.get("only_url") else 1
    with conn.cursor() as cursor:
        cursor.execute(
            "insert into run_plans (run, begun_at, sources, followed, night) values (%s, %s, %s, %s, %s)"
            " on conflict (run) do update"
            " set sources = (select count(distinct source) from runs where run = excluded.run and source <> '')"
            " where run_plans.sources > 0",
            (row["run"], row["started_at"], width, width if night else 2 * width + 1, night and bool(width)),
        )


def url(conn: postgres.Connection, name: str, path: str, state: str = "stored", **more: Any) -> int:
    row = {"kind": "article", "discovered_run": NIGHT, "decided_run": NIGHT, **more}
    return insert(
        conn, "urls", source=name, url_key=path, url=f"https://{name}.test/{path}", host="", state=state, **row
    )


def fetch(
    conn: postgres.Connection, name: str, url_id: int, outcome: str = "fetched", run: str = NIGHT, **more: Any
) -> int:
    row = {"url": "", "fetched_at": AT, **more}
    return insert(conn, "fetches", run=run, source=name, url_id=url_id, outcome=outcome, **row)


def article(
    conn: postgres.Connection, name: str, path: str, title: str, text: str, *, run: str = NIGHT, **more: Any
) -> int:
    url_id = url(conn, name, path, discovered_run=run)
    row = {
        **dict.fromkeys(
            ("canonical_url", "canonical_key", "page_digest", "title_digest", "text_digest", "extractor"), ""
        ),
        **dict.fromkeys(("fetched_at", "seen_at", "first_fetched_at"), AT),
        "url": f"https://{name}.test/{path}",
        "first_run": NIGHT,
        "loaded_run": NIGHT,
        "language": "ar",
    }
    number = fetch(conn, name, url_id, run=run, fetched_at=more.get("fetched_at", AT))
    return insert(
        conn, "articles", **{**row, **more}, source=name, url_id=url_id, fetch_id=number, title=title, text=text
    )


def revision(
    conn: postgres.Connection, article_id: int, number: int, title: str, text: str, source: str = "sana"
) -> None:
    row = dict.fromkeys(("description", "title_digest", "text_digest", "page_digest", "extractor"), "")
    path = f"{article_id}/{number}"
    read = fetch(conn, source, url(conn, source, path, kind="section"))
    more = {"run": NIGHT, "fetch_id": read, "fetched_at": AT, "title": title, "text": text}
    insert(conn, "revision_rows", "revision", article_id=article_id, revision=number, **row, **more)


def delivery(conn: postgres.Connection, key: str, state: str, article_id: int | None = None, **more: Any) -> int:
    row = {"kind": "single", "channel": "newsdesk", "watch": "sanctions", "created_at": NOW, **more}
    if state == "sent":
        row.setdefault("sent_at", NOW)
    number = insert(conn, "deliveries", key=key, state=state, **row)
    if article_id:
        found = postgres.json([{"surface": "والعقوبات"}])
        told = insert(
            conn, "alerts", watch="sanctions", kind="new", subject_id=article_id, article_id=article_id, matches=found
        )
        insert(conn, "delivered_alerts", "alert_id", delivery_id=number, alert_id=told)
    return number


def insert(conn: postgres.Connection, table: str, returning: str = "", /, **row: Any) -> int:
    returning = returning or ("run" if table == "runs" else "id")
    columns, places = ", ".join(row), ", ".join(["%s"] * len(row))
    with conn.cursor() as cursor:
        cursor.execute(
            f"insert into {table} ({columns}) values ({places}) returning {returning} as id", list(row.values())
        )
        return cursor.fetchone()["id"]


def night(conn: postgres.Connection, at: datetime, *, new: bool, message: str = "") -> None:
    """A crawl of the source `sana` at this time, with one new article or none; committed."""
    run = f"{at:%Y-%m-%dT%H%M}"
    with conn:
        ran(
            conn, "sana", "crawl", "done", message, run=run, counts=postgres.json({"discovered": 12}), started_at=at,
            ended_at=at,
        )  # fmt: skip
        ran(conn, "sana", "load", "done", run=run, counts=postgres.json({"new": int(new)}), started_at=at, ended_at=at)
        if new:
            times = dict.fromkeys(("fetched_at", "seen_at", "first_fetched_at"), at)
            number = article(conn, "sana", run, "t", "t", run=run, first_run=run, loaded_run=run, **times)
            change(conn, number, run=run, at=at)


def change(conn: postgres.Connection, article_id: int, kind: str = "new", revision: int = 1, **more: Any) -> None:
    """A change of an article as load writes it."""
    row = {"run": NIGHT, "source": "sana", **more}
    insert(conn, "changes", "article_id", article_id=article_id, kind=kind, revision=revision, **row)


def outcome(conn: postgres.Connection, fetch_id: int, state: str, reason: str = "") -> None:
    """What load decided of a fetch."""
    with conn.cursor() as cursor:
        cursor.execute(
            "insert into outcomes (fetch_id, url_id, run, source, outcome, reason)"
            " select id, url_id, run, source, %s, %s from fetches where id = %s",
            (state, reason, fetch_id),
        )


def page(source: str, url: str, body: str | bytes, **more: Any) -> Page:
    """A page as the crawl has it."""
    content = body.encode() if isinstance(body, str) else body
    known = {
        "run": NIGHT, "final_url": url, "fetched_at": AT, "status": 200, "headers": (("Content-Type", "text/html"),),
        "digest": sha256(content).hexdigest(), **more,
    }  # fmt: skip
    return Page(source=source, url=url, body=content, **known)


def fetched_pages(
    settings: Settings, conn: postgres.Connection, pages: Sequence[Page], kind: str = "article"
) -> list[int]:
    """Pages of one source and run in the raw store and the ledger, as a crawl leaves them; their fetches' ids."""
    writer = warc.begin(settings.raw, pages[0].source, pages[0].run)
    with conn:
        found = [_fetched(conn, page, kind, **vars(warc.append(writer, page, {"kind": kind}))) for page in pages]
    warc.finish(writer)
    return found


def _fetched(conn: postgres.Connection, page: Page, kind: str, **place: Any) -> int:
    known = {"source": page.source, "url": page.url, "kind": kind, "host": urlsplit(page.url).netloc, "run": page.run,
             "at": page.fetched_at}  # fmt: skip
    with conn.cursor() as cursor:
        cursor.execute(
            "insert into urls (source, url_key, url, host, kind, state, discovered_run, fetched_at) values"
            " (%(source)s, %(kind)s || ' ' || %(url)s, %(url)s, %(host)s, %(kind)s, 'fetched', %(run)s, %(at)s)"
            " on conflict (source, url_key) do update set state = 'fetched', fetched_at = %(at)s returning id",
            known,
        )
        url_id = cursor.fetchone()["id"]  # type: ignore[index,call-overload]
    return fetch(
        conn, page.source, url_id, run=page.run, url=page.url, fetched_at=page.fetched_at, status=page.status,
        digest=page.digest, **place,
    )  # fmt: skip

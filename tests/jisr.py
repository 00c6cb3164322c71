"""The source `jisr`: its numbered pages, as a crawl leaves them and extract writes them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from pipelines.model import Source
from pipelines.settings import Settings
from pipelines.stores import articlefile, postgres
from pipelines.stores.articlefile import Line
from tests import factories
from tests.sites import RUN

AT = datetime(2026, 11, 22, 2, tzinfo=UTC)
SOURCE = Source(name="jisr", title="الجسر", url="https://jisr.test/", country="SY", language="ar", timezone="UTC")
TEXT = "أعلنت بلدية المدينة يوم الاثنين افتتاح الجسر القديم رقم {} أمام المشاة بعد عامين من ترميم شارك فيه كثيرون."


def story(number: int) -> str:
    title = f"افتتاح الجسر القديم رقم {number}"
    text = f"<p>{TEXT.format(number)}</p><p>اترك تعليق</p>"
    return f"<html><title>{title}</title><body><h1>{title}</h1>{text}</body></html>"


def lines(settings: Settings, run: str = RUN) -> list[Line]:
    return list(articlefile.read(articlefile.path(settings, SOURCE.name, run)))


def crawled(
    settings: Settings,
    conn: postgres.Connection,
    bodies: list[str],
    run: str = RUN,
    kind: str = "article",
    first: int = 0,
) -> list[int]:
    """Pages in the raw store and the ledger; their fetch ids."""
    pages = [
        factories.page(
            "jisr", f"https://jisr.test/news/{number}", body, run=run, fetched_at=AT + timedelta(seconds=number)
        )
        for number, body in enumerate(bodies, first)
    ]
    return factories.fetched_pages(settings, conn, pages, kind)

"""The way of an article from a feed's entry to the message about it, as one trace with a span for each stage.

A trace's number is made from the number of the address and the run that discovered it; the numbers of its spans are
made from the trace's number. So any process that knows the address's number and this run can name the trace, and a
trace that is sent twice changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256

from pipelines.stores import postgres

# OpenTelemetry defines the number of a trace as TRACE_BYTES bytes, and the number of a span as SPAN_BYTES bytes.
TRACE_BYTES, SPAN_BYTES = 16, 8
# If a run alerted somebody of more changes than this, only this many of them become traces. Chosen: a person looks at
# only a few traces, and the next run has more.
MOST_TRACES = 1_000
ARTICLE = "article"


@dataclass(frozen=True, kw_only=True)
class TraceSpan:
    """A part of an article's way. parent: the number of the span that contains it; 0 for the span of the whole way."""

    trace: int
    number: int
    parent: int
    name: str
    began: datetime
    ended: datetime
    facts: Mapping[str, str | int] = field(default_factory=dict)


def trace_number(url_id: int, discovered_run: str) -> int:
    """The number of the trace of an address that a run discovered."""
    return _number(f"nightdesk {url_id} {discovered_run}", TRACE_BYTES)


def find_spans(conn: postgres.Connection, run: str) -> Iterator[TraceSpan]:
    """The spans of each article of which a run alerted somebody: first the span of its whole way, then those of the
    parts in their order.
    """
    for row in postgres.query(conn, "ways_of_alerts", run=run, most=MOST_TRACES):
        trace = trace_number(row["url_id"], row["discovered_run"])
        parts = list(_parts(row))
        whole = _number(f"{trace} {ARTICLE}", SPAN_BYTES)
        facts = {"url": row["url"], "source": row["source"], "run": run, "watches": ", ".join(row["watches"])}
        ended = max(end for _, _, end, _ in parts)
        yield TraceSpan(
            trace=trace, number=whole, parent=0, name=ARTICLE, began=row["discovered_at"], ended=ended, facts=facts
        )
        for name, began, end, more in parts:
            number = _number(f"{trace} {name} {more.get('channel', '')}", SPAN_BYTES)
            yield TraceSpan(trace=trace, number=number, parent=whole, name=name, began=began, ended=end, facts=more)


def _parts(row: postgres.Row) -> Iterator[tuple[str, datetime, datetime, Mapping[str, str | int]]]:
    """Name, begin, end and facts of each part of the way that is known."""
    asked_at = row["fetched_at"] - timedelta(milliseconds=row["ms"])
    yield "listed", row["discovered_at"], max(asked_at, row["discovered_at"]), {"via": row["via"]}
    yield "crawl", asked_at, row["fetched_at"], {"run": row["fetched_run"], "fetch_id": row["fetch_id"]}
    for name in ("extract", "load", "alert"):
        began, ended = row[f"{name}_began"], row[f"{name}_ended"]
        if began and ended:
            yield name, min(began, ended), ended, {"run": row["run"]}
    for sent in row["sent"]:
        at = datetime.fromisoformat(sent["sent_at"])
        yield "send", min(datetime.fromisoformat(sent["created_at"]), at), at, {"channel": sent["channel"]}


def _number(of: str, size: int) -> int:
    return int.from_bytes(sha256(of.encode()).digest()[:size]) or 1

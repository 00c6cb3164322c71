"""The way of an article as one trace at an OTLP collector: from the entry of a feed to the message that told it."""

from __future__ import annotations

import os
import tempfile
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

os.environ.setdefault("AIRFLOW_HOME", tempfile.mkdtemp(prefix="nightdesk-airflow-"))

from pipelines.alert import stage as alert
from pipelines.alert import watches
from pipelines.health import article_traces
from pipelines.settings import Settings
from pipelines.stores import postgres
from tests import sites
from tests.databases import rows
from tests.later import Later
from tests.papers import HOST, Paper

telemetry = Later("pipelines.airflow.telemetry")


@pytest.fixture
def collector(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Any]]:
    """The spans that a collector on loopback was sent."""
    got: list[Any] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.path == "/v1/traces":
                asked = ExportTraceServiceRequest.FromString(body)
                got.extend(span for r in asked.resource_spans for s in r.scope_spans for span in s.spans)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    monkeypatch.setenv("AIRFLOW__TRACES__OTEL_ON", "True")
    monkeypatch.setenv("OTEL_TRACES_EXPORTER", "otlp_proto_http")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://127.0.0.1:{server.server_port}")
    yield got
    server.shutdown()
    thread.join()


@pytest.fixture
def told(here: Settings, paper: Paper, conn: postgres.Connection) -> str:
    """A run that told of one of two articles; its key."""
    with conn:
        watches.add(conn, watches.make("mosul", ["الموصل"], channels=["desk"]))
    # The first night of a source is told to nobody.
    paper.prints(3)
    paper.comes_out()
    paper.prints(1, 2, 3)
    # Without dates: an old article is only listed.
    listed = sites.feed(*(f"{HOST}/news/{number}" for number in (1, 2, 3)))
    paper.web.pages[f"{HOST}/feed"] = sites.answer(200, listed, "application/rss+xml")
    tally, _ = paper.comes_out()
    alert.match(here, tally.run)
    with conn, conn.cursor() as cursor:
        cursor.execute("update deliveries set state = 'sent', sent_at = now()")
    return tally.run


def test_the_way_of_an_article_that_was_told_is_one_trace_from_the_feeds_entry_to_the_message(
    here: Settings, told: str, conn: postgres.Connection, collector: list[Any]
) -> None:
    ((url_id, run),) = rows(conn, f"select id, discovered_run from urls where url = '{HOST}/news/1'")

    telemetry.tell_traces(here, told)
    telemetry.tell_traces(here, told)

    first = collector[: len(collector) // 2]
    assert {(s.trace_id, s.span_id) for s in first} == {(s.trace_id, s.span_id) for s in collector}
    assert {int.from_bytes(span.trace_id) for span in first} == {article_traces.trace_number(url_id, run)}
    (whole,) = [span for span in first if not span.parent_span_id]
    assert [span.name for span in first if span.parent_span_id == whole.span_id] == [
        "listed", "crawl", "extract", "load", "alert", "send",
    ]  # fmt: skip
    parts = {span.name: span for span in first}
    assert all(span.start_time_unix_nano <= span.end_time_unix_nano <= whole.end_time_unix_nano for span in first)
    assert parts["listed"].start_time_unix_nano == whole.start_time_unix_nano
    facts = {a.key: a.value.string_value for span in first for a in span.attributes}
    assert facts["via"] == f"{HOST}/feed" and facts["url"] == f"{HOST}/news/1" and facts["channel"] == "desk"


def test_no_trace_is_told_where_airflow_tells_none(
    here: Settings, told: str, collector: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIRFLOW__TRACES__OTEL_ON", "False")

    telemetry.tell_traces(here, told)

    assert collector == []

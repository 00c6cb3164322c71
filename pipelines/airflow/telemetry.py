"""Sends Nightdesk's figures together with Airflow's own to the exporter in Airflow's settings; sends nothing if the
settings name no exporter."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from importlib.metadata import entry_points
from typing import Any

from airflow.sdk.observability import stats

from pipelines.health import article_traces, metrics
from pipelines.health.article_traces import TraceSpan
from pipelines.health.metrics import Measure
from pipelines.model import Tally
from pipelines.settings import Settings
from pipelines.sources import folders
from pipelines.stores import postgres

# A collector stores Nightdesk's traces under this name.
SERVICE = "nightdesk"
# EPOCH is the moment from which OpenTelemetry counts nanoseconds. MICROSECOND is the unit of a datetime, and
# NANOSECONDS says how many nanoseconds are in it.
EPOCH, MICROSECOND, NANOSECONDS = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1), 1_000


def tell_tallies(tallies: Sequence[Tally]) -> None:
    """Send the figures of the stages' work."""
    if _is_on():
        tell(one for tally in tallies for one in metrics.of_tally(tally))


def tell_waiting(settings: Settings) -> None:
    """Send the figures of what waits, and the age of the newest article."""
    if _is_on():
        with postgres.connection(settings, application="nightdesk metrics") as conn:
            tell(metrics.waiting(conn, [source.name for source in folders.readable(settings)[0]]))


def tell_canary(settings: Settings) -> None:
    """Send the last result of this machine's canary, and its age."""
    if _is_on():
        tell(metrics.of_canary(settings))


def tell_traces(settings: Settings, run: str) -> None:
    """Send a trace for each article of which a run alerted somebody: its way from the list's entry to the message."""
    from airflow.configuration import conf

    if not conf.getboolean("traces", "otel_on", fallback=False):
        return
    with postgres.connection(settings, application="nightdesk traces") as conn:
        spans = list(article_traces.find_spans(conn, run))
    if spans:
        _export(spans)


def _export(spans: Sequence[TraceSpan]) -> None:
    """Send spans with their own numbers and times to the exporter that Airflow's settings name."""
    # Imported here, so that nothing is loaded if nothing is sent.
    from opentelemetry import trace
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor
    from opentelemetry.sdk.trace.id_generator import IdGenerator

    now = {"span": spans[0]}

    class KnownNumbers(IdGenerator):
        """Gives the numbers of the span that is being sent."""

        def generate_span_id(self) -> int:
            return now["span"].number

        def generate_trace_id(self) -> int:
            return now["span"].trace

    provider = TracerProvider(resource=Resource.create({"service.name": SERVICE}), id_generator=KnownNumbers())
    provider.add_span_processor(BatchSpanProcessor(_exporter()))
    tracer = provider.get_tracer(SERVICE)
    for one in spans:
        now["span"] = one
        context = None
        if one.parent:
            whole = trace.SpanContext(one.trace, one.parent, is_remote=False, trace_flags=trace.TraceFlags(1))
            context = trace.set_span_in_context(trace.NonRecordingSpan(whole))
        made = tracer.start_span(one.name, context, start_time=_nanoseconds(one.began), attributes=dict(one.facts))
        made.end(_nanoseconds(one.ended))
    provider.shutdown()


def _exporter() -> Any:
    """The exporter of traces that OTEL_TRACES_EXPORTER names; Airflow finds its exporter in the same way."""
    name = os.environ.get("OTEL_TRACES_EXPORTER", "otlp")
    (found,) = entry_points(group="opentelemetry_traces_exporter", name=name)
    return found.load()()


def _nanoseconds(at: datetime) -> int:
    return (at - EPOCH) // MICROSECOND * NANOSECONDS


def tell(measures: Iterable[Measure]) -> None:
    """Pass figures to Airflow's exporter."""
    for one in measures:
        stats.gauge(f"nightdesk.{one.figure}", one.value, tags=dict(one.labels))


def _is_on() -> bool:
    from airflow.configuration import conf

    return any(conf.getboolean("metrics", name, fallback=False) for name in ("otel_on", "statsd_on"))

"""Sends our figures beside Airflow's own to the exporter in Airflow's settings; nothing if they name none."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from airflow.sdk.observability import stats

from pipelines.health import metrics
from pipelines.health.metrics import Measure
from pipelines.model import Tally
from pipelines.settings import Settings
from pipelines.sources import folders
from pipelines.stores import postgres


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


def tell(measures: Iterable[Measure]) -> None:
    """Pass figures to Airflow's exporter."""
    for one in measures:
        stats.gauge(f"nightdesk.{one.figure}", one.value, tags=dict(one.labels))


def _is_on() -> bool:
    from airflow.configuration import conf

    return any(conf.getboolean("metrics", name, fallback=False) for name in ("otel_on", "statsd_on"))

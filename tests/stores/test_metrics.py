"""Figures to watch: by the command, in Prometheus' words, and at an OTLP sink; dashboard and rules name no other."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import yaml
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from typer.testing import CliRunner

from pipelines.cli import app
from pipelines.codes import Figure
from pipelines.health import metrics
from pipelines.settings import Settings, export
from pipelines.stores import postgres
from tests import commands, factories
from tests.factories import AT

DOCKER = Path(__file__).parents[2] / "docker"
RULES, DASHBOARD = DOCKER / "metrics" / "rules.yaml", DOCKER / "metrics" / "dashboard.json"
# What the stages counted for a source, in the ledger of the fixture and in the task that tells a collector.
COUNTS = {
    "crawl": {"fetched": 9, "bytes": 4000, "failed": 1},
    "extract": {"pages": 9, "articles": 7, "rejected": 2, "rejected: paywall": 2, "undecided": 1, "seconds": 3},
    "load": {"new": 6, "unaccounted": 1},
}
# What a task does when it begins and when its stages are done, as Airflow's task runner does it.
TASK = f"""
from airflow.sdk.configuration import conf
from airflow.sdk.observability.metrics import stats_utils
from airflow.sdk.observability import stats
stats.initialize(factory=stats_utils.get_stats_factory(), export_legacy_names=True)
from pipelines.airflow import telemetry
from pipelines.model import Tally
from pipelines.settings import settings
for stage, counts in {COUNTS}.items():
    telemetry.tell_tallies([Tally(run="2026-11-22T0200", source="sana", stage=stage, state="done", counts=counts)])
telemetry.tell_waiting(settings())
telemetry.tell_canary(settings())
"""


@pytest.fixture
def measured(settings: Settings, conn: postgres.Connection, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """An installation after a night: a source with an article, a rejection, a page undecided and a message waiting."""
    factories.follow(settings, factories.source("sana"))
    crawled, extracted, loaded = (postgres.json(counts) for counts in COUNTS.values())
    factories.ran(conn, "sana", "crawl", "done", counts=crawled)
    factories.ran(conn, "sana", "extract", "failed", ended_at=AT + timedelta(seconds=3), counts=extracted)
    factories.ran(conn, "sana", "load", "done", counts=loaded)
    factories.article(conn, "sana", "one", "عنوان", "نص")
    factories.url(conn, "sana", "two", "discovered", next_at=AT)
    factories.insert(conn, "deliveries", key="k1", channel="desk", kind="message")
    factories.insert(conn, "deliveries", key="k2", channel="desk", kind="message", state="failed")
    conn.commit()
    song = settings.canary_song
    song.parent.mkdir()
    song.write_text(json.dumps({"url": "x", "seconds": 31.5, "at": time.time() - 60}), encoding="utf-8")
    commands.use(settings, monkeypatch)
    return settings


def test_the_command_tells_every_figure_in_prometheus_words_and_as_json(measured: Settings) -> None:
    told = CliRunner().invoke(app, ["metrics", "--prometheus"])
    as_json = json.loads(CliRunner().invoke(app, ["metrics", "--json"]).stdout)
    table = CliRunner().invoke(app, ["metrics"])

    assert told.exit_code == 0, told.output
    assert 'nightdesk_rejected{stage="extract",source="sana",reason="paywall"} 2' in told.stdout
    assert 'nightdesk_articles{stage="load",source="sana"} 6' in told.stdout
    assert 'nightdesk_stage_failed{stage="extract",source="sana"} 1' in told.stdout
    assert 'nightdesk_stage_seconds{stage="crawl",source="sana"} 300' in told.stdout
    assert 'nightdesk_due_urls{source="sana"} 2' in told.stdout
    assert "nightdesk_outbox_waiting 1\n" in told.stdout
    assert "nightdesk_outbox_failed 1\n" in told.stdout
    assert "nightdesk_canary_seconds 31.5\n" in told.stdout
    assert set(re.findall(r"# TYPE (\w+) gauge", told.stdout)) == {*map(metrics.name_of, Figure)}
    assert {one["name"] for one in as_json} == {*map(metrics.name_of, Figure)}
    assert "paywall" in table.stdout


def test_a_digest_waits_from_when_it_is_due_and_not_from_when_it_was_begun(conn: postgres.Connection) -> None:
    begun, due = datetime.now(UTC) - timedelta(days=3), datetime.now(UTC) + timedelta(days=4)
    digest = {"kind": "digest", "created_at": begun, "due_at": due, "next_at": due, "waiting_since": due}
    factories.insert(conn, "deliveries", key="k1", channel="desk", **digest)
    conn.commit()
    early = seconds_waited(conn)
    factories.insert(conn, "deliveries", key="k2", channel="desk", kind="message", waiting_since=begun)
    conn.commit()

    assert early == 0
    assert seconds_waited(conn) >= timedelta(days=3).total_seconds()


def seconds_waited(conn: postgres.Connection) -> float:
    (late,) = (one.value for one in metrics.waiting(conn, []) if one.figure == Figure.LATE)
    return late


def test_labels_of_others_are_written_so_that_prometheus_reads_them() -> None:
    hostile = metrics.Measure(figure=Figure.REJECTED, value=1, labels={"reason": 'a"b\\c\nd'})

    assert 'reason="a\\"b\\\\c\\nd"' in metrics.as_prometheus([hostile])


def test_dashboard_and_rules_name_figures_that_there_are() -> None:
    rules = yaml.safe_load(RULES.read_text(encoding="utf-8"))
    expressions = [rule["expr"] for group in rules["groups"] for rule in group["rules"]]
    panels = json.loads(DASHBOARD.read_text(encoding="utf-8"))["panels"]
    shown = [target["expr"] for panel in panels for target in panel["targets"]]

    named = {name for text in (*expressions, *shown) for name in re.findall(r"nightdesk_\w+", text)}
    assert named <= {*map(metrics.name_of, Figure)}
    assert {name for text in shown for name in re.findall(r"nightdesk_\w+", text)} == {*map(metrics.name_of, Figure)}


@pytest.mark.skipif(not shutil.which("promtool"), reason="there is no promtool here (Debian: prometheus)")
def test_promtool_finds_nothing_wrong_with_the_rules() -> None:
    subprocess.run(["promtool", "check", "rules", str(RULES)], check=True, capture_output=True)


@pytest.fixture
def sink() -> Iterator[tuple[str, dict[str, set[str]]]]:
    """An OTLP collector: its address, and the names of metrics that it was sent with the values of their labels."""
    got: dict[str, set[str]] = {}

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = ExportMetricsServiceRequest.FromString(self.rfile.read(int(self.headers["Content-Length"])))
            for metric in (m for r in asked.resource_metrics for s in r.scope_metrics for m in s.metrics):
                points = (metric.gauge.data_points, metric.sum.data_points)
                labels = {a.value.string_value for some in points for point in some for a in point.attributes}
                got.setdefault(metric.name, set()).update(labels)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", got
    server.shutdown()
    thread.join()


def test_what_a_task_did_and_what_waits_reach_a_collector_beside_airflows_own_figures(
    measured: Settings, sink: tuple[str, dict[str, set[str]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    address, got = sink
    monkeypatch.setenv("AIRFLOW__METRICS__OTEL_ON", "True")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", address)
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf")
    monkeypatch.setenv("AIRFLOW_HOME", str(measured.data / "airflow"))

    done = subprocess.run([sys.executable, "-c", TASK], capture_output=True, text=True, check=False)

    assert not done.returncode, done.stderr
    assert got["airflow.nightdesk.rejected"] >= {"paywall", "sana", "extract"}
    assert {name.removeprefix("airflow.nightdesk.") for name in got if "nightdesk" in name} == {
        metrics.name_of(figure).removeprefix("nightdesk_") for figure in Figure
    }


def test_nothing_is_told_or_asked_where_airflow_tells_nobody(measured: Settings, tmp_path: Path) -> None:
    quiet = TASK + "import sys; assert not [name for name in sys.modules if name.startswith('opentelemetry.exporter')]"
    env = {**export(measured), "AIRFLOW_HOME": str(tmp_path), "NIGHTDESK_DATABASE_URL": "postgresql://127.0.0.1:9/no"}

    done = subprocess.run([sys.executable, "-c", quiet], env=env, capture_output=True, text=True, check=False)

    assert not done.returncode, done.stderr

"""The Desk on a large archive: how long the first answer of each page takes, and which statement takes longest.

python -m bench desk --at FOLDER [--articles N] [--rounds N]: FOLDER keeps an installation of N articles
(`python -m bench scale --at` makes the same), which is filled up to 1,000 followed sources and 10,000 alerts. The app
of the Desk runs under uvicorn in a process of its own, as Airflow's API server mounts it, with an administrator's
login; each endpoint that a page asks when it opens is asked over HTTP, in turns, so many warm rounds. Exit 1 if a
median is over 300 ms, a 95th percentile over 1 s, or a statement over 1 s.
"""

from __future__ import annotations

import argparse
import json
import os
import socket
import statistics
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import httpx

from bench import archive, grown, page
from pipelines.model import Source
from pipelines.settings import Settings, export
from pipelines.sources import sourcefile
from pipelines.stores import migrations, postgres, runs

TITLE = "The Desk on a large archive"
ARTICLES, ROUNDS, ALERTS = 1_000_000, 20, 10_000
# How many of the slowest statements are told.
STATEMENTS = 8
# What the first answer of a page may take, and what 95 of 100 and each statement must keep.
MEDIAN_MS, MOST_MS, PERCENT = 300.0, 1000.0, 95
# A page asks again after so many seconds while a run is under way, and not before so many times what it took; and for
# how long that is measured.
POLL_SECONDS, POLL_REST, POLLED_SECONDS = 3.0, 30, 60
# Until Postgres has seen the end of a session.
REAPED_SECONDS = 0.1
# Seconds until the server answers: Airflow's imports take ten on a quiet machine.
START_SECONDS = 180
# Where the server writes how long each statement took; without it nothing is written.
TIMES = "NIGHTDESK_BENCH_STATEMENTS"
ALERT_ROWS = """
insert into alerts (watch, kind, subject_id, article_id, source, revision, run, created_at, matches)
select 'watch-' || a.id %% 5, 'new', a.id, a.id, a.source, 1, a.first_run, a.first_fetched_at + interval '1 hour',
    '[{"term": "word", "surface": "word", "field": "title", "at": 0}]'
from articles a
where a.id > (select max(id) from articles) - 4 * %(missing)s
    and not exists (select from alerts b where b.article_id = a.id)
order by a.id desc limit %(missing)s
"""
MESSAGE_ROWS = """
insert into deliveries (key, channel, watch, kind, run, state, attempts, subject, created_at, sent_at)
select 'alert ' || a.id, 'newsdesk', a.watch, 'single', a.run, case when a.id % 50 = 0 then 'failed' else 'sent' end, 1,
    'found', a.created_at, a.created_at
from alerts a where not exists (select from delivered_alerts d where d.alert_id = a.id) order by a.id
"""
TOLD_ROWS = """
insert into delivered_alerts (delivery_id, alert_id)
select d.id, a.id from deliveries d join alerts a on d.key = 'alert ' || a.id on conflict do nothing
"""


def main(words: list[str]) -> int:
    """Measure, print, write docs/benchmarks.md; exit 1 where an answer or a statement takes longer than it may."""
    parser = argparse.ArgumentParser(prog="python -m bench desk", description=__doc__)
    parser.add_argument("--at", type=Path, required=True)
    parser.add_argument("--articles", type=int, default=ARTICLES)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    given = parser.parse_args(words)
    with (
        grown.installation(given.at / str(given.articles)) as settings,
        prepare(settings, given.articles) as asked,
        serve(settings) as (client, times),
    ):
        took, cpu = _measure(client, settings, asked, given.rounds)
        statements = _slowest(times)
        polled = {
            name: _poll(client, settings, path) for name, path in (("Overview", "overview"), ("Sources", "sources"))
        }
    said = list(_tell(took, cpu, statements, given.articles))
    for name, seconds in polled.items():
        said.append(
            f"desk: {name} open during a night: {seconds:.1f} s of CPU a minute, {seconds / 1.2:.1f} % of two cores"
        )
    print("\n".join(said))
    page.write({TITLE: "```\n" + "\n".join(said) + "\n```"}, "python -m bench desk")
    return int(_is_slow(took, statements))


@contextmanager
def prepare(settings: Settings, articles: int) -> Iterator[dict[str, str]]:
    """The installation with its sources followed and its alerts; gives what each page asks: name -> path."""
    migrations.migrate(settings)
    with postgres.connection(settings) as conn:
        conn.autocommit = True
        if not _one(conn, "select count(*) as n from (select from articles limit 1) one"):
            conn.autocommit = False
            archive.fill(conn, archive.Size(articles))
            conn.commit()
            conn.autocommit = True
        _follow_all(settings, conn)
        missing = ALERTS - int(str(_one(conn, "select count(*) as n from alerts where kind <> 'health'")))
        with conn.cursor() as cursor:
            if missing > 0:
                cursor.execute(ALERT_ROWS, {"missing": missing})
            cursor.execute(MESSAGE_ROWS)
            cursor.execute(TOLD_ROWS)
            # As each night that is planned counts those before it.
            postgres.execute(conn, "summarise_runs", run="", over=runs.OVER_AFTER, count=runs.COUNTED_AT_ONCE)
            cursor.execute("analyze alerts, deliveries, delivered_alerts, run_plans")
        yield _paths(conn, articles)


def _follow_all(settings: Settings, conn: postgres.Connection) -> None:
    with conn.cursor() as cursor:
        cursor.execute("select distinct source from urls where kind = 'feed' order by source")
        names = [row["source"] for row in cursor.fetchall()]  # type: ignore[index,call-overload]
    for number, name in enumerate(names):
        told = {"title": f"The {name} Post", "country": ("SY", "IQ", "GB")[number % 3], "timezone": "UTC"}
        one = Source(name=name, url=f"https://{name}.test/", feeds=(f"https://{name}.test/feed",),
                     language=("ar", "en")[number % 2], **told)  # fmt: skip
        path = settings.sources / f"{name}.toml"
        if not path.exists():
            path.write_text(sourcefile.render(one), encoding="utf-8")


def _paths(conn: postgres.Connection, articles: int) -> dict[str, str]:
    """What the pages ask when they open."""
    newest = _one(conn, "select run as n from run_plans order by begun_at desc limit 1")
    number = _one(conn, "select article_id as n from revisions where revision = 2 order by article_id desc limit 1")
    number = number or _one(conn, "select max(id) as n from articles")
    url = quote(str(_one(conn, f"select url as n from articles where id = {number}")), safe="")
    spoken = archive.make_languages(archive.Size(articles))
    common, usual, rare = (quote(spoken["ar"].words[at]) for at in (0, 900, 20_000))
    return {
        "Overview": "overview",
        "Overview: the nights": "overview/nights",
        "Sources": "sources",
        "Sources: the days": "sources/days",
        "A source": "sources/source-3",
        "Add sources": "follow",
        "Articles: newest": "search",
        "Articles: a common word": f"search?q={common}",
        "Articles: a usual word": f"search?q={usual}",
        "Articles: a rare word": f"search?q={rare}",
        "Articles: a phrase": f"search?q=%22{usual}%20{common}%22",
        "Articles: of a source": f"search?q={usual}&source=source-3",
        "Articles: how many": f"search/count?q={usual}",
        "Articles: filters": "search/choices",
        "An article": f"articles/{number}",
        "An article: changes": f"articles/{number}/differences?before=1&after=2",
        "An article: provenance": f"articles/{number}/provenance",
        "Watches": "watches",
        "A watch": "watches/watch-1",
        "Alerts": "alerts",
        "Alerts: of a watch": "alerts?watch=watch-1",
        "Alerts: not sent": "alerts?show=unsent",
        "Alerts: channels": "alerts/channels",
        "Ledger": "ledger",
        "Ledger: URLs": f"ledger/urls?run={newest}",
        "Ledger: of a source": f"ledger?run={newest}&source=source-3",
        "Ledger: one URL": f"ledger/url?url={url}",
        "Work": "work",
        "Work: the past": "past",
    }


def _one(conn: postgres.Connection, statement: str) -> object:
    with conn.cursor() as cursor:
        cursor.execute(statement)
        row = cursor.fetchone()
    return row["n"] if row else None  # type: ignore[index,call-overload]


@contextmanager
def serve(settings: Settings) -> Iterator[tuple[httpx.Client, Path]]:
    """A client of the Desk's app, which runs in a process of its own; and where that writes the times of statements."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    times = settings.data / "statements.jsonl"
    times.unlink(missing_ok=True)
    environment = {
        **os.environ, **export(settings), "NIGHTDESK_DATABASE_URL": postgres.url(settings), TIMES: str(times),
        "AIRFLOW_HOME": str(settings.data / "airflow"), "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
    }  # fmt: skip
    server = subprocess.Popen([sys.executable, "-m", "bench.desk_app", str(port)], env=environment)
    try:
        base = f"http://127.0.0.1:{port}"
        with httpx.Client(base_url=f"{base}/api/", timeout=60, trust_env=False) as client:
            deadline = time.monotonic() + START_SECONDS
            while not _answers(client, f"{base}/languages/en.json"):
                if server.poll() is not None or time.monotonic() > deadline:
                    raise SystemExit("desk: the app does not answer; its last words are above")
                time.sleep(0.2)
            client.headers["Server-Pid"] = str(server.pid)
            yield client, times
    finally:
        server.terminate()
        server.wait()


def _answers(client: httpx.Client, url: str) -> bool:
    try:
        return client.get(url).status_code == httpx.codes.OK
    except httpx.TransportError:
        return False


def _measure(
    client: httpx.Client, settings: Settings, asked: dict[str, str], rounds: int
) -> tuple[dict[str, list[float]], dict[str, list[float]]]:
    """Milliseconds of each answer, and CPU milliseconds of the app and of Postgres for it."""
    took: dict[str, list[float]] = defaultdict(list)
    used: dict[str, list[float]] = defaultdict(list)
    for name, path in asked.items():
        answer = client.get(path)
        # On a cold archive a statement may take longer than the app allows it.
        if answer.status_code not in (httpx.codes.OK, httpx.codes.SERVICE_UNAVAILABLE):
            raise SystemExit(f"desk: {name} ({path}): {answer.status_code} {answer.text[:300]}")
    Path(settings.data / "statements.jsonl").write_text("", encoding="utf-8")
    pids = int(client.headers["Server-Pid"]), postgres_pid(settings)
    for _ in range(rounds):
        for name, path in asked.items():
            before, began = cpu_ms(*pids), time.perf_counter()
            if client.get(path).status_code != httpx.codes.OK:
                print(f"desk: {name}: refused", flush=True)
            took[name].append((time.perf_counter() - began) * 1000)
            # Postgres counts a session's time when it has seen its end.
            time.sleep(REAPED_SECONDS)
            used[name].append(cpu_ms(*pids) - before)
    return took, used


def _poll(client: httpx.Client, settings: Settings, path: str) -> float:
    """CPU seconds of a minute of a page that is open while a run is under way: it asks as parts/asking.js does."""
    pids = int(client.headers["Server-Pid"]), postgres_pid(settings)
    before, until = cpu_ms(*pids), time.monotonic() + POLLED_SECONDS
    while (began := time.monotonic()) < until:
        client.get(path)
        took = time.monotonic() - began
        time.sleep(max(0.0, min(until, began + took + max(POLL_SECONDS, POLL_REST * took)) - time.monotonic()))
    return (cpu_ms(*pids) - before) / 1000 * 60 / POLLED_SECONDS


def postgres_pid(settings: Settings) -> int:
    """The first process of the embedded server: the CPU time of a session counts to it when the session has ended."""
    return int((settings.data / "postgres/postmaster.pid").read_text(encoding="utf-8").split()[0])


def cpu_ms(*pids: int) -> float:
    """CPU time so far of these processes with all their threads, and of their children that have ended."""
    ticks = 0
    for pid in pids:
        told = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        ticks += sum(map(int, told[11:15]))
    return ticks * 1000 / os.sysconf("SC_CLK_TCK")


def _slowest(times: Path) -> dict[str, list[float]]:
    """Milliseconds of each statement by its name."""
    found: dict[str, list[float]] = defaultdict(list)
    for line in times.read_text(encoding="utf-8").splitlines():
        name, ms = json.loads(line)
        found[name].append(ms)
    return found


def _tell(
    took: dict[str, list[float]], used: dict[str, list[float]], statements: dict[str, list[float]], articles: int
) -> Iterator[str]:
    rounds = len(next(iter(took.values())))
    yield f"desk: {articles:,} articles, 1,000 sources, {ALERTS:,} alerts; {rounds} warm rounds; ms"
    yield f"desk: {'page':<26} {'median':>8} {'95 of 100':>10} {'mean of CPU':>12}"
    for name, ms in took.items():
        cpu = statistics.mean(used[name])
        yield f"desk: {name:<26} {statistics.median(ms):>8.0f} {_percentile(ms):>10.0f} {cpu:>12.0f}"
    yield "desk: the slowest statements, median and longest, ms"
    for name, ms in sorted(statements.items(), key=lambda one: -statistics.median(one[1]))[:STATEMENTS]:
        yield f"desk: {name:<26} {statistics.median(ms):>8.0f} {max(ms):>10.0f}"
    yield f"desk: a median may be {MEDIAN_MS:.0f} ms, the 95th percentile and a statement {MOST_MS:.0f} ms"


def _is_slow(took: dict[str, list[float]], statements: dict[str, list[float]]) -> bool:
    slow = any(statistics.median(ms) > MEDIAN_MS or _percentile(ms) > MOST_MS for ms in took.values())
    return slow or any(max(ms) > MOST_MS for ms in statements.values())


def _percentile(ms: list[float]) -> float:
    return sorted(ms)[max(0, -(-len(ms) * PERCENT // 100) - 1)]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

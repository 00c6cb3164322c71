"""A real night of very many sources in a real Airflow: what each stage takes, whose CPU it is, and what it leaves.

python -m bench many [--sources 1000] [--pages 5] [--nights 2]: so many sites on loopback, each with so many new pages a
night, from the first list to matching and sending, with LocalExecutor as the product starts it. For each stage: its
seconds, its tasks, planning and hand-over; CPU by kind of process; rows and bytes of both databases; files.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from bench import crawl, fresh, many_site, process_cpu
from pipelines.airflow import api_client, standalone
from pipelines.airflow.standalone import NIGHT, Airflow
from pipelines.alert import watches
from pipelines.settings import Settings
from pipelines.stores import postgres

RUNS = ("2026-11-22T0200", "2026-11-23T0200", "2026-11-24T0200")
# Seconds between two requests to a host. Chosen: the sites are not what is measured.
DELAY = 0.1
MOST_TASKS = 60
# Seconds that a night may take, and that the next Dag may take to begin. Chosen: beyond a busy machine's.
BUDGET, BEGINS_WITHIN = 3600.0, 180.0
# Seconds until Postgres has counted what its sessions did. Chosen: it does so each second.
COUNTED_AFTER = 2.0
MB = 1_000_000
OURS, AIRFLOWS = "Postgres, our database", "Postgres, Airflow's database"
TASKS = """
    select task_id, extract(epoch from start_date)::float8 as began, extract(epoch from end_date)::float8 as ended
    from task_instance where dag_id = %s and run_id = %s and start_date is not null
"""
ROWS = """
    select tup_inserted as inserted, tup_updated as updated, tup_deleted as deleted,
        pg_database_size(datname) as bytes, pg_current_wal_lsn() - '0/0'::pg_lsn as wal
    from pg_stat_database where datname = current_database()
"""
STORED = "select count(*) as count from articles"
SECONDS = """
    select stage, avg(extract(epoch from ended_at - started_at))::float8 as each,
        sum(extract(epoch from ended_at - started_at))::float8 as together, count(*) as count,
        count(*) filter (where state <> 'done') as failed
    from runs where run = %s group by stage
"""


@dataclass(frozen=True)
class StageTimes:
    """One Dag's run: when it began and ended, and its tasks by name with their begin and end."""

    dag: str
    began: float
    ended: float
    tasks: dict[str, list[tuple[float, float]]]

    def find_work(self) -> list[tuple[float, float]]:
        """The tasks that do the stage's work: the mapped ones, else the first."""
        stage = self.dag.removeprefix("news_")
        return self.tasks.get(stage) or self.tasks.get("match_share") or self.tasks["match"]


def main(words: Sequence[str]) -> int:
    """Measure and print; exit 1 where a page was lost or a stage has more tasks than it may."""
    parser = argparse.ArgumentParser(prog="python -m bench many", description=__doc__)
    parser.add_argument("--sources", type=int, default=1000)
    parser.add_argument("--pages", type=int, default=5, help="new pages of each source in a night")
    parser.add_argument("--nights", type=int, default=2, choices=(1, 2, 3), help="the first knows no source")
    parser.add_argument("--watches", type=int, default=100)
    given = parser.parse_args(words)
    wrong = False
    with (
        many_site.serving(given.pages) as sites,
        fresh.installation(host_map=f"*.{many_site.DOMAIN}={sites.address}") as made,
    ):
        settings = made.model_copy(update={"schedule": "", "retry_after": 0})
        follow(settings, given.sources)
        _watch(settings, given.watches)
        with standalone.airflow_running(settings, resume=False, on_line=say) as airflow:
            parts = {component.process.pid: component.name for component in airflow.components}
            databases = {name_database(settings): OURS, name_database(metadata_of(settings)): AIRFLOWS}
            with process_cpu.sampling(parts, postmaster(settings), databases) as samples:
                for number, run in enumerate(RUNS[: given.nights]):
                    sites.begin_night()
                    say(f"== night {number + 1}: {given.sources:,} sources, {given.pages} new pages each")
                    wrong |= _measure(settings, airflow, samples, run, (number + 1) * given.sources * given.pages)
    return int(wrong)


def _measure(settings: Settings, airflow: Airflow, samples: process_cpu.CpuSamples, run: str, pages: int) -> bool:
    """One night, printed; whether something is wrong with it. pages: how many are stored after it."""
    before = _read_sizes(settings)
    load, began = os.getloadavg()[0], time.time()
    stages = run_night(settings, airflow, run)
    ended = stages[-1].ended
    time.sleep(COUNTED_AFTER)
    after = _read_sizes(settings)
    worked = tell_stages(stages, samples, "many")
    everything = samples.between(began, ended)
    say(f"many: night         {ended - began:.1f} s; load average {load:.1f} before, {os.getloadavg()[0]:.1f} after")
    say(f"many: night         CPU {sum(everything.values()):.1f} s: {show(everything)}")
    for name, now in after.items():
        say(f"many: night         {name}: " + ", ".join(f"{now[key] - before[name][key]:,.1f} {key}" for key in now))
    for row in query(settings, SECONDS, run):
        say(
            f"many: night         {row['stage']}: {row['count']:,} rows of runs, {row['failed']} not done, "
            f"{row['each']:.3f} s each, {row['together']:,.1f} s together"
        )
    stored = int(query(settings, STORED)[0]["count"])
    say(f"many: night         {stored:,} of {pages:,} articles stored so far")
    return stored != pages or max(map(len, worked)) > MOST_TASKS


def tell_stages(
    stages: Sequence[StageTimes], samples: process_cpu.CpuSamples, title: str
) -> list[list[tuple[float, float]]]:
    """Print two lines for each stage; the tasks that did its work, with their begin and end."""
    worked = [stage.find_work() for stage in stages]
    for stage, tasks, following in zip(stages, worked, [*worked[1:], []], strict=True):
        busy = sum(end - begin for begin, end in tasks)
        plan = sum(end - begin for begin, end in stage.tasks.get("plan", []))
        first, last = min(begin for begin, _ in tasks), max(end for _, end in tasks)
        hands = f", {min(begin for begin, _ in following) - last:.1f} s until the next" if following else ""
        say(
            f"{title}: {stage.dag:13} {last - first:6.1f} s in {len(tasks)} tasks, {busy:.1f} s together, median "
            f"{median(end - begin for begin, end in tasks):.1f}; planned in {plan:.1f} s, begun "
            f"{first - stage.began:.1f} s after its run{hands}"
        )
        say(f"{title}: {stage.dag:13} CPU: {show(samples.between(stage.began, stage.ended))}")
    return worked


def run_night(settings: Settings, airflow: Airflow, run: str) -> list[StageTimes]:
    """Start a run and wait for the end of its last Dag, by Airflow's database: the API's answers would cost CPU."""
    metadata, found = metadata_of(settings), []
    deadline = time.monotonic() + BUDGET
    run_id = api_client.trigger(airflow.client, NIGHT[0], run=run).run_id
    for dag in NIGHT:
        waited = time.monotonic() + BEGINS_WITHIN
        while True:
            standalone.check(airflow.components)
            rows = _find_run(metadata, dag, run, run_id if dag == NIGHT[0] else "")
            if rows and rows[0]["state"] in api_client.ENDED:
                break
            if time.monotonic() > (deadline if rows else waited):
                raise crawl.BenchError(f"{dag} of {run} has not {'ended' if rows else 'begun'} in time")
            time.sleep(1)
        if rows[0]["state"] != "success":
            raise crawl.BenchError(f"{dag} of {run} failed")
        tasks: dict[str, list[tuple[float, float]]] = {}
        for task in query(metadata, TASKS, dag, rows[0]["run_id"]):
            tasks.setdefault(task["task_id"], []).append((task["began"], task["ended"]))
        found.append(StageTimes(dag, rows[0]["began"], rows[0]["ended"], tasks))
    return found


def _find_run(metadata: Settings, dag: str, run: str, run_id: str) -> list[postgres.Row]:
    """The newest run of a Dag with this identity, or for this key."""
    return query(
        metadata,
        "select run_id, state, extract(epoch from start_date)::float8 as began, "
        "extract(epoch from end_date)::float8 as ended from dag_run "
        "where dag_id = %s and (run_id = %s or partition_key = %s) order by id desc limit 1",
        dag, run_id, run,
    )  # fmt: skip


def follow(settings: Settings, sources: int) -> None:
    for number in range(sources):
        host = f"s{number}.{many_site.DOMAIN}"
        (settings.sources / f"s{number}.toml").write_text(
            f'title = "S {number}"\nurl = "http://{host}/"\ncountry = "GB"\nlanguage = "en"\n'
            f'timezone = "Europe/London"\nfeeds = ["http://{host}/feed"]\ndelay = {DELAY}\n',
            encoding="utf-8",
        )


def _watch(settings: Settings, count: int) -> None:
    """Watches for made-up words, which a few articles have."""
    with postgres.connection(settings) as conn, conn:
        for number in range(count):
            watches.add(conn, watches.make(f"w{number}", [f"word{number}", f"another{number}"]))


def _read_sizes(settings: Settings) -> dict[str, dict[str, float]]:
    found = {}
    for name, of in (("our database", settings), ("Airflow's database", metadata_of(settings))):
        row = query(of, ROWS)[0]
        found[name] = {
            "rows inserted": row["inserted"],
            "updated": row["updated"],
            "deleted": row["deleted"],
            "MB": row["bytes"] / MB,
        }
    wal = query(settings, ROWS)[0]["wal"]
    found["write-ahead log, both"] = {"MB": float(wal) / MB}
    found["raw files"] = {"MB": _measure_folder(settings.data / "raw") / MB}
    found["article files"] = {"MB": _measure_folder(settings.data / "articles") / MB}
    found["Airflow's logs"] = {"MB": _measure_folder(settings.data / "airflow" / "logs") / MB}
    return found


def _measure_folder(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def query(settings: Settings, statement: str, *values: object) -> list[postgres.Row]:
    with postgres.connection(settings) as conn, conn, conn.cursor() as cursor:
        cursor.execute(statement, values or None)
        return list(cursor.fetchall())


def metadata_of(settings: Settings) -> Settings:
    return settings.model_copy(update={"database_url": postgres.airflow_url(settings)})


def name_database(settings: Settings) -> str:
    return str(query(settings, "select current_database() as name")[0]["name"])


def postmaster(settings: Settings) -> int:
    return int((settings.data / "postgres" / "postmaster.pid").read_text(encoding="ascii").split()[0])


def show(used: dict[str, float]) -> str:
    parts = sorted(used.items(), key=lambda part: -part[1])
    return ", ".join(f"{kind} {seconds:.1f}" for kind, seconds in parts if seconds >= 0.05)


def say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

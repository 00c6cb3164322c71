"""The demo's and the replay's own installations: a data folder and followed sources, apart from the real one."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from demo import newsroom
from demo.inbox import open_inbox
from demo.replay import PlacedPage, open_replay, replay_sources
from demo.sites import BROKEN, WATCHES, write_sources
from pipelines import private
from pipelines.alert import watches
from pipelines.settings import Settings, settings
from pipelines.stores import migrations, postgres, raw_retention

FOLDER = Path("data/demo")
CHECKOUT = Path(__file__).parents[1]
ENV_FILE = "nightdesk.env"
CHANNEL = "desk"
SECONDS_BETWEEN_REQUESTS = 0.1


@dataclass(frozen=True, kw_only=True)
class Desk:
    """The demo while it is open: its settings, the newsroom's folder, the inbox file, and the source that must fail."""

    settings: Settings
    newsroom: Path
    inbox: Path
    broken: str


def env_file(folder: Path = FOLDER) -> Path:
    """The settings file of the demo in a folder, for looking at it afterwards."""
    return folder.absolute() / ENV_FILE


def opened_folder() -> Path | None:
    """The folder of the demo that was opened here or in the checkout; None where none was."""
    places = [folder / FOLDER for folder in (Path.cwd(), CHECKOUT)]
    return next((place for place in places if (place / "newsroom").is_dir()), None)


@contextmanager
def open_desk(folder: Path = FOLDER) -> Iterator[Desk]:
    """Open the newsroom and the inbox, follow its sites, set its watches; this process's settings are the demo's."""
    folder = folder.absolute()
    private.data_folder(folder)
    with ExitStack() as stack:
        opened = stack.enter_context(newsroom.open_newsroom(folder / "newsroom"))
        inbox = folder / "inbox.jsonl"
        address = stack.enter_context(open_inbox(inbox))
        _write_env(folder, opened.host_map, OPERATORS=CHANNEL, **{f"CHANNEL_{CHANNEL.upper()}": f"webhook+{address}"})
        newsroom.sources(folder / "sources", delay=SECONDS_BETWEEN_REQUESTS)
        current = settings()
        migrations.migrate(current)
        raw_retention.tighten(current)
        for name in ("newsroom", "sources", "inbox.jsonl"):
            private.tighten(folder / name)
        with postgres.connection(current) as conn, conn:
            for demo in WATCHES:
                watches.add(conn, watches.make(demo.name, [demo.term], channels=[CHANNEL]))
        yield Desk(settings=current, newsroom=opened.folder, inbox=inbox, broken=BROKEN)


@contextmanager
def open_replay_desk(
    placed: Sequence[PlacedPage], folder: Path, *, delay: float = SECONDS_BETWEEN_REQUESTS
) -> Iterator[Settings]:
    """Serve the placed pages and follow their hosts, none else; this process's settings are the replay's."""
    folder = folder.absolute()
    with open_replay(placed, folder / "sites") as opened:
        _write_env(folder, opened.host_map)
        for earlier in (folder / "sources").glob("*.toml"):
            earlier.unlink()
        write_sources(replay_sources(placed, delay=delay), folder / "sources")
        current = settings()
        migrations.migrate(current)
        yield current


def use(folder: Path = FOLDER) -> None:
    """Let this process's settings be the demo's, as they were last written."""
    for name in [n for n in os.environ if n.startswith("NIGHTDESK_") and n != "NIGHTDESK_DATABASE_URL"]:
        del os.environ[name]
    os.environ["NIGHTDESK_ENV_FILE"] = str(env_file(folder))
    settings.cache_clear()


def _write_env(folder: Path, host_map: str, **more: str) -> None:
    values = {
        "DATA": folder,
        "SOURCES": folder / "sources",
        "CONTACT": "demo@newsroom.test",
        "HOST_MAP": host_map,
        "MIN_FREE_MB": 100,
        "RETRY_AFTER": 0,
        "SCHEDULE": "",
        **more,
    }
    path = env_file(folder)
    path.touch(mode=0o600)
    path.write_text("".join(f"NIGHTDESK_{name}='{value}'\n" for name, value in values.items()), encoding="utf-8")
    use(folder)

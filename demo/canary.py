"""The canary: an article that the newsroom publishes on loopback, and whose alert must come out in time.

It goes the whole way of every article, by the same code, on the same disk and the same server of Postgres: crawl,
extract, load, alert, outbox, channel. Its site answers on loopback alone, and its folder (`canary` in the data folder)
and its database (beside Nightdesk's own, with `_canary` behind the name) are its own: nothing of it is in the archive,
the Desk or anybody's alerts. Where its alert does not come out, the channel that NIGHTDESK_CANARY names is told at once
and directly, for the database, or the outbox in it, may be what is down.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from demo import newsroom
from demo.sites import DemoSite
from pipelines import private
from pipelines.alert import stage as alert
from pipelines.alert import watches
from pipelines.crawl import stage as crawl
from pipelines.errors import ChannelError, NightdeskError
from pipelines.extract.stage import extract
from pipelines.load import stage as load
from pipelines.model import Tally
from pipelines.notify import delivery, message_wording
from pipelines.settings import Settings
from pipelines.sources import folders
from pipelines.stores import migrations, postgres, raw_retention, runs

FOLDER, CHANNEL, WATCH = "canary", "canary", "canary"
# Seconds from its publication to its alert. Chosen: on a busy machine the way takes half a minute.
WITHIN_SECONDS = 300.0
# Days its raw files are kept. Chosen: long enough to look why it was silent.
KEPT_DAYS = 7
SITE = DemoSite(
    name="canary", title="The Canary", language="en", country="GB", timezone="UTC", family="wordpress", articles=3
)


@dataclass(frozen=True, kw_only=True)
class Song:
    """That the canary's alert came out: of which article, and how many seconds after it was published."""

    url: str
    seconds: float


def sing(current: Settings, addressed: Mapping[str, str], *, within: float = WITHIN_SECONDS) -> Song:
    """Publish an article and see its alert come out; else the channel of NIGHTDESK_CANARY is told, and NightdeskError.

    addressed: channel name -> address.
    """
    try:
        return _sung(current, within)
    except Exception as error:
        what = str(error) if isinstance(error, NightdeskError) else f"{type(error).__name__}: {error}"
        said = f"The canary is silent: its alert did not come out within {within:.0f} seconds. {what}"
        raise NightdeskError(f"{said} {_alarm(current, addressed, said)}".strip()) from error


def _alarm(current: Settings, addressed: Mapping[str, str], said: str) -> str:
    """Tell the second channel, directly; a sentence where that did not work either."""
    name = current.canary.lower()
    if name not in addressed:
        return f"Nobody else was told: the channel {name} has no address." if name else ""
    key = f"canary/{datetime.now(UTC):%Y-%m-%dT%H%M%S}"
    try:
        delivery.send(name, addressed[name], message_wording.plain(key, "The canary is silent", said))
    except ChannelError as error:
        return f"Nor could it be told: {error}"
    return ""


def _sung(current: Settings, within: float) -> Song:
    folder = current.data / FOLDER
    private.data_folder(folder)
    with newsroom.open_newsroom(folder / "newsroom", sites=[SITE]) as room:
        own = current.model_copy(
            update={
                "data": folder,
                "sources": folder / "sources",
                "database_url": postgres.beside(current, "canary"),
                "host_map": room.host_map,
                "contact": "canary@newsroom.test",
                "operators": "",
                "schedule": "",
                "keep_raw_days": KEPT_DAYS,
            }
        )
        newsroom.sources(own.sources, [SITE])
        migrations.migrate(own)
        with postgres.connection(own) as conn:
            with conn:
                watches.add(conn, watches.make(WATCH, [], query="source:canary", channels=[CHANNEL]))
            last = next((row["run"] for row in runs.latest(conn, 1)), "")
        if not last:
            # A first run never alerts.
            last = _night(own, last)
        began = time.monotonic()
        url = newsroom.publish(room.folder, SITE.name, f"The canary sings at {datetime.now(UTC):%Y-%m-%d %H:%M:%S}")
        _night(own, last)
        while not _is_out(folder, url):
            if time.monotonic() - began > within:
                raise NightdeskError(f"Every stage ended, and no message tells of {url}.")
            # It may wait in the outbox for a moment.
            time.sleep(1)
            _send(own)
        seconds = time.monotonic() - began
        if seconds > within:
            raise NightdeskError(f"It came out after {seconds:.0f} seconds.")
        raw_retention.retire(own, datetime.now(UTC))
        _note(current.canary_song, Song(url=url, seconds=seconds))
        return Song(url=url, seconds=seconds)


def _note(file: Path, song: Song) -> None:
    """Write the song down for those who watch figures: whole, or not at all."""
    new = file.with_name(file.name + ".new")
    with private.open_private(new) as out:
        json.dump({**asdict(song), "at": time.time()}, out)
    new.replace(file)


def _night(own: Settings, last: str) -> str:
    """All four stages over the canary's own source, in a run after `last`; NightdeskError names the one that failed."""
    (source,) = folders.read_named(own, [SITE.name])
    # A key tells seconds, and such a night may take less than one: under the key of a first run nothing alerts. So the
    # next key is a second later at least, even if the clock was put back.
    now, before = datetime.now(UTC), runs.moment_of(last) if last else None
    run = runs.key_of(max(now, before + timedelta(seconds=1)) if before else now, manual=True)
    _went(crawl.crawl(own, [source], run)[0])
    _went(extract(own, source, run))
    _went(load.load(own, source, run))
    _went(alert.match(own, run))
    _send(own)
    return run


def _send(own: Settings) -> None:
    alert.send(own, channels={CHANNEL: (own.data / "alerts.jsonl").absolute().as_uri()})


def _went(tally: Tally) -> None:
    if tally.state not in runs.ENDED_WELL:
        raise NightdeskError(f"{tally.stage} {tally.state}: {tally.message}")


def _is_out(folder: Path, url: str) -> bool:
    """Whether a message of the file that is the canary's channel tells of the article of this address."""
    try:
        lines = (folder / "alerts.jsonl").read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return False
    return any(told["url"] == url for line in lines for told in json.loads(line).get("alerts", []))

"""The folders of source files: the catalogue we ship, the sources that are followed, and which of them are due."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path

from pipelines import cron
from pipelines.bucket_paths import address_of
from pipelines.errors import SourceError
from pipelines.model import Source
from pipelines.query.selection import Scope
from pipelines.settings import Settings
from pipelines.sources.source_values import NAME
from pipelines.sources.sourcefile import load, parse, render, show_path
from pipelines.stores import postgres, source_sets

# NEAR: at most this many names are offered because they are spelled alike. NEAR_SHOWN: at most this many names are
# offered in all, together with those that contain the written name or are contained in it. Chosen: four names fit in
# one line.
NEAR, NEAR_SHOWN = 3, 4

__all__ = [
    "catalogue",
    "catalogue_names",
    "changing",
    "check_aside",
    "check_writable",
    "due",
    "find_paused",
    "follow",
    "free_name",
    "is_known",
    "keep",
    "last_crawls",
    "load",
    "names_taken",
    "near",
    "none_followed",
    "path_of",
    "pause",
    "pin_sources",
    "read_followed",
    "read_named",
    "readable",
    "render",
    "render_offered",
    "resume",
    "runs_by_set",
    "scopes",
    "scopes_of",
    "title_and_zone",
    "together",
    "unfollow",
]

CATALOGUE = Path(__file__).parents[2] / "spiders" / "catalogue"
PUT_ASIDE = ".off"


def pin_sources(settings: Settings, run: str, *, newest: bool = False) -> Settings:
    """The settings for a run: they name one version of the sources folder, which all tasks of the run read. The version
    is noted with the run. Without a bucket of sources, the settings are returned as they are.

    newest: take the newest version, even if the run has noted an older one: a person who starts a run may have just
    changed a source.
    """
    version = source_sets.refresh(settings.sources, now=True)
    if not version:
        return settings
    name = "note_newest_sources" if newest else "note_sources"
    with postgres.connection(settings, application="nightdesk sources") as conn, conn:
        noted = postgres.row(conn, name, run=run, version=version) or {"version": version}
    return settings.model_copy(update={"sources": source_sets.folder_of(settings.sources, noted["version"])})


def runs_by_set(conn: postgres.Connection) -> dict[int, postgres.Row]:
    """For each set (a version of the sources in a bucket), by its number: how many runs read it (`runs`), and the
    newest of these runs (`newest_run`).
    """
    return {row["version"]: row for row in postgres.query(conn, "runs_of_sources")}


@contextmanager
def changing(settings: Settings, why: str) -> Iterator[Settings]:
    """Settings with a sources folder that may be changed. If the sources are in a bucket, the folder becomes the next
    version at the end of the block. SourceError if somebody else has changed one of the same files meanwhile.
    """
    with source_sets.changing(settings.sources, why) as folder:
        yield settings if folder == settings.sources else settings.model_copy(update={"sources": folder})


def read_followed(settings: Settings) -> list[Source]:
    """Every followed source by name. SourceError names all files that do not keep the form."""
    _files(settings.sources)
    good, bad = readable(settings)
    if bad:
        raise together(bad)
    return good


def together(bad: Sequence[SourceError]) -> SourceError:
    """The errors of several files as one error."""
    return SourceError("\n".join(map(str, bad)))


def none_followed(settings: Settings) -> SourceError:
    """The error that no source is followed, with what to do. The sentence names the folder, because a folder that was
    lost looks the same as a new, empty folder."""
    return SourceError(
        f"No source is followed ({settings.sources} has no file of one), so there is nothing to do: "
        "`nightdesk follow` and a site's address, or a name of `nightdesk sources list --catalogue`."
    )


def readable(settings: Settings) -> tuple[list[Source], list[SourceError]]:
    """The followed sources whose files keep the form, and the errors of the others. A bad file stops no night."""
    good: list[Source] = []
    bad: list[SourceError] = []
    for path in _toml_files(settings.sources):
        try:
            good.append(load(path))
        except SourceError as error:
            bad.append(error)
    return good, bad


def scopes(settings: Settings) -> dict[str, Scope]:
    """What queries may ask about the followed sources (country, groups), by name. A source with a broken file is
    missing.
    """
    return scopes_of(readable(settings)[0])


def titles(settings: Settings) -> dict[str, str]:
    """The titles of the followed sources, by name."""
    return {source.name: source.title for source in readable(settings)[0]}


def scopes_of(sources: Iterable[Source]) -> dict[str, Scope]:
    """What queries may ask about these sources (country, groups), by name."""
    return {source.name: Scope(source.country, source.groups) for source in sources}


def read_named(settings: Settings, names: Sequence[str]) -> list[Source]:
    """The followed sources of these names in this order; all if none is named. If a name is not followed, SourceError
    offers similar names.
    """
    if not names:
        return read_followed(settings)
    return [load(path_of(settings, name)) for name in dict.fromkeys(names)]


def catalogue() -> list[Source]:
    """Every source we ship, by name."""
    return [load(path) for path in _catalogue_files().values()]


def catalogue_names() -> list[str]:
    """The names in the catalogue, without reading its files."""
    return list(_catalogue_files())


def is_known(settings: Settings, name: str) -> bool:
    """Whether a name is an entry of the catalogue, or a file that unfollow put aside."""
    name = "-".join(name.casefold().split())
    return name in _catalogue_files() or _aside(settings.sources / f"{name}.toml").is_file()


def render_offered(settings: Settings, name: str) -> str:
    """The text of the file that `follow` would make for a name; SourceError as in `follow`."""
    return _offer(settings, name)[0].read_text(encoding="utf-8")


def follow(settings: Settings, name: str) -> Path:
    """Copy a catalogue entry into the sources folder, or bring back a file that unfollow put aside; gives the
    new file.
    """
    _offer(settings, name)
    with changing(settings, f"follow {name}") as here:
        origin, target = _offer(here, name)
        written = origin.replace(target) if origin == _aside(target) else _write(target, origin.read_bytes())
    return settings.sources / written.name


def _offer(settings: Settings, name: str) -> tuple[Path, Path]:
    """The file from which `follow` would make a source's file, and the path of the new file."""
    name = "-".join(name.casefold().split())
    if not NAME.fullmatch(name):
        raise SourceError(f"{name!r} cannot be a source's name; names are a-z, 0-9 and single - _ . between them.")
    target = settings.sources / f"{name}.toml"
    if any(path.stem.casefold() == name for path in _files(settings.sources)):
        raise SourceError(f"{name} is followed already: {show_path(target)}. Edit that file to change it.")
    aside = _aside(target)
    if aside.is_file():
        return aside, target
    entry = _catalogue_files().get(name)
    if entry is None:
        raise SourceError(
            f"{name} is not in the catalogue{near(name, _catalogue_files())}; `nightdesk sources list --catalogue` "
            "shows what is. Any other site is followed by its address, as in `nightdesk follow https://example.org`."
        )
    return entry, target


def free_name(settings: Settings, name: str) -> str:
    """The name in the form that a source file has; SourceError if the name cannot have this form or is taken."""
    name = "-".join(name.casefold().split())
    if not NAME.fullmatch(name):
        raise SourceError(f"{name!r} cannot be a source's name; names are a-z, 0-9 and single - _ . between them.")
    if any(path.stem.casefold() == name for path in _files(settings.sources)):
        raise SourceError(
            f"{name} is followed already: {show_path(settings.sources / f'{name}.toml')}. Give another --name."
        )
    return name


def names_taken(settings: Settings) -> list[str]:
    """The names of all source files, including those that do not keep the form."""
    return [path.stem for path in _toml_files(settings.sources)]


def check_writable(settings: Settings) -> None:
    """SourceError if a new source's file could not be written. This is checked before a site is asked for anything."""
    folder = settings.sources
    if address_of(folder):
        source_sets.refresh(folder, now=True)
        return
    try:
        while not folder.exists() and folder != folder.parent:
            folder = folder.parent
        writable = folder.is_dir() and os.access(folder, os.W_OK | os.X_OK, effective_ids=True)
    except PermissionError:
        writable = False
    if not writable:
        raise _not_written(settings.sources)


def keep(settings: Settings, name: str, text: str) -> Path:
    """Write the file of a new source; SourceError if the name is taken, or the text does not keep the form."""
    target = settings.sources / f"{free_name(settings, name)}.toml"
    parse(text, name, show_path(target))
    with changing(settings, f"follow {name}") as here:
        _write(here.sources / target.name, text.encode())
    return target


def path_of(settings: Settings, name: str) -> Path:
    """The file of a followed source. If the name is not followed, SourceError offers similar names."""
    source_sets.refresh(settings.sources)
    direct = settings.sources / f"{name}.toml"
    # The folder is listed only if it has no file of this name: to list it for each of some thousand names would take
    # long.
    if NAME.fullmatch(name) and direct.is_file():
        return direct
    return _of({path.stem: path for path in _files(settings.sources)}, name, settings)


def title_and_zone(settings: Settings, name: str) -> tuple[str, str]:
    """The name that a source gives itself, and its time zone. If its file is gone or cannot be read: its short name,
    and UTC.
    """
    source_sets.refresh(settings.sources)
    try:
        source = load(settings.sources / f"{name}.toml")
    except SourceError:
        return name, "UTC"
    return source.title, source.timezone


def check_aside(settings: Settings, name: str) -> None:
    """SourceError if `unfollow` could not put the file of a source aside, because a different file was put aside
    before."""
    path = settings.sources / f"{name}.toml"
    aside = _aside(path)
    if path.exists() and aside.exists() and aside.read_bytes() != path.read_bytes():
        raise SourceError(
            f"{show_path(aside)} was put aside before and differs from {show_path(path)}: move or delete one of them "
            "first."
        )


def unfollow(settings: Settings, name: str) -> Path | None:
    """Stop following a source. If its file is the same as in the catalogue, the file is deleted; else it is put aside
    for a later `follow`. Gives the path of the file that was put aside, or None.

    SourceError if a different file was put aside before, so that no changes of a person are lost.
    """
    path = path_of(settings, name)
    entry = _catalogue_files().get(path.stem)
    shipped = entry is not None and entry.read_bytes() == path.read_bytes()
    if not shipped:
        check_aside(settings, path.stem)
    with changing(settings, f"unfollow {name}") as here:
        path = path_of(here, name)
        if shipped:
            path.unlink()
            return None
        aside = path.replace(_aside(path))
    return settings.sources / aside.name


def due(sources: Iterable[Source], at: datetime, last: Mapping[str, datetime]) -> list[Source]:
    """The sources whose schedule struck since their last crawl began. A source is also due if it has no schedule or was
    never crawled.

    at: the moment of the run, aware.
    last: name -> start of the last crawl, as `last_crawls` gives it.
    """
    return [
        source
        for source in sources
        if not source.schedule
        or source.name not in last
        or cron.last_strike(source.schedule, source.timezone, at) > last[source.name]
    ]


def last_crawls(conn: postgres.Connection) -> dict[str, datetime]:
    """Source name -> when its last crawl began. A crawl that found the source busy does not count."""
    return {row["source"]: row["started_at"] for row in postgres.query(conn, "last_crawls")}


def find_paused(conn: postgres.Connection) -> dict[str, datetime]:
    """Source name -> since when it is paused. Runs that begin by themselves leave paused sources out."""
    return {row["source"]: row["paused_at"] for row in postgres.query(conn, "paused_sources")}


def count_unpaused(settings: Settings, conn: postgres.Connection) -> int:
    """How many sources have a file and are not paused. A file counts even if it cannot be read."""
    return len(set(names_taken(settings)) - find_paused(conn).keys())


def pause(conn: postgres.Connection, name: str) -> None:
    """Leave a source out of the runs that begin by themselves, until `resume`. Part of the caller's transaction."""
    postgres.execute(conn, "pause_source", source=name)


def resume(conn: postgres.Connection, name: str) -> None:
    """Take a source into the runs again. Part of the caller's transaction."""
    postgres.execute(conn, "resume_source", source=name)


def find_recorded(conn: postgres.Connection) -> set[str]:
    """Every source about which something is stored, followed or not."""
    return {row["source"] for row in postgres.query(conn, "sources_known")}


def near(name: str, known: Iterable[str]) -> str:
    """Similar names that a person may have meant, as the end of a sentence; empty if there are none."""
    names = sorted(known)
    within = [n for n in names if name in n or n in name] if len(name) > 2 else []
    near = list(dict.fromkeys(get_close_matches(name, names, NEAR) + within))[:NEAR_SHOWN]
    return f" (near: {', '.join(near)})" if near else ""


def _write(target: Path, content: bytes) -> Path:
    """Write a file so that nobody ever sees half of it."""
    beside = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        beside.write_bytes(content)
        beside.replace(target)
    except PermissionError:
        raise _not_written(target.parent) from None
    return target


def _not_written(folder: Path) -> SourceError:
    user = os.geteuid()
    return SourceError(
        f"User {user} cannot write to the sources folder, {show_path(folder)}: give it to that user (with Docker, on "
        f"the host: chown -R {user} sources; or name its owner as OWNER_UID in docker/.env before the first start)."
    )


def _files(folder: Path) -> list[Path]:
    """The source files of a folder, sorted; SourceError if two names differ only in upper and lower case."""
    paths = _toml_files(folder)
    seen: dict[str, Path] = {}
    for path in paths:
        other = seen.setdefault(path.stem.casefold(), path)
        if other is not path:
            raise SourceError(
                f"{show_path(other)} and {show_path(path)} are two files with one name, {path.stem.casefold()}; "
                "a name may be used once, so rename one of them."
            )
    return paths


def _toml_files(folder: Path) -> list[Path]:
    source_sets.refresh(folder)
    found = (path.name for path in folder.glob("*.toml") if not path.name.startswith("."))
    return sorted((folder / name for name in found), key=lambda path: path.stem)


@lru_cache(maxsize=1)
def _catalogue_files() -> dict[str, Path]:
    return {path.stem: path for path in _files(CATALOGUE)}


def _of(paths: Mapping[str, Path], name: str, settings: Settings) -> Path:
    if name in paths:
        return paths[name]
    hint = f"; `nightdesk follow {name}` follows it" if name in _catalogue_files() else near(name, paths)
    raise SourceError(f"{name} is not followed{hint}. Followed sources are the files in {show_path(settings.sources)}.")


def _aside(path: Path) -> Path:
    return path.with_name(path.name + PUT_ASIDE)

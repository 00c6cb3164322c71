"""The demo newsroom: opens its sites on one loopback port, and publishes, edits and deletes in them."""

from __future__ import annotations

import gzip
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fnmatch import fnmatchcase
from pathlib import Path
from random import Random
from typing import Any

from demo import pages, state, structures, truth
from demo.families import FAMILIES, RELAUNCHED
from demo.server import ACCESS_LOG, Request, SiteAnswer, accesses, serve_in_thread
from demo.sites import BREAKING, SITES, DemoSite, SiteFault, source, write_sources
from demo.truth import Truth

FOLDER = Path("data/demo")
TURN = ("new", "edited", "deleted")
PLACES = ("feed", "sitemap", "article", "section", "front", "robots")


@dataclass(frozen=True, kw_only=True)
class Newsroom:
    """A newsroom that is open: where it answers, what to set as NIGHTDESK_HOST_MAP, and its folder."""

    address: str
    host_map: str
    folder: Path


@dataclass(frozen=True, kw_only=True)
class NewsroomTurn:
    """What happened to a site between two nights: the articles as they are afterwards, the deleted as they were."""

    new: tuple[Truth, ...]
    edited: tuple[Truth, ...]
    deleted: tuple[Truth, ...]


@contextmanager
def open_newsroom(
    folder: Path,
    port: int = 0,
    *,
    host: str = "127.0.0.1",
    sites: Sequence[DemoSite] = SITES,
    seed: str = "nightdesk",
    now: datetime | None = None,
) -> Iterator[Newsroom]:
    """Serve the newsroom of a folder while the block runs; sites, seed and now count only the first time."""
    state.prepare(folder, sites=sites, seed=seed, now=now)
    with serve_in_thread(answering(folder), folder / ACCESS_LOG, port, host) as address:
        domains = sorted({site.domain for site in state.read(folder).sites})
        yield Newsroom(address=address, host_map=",".join(f"*.{domain}={address}" for domain in domains), folder=folder)


def publish(folder: Path, site: str = BREAKING, title: str = "", *, now: datetime | None = None) -> str:
    """Publish a breaking article at the head of a site's feed and sitemap; its URL."""
    with state.changing(folder) as edition:
        chosen = edition.site(site)
        own = [item for item in edition.items if item.site == chosen.name]
        item = state.Item(
            site=chosen.name,
            number=max((each.number for each in own), default=0) + 1,
            published_at=_second(now),
            breaking=True,
            title=title,
        )
        edition.items.append(item)
        return next(t.url for t in truth.truths(edition, site) if t.number == item.number)


def edit(folder: Path, url: str, *, now: datetime | None = None) -> Truth:
    """Change an article's text: a paragraph goes, a remark is added; the article as it now is."""
    with state.changing(folder) as edition:
        truth.item_of(edition, url).edits.append(_second(now))
        return next(t for t in truth.truths(edition) if t.url == url)


def delete(folder: Path, url: str, *, now: datetime | None = None) -> None:
    """Take an article down: its address answers 410 and nothing lists it any more."""
    with state.changing(folder) as edition:
        truth.item_of(edition, url).deleted_at = _second(now)


def turn(
    folder: Path,
    sites: Sequence[DemoSite],
    *,
    new: int = 0,
    edited: int = 0,
    deleted: int = 0,
    now: datetime | None = None,
) -> dict[str, NewsroomTurn]:
    """Publish, edit and delete so many articles of every site at once; what happened, by the site's name."""
    at = _second(now)
    done: dict[str, tuple[set[int], ...]] = {}
    with state.changing(folder) as edition:
        for site in sites:
            own = [item for item in edition.items if item.site == site.name]
            last = max((item.number for item in own), default=0)
            fresh = set(range(last + 1, last + 1 + new))
            standing = [i for i in own if not (i.deleted_at or i.edits) and at - i.published_at < state.SPREAD * 2]
            drawn = Random(f"{edition.seed}/{site.name}/{last}").sample(standing, edited + deleted)
            for item in drawn[:edited]:
                item.edits.append(at)
            for item in drawn[edited:]:
                item.deleted_at = at
            edition.items += [
                state.Item(site=site.name, number=n, published_at=at - timedelta(minutes=last + new - n))
                for n in sorted(fresh)
            ]
            done[site.name] = fresh, {i.number for i in drawn[:edited]}, {i.number for i in drawn[edited:]}
        found: dict[str, list[Truth]] = {name: truth.truths(edition, name) for name in done}
    return {
        name: NewsroomTurn(
            **{k: tuple(t for t in found[name] if t.number in n) for k, n in zip(TURN, numbers, strict=True)}
        )
        for name, numbers in done.items()
    }


def break_site(folder: Path, site: str, faults: Sequence[SiteFault]) -> None:
    """Give a site these faults in place of the ones it has; none heals it."""
    with state.changing(folder) as edition:
        found = edition.site(site)
        edition.sites[edition.sites.index(found)] = DemoSite(**{**vars(found), "faults": tuple(faults)})


def relaunch(folder: Path, site: str, template: str = RELAUNCHED) -> None:
    """Show a site's articles in another family's template from now on, or in one that went wrong."""
    if template not in (RELAUNCHED, *FAMILIES):
        raise ValueError(f"there is no template {template!r}; there are {', '.join([RELAUNCHED, *FAMILIES])}")
    with state.changing(folder) as edition:
        found = edition.site(site)
        edition.sites[edition.sites.index(found)] = DemoSite(**{**vars(found), "template": template})


def articles(folder: Path, site: str = "") -> list[Truth]:
    """The articles that stand on a site, or on all, newest first."""
    return [each for each in truth.truths(state.read(folder), site) if not each.deleted]


def requests(folder: Path, site: DemoSite) -> list[dict[str, Any]]:
    """The access log of one site, on all its hosts."""
    return [line for line in accesses(folder) if line["host"] in structures.hosts(site)]


def sources(folder: Path, sites: Sequence[DemoSite] = SITES, *, delay: float = 0.1) -> list[Path]:
    """Write the source files that follow these sites into a folder; the files."""
    return write_sources([source(site, delay=delay) for site in sites], folder)


def answering(folder: Path) -> Callable[[Request], SiteAnswer]:
    """The function that answers requests by the state in a folder, read again whenever it changed."""
    lock = threading.Lock()
    hits: Counter[tuple[str, SiteFault]] = Counter()
    known: dict[str, tuple[DemoSite, list[Truth]]] = {}
    read_at: tuple[int, int] = (0, 0)
    opened_at = datetime.now(UTC)

    def answer(request: Request) -> SiteAnswer:
        nonlocal read_at, opened_at
        with lock:
            stamp = state.stamp(folder)
            if stamp != read_at:
                edition = state.read(folder)
                opened_at, read_at = edition.opened_at, stamp
                known.clear()
                for each in edition.sites:
                    known.update(dict.fromkeys(structures.hosts(each), (each, truth.truths(edition, each.name))))
        if request.host not in known:
            return SiteAnswer(status=404, content_type="text/plain", body=b"no such site")
        site, truths = known[request.host]
        shown = (
            structures.show(site, truths, request, opened_at)
            if site.structure
            else pages.show(site, truths, request.target, opened_at)
        )
        body = shown.text.encode(site.charset, "xmlcharrefreplace")
        named = f"; charset={site.charset}" if site.says_charset and shown.kind == pages.HTML else ""
        return SiteAnswer(
            status=shown.status,
            content_type=shown.kind + named,
            body=gzip.compress(body, 6, mtime=0) if shown.packed else body,
            changed_at=shown.changed_at,
            gzip=site.gzip and not shown.packed,
            headers=shown.headers,
            fault=_fault(site, shown.what, request.target, hits, lock),
        )

    return answer


def _fault(
    site: DemoSite, what: str, target: str, hits: Counter[tuple[str, SiteFault]], lock: threading.Lock
) -> SiteFault | None:
    for fault in site.faults:
        if fault.where == what or (fault.where not in PLACES and fnmatchcase(target, fault.where)):
            with lock:
                hits[site.name, fault] += 1
                if not fault.times or hits[site.name, fault] <= fault.times:
                    return fault
    return None


def _second(now: datetime | None) -> datetime:
    return (now or datetime.now(UTC)).astimezone(UTC).replace(microsecond=0)

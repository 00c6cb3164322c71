"""Replay mode: real saved pages served as news sites: their hosts, each with a feed and a sitemap."""

from __future__ import annotations

import gzip
import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from html import escape
from pathlib import Path
from urllib.parse import urlsplit

from demo.machine_lists import sitemap
from demo.pages import sameness, target_of
from demo.server import ACCESS_LOG, Request, SiteAnswer, serve_in_thread
from pipelines import private, urls
from pipelines.errors import NightdeskError
from pipelines.model import Source

FEED = "/nightdesk-replay/feed.xml"
SITEMAP = "/nightdesk-replay/sitemap.xml"
INDEX = "replay.jsonl"
HTML = "text/html; charset=utf-8"


@dataclass(frozen=True, kw_only=True)
class ReplayedPage:
    """A saved page: its original address, the file (.html or .html.gz), its language if known, a name for reports."""

    url: str
    path: Path
    language: str = ""
    id: str = ""


@dataclass(frozen=True, kw_only=True)
class PlacedPage:
    """A saved page and the address it is served at: the original one as http, or one made of its file's name."""

    saved: ReplayedPage
    url: str


@dataclass(frozen=True, kw_only=True)
class Replay:
    """A replay that runs: where it answers, what to set as NIGHTDESK_HOST_MAP, and what stands where."""

    address: str
    host_map: str
    placed: tuple[PlacedPage, ...]


def from_index(index: Path) -> list[ReplayedPage]:
    """The pages of a JSON-lines index of {"url", "path"[, "language", "id"]}; paths are relative to the index."""
    return [
        ReplayedPage(
            url=row["url"], path=index.parent / row["path"], language=row.get("language", ""), id=row.get("id", "")
        )
        for row in _lines(index)
    ]


def from_corpus(folder: Path, *, min_pages: int = 1, hosts: int = 0, pages: int = 0) -> list[ReplayedPage]:
    """The pages of a corpus folder (`gold.jsonl` beside `html/<slug>.html.gz`) whose addresses have a host.

    min_pages: hosts with fewer are left out. hosts, pages: the most hosts, and pages of each host; 0 is no limit.
    Hosts with more pages come first.
    """
    found = []
    for row in _lines(folder / "gold.jsonl"):
        path = folder / "html" / f"{row['id'].split('/', 1)[1]}.html.gz"
        if _usable(row["url"] or "") and path.exists():
            found.append(ReplayedPage(url=row["url"], path=path, language=row.get("lang") or "", id=row["id"]))
    return limit(found, min_pages=min_pages, hosts=hosts, pages=pages)


def gather(
    indexes: Sequence[Path], corpora: Sequence[Path], *, min_pages: int = 1, hosts: int = 0, pages: int = 0
) -> list[PlacedPage]:
    """Every page of the indexes, and of each corpus those within the limits; NightdeskError where there are none."""
    try:
        saved = [page for index in indexes for page in from_index(index)]
        for folder in corpora:
            saved += from_corpus(folder, min_pages=min_pages, hosts=hosts, pages=pages)
    except FileNotFoundError as error:
        raise NightdeskError(f"There is no {error.filename}: a corpus is a folder with gold.jsonl and html/.") from None
    if not saved:
        raise NightdeskError("No pages to serve: name an index with --pages or a corpus with --corpus.")
    return place(saved)


def limit(saved: Iterable[ReplayedPage], *, min_pages: int = 1, hosts: int = 0, pages: int = 0) -> list[ReplayedPage]:
    """The pages of hosts with at least min_pages; at most so many hosts and pages of each; 0 is no limit."""
    by_host: dict[str, list[ReplayedPage]] = defaultdict(list)
    for each in saved:
        by_host[urls.host(each.url)].append(each)
    ranked = sorted((h for h in by_host if len(by_host[h]) >= min_pages), key=lambda h: (-len(by_host[h]), h))
    return [each for host in ranked[: hosts or None] for each in by_host[host][: pages or None]]


def place(saved: Sequence[ReplayedPage]) -> list[PlacedPage]:
    """Where each page is served: a home page, or an address that two pages share, is told apart by its file's name."""
    count: dict[str, int] = defaultdict(int)
    for each in saved:
        count[_http(each.url)] += 1
    placed: list[PlacedPage] = []
    taken: set[str] = set()
    for each in saved:
        address = _http(each.url)
        if count[address] > 1 or target_of(address) == "/":
            name = each.path.name.removesuffix(".gz").removesuffix(".html")
            stem = f"http://{urlsplit(address).netloc}/nightdesk-replay/pages/{re.sub(r'[^a-zA-Z0-9_.-]+', '-', name)}"
            same = (f"{stem}{turn}.html" for turn in ("", *(f"-{n}" for n in range(2, len(saved) + 2))))
            address = next(free for free in same if free not in taken)
        taken.add(address)
        placed.append(PlacedPage(saved=each, url=address))
    return placed


def replay_sources(placed: Sequence[PlacedPage], *, delay: float = 0.1, feed_only: bool = False) -> list[Source]:
    """The sources that follow the replayed hosts, named by their host in a-z, 0-9 and _."""
    by_host: dict[str, list[PlacedPage]] = defaultdict(list)
    for each in placed:
        by_host[urlsplit(each.url).netloc].append(each)
    names: set[str] = set()
    found = []
    for host, own in by_host.items():
        name = stem = re.sub(r"[^a-z0-9]+", "_", host).strip("_")[:56]
        turn = 1
        while name in names:
            turn += 1
            name = f"{stem}_{turn}"
        names.add(name)
        languages = [each.saved.language.split("-")[0].lower() for each in own if each.saved.language]
        usual = max(sorted(set(languages)), key=languages.count, default="en")
        found.append(
            Source(
                name=name,
                title=host,
                url=f"http://{host}/",
                country="GB",  # a saved page does not say where it was published
                language=usual if re.fullmatch("[a-z]{2,3}", usual) else "en",
                timezone="UTC",
                feeds=(f"http://{host}{FEED}",),
                sitemaps=() if feed_only else (f"http://{host}{SITEMAP}",),
                delay=delay,
            )
        )
    return found


@contextmanager
def open_replay(placed: Sequence[PlacedPage], folder: Path, port: int = 0, *, cap: int = 0) -> Iterator[Replay]:
    """Serve the placed pages while the block runs, with log and index in a folder; cap: entries per feed, 0 for all."""
    private.folder(folder)
    with private.open_private(folder / INDEX, "w", encoding="utf-8") as handle:
        for each in placed:
            row = {"url": each.url, "original": each.saved.url, "id": each.saved.id, "path": str(each.saved.path)}
            handle.write(json.dumps(row, ensure_ascii=False) + "\n")
    hosts = sorted({urlsplit(each.url).netloc for each in placed})
    with serve_in_thread(_answering(placed, cap), folder / ACCESS_LOG, port) as address:
        yield Replay(address=address, host_map=",".join(f"{host}={address}" for host in hosts), placed=tuple(placed))


def _answering(placed: Sequence[PlacedPage], cap: int) -> Callable[[Request], SiteAnswer]:
    by_host: dict[str, dict[str, PlacedPage]] = defaultdict(dict)
    for each in placed:
        by_host[urlsplit(each.url).netloc][sameness(target_of(each.url))] = each

    def answer(request: Request) -> SiteAnswer:
        own = by_host.get(request.host, {})
        target = sameness(request.target)
        listed = list(own.values())[: cap or None]
        if target in own:
            return SiteAnswer(status=200, content_type=HTML, body=_bytes(own[target].saved.path))
        if target == FEED and own:
            return SiteAnswer(status=200, content_type="application/rss+xml", body=_feed(request.host, listed).encode())
        if target == SITEMAP and own:
            body = sitemap((each.url, None) for each in listed).encode()
            return SiteAnswer(status=200, content_type="text/xml", body=body)
        if target == "/robots.txt" and own:
            return SiteAnswer(status=200, content_type="text/plain", body=b"User-agent: *\nDisallow:\n")
        if target == "/" and own:
            return SiteAnswer(status=200, content_type=HTML, body=_front(request.host, listed).encode())
        return SiteAnswer(status=404, content_type="text/plain", body=b"not among the saved pages")

    return answer


def _feed(host: str, placed: Sequence[PlacedPage]) -> str:
    """A feed without dates and titles: what the crawl knows of a saved page is the page itself."""
    entries = "\n".join(f"<item><link>{escape(p.url)}</link><guid>{escape(p.url)}</guid></item>" for p in placed)
    return (
        f'<?xml version="1.0" encoding="utf-8"?>\n<rss version="2.0"><channel><title>{host}</title>'
        f"<link>http://{host}/</link><description>{host}</description>\n{entries}\n</channel></rss>\n"
    )


def _front(host: str, placed: Sequence[PlacedPage]) -> str:
    links = "".join(f'<li><a href="{escape(p.url)}">{escape(p.url)}</a></li>' for p in placed)
    return f"<!DOCTYPE html><html><head><title>{host}</title></head><body><h1>{host}</h1><ul>{links}</ul></body></html>"


def _bytes(path: Path) -> bytes:
    raw = path.read_bytes()
    return gzip.decompress(raw) if path.suffix == ".gz" else raw


def _http(url: str) -> str:
    """The address as a client asks for it over plain http: percent-encoded, IDNA, without port and fragment."""
    parts = urlsplit(urls.clean(url))
    return f"http://{parts.hostname}{target_of(parts.geturl())}"


def _usable(url: str) -> bool:
    try:
        return bool(urls.host(url))
    except ValueError:
        return False


def _lines(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8") as handle:
        for line in handle:
            if line.strip():
                yield json.loads(line)

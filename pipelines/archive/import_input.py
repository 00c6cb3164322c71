"""The input of an import: the WARC files or addresses at a path, and the source that each page belongs to."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path

from pipelines import urls
from pipelines.archive import backfill
from pipelines.crawl import rules
from pipelines.errors import NightdeskError
from pipelines.model import Source
from pipelines.stores import foreign_warc

# This is the source of pages whose site is not followed.
IMPORTED = "imported"
# At most this many records that could not be read are listed, and the others are counted. Chosen: a few show what is
# wrong.
TOLD = 5
ENDINGS = (".warc", ".warc.gz")
# The name of a WARC file that cannot be unpacked here ends in these suffixes. In a folder of WARC files, such a file is
# not skipped, but named as one that cannot be read.
PACKED = [".warc", ".zst"]
# Hosts under these top-level names are not public, or are no hosts at all.
HOME_NAMES = ("localhost", "local", "internal", "home", "lan")


@dataclass(kw_only=True)
class PagesRead:
    """What was read from the input.

    pages: how many pages in WARC files, or addresses of a list.
    sources: source -> how many of the pages belong to it.
    others: answers that are no page.
    bad: records that cannot be read; `told` has the first of them.
    """

    pages: int = 0
    others: int = 0
    bad: int = 0
    told: list[str] = field(default_factory=list)
    sources: dict[str, int] = field(default_factory=dict)


@dataclass(kw_only=True)
class ImportLook(PagesRead):
    """The result of a look at the input, with the number of its files and bytes. addresses: whether the input is a list
    of addresses."""

    addresses: bool = False
    files: int = 0
    bytes: int = 0


def look(path: Path, followed: Sequence[Source]) -> ImportLook:
    """Read the input without storing anything; NightdeskError if it is no WARC file, folder or list."""
    addresses, files = find_input(path)
    found = ImportLook(addresses=bool(addresses), files=len(files) or 1)
    found.bytes = sum(file.stat().st_size for file in files or [path])
    site_of = by_site(followed)
    named: Iterator[tuple[Path, str, int]] = ((path, url, 0) for url in addresses)
    saved = (
        (file, one.url, one.offset or 0)
        for file in files
        for one in foreign_warc.pages(file, tell_bad(file, found), count_others(found))
    )
    for origin, url, at in named if addresses else saved:
        found.pages += 1
        try:
            source = source_of(url, site_of, private=bool(addresses))
        except ValueError as error:
            tell_bad(origin, found)(at, str(error))
            continue
        backfill.add(found.sources, {source.name: 1})
    return found


def find_input(path: Path) -> tuple[list[str], list[Path]]:
    """The addresses in the input if it is a list of addresses, and its WARC files if it is not; one of the two is
    empty."""
    addresses = read_addresses(path) if path.is_file() and not is_warc(path) else []
    return addresses, [] if addresses else find_files(path)


def find_files(path: Path) -> list[Path]:
    """The WARC files at a path: one, or all in a folder; NightdeskError if there are none."""
    if not path.exists():
        raise NightdeskError(f"There is no {path}.")
    inside = (one for one in path.rglob("*") if is_warc(one) or one.suffixes[-2:] == PACKED)
    found = sorted(inside) if path.is_dir() else [path]
    if not any(is_warc(one) for one in found):
        named = " or ".join(ENDINGS)
        raise NightdeskError(
            f"{path} is no WARC file and no folder of some: their names end in {named}. Unpack first what ends in "
            f"{''.join(PACKED)}."
        )
    return found


def is_warc(path: Path) -> bool:
    """Whether a file is a WARC file by its name."""
    return path.is_file() and path.name.endswith(ENDINGS)


def read_addresses(path: Path) -> list[str]:
    """The addresses of a file with one on each line; NightdeskError names the first line that is no address."""
    found = []
    content = path.read_bytes()
    try:
        if b"\0" in content:
            raise ValueError("it has a zero byte")
        text = content.decode("utf-8-sig")
    except ValueError as error:
        named = " or ".join(ENDINGS)
        raise NightdeskError(
            f"{path} is no list of addresses, which is text in UTF-8 ({error}), and no WARC file, whose name ends in "
            f"{named}. Unpack first what is packed otherwise, as .wacz or .zst: the WARC files in it can be taken."
        ) from None
    for number, line in enumerate(text.splitlines(), 1):
        url = line.strip()
        if not url or url.startswith("#"):
            continue
        try:
            urls.key(url)
        except ValueError as error:
            raise NightdeskError(f"Line {number} of {path} is no address: {error}.") from None
        found.append(url)
    if not found:
        raise NightdeskError(f"{path} names no address; write one on each line.")
    return list(dict.fromkeys(found))


def by_site(followed: Sequence[Source]) -> dict[str, list[Source]]:
    """The followed sources of each site."""
    site_of: dict[str, list[Source]] = {}
    for source in followed:
        site_of.setdefault(urls.site(urls.host(source.url)), []).append(source)
    return site_of


def source_of(url: str, site_of: dict[str, list[Source]], *, private: bool = False) -> Source:
    """The source that a page belongs to; ValueError if it can belong to none.

    private: allow any host, because the guard checks it later.
    """
    urls.key(url)
    host = urls.host(url)
    urls.variant(url)
    if not urls.clean(url) or not (private or _is_public(host)):
        raise ValueError(f"{url[: urls.SHOWN_CHARACTERS]} is at no public host")
    candidates = site_of.get(urls.site(host), [])
    admits = [source for source in candidates if not rules.ruled_out(source, url)]
    of_host = [source for source in admits or candidates if urls.host(source.url) == host]
    return next(iter(of_host or admits or candidates), None) or stranger()


def stranger(name: str = IMPORTED) -> Source:
    """The source for pages whose site is not followed."""
    from pipelines.extract import preview

    return preview.anonymous("http://localhost/", name)


def tell_bad(path: Path, read: PagesRead) -> Callable[[int, str], None]:
    """A function that counts unreadable records of this file, and notes where they begin and why."""

    def bad(at: int, why: str) -> None:
        read.bad += 1
        if len(read.told) < TOLD:
            read.told.append(f"{path.name}, byte {at}: {why}")

    return bad


def count_others(read: PagesRead) -> Callable[[], None]:
    """A function to call for each answer that is no page; it counts them."""

    def other() -> None:
        read.others += 1

    return other


def _is_public(host: str) -> bool:
    """Whether a host has a name of the public web, or a public address."""
    try:
        return ip_address(host.strip("[]")).is_global
    except ValueError:
        last = host.rstrip(".").rpartition(".")[2]
        # If the last part of a name begins with a digit, the name is an IP address in an unusual form.
        return "." in host and last not in HOME_NAMES and not last[:1].isdigit()

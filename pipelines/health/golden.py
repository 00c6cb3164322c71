"""Golden pages: facts of single pages. A person reviews the facts once, and the page must keep giving them.

Only this module knows where golden pages are kept. The facts are in `golden/<source>.toml` beside the source
files, where people read and correct them. The raw page is in the data folder's `golden`, which retention leaves alone.
The check is offline.
"""

from __future__ import annotations

import json
import os
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from pipelines.errors import NightdeskError, SourceError, StoreError
from pipelines.extract import preview
from pipelines.extract.preview import Trial
from pipelines.model import Article, Page, Pointer, Rejection, Source, Template
from pipelines.settings import Settings
from pipelines.sources import folders
from pipelines.sources.sourcefile import show_path
from pipelines.stores import postgres, templates, warc

FOLDER = "golden"
# A golden page states this many words at each end of its text. Chosen: so many words in a row occur only once in a
# text.
ENDS_WORDS = 12
# The words of one end have at most this many characters in all, because in a script without blanks twelve words may be
# the whole text.
LONGEST_CHARACTERS = 100
GONE = "its raw page is not in this data folder: take it out and draft it anew with `nightdesk sources sample`"
HEAD = """\
# What these pages of {title} must keep giving; `nightdesk sources check {name}` reads them again, offline.
# Compare each with its page, mend what is wrong, then set its `reviewed` to true. A line that is left out is not
# checked. `published` is the day by the source's clock, "" where the page gives none; `begins` and `ends` are the first
# and the last words of the text, as many as you like; `note` is the mistake that a person saw.
"""


@dataclass(frozen=True, kw_only=True)
class GoldenPage:
    """A page and the facts that it must keep giving; a fact that is None is not checked.

    `published`: a day as ISO 8601, empty if the page gives none. `begins`, `ends`: words of the text. `note`: the
    mistake that a person saw, for the person who corrects it; the check does not use it.
    """

    url: str
    page_digest: str
    reviewed: bool = False
    title: str | None = None
    published: str | None = None
    language: str | None = None
    begins: str | None = None
    ends: str | None = None
    note: str | None = None


@dataclass(frozen=True, kw_only=True)
class GoldenResult:
    """A golden page that was read again, with a phrase for each fact that differs."""

    source: str
    golden: GoldenPage
    differs: tuple[str, ...]


def path(folder: Path, name: str) -> Path:
    """The file with the golden facts of a source; `folder`: the folder of the source's own file."""
    return folder / FOLDER / f"{name}.toml"


def load(file: Path) -> list[GoldenPage]:
    """The golden pages of a file, none if there is no file; SourceError names the file and the key."""
    try:
        values = tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        return []
    except (OSError, ValueError, RecursionError) as error:
        raise SourceError(f"{show_path(file)}: is no file of golden pages: {error}.") from None
    pages = values.get("page", [])
    if set(values) - {"page"} or not isinstance(pages, list) or not all(isinstance(page, dict) for page in pages):
        raise SourceError(f"{show_path(file)}: holds [[page]] tables and nothing else.")
    return [_golden(page, f"{show_path(file)}: page {number}") for number, page in enumerate(pages, 1)]


def sample_article(
    settings: Settings, conn: postgres.Connection, source: Source, number: int, *, note: str = ""
) -> GoldenPage:
    """Draft the facts of the page from which an article was made, as `sample` does."""
    row = postgres.row(conn, "raw_of_article", id=number)
    if row is None:
        raise NightdeskError(f"The raw page of article {number} is not known to the ledger.")
    stored = templates.newest(conn, source.name)
    page = warc.read(settings.raw, Pointer(**row))
    return sample(settings, source, page, stored.in_use if stored else None, note=note)


def sample(settings: Settings, source: Source, page: Page, template: Template | None, *, note: str = "") -> GoldenPage:
    """Draft the facts of a page and keep its bytes; NightdeskError if it is no article or is golden already.

    note: the mistake that a person saw in the page.
    """
    file = path(settings.sources, source.name)
    if any(golden.url == page.url for golden in load(file)):
        raise NightdeskError(
            f"{page.url} is in {show_path(file)} already; take its [[page]] out there to draft it anew."
        )
    made = preview.one(Trial(source=source, url=page.url, page=page, template=template)).made
    if isinstance(made, Rejection):
        raise NightdeskError(f"{page.url} gives no article to keep: {_show_rejection(made)}.")
    golden = replace(facts(made, source), note=_flat(note) or None)
    writer = warc.begin(settings.data / FOLDER, source.name, page.run)
    warc.append(writer, page, {"kind": FOLDER})
    warc.finish(writer)
    with folders.changing(settings, f"a golden page of {source.name}") as here:
        _add(path(here.sources, source.name), source, golden)
    return golden


def move(settings: Settings, old: str, new: str) -> None:
    """Add the golden facts of source `old` to the facts of source `new`; may be repeated after a kill."""
    with folders.changing(settings, f"golden pages of {old} to {new}") as here:
        _move(path(here.sources, old), path(here.sources, new))


def _move(file: Path, target: Path) -> None:
    if not file.exists():
        return
    if not target.exists():
        file.replace(target)
        return
    known = {page.url for page in load(target)}
    for page in load(file):
        if page.url not in known:
            _append(target, target.read_text(encoding="utf-8"), page)
    file.unlink()


def check(settings: Settings, pages: Sequence[tuple[Source, GoldenPage]]) -> list[GoldenResult]:
    """Read golden pages again as tonight's run would, each with its source's template; gives a result for each page.

    A page that nobody has reviewed is read and compared like the others. Needs Postgres if there are any pages.
    """
    if not pages:
        return []
    of = {source.name: source for source, _ in pages}
    with postgres.connection(settings, application="nightdesk golden") as conn, conn:
        learned = {name: templates.newest(conn, name) for name in of}
    kept: dict[str, Page] = {}
    lost: dict[str, str] = {}
    for name in of:
        try:
            kept.update((page.digest, page) for page in _read_kept(settings, name))
        except StoreError as error:
            lost[name] = f"its raw page cannot be read: {error}".removesuffix(".")
    there = [(source, golden) for source, golden in pages if golden.page_digest in kept]
    trials = [
        Trial(source=source, url=golden.url, page=kept[golden.page_digest], template=stored.in_use if stored else None)
        for source, golden in there
        for stored in [learned[source.name]]
    ]
    made = {id(golden): tried.made for (_, golden), tried in zip(there, preview.each(trials, 1), strict=True)}
    return [
        GoldenResult(
            source=source.name,
            golden=golden,
            differs=tuple(_differences(golden, made[id(golden)], source))
            if id(golden) in made
            else (lost.get(source.name, GONE),),
        )
        for source, golden in pages
    ]


def facts(article: Article, source: Source) -> GoldenPage:
    """The facts of an article, as a draft that nobody has reviewed yet."""
    words = article.text.split()
    return GoldenPage(
        url=article.url,
        page_digest=article.page_digest,
        title=_flat(article.title),
        published=_day(article, source),
        language=article.language,
        begins=_short(" ".join(words[:ENDS_WORDS])),
        ends=_short(" ".join(words[-ENDS_WORDS:]), end=True),
    )


def _golden(values: Mapping[str, Any], where: str) -> GoldenPage:
    allowed = {field.name for field in fields(GoldenPage)}
    for key in values:
        if key not in allowed:
            raise SourceError(f"{where}: {key} is no key of a golden page; there are {', '.join(sorted(allowed))}.")
    for key in ("url", "page_digest"):
        if not values.get(key):
            raise SourceError(f"{where}: {key} is missing; `nightdesk sources sample` writes it.")
    known = dict(values)
    if isinstance(known.get("published"), date):
        known["published"] = known["published"].isoformat()[:10]
    for key, value in known.items():
        if not isinstance(value, bool if key == "reviewed" else str):
            raise SourceError(
                f"{where}: {key} is {value!r}; it is {'true or false' if key == 'reviewed' else 'a text'}."
            )
    return GoldenPage(**known)


def _read_kept(settings: Settings, name: str) -> Iterator[Page]:
    for file in sorted((settings.data / FOLDER / name).glob(f"*/*{warc.CLOSED}")):
        for _, page, _ in warc.pages(file):
            yield page


def _differences(golden: GoldenPage, made: Article | Rejection, source: Source) -> Iterator[str]:
    if isinstance(made, Rejection):
        yield f"it is no article any more: {_show_rejection(made)}"
        return
    text = _flat(made.text)
    got = facts(made, source)
    for name in ("title", "published", "language"):
        want, have = getattr(golden, name), getattr(got, name)
        if want is not None and _flat(want) != have:
            yield f"{name} is {_quote(have)}, not {_quote(want)}"
    if golden.begins is not None and not text.startswith(_flat(golden.begins)):
        yield f"the text begins {_quote(got.begins)}, not {_quote(golden.begins)}"
    if golden.ends is not None and not text.endswith(_flat(golden.ends)):
        yield f"the text ends {_quote(got.ends)}, not {_quote(golden.ends)}"


def _add(file: Path, source: Source, golden: GoldenPage) -> None:
    """Append a draft to the file; the text that people wrote in it stays."""
    text = file.read_text(encoding="utf-8") if file.exists() else HEAD.format(title=source.title, name=source.name)
    _append(file, text, golden)


def _append(file: Path, text: str, golden: GoldenPage) -> None:
    """Write a text and then the facts of a page; facts that are None are left out."""
    told = {field.name: getattr(golden, field.name) for field in fields(GoldenPage)}
    lines = [f"{name} = {_toml(value)}" for name, value in told.items() if value is not None]
    file.parent.mkdir(parents=True, exist_ok=True)
    beside = file.with_name(f".{file.name}.{os.getpid()}")
    beside.write_text(text.rstrip("\n") + "\n\n[[page]]\n" + "\n".join(lines) + "\n", encoding="utf-8")
    beside.replace(file)


def _toml(value: object) -> str:
    """A text or a truth value as TOML writes it: like JSON, except for the character U+007F."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _day(article: Article, source: Source) -> str:
    if article.published_at is None or article.published_precision in ("month", "year"):
        return ""
    return article.published_at.astimezone(ZoneInfo(source.timezone)).date().isoformat()


def _short(words: str, *, end: bool = False) -> str:
    """The words, shortened to LONGEST_CHARACTERS; no word is cut if the script has blanks."""
    if len(words) <= LONGEST_CHARACTERS:
        return words
    cut = words[-LONGEST_CHARACTERS:] if end else words[:LONGEST_CHARACTERS]
    whole = cut.partition(" ")[2] if end else cut.rpartition(" ")[0]
    return whole or cut


def _show_rejection(made: Rejection) -> str:
    return f"{made.reason}, {made.detail}" if made.detail else str(made.reason)


def _flat(text: str) -> str:
    return " ".join(text.split())


def _quote(text: str | None) -> str:
    return f"“{text}”" if text else "empty"

"""One extractor we are measured against, over a batch: JSON Lines in, JSON Lines out, in the environment of the peers.

    bench/.venv-peers/bin/python -P bench/peers.py NAME BATCH.jsonl

A line of the batch names a page: id, path (also .gz), url, language. A line of the answer is what the peer made of it:
id, text, title, date (a day), authors, cms (CPU milliseconds of its own work) and error. It alone knows how each peer
is asked; it imports nothing of ours, for ours is not installed there.
"""

from __future__ import annotations

import gzip
import json
import logging
import re
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from types import FrameType

SECONDS = 60
DEEP = 20_000
DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
BLOCKS = re.compile(
    "address|article|aside|blockquote|br|center|dd|details|div|dl|dt|fieldset|figcaption|figure|footer|form|h[1-6r]|"
    "header|li|main|nav|ol|p|pre|section|summary|table|td|th|tr|ul"
)
UNSEEN = frozenset(("script", "style", "noscript", "template", "head"))
STOPLISTS = {
    "ar": "Arabic", "bg": "Bulgarian", "cs": "Czech", "da": "Danish", "de": "German", "el": "Greek", "en": "English",
    "es": "Spanish", "et": "Estonian", "fa": "Persian", "fi": "Finnish", "fr": "French", "he": "Hebrew", "hi": "Hindi",
    "hr": "Croatian", "hu": "Hungarian", "id": "Indonesian", "is": "Icelandic", "it": "Italian", "ko": "Korean",
    "lt": "Lithuanian", "lv": "Latvian", "nl": "Dutch", "no": "Norwegian_Bokmal", "nb": "Norwegian_Bokmal",
    "nn": "Norwegian_Nynorsk", "pl": "Polish", "pt": "Portuguese", "ro": "Romanian", "ru": "Russian", "sk": "Slovak",
    "sl": "Slovenian", "sv": "Swedish", "sw": "Swahili", "tr": "Turkish", "uk": "Ukrainian", "ur": "Urdu",
    "vi": "Vietnamese",
}  # fmt: skip


@dataclass(frozen=True)
class PeerJob:
    """A page of the batch: its bytes, the same as text, and what is known of it."""

    content: bytes
    html: str
    url: str
    language: str


@dataclass(frozen=True)
class PeerAnswer:
    """What a peer made of a page; empty where it says nothing."""

    text: str = ""
    title: str = ""
    date: str = ""
    authors: tuple[str, ...] = ()


class TooSlowError(Exception):
    """A peer took longer than its time for one page."""


def main(words: list[str]) -> int:
    """Run one peer over the batch; a page it fails on is an empty line with the error's name."""
    name, batch = words
    logging.disable(logging.CRITICAL)
    sys.setrecursionlimit(DEEP)
    work = PEERS[name][1]()
    with Path(batch).open(encoding="utf-8") as lines:
        for row in map(json.loads, lines):
            made, error, began = PeerAnswer(), "", time.process_time()
            job = _job(row)
            began = time.process_time()
            try:
                with _limit():
                    made = work(job)
            except Exception as failure:  # noqa: BLE001 - what a peer raises is its own, and counts as an empty text
                error = type(failure).__name__
            cms = 1000 * (time.process_time() - began)
            print(json.dumps({"id": row["id"], **asdict(made), "cms": round(cms, 3), "error": error}), flush=True)
    return 0


def _trafilatura(**switches: bool) -> Callable[[], Callable[[PeerJob], PeerAnswer]]:
    def load() -> Callable[[PeerJob], PeerAnswer]:
        from trafilatura import bare_extraction

        def work(job: PeerJob) -> PeerAnswer:
            found = bare_extraction(job.content, **switches)
            if found is None:
                return PeerAnswer()
            # Without metadata these fields hold nothing.
            authors = tuple(name.strip() for name in (found.author or "").split(";") if name.strip())
            return PeerAnswer(found.text or "", found.title or "", found.date or "", authors)

        return work

    return load


def _readability() -> Callable[[PeerJob], PeerAnswer]:
    from lxml.html import fromstring
    from readability import Document

    def work(job: PeerJob) -> PeerAnswer:
        document = Document(job.html)
        return PeerAnswer(_lines(fromstring(document.summary(html_partial=True))), document.short_title() or "")

    return work


def _resiliparse() -> Callable[[PeerJob], PeerAnswer]:
    from resiliparse.extract.html2text import extract_plain_text

    def work(job: PeerJob) -> PeerAnswer:
        text = extract_plain_text(job.html, main_content=True, list_bullets=False, alt_texts=False, comments=False)
        return PeerAnswer(text)

    return work


def _newspaper() -> Callable[[PeerJob], PeerAnswer]:
    from newspaper import Article

    def work(job: PeerJob) -> PeerAnswer:
        try:
            article = Article(job.url, language=job.language or "en", fetch_images=False)
            article.download(input_html=job.html)
        except (ValueError, ImportError):  # a language it has no stop words or no tokenizer for
            article = Article(job.url, language="en", fetch_images=False)
            article.download(input_html=job.html)
        article.parse()
        return PeerAnswer(article.text or "", article.title or "", _day(article.publish_date), _names(article.authors))

    return work


def _goose() -> Callable[[PeerJob], PeerAnswer]:
    from goose3 import Goose

    goose = Goose({"enable_image_fetching": False})

    def work(job: PeerJob) -> PeerAnswer:
        article = goose.extract(raw_html=job.html, url=job.url)
        date = article.publish_datetime_utc or article.publish_date
        return PeerAnswer(article.cleaned_text or "", article.title or "", _day(date), _names(article.authors))

    return work


def _justext() -> Callable[[PeerJob], PeerAnswer]:
    from justext import get_stoplist, justext

    def work(job: PeerJob) -> PeerAnswer:
        name = STOPLISTS.get(job.language)
        if name:
            found = justext(job.html, get_stoplist(name))
        else:
            found = justext(job.html, frozenset(), stopwords_low=0, stopwords_high=0)
        return PeerAnswer("\n".join(paragraph.text for paragraph in found if not paragraph.is_boilerplate))

    return work


def _boilerpy() -> Callable[[PeerJob], PeerAnswer]:
    from boilerpy3.extractors import ArticleExtractor

    extractor = ArticleExtractor()
    return lambda job: PeerAnswer(extractor.get_content(job.html))


def _newsplease() -> Callable[[PeerJob], PeerAnswer]:
    from newsplease import NewsPlease

    def work(job: PeerJob) -> PeerAnswer:
        found = NewsPlease.from_html(job.html, url=job.url, fetch_images=False)
        return PeerAnswer(found.maintext or "", found.title or "", _day(found.date_publish), _names(found.authors))

    return work


def _htmldate() -> Callable[[PeerJob], PeerAnswer]:
    from htmldate import find_date

    return lambda job: PeerAnswer(date=find_date(job.content, original_date=True) or "")


# name -> the package it is of, and what loads it
PEERS: dict[str, tuple[str, Callable[[], Callable[[PeerJob], PeerAnswer]]]] = {
    # The others would say the same of title, date and authors as the first, and be slower by as much.
    "trafilatura": ("trafilatura", _trafilatura(include_comments=False, with_metadata=True)),
    "trafilatura_default": ("trafilatura", _trafilatura()),
    "trafilatura_precision": ("trafilatura", _trafilatura(include_comments=False, favor_precision=True)),
    "trafilatura_recall": ("trafilatura", _trafilatura(include_comments=False, favor_recall=True)),
    "readability": ("readability-lxml", _readability),
    "resiliparse": ("resiliparse", _resiliparse),
    "newspaper4k": ("newspaper4k", _newspaper),
    "goose3": ("goose3", _goose),
    "justext": ("justext", _justext),
    "boilerpy3": ("boilerpy3", _boilerpy),
    "newsplease": ("news-please", _newsplease),
    "htmldate": ("htmldate", _htmldate),
}


def _job(row: dict[str, str]) -> PeerJob:
    packed = Path(row["path"]).read_bytes()
    content = gzip.decompress(packed) if row["path"].endswith(".gz") else packed
    # A declared encoding in a text that is decoded already is an error to lxml.
    html = DECLARATION.sub("", content.decode("utf-8", "replace"))
    return PeerJob(content, html, row["url"], row.get("language") or "")


@contextmanager
def _limit() -> Iterator[None]:
    def stop(number: int, frame: FrameType | None) -> None:
        raise TooSlowError

    signal.signal(signal.SIGALRM, stop)
    signal.alarm(SECONDS)
    try:
        yield
    finally:
        signal.alarm(0)


def _lines(tree: object) -> str:
    """The visible text of a tree, a line to each block."""
    parts: list[str] = []

    def walk(element: object) -> None:
        tag = getattr(element, "tag", None)
        if isinstance(tag, str) and tag not in UNSEEN:
            block = BLOCKS.fullmatch(tag) is not None
            parts.append("\n" if block else "")
            parts.append((element.text or "").replace("\n", " "))  # type: ignore[attr-defined]
            for child in element:  # type: ignore[attr-defined]
                walk(child)
            parts.append("\n" if block else "")
        parts.append((getattr(element, "tail", None) or "").replace("\n", " "))

    walk(tree)
    lines = (" ".join(line.split()) for line in "".join(parts).split("\n"))
    return "\n".join(line for line in lines if line)


def _names(found: object) -> tuple[str, ...]:
    """Names out of what a peer calls authors; one of them gives lists within the list where the page does."""
    if isinstance(found, list | tuple | set):
        return tuple(name for each in found for name in _names(each))
    return (found,) if isinstance(found, str) and found else ()


def _day(found: object) -> str:
    return str(found)[:10] if found else ""


if __name__ == "__main__":
    if sys.argv[1:] == ["--versions"]:
        print(json.dumps({name: version(package) for name, (package, _) in PEERS.items()}))
        sys.exit(0)
    sys.exit(main(sys.argv[1:]))

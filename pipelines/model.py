"""The records that travel between the stages; a field has the name of its column."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from pipelines.codes import Reason, RunCode, RunState

# A run key has this form, in UTC; the key of a run that a person started has seconds as well.
RUN_KEY = "%Y-%m-%dT%H%M"


@dataclass(frozen=True, kw_only=True)
class Expect:
    """What a source promises; breaking a promise is reported.

    articles_per_run: the least number of new articles in a usual night (0: no promise).
    languages: two- or three-letter codes of the languages that its articles may have (empty: any language).
    """

    articles_per_run: int = 0
    languages: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Source:
    """A publisher we follow: one TOML file, whose stem is the name.

    schedule: cron expression in the source's own time zone; empty means every run.
    feeds, sitemaps, sections: absolute http(s) URLs of its lists; a run reads each list that is due.
    allow, deny: regular expressions on the whole URL; an article URL must match one of allow (if any) and none of deny.
    delay: seconds between two requests to one host, at least 0.1; more if robots.txt asks for more. list_pause_least,
    list_pause_most: the fewest and the most minutes between two looks at one of its lists, in runs that begin by
    themselves.
    max_age: days; entries with an older date are excluded. max_pages: article pages fetched in one run at most.
    keep_raw: days its raw files are kept; 0: for ever; -1: as the installation's setting says.
    keep_text: days its article files and earlier wordings are kept; 0: for ever; -1: as the installation's setting
    says.
    prune: XPath of page parts that never belong to the article.
    phrases: repeated lines of this site that are no text of an article, in addition to the built-in lists.
    render: whether a browser reads article and section pages, for a site that shows nothing without scripts. headers,
    cookies, auth, proxy: secret parts of its requests, each given by the name of a secret and never by its value
    (pipelines.sources.access).
    groups: names under which queries and watches use several sources together.
    """

    name: str
    title: str
    url: str
    country: str
    language: str
    timezone: str
    schedule: str = ""
    feeds: tuple[str, ...] = ()
    sitemaps: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()
    allow: tuple[str, ...] = ()
    deny: tuple[str, ...] = ()
    prune: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()
    delay: float = 1.0
    list_pause_least: int = 5  # minutes; chosen: articles are found soon enough, and a site hardly notices the looks
    list_pause_most: int = 1200  # minutes; chosen: 20 hours, so that a nightly run asks for every list
    max_age: int = 30  # days; chosen: older entries of a feed are no news
    max_pages: int = 500  # chosen: a usual night brings fewer
    keep_raw: int = -1  # days; below zero: as NIGHTDESK_KEEP_RAW_DAYS says
    keep_text: int = -1  # days; below zero: as NIGHTDESK_KEEP_TEXT_DAYS says
    render: bool = False
    headers: tuple[str, ...] = ()
    cookies: str = ""
    auth: str = ""
    proxy: str = ""
    groups: tuple[str, ...] = ()
    expect: Expect = field(default_factory=Expect)


@dataclass(frozen=True, kw_only=True)
class Entry:
    """What a feed or sitemap said about a URL; fields that it did not give are empty. Dates are aware, in UTC.

    published_precision: empty if the time shows the precision by itself: midnight UTC means the day, any other time is
    exact to the second.
    guid: the feed's own identifier of the entry; empty if the identifier is the entry's address.
    """

    url: str
    title: str = ""
    summary: str = ""
    authors: tuple[str, ...] = ()
    published_at: datetime | None = None
    published_precision: str = ""
    modified_at: datetime | None = None
    language: str = ""
    tags: tuple[str, ...] = ()
    guid: str = ""


@dataclass(frozen=True, kw_only=True)
class Page:
    """A response exactly as the site sent it.

    body: the bytes as received, still content-encoded (`headers` says how).
    digest: sha256 hex of `body`.
    headers: (name, value) pairs as sent.
    via: the feed, sitemap or section that named the page.
    entry: what that list said of the page.
    """

    source: str
    run: str
    url: str
    final_url: str
    fetched_at: datetime
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    digest: str
    via: str = ""
    entry: Entry | None = None


@dataclass(frozen=True, kw_only=True)
class Pointer:
    """The place of a response record in the raw store: byte offset and length.

    warc_file: the path below the data folder's `raw`; an absolute path (`warc.is_elsewhere`) is a file that was
    imported in place.
    """

    warc_file: str
    warc_offset: int
    warc_length: int


@dataclass(frozen=True, kw_only=True)
class RemovedBlock:
    """A block of text that was cut from an article, and why."""

    text: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Article:
    """An article as extracted from one page.

    text: paragraphs separated by one line feed, NFC, joiners kept. published_at, modified_at: aware, at the offset that
    the page states, else in the source's time zone; so their day is the site's own day. The stores keep only the
    instant.
    published_precision: second, minute, hour, day, month, year or empty.
    published_from: json-ld, meta, feed, text, url or empty.
    removed: the cut parts: first those that the source's `prune` removed, then the others in page order.
    page_digest: sha256 hex of the bytes it came from.
    extractor: name and version.
    """

    source: str
    url: str
    canonical_url: str
    title: str
    description: str
    text: str
    authors: tuple[str, ...]
    language: str
    published_at: datetime | None
    published_precision: str
    published_from: str
    modified_at: datetime | None
    image: str
    tags: tuple[str, ...]
    section: str
    removed: tuple[RemovedBlock, ...]
    page_digest: str
    extractor: str


@dataclass(frozen=True, kw_only=True)
class Template:
    """What was learned of a source from its own pages, without anybody writing a selector.

    pages: how many it was learned from.
    lines: (key, on how many pages) of lines that repeat across its articles; `phrases.key` makes the key of a line.
    inside, outside: paths (blocks.TextPlace.path) at which the pages agree that the article is there (inside) or is not
    (outside).
    agreement: on pages that were not used for learning, the share of the article that the template does not cut, 0 to
    1.
    """

    source: str
    pages: int
    lines: tuple[tuple[str, int], ...] = ()
    inside: tuple[str, ...] = ()
    outside: tuple[str, ...] = ()
    agreement: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Rejection:
    """A page that is no article, and why. `text`: the text that was found on the page all the same.

    reason: the code, which load writes into `outcomes.reason` and `urls.code`; detail: the particulars, for people.
    """

    source: str
    url: str
    reason: Reason
    detail: str = ""
    text: str = ""
    page_digest: str = ""
    extractor: str = ""


@dataclass(frozen=True, kw_only=True)
class Match:
    """One place where a watch's term was found: field is title, description or text; offset counts characters in the
    field.
    """

    term: str
    surface: str
    field: str
    offset: int
    snippet: str


@dataclass(frozen=True, kw_only=True)
class Tally:
    """What one stage did for one source in one run; it is a row of `runs`.

    state: running, done, failed, busy (another process has the source) or stopped (closed early, nothing lost).
    counts: how many of what; the docstring of each stage's function names its counts. One word may count different
    things in two stages: crawl's "new" are URLs, load's are articles.
    code: why the stage gave nothing, if programs have to know.
    """

    run: str
    source: str
    stage: str
    state: RunState
    counts: dict[str, int] = field(default_factory=dict)
    message: str = ""
    code: RunCode = RunCode.NONE

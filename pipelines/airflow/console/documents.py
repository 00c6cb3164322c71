"""The answers of the read API: stable fields, each with its meaning; other fields of a record are left out."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field


class Document(BaseModel):
    """The base of all parts of an answer."""

    model_config = ConfigDict(extra="ignore")


class Mark(Document):
    """A place that the query found, counted in characters."""

    field: str = Field(description="title, description or text")
    start: int
    end: int = Field(description="the first character behind it")


class Piece(Document):
    """A piece of a passage."""

    text: str
    marked: bool = Field(description="whether the query found it")


class Passage(Document):
    """The text around a place that was found."""

    field: str = Field(description="title, description or text")
    pieces: list[Piece]


class Answer(Document):
    """An article that matches a search; its text is at /articles/{id}."""

    id: int
    source: str
    url: str = Field(description="the address it was found at, as its site wrote it")
    title: str
    authors: list[str]
    language: str = Field(description="ISO 639 code, or empty")
    direction: str = Field(description="rtl or ltr")
    dated: datetime = Field(description="when it was published, or first seen where the page does not say so or later")
    published_at: datetime | None
    first_fetched_at: datetime
    revision: int = Field(description="number of its newest version")
    gone_at: datetime | None = Field(description="when its site was seen not to have it any more")
    story_id: int = Field(description="its story: the least number of an article of it; a page has each story once")
    outlets: int = Field(description="how many sources carry its story")
    marks: list[Mark]
    passages: list[Passage]


class SearchPage(Document):
    """A page of the answers to a search."""

    answers: list[Answer]
    after: str = Field(description="cursor of the next page; empty on the last one")
    read_to: datetime | None = Field(description="the search went back to here, if it ended before the page was full")
    ranked_newest: bool = Field(description="best first: of very many candidates only the newest were ranked")
    complete: bool = Field(description="false while articles of before are not in the index yet")


class Count(Document):
    """The number of articles that match a search."""

    number: int
    more: bool = Field(description="the count stopped early: there may be more than this number")


class Cut(Document):
    """A part of the page that was left out of the text."""

    text: str
    reason: str


class Version(Document):
    """One wording of an article, and its origin."""

    revision: int
    kind: str = Field(description="what the edit was: correction, substantial, headline, minor; empty of the first")
    run: str
    fetched_at: datetime
    title: str
    description: str
    text: str
    direction: str = Field(description="rtl or ltr")
    url: str = Field(description="the address that was asked for")
    final_url: str = Field(description="the address that answered")
    status: int | None
    page_sha256: str = Field(description="of the bytes that the site sent")
    text_retired_at: datetime | None = Field(description="when retention took the words; null where they are there")
    text_sha256: str
    normal_form_sha256: str = Field(description="of the text in its normal form: equal where only marks differ")
    extractor: str = Field(description="what read the page, with the version of the source's template")
    warc_file: str | None = Field(description="the raw file, below the raw store")
    warc_offset: int | None
    warc_length: int | None
    record: str = Field(description="WARC-Record-ID; empty where the raw file is not on this machine")


class Article(Document):
    """An article with its present wording and its newest versions."""

    id: int
    story_id: int = Field(description="the story it tells, as /stories takes it")
    source: str
    url: str
    canonical_url: str = Field(description="the address that the page calls its own")
    title: str
    description: str
    text: str = Field(description="paragraphs, separated by a line feed")
    authors: list[str]
    language: str = Field(description="ISO 639 code, or empty")
    direction: str = Field(description="rtl or ltr")
    dated: datetime
    published_at: datetime | None
    published_precision: str = Field(description="second, minute, day, month, year or empty")
    published_from: str = Field(description="where the date stands: json-ld, meta, feed, text, url or empty")
    modified_at: datetime | None
    image: str
    tags: list[str]
    section: str
    words: int
    revision: int
    first_run: str
    first_fetched_at: datetime
    fetched_at: datetime = Field(description="when this wording was fetched")
    seen_at: datetime = Field(description="when it was last seen at its site")
    gone_at: datetime | None
    page_sha256: str
    extractor: str
    cut: list[Cut] = Field(description="what was left out of the text, and why")
    versions: list[Version] = Field(description="newest first")
    after: int | None = Field(description="the revision to go on from for older versions; null where there is none")


class Telling(Document):
    """An article in a story."""

    article_id: int
    place: int = Field(description="1 for the outlet that told it first")
    source: str
    told_at: datetime
    share: float = Field(description="the part of its text that stands in the story's first article")
    url: str
    title: str
    language: str
    direction: str = Field(description="rtl or ltr")
    gone_at: datetime | None


class Story(Document):
    """Articles that tell the same story, in the order of publication."""

    story_id: int
    articles: list[Telling]
    after: int | None = Field(description="the place to go on from; null on the last page")


class Source(Document):
    """A source, followed or no longer followed, and the result of its last run."""

    source: str = Field(description="its name")
    followed: bool
    title: str = Field(description="what it calls itself; this and the next five are empty where it is not followed")
    url: str
    country: str
    language: str
    timezone: str
    schedule: str
    newest_article_at: datetime | None
    last_run: str | None
    last_started_at: datetime | None
    last_state: str | None
    last_message: str | None


class SourcePage(Document):
    """A page of the sources, by name."""

    sources: list[Source]
    after: str = Field(description="the name to go on from; empty on the last page")


class LedgerRow(Document):
    """The state of an address in the ledger."""

    id: int
    source: str
    url: str
    kind: str = Field(description="feed, sitemap, section or article")
    state: str
    code: str = Field(description="why, for programs; docs/reference.md has the codes")
    reason: str = Field(description="why, for people")
    via: str = Field(description="the list that named it")
    discovered_at: datetime
    discovered_run: str
    fetched_at: datetime | None
    decided_at: datetime | None
    decided_run: str | None
    next_at: datetime | None = Field(description="when it is looked at again")
    looks: int
    alias_of: int | None = Field(description="the row of its article's own address")


class Event(Document):
    """Something that happened to an address."""

    at: datetime | None
    source: str
    run: str | None
    what: str
    reason: str
    pointer: str = Field(description="where its page is in the raw store")


class Ledger(Document):
    """All that the ledger knows of an address and of the other addresses of its article."""

    url: str
    rows: list[LedgerRow]
    story: list[Event] = Field(description="in the order it happened, where each address stands now last")


class Mistake(Document):
    """The mistake in a query, and its place."""

    detail: str = Field(description="what to write instead")
    query: str
    start: int = Field(description="where the mistake begins in the query, counted in characters")
    end: int
    shown: str = Field(description="the place in the query with a caret, for people")


class Refusal(Document):
    """The reason why there is no answer."""

    detail: str

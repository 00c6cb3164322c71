"""Sample articles: reads pages of a site and gives what would be stored of each, with a verdict for a person to
check."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from pipelines.codes import Reason
from pipelines.extract import preview
from pipelines.extract.preview import Trial
from pipelines.model import Article, Page, Rejection, Source
from pipelines.sources import zones
from pipelines.text import words

GOOD = "good"
# These zones have rare clocks. If a date keeps its offset when its page is read with a rare clock instead of the
# source's, the page itself states the offset. The second zone is for sources in the first.
ODD_ZONES = ("Asia/Kathmandu", "Pacific/Chatham")


@dataclass(frozen=True, kw_only=True)
class Sample:
    """One article that was tried.

    `published`: in the site's own clock, with its offset.
    `cut`: reason -> number of blocks.
    `verdict`: good, or the fault in words. `reason`, `detail`: set if the page is no article.
    `forms`: its other addresses, from redirects or named by the page itself.
    `offset`: minutes east of UTC of its date, from the page or from an assumed clock; in `keep_stated` only from the
    page.
    """

    url: str
    title: str = ""
    published: str = ""
    words: int = 0
    cut: tuple[tuple[str, int], ...] = ()
    verdict: str = GOOD
    reason: Reason | None = None
    detail: str = ""
    forms: tuple[str, ...] = ()
    language: str = ""
    offset: int | None = None

    @property
    def kind(self) -> str:
        """The fault of the sample, without the details."""
        return self.verdict if self.reason is None else str(self.reason)

    @property
    def good(self) -> bool:
        """Whether the article would be stored correctly."""
        return self.verdict == GOOD


def read(pages: Sequence[Page], source: Source) -> list[Sample]:
    """Extract each page as a night would, in a separate process with a time limit."""
    trials = [Trial(source=source, url=page.url, page=page) for page in pages]
    return [_sample(page, done.made, source) for page, done in zip(pages, preview.each(trials, 1), strict=True)]


def keep_stated(pages: Sequence[Page], source: Source) -> list[Sample]:
    """The same as `read`, but keeps only offsets that the pages state themselves."""
    found = read(pages, source)
    other = next(zone for zone in ODD_ZONES if zone != source.timezone)
    timed = [at for at, sample in enumerate(found) if sample.offset is not None]
    again = read([pages[at] for at in timed], replace(source, timezone=other))
    for at, once_more in zip(timed, again, strict=True):
        if once_more.offset != found[at].offset:
            # If both clocks give the same moment, the page states the time in UTC, and only the source's clock shows it
            # with another offset.
            in_utc = _minute(once_more) == _minute(found[at])
            found[at] = replace(found[at], offset=0 if in_utc else None)
    return found


def _minute(sample: Sample) -> datetime:
    """The minute of publication of a sample that has an offset."""
    return datetime.fromisoformat(sample.published.replace(" UTC?", "+00:00"))


def _sample(page: Page, made: Article | Rejection, source: Source) -> Sample:
    if not isinstance(made, Article):
        reason, detail = made.reason, made.detail
        said = f"{reason}: {detail}" if detail else str(reason)
        return Sample(url=page.url, verdict=said, reason=reason, detail=detail)
    at = made.published_at
    count = words(made.text)
    wrong = [] if at else ["without a date"]
    wrong += ["title and nothing else"] if not made.text.strip() else []
    stated = at is not None and made.published_precision in ("minute", "second") and made.published_from != "feed"
    offset = at.utcoffset() if at and stated else None
    cut = Counter(removed.reason for removed in made.removed)
    return Sample(
        url=page.url,
        title=made.title,
        published=_moment(at, source, timed=stated or _has_time(made)) if at else "",
        words=count,
        cut=tuple(cut.most_common()),
        verdict=", ".join(wrong) or GOOD,
        forms=tuple(url for url in dict.fromkeys((page.final_url, made.canonical_url)) if url and url != page.url),
        language=made.language,
        offset=int(offset.total_seconds() // 60) if offset is not None else None,
    )


def _moment(at: datetime, source: Source, *, timed: bool) -> str:
    if not timed:
        return f"{at:%Y-%m-%d}"
    if source.timezone != zones.UNKNOWN:
        return at.astimezone(ZoneInfo(source.timezone)).isoformat(" ", "minutes")
    # While the site's clock is unknown, a time in UTC may be stated by the page or only be assumed, hence the `?`.
    return at.isoformat(" ", "minutes") if at.utcoffset() else f"{at:%Y-%m-%d %H:%M} UTC?"


def _has_time(made: Article) -> bool:
    return made.published_precision in ("minute", "second")

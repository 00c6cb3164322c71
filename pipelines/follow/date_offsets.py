"""Finds the offsets from UTC in a list's dates. They show the site's clock; the libraries that read feeds drop them."""

from __future__ import annotations

import re
from collections import Counter

# Only this many bytes of a feed, from its beginning, are searched for offsets. Chosen: they hold thousands of dates.
SAMPLE_BYTES = 1_000_000
DATE = re.compile(
    rb"<(?:pubDate|published|updated|issued|(?:dc:)?date|lastmod|news:publication_date|publication_date)\b[^>]{0,100}>"
    rb"\s*(?:<!\[CDATA\[)?[^<\]]{6,40}?(?:([+-])(\d\d):?(\d\d)|(GMT|UTC|Z))\s*(?:\]\]>)?\s*</",
)


def offsets(body: bytes) -> tuple[tuple[int, int], ...]:
    """The offsets in a feed or sitemap, the most frequent first: (minutes east of UTC, number of dates). Dates without
    an offset are left out."""
    found: Counter[int] = Counter()
    for sign, hours, minutes, _ in DATE.findall(body[:SAMPLE_BYTES]):
        east = int(hours or 0) * 60 + int(minutes or 0)
        found[-east if sign == b"-" else east] += 1
    return tuple(found.most_common())

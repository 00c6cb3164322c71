"""Whether the words of a revision are still kept: retention deletes the description and the text of an old revision,
not its title. Only this module knows how a row tells this.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any


def retired_at(row: Mapping[str, Any]) -> datetime | None:
    """When retention deleted the description and the text of a revision; None if they are kept."""
    at: datetime | None = row["text_retired_at"]
    return at


def is_kept(row: Mapping[str, Any]) -> bool:
    """Whether a revision still has its description and its text."""
    return retired_at(row) is None


def digest_text(row: Mapping[str, Any]) -> str:
    """The SHA-256 of a revision's text as stored; empty if the text is no longer kept.

    The digest in the ledger cannot be used for this, because it is of the normal form of the text.
    """
    return sha256(row["text"].encode()).hexdigest() if is_kept(row) else ""


def explain(row: Mapping[str, Any], *, article: int | None = None) -> str:
    """A sentence to show in place of a revision's words; empty if they are kept. article: the number of the article, if
    the sentence has to name it."""
    at = retired_at(row)
    if at is None:
        return ""
    of_article = "" if article is None else f" of article {article}"
    return (
        f"The description and the text of revision {row['revision']}{of_article} are no longer kept: retention deleted "
        f"them on {at:%Y-%m-%d} (NIGHTDESK_KEEP_TEXT_DAYS, or keep_text of the source)."
    )

"""Errors with a sentence for people: it names what happened, where, and what to do.

Most of them need a person. AwayError and TakenOverError need nobody: the work is done later, or by another process.
"""

import unicodedata

# An error shows this many characters of a query before a mistake, and as many after it.
AROUND = 30


class NightdeskError(Exception):
    """An error that we know. Its text is a whole sentence for people; if a person must act, it says what to do."""

    # Whether the log has the sentence already, so that a handler need not write it again.
    logged = False


class SourceError(NightdeskError):
    """A source file does not keep the form: the message names the file, the key and what is allowed."""


class SettingsError(NightdeskError):
    """A setting is missing or cannot be used: the message names it and shows a value that works."""


class DatabaseError(NightdeskError):
    """Postgres cannot be reached or is not ready for this version of Nightdesk."""


class CrawlError(NightdeskError):
    """A source could not be crawled: nothing of it could be reached, or the spider ended too early."""


class DiskFullError(NightdeskError):
    """The data folder is nearly full: the stage stopped before it could lose something."""


class StoreError(NightdeskError):
    """A raw file or an article file cannot be read: the message names the file and the record, and says what can still
    be read.
    """


class TooLargeError(StoreError):
    """A stored page holds more bytes than may be read of one page."""


class AwayError(StoreError):
    """The bucket of the raw store does not answer: nothing is decided, and the work is tried again later."""


class TakenOverError(NightdeskError):
    """Another process has begun the same work again, because this process was paused. This process writes nothing
    more."""


class ChannelError(NightdeskError):
    """A channel is not configured or does not take messages: the message names the channel, never its address."""


class QueryError(NightdeskError):
    """A query cannot be used as written: written[start:end] is the place of the mistake, reason says what to write
    instead.

    The error's text shows the place with a caret below it. In right-to-left text the caret stands inside the text,
    because no program knows in which column a letter of such a text is shown.
    """

    def __init__(self, reason: str, written: str, start: int, end: int = 0) -> None:
        self.reason, self.written, self.start, self.end = reason, written, start, max(end, start + 1)
        super().__init__(f"{reason}\n{_point_at(written, start)}" if written.strip() else reason)


class CursorError(NightdeskError):
    """A text is no cursor, or is the cursor of another search. The message says how to go on."""


class CostlyError(NightdeskError):
    """A search would have read too much of the archive and was stopped. The message says how to narrow it."""


class HoldError(NightdeskError):
    """A hold cannot be made or released: nothing in the archive is what was asked for, or there is no such hold."""


class WatchError(NightdeskError):
    """A watch cannot be used as written: the message names the watch and what is allowed."""


def _point_at(written: str, at: int) -> str:
    left, right = max(0, at - AROUND), at + AROUND
    before, after = written[left:at], written[at:right]
    before, after = (" ".join(("x" + part + "x").split())[1:-1] for part in (before, after))
    before, after = ("…" if left else "") + before, after + ("…" if right < len(written) else "")
    if any(unicodedata.bidirectional(letter) in ("R", "AL", "AN") for letter in before + after):
        return f"  {before} ^ {after}".rstrip()
    wide = sum(
        0 if unicodedata.combining(letter) else 1 + (unicodedata.east_asian_width(letter) in "WF") for letter in before
    )
    return f"  {before}{after}\n  {' ' * wide}^"

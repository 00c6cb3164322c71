"""What can go wrong in a way a person has to act on: every message names what, where and what to do."""


class NightdeskError(Exception):
    """Something a person has to act on; its text is a whole sentence that says what to do."""

    # Whether the sentence stands in the log of whoever raises it.
    told = False


class SourceError(NightdeskError):
    """A source file does not keep the form: names the file, the key and what is allowed."""


class SettingsError(NightdeskError):
    """A setting is missing or cannot be used: names it and shows a value that works."""


class DatabaseError(NightdeskError):
    """Postgres cannot be reached or is not ready for this version of Nightdesk."""


class CrawlError(NightdeskError):
    """A source could not be crawled: nothing reachable, or the spider ended before its work did."""


class DiskFullError(NightdeskError):
    """The data folder is nearly full: the stage stopped before it could lose something."""


class StoreError(NightdeskError):
    """A raw file or an article file cannot be read: names the file, the record and what is whole in it."""


class ChannelError(NightdeskError):
    """A channel is not configured or does not take messages: names the channel, never its address."""


class WatchError(NightdeskError):
    """A watch cannot be used as written: names the watch and what is allowed."""

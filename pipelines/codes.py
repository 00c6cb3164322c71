"""What Nightdesk decides, as codes that programs read. The sentence for people is always a second field.

A stored code is text in a column. A check in the database lets only the codes that are listed here into the column.
docs/reference.md has every code, with what a person can do about it. A sentence may be improved at any time, because
only people read it.
"""

from __future__ import annotations

from enum import StrEnum


class CodeWithMeaning(StrEnum):
    """A code and its meaning in one line."""

    means: str

    def __new__(cls, value: str, means: str = "") -> CodeWithMeaning:
        """The enum calls this for each member."""
        made = str.__new__(cls, value)
        made._value_ = value
        made.means = means
        return made


class State(CodeWithMeaning):
    """The state of a URL in the ledger. A URL in one of the first two states is not decided yet."""

    DISCOVERED = "discovered", "a list named it; it was not fetched yet"
    FETCHED = "fetched", "its page is in the raw store; load has not decided yet"
    STORED = "stored", "it is an article, or a list that was read"
    UNCHANGED = "unchanged", "the last look brought the same page"
    DUPLICATE = "duplicate", "another address of an article that is known; the reason says how that was found"
    REJECTED = "rejected", "its page is no article; the code says why"
    EXCLUDED = (
        "excluded",
        "a rule kept it out: another site, too old, the home page, `allow` or `deny` of the source, robots.txt",
    )
    BLOCKED = "blocked", "the site refused us (403, 401, 429, a challenge)"
    FAILED = "failed", "no usable answer came: time-out, 5xx, a broken body; it is tried again"
    GONE = "gone", "the site says that it is no longer there (410, or 404 twice)"


class Kind(CodeWithMeaning):
    """What a URL leads to."""

    FEED = "feed", "a feed: RSS, Atom or JSON"
    SITEMAP = "sitemap", "a sitemap, or an index of sitemaps"
    SECTION = "section", "a page that lists articles"
    ARTICLE = "article", "what may be an article"


class RunCode(CodeWithMeaning):
    """Why a stage gave nothing for a source. There is no code if there was simply nothing new. The message says the
    reason in words.
    """

    NONE = "", "the state says it all"
    UNREACHABLE = "unreachable", "no list could be fetched, or no page"
    KEPT_OUT = "kept out", "the source's own `allow` or `deny` lets in nothing that its lists name"


class Reason(CodeWithMeaning):
    """Why a page is no article."""

    EMPTY = "empty page", "the page shows no text, and gives none for machines"
    NOT_HTML = "not html", "a PDF, a picture, JSON, …"
    LISTING = "listing", "the page lists articles"
    HOME = "home page", "the address leads to the home page"
    SOFT_404 = "soft 404", 'the page says "not found"'
    PAYWALL = "paywall", "only the start of the article is shown"
    CONSENT = "consent wall", "the page asks for consent before it shows anything"
    CHALLENGE = "challenge page", "the site wants to tell people from programs"
    ERROR_PAGE = "error page", "the site answered with an error"
    REGION = "not shown in this region", "the site does not serve your country"
    MEDIA = "gallery or video only", "pictures or a player with hardly any text"
    TOO_SHORT = "too short", "fewer than 15 words of text"
    NO_TITLE = "no title", "no title was found"
    WRONG_LANGUAGE = "wrong language", "a language that `expect.languages` does not name"
    TOO_LARGE = "too large", "more than 5 MB of HTML, or too many tags"
    TOO_SLOW = "too slow", "reading the page took more than its limit of CPU time"
    UNREADABLE = "unreadable", "what the site sent cannot be decoded or parsed"


class Cause(CodeWithMeaning):
    """Why a look at a URL, or the URL itself, ended as it did: `urls.code`, `fetches.code`.

    Empty if the state says everything. For a page that is no article, the code is the `Reason` of the rejection
    instead.
    """

    NONE = "", "the state says it all"
    # These causes exclude a URL by a rule of Nightdesk or of the source's file.
    OTHER_SITE = "other site", "it is at another site than the source and its lists"
    TOO_OLD = "too old", "its date is further back than the source's `max_age`"
    HOME_PAGE = "home page", "the address leads to the home page"
    TOO_LONG = "too long", "its address is longer than servers and browsers bear"
    ALLOW = "allow", "no pattern of the source's `allow` matches the address"
    DENY = "deny", "a pattern of the source's `deny` matches the address"
    ERASED = "erased", "its article was erased on request, and is not taken again"
    LIST_LEFT = "list left", "the list that named it is no longer in the source's file"
    MOVED_AWAY = "moved away", "it redirects to another site"
    ROBOTS = "robots.txt", "the site's robots.txt forbids it"
    GUARD = "guard", "the guard lets no request go there: no http address, a user name in it, no contact is set"
    GUARD_NETWORK = "guard network", "the guard lets no request go there: a private address, or an unusual port"
    GUARD_REDIRECT = "guard redirect", "it redirects to what is no http address"
    # With these causes a URL is blocked: the site refuses.
    REFUSED = "refused", "the site refused it (401, 402, 403, 407, 418, 420, 451, 999)"
    REST_ASKED = "rest asked", "the site asks to be left alone for a while (429, or 503 with Retry-After)"
    CHALLENGE = "challenge page", "the site wants to tell people from programs"
    CONSENT = "consent", "it redirects to a page that asks for consent"
    LOGIN_REDIRECT = "login redirect", "it redirects to a login"
    LOGIN_SHOWN = "login shown", "it shows a form to log in and hardly anything else"
    ROBOTS_ERROR = "robots.txt error", "robots.txt is answered with an error, which means no for now"
    ROBOTS_UNREADABLE = "robots.txt unreadable", "robots.txt cannot be fetched or read, which means no for now"
    # With these causes a fetch failed: there is no answer, or none that can be used.
    TIMEOUT = "timeout", "no whole answer came within `NIGHTDESK_FETCH_TIMEOUT`"
    DNS = "dns", "the host's name is not known"
    CONNECTION_REFUSED = "connection refused", "nothing listens at the host's port"
    CONNECTION_LOST = "connection lost", "the connection broke before the answer was whole"
    TLS = "tls", "the certificate or the encryption of the connection is not right"
    PROXY = "proxy", "the proxy of the source opens no way to the site"
    STATUS = "status", "the site answered with a status that brings no page (5xx and others)"
    EMPTY = "empty answer", "the answer has no body"
    TRUNCATED = "truncated", "the answer ends before its end"
    TOO_LARGE = "too large", "the answer, or its head, is larger than we read"
    REDIRECTS = "redirects", "it redirects too often"
    NO_URL = "no url", "it redirects to what is no usable address"
    NO_LIST = "no list", "it is no feed, no sitemap and no page with links to articles"
    RENDER = "render", "the browser could not show it, or its scripts did not end"
    OUR_FAULT = "our fault", "our own code failed on it; the log has all that is known"
    # With these causes a page is gone.
    NOT_FOUND = "not found", "the site says that it is not there (404)"
    GONE_FOR_GOOD = "gone for good", "the site says that it is gone for good (410)"
    # With these causes a page is unchanged or a duplicate.
    NOT_MODIFIED = "not modified", "the site says that it did not change (304)"
    SAME_BYTES = "same bytes", "the same bytes came as the last time"
    ALIAS = "alias", "it is another address of an article that is known"
    # With these causes a page was fetched and is not decided, or a person rejected it.
    HELD = "held", "it was held in the quarantine with its run, whose articles are not like those of the source before"
    UNDECIDED = "undecided", "extraction could not read the page, by a fault that is not the page's"


# These causes exclude a URL because of what its site or the guard said, not because of a rule for the source. Such a
# URL may be let in later: a list that keeps naming the URL brings it back, after ever longer pauses. The URL then keeps
# the time of its discovery.
NOT_OURS = (Cause.MOVED_AWAY, Cause.ROBOTS, Cause.GUARD, Cause.GUARD_NETWORK, Cause.GUARD_REDIRECT)
# These are refusals of the guard that may end when a person changes the settings.
GUARDED = (Cause.GUARD, Cause.GUARD_NETWORK)
# With these causes nothing came back from the host: the network or the host itself is at fault.
NO_ANSWER = frozenset(
    {Cause.TIMEOUT, Cause.DNS, Cause.CONNECTION_REFUSED, Cause.CONNECTION_LOST, Cause.TLS, Cause.PROXY}
)


class Due(CodeWithMeaning):
    """Why a URL is due at the moment that `urls.next_at` says: `urls.due_for`."""

    NONE = "", "it was discovered, or is a list"
    PLANNED = "planned", "a known article is looked at again some time after it was first seen"
    MODIFIED = "modified", "its list says that it was modified"
    VANISHED = "vanished", "its list names it no more"
    GONE = "gone", "a second look, since sites lose pages for a moment"
    RETRY = "retry", "it failed or was blocked, and is tried again"
    ASKED = "asked", "somebody asked for it by hand"
    PAST = "past", "an import or a backfill asked for it, and no night does"


class Quiet(CodeWithMeaning):
    """Why a change alerts nobody: `changes.quiet`, `alerts.quiet`."""

    NONE = "", "it alerts"
    FIRST_RUN = "first run", "the source is new: its whole past would alert at once"
    RE_EXTRACTION = "re-extraction", "the same page was read again, by another extractor or template"
    REPLAY = "replay", "an earlier run is loaded again after newer ones"
    OLD = "old", "the article was published long before it was first seen"
    MANY_AT_ONCE = (
        "many at once",
        "nearly all known articles of the run read otherwise: a new layout, or our reading",
    )
    MUTED = "muted", "the watch is mute for a while, by `nightdesk watch mute`"
    IMPORTED = "imported", "it was brought in from a file or a list of addresses, by `nightdesk import`"
    BACKFILL = "backfill", "it was collected later than it was published, by `nightdesk backfill`"
    ALSO_IN = "also in", "another outlet's article on the same story was told; this one is shown with it"


class DeliveryState(CodeWithMeaning):
    """The state of a message: `deliveries.state`."""

    WAITING = "waiting", "it will be sent, or tried again"
    SENT = "sent", "its channel took it"
    FAILED = "failed", "it was tried as often as it may be, or waited too long for its channel"


class DeliveryKind(CodeWithMeaning):
    """What a message tells of: `deliveries.kind`."""

    SINGLE = "single", "one alert"
    DIGEST = (
        "digest",
        "alerts that are collected: above the cap of a watch, for a digest, or for the end of quiet times",
    )
    MESSAGE = "message", "a text of the system to the operators"


class RunState(CodeWithMeaning):
    """The state of a stage of a run for a source: `runs.state`."""

    RUNNING = "running", "it is under way, or was killed and not noticed yet"
    DONE = "done", "it came to its end"
    FAILED = "failed", "it could not do its work; its message says why"
    BUSY = "busy", "another process has the source; nothing was done"
    STOPPED = "stopped", "it ended before its end, and nothing is lost"


class TroubleKind(CodeWithMeaning):
    """What is unusual about a source: `health.kind`."""

    SILENT = "silent", "no new article for longer than is usual for the source"
    CHANGED = "changed", "the pages no longer fit what was learned of them"
    BEHIND = "behind", "the feed lacked what the sitemap names in three crawls"
    PROMISE = "promise", "a run gave fewer new articles than `expect.articles_per_run`"
    LOGIN = "login", "half of the pages asked for with the source's login, or a list, were closed"
    QUIET = "quiet", "far fewer new articles than is usual for the source in such a time"
    ERRORING = "erroring", "its lists do not answer, in several crawls"
    BLOCKED = "blocked", "the site refuses us, or shows walls in the place of articles"
    NOT_EXTRACTING = "not extracting", "pages come, and no article is found on them"
    DRIFTING = "drifting", "the articles of a run are held: they are not like those of the source before"


class DriftKind(CodeWithMeaning):
    """In which way the articles of a held run are unlike those before: `kind` in `quarantine.drifts`."""

    SHORTER = "shorter", "they are shorter than usual"
    LONGER = "longer", "they are longer than usual"
    NO_DATE = "no date", "most have no date"
    SAME_TITLE = "same title", "most have a title that others have too"
    SAME_TEXT = "same text", "most have a text that is mostly the same as others'"


class HeldState(CodeWithMeaning):
    """The state of a run whose articles were held: `quarantine.state`."""

    HELD = "held", "its articles are not in the archive, and nobody was told of them"
    RELEASED = "released", "its articles were loaded after all"
    REJECTED = "rejected", "its articles are left out; their pages are looked at again"


class SourceState(CodeWithMeaning):
    """The state of a source, judged by its own history: `source_states.state`. If several states are true, the first in
    this order counts."""

    ERRORING = "erroring", "its lists do not answer, in several crawls"
    BLOCKED = "blocked", "the site refuses us, or shows walls in the place of articles"
    NOT_EXTRACTING = "not extracting", "pages come, and no article is found on them"
    SILENT = "silent", "no new article for longer than is usual for it"
    DRIFTING = "drifting", "its pages or its articles are not like those before"
    QUIET = "quiet", "far fewer new articles than is usual for it in such a time"
    BEHIND = "behind", "its feed lacks what its sitemap names"
    LEARNING = "learning", "it is too new to know what is usual for it"
    HEALTHY = "healthy", "all is as usual"


class AlertKind(CodeWithMeaning):
    """What an alert, or the change it tells of, is about: `alerts.kind`, `changes.kind`."""

    NEW = "new", "an article was seen for the first time"
    REVISED = "revised", "its title or text changed"
    REMOVED = "removed", "its page is gone"
    RESTORED = "restored", "its page was gone, and is there again"
    HEALTH = "health", "a source is in trouble; of no article"


class Gap(CodeWithMeaning):
    """What a day of a source lacks, in the words of an export's coverage card."""

    MISSING = "missing", "the ledger says stored of articles that the archive does not hold"
    UNHEARD = "nobody listened", "no crawl of the source that began on this day has ended"
    FEW = "few", "far fewer addresses were named than on the days before"


class Side(CodeWithMeaning):
    """Where the stores of a run do not agree, in the words of `nightdesk ledger`. Each is a fault."""

    LISTED = "listed", "a list of the run names it, and the ledger has no row of it"
    RECORD = "record", "the raw store has an answer of it, and no fetch points there"
    FETCH = "fetch", "a fetch points to an answer that is not in the raw store"
    LINE = "line", "it was fetched, and the article file has no line of it"
    STRANGER = "stranger", "the article file has a line of a fetch that the ledger does not know"
    OUTCOME = "outcome", "the article file has a line of it, and load decided something else or nothing"
    ARTICLE = "article", "load says that it is stored, and no article is there"
    OPEN = "no end", "it has no final state, and nothing will look at it again"


class Retirement(CodeWithMeaning):
    """What retention deletes of a run besides its raw files."""

    ARTICLE_FILE = "article file", "the article file of the run"
    LEDGER = "ledger", "fetches of the run, and addresses that had come to their end"


class ChainLine(CodeWithMeaning):
    """What a line of a chain says about a raw file, or about its folder."""

    CLOSED = "closed", "a crawl wrote the file and closed it"
    FOUND = "found", "the file was there before there was a chain; nobody has read it yet"
    TAKEN_IN = "taken in", "the file is from before there was a chain: the digest is that of this day"
    RETIRED = "retired", "retention took the file away"
    REWRITTEN = "rewritten", "other content was put in the file's place"
    MOVED = "moved", "the source has another name from here on"


class Finding(CodeWithMeaning):
    """What `nightdesk verify` says about a raw file, a record or a chain. The first eight are damage."""

    CHANGED = "changed", "the file has other bytes than when it was closed"
    TRUNCATED = "truncated", "the file is shorter than when it was closed"
    MISSING = "missing", "the file is not there, and nobody said that it was taken away"
    SWAPPED = "swapped", "the file has the bytes of another file"
    INSERTED = "inserted", "no line of the chain names the file"
    UNREADABLE = "unreadable", "the file is there and cannot be read: a broken disk, or another user's"
    RECORD = "record", "the record does not match its digest, or cannot be read"
    CHAIN = "chain", "a line of the chain is none, does not name the one before it, or is not what was kept elsewhere"
    RETIRED = "retired", "retention took the file away, as the chain says"
    REWRITTEN = "rewritten", "the file was rewritten, as the chain says with the reason"
    TAKEN_IN = "taken in", "the file is from before there was a chain: nothing proves what it was before that day"
    NOT_TAKEN_IN = "not taken in", "the file is from before there was a chain, and upkeep has not read it yet"
    BEFORE = "before", "the file was gone before there was a chain: nobody can say why"
    OPEN = "open", "a crawl writes the file, or was killed while it did"
    ELSEWHERE = (
        "elsewhere",
        "the file is none of the raw store: an import left it where it is, and no chain vouches for it",
    )


class RevisionKind(CodeWithMeaning):
    """The kind of a change of an article, by the first member that fits: `changes.revision_kind`."""

    NONE = "", "a new article, the same page read again, or a change of before kinds were told apart"
    CORRECTION = "correction", "a notice of a correction appeared in it"
    SUBSTANTIAL = "substantial", "its text says something else: a number, a name, or as much as a sentence"
    HEADLINE = "headline", "its title changed, and of its text little or nothing"
    MINOR = "minor", "a few words, their spelling, or the order of sentences"
    REMOVED = "removed", "its site no longer has it: 410, or 404 twice"
    RESTORED = "restored", "its site has it again"


class MovedKind(CodeWithMeaning):
    """The kind of a detail that changed in an article: `what` in `changes.moved`."""

    NUMBER = "number", "a number, in the digits of any script"
    NAME = "name", "a name, where capital letters or a title before it tell that it is one"


class Thing(CodeWithMeaning):
    """The kind of thing on which somebody acted: `actions.thing`."""

    SOURCE = "source", "a source, by its name"
    RUN = "run", "a run, by its key"
    ARTICLE = "article", "an article, by its number"
    WATCH = "watch", "a watch, by its name"
    CHANNEL = "channel", "a channel, by its name"
    ARCHIVE = "archive", "the whole archive"


class Need(CodeWithMeaning):
    """What needs a person, as the Overview lists it."""

    LATE = "late", "a run was due and did not start"
    FAILED = "failed", "the last run of a source failed"
    LEDGER = "ledger", "a run whose stores do not agree: a URL is not accounted for"
    FILE = "file", "a source's file cannot be used"
    HELD = "held", "the articles of a run are held, and wait for a person's yes or no"
    APPROVAL = "approval", "a site was looked at, and waits for a person's yes or no"
    TROUBLE = "trouble", "health found a source not as usual"
    ALERTING = "alerting", "the alert stage of the last run failed"
    GIVEN_UP = "given up", "messages could not be sent, and nobody tries again"
    CHANNEL = "channel", "messages wait because something is in their channel's way"
    DISK = "disk", "the disk of the data folder is nearly full"


class HandWork(CodeWithMeaning):
    """What the Dag `by_hand` can be asked for."""

    CHECK = "check", "look at a source's site again"
    LEARN = "learn", "learn a source anew from its own pages"
    REREAD = "reread", "read a source's stored pages again, and report what would change"
    APPLY = "apply", "load such a trial as our correction"
    UNDO = "undo", "take such a correction back"
    RELEASE = "release", "load the articles of a held run after all"
    REJECT = "reject", "leave the articles of a held run out"
    RETENTION = "retention", "say which raw files would be deleted"


class Act(CodeWithMeaning):
    """An action of a person at the Desk: `actions.act`."""

    CRAWL = "crawl", "had a source crawled, whether due or not"
    BACKFILL = "backfill", "had a site looked at for what it published before"
    IMPORT = "import", "had saved pages looked at, to bring them in"
    UNFOLLOW = "unfollow", "put a source's file aside"
    CHECK = "check", "had a source's site looked at again"
    LEARN = "learn", "had a source learned anew"
    REREAD = "reread", "had stored pages read again, as a trial"
    APPLY = "apply", "loaded a trial as a correction"
    UNDO = "undo", "took a correction back"
    RETENTION = "retention", "asked what retention would delete"
    FOLLOW = "follow", "had a site looked at, to follow it"
    APPROVE = "approve", "said yes to following a site"
    REFUSE = "refuse", "said no to following a site"
    HOLD = "hold", "held articles against retention"
    RELEASE = "release", "released what was held"
    REJECT = "reject", "left out the articles of a held run"
    KEEP_GOLDEN = "keep golden", "kept an article's page as a golden page, with a note of what is wrong"
    WATCH = "watch", "added or changed a watch"
    REMOVE = "remove", "removed a watch; its alerts stay"
    PAUSE = "pause", "paused it"
    MUTE = "mute", "had what a watch finds listed and told to nobody, for a while"
    RESUME = "resume", "resumed it"
    OPEN_FEED = "open feed", "gave the feed of a watch a new secret address"
    CLOSE_FEED = "close feed", "took the address of a watch's feed away"
    RESEND = "resend", "had the messages of an alert that were given up tried again"
    ACK = "ack", "noted that an alert was seen, or that nobody has seen it"
    SYNONYMS = "synonyms", "changed or removed a list of synonyms"


class Figure(CodeWithMeaning):
    """A figure to watch. Its name in `nightdesk metrics` is `nightdesk_` and the code; the code names the unit, if
    there is one.
    """

    PAGES = "pages", "pages that a stage worked on in a source's newest run"
    BYTES = "bytes", "bytes that the newest crawl of a source received"
    ARTICLES = "articles", "articles that extract found, or that were new to load, in a source's newest run"
    REJECTED = "rejected", "pages of a source's newest run that were no article, by reason"
    UNREACHED = "unreached", "addresses that the newest crawl of a source could not reach"
    UNDECIDED = "undecided", "pages of a source's newest run that a fault of ours kept undecided"
    UNACCOUNTED = "unaccounted", "addresses of a source's newest run without a final state in the ledger"
    SECONDS = "stage_seconds", "seconds that a stage took for a source in its newest run"
    FAILED = "stage_failed", "1 where a stage failed for a source in its newest run, else 0"
    DUE = "due_urls", "addresses of a source that are due and wait to be fetched"
    NEWEST = "newest_article_age_seconds", "seconds since a source's newest article was first fetched"
    WAITING = "outbox_waiting", "messages that wait to be sent"
    LATE = "outbox_oldest_seconds", "seconds that the oldest of them has waited; a digest waits from when it is due"
    UNSENT = "outbox_failed", "messages that were given up in the last day"
    SONG = "canary_seconds", "seconds from the canary's newest article to its alert"
    SILENCE = "canary_age_seconds", "seconds since the canary's alert last came out"

"""How patient, how curious and how careful the crawl is: the values that an operator may want to change.

A change counts from the next crawl on. SQL gets the values as parameters; no statement holds a value of its own.
A value that may differ from source to source (delay, max_age, max_pages) is a key of the source's file; its default is
in model.Source. A value that may differ from installation to installation is a setting.
"""

from __future__ import annotations

from datetime import timedelta

# --- Leases: who works on a URL

# A killed crawl leaves its leases behind. The next crawl of the source frees them at once, and any other process may
# take them after this time. Chosen: a slow host answers within this time, and a night does not lose much by such a
# wait.
LEASE = timedelta(minutes=15)

# --- Retries: after a failure, a block, a page that is gone

# After failed looks (timeout, 5xx, broken) the pauses are 10 min, 30 min, 90 min and 4.5 h. This is the first pause.
# Chosen: a restart or a deploy is over before the second pause ends, and a bad evening is over before the last one
# ends.
RETRY_PAUSE = timedelta(minutes=10)
# After failed looks, each pause is this many times as long as the pause before.
RETRY_GROWTH = 3
# After blocks (403, a challenge) the pauses are 1 h, 4 h, 16 h and 64 h. This is the first pause. Chosen: the pauses
# are longer than after failures, because a site that refuses a crawler refuses it for longer if it comes again at once.
BLOCKED_PAUSE = timedelta(hours=1)
# After blocks, each pause is this many times as long as the pause before.
BLOCKED_GROWTH = 4
# After this many failed or blocked tries in a row, no crawl asks for the URL again by itself. Chosen: with these
# pauses, five tries are seven hours of failures, or three and a half days of blocks. A list that still names the URL
# brings it back later.
MAX_TRIES = 5
# If two looks at a URL failed in the same crawl, they count as one try, and the next pause is at least this long.
# Chosen: it leaves the next try to the next night.
SAME_CRAWL_PAUSE = timedelta(hours=4)
# A page that answers 404 is looked at once more after this time, before the 404 counts. Chosen: sites lose pages for a
# moment while they publish.
GONE_SECOND_LOOK = timedelta(hours=1)
# After this many looks that found a page gone, no crawl asks for the page again by itself. Chosen: these are the first
# look, and one more after the time GONE_SECOND_LOOK.
MAX_GONE_LOOKS = 2
# Four kinds of URLs are asked for once more after this time, if a list still names them: URLs that used up their tries,
# URLs that robots.txt or the guard refused, URLs that led to another site, and URLs that answered 404 and never gave a
# page. The next pauses are 2, 4, 8 and 16 times as long. Chosen: this is a little less than a day, so that each nightly
# crawl finds this time over.
REVIVE_AFTER = timedelta(hours=20)
# The time REVIVE_AFTER doubles at most this many times. Chosen: after the fourth doubling the URL is asked for about
# once in two weeks.
MAX_REVIVE_DOUBLINGS = 4
# A page is fetched again if its record has been missing from the raw store for this long. Chosen: a file that can be
# restored is restored within a day.
LOST_RECORD_AFTER = timedelta(days=1)

# --- Looking again: planned looks, lists, full answers

# A crawl also makes the planned looks that become due within this time after its beginning. Chosen: the next crawl may
# be a night away.
LOOK_AHEAD = timedelta(hours=1)
# A planned look is not made before its time (see LOOK_AHEAD) if the page was looked at within this time. Chosen: this
# is half the time between two nightly crawls, so that hourly crawls make no look before its time.
LOOK_AHEAD_APART = timedelta(hours=12)
# After this time three things happen. A page or list is asked for without ETag and date. A sitemap of an index is asked
# for even if its date says that it is unchanged. A list that was not believed gets another chance. Chosen: six days and
# a half, so that a nightly crawl does it once a week.
WHOLE_AFTER = timedelta(hours=156)
# An article that its list no longer names is not looked at again if it was looked at within this time. Chosen: no edit
# is expected so soon.
VANISHED_APART = timedelta(hours=1)
# An article's date may lie at most this long after the moment at which the article was discovered. Chosen: this is
# enough for a date with a wrong month, and so little that the search for vanished articles reads few rows.
DATED_AHEAD = timedelta(days=32)
# At most this many articles that are missing from a list are looked at in one run. Chosen: if a site is rebuilt, all
# its articles are missing from the list at once, and few looks are enough.
MAX_VANISHED = 10
# At most this many of the articles that a list calls modified are looked at in one run, until this many of the list's
# dates of change have proved true. None is looked at if this many dates have proved false and more are false than true.
# An alias, too, is looked at this many times before it stays an alias. Chosen: fewer looks could agree by accident.
TRUSTED_LOOKS = 3
# One in this many entries of a list may be pinned, and so be old. How far a list reaches back is measured on its other
# entries. Chosen: a front page of ten articles may pin two.
PINNED_ONE_IN = 5

# --- When a list is due, if a run begins by itself (crawl/rhythm.py); the bounds are keys of a source's file

# How often a source publishes is read from this many of its newest articles. Chosen: they are two days of a small
# paper, or two hours of a large one; only the newest half is used, so that tonight's pace counts.
RHYTHM_ARTICLES = 20
# With fewer articles than this the pace is unknown, and the lists are asked as often as they may be. Chosen: of four
# articles, the newest three are used; they have two pauses, the fewest that make an average.
RHYTHM_LEAST_ARTICLES = 4
# A list is looked at this many times in the usual time between two articles of its source. Chosen: so a new article
# waits for the next look at most half of that time.
LOOKS_AN_ARTICLE = 2
# A list is due after this share of its pause, or after the whole pause if an HTTP header asked for it. Chosen: a run
# that begins each hour sometimes begins some seconds early.
EARLY_SHARE = 0.95
# A feed can name hours and days at which it need not be asked, in the RSS elements skipHours and skipDays. They delay a
# list by at most this many hours. Chosen: these are the hours of a week.
SKIPPED_HOURS = 168

# --- Bounds: what one site can make a crawl do

# In one run, at most this many sitemaps that indexes name are read for one source. Chosen: a site can chain sitemaps
# without end, and the newest sitemaps of an index are read first.
MAX_SITEMAPS = 50
# In one run, a backfill reads at most this many pages of one section or feed. Chosen: they hold ten years of a site
# that fills one page of ten articles a day.
MAX_PAST_PAGES = 4000
# In one run, at most this many further pages of one section are read. Chosen: if each page brings something new, only
# this limit ends the reading.
MAX_SECTION_PAGES = 20
# If this many other addresses redirect to the same target as the requested address, the target is a login, a consent
# page or a front page. Chosen: one other address may be an older address of the same article; two are too many for
# that.
MAX_STRANGERS = 2
# At most this many addresses that redirect to one address are read, to compare their number with MAX_STRANGERS. Chosen:
# more of them could not change the decision.
STRANGERS_READ = 10
# URLs that were stored before variant keys existed get their keys in statements of this many URLs. Chosen: such a
# transaction takes well under a second.
VARIANTS_BATCH = 5000
# A person sees this many of the addresses that a pattern keeps out. Chosen: three tell what the pattern does.
EXCLUDED_SHOWN = 3

# --- Progress

# Between two reports of progress, this many seconds pass. Chosen: so few reports make a log hardly longer. If a crawl
# is expected to end sooner than this, the report does not name the time of its end, because the crawl would be over
# before anybody reads it.
PROGRESS_SECONDS = 15.0

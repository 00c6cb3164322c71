"""How patient, how curious and how careful the crawl is: the values that an operator may want to change.

A change counts from the next crawl on. SQL gets them as parameters; no statement holds a value of its own.
A value that may differ from source to source (delay, max_age, max_pages) is a key of the source's file; its default is
in model.Source. A value that may differ from installation to installation is a setting.
"""

from __future__ import annotations

from datetime import timedelta

# --- Leases: who works on a URL

# A crawl that is killed leaves its leases: the next crawl of the source frees them at once, and any other process may
# take them after this time. Chosen: long enough for a slow host, short enough for a night.
LEASE = timedelta(minutes=15)

# --- Retries: after a failure, a block, a page that is gone

# Pauses after a failed look (timeout, 5xx, broken): 10 min, 30 min, 90 min, 4.5 h. Chosen: a restart or a deploy is
# over before the second pause ends, and a bad evening is over before the last one ends.
RETRY_PAUSE = timedelta(minutes=10)
# How many times longer each pause is than the pause before.
RETRY_GROWTH = 3
# Pauses after a block (403, a challenge): 1 h, 4 h, 16 h, 64 h. Chosen: longer than after failures. If a refused
# crawler comes again at once, the site refuses it for longer.
BLOCKED_PAUSE = timedelta(hours=1)
# How many times longer each pause is than the pause before.
BLOCKED_GROWTH = 4
# After this many failed or blocked looks in a row, no crawl asks for the URL again by itself. Chosen: with these pauses
# that is seven hours of failures, or three and a half days of blocks; a list that still names the URL brings it back
# later.
MAX_TRIES = 5
# The least pause after two looks failed in the same crawl. Chosen: all tries of one crawl count as one try, and the
# next one belongs to the next night.
SAME_CRAWL_PAUSE = timedelta(hours=4)
# A 404 is looked at once more before it counts. Chosen: sites lose pages for a moment, while they publish.
GONE_SECOND_LOOK = timedelta(hours=1)
# After this many looks that found a page gone, no crawl asks for it again by itself. Chosen: the first look, and the
# second one above.
MAX_GONE_LOOKS = 2
# Two kinds of URLs are asked for once more after this time, if a list still names them: URLs that used up their tries,
# and URLs that robots.txt or the guard refused. The next pauses are 2, 4, 8 and 16 times as long. Chosen: a little less
# than a day, so that each nightly crawl finds this time over.
REVIVE_AFTER = timedelta(hours=20)
# How often that time doubles at most. Chosen: after the fourth doubling the URL is asked for about once in two weeks.
MAX_REVIVE_DOUBLINGS = 4
# A page is fetched again if its record has been missing from the raw store for this long. Chosen: a file that can be
# restored is restored within a day.
LOST_RECORD_AFTER = timedelta(days=1)

# --- Looking again: planned looks, lists, full answers

# A planned look that is due this soon is made by a crawl that begins now. Chosen: the next crawl may be a night away.
LOOK_AHEAD = timedelta(hours=1)
# A look is not made early if the page was looked at within this time. Chosen: half the time between two nightly crawls,
# so that hourly crawls make no look early.
LOOK_AHEAD_APART = timedelta(hours=12)
# After this time three things happen. A page or list is asked for without ETag and date. A sitemap of an index is asked
# for even if its date says that it is unchanged. A list that was not believed gets another chance. Chosen: six days and
# a half, so that a nightly crawl does it once a week.
WHOLE_AFTER = timedelta(hours=156)
# An article that its list no longer names is not looked at again if it was looked at within this time. Chosen: no edit
# is expected within it.
VANISHED_APART = timedelta(hours=1)
# How far an article's date may lie after the moment at which the article was discovered. Chosen: enough for a date with
# a wrong month, and so few days that the search for vanished articles reads little.
DATED_AHEAD = timedelta(days=32)
# At most this many articles that are missing from a list are looked at in one run. Chosen: a rebuilt site loses all its
# articles from the list at once.
MAX_VANISHED = 10
# At most this many of the articles that a list calls modified are looked at in one run, until this many of the list's
# dates of change have proved true. None is looked at if this many dates have proved false and more are false than true.
# An alias, too, is looked at this many times before it stays an alias. Chosen: the fewest that are no accident.
TRUSTED_LOOKS = 3
# One in this many entries of a list may be pinned, and so be old. How far a list reaches back is measured on its other
# entries. Chosen: a front page of ten pins two.
PINNED_ONE_IN = 5

# --- When a list is due, where a run begins by itself (crawl/rhythm.py); the bounds are keys of a source's file

# The newest articles of a source that tell how often it publishes. Chosen: two days of a small paper, two hours of a
# large one; only the newest half is used, so that tonight's pace counts.
RHYTHM_ARTICLES = 20
# With fewer articles the pace is unknown, and the lists are asked as often as they may be. Chosen: three pauses are the
# fewest that have a middle.
RHYTHM_LEAST_ARTICLES = 4
# How often a list is looked at in the usual time between two articles of its source. Chosen: so an article waits at
# most half of that time.
LOOKS_AN_ARTICLE = 2
# A list is due after this share of its pause, or after the whole pause if an HTTP header asked for it. Chosen: a run
# that begins each hour sometimes begins some seconds early.
EARLY_SHARE = 0.95
# A feed can name hours and days at which it need not be asked, in the RSS elements skipHours and skipDays. They delay a
# list by at most this many hours. Chosen: a week.
SKIPPED_HOURS = 168

# --- robots.txt

# A copy is used for a day, the longest that RFC 9309 allows (2.4). If the host gives no new copy, the old one is used
# for a day more.
ROBOTS_TXT_HOLDS = timedelta(days=1)
# A copy is not used at all once it is older than this. Chosen: one day more than above, because without rules a site
# may not be asked for anything.
ROBOTS_TXT_STANDS = timedelta(days=2)

# --- Bounds: what one site can make a crawl do

# Sitemaps that indexes name, for one source in one run. Chosen: a site can chain sitemaps without end; a large index
# has its newest first.
MAX_SITEMAPS = 50
# Pages of one section or feed that a backfill reads in one run. Chosen: ten years of a page of ten articles a day.
MAX_PAST_PAGES = 4000
# Further pages of one section in one run. Chosen: if each page brings something new, nothing else ends the reading.
MAX_SECTION_PAGES = 20
# If this many unrelated addresses redirect to one address, that address is a login, a consent page or a front page.
# Chosen: one other address may be a move; two are not.
MAX_STRANGERS = 2
# How many addresses that redirect to one address are read for the decision above. Chosen: more of them could not change
# it.
STRANGERS_READ = 10
# URLs that were stored before variant keys existed: how many get a key in one statement. Chosen: a transaction of well
# under a second.
VARIANTS_BATCH = 5000
# How many of the addresses that a pattern keeps out are shown to a person. Chosen: three tell what it does.
EXCLUDED_SHOWN = 3

# --- Progress

# Seconds between two reports of progress. Chosen: seldom enough for a log. If a crawl ends sooner than this, the report
# does not name the time: the crawl would be over before anybody reads it.
PROGRESS_SECONDS = 15.0

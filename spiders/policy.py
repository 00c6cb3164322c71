"""How much a crawl reads of an answer, how it paces a host, and when it leaves one: values that an operator may want
to change.

How patient the ledger is (pauses after failures, when a page is looked at again) is in pipelines/crawl/policy.py; what
Scrapy itself is told is in spiders/crawler_settings.py. The delay of a source is a key of its file.
"""

from __future__ import annotations

from datetime import timedelta

# --- Sizes

# A response has at most this many bytes. Chosen: large sitemaps fit, and memory is limited. Extract reads less of one
# page (LARGEST_BYTES in pipelines/extract/extraction.py).
MAX_RECEIVED_BYTES = 10 * 1024 * 1024
# At most this many bytes of a robots.txt are read. They are 500 KiB, the least that RFC 9309 (2.5) asks for.
MAX_ROBOTS_TXT_BYTES = 500 * 1024
# A packed robots.txt may unpack to at most this many times MAX_ROBOTS_TXT_BYTES; a larger one cannot be read. Chosen: a
# robots.txt that is meant to be read is far smaller.
MAX_UNPACKED_FACTOR = 10
# A stored copy of a robots.txt is used for this time, the longest that RFC 9309 allows (2.4). If the host gives no new
# copy, the old copy is used until it is as old as ROBOTS_TXT_STANDS.
ROBOTS_TXT_HOLDS = timedelta(days=1)
# A stored copy that is older than this is not used at all. Chosen: during one more day the host may answer again;
# without a robots.txt that may be used, a site is not asked for anything.
ROBOTS_TXT_STANDS = timedelta(days=2)

# --- The pace of a host

# A delay that a site asks for is kept up to this many seconds. Some sites ask for days; a crawl must end, and its
# budget would end such a source after one page anyway.
LONGEST_DELAY_SECONDS = 600.0
# The usual time of a host is known after this many answers. Chosen: the first answer may be slow because it is the
# first, and two may agree by chance.
KNOWN_AFTER_ANSWERS = 3
# An answer is slow if it takes this many times the usual time. Chosen: smaller differences are the noise of a network.
SLOW_FACTOR = 4.0
# An answer within this many seconds is never slow, because loopback and good connections sometimes take this long.
QUICK_SECONDS = 0.5
# A requested delay is multiplied by at most this factor. Chosen: eight is three doublings.
GROWN_FACTOR = 8.0
# A delay grows to at most this many seconds. Chosen: a crawl has to end.
LONGEST_GROWN_SECONDS = 60.0
# With each good answer, a grown delay is multiplied by this factor. Chosen: so the delay shrinks more slowly than it
# grew.
SHRINK_FACTOR = 0.7
# Between two checks whether a request that came too early may be sent now, this many seconds pass. Chosen: nobody
# notices so short a wait.
WAIT_CHECK_SECONDS = 0.25
# An overloaded host gets no requests for this many seconds, until the spider has read how long the host wants to rest.
# Chosen: the spider reads an answer in far less time.
OVERLOAD_REST_SECONDS = 2.0
# This many seconds are added to a gap, so that inexact clocks or threads of either side do not make the gap too short.
CLOCK_ERROR_SECONDS = 0.005

# --- Hosts that are left

# A host is left for this crawl after this many missing answers or server errors in a row. Chosen: a server that
# restarts misses fewer requests, because the pauses between them grow meanwhile.
MAX_FAILED_IN_A_ROW = 5
# A host is also left after this many answers in a row that ask for rest. Chosen: a host that still asks for rest after
# two rests wants to be left alone.
MAX_REST_ASKED_IN_A_ROW = 3
# If a host asks for a rest of at most this many seconds, the crawl comes back after it; if the host asks for a longer
# rest, it is left for the next crawl. Chosen: the crawl has work at other hosts for that time.
SHORT_REST_SECONDS = 60.0

# A Retry-After is obeyed up to this time. Chosen: the next night asks again.
LONGEST_REST = timedelta(hours=24)
# If a host answers 429 and names no time, it rests for this time. Chosen: sites usually count the requests of a quarter
# of an hour.
USUAL_REST = timedelta(minutes=15)

# --- Turns: one process at a time at a host

# A turn that another process waits for is given up after this many seconds, and requested again after
# TURN_AGAIN_SECONDS. Chosen: at the usual delay, some pages are fetched in a turn.
TURN_SECONDS = 20.0
# A turn that was given up is requested again after this many seconds. Chosen: the waiting process has the turn by then.
TURN_AGAIN_SECONDS = 3.0
# Between two tries to take a turn, this many seconds pass. Chosen: this is short, compared with TURN_SECONDS.
TURN_TRY_SECONDS = 1.0
# Between two checks whether other processes wait for our hosts, this many seconds pass. Chosen: this is a quarter of a
# turn.
TURN_CHECK_SECONDS = 5.0
# If a redirect leads to a host of another process, we wait for the host at most this many seconds, which is longer than
# a turn lasts.
REDIRECT_TURN_SECONDS = 60.0

# --- Progress

# The estimate of a source's remaining seconds includes at most this many of its lists, besides the pages of its budget.
# Chosen: most sources have fewer.
ESTIMATED_LISTS = 40

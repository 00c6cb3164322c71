"""How much a crawl reads of an answer, how it paces a host, and when it leaves one: values that an operator may want
to change.

How patient the ledger is (pauses after failures, how long a robots.txt holds, when a page is looked at again) is in
pipelines/crawl/policy.py; what Scrapy itself is told is in spiders/crawler_settings.py. The delay of a source is a key
of its file.
"""

from __future__ import annotations

from datetime import timedelta

# --- Sizes

# The most bytes of one response. Chosen: large sitemaps fit, and memory is limited. Extract reads less of one page
# (LARGEST_BYTES in pipelines/extract/extraction.py).
MAX_RECEIVED_BYTES = 10 * 1024 * 1024
# Bytes of a robots.txt that are read: 500 KiB, the least that RFC 9309 (2.5) asks for.
MAX_ROBOTS_TXT_BYTES = 500 * 1024
# By which factor a robots.txt may grow when unpacked. Chosen: text grows by less.
MAX_UNPACKED_FACTOR = 10

# --- The pace of a host

# The longest delay that is kept. Some sites ask for days; a crawl must end, and its budget would end such a source
# after one page anyway.
LONGEST_DELAY_SECONDS = 600.0
# How many answers show the usual time of a host. Chosen: one may be a start, two a chance.
KNOWN_AFTER_ANSWERS = 3
# An answer is slow if it takes this many times the usual time. Chosen: smaller differences are the noise of a network.
SLOW_FACTOR = 4.0
# An answer within this time is never slow: loopback and good connections sometimes take this long.
QUICK_SECONDS = 0.5
# The most by which a requested delay is multiplied. Chosen: three doublings.
GROWN_FACTOR = 8.0
# Seconds to which a delay grows at most. Chosen: a crawl has to end.
LONGEST_GROWN_SECONDS = 60.0
# The factor by which a grown delay shrinks with each good answer. Chosen: it shrinks more slowly than it grew.
SHRINK_FACTOR = 0.7
# Seconds between two checks whether a request that came too early may be sent now. Chosen: too short to be noticed.
WAIT_CHECK_SECONDS = 0.25
# Seconds for which an overloaded host gets no requests, until the spider has read how long the host wants to rest.
# Chosen: the spider reads an answer in far less.
OVERLOAD_REST_SECONDS = 2.0
# Seconds that are added to a gap, so that inexact clocks or threads of either side do not make the gap too short.
CLOCK_ERROR_SECONDS = 0.005

# --- Hosts that are left

# A host is left for this crawl after this many missing answers or server errors in a row. Chosen: a server that
# restarts misses fewer, with the pauses that grow meanwhile.
MAX_FAILED_IN_A_ROW = 5
# A host is also left after this many answers in a row that ask for rest. Chosen: a minute is over by then.
MAX_REST_ASKED_IN_A_ROW = 3
# A host that asks for a shorter rest than this gets it within the crawl; otherwise it is left for the next crawl.
# Chosen: other hosts have work for that time.
SHORT_REST_SECONDS = 60.0

# The longest Retry-After that is obeyed. Chosen: the next night asks again.
LONGEST_REST = timedelta(hours=24)
# How long a host rests that answers 429 without saying how long. Chosen: limits are usually counted in a quarter of an
# hour.
USUAL_REST = timedelta(minutes=15)

# --- Turns: one process at a time at a host

# A turn that another process waits for is given up after this many seconds, and requested again after
# TURN_AGAIN_SECONDS. Chosen: some pages at the usual delay.
TURN_SECONDS = 20.0
# Seconds until a turn that was given up is requested again. Chosen: the waiting process has it by then.
TURN_AGAIN_SECONDS = 3.0
# Seconds between two tries to take a turn. Chosen: short compared with the length of a turn.
TURN_TRY_SECONDS = 1.0
# Seconds between two checks whether other processes wait for our hosts. Chosen: a quarter of a turn.
TURN_CHECK_SECONDS = 5.0
# How long to wait if a redirect leads to a host of another process: longer than a turn lasts.
REDIRECT_TURN_SECONDS = 60.0

# --- Progress

# How many lists of a source the estimate of its remaining seconds includes, besides the pages of its budget. Chosen:
# more than most sources have.
ESTIMATED_LISTS = 40

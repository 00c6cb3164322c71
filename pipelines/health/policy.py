"""The values that decide what is usual for a source; an operator may want to change them."""

from __future__ import annotations

from datetime import timedelta

# While nothing is learned of a source, it is silent after this many usual gaps without a new article. Chosen: two gaps
# are a slow weekend. After its pace is learned, SILENT_GAP_FACTOR and the values after it decide.
LEARNING_SILENT_GAPS = 3
# The longest pause of a schedule is searched in this many of its run times. Chosen: two weeks of nights contain every
# pause of a week.
SCHEDULE_STRIKES = 14
# If no schedule is set and a person starts each run, this is the pause between runs. Chosen: a person starts one run a
# day.
BY_HAND_PAUSE = timedelta(days=1)
# A feed is behind if it lacked articles of the sitemap in this many crawls in a row. Chosen: once or twice may only
# mean that the feed is written later than the sitemap.
BEHIND_CRAWLS = 3
# A login counts as expired if the site refuses a list, or if at least this share of the articles that were requested
# with it is closed: refused, or behind a paywall. Chosen: fewer closed articles may only need another subscription.
REFUSED_SHARE = 0.5
# A login is judged by the newest crawl with answers that show whether the site accepts it. This crawl is searched among
# this many crawls. Chosen: they are a month of nights.
LOGIN_CRAWLS = 30
# From this many hours on, a span is shown in days. Chosen: "40 hours" is still easy to read.
HOURS_IN_DAYS_FROM = 48

# --- What is learned of a source (usual.py); bench/silences.py measured all of it on its own seeds

# The pace is learned from looks that are not older than this. Chosen: a quarter of a year has twelve of each weekday.
HISTORY = timedelta(days=84)
# A look of this age counts half as much as a new one. Chosen: a source that grew is judged by its present pace, not its
# past one.
FADES_IN = timedelta(days=28)
# The newest part of the history is judged, not learned from. It lasts NOT_LEARNED, but at most the share
# NOT_LEARNED_SHARE of the history.
NOT_LEARNED, NOT_LEARNED_SHARE = timedelta(days=7), 1 / 3
# A learned pace gives expected counts for this long after it was learned. Chosen: each source is learned at least once
# a day.
LEARNED_AHEAD = timedelta(days=1)
# If two looks are farther apart than this, the second says nothing about the time between them. Chosen: most feeds name
# the articles of a week.
LONGEST_UNHEARD = timedelta(days=8)
# The factor of a weekday is computed as if DRAWN_BY_DAY more articles had been expected and had come, and the factor of
# an hour as if DRAWN_BY_HOUR more had. So a factor stays near 1 while little is known. Chosen: once this many articles
# were really expected, the factor is halfway between 1 and the measured one.
DRAWN_BY_DAY, DRAWN_BY_HOUR = 1.0, 2.0
# A window is a span of the history, of a given length, whose articles are counted. SCATTER: the least variation of
# these counts beyond chance, as a squared share: .05 means a fifth more or less. SCATTER_WINDOWS: SCATTER is averaged
# with the values that were measured in windows, and counts as this many windows.
SCATTER, SCATTER_WINDOWS = 0.05, 4
# Windows with fewer expected articles than this say nothing about how counts vary.
LEAST_EXPECTED = 0.5
# The usual range of a count goes from the first to the second of these quantiles, so nine of ten counts are in it.
USUAL_SHARES = (0.05, 0.95)
# Within this many standard deviations of its mean, a normal distribution has nine of ten values.
NORMAL_NINE_TENTHS = 1.645
# This share of a source's time passes in gaps that are no longer than the usual gap.
USUAL_TIME_SHARE = 0.95
# The pace of a source is learned once its looks cover LEARNED_AFTER and at least LEARNED_YIELDS of them found new
# articles. Chosen: this time has two weekends.
LEARNED_AFTER, LEARNED_YIELDS = timedelta(days=14), 6

# --- When a source is not as usual (states.py)

# For each of these lengths, the new articles in the last span of this length are counted and compared with the usual
# count. Chosen: the lengths are a night, a long weekend, a week, and a month for slow sources.
WINDOWS = (timedelta(days=1), timedelta(days=3), timedelta(days=7), timedelta(days=28))
# Counts are judged once the history is this long. Chosen: it then has four of each weekday. A silence can be judged
# earlier.
COUNTS_AFTER = timedelta(days=28)
# A count is unusually low if its chance is less than UNLIKELY, and it is at most LOW_SHARE of the expected count.
# Chosen: a quarter of a year has some 130 windows that do not overlap, so chance alone gives about one false alarm in
# two years. Windows that overlap, and holidays, give more: bench/silences.py counts all false alarms.
UNLIKELY, LOW_SHARE = 0.001, 0.5
# A source is no longer quiet once the count of the shortest window that can be judged has at least the chance
# USUAL_AGAIN, or once the counts of all windows have at least the chance LIKELY_AGAIN.
LIKELY_AGAIN, USUAL_AGAIN = 0.05, 0.2
# A window with fewer expected articles than this is not judged: its count cannot tell whether the source is as usual.
LEAST_AWAITED = 3
# A source whose pace is learned is silent if too many articles were expected since its last article came: more than
# SILENT_GAP_FACTOR times those expected in its longest earlier gap, plus SILENT_MORE_ARTICLES. Chosen: on a holiday a
# tenth of the usual articles comes. Where 30 are usual, three are expected on a holiday; by chance, none of the three
# comes in one case of twenty.
SILENT_GAP_FACTOR, SILENT_MORE_ARTICLES = 1.3, 30
# The article that was published last is searched among this many newest articles. Chosen: most crawls find fewer.
NEWEST_ARTICLES = 50
# The silence must last this long and this many looks. Chosen: an hour of trouble at the site needs no message.
SILENT_AT_LEAST, SILENT_LOOKS = timedelta(hours=6), 2
# A silence is told at the latest after this time or this many usual gaps, whichever is longer, however few articles
# were expected.
TELL_AT_LATEST, TELL_AT_LATEST_GAPS = timedelta(hours=24), 3
# If a source does not answer, the operators are told after at least ERROR_LOOKS looks, and after ERROR_AT_LEAST or
# ERROR_TIMES times its longest earlier failure, whichever is longer. They are told at the latest after TELL_AT_LATEST
# or TELL_AT_LATEST_GAPS usual gaps, whichever is longer.
ERROR_LOOKS, ERROR_AT_LEAST, ERROR_TIMES = 2, timedelta(hours=6), 2
# Pages of which none is an article are a trouble if the chance of this is at most BARREN_UNLIKELY, and if there are at
# least BARREN_PAGES of them.
BARREN_UNLIKELY, BARREN_PAGES = 0.001, 3
# A site blocks us if at least this share of the pages since its last article are walls.
WALLED_SHARE = 0.5
# At least TOGETHER new troubles of one kind and cause are one message. If at least TOGETHER sources stopped answering
# for one cause, and their failures began at most AT_ONCE apart, this is told without a further wait.
TOGETHER, AT_ONCE = 3, timedelta(hours=3)
# A healthy source is described by its counts over this time.
WEEK = timedelta(days=7)
# If a pause between two looks is as long as this many usual pauses, the source was not watched during the pause.
UNHEARD_PAUSES = 2.5
# Before its pace is learned, a source is silent after LEARNING_SILENT_GAPS usual gaps, but not earlier than after this
# time. Chosen: a long weekend lasts as long.
LEARNING_WAITS = timedelta(days=3)
# A crawl whose pages are not loaded yet counts as a look only after this time. Chosen: the later stages take less.
LOADED_WITHIN = timedelta(hours=6)
# A message that was given up is in the figures for this time. Chosen: people see an alert about
# it within a day.
GIVEN_UP_LATELY = timedelta(days=1)

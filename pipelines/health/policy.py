"""What is usual for a source, and from when on it is not: the values that an operator may want to change."""

from __future__ import annotations

from datetime import timedelta

# A source is silent after so many times its usual interval without a new article. Chosen: twice is a slow weekend.
SILENT_TIMES = 3
# Strikes of a schedule that are looked at for its longest pause. Chosen: a fortnight of nights has every pause of a
# week in it.
SCHEDULE_STRIKES = 14
# Where no schedule is set, each run is started by hand. Chosen: once a day is what a person does.
BY_HAND_PAUSE = timedelta(days=1)
# Crawls in a row in which a feed lacked what the sitemap names. Chosen: one or two are a feed that is written later.
BEHIND_CRAWLS = 3
# A login has run out where so large a share of the pages that were asked for with it is closed. Chosen: fewer may stand
# behind another subscription.
REFUSED_SHARE = 0.5
# Crawls that are searched for the newest one with an answer for an article. Chosen: a month of nights.
LOGIN_CRAWLS = 30
# Hours shown in days from here on. Chosen: "40 hours" is read without reckoning.
HOURS_IN_DAYS_FROM = 48

# --- What is learned of a source (usual.py); all of it measured by bench/silences.py on seeds of its own

# The looks that are learned of. Chosen: a quarter has twelve of each weekday.
HISTORY = timedelta(days=84)
# What is so old counts half. Chosen: a source that grew is judged by what it is, not by what it was.
FADES_IN = timedelta(days=28)
# The newest of the history is judged and not learned of, but no more than this share of it.
NOT_LEARNED, NOT_LEARNED_SHARE = timedelta(days=7), 1 / 3
# What is expected is known for so long after it was learned. Chosen: a pace is learned once a day at least.
LEARNED_AHEAD = timedelta(days=1)
# Where nobody listened for longer, what a look finds says nothing of the time before. Chosen: most feeds hold a week.
LONGEST_UNHEARD = timedelta(days=8)
# Articles by which the factor of a weekday, and of an hour, is drawn to 1. Chosen: it takes as many to believe it.
DRAWN_BY_DAY, DRAWN_BY_HOUR = 1.0, 2.0
# The least by which counts vary beyond chance, squared (a fifth more or less), and the windows that it counts for.
SCATTER, SCATTER_WINDOWS = 0.05, 4
# Windows with less expected say nothing of how counts vary.
LEAST_EXPECTED = 0.5
# What is called usual: nine of ten windows are between these.
USUAL_SHARES = (0.05, 0.95)
# Deviations of a normal distribution within which nine of ten are.
NORMAL_NINE_TENTHS = 1.645
# The usual gap is as long as those in which so much of a source's time passes.
USUAL_TIME_SHARE = 0.95
# A source is learned from so many days on, with so many looks that brought something. Chosen: two weekends.
LEARNED_AFTER, LEARNED_YIELDS = timedelta(days=14), 6

# --- When a source is not as usual (states.py)

# Windows whose count is held against what is usual for them. Chosen: a night, a long weekend, a week, and a month for
# slow sources.
WINDOWS = (timedelta(days=1), timedelta(days=3), timedelta(days=7), timedelta(days=28))
# Counts are judged where so long a time is known. Chosen: four of each weekday; a silence needs less.
COUNTS_AFTER = timedelta(days=28)
# A count is unusually low where it is as unlikely as this, and this part of what is expected. Chosen: some 130 windows
# of a quarter do not overlap, and one false alarm in five quarters may be.
UNLIKELY, LOW_SHARE = 0.001, 0.5
# What was unusual is so no more once it is as likely as this, or what came in the shortest window that can tell is as
# likely as that.
LIKELY_AGAIN, USUAL_AGAIN = 0.05, 0.2
# A window in which fewer articles are expected cannot tell.
LEAST_AWAITED = 3
# A source is silent where more articles were expected since the last one than in any gap before, times this and so many
# more.
EMPTY_TIMES, EMPTY_MORE = 1.3, 1.5
# And where it has been so for this long, in so many looks. Chosen: a site's own trouble of an hour is none of ours.
SILENT_AT_LEAST, SILENT_LOOKS = timedelta(hours=6), 2
# In any case it is told after so long, or so many usual gaps, whichever is more.
TOLD_WITHIN, TOLD_GAPS = timedelta(hours=24), 3
# A source that does not answer is told after so many looks and so long, and twice the longest time that it did not
# before, but no later than above.
ERROR_LOOKS, ERROR_AT_LEAST, ERROR_TIMES = 2, timedelta(hours=6), 2
# Pages that come without an article among them are unusual where that is as unlikely as this, of at least so many.
BARREN_UNLIKELY, BARREN_PAGES = 0.001, 3
# So many pages that are walls or articles among them: a share of walls as high as this is a block.
WALLED_SHARE = 0.5
# So many sources in one trouble for one reason at once are one message; what began within this span is at once.
TOGETHER, AT_ONCE = 3, timedelta(hours=3)
# What chance alone may add to the longest gap, in expected articles. Chosen: one in a hundred gaps of a Poisson source.
EMPTY_MOST_BY_CHANCE = 2.5
# What a healthy source is described by.
WEEK = timedelta(days=7)
# A pause between two looks of so many usual ones is one in which nobody listened.
UNHEARD_PAUSES = 2.5
# While nothing is learned a source is silent after three usual gaps, and no sooner than this. Chosen: a long weekend.
LEARNING_WAITS = timedelta(days=3)
# A crawl whose pages are not loaded yet is no look for so long. Chosen: longer than the stages after it take.
LOADED_WITHIN = timedelta(hours=6)
# How long a message that was given up stays in the figures to watch. Chosen: an alert on it is seen within a day.
GIVEN_UP_LATELY = timedelta(days=1)

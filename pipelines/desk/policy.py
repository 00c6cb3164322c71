"""How much the Desk shows, and how far it looks back: the values that an operator may want to change."""

from __future__ import annotations

from datetime import timedelta

# For an excerpt of EXCERPT_CHARACTERS, this many characters of a text are read. Chosen: more are read than shown,
# because several blanks and line breaks in a row become one blank.
EXCERPT_READ_CHARACTERS = 700
# An excerpt has at most this many characters. Chosen: they fill three lines of the page.
EXCERPT_CHARACTERS = 320
# The page of the ledger offers this many runs to choose from. Chosen: they are three weeks of nights.
RUNS_OFFERED = 21
# At most this many wordings, alerts and articles of the same story are shown beside an article. Chosen: hardly any
# article has more.
BESIDE_AN_ARTICLE = 100
# Deliveries that were given up or sent are counted over this time. Chosen: a week includes a weekend.
DELIVERIES_OF = timedelta(days=7)
# An article may have been fetched first at most this long before its run began, because a run also takes the pages that
# a killed crawl left. Chosen: a killed crawl is taken up again within a week; without a bound the query would read all
# articles.
FETCHED_AHEAD = timedelta(days=7)
# By default `desk_records.overview` gives at most this many articles, and as many alerts. Chosen: a person reads no
# more at once.
ARTICLES_SHOWN = 40
# `desk_records.overview` gives this many runs. Chosen: they are a week of nights, and runs by hand between them.
RUNS_SHOWN = 10
# The history of a thing has at most this many actions. Chosen: a person reads no more at once.
ACTIONS_SHOWN = 50
# The strip of the Overview has this many nights. Chosen: they are a month.
NIGHTS_SHOWN = 30
# The Overview names at most this many smaller runs since the last night, and counts the others. Chosen: a person reads
# no more.
RUNS_SINCE_SHOWN = 5
# A person is told when the free space on the data folder's disk is below both of these: the share of the disk, and the
# number of bytes. Chosen: some nights of a hundred sources fit in 2 GB.
DISK_LEFT_SHARE, DISK_LEFT_BYTES = 0.05, 2 * 1024**3
# A source's sparkline, which shows its articles on each day, covers this time. Chosen: a month shows weekends.
DAYS_SHOWN = timedelta(days=30)
# The page of a source has this many runs. Chosen: they are a month of nights.
RUNS_OF_SOURCE = 30
# The page of a source has at most this many feeds, sitemaps and sections, those that were fetched last. Chosen: they
# are enough, because most of the others are old sitemaps.
LISTS_SHOWN = 60
# One sentence names at most this many things, and counts the others. Chosen: they fit in a line.
NAMED = 3
# If a source gave no article, and at least this many of its new URLs were walls or error pages or could not be fetched,
# the headline mentions the source. Chosen: one or two occur every night.
LEAST_WALLED_PAGES = 3
# One reason in the headline has at most this many characters. Chosen: they fit in a line.
REASON_CHARACTERS = 110
# A run is not late if it begins within this time after it was due. Chosen: Airflow needs up to some minutes to begin a
# run.
START_GRACE = timedelta(minutes=10)
# A time of fewer hours than HOURS_IN_MINUTES_BELOW is shown in minutes. A time from HOURS_IN_DAYS_FROM hours on is
# shown in days. Chosen: "90 minutes" and "40 hours" are clear.
HOURS_IN_MINUTES_BELOW, HOURS_IN_DAYS_FROM = 2, 48
# The first characters of a text, up to this many, decide its writing direction. Chosen: this is longer than a line of
# foreign words at the beginning of a text.
DIRECTION_CHARACTERS = 500

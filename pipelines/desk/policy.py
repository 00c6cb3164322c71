"""How much the Desk shows, and how far it looks back: the values that an operator may want to change."""

from __future__ import annotations

from datetime import timedelta

# Characters of a text that are read for an excerpt of EXCERPT_CHARACTERS. Chosen: more, because line breaks are cut.
EXCERPT_READ_CHARACTERS = 700
# Characters of an excerpt. Chosen: three lines of the page.
EXCERPT_CHARACTERS = 320
# Runs from which a person may choose. Chosen: three weeks of nights.
RUNS_OFFERED = 21
# Wordings, alerts and articles of the same story shown beside an article. Chosen: hardly any article has more.
BESIDE_AN_ARTICLE = 100
# The time over which deliveries are counted. Chosen: a week includes a weekend.
DELIVERIES_OF = timedelta(days=7)
# How long before its run began an article may have been fetched first, because a run also takes the pages that a killed
# crawl left. Chosen: a week. Without this bound the query would read all articles.
FETCHED_AHEAD = timedelta(days=7)
# Articles and alerts on the page. Chosen: as many as a person reads at once.
ARTICLES_SHOWN = 40
# Runs on the page. Chosen: a week of nights, and runs by hand between them.
RUNS_SHOWN = 10
# Actions in the history of a thing. Chosen: as many as a person reads at once.
ACTIONS_SHOWN = 50
# Nights in the strip of the Overview. Chosen: a month.
NIGHTS_SHOWN = 30
# Smaller runs since the last night that the Overview names; the others are counted. Chosen: a person reads as many.
RUNS_SINCE_SHOWN = 5
# Free space on the data folder's disk, as a share and in bytes, below which a person is told. Chosen: some nights of a
# hundred sources fit in it.
DISK_LEFT_SHARE, DISK_LEFT_BYTES = 0.05, 2 * 1024**3
# Days of a source's sparkline and of its articles a day. Chosen: a month, which shows weekends.
DAYS_SHOWN = timedelta(days=30)
# Runs on the page of a source. Chosen: a month of nights.
RUNS_OF_SOURCE = 30
# Feeds, sitemaps and sections on the page of a source. Chosen: the latest requests; old sitemaps are many.
LISTS_SHOWN = 60
# Names in one sentence; the others are counted. Chosen: a line.
NAMED = 3
# Walls or errors from which on the headline mentions a source without new articles. Chosen: one or two occur every
# night.
LEAST_WALLED_PAGES = 3
# Characters of one reason in the headline. Chosen: a line.
REASON_CHARACTERS = 110
# How late a run may begin. Chosen: Airflow needs up to some minutes to begin a run.
START_GRACE = timedelta(minutes=10)
# A time of fewer hours than HOURS_IN_MINUTES_BELOW is shown in minutes. A time from HOURS_IN_DAYS_FROM hours on is
# shown in days. Chosen: "90 minutes" and "40 hours" are clear.
HOURS_IN_MINUTES_BELOW, HOURS_IN_DAYS_FROM = 2, 48
# Characters of a text that decide its writing direction. Chosen: more than any line of foreign words in it.
DIRECTION_CHARACTERS = 500

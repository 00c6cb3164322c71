"""How much the Desk shows, and how far it looks back: the values that an operator may want to change."""

from __future__ import annotations

from datetime import timedelta

# Characters of a text that are read for its excerpt of EXCERPT_CHARACTERS, since line breaks are lost on the way.
EXCERPT_READ_CHARACTERS = 700
# Characters of an excerpt. Chosen: three lines of the page.
EXCERPT_CHARACTERS = 320
# Runs that may be chosen from. Chosen: three weeks of nights.
RUNS_OFFERED = 21
# Wordings, alerts and articles of the same story that stand beside an article. Chosen: hardly any has more.
BESIDE_AN_ARTICLE = 100
# Deliveries are counted of this long. Chosen: a week shows what weekends do.
DELIVERIES_OF = timedelta(days=7)
# An article may have been fetched first so long before the run that it counts for began: pages that a killed crawl
# left. Chosen: a week; it bounds the query, which would read all articles otherwise.
FETCHED_AHEAD = timedelta(days=7)
# Articles and alerts on the page. Chosen: what is read in one go.
ARTICLES_SHOWN = 40
# Runs on the page. Chosen: a week of nights and what was asked for by hand between them.
RUNS_SHOWN = 10
# Old runs that were begun again since the oldest of those on the page. Chosen: hardly anybody begins as many.
RUNS_BEGUN_AGAIN = 10
# Actions in the history of a thing. Chosen: what is read in one go.
ACTIONS_SHOWN = 50
# Nights in the strip of the Overview. Chosen: a month.
NIGHTS_SHOWN = 30
# Runs that are read for them, since pages that somebody looked at by hand are runs as well. Chosen: one in three.
NIGHTS_READ = 40
# What the disk of the data folder may have left, as a share and in bytes, before a person is told. Chosen: some nights
# of a hundred sources fit in it.
DISK_LEFT_SHARE, DISK_LEFT_BYTES = 0.05, 2 * 1024**3
# Days of the sparkline of a source, and of its articles a day. Chosen: a month, in which weekends show.
DAYS_SHOWN = timedelta(days=30)
# Runs on the page of a source. Chosen: a month of nights.
RUNS_OF_SOURCE = 30
# Feeds, sitemaps and sections on the page of a source. Chosen: those that were asked for last; old sitemaps are many.
LISTS_SHOWN = 60
# Names in one sentence; the others are counted. Chosen: a line.
NAMED = 3
# Pages that were walls or errors, of a source with nothing new, from which on it is said. Chosen: one or two are every
# night's.
LEAST_WALLED_PAGES = 3
# Characters of one reason in the headline. Chosen: a line.
REASON_CHARACTERS = 110
# A run may begin so much after its time. Chosen: Airflow takes up to minutes to begin a run.
START_GRACE = timedelta(minutes=10)
# Hours shown in minutes below, and in days above. Chosen: "90 minutes" and "40 hours" are read without reckoning.
HOURS_IN_MINUTES_BELOW, HOURS_IN_DAYS_FROM = 2, 48
# Characters of a text by which its direction is told. Chosen: more than any line of foreign words in it.
DIRECTION_CHARACTERS = 500

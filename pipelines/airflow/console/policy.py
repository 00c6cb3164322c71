"""Limits of single answers of the Desk and the read API; an operator may want to change them."""

from __future__ import annotations

# Simultaneous connections to Postgres of the Desk, of the read API, and of feeds. Chosen: a page needs one connection,
# and further requests wait. Programs have connections of their own, so that they never block people at the Desk.
DESK_CONNECTIONS, API_CONNECTIONS, FEED_CONNECTIONS = 4, 3, 2
# Seconds that a request waits for a connection. Chosen: longer than most answers take.
CONNECTION_WAIT_SECONDS = 5.0
# Seconds after which Postgres ends a statement. Chosen: nobody waits longer for a page, and Airflow's server has other
# users.
STATEMENT_SECONDS = 8
# The most sites of one action. Chosen: each is a Dag run of some minutes; the command takes longer lists.
SITES_AT_ONCE = 50
# Runs of a Dag that a page lists. Chosen: as many as a person reads at once.
RUNS_LISTED = 20
# The most names of files that the form of an import offers. Chosen: nobody reads more.
FILES_OFFERED = 200
# The most bytes in the body of an action. Chosen: a list of a thousand addresses has a tenth of that.
ACTION_BYTES = 1024 * 1024
# Articles of one page of the Desk: the default and the most. Chosen: as many as a person reads at once.
ROWS, MAX_ROWS = 40, 200
# Articles of a held run that its source's page shows. Chosen: as many as a person reads before a decision.
HELD_SHOWN = 40
# Characters of an article's beginning. It is shown if a search found no words in the article, and for a held article.
# Chosen: three lines of the page.
BEGINNING_CHARACTERS = 320
# Characters of a query, and of a text that a watch is tried on. Chosen: the longest query there may be; a long article.
QUERY_CHARACTERS, TEST_CHARACTERS = 10_000, 100_000
# Values of one field of a watch, such as its terms. Chosen: as many as a query may have terms.
WATCH_VALUES = 250
# Days that a trial of a watch looks back: the default and the most. Chosen: a month; a quarter.
TRY_DAYS, MOST_TRY_DAYS = 30, 92
# Terms, stories and passages of a story that a trial shows. Chosen: the first terms cause most of the unwanted alerts;
# the stories fit on a screen.
TRY_TERMS, TRY_STORIES, TRY_PASSAGES = 10, 10, 2
# Characters of a note on a golden page. Chosen: a paragraph.
NOTE_CHARACTERS = 1_000
# How many articles of the same story, and how many changes of a watch, are shown. Chosen: there are hardly ever more.
BESIDE = 100
# Answers of one page of the read API: the default and the most. Chosen: as many as a program processes at once.
ANSWERS, MAX_ANSWERS = 20, 200
# The default number of versions of an article in one answer. Chosen: hardly any article has more.
VERSIONS = 20
# Bytes of one answer of the read API. Chosen: a page of 200 answers has some 200 KB, and an article of a megabyte fits
# with all its versions.
ANSWER_BYTES = 32 * 1024 * 1024
# Requests that one user may make at once, and how many more each minute. Chosen: a notebook that reads a search page by
# page never waits, and an endless loop still leaves most of the server to Airflow.
REQUESTS_AT_ONCE, REQUESTS_A_MINUTE = 60, 120
# The most users, or addresses of feed readers, whose requests are counted. Chosen: they take some megabytes.
REMEMBERED = 10_000

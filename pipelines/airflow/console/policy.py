"""Limits of the answers and actions of the Desk, the read API and the feeds; an operator may want to change them."""

from __future__ import annotations

# The Desk, the read API and feeds each have at most this many simultaneous connections to Postgres. Chosen: a page
# needs one connection for a moment, and further requests can wait. Programs have connections of their own, so that they
# never block people at the Desk.
DESK_CONNECTIONS, API_CONNECTIONS, FEED_CONNECTIONS = 4, 3, 2
# A request waits at most this many seconds for a connection. Chosen: most answers take less time, so a connection is
# free by then.
CONNECTION_WAIT_SECONDS = 5.0
# Postgres ends a statement after this many seconds. Chosen: nobody waits longer for a page, and Airflow's server has
# other users.
STATEMENT_SECONDS = 8
# One action has at most this many sites. Chosen: each site is a Dag run of some minutes; for more sites,
# `nightdesk follow` has no such limit.
SITES_AT_ONCE = 50
# A page lists this many runs of a Dag. Chosen: a person reads about that many at once.
RUNS_LISTED = 20
# The form of an import offers at most this many names of files. Chosen: nobody reads more.
FILES_OFFERED = 200
# The body of an action has at most this many bytes. Chosen: a list of a thousand addresses has a tenth of that.
ACTION_BYTES = 1024 * 1024
# A page of the Desk has ROWS rows (articles or addresses) by default and MAX_ROWS at most. Chosen: a person reads about
# that many at once.
ROWS, MAX_ROWS = 40, 200
# The page of a source shows this many articles of a held run. Chosen: a person reads about that many before a decision.
HELD_SHOWN = 40
# If a search found no words in an article, this many characters of the article's beginning are shown. Of a held article
# the same number is shown. Chosen: they fill three lines of the page.
BEGINNING_CHARACTERS = 320
# A query has at most QUERY_CHARACTERS characters, and a text that a watch is tried on has at most TEST_CHARACTERS.
# Chosen: the language of queries has the first limit too, and few articles are longer than the second.
QUERY_CHARACTERS, TEST_CHARACTERS = 10_000, 100_000
# One field of a watch, such as its terms, has at most this many values. Chosen: a query may have the same number of
# terms.
WATCH_VALUES = 250
# A trial of a watch looks back TRY_DAYS days by default and MOST_TRY_DAYS at most. Chosen: a month shows enough, and
# nobody needs more than a quarter of a year.
TRY_DAYS, MOST_TRY_DAYS = 30, 92
# A trial of a watch shows at most TRY_TERMS terms and TRY_STORIES stories, with at most TRY_PASSAGES passages of each.
# Chosen: the terms that most articles have cause most of the unwanted alerts, and the stories fit on a screen.
TRY_TERMS, TRY_STORIES, TRY_PASSAGES = 10, 10, 2
# A note on a golden page has at most this many characters. Chosen: they make a paragraph.
NOTE_CHARACTERS = 1_000
# At most this many articles of the same story, and this many changes of a watch, are shown. Chosen: there are hardly
# ever more.
BESIDE = 100
# A page of the read API has ANSWERS answers by default and MAX_ANSWERS at most. Chosen: a program processes about that
# many at once.
ANSWERS, MAX_ANSWERS = 20, 200
# An answer has this many versions of an article by default. Chosen: hardly any article has more.
VERSIONS = 20
# One answer of the read API has at most this many bytes. Chosen: a page of 200 answers has some 200 KB, and an article
# of a megabyte fits with all its versions.
ANSWER_BYTES = 32 * 1024 * 1024
# One user may make REQUESTS_AT_ONCE requests at once, and REQUESTS_A_MINUTE more each minute. Chosen: a notebook that
# reads a search page by page never waits, and an endless loop still leaves most of the server to Airflow.
REQUESTS_AT_ONCE, REQUESTS_A_MINUTE = 60, 120
# Requests are counted for at most this many users, or addresses of feed readers. Chosen: the counts take some
# megabytes.
REMEMBERED = 10_000

"""How much the Desk and the read API give at once: the values that an operator may want to change."""

from __future__ import annotations

# Connections of the Desk to Postgres at the same time, of the read API, and of feeds. Chosen: a page asks for one,
# others wait; programs have their own, so that they never keep people from the Desk.
DESK_CONNECTIONS, API_CONNECTIONS, FEED_CONNECTIONS = 4, 3, 2
# Seconds that a request waits for one of the connections. Chosen: longer than most answers take.
CONNECTION_WAIT_SECONDS = 5.0
# Seconds after which Postgres ends a statement. Chosen: nobody waits longer for a page, and Airflow's server has others
# to serve.
STATEMENT_SECONDS = 8
# Sites that one action may have looked at. Chosen: each is a Dag run of some minutes; a longer list is the command's.
SITES_AT_ONCE = 50
# Runs of a Dag that a page lists. Chosen: what is read in one go.
RUNS_LISTED = 20
# Names of files that the form of an import offers. Chosen: more than anybody looks through.
FILES_OFFERED = 200
# Bytes of what an action may send. Chosen: a list of a thousand addresses has a tenth of it.
ACTION_BYTES = 1024 * 1024
# Articles of one page of the Desk, where nobody says how many, and at most. Chosen: what is read in one go.
ROWS, MAX_ROWS = 40, 200
# Characters of an article's beginning, where a search found no words in it. Chosen: three lines of the page.
BEGINNING_CHARACTERS = 320
# Characters of a query, and of a text that a watch is tried on. Chosen: the longest query there may be; a long article.
QUERY_CHARACTERS, TEST_CHARACTERS = 10_000, 100_000
# Values of one field of a watch, such as its terms. Chosen: as many as a query may have terms.
WATCH_VALUES = 250
# Days that a trial of a watch looks back where nobody says how many, and at most. Chosen: a month; a quarter.
TRY_DAYS, MOST_TRY_DAYS = 30, 92
# Terms, stories and passages of a story that a trial shows. Chosen: the noise is in the first ones; a screen.
TRY_TERMS, TRY_STORIES, TRY_PASSAGES = 10, 10, 2
# Characters of a note on a golden page. Chosen: a paragraph.
NOTE_CHARACTERS = 1_000
# Articles of the same story, and changes of a watch, that are shown. Chosen: hardly any has more.
BESIDE = 100
# Answers of one page of the read API, where nobody says how many, and at most. Chosen: what a program takes in one go.
ANSWERS, MAX_ANSWERS = 20, 200
# Versions of an article in one answer, where nobody says how many. Chosen: hardly any article has more.
VERSIONS = 20
# Bytes of one answer of the read API. Chosen: a page of 200 answers has some 200 KB, an article of a megabyte fits with
# all of its versions.
ANSWER_BYTES = 32 * 1024 * 1024
# Requests that one user may make at once, and how many come back each minute. Chosen: a notebook that pages through a
# search never waits, and one that runs wild leaves most of the server to Airflow.
REQUESTS_AT_ONCE, REQUESTS_A_MINUTE = 60, 120
# Users, or addresses that ask for feeds, of which it is remembered what they asked. Chosen: some megabytes.
REMEMBERED = 10_000

"""What comes first in a search, what a coverage card counts as a gap, and how much a backfill takes: values that an
operator may want to change.
"""

from __future__ import annotations

# How much a word counts in the order "best", by the letter that its field has in the index: D for the text and the
# authors, C for none, B for the description, A for the title. Chosen: they are Postgres' own weights.
RANK_WEIGHTS = (0.1, 0.2, 0.4, 1.0)
# The rank of an article that is this many seconds old is halved; at twice the age, a third of the rank is left. Chosen:
# news of a month ago matters half as much as news of today.
HALF_AGE_SECONDS = 30 * 86_400
# USUAL_OF_DAYS: the usual number of addresses is learned from this many days before a day. Chosen: four weeks have
# every weekday four times. LEAST_DAYS: at least this many of these days must have a crawl. Chosen: fewer than seven
# days do not show what is usual.
USUAL_OF_DAYS, LEAST_DAYS = 28, 7
# A day has "few" addresses if it has less than this share of the usual number. Chosen: even a Sunday or a holiday
# brings more, about a third of a workday.
FEW_SHARE = 0.25
# If the usual number of addresses is below this, no day counts as having "few". Chosen: small papers have days without
# an article.
LEAST_USUAL = 4
# A backfill fetches at most this many pages if the request names no number. Chosen: at a second for each page, they
# take three hours.
BACKFILL_PAGES = 10_000
# The form of an import may name only files in this folder of the data folder, because a form must read no other file of
# the machine.
IMPORTS_FOLDER = "imports"

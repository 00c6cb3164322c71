"""What a coverage card counts as a gap, and how much a backfill takes: values that an operator may want to change."""

from __future__ import annotations

# USUAL_OF_DAYS: how many days before a day show the usual number of addresses. Chosen: four weeks have every weekday
# four times. LEAST_DAYS: how many of these days must have a crawl. Chosen: fewer than seven days show nothing usual.
USUAL_OF_DAYS, LEAST_DAYS = 28, 7
# A day with less than this share of the usual number has "few". Chosen: a Sunday or a holiday brings a third of a
# workday.
FEW_SHARE = 0.25
# If the usual number is below this, no day has "few". Chosen: small papers have days without an article.
LEAST_USUAL = 4
# Pages of one backfill if the request has no number. Chosen: three hours at a second each.
BACKFILL_PAGES = 10_000
# The folder in the data folder for the files that the form of an import may name: a form reads no other file of the
# machine.
IMPORTS_FOLDER = "imports"

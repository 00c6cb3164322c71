"""What a coverage card takes for a gap, how much a backfill takes: the values that an operator may want to change."""

from __future__ import annotations

# Days before a day that say how many addresses are usual, and the least of them on which somebody listened. Chosen:
# four weeks have every weekday four times; of fewer than seven days nobody knows what is usual.
USUAL_OF_DAYS, LEAST_DAYS = 28, 7
# A day with less than this share of what is usual has "few". Chosen: a Sunday or a holiday brings a third of a workday.
FEW_SHARE = 0.25
# Below so many addresses a day nothing is few. Chosen: small papers have days without a line.
LEAST_USUAL = 4
# Pages of one backfill where nobody says how many. Chosen: three hours at a second each.
BACKFILL_PAGES = 10_000
# Where in the data folder lies what the form of an import may name: a form reads no other file of the machine.
IMPORTS_FOLDER = "imports"

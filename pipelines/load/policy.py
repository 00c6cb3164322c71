"""When an article is news, and when it is looked at again: the values that an operator may want to change.

A change counts from the next load on. SQL gets them as parameters.
"""

from __future__ import annotations

from datetime import timedelta

# --- What alerts nobody, though it is stored and listed

# An article published longer than this before it was first named is "old". Chosen: a nightly crawl finds what is a day
# old.
OLD_AFTER = timedelta(hours=24)
# A run that is loaded after newer ones is a "replay" where its pages are older than the newest article by more than
# this. Chosen: longer than a run with its retries takes, shorter than the pause between two nights.
REPLAY_AFTER = timedelta(hours=6)
# So many edits in one run, and so large a part of the known articles that were looked at again, are "many at once".
# Chosen: on an ordinary night one in ten or twenty of them was edited.
FLOOD_EDITS, FLOOD_SHARE = 8, 0.8

# --- Looking again

# Looks at a known article, counted from its first one. Chosen: most edits come within hours, the late ones
# (corrections, removals) within a week.
LOOKS_AFTER = (timedelta(hours=1), timedelta(days=1), timedelta(days=3), timedelta(days=7))
# A look this large a share of a step early counts for it. Chosen: a nightly crawl never begins at the same minute.
EARLY_SHARE = 0.95
# One more look at a page that was no article. Chosen: some are published empty and filled within the day.
REJECTED_LOOK_AFTER = timedelta(days=1)

# --- Doubts

# A 404 counts as gone once a second look, so much later, has found the same. Chosen: sites lose pages for a moment;
# crawl.policy has the second look after an hour.
GONE_APART = timedelta(minutes=30)
# A canonical URL that pages with more titles than this call their own is none. Chosen: an article has few titles in its
# life, a broken site prints one address on every page.
MAX_TITLES_OF_CANONICAL = 4
# How long a load waits for another one of the same source. Chosen: a task that is tried again
# finds the load of the first try ended.
LOCK_WAIT_SECONDS = 120
# A backfill goes on for so long after it began. Chosen: code of before a migration may still be loading for a night.
BACKFILL_ON_FOR = timedelta(days=1)

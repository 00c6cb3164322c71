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

# --- What an edit is

# An edit of so many words, or of so large a share of the text, is substantial; so is one that changes a number or a
# name. Chosen: a sentence of news has some twenty words.
SUBSTANTIAL_WORDS, SUBSTANTIAL_SHARE = 20, 0.15

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

# --- One story or two

# So large a part of the shorter text that stands in the longer one makes them one story. Measured (arabic.md, section
# 6): copies with a tenth of their words changed share .73, unrelated news less than .06.
STORY_SHARE = 0.5
# A text that is a smaller part of the other than this is no copy of it: a page of short items is none of its stories.
SHORTEST_SHARE = 0.2
# Texts of fewer shingles are one story where title and text are the same, no more. Chosen: two sentences.
LEAST_SHINGLES = 20
# A text of fewer shingles is a short item: it may well be one of a template (weather, rates, results), whose items
# differ in a word or two. It is a copy only where all of it stands in the other, numbers too. Chosen: a paragraph.
SHORT_SHINGLES = 60
# Of one with fewer than this so much must agree, and all its numbers. Chosen: templates of two paragraphs have some.
MIDDLING_SHINGLES, MIDDLING_SHARE = 120, 0.6
# In two longer texts so many places with numbers tell, and so large a part of them must agree. Chosen: an edit leaves
# most of them.
NUMBERS_TELL, NUMBERS_AGREE = 4, 0.5
# A text of which so much stands in the other is a copy of it as a whole, whatever a template is.
WHOLE_SHARE = 0.97
# An article that looks like so many others which are stories of their own is of their template.
TEMPLATE_STORIES = 2
# Two edits of one text share what is left of it in both, give or take this: what signatures of a hundred shingles tell.
EDITS_MARGIN = 0.1

# --- When the articles of a run are held, since they are not like those of their source before

# Articles that are compared at least, of a run (with the newest before it where it has fewer) and of the source.
# Chosen: three of five are most, and twenty have a shape.
DRIFT_ARTICLES, DRIFT_KNOWN = 5, 20
# The newest stored articles of a source that say what is usual. Chosen: a week or two of most.
DRIFT_BEFORE = 120
# The shares between which lengths are called usual.
DRIFT_USUAL = (0.05, 0.95)
# Texts of half or twice the usual length are others; less is a standfirst more or less.
DRIFT_TIMES = 2.0
# And by ranks that are apart by chance in one run of some two thousand.
DRIFT_DEVIATIONS = 3.3
# Of what an article lacks: so much more of the run than before, and as unlikely as this by chance.
DRIFT_MORE, DRIFT_UNLIKELY = 0.5, 0.0005
# A text is mostly that of others where more than this share of its words is.
DRIFT_SHARED = 0.5

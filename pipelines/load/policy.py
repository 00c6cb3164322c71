"""The values that decide when an article is news and when it is looked at again; an operator may change them.

A change takes effect at the next load. SQL gets the values as parameters.
"""

from __future__ import annotations

from datetime import timedelta

# --- Changes that are stored and listed, but alert nobody

# An article is "old" if it was published longer than this before a list first named it. Chosen: a nightly crawl finds
# articles that are up to a day old.
OLD_AFTER = timedelta(hours=24)
# A change from a run that is loaded after newer runs is a "replay" if its page was fetched more than this time before
# the newest article of the source was first fetched. Chosen: this is longer than a run with its retries, and shorter
# than the pause between two nights.
REPLAY_AFTER = timedelta(hours=6)
# The edits of a source in one run are "many at once" under two conditions. At least FLOOD_EDITS articles were edited.
# These are at least the share FLOOD_SHARE of the known articles of the source that the run looked at again. Chosen:
# this is far more than on an ordinary night, on which one known article in ten or twenty was edited.
FLOOD_EDITS, FLOOD_SHARE = 8, 0.8

# --- Looking again

# A known article is looked at again when these times have passed since its first look. Chosen: most edits come within
# hours, and the late ones (corrections, removals) come within a week.
LOOKS_AFTER = (timedelta(hours=1), timedelta(days=1), timedelta(days=3), timedelta(days=7))
# A look may be early: it counts for a time of LOOKS_AFTER once this share of that time is over. Chosen: a nightly crawl
# never begins at exactly the same minute.
EARLY_SHARE = 0.95
# A page that was no article is looked at once more after this time. Chosen: some pages are published empty and filled
# within the day.
REJECTED_LOOK_AFTER = timedelta(days=1)

# --- What an edit is

# An edit is substantial if it changes at least SUBSTANTIAL_WORDS words, or at least the share SUBSTANTIAL_SHARE of the
# text. An edit that changes a number or a name is substantial too. Chosen: a sentence of news has some twenty words.
SUBSTANTIAL_WORDS, SUBSTANTIAL_SHARE = 20, 0.15

# --- Doubts

# A page with a 404 counts as gone when a second look, more than this much later, finds it gone again. Chosen: sites
# lose pages for a moment; crawl.policy sets the second look after an hour.
GONE_APART = timedelta(minutes=30)
# If more than this number of different titles share one canonical URL, the URL counts as false. Chosen: an article has
# few titles in its life; a broken site prints one address on every page.
MAX_TITLES_OF_CANONICAL = 4
# A load waits at most this many seconds for another load of the same source. Chosen: when a task is tried again, the
# load of its first try has ended by then.
LOCK_WAIT_SECONDS = 120
# When a load has waited in vain for one source, it waits only this many seconds for each further source. Chosen: fifty
# further sources then take no more than a minute.
SHORT_LOCK_WAIT_SECONDS = 1
# Small article files are loaded together: files with up to TOGETHER_BYTES bytes in all, of up to TOGETHER_SOURCES
# sources. Chosen: so many bytes are some 2,500 articles. Loading them takes less than a second, and after a kill no
# more than these are loaded again.
TOGETHER_BYTES, TOGETHER_SOURCES = 24_000_000, 50
# A load gets this many megabytes of memory in Postgres. If the pending list of the search index is full (32 MB, some
# 6,000 articles), the load merges the list into the index. This is a single step if the list fits into this memory.
MERGE_MB = 64
# In a load, Postgres takes a page that is looked up by index to cost this many times a page that is read in order.
# Chosen: the value for disks without moving parts. With Postgres' own 4, lines are compared with all articles of their
# source.
LOOKUP_COST = 1.1
# When upkeep has begun to change articles that are older than a migration, it looks for further such articles for this
# long. Chosen: a load that runs with older code may last a night.
BACKFILL_ON_FOR = timedelta(days=1)

# --- One story or two

# Two texts are one story if the longer one contains at least this share of the shorter one. Measured on real news: a
# copy in which a tenth of the words was changed has .73 of the text in common with the original; two unrelated texts
# have less than .06 in common.
STORY_SHARE = 0.5
# A text that is shorter than this share of the other text is no copy: a short item and a page that collects many such
# items are not one story.
SHORTEST_SHARE = 0.2
# Texts with fewer shingles than this are one story only if title and text are the same; a shingle is three words in a
# row. Chosen: two sentences have some twenty shingles.
LEAST_SHINGLES = 20
# A text with fewer shingles than this is a short item. It may be filled into a template of the newsroom (weather,
# rates, results), and the items of a template differ in a word or two. So a short item is a copy only if the other text
# contains all of it, numbers too. Chosen: a paragraph has some sixty shingles.
SHORT_SHINGLES = 60
# A text that has fewer shingles than MIDDLING_SHINGLES and is no short item is a copy under three conditions. The other
# text contains at least the share MIDDLING_SHARE of it. Wherever both texts have a number at the same place, it is the
# same number. The other text is from another source. Chosen: even two different items of a template with two paragraphs
# have part of their texts in common.
MIDDLING_SHINGLES, MIDDLING_SHARE = 120, 0.6
# If two longer texts have at least NUMBERS_TELL places with numbers in common, the numbers decide: at least the share
# NUMBERS_AGREE of these places must have the same number. Chosen: an edit leaves most numbers as they are.
NUMBERS_TELL, NUMBERS_AGREE = 4, 0.5
# If the other text contains this share of a text, the text is a complete copy, even if it looks like an item of a
# template.
WHOLE_SHARE = 0.97
# An article that looks like articles of at least this many other stories is an item of their template.
TEMPLATE_STORIES = 2
# Two edits of a third text have those parts of it in common that both have kept. The share that they are measured to
# have in common may be larger by at most this much, because each share is only an estimate, from some hundred shingles.
EDITS_MARGIN = 0.1

# --- When the articles of a run are held because they are unlike the source's earlier articles

# A run is compared with the earlier articles of its source only if there are enough articles. DRIFT_ARTICLES: a run
# with fewer articles is filled up to this number with the newest articles before it. Chosen: three of five are a
# majority. DRIFT_KNOWN: there must be at least this many further articles before these. Chosen: twenty articles show a
# pattern.
DRIFT_ARTICLES, DRIFT_KNOWN = 5, 20
# At most this many of a source's newest stored articles define its usual values. Chosen: most sources publish this many
# in a week or two.
DRIFT_BEFORE = 120
# The usual lengths of texts are the lengths between these two quantiles of the earlier texts' lengths.
DRIFT_USUAL = (0.05, 0.95)
# The texts of a run count as shorter or longer than usual if the median of their lengths is at least this many times
# smaller or larger than the usual median. Chosen: a smaller difference may be only a standfirst.
DRIFT_TIMES = 2.0
# The ranks of the run's lengths, among all lengths, must also lie this many standard deviations from the middle. By
# chance, one run of some two thousand lies so far below the middle, and one so far above it.
DRIFT_DEVIATIONS = 3.3
# A run drifts in what its articles lack (a date, a title or a text of their own) under two conditions. The share of
# articles that lack it is larger than usual by more than DRIFT_MORE. The probability that so many lack it by chance is
# at most DRIFT_UNLIKELY.
DRIFT_MORE, DRIFT_UNLIKELY = 0.5, 0.0005
# A text is mostly shared if more than this share of its words is in paragraphs that other articles have too.
DRIFT_SHARED = 0.5

"""Limits of the messages of a watch, and of matching; an operator may want to change them.

The cap of a watch says how many single messages it may send in CAP_TIME. It is a setting (NIGHTDESK_ALERT_CAP), unless
the watch has a cap of its own.
"""

from __future__ import annotations

from datetime import timedelta

# A watch's cap limits its single messages in this time. Chosen: people count the messages on a phone by the hour.
CAP_TIME = timedelta(hours=1)
# A digest has this time and day if only its kind is given (`--digest nightly`). Chosen: people read it before the
# morning conference.
USUAL_TIME, USUAL_DAY = "07:00", "mon"
# A collected message has at most this many alerts; further alerts go into another message. Chosen: nobody reads more,
# and a mail with this many has half a megabyte.
MOST_IN_DIGEST = 200
# This many changes are matched in one transaction. Chosen: with their texts they take some megabytes.
BATCH = 200
# SHARE_CHANGES: one task matches this many changes; if there are more, several tasks share them. Chosen: a task of
# Airflow takes some seconds to begin, and this many changes take as long. MOST_SHARES: at most this many tasks share
# the changes. Chosen: only one task at a time writes alerts, so more than a dozen tasks would wait for each other.
SHARE_CHANGES, MOST_SHARES = 2_000, 12
# The words of this many of the newest articles are counted, so that watches are found by their rarest words. Chosen:
# the count takes a second, and still shows a word that two articles in a thousand have.
COUNTED_ARTICLES = 1_000
# An unfinished file of the QuerySet is deleted when it is this many seconds old, because its run must have been killed.
# Chosen: to write even 100,000 watches takes two minutes.
ABANDONED_SECONDS = 3600

"""Values for the number of messages of a watch and for matching; an operator may want to change them.

The cap itself is a setting, NIGHTDESK_ALERT_CAP, and a key of each watch.
"""

from __future__ import annotations

from datetime import timedelta

# The time over which single messages count for a watch's cap. Chosen: people count the messages on a phone by the hour.
CAP_TIME = timedelta(hours=1)
# The time and day of a digest if only its kind is given (`--digest nightly`). Chosen: before the morning conference.
USUAL_TIME, USUAL_DAY = "07:00", "mon"
# The most alerts of one collected message; further alerts go into another one. Chosen: nobody reads more, and a mail
# with this many has half a megabyte.
MOST_IN_DIGEST = 200
# Changes matched in one transaction. Chosen: with their texts they take some megabytes.
BATCH = 200
# SHARE_CHANGES: how many changes one task matches. If there are more, several tasks share them. Chosen: a task of
# Airflow takes some seconds to begin, and this many changes take as long. MOST_SHARES: the most tasks that share the
# changes. Chosen: only one task at a time writes alerts, so a dozen tasks would wait for each other.
SHARE_CHANGES, MOST_SHARES = 2_000, 12
# How many of the newest articles have their words counted, so that watches are found by their rarest words. Chosen: the
# count takes a second, and still shows a word that one article in a thousand has.
COUNTED_ARTICLES = 1_000
# Age in seconds of a half-written file of the QuerySet that a kill left. Chosen: 100,000 watches take two minutes.
ABANDONED_SECONDS = 3600

"""How many messages a watch may send, and how changes are matched: the values that an operator may want to change.

The cap itself is a setting, NIGHTDESK_ALERT_CAP, and a key of each watch.
"""

from __future__ import annotations

from datetime import timedelta

# The time of which single messages are counted for a watch's cap. Chosen: "twenty an hour" is what a person can say of
# a phone.
CAP_TIME = timedelta(hours=1)
# Alerts that one collected message tells of; what is beyond goes into another one. Chosen: more nobody reads, and a
# mail of them has half a megabyte.
MOST_IN_DIGEST = 200
# Changes matched in one transaction. Chosen: with their texts some megabytes.
BATCH = 200
# The newest articles of which words are counted, to look watches up by rare ones. Chosen: a second's work, and a share
# of a thousandth is seen.
COUNTED_ARTICLES = 1_000
# Seconds after which a half-written file of the matcher was left by a kill. Chosen: 100,000 watches take two minutes.
ABANDONED_SECONDS = 3600

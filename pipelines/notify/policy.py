"""How patient messages are: the values that an operator may want to change.

If a person waits, a pause lasts minutes. After a fault that waiting does not end, a pause lasts hours.
"""

from __future__ import annotations

# --- A message that its channel does not want

# Pauses before a message is tried again: a minute, then doubled each time, six hours at most. Chosen: a restart is over
# by the second.
FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS = 60.0, 6 * 3600.0
# Tries of one message; after the last, it has failed. Chosen: with the pauses above about twenty hours.
MAX_ATTEMPTS = 12

# --- A channel that takes nothing

# Failures in a row after which a channel rests. Chosen: one may be chance, three are not.
PATIENCE_FAILURES = 3
# A channel's rest: first a minute, then doubled each time, an hour at most. Chosen: within an hour it is noticed that
# the channel is back.
FIRST_REST_SECONDS, LONGEST_REST_SECONDS = 60.0, 3600.0
# Doublings of a rest that are calculated. Chosen: far beyond the longest rest; more would overflow.
MAX_REST_DOUBLINGS = 20
# The operators are told when a channel takes nothing for this long. Chosen: as long as the longest rest.
LONG_DOWN_SECONDS = 3600.0
# A message waits no longer than this for a channel that took nothing all that time; then it has failed. Chosen: after a
# week it is no alert, and nobody should get a thousand old alerts on the day when an address is mended; `resend` brings
# them back.
LONGEST_STAY_SECONDS = 7 * 86400.0
# Pauses are shorter or longer by this share, at random. Chosen: messages that failed together need not come together.
JITTER_SHARE = 0.2

# --- How many at once

# Channels served at the same time. Chosen: each costs a process.
CHANNELS_AT_ONCE = 8
# Messages that are claimed together. Chosen: few enough that a second sender finds some, many enough that a query for
# them costs nothing.
BATCH = 50
# Couriers for a channel with more than this many due messages; others have one. A kill can repeat one message of each.
COURIERS, COURIERS_FROM = 2, 2 * BATCH
# Messages to a program that are marked as sent together, and that are with their courier at the same time. A kill can
# repeat this many of each courier. Messages to people are handed over and marked one by one. Chosen: to mark one
# message costs as much as to send it, and a tenth of this costs nothing; with four handed over, a courier never waits
# for the next.
MARKED_TOGETHER, HANDED_TOGETHER = 10, 4
# A program that answers within these seconds gets several messages at once. Before a later answer, the taken messages
# are marked, and the next message is handed over after this answer. Chosen: a sender waits for a slower receiver, and
# not for marks.
QUICK_SECONDS = 0.05

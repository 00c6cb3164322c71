"""How patient messages are: the values that an operator may want to change.

While a fault may end soon, a pause lasts minutes. After a fault that lasts, a pause lasts hours.
"""

from __future__ import annotations

# --- A message that its channel does not want

# Pauses before a message is tried again: a minute, then doubled each time, six hours at most. Chosen: a restart is over
# before the second pause ends.
FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS = 60.0, 6 * 3600.0
# Tries of one message; after the last, it has failed. Chosen: with the pauses above about twenty hours.
MAX_ATTEMPTS = 12

# --- A channel that takes nothing

# Failures in a row after which a channel rests. Chosen: one may be chance, three are not.
PATIENCE_FAILURES = 3
# A channel's rest: first a minute, then doubled each time, an hour at most. Chosen: a channel that works again is used
# within an hour.
FIRST_REST_SECONDS, LONGEST_REST_SECONDS = 60.0, 3600.0
# How often a rest is doubled at most. Chosen: far beyond the longest rest; more doublings would overflow.
MAX_REST_DOUBLINGS = 20
# The operators are told when a channel takes nothing for this long. Chosen: as long as the longest rest.
LONG_DOWN_SECONDS = 3600.0
# A message waits no longer than this for a channel that took nothing all that time; then it has failed. Chosen: after a
# week a message is no alert any more, and nobody should get a thousand old alerts on the day when an address is
# corrected; `resend` brings them back.
LONGEST_STAY_SECONDS = 7 * 86400.0
# Pauses are shorter or longer by this share, at random. Chosen: messages that failed together need not come together.
JITTER_SHARE = 0.2

# --- How many at once

# Channels served at the same time. Chosen: each costs a process.
CHANNELS_AT_ONCE = 8
# Messages that are claimed together. Chosen: few enough that a second sender finds some, many enough that a query for
# them costs nothing.
BATCH = 50
# The number of couriers for a channel with more due messages than the second number; other channels have one courier. A
# kill can repeat one message of each courier.
COURIERS, COURIERS_FROM = 2, 2 * BATCH
# How many messages to a program are marked as sent together, and how many are with their courier at the same time. A
# kill can repeat this many messages of each courier. Messages to people are handed over and marked one by one. Chosen:
# to mark one message costs as much as to send it, and a tenth of that cost does not matter; with four messages handed
# over, a courier never waits for the next one.
MARKED_TOGETHER, HANDED_TOGETHER = 10, 4
# A program that answers within these seconds gets several messages at once. If it answers later, the taken messages are
# marked while the sender waits, and the next message is handed over after the answer. Chosen: with a slower receiver
# the time to mark does not matter.
QUICK_SECONDS = 0.05

"""How patient messages are: the values that an operator may want to change.

A pause lasts minutes at first, because the fault may end soon. If the fault does not end, a pause lasts hours.
"""

from __future__ import annotations

# --- A message that its channel does not want

# A message is tried again after a pause: FIRST_WAIT_SECONDS at first, then twice as long each time,
# LONGEST_WAIT_SECONDS at most. Chosen: a restart of a service is over before the second pause ends.
FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS = 60.0, 6 * 3600.0
# A message is tried at most this many times; after the last try, it has failed. Chosen: with the pauses above, the
# tries take about twenty hours.
MAX_ATTEMPTS = 12

# --- A channel that takes nothing

# A channel rests after this many failures in a row. Chosen: one failure may be chance, three are not.
PATIENCE_FAILURES = 3
# A channel rests for FIRST_REST_SECONDS at first, then twice as long each time, LONGEST_REST_SECONDS at most. Chosen: a
# channel that works again is then used within an hour.
FIRST_REST_SECONDS, LONGEST_REST_SECONDS = 60.0, 3600.0
# A rest is doubled at most this many times. Chosen: so many doublings go far beyond the longest rest, and more would
# overflow.
MAX_REST_DOUBLINGS = 20
# The operators are told when a channel takes nothing for this many seconds. Chosen: the longest rest is as long.
LONG_DOWN_SECONDS = 3600.0
# A message waits no longer than this for a channel that took nothing all that time; then it has failed. Chosen: after a
# week a message is no alert any more, and nobody should get a thousand old alerts on the day when an address is
# corrected; `resend` brings them back.
LONGEST_STAY_SECONDS = 7 * 86400.0
# Pauses are shorter or longer by at most this share, at random. Chosen: messages that failed together then do not all
# come again at the same moment.
JITTER_SHARE = 0.2

# --- How many at once

# At most this many channels are served at the same time. Chosen: each costs a process.
CHANNELS_AT_ONCE = 8
# This many messages are claimed together. Chosen: these are few enough that a second sender finds some, and many enough
# that a query for them costs nothing.
BATCH = 50
# A channel has COURIERS couriers if it has more due messages than COURIERS_FROM; other channels have one courier.
# Chosen: a kill can repeat messages of each courier, so couriers are few.
COURIERS, COURIERS_FROM = 2, 2 * BATCH
# MARKED_TOGETHER: this many messages to a program are marked as sent in one step. Chosen: to mark one message costs as
# much as to send it, and a tenth of that cost does not matter. HANDED_TOGETHER: this many of them are with their
# courier at the same time. Chosen: then a courier never waits for the next one. A kill can repeat MARKED_TOGETHER
# messages of each courier. Messages to people are handed over and marked one by one.
MARKED_TOGETHER, HANDED_TOGETHER = 10, 4
# A program that answers within these seconds gets several messages at once. If it answers later, the messages that it
# took before are marked while the sender waits, and the next message is handed over after the answer. Chosen: with a
# slower receiver the time to mark does not matter.
QUICK_SECONDS = 0.05

"""How patient messages are: the values that an operator may want to change.

A person's time is counted in minutes where a message waits, and in hours where nothing helps.
"""

from __future__ import annotations

# --- A message that its channel does not want

# Pauses until it is tried again: a minute, then twice as long each time, six hours at most. Chosen: a restart is over
# by the second.
FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS = 60.0, 6 * 3600.0
# Tries of one message; then it has failed. Chosen: with the pauses above about twenty hours.
MAX_ATTEMPTS = 12

# --- A channel that takes nothing

# Failures in a row after which a channel rests. Chosen: one is an accident, three are none.
PATIENCE_FAILURES = 3
# Its rest: first a minute, then twice as long each time, an hour at most. Chosen: it is noticed within the hour when it
# is back.
FIRST_REST_SECONDS, LONGEST_REST_SECONDS = 60.0, 3600.0
# Doublings of a rest that are reckoned. Chosen: far beyond the longest rest; more would overflow.
MAX_REST_DOUBLINGS = 20
# The operators hear of a channel that takes nothing for so long. Chosen: as long as the longest rest.
LONG_DOWN_SECONDS = 3600.0
# A message waits no longer than this for a channel that took nothing all that time; then it has failed. Chosen: what is
# told after a week is no alert, and nobody should get a thousand old ones the day an address is mended; `resend` brings
# them back.
LONGEST_STAY_SECONDS = 7 * 86400.0
# Pauses are shorter or longer by this share, at random. Chosen: messages that failed together need not come together.
JITTER_SHARE = 0.2

# --- How many at once

# Channels served at the same time. Chosen: each costs a process.
CHANNELS_AT_ONCE = 8
# Messages taken in hand together. Chosen: few enough that a second sender finds some, many enough that asking costs
# nothing.
BATCH = 50
# Couriers for a channel with more than this many due, and so messages that a kill can repeat; one for all others.
COURIERS, COURIERS_FROM = 2, 2 * BATCH
# Messages to a program that are marked as sent together, and that are with their courier at once: so many a kill can
# repeat of each courier. Those to people are handed over and marked one by one. Chosen: marking one costs as much as
# sending one, a tenth of it nothing; with four in hand a courier never waits for the next.
MARKED_TOGETHER, HANDED_TOGETHER = 10, 4
# The seconds within which a program answers to have that: before a later answer what was taken is marked, and the next
# one is handed over after it. Chosen: a sender waits for a slower receiver, not for marks.
QUICK_SECONDS = 0.05

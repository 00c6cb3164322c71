"""What a question to the Desk or the read API may hold."""

from __future__ import annotations

# What Postgres' bigint can hold, without its sign.
BIGINT_BITS = 63
# Characters of a name in a question. Chosen: longer than any name of ours.
LONGEST_NAME = 200
# Characters of an address. Chosen: longer than the ledger keeps any.
LONGEST_URL = 8_000
# Nothing that Postgres, a log or a terminal would stumble over.
NAME = r"^[^\x00-\x1f\x7f-\x9f]*$"

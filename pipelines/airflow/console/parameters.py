"""The limits of the values in a request to the Desk or the read API."""

from __future__ import annotations

# Postgres' bigint has this many bits without the sign.
BIGINT_BITS = 63
# A name in a request has at most this many characters. Chosen: every name in Nightdesk is shorter.
LONGEST_NAME = 200
# An address has at most this many characters. Chosen: every address in the ledger is shorter.
LONGEST_URL = 8_000
# This pattern allows no control characters, which cause trouble in Postgres, a log or a terminal.
NAME = r"^[^\x00-\x1f\x7f-\x9f]*$"

"""The limits of the values in a request to the Desk or the read API."""

from __future__ import annotations

# Bits of Postgres' bigint, without the sign.
BIGINT_BITS = 63
# Characters of a name in a request. Chosen: longer than any name in Nightdesk.
LONGEST_NAME = 200
# Characters of an address. Chosen: longer than any address in the ledger.
LONGEST_URL = 8_000
# A pattern without control characters, which cause trouble in Postgres, a log or a terminal.
NAME = r"^[^\x00-\x1f\x7f-\x9f]*$"

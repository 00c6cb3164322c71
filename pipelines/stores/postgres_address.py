"""Addresses of a Postgres: read as libpq reads them, written so that all readers agree, shown without secrets."""

from __future__ import annotations

from urllib.parse import quote, urlencode

import psycopg2
from psycopg2.extensions import parse_dsn

from pipelines.errors import DatabaseError

SCHEMES = ("postgresql://", "postgres://")
UNUSABLE = (
    "NIGHTDESK_DATABASE_URL is no address of a Postgres: write it like postgresql://user:password@host:5432/name, "
    "special characters of the password percent-encoded (empty uses the embedded server)."
)
# A secret with fewer characters is not masked: it would be found in half the words of a sentence.
LEAST_MASKED = 4


def normal(address: str) -> str:
    """The same address as a URL in which all special characters are percent-encoded; DatabaseError repeats no part of
    the address.

    libpq and Python disagree about where a password with a ? or # ends. About this URL they agree.
    """
    parts = _parts(address)
    user = quote(parts.pop("user", ""), safe="")
    password = parts.pop("password", None)
    name = quote(parts.pop("dbname", ""), safe="")
    host, port = parts.get("host", ""), parts.get("port", "")
    if "," in host + port or host.startswith("/"):
        place = ""
    else:
        place = f"[{host}]" if ":" in host else quote(host, safe="")
        place += f":{port}" if port else ""
        parts.pop("host", None)
        parts.pop("port", None)
    login = user if password is None else f"{user}:{quote(password, safe='')}"
    query = urlencode(parts, safe="/", quote_via=quote)
    return f"postgresql://{login}{'@' if login else ''}{place}/{name}{'?' if query else ''}{query}"


def show_address(address: str) -> str:
    """The server, the database and the user of an address. No other part is shown, and no password."""
    try:
        parts = _parts(address)
    except DatabaseError:
        return "an address that cannot be read"
    login = parts.get("user", "") + (":***" if "password" in parts else "")
    host = parts.get("host", "") + (f":{parts['port']}" if "port" in parts else "")
    return f"postgresql://{login}{'@' if login else ''}{host}/{parts.get('dbname', '')}"


def mask_secrets(said: str, address: str) -> str:
    """A text about an address, without the secrets in the address."""
    try:
        parts = _parts(address)
    except DatabaseError:
        return "(what it says may hold the password)"
    for name in ("password", "sslpassword"):
        secret = parts.get(name, "")
        for form in {secret, quote(secret, safe=""), quote(secret)}:
            if len(form) >= LEAST_MASKED:
                said = said.replace(form, "***")
    return said


def _parts(address: str) -> dict[str, str]:
    """What libpq reads from an address. DatabaseError if libpq may take a part of the password for something else."""
    rest = next((address[len(scheme) :] for scheme in SCHEMES if address.startswith(scheme)), "")
    # `rest` may have one @, which ends the password. If a / stands before the @, libpq would end the password at the /.
    if rest.count("@") > 1 or "@" in rest.partition("/")[2]:
        raise DatabaseError(UNUSABLE)
    try:
        return {name: str(value) for name, value in parse_dsn(address).items()}
    except (psycopg2.ProgrammingError, UnicodeError, ValueError):
        # The error's text holds the whole address.
        raise DatabaseError(UNUSABLE) from None

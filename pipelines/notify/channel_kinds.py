"""The addresses of channels: which kinds there are, and what is wrong with an address. The sentences about faults show
no part of an address except its kind.

A new kind is added here first; CONTRIBUTING.md names the other places.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from difflib import get_close_matches

WEBHOOK = ("webhook+https", "webhook+http")
MAIL = ("smtp", "smtps", "mailto", "mailtos")
FILE, LOG = "file", "log"
SCHEME = re.compile(r"([a-z][a-z0-9+.-]{0,30})://", re.IGNORECASE)
HOW = "webhook+https://host/path, smtp://user:password@host:port/?from=..&to=.., or as apprise knows it"


def kind(address: str) -> str:
    """The kind of an address: what stands before its first colon, in lower case."""
    return address.partition(":")[0].lower()


def problem(address: str) -> str:
    """The fault of an address, as the end of a sentence about its channel; empty if there is none."""
    if kind(address) in WEBHOOK:
        from pipelines.notify import webhook

        return _try_check(webhook.check, address)
    if kind(address) in MAIL:
        from pipelines.notify import mail

        return _try_check(mail.check, address)
    if kind(address) == FILE:
        from pipelines.notify import jsonlines

        return _try_check(jsonlines.check, address)
    if kind(address) == LOG:
        return "" if address == f"{LOG}://" else f"has an address that cannot be used: the log is written {LOG}://"
    from pipelines.notify import chat

    scheme = SCHEME.match(address)
    if not scheme:
        return f"has an address of no known kind: write it like {HOW}"
    known = [*WEBHOOK, *MAIL, FILE, LOG, *chat.schemes()]
    name = scheme[1].lower()
    if name not in known:
        as_webhook = f"webhook+{name}"
        near = [as_webhook] if as_webhook in WEBHOOK else get_close_matches(name, known, 3)
        meant = f"did you mean {' or '.join(f'{one}://' for one in near)}? It is written" if near else "it is written"
        return f"has an address that begins with {name}://, which is no kind of channel; {meant} like {HOW}"
    return (
        "" if chat.knows(address) else f"has an address that {name}:// cannot be used with: apprise finds a part wrong"
    )


def _try_check(check: Callable[[str], object], address: str) -> str:
    try:
        check(address)
    except ValueError as error:
        return f"has an address that cannot be used: {error}; it is written like {HOW}"
    return ""

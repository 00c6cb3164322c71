"""The names of time zones."""

from __future__ import annotations

from functools import cache
from zoneinfo import available_timezones

# These names are in the list of zones, but are no zone, or another zone on each machine.
NO_ZONES = frozenset(("localtime", "Factory"))


@cache
def names() -> frozenset[str]:
    """Every name that this machine knows. The list is made once in a process, because to make it opens six hundred
    files and takes 4 to 13 ms.
    """
    return frozenset(available_timezones()) - NO_ZONES

"""From a bare address to a followed source, with the evidence for every line of its file.

The probing spider imports `plan` and what that needs; what reads articles is imported only when it is used.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipelines.follow.onboard import Followed
    from pipelines.follow.place import Place
    from pipelines.settings import Settings

# The address of the site and what is known of where it is; the answer is its time zone and its country.
Ask = Callable[[str, "Place"], tuple[str, str]]
# Seconds that looking at a new site may take. Chosen: two minutes with what comes after are what a person waits.
BUDGET_SECONDS = 110.0


def follow(
    settings: Settings,
    url: str,
    *,
    name: str = "",
    timezone: str = "",
    country: str = "",
    delay: float = 1.0,
    budget: float = BUDGET_SECONDS,
    write: bool = False,
    anew: bool = False,
    twice: bool = False,
    ask: Ask | None = None,
    on_line: Callable[[str], None] = lambda line: None,
) -> Followed:
    """Probe a site and make a source of it: its record, its file's text, ten samples, or the problem and what to try.

    url: an address or a bare host. timezone, country: where somebody knows them. delay: the least seconds between two
    requests; budget: seconds for the probing. write: also write the file into the sources folder. anew: look at the
    site though it was looked at within the hour and nothing was written. twice: follow it though it is followed
    already, under another name. ask: called where time zone or country cannot
    be known; without it that is the problem. Nothing goes into the ledger. Raises NightdeskError where nothing could
    begin.
    """
    from pipelines.follow import onboard

    return onboard.follow(
        settings,
        url,
        name=name,
        timezone=timezone,
        country=country,
        delay=delay,
        budget=budget,
        write=write,
        anew=anew,
        twice=twice,
        ask=ask,
        on_line=on_line,
    )

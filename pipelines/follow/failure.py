"""Says in a sentence why a site cannot be followed, and what a person may try instead."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from pipelines.codes import NO_ANSWER, Cause, Reason
from pipelines.follow import list_worth, site_place
from pipelines.follow.probing_records import Part, Probe, ProbeAnswer
from pipelines.follow.samples import Sample
from pipelines.follow.site_place import SitePlace

# If a page loads scripts and has fewer words than this and fewer links than SHELL_ANCHORS, its content is made by the
# scripts.
SHELL_WORDS = 80
# A page whose content is made by scripts has fewer links than this. Chosen: without its content, the page still has its
# logo and its menu.
SHELL_ANCHORS = 8
RENDER = (
    "Write a source file with `render = true` and its `sections`: a browser then reads its pages (docs/sources.md). "
    "Before that, look for a feed in its source text: such sites often have one that no page links."
)
BY_HAND = (
    "Write the source file by hand: docs/sources.md has the keys. `nightdesk try URL` shows "
    "what Nightdesk reads from a page."
)
OTHERS = (
    "See whether the site has a feed at another host, or ask the publisher for access; a block is never worked around."
)


@dataclass(frozen=True)
class Failure:
    """What is wrong, and what to try. `consent`: the site shows its pages only to readers who agreed."""

    problem: str
    tries: tuple[str, ...] = ()
    consent: bool = False


def of_home(url: str, probe: Probe) -> Failure | None:
    """The reason why no home page came; None if one came."""
    if list_worth.home_of(probe.seen) is not None:
        return None
    homes = [one for one in probe.seen if one.want.part == Part.HOME]
    if not homes:
        slow = max(probe.robots, key=lambda robots: robots.delay, default=None)
        asks = f"; robots.txt of {slow.place} asks for {slow.delay:g} s between requests" if slow and slow.delay else ""
        return Failure(f"{url} was not looked at: there was no time for one request{asks}.", (BY_HAND,))
    said = next((one for one in homes if one.status or one.blocked), homes[0])
    return _of_answer(url, said, homes)


def of_shell(url: str, probe: Probe) -> Failure | None:
    """The failure if the home page is nearly empty without its scripts, and no list names articles; None otherwise."""
    home = list_worth.home_of(probe.seen)
    if home is None or home.front is None:
        return None
    front = home.front
    known = list_worth.find_known(probe.seen)
    bare = front.words < SHELL_WORDS and len(front.anchors) < SHELL_ANCHORS
    if known.sure or known.likely or not (front.scripts and bare):
        return None
    return Failure(
        f"{home.url} shows {front.words} words and {len(front.anchors)} links without JavaScript, and no feed or "
        "sitemap was found: the site needs a browser.",
        (RENDER,),
    )


def of_wall(url: str, home: Sample) -> Failure | None:
    """The failure if extraction takes the home page for a wall, an error or a parking page; None otherwise."""
    said = f" ({home.detail})" if home.detail else ""
    if home.reason == Reason.CONSENT:
        return Failure(
            f"{url} is a consent wall{said}: it shows its pages only to those who agreed to something.",
            ("Its feed or sitemap may lie outside of the wall: give that address instead.", OTHERS),
            consent=True,
        )
    if home.reason == Reason.CHALLENGE:
        return Failure(f"{url} answers with a challenge page{said}: it tells people from programs.", (OTHERS,))
    if home.reason == Reason.REGION:
        return Failure(f"{url} is not shown in this region{said}.", ("Run Nightdesk from where the site is shown.",))
    if home.reason in (Reason.ERROR_PAGE, Reason.SOFT_404):
        return Failure(
            f"{url} is no news site but an error or parking page{said}.",
            ("See in a browser whether the address is still the publisher's.",),
        )
    return None


def of_lists(url: str, probe: Probe) -> Failure:
    """The reason why no article was found on a site that answers."""
    lists_tried = [one for one in probe.seen if one.want.part in (Part.FEED, Part.SITEMAP, Part.SECTION)]
    blocked = [one for one in lists_tried if one.blocked]
    forbidden = [one for one in lists_tried if one.code == Cause.ROBOTS]
    why = ""
    if forbidden:
        why = f" robots.txt forbids {len(forbidden)} of the addresses that were tried, such as {forbidden[0].want.url}."
    elif blocked:
        why = f" {len(blocked)} of its lists are blocked, such as {blocked[0].want.url} ({blocked[0].problem})."
    many = len(lists_tried)
    return Failure(
        f"No articles were found on {url}: {many} addresses of feeds, sitemaps and sections were tried, and its front "
        f"page has no links that read like titles.{why}",
        ("Give the address of the page, or the feed, that lists its articles.", BY_HAND),
    )


def of_samples(url: str, samples: Sequence[Sample], refused: Sequence[ProbeAnswer]) -> Failure:
    """The reason why articles were found but cannot be read."""
    kinds = Counter(sample.kind for sample in samples if not sample.good)
    kinds.update(one.problem for one in refused)
    tried = len(samples) + len(refused)
    good = sum(sample.good for sample in samples)
    said = ", ".join(f"{count} × {kind}" for kind, count in kinds.most_common())
    tries = [f"`nightdesk try {samples[0].url}` shows what Nightdesk reads from a page." if samples else BY_HAND]
    reasons = {sample.reason for sample in samples}
    if Reason.PAYWALL in reasons:
        tries.insert(0, "Its articles are behind a paywall; what is free of them may be in its feed only.")
    if any(one.code == Cause.ROBOTS for one in refused):
        tries.insert(0, "robots.txt forbids its articles: ask the publisher; Nightdesk obeys it.")
    closed = any(one.code == Cause.CHALLENGE or 400 <= one.status < 500 for one in refused)
    if closed or Reason.CHALLENGE in reasons:
        tries.insert(0, OTHERS)
    if reasons & {Reason.EMPTY, Reason.TOO_SHORT}:
        tries.append("If the text comes by JavaScript: " + RENDER)
    return Failure(f"Only {good} of {tried} sample articles of {url} can be used: {said}.", tuple(tries))


def of_stale(url: str, left: Sequence[str]) -> Failure:
    """The reason why no list of a site is worth following, although the site has articles."""
    why = " ".join(left) or "No page lists enough of them."
    return Failure(f"{url} has articles, but nothing that names new ones. {why}", (BY_HAND,))


def of_place(url: str, where: SitePlace) -> Failure:
    """The reason why a person has to give the time zone or the country; names all that is missing at once."""
    zone = where.candidates[0] if where.candidates else "Asia/Damascus"
    asked = {
        "time zone": "" if where.timezone else f"the time zone with --timezone, such as {zone}",
        "country": ""
        if where.country
        else f"the country with --country, such as {site_place.country_of(zone) or 'SY'}",
    }
    missing = [what for what, how in asked.items() if how]
    fits = f" Zones that fit: {', '.join(where.candidates)}." if where.candidates and not where.timezone else ""
    return Failure(
        f"The {' and the '.join(missing)} of {url} cannot be known: {where.unsure or 'nothing shows it'}.{fits}",
        (
            f"Give {' and '.join(filter(None, asked.values()))}. "
            "Within the hour the site is not asked again for that: what was seen of it is kept.",
        ),
    )


def _of_answer(url: str, said: ProbeAnswer, homes: Sequence[ProbeAnswer]) -> Failure:
    """The failure for a site whose home page did not come, by the way in which the request ended."""
    problem, code, where = said.problem, said.code, said.url
    hosts = ", ".join(dict.fromkeys(one.want.url for one in homes))
    if code == Cause.ROBOTS:
        return Failure(f"robots.txt of {url} forbids us its home page.", ("Ask the publisher: Nightdesk obeys it.",))
    if code in (Cause.GUARD, Cause.GUARD_NETWORK, Cause.GUARD_REDIRECT):
        port = urlsplit(said.url).port
        own = "Where its network is your own, name it in NIGHTDESK_ALLOW_NETWORKS, as in 10.0.0.0/8" + (
            f":{port}, with the port: without one only 80, 443, 8080 and 8443 are asked." if port else "."
        )
        plain = "Give an address of http or https, without a user name, as a browser shows it."
        shown = url.rpartition("@")[2]
        return Failure(
            f"{shown} may not be fetched: {problem.removeprefix('robots.txt unreachable: ').removeprefix('guard: ')}.",
            (own if code == Cause.GUARD_NETWORK else plain,),
        )
    if code == Cause.DNS:
        return Failure(
            f"{url} has no address: the name is not known to DNS (tried {hosts}).",
            ("Check the spelling of the address, and that this machine has the internet.",),
        )
    if code == Cause.REST_ASKED and not said.status:
        return Failure(
            f"{url} asks for rest: it answers a request for its robots.txt with status 429 (too many requests), "
            "so nothing of it is asked for now.",
            ("Try again in some hours.",),
        )
    if code in (Cause.ROBOTS_ERROR, Cause.ROBOTS_UNREADABLE) or (said.blocked and code in NO_ANSWER):
        return Failure(
            f"{url} cannot be looked at: its {problem}, which RFC 9309 takes for a no.", ("Try again in some hours.",)
        )
    if said.blocked:
        return Failure(f"{where} blocks us: {problem}.", (OTHERS,))
    if said.status and said.status >= 400:
        again = "Try again later." if said.status >= 500 else "Check the spelling of the address."
        return Failure(f"{where} answers with status {said.status}.", (again,))
    if problem:
        return Failure(f"{url} cannot be reached: {problem} (tried {hosts}).", ("Try again later.",))
    if said.form:
        return Failure(f"{where} is a feed or sitemap, and its site has no home page that can be read.", (BY_HAND,))
    return Failure(f"{where} is not an HTML page.", ("Give the address of the site's home page.",))

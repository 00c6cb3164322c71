"""`nightdesk canary`: sends one article all the way from a site to an alert, and raises an alarm if the alert does not
come."""

from __future__ import annotations

from pipelines.cli.show import Json, as_json, say
from pipelines.errors import NightdeskError
from pipelines.settings import channels, of_installation


def canary(json: Json = False) -> None:
    """Publish an article on loopback and wait for its alert; if none comes, tell the channel of NIGHTDESK_CANARY."""
    from demo import canary as chain

    current = of_installation()
    if not current.canary:
        raise NightdeskError("Set NIGHTDESK_CANARY to the channel that hears when the canary is silent.")
    song = chain.sing(current, channels())
    if json:
        as_json(song)
        return
    say(f"The canary sang: the alert of {song.url} came out {song.seconds:.0f} seconds after it was published.")

"""A sentence for the Desk page and `status` that says why no message of a watch went out so far."""

from __future__ import annotations

from pipelines.stores import postgres


def silence(conn: postgres.Connection, *, nobody: bool = False) -> str:
    """The reason why no message of a watch went out so far; empty if one went out or is on its way.

    nobody: True if no channel has an address and none was ever used.
    """
    if postgres.query(conn, "desk_messages")[0]["any"]:
        return ""
    row = postgres.query(conn, "desk_matched")[0]
    if not row["watches"] and nobody:
        return (
            "No alert went out yet: there is neither a channel nor a watch. `nightdesk init --channel desk=-` asks "
            "where alerts go (with Compose docker/channels.env says it), `nightdesk watch add` what they are about."
        )
    if not row["watches"]:
        return "No alert went out yet: `nightdesk watch add` tells Nightdesk what to look for and whom to tell."
    matched = f"{row['alerts']:,} match" + ("" if row["alerts"] == 1 else "es")
    mute = ", ".join(row["mute"])
    told = f" These watches have no channel, so they only list: {mute}; `nightdesk watch add` gives them one."
    if not row["alerts"]:
        return f"No alert went out yet: the watches matched nothing.{told if mute else ''}"
    if row["quiet"] == row["alerts"]:
        return f"No alert went out yet: {matched}, all only listed ({', '.join(row['reasons'])}).{told if mute else ''}"
    return f"No alert went out, though there are {matched}.{told if mute else ''}"

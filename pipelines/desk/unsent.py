"""Why no message of a watch went out so far, in a sentence for the Desk page and `status`."""

from __future__ import annotations

from pipelines.stores import postgres


def silence(conn: postgres.Connection) -> str:
    """Why no message of a watch went out so far; empty where one did, or is on its way."""
    row = postgres.query(conn, "desk_matched")[0]
    if row["messages"]:
        return ""
    if not row["watches"]:
        return "No alert went out yet: `nightdesk watch add` tells Nightdesk what to look for and whom to tell."
    matched = f"{row['alerts']:,} match" + ("" if row["alerts"] == 1 else "es")
    mute = ", ".join(row["mute"])
    told = f" These watches have no channel, so they only list: {mute}; `nightdesk watch add` gives them one."
    if not row["alerts"]:
        return f"No alert went out yet: the watches matched nothing.{told if mute else ''}"
    if row["quiet"] == row["alerts"]:
        return f"No alert went out yet: {matched}, all listed only ({', '.join(row['reasons'])}).{told if mute else ''}"
    return f"No alert went out, though there are {matched}.{told if mute else ''}"

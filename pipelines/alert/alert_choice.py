"""Chooses the alerts to write: a watch tells a story once, by one alert. Articles of other outlets join this alert.

After a watch has told of an article, the watch also tells of later changes of the wanted kinds, even if the article
joins another story. If two stories later turn out to be one, an alert on either of them counts for both.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from pipelines.alert import watches
from pipelines.alert.watches import Watch
from pipelines.codes import AlertKind, Quiet, RevisionKind
from pipelines.model import Match
from pipelines.stores import postgres, story_records

# If a watch has told of an article, it also tells of edits of these kinds, even if the new wording no longer matches.
CONCERNS_THE_TOLD = (RevisionKind.CORRECTION, RevisionKind.SUBSTANTIAL, RevisionKind.HEADLINE)


@dataclass(frozen=True, slots=True)
class WatchMatch:
    """A change that a watch has to tell, and the places of the watch's words.

    change: a row of "unmatched_changes": id, at, article_id, story_id, revision, repeat, kind, revision_kind, quiet,
    source, language, authors, title, description, text.
    """

    change: postgres.Row
    watch: Watch
    matches: Sequence[Match]

    @property
    def story_key(self) -> tuple[str, int]:
        """The watch and the story."""
        return self.watch.name, int(self.change["story_id"])

    @property
    def article_key(self) -> tuple[str, int]:
        """The watch and the article."""
        return self.watch.name, int(self.change["article_id"])

    @property
    def key(self) -> tuple[str, str, int, int, int]:
        """The key of the alert in its table: watch, kind, article, revision and repeat."""
        change = self.change
        return self.watch.name, change["kind"], change["article_id"], change["revision"], change["repeat"]


@dataclass(slots=True)
class _EarlierAlerts:
    """The alerts so far. `leads`: by watch and story, the alert that told the story. `articles`: the pairs of watch and
    article in which the article had an alert of its own."""

    leads: dict[tuple[str, int], int] = field(default_factory=dict)
    articles: set[tuple[str, int]] = field(default_factory=set)


def choose_alerts(
    conn: postgres.Connection,
    changes: Sequence[postgres.Row],
    matched: Iterable[tuple[postgres.Row, str, Sequence[Match]]],
) -> list[WatchMatch]:
    """The matches that the watches have to tell, in the order of the changes.

    changes: as WatchMatch.change.
    matched: (change, name of a watch whose query the new wording matches, places of its words).
    """
    by_change_and_watch = {(change["id"], name): (change, name, matches) for change, name, matches in matched}
    edited = {change["article_id"] for change in changes if _concerns_the_told(change)}
    told_watches: dict[int, list[str]] = {}
    for row in postgres.query(conn, "watches_told_of", articles=sorted(edited)) if edited else []:
        told_watches.setdefault(row["article_id"], []).append(row["watch"])
    for change in changes:
        for name in told_watches.get(change["article_id"], ()) if _concerns_the_told(change) else ():
            by_change_and_watch.setdefault((change["id"], name), (change, name, ()))
    by_name = watches.by_name(conn, {name for _, name in by_change_and_watch}) if by_change_and_watch else {}
    return [
        WatchMatch(change, by_name[name], matches)
        for change, name, matches in sorted(by_change_and_watch.values(), key=lambda one: int(one[0]["id"]))
        if name in by_name and _wants(by_name[name], change)
    ]


def write(conn: postgres.Connection, run: str, matches: Sequence[WatchMatch]) -> list[postgres.Row]:
    """Write the alerts; gives the new ones as rows for `messages.put`.

    Fields: `id`, `watch`, `kind`, `article_id`, `story_id`, `revision`, `repeat`, `quiet`, `lead_id`, `changed_at`.
    Part of the caller's transaction, during which no other process writes alerts.
    """
    earlier = _find_earlier(conn, matches)
    waiting, alerts = list(matches), []
    # The alerts are written in rounds, because a match that joins a story waits until the story's alert has a number.
    while waiting:
        ready, waiting = _divide(waiting, earlier)
        rows = [_row(one, run, *_quiet_and_lead(one, earlier)) for one in ready]
        rows_written = postgres.execute_values(conn, "write_alerts", rows, fetch=True)
        by_key = {one.key: one for one in ready}
        for alert in rows_written:
            one = by_key[alert["watch"], alert["kind"], alert["article_id"], alert["revision"], alert["repeat"]]
            alerts.append({**alert, "story_id": one.change["story_id"], "changed_at": one.change["at"]})
            if not alert["quiet"]:
                earlier.leads.setdefault(one.story_key, alert["lead_id"] or alert["id"])
                earlier.articles.add(one.article_key)
    return sorted(alerts, key=lambda alert: int(alert["id"]))


def _find_earlier(conn: postgres.Connection, matches: Sequence[WatchMatch]) -> _EarlierAlerts:
    earlier = _EarlierAlerts()
    pairs = sorted({(*one.article_key, int(one.change["story_id"])) for one in matches})
    names, articles, stories = (list(column) for column in zip(*pairs, strict=True)) if pairs else ([], [], [])
    rows = postgres.query(
        conn, "stories_told", watches=names, articles=articles, stories=stories, most=story_records.MOST_COUNTED
    )
    for row in rows:
        earlier.leads[row["watch"], row["story_id"]] = row["lead_id"]
        if row["own"]:
            earlier.articles.add((row["watch"], row["article_id"]))
    return earlier


def _divide(matches: Sequence[WatchMatch], earlier: _EarlierAlerts) -> tuple[list[WatchMatch], list[WatchMatch]]:
    """The matches that can be written now, and the matches that wait for an earlier match of the same watch on the same
    story.
    """
    ready, waiting, first = [], [], set()
    for one in matches:
        if _quiet(one) or one.story_key in earlier.leads or one.article_key in earlier.articles:
            ready.append(one)
        elif one.story_key in first:
            waiting.append(one)
        else:
            first.add(one.story_key)
            ready.append(one)
    return ready, waiting


def _quiet_and_lead(one: WatchMatch, earlier: _EarlierAlerts) -> tuple[Quiet, int | None]:
    """The reason why an alert is only listed, and the alert that it joins."""
    lead = None if one.article_key in earlier.articles else earlier.leads.get(one.story_key)
    quiet = _quiet(one)
    if lead is None or quiet:
        return quiet, lead
    is_wanted = one.change["kind"] == AlertKind.NEW and watches.OUTLET in one.watch.kinds
    return Quiet.NONE if is_wanted else Quiet.ALSO_IN, lead


def _quiet(one: WatchMatch) -> Quiet:
    return Quiet(one.change["quiet"]) or (Quiet.MUTED if one.watch.muted_until else Quiet.NONE)


def _row(one: WatchMatch, run: str, quiet: Quiet, lead: int | None) -> Sequence[Any]:
    """A row of `alerts`, in the order of the statement `write_alerts`."""
    change = one.change
    return (
        one.watch.name,
        change["kind"],
        # The article's number comes twice: as subject_id and as article_id.
        change["article_id"],
        change["article_id"],
        change["revision"],
        change["repeat"],
        change["id"],
        run,
        change["source"],
        postgres.json([asdict(match) for match in one.matches]),
        quiet,
        lead,
    )


def _concerns_the_told(change: Mapping[str, Any]) -> bool:
    """Whether people who had an alert on the article are told of this change, whatever the article's wording is now."""
    return change["kind"] in (AlertKind.REMOVED, AlertKind.RESTORED) or change["revision_kind"] in CONCERNS_THE_TOLD


def _wants(watch: Watch, change: Mapping[str, Any]) -> bool:
    """Whether a watch tells this kind of change. An article of unknown language counts for every language."""
    language = change["language"].split("-")[0].lower()
    return (
        not watch.paused_at
        and (change["kind"] in watch.kinds or change["revision_kind"] in watch.kinds)
        and (not watch.sources or change["source"] in watch.sources)
        and (not watch.languages or not language or language in watch.languages)
    )

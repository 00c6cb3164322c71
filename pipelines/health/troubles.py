"""Health: sources that stopped yielding, or whose pages or feeds changed; it alone knows what is usual for a source.

Silence is three times the usual interval without a new article. It is told once, and again only after the source has
given something in between. A promise of the source's file that its newest run broke is told once, until a run keeps it.
A template that no longer fits is told once as well, until it has been learned again, and a
feed that lacked what the sitemap names in so many crawls in a row. So is a login that its site no longer takes, until
pages are shown again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from statistics import median
from typing import Any

from pipelines import cron
from pipelines.codes import TroubleKind
from pipelines.health import policy
from pipelines.model import Source
from pipelines.notify.outbox import put_message, tell_operators
from pipelines.settings import Settings
from pipelines.sources import access
from pipelines.stores import postgres, templates

__all__ = ["Trouble", "check", "tell_operators"]


@dataclass(frozen=True, kw_only=True)
class Trouble:
    """What the operators should know of a source.

    since: when it began. subject, message: for people. told: whether they were told just now.
    run: the run that showed it: the first with another template, the newest of the others; none of a silence.
    usual: of a silence, the interval that is usual.
    """

    source: str
    kind: TroubleKind
    since: datetime
    subject: str
    message: str
    told: bool = False
    run: str = ""
    usual: timedelta | None = None

    def __str__(self) -> str:
        return self.message


def check(settings: Settings, sources: Sequence[Source], *, now: datetime | None = None) -> list[Trouble]:
    """The sources that are silent, look changed, have a feed that is behind, break a promise or lost their login now.

    Each is told to the operators' channel once, through the outbox.

    A source that was not crawled since its usual interval passed is not called silent: nobody listened.
    """
    at = now or datetime.now(UTC)
    found: list[Trouble] = []
    with postgres.connection(settings, application="nightdesk health") as conn:
        for source in sources:
            with conn:
                silence = _silence(conn, settings, source, at)
                drift = _drift(conn, settings, source, at)
                lag = _lag(conn, settings, source, at)
                broken = _broken_promise(conn, settings, source, at)
                lost = _lost_login(conn, settings, source, at)
            found += [trouble for trouble in (silence, drift, lag, broken, lost) if trouble]
    return found


def _silence(conn: postgres.Connection, settings: Settings, source: Source, now: datetime) -> Trouble | None:
    life = postgres.row(conn, "life_of_source", source=source.name, now=now) or {}
    since = life["yielded_at"] or life["first_crawl"]
    if since is None or life["last_crawl"] is None:
        return None
    usual = _usual(
        settings,
        source,
        postgres.query(conn, "yields_of_source", source=source.name, now=now, within=policy.USUAL_FROM),
        now,
    )
    silent = now - since > policy.SILENT_TIMES * usual and life["last_crawl"] > since + usual
    if not silent:
        _end(conn, source, TroubleKind.SILENT, now)
        return None
    begun = postgres.row(conn, "trouble_since", source=source.name, kind=str(TroubleKind.SILENT))
    trouble = Trouble(
        source=source.name,
        kind=TroubleKind.SILENT,
        # A silence goes on until something new comes, also where the last article turns out to be older than was known.
        since=max(since, begun["since"]) if begun else since,
        subject=f"{source.name} has gone silent",
        message=_describe_silence(source, since, usual, life),
        usual=usual,
    )
    return _tell_once(conn, settings, trouble, now)


def _drift(conn: postgres.Connection, settings: Settings, source: Source, now: datetime) -> Trouble | None:
    stored = templates.newest(conn, source.name)
    since = stored.drifted_at if stored else None
    if stored is None or since is None:
        _end(conn, source, TroubleKind.CHANGED, now)
        return None
    message = (
        f"{source.title} ({source.name}): the template of {source.name} no longer fits since run {stored.drifted_run}: "
        f"its pages look changed.\n{round(100 * (stored.agreement or 0))} % of the last pages agree with version "
        f"{stored.version}, learned {stored.learned_at:%Y-%m-%d} of {stored.pages} pages. They are read without it "
        f"until {templates.LEAST_PAGES} pages since then can be learned from."
    )
    trouble = Trouble(
        source=source.name,
        kind=TroubleKind.CHANGED,
        since=since,
        subject=f"The pages of {source.name} look changed",
        message=message,
        run=stored.drifted_run,
    )
    return _tell_once(conn, settings, trouble, now)


def _lag(conn: postgres.Connection, settings: Settings, source: Source, now: datetime) -> Trouble | None:
    crawls = postgres.query(conn, "crawls_of_source", source=source.name, now=now, count=policy.BEHIND_CRAWLS)
    behind = len(crawls) == policy.BEHIND_CRAWLS and all(crawl["behind"] for crawl in crawls)
    begun = postgres.row(conn, "trouble_since", source=source.name, kind=str(TroubleKind.BEHIND))
    since = (begun["since"] if begun else crawls[-1]["started_at"]) if behind else None
    if since is None:
        _end(conn, source, TroubleKind.BEHIND, now)
        return None
    run, said = crawls[0]["run"], crawls[0]["message"]
    message = f"{source.title} ({source.name}): its feed is behind its sitemap since {since:%Y-%m-%d}.\n{run}: {said}."
    trouble = Trouble(
        source=source.name,
        kind=TroubleKind.BEHIND,
        since=since,
        subject=f"The feed of {source.name} is behind",
        message=message,
        run=run,
    )
    return _tell_once(conn, settings, trouble, now)


def _broken_promise(conn: postgres.Connection, settings: Settings, source: Source, now: datetime) -> Trouble | None:
    promised = source.expect.articles_per_run
    load = postgres.row(conn, "newest_load_of_source", source=source.name, now=now) if promised else None
    short = load is not None and load["new"] < promised
    begun = postgres.row(conn, "trouble_since", source=source.name, kind=str(TroubleKind.PROMISE))
    since = (begun["since"] if begun else load["started_at"]) if load and short else None
    if load is None or since is None:
        _end(conn, source, TroubleKind.PROMISE, now)
        return None
    message = (
        f"{source.title} ({source.name}): run {load['run']} gave {load['new']} new "
        f"{'article' if load['new'] == 1 else 'articles'}; its file promises at least {promised} in a run "
        "(expect.articles_per_run)."
    )
    trouble = Trouble(
        source=source.name,
        kind=TroubleKind.PROMISE,
        since=since,
        subject=f"{source.name} gives less than it promises",
        message=message,
        run=load["run"],
    )
    return _tell_once(conn, settings, trouble, now)


def _lost_login(conn: postgres.Connection, settings: Settings, source: Source, now: datetime) -> Trouble | None:
    looks = []
    if access.has_login(source):
        looks = postgres.query(conn, "looks_as_subscriber", source=source.name, now=now, count=policy.LOGIN_CRAWLS)
    refused = [look for look in looks if look["paywall"] or access.asks_for_login(look["status"], look["code"])]
    lists = [look for look in refused if look["kind"] != "article"]
    articles = sum(look["kind"] == "article" for look in looks)
    lost = bool(lists) or (articles > 0 and len(refused) >= policy.REFUSED_SHARE * articles)
    begun = postgres.row(conn, "trouble_since", source=source.name, kind=str(TroubleKind.LOGIN))
    if not lost:
        # Nothing to look at proves nothing: what began goes on.
        if articles or not access.has_login(source):
            _end(conn, source, TroubleKind.LOGIN, now)
        return None
    variables = ", ".join(access.variable(name) for name, key in access.wanted(source).items() if key != "proxy")
    example = refused[0]
    why = "only the start of the article is shown" if example["paywall"] else example["reason"]
    message = (
        f"{source.title} ({source.name}): its login has run out or is not taken: {len(refused)} of the "
        f"{len(looks)} pages looked at in run {example['run']} were closed.\n{example['url']}: {why}.\n"
        f"Log in as a reader does, put the new value into {variables}, and crawl again."
    )
    trouble = Trouble(
        source=source.name,
        kind=TroubleKind.LOGIN,
        since=begun["since"] if begun else refused[0]["started_at"],
        subject=f"The login of {source.name} has run out",
        message=message,
        run=example["run"],
    )
    return _tell_once(conn, settings, trouble, now)


def _end(conn: postgres.Connection, source: Source, kind: TroubleKind, now: datetime) -> None:
    """Note that a source is in no trouble of this kind any more, if it was."""
    postgres.execute(conn, "trouble_over", source=source.name, kind=str(kind), since=None, now=now)


def _tell_once(conn: postgres.Connection, settings: Settings, trouble: Trouble, now: datetime) -> Trouble:
    """Note a trouble and its alert, and put it into the outbox if nobody was told so far; the trouble, told or not.

    One of the same kind that began at another time is over.
    """
    of_it = {"source": trouble.source, "kind": str(trouble.kind), "since": trouble.since}
    postgres.execute(conn, "trouble_over", **of_it, now=now)
    row = postgres.row(conn, "trouble_begun", **of_it) or {}
    alert = (
        postgres.row(conn, "write_health_alert", story=row["id"], source=trouble.source, message=trouble.message) or {}
    )
    if row["told_at"] is not None or not settings.operators:
        return trouble
    for delivery in put_message(conn, settings.operators, f"health/{row['id']}", trouble.subject, trouble.message):
        postgres.execute_values(conn, "write_delivered_alerts", [(delivery["id"], alert["id"])])
    return replace(trouble, told=bool(postgres.execute(conn, "trouble_told", id=row["id"], now=now)))


def _usual(settings: Settings, source: Source, yields: Sequence[postgres.Row], now: datetime) -> timedelta:
    """The median time between two runs that gave something, but no less than the schedule's longest pause."""
    gaps = [later["at"] - earlier["at"] for earlier, later in pairwise(yields)]
    pause = _pause(settings, source, now)
    return max(pause, median(gaps)) if gaps else pause


def _pause(settings: Settings, source: Source, now: datetime) -> timedelta:
    """The longest time between two strikes of a source's schedule, among the last fortnight's worth of them.

    A day where there is no schedule, since then somebody starts each run by hand.
    """
    expression, zone = (
        (source.schedule, source.timezone) if source.schedule else (settings.schedule, settings.schedule_timezone)
    )
    if not expression:
        return policy.BY_HAND_PAUSE
    strikes = [cron.struck(expression, zone, now)]
    for _ in range(policy.SCHEDULE_STRIKES):
        strikes.append(cron.struck(expression, zone, strikes[-1] - timedelta(seconds=2)))
    return max(later - earlier for later, earlier in pairwise(strikes))


def _describe_silence(source: Source, since: datetime, usual: timedelta, life: dict[str, Any]) -> str:
    """What a person needs to tell "nothing new" from "nothing reachable" and "nothing extracted"."""
    what = "No new article" if life["yielded_at"] else "Not one article so far"
    lines = [
        f"{source.title} ({source.name}): {what.lower()} since {since:%Y-%m-%d %H:%M} UTC; "
        f"usual is one every {_long(usual)}.",
        f"Its last run, {life['run']}:",
    ]
    for stage in life["stages"] or []:
        counts = ", ".join(f"{count} {name}" for name, count in stage["counts"].items() if count and name != "seconds")
        said = "; ".join(part for part in (counts, stage["message"]) if part)
        lines.append(f"  {stage['stage']} {stage['state']}" + (f": {said}" if said else ""))
    return "\n".join(lines)


def _long(span: timedelta) -> str:
    hours = span.total_seconds() / 3600
    if hours < 2:
        return f"{round(hours * 60)} minutes"
    return f"{round(hours)} hours" if hours < policy.HOURS_IN_DAYS_FROM else f"{round(hours / 24)} days"

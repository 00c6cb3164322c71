"""Health: the state of each source, and the messages about troubles. Only this module stores the states and writes
these messages. The operators get other messages from `duties`, extract and Airflow's callbacks.

The usual pace is learned (states.py). A trouble is told once. Its end is told once, with how long it lasted. The same
trouble is told again only after the source was well in between. If many sources fall into the same trouble at once,
they share one message. Most troubles end with the state of the source that they name. Four others do not depend on the
state. Each lasts until something ends it: a broken promise of the source's file, until a run keeps it; a template that
no longer fits, until it is learned again; a feed that is behind, until it caught up; a login that the site no longer
accepts, until the site shows pages again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from pipelines import cron
from pipelines.codes import SourceState, TroubleKind
from pipelines.health import history, operator_notices, policy
from pipelines.health.history import History
from pipelines.health.operator_notices import Trouble
from pipelines.health.states import WELL, StateReport, judge
from pipelines.model import Source
from pipelines.notify.outbox import tell_operators
from pipelines.settings import Settings
from pipelines.sources import access
from pipelines.stores import postgres, templates

__all__ = ["Trouble", "check", "states", "tell_operators"]

# These states are told as a trouble of the same name. `_lag` finds the trouble of a feed that is behind.
TOLD_STATES = {
    SourceState.SILENT: (TroubleKind.SILENT, "{} has gone silent"),
    SourceState.QUIET: (TroubleKind.QUIET, "{} is unusually quiet"),
    SourceState.ERRORING: (TroubleKind.ERRORING, "{} does not answer"),
    SourceState.BLOCKED: (TroubleKind.BLOCKED, "{} refuses us"),
    SourceState.NOT_EXTRACTING: (TroubleKind.NOT_EXTRACTING, "No article is found on the pages of {}"),
    SourceState.DRIFTING: (TroubleKind.DRIFTING, "Articles of {} are held"),
}


@dataclass(frozen=True, kw_only=True)
class FoundTroubles:
    """The findings of a check about a source: its past, its state, and its other troubles."""

    source: Source
    history: History
    judged: StateReport
    others: Sequence[Trouble]
    # For these kinds of trouble, the check cannot say whether they go on or are over.
    unknown: Sequence[TroubleKind] = ()


def check(settings: Settings, sources: Sequence[Source], *, now: datetime | None = None) -> list[Trouble]:
    """The present troubles of these sources: those of their states, a template that no longer fits, a feed that is
    behind, a broken promise, a lost login.

    It tells each trouble once to the operators' channel, through the outbox, and stores each state (`source_states`).
    If a source was not crawled after its usual interval passed, it is not called silent.
    """
    at = now or datetime.now(UTC)
    troubles: list[Trouble] = []
    noted: list[operator_notices.TroubleRow] = []
    with postgres.connection(settings, application="nightdesk health") as conn:
        found = _together([_find(conn, settings, source, at) for source in sources], at)
        for one in found:
            with conn:
                here = [*_of_state(one), *one.others]
                kinds = [str(kind) for kind in (*(trouble.kind for trouble in here), *one.unknown)]
                postgres.execute(conn, "end_troubles", source=one.source.name, kinds=kinds, now=at)
                noted += [operator_notices.note(conn, trouble, at) for trouble in here]
                _keep(conn, one, at)
        with conn:
            told = operator_notices.tell(conn, settings, noted, at)
            operator_notices.tell_ends(conn, settings, [source.name for source in sources], at)
        troubles += [replace(one.trouble, told=one.id in told) for one in noted]
    return troubles


def states(
    conn: postgres.Connection, settings: Settings, sources: Sequence[Source], now: datetime
) -> dict[str, StateReport]:
    """The state of each source at a moment, by its name; nothing is written and nobody is told."""
    return {source.name: _find(conn, settings, source, now).judged for source in sources}


def _find(conn: postgres.Connection, settings: Settings, source: Source, now: datetime) -> FoundTroubles:
    with conn:
        past = history.read(conn, source.name, now)
        kept = postgres.row(conn, "state_of_source", source=source.name)
        judged = judge(
            past.looks,
            now,
            zone=source.timezone,
            gap=_pause(settings, source, now),
            yielded_at=past.yielded_at,
            was=SourceState(kept["state"]) if kept else None,
            was_since=kept["since"] if kept else None,
            ended=kept["ended"] if kept else None,
        )
        drift, (lost, unknown) = _drift(conn, source), _lost_login(conn, source, now)
        others = [drift, _lag(conn, source, now), _broken_promise(conn, source, now), lost]
    if judged.state == SourceState.DRIFTING:
        # The trouble about held articles says the same as `drift`, and more.
        others.remove(drift)
    if judged.state in (*WELL, SourceState.BEHIND, SourceState.QUIET):
        # These two troubles have messages of their own, so the state is not told again (cause="said").
        for trouble, state in ((drift, SourceState.DRIFTING), (lost, SourceState.BLOCKED)):
            if trouble:
                judged = StateReport(
                    state=state, since=trouble.since, reason=trouble.message.partition(": ")[2], cause="said"
                )
    return FoundTroubles(source=source, history=past, judged=judged, others=[other for other in others if other],
                 unknown=[TroubleKind.LOGIN] if unknown else [])  # fmt: skip


def _together(found: Sequence[FoundTroubles], now: datetime) -> list[FoundTroubles]:
    """If several sources stopped answering at about the same time for the same reason, make each suspicion a trouble
    now; one message tells of all."""
    failing = (SourceState.ERRORING, SourceState.BLOCKED)
    begun = [(one.judged.cause, one.judged.since or now) for one in found if one.judged.state in failing]
    begun += [(one.judged.cause, one.judged.suspected) for one in found if one.judged.suspected]
    made = []
    for one in found:
        since, cause = one.judged.suspected, one.judged.cause
        if since and sum(c == cause and abs(at - since) <= policy.AT_ONCE for c, at in begun) >= policy.TOGETHER:
            reason = f"its lists do not answer since {since:%Y-%m-%d %H:%M} UTC ({cause}), like those of other sources."
            one = replace(one, judged=StateReport(state=SourceState.ERRORING, since=since, reason=reason, cause=cause))
        made.append(one)
    return made


def _of_state(found: FoundTroubles) -> Iterator[Trouble]:
    """The trouble of a state; none if the source is well, or if another message tells it."""
    judged, source = found.judged, found.source
    if judged.state not in TOLD_STATES or judged.since is None or judged.cause == "said":
        return
    kind, subject = TOLD_STATES[judged.state]
    yield Trouble(
        source=source.name,
        kind=kind,
        since=judged.since,
        subject=subject.format(source.name),
        message=f"{source.title} ({source.name}): {judged.reason}\n{_last_run(found.history)}".rstrip(),
        usual=judged.usual,
        cause=judged.cause,
        run=found.history.run if judged.state == SourceState.ERRORING else "",
    )


def _keep(conn: postgres.Connection, found: FoundTroubles, now: datetime) -> None:
    judged = found.judged
    postgres.execute(
        conn,
        "keep_state",
        source=found.source.name,
        state=str(judged.state),
        since=judged.since,
        reason=judged.reason,
        figure=judged.figure,
        low=judged.low,
        high=judged.high,
        now=now,
    )


def _drift(conn: postgres.Connection, source: Source) -> Trouble | None:
    stored = templates.newest(conn, source.name)
    since = stored.drifted_at if stored else None
    if stored is None or since is None:
        return None
    message = (
        f"{source.title} ({source.name}): the template of {source.name} no longer fits since run {stored.drifted_run}: "
        f"its pages look changed.\n{round(100 * (stored.agreement or 0))} % of the last pages agree with version "
        f"{stored.version}, learned {stored.learned_at:%Y-%m-%d} of {stored.pages} pages. They are read without it "
        f"until {templates.LEAST_PAGES} pages since then can be learned from."
    )
    return Trouble(
        source=source.name,
        kind=TroubleKind.CHANGED,
        since=since,
        subject=f"The pages of {source.name} look changed",
        message=message,
        run=stored.drifted_run,
    )


def _lag(conn: postgres.Connection, source: Source, now: datetime) -> Trouble | None:
    crawls = postgres.query(conn, "crawls_of_source", source=source.name, now=now, count=policy.BEHIND_CRAWLS)
    behind = len(crawls) == policy.BEHIND_CRAWLS and all(crawl["behind"] for crawl in crawls)
    begun = postgres.row(conn, "trouble_since", source=source.name, kind=str(TroubleKind.BEHIND))
    since = (begun["since"] if begun else crawls[-1]["started_at"]) if behind else None
    if since is None:
        return None
    run, said = crawls[0]["run"], crawls[0]["message"]
    message = f"{source.title} ({source.name}): its feed is behind its sitemap since {since:%Y-%m-%d}.\n{run}: {said}."
    return Trouble(
        source=source.name,
        kind=TroubleKind.BEHIND,
        since=since,
        subject=f"The feed of {source.name} is behind",
        message=message,
        run=run,
    )


def _broken_promise(conn: postgres.Connection, source: Source, now: datetime) -> Trouble | None:
    promised = source.expect.articles_per_run
    load = postgres.row(conn, "newest_load_of_source", source=source.name, now=now) if promised else None
    short = load is not None and load["new"] < promised
    begun = postgres.row(conn, "trouble_since", source=source.name, kind=str(TroubleKind.PROMISE))
    since = (begun["since"] if begun else load["started_at"]) if load and short else None
    if load is None or since is None:
        return None
    message = (
        f"{source.title} ({source.name}): run {load['run']} gave {load['new']} new "
        f"{'article' if load['new'] == 1 else 'articles'}; its file promises at least {promised} in a run "
        "(expect.articles_per_run)."
    )
    return Trouble(
        source=source.name,
        kind=TroubleKind.PROMISE,
        since=since,
        subject=f"{source.name} gives less than it promises",
        message=message,
        run=load["run"],
    )


def _lost_login(conn: postgres.Connection, source: Source, now: datetime) -> tuple[Trouble | None, bool]:
    """The trouble if the site refuses the login; and whether this cannot be judged, because no article was asked
    for."""
    looks = []
    if access.has_login(source):
        looks = postgres.query(conn, "looks_as_subscriber", source=source.name, now=now, count=policy.LOGIN_CRAWLS)
    refused = [look for look in looks if look["paywall"] or access.asks_for_login(look["status"], look["code"])]
    lists = [look for look in refused if look["kind"] != "article"]
    articles = sum(look["kind"] == "article" for look in looks)
    lost = bool(lists) or (articles > 0 and len(refused) >= policy.REFUSED_SHARE * articles)
    begun = postgres.row(conn, "trouble_since", source=source.name, kind=str(TroubleKind.LOGIN))
    if not lost:
        # Without pages nothing can be decided, so a trouble that began goes on.
        return None, access.has_login(source) and not articles
    variables = ", ".join(access.variable(name) for name, key in access.find_wanted(source).items() if key != "proxy")
    example = refused[0]
    why = "only the start of the article is shown" if example["paywall"] else example["reason"]
    message = (
        f"{source.title} ({source.name}): its login has run out or is not accepted: {len(refused)} of the "
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
    return trouble, False


def _pause(settings: Settings, source: Source, now: datetime) -> timedelta:
    """The longest pause between two run times in a source's schedule, among the last SCHEDULE_STRIKES of them.

    Gives a day if there is no schedule, because then a person starts each run.
    """
    expression, zone = (
        (source.schedule, source.timezone) if source.schedule else (settings.schedule, settings.schedule_timezone)
    )
    if not expression:
        return policy.BY_HAND_PAUSE
    strikes = [cron.last_strike(expression, zone, now)]
    for _ in range(policy.SCHEDULE_STRIKES):
        strikes.append(cron.last_strike(expression, zone, strikes[-1] - timedelta(seconds=2)))
    return max(later - earlier for later, earlier in pairwise(strikes))


def _last_run(past: History) -> str:
    """A text that helps a person distinguish "nothing new", "nothing reachable" and "nothing extracted"."""
    lines = [f"Its last run, {past.run}:"] if past.stages else []
    for stage in past.stages:
        counts = ", ".join(f"{count} {name}" for name, count in stage["counts"].items() if count and name != "seconds")
        said = "; ".join(part for part in (counts, stage["message"]) if part)
        lines.append(f"  {stage['stage']} {stage['state']}" + (f": {said}" if said else ""))
    return "\n".join(lines)

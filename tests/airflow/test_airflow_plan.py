"""Which run, which sources, how many tasks, and when a run is red."""

from datetime import UTC, datetime, timedelta

import pytest

from pipelines.airflow.run_plan import batches, crawl_run, find_delivered, handed_over
from pipelines.errors import NightdeskError
from pipelines.model import Tally
from pipelines.stores import postgres, runs
from pipelines.stores.runs import judge_stage
from tests.factories import AT, ran

RUN = "2026-11-22T0200"


def tally(source: str, state: str, *, stage: str = "crawl", message: str = "", **counts: int) -> Tally:
    return Tally(run=RUN, source=source, stage=stage, state=state, counts=counts, message=message)


def test_up_to_fifty_sources_have_a_task_each_that_bears_their_name() -> None:
    names = [f"s{n:02}" for n in range(50)]

    shared = batches(RUN, names)

    assert [batch["name"] for batch in shared] == names
    assert shared[3] == {"run": RUN, "name": "s03", "sources": ["s03"]}


def test_a_thousand_sources_are_sixty_tasks_about_as_long_the_longest_first_and_none_is_lost() -> None:
    names = [f"s{n:04}" for n in range(1000)]
    seconds = {name: 1 + n % 40 for n, name in enumerate(names)}

    shared = batches(RUN, names, seconds)

    took = [sum(seconds[name] for name in batch["sources"]) for batch in shared]
    assert len(shared) == 60
    assert took == sorted(took, reverse=True)
    assert took[0] < 1.1 * sum(took) / len(took)
    assert sorted(name for batch in shared for name in batch["sources"]) == names
    assert shared[0]["name"] == f"{shared[0]['sources'][0]} +{len(shared[0]['sources']) - 1}"


def test_a_source_that_takes_as_long_as_a_share_has_a_task_of_its_own_and_begins_first() -> None:
    names = [f"s{n:04}" for n in range(1000)]

    shared = batches(RUN, names, {**dict.fromkeys(names, 1.0), "s0500": 300.0})

    assert shared[0] == {"run": RUN, "name": "s0500", "sources": ["s0500"]}


@pytest.mark.parametrize(("seconds", "beside", "tasks"), [(0.03, 1, 6), (0.5, 1, 17), (9.0, 25, 12), (9.0, 1, 60)])
def test_short_work_is_shared_by_few_tasks_because_each_costs_airflow_something(
    seconds: float, beside: int, tasks: int
) -> None:
    names = [f"s{n:04}" for n in range(1000)]

    shared = batches(RUN, names, dict.fromkeys(names, seconds), beside=beside)

    assert len(shared) == tasks
    assert sorted(name for batch in shared for name in batch["sources"]) == names


def test_sources_of_one_host_share_a_task_and_a_new_source_counts_as_a_usual_one() -> None:
    names = [f"s{n:03}" for n in range(200)]
    hosts = {name: "one.test" if n % 20 == 0 else f"{name}.test" for n, name in enumerate(names)}

    shared = batches(RUN, names, dict.fromkeys(names[:100], 4.0), hosts)

    (of_host,) = [batch["sources"] for batch in shared if "s000" in batch["sources"]]
    assert set(of_host) >= {name for name, host in hosts.items() if host == "one.test"}
    assert max(len(batch["sources"]) for batch in shared if batch["sources"] != of_host) <= 8


def test_what_a_source_took_is_that_of_the_last_time_it_came_to_its_end(conn: postgres.Connection) -> None:
    ran(conn, "sana", "crawl", "done", ended_at=AT + timedelta(seconds=90))
    ran(conn, "sana", "crawl", "failed", run="2026-11-23T0200", started_at=AT + timedelta(days=1))
    ran(conn, "sana", "load", "done", ended_at=AT + timedelta(seconds=5))

    assert runs.seconds(conn, "crawl", ["sana", "new"]) == {"sana": 90.0}


def test_sources_that_were_loaded_together_share_the_time(conn: postgres.Connection) -> None:
    for name in ("sana", "jisr", "sabah", "nahr"):
        ran(conn, name, "load", "done", ended_at=AT + timedelta(seconds=2))
    alone = AT + timedelta(minutes=1)
    ran(conn, "ufuk", "load", "done", started_at=alone, ended_at=alone + timedelta(seconds=0.4))

    took = runs.seconds(conn, "load", ["sana", "ufuk"])

    assert took == pytest.approx({"sana": 0.5, "ufuk": 0.4})


def test_ten_thousand_sources_stay_below_the_tasks_a_run_may_have() -> None:
    assert len(batches(RUN, [f"s{n}" for n in range(10_000)])) == 60


@pytest.mark.parametrize(
    ("asked", "partition", "key"),
    [
        ("2026-11-21T020013", "2026-11-22T0200", "2026-11-21T020013"),
        (None, "2026-11-22T0200", "2026-11-22T0200"),
        (None, None, "2026-11-22T091501"),
    ],
)
def test_a_crawl_takes_its_key_from_the_form_the_partition_or_the_moment(
    asked: str | None, partition: str | None, key: str
) -> None:
    assert crawl_run(asked, partition, datetime(2026, 11, 22, 9, 15, 1, tzinfo=UTC)) == key


@pytest.mark.parametrize(
    ("partition", "at", "key"),
    [
        ("2026-07-22T0500", datetime(2026, 7, 22, 3, 0, tzinfo=UTC), "2026-07-22T0300"),
        ("2026-11-22T0500", datetime(2026, 11, 22, 4, 0, tzinfo=UTC), "2026-11-22T0400"),
        ("2026-10-25T0230", datetime(2026, 10, 25, 0, 30, tzinfo=UTC), "2026-10-25T0030"),
        ("2026-10-25T0230", datetime(2026, 10, 25, 1, 30, tzinfo=UTC), "2026-10-25T0130"),
        ("2026-11-22T0500", datetime(2026, 11, 24, 9, 15, tzinfo=UTC), "2026-11-22T0400"),
        ("2026-11-22T050001", datetime(2026, 11, 24, 9, 15, tzinfo=UTC), "2026-11-22T050001"),
    ],
)
def test_the_key_of_a_night_by_another_clock_is_in_utc_and_never_given_twice(
    partition: str, at: datetime, key: str
) -> None:
    assert crawl_run(None, partition, at, "Europe/Berlin") == key


@pytest.mark.parametrize(
    "key",
    ["../../etc", "9999-99-99T9999", "2026-02-30T0200", "٢٠٢٦-١١-٢٢T٠٢٠٠", "2026-11-22T0200\n", "2026-11-22T2460"],
)
def test_a_key_that_is_none_or_names_no_moment_is_refused(key: str) -> None:
    with pytest.raises(NightdeskError, match="is no run key"):
        crawl_run(key, None, datetime(2026, 11, 22, tzinfo=UTC))


def test_two_events_of_one_run_are_taken_together() -> None:
    events = [{"run": RUN, "sources": ["b"]}, {}, {"run": RUN, "sources": ["a", "b"]}]

    assert handed_over(events) == {"run": RUN, "sources": ["a", "b"]}
    assert handed_over([{}]) is None


def test_pages_stored_before_a_failure_go_on_and_an_empty_failure_does_not() -> None:
    tallies = [
        tally("done", "done"),
        tally("part", "failed", fetched=3),
        tally("none", "failed", fetched=0, seconds=7, bytes=900),
        tally("busy", "busy"),
        tally("stopped", "stopped", fetched=1),
        tally("other", "done"),
    ]

    assert find_delivered(tallies, "crawl", ["done", "part", "none", "busy", "stopped"]) == ["done", "part", "stopped"]


def test_one_of_three_failed_sources_leaves_the_run_green_and_is_named() -> None:
    tallies = [tally("a", "done"), tally("b", "busy"), tally("c", "failed", message="no answer")]

    assert judge_stage(tallies, "crawl", ["a", "b", "c"], 0.5) == "3 sources, 1 failed: c: no answer"


def test_half_of_the_sources_failed_turns_the_run_red_with_their_reasons() -> None:
    tallies = [tally("a", "done"), tally("b", "running"), tally("c", "failed", message="no answer")]

    with pytest.raises(NightdeskError) as raised:
        judge_stage(tallies, "crawl", ["a", "b", "c", "d"], 0.5)

    assert str(raised.value) == ("crawl failed for 3 of 4 sources: b: did not end; c: no answer; d: never began")


def test_one_source_whose_ledger_has_a_gap_turns_the_run_red() -> None:
    gap = tally("c", "failed", message="The ledger does not account for 1 URL", unaccounted=1)
    tallies = [tally("a", "done"), tally("b", "done"), gap]

    with pytest.raises(NightdeskError, match="does not account"):
        judge_stage(tallies, "crawl", ["a", "b", "c"], 0.5)


def test_a_run_without_a_due_source_is_no_failure() -> None:
    assert judge_stage([], "crawl", [], 0.5) == "0 sources, none failed"

"""The figures of a start: everything that was done, by whomever, once."""

from datetime import UTC, datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from contracts.facts import Published, RunFinished
from contracts.message import Message
from contracts.policy import Policy, PolicyNow
from contracts.status import Problem, Status
from services.cli.seen import Seen, fold
from services.cli.summary import lines, summary

START = datetime(2026, 3, 2, 12, tzinfo=UTC)
SOON = START + timedelta(seconds=5)
SICK = Problem("box-1", "no licence", "Give it one")


def told(*said: tuple[str, Struct], mistakes: tuple[Problem, ...] = ()) -> dict[str, object]:
    seen = Seen()
    for tenant, body in said:
        seen = fold(seen, Message(id="m", tenant=tenant, sent_at=SOON, body=body))
    return summary(seen, ["one", "two"], START, SOON, mistakes)


def writer(instance: str, *, at: datetime = SOON, **more: object) -> Status:
    return replace(Status("writer", instance, at), **more)


def test_counts_of_all_replicas_are_added_those_of_dead_ones_too() -> None:
    found = told(
        ("one", writer("a", counts={"written.practifi": 3, "requests.practifi.write": 1}, alive=False)),
        ("one", writer("b", counts={"written.practifi": 4, "written.microsoft": 2})),
        ("two", writer("b", counts={"written.practifi": 5, "observed": 9})),
    )
    assert found["written"] == {"microsoft": 2, "practifi": 12}
    assert found["observed"] == 9
    assert found["requests"] == {"microsoft": {"read": 0, "write": 0}, "practifi": {"read": 0, "write": 1}}
    assert found["seconds"] == 5


def test_an_earlier_start_is_not_counted() -> None:
    assert told(("one", writer("a", at=START - timedelta(hours=1), counts={"observed": 9})))["observed"] == 0


def test_what_a_process_used_is_counted_once_however_many_tenants_it_serves() -> None:
    found = told(
        ("one", writer("a", cpu_seconds=2.0, peak_rss_mib=50.0)),
        ("two", writer("a", cpu_seconds=2.5, peak_rss_mib=51.0)),
        ("two", writer("b", cpu_seconds=1.0, peak_rss_mib=40.0)),
    )
    assert found["cpu_seconds"] == {"writer": 3.5}
    assert found["peak_rss_mib"] == {"writer": 91.0}


def test_a_problem_that_two_replicas_met_is_told_once_and_a_broken_file_first() -> None:
    broken = Problem("two.toml [policy] direction", "unknown", "Correct it")
    met = [("one", writer("a", problems=(SICK,))), ("one", writer("b", problems=(SICK,))),
           ("two", Status("registry", "a", SOON, problems=(broken,)))]  # fmt: skip
    found = told(*met, mistakes=(broken,))
    shown = found["problems"]
    assert isinstance(shown, list)
    assert [(p["tenant"], p["where"], p["mend"]) for p in shown] == [
        ("two", "two.toml [policy] direction", "Correct it"), ("one", "box-1", "Give it one"),
    ]  # fmt: skip


def test_each_tenant_shows_the_run_of_this_start_and_what_it_could_not_read() -> None:
    run = Published(7, SOON, RunFinished("r2", START + timedelta(seconds=1), 12, ("org",)))
    old = Published(6, SOON, RunFinished("r1", START - timedelta(hours=1), 12))
    found = told(("one", PolicyNow(1, True, Policy(enabled=True))), ("one", run), ("two", old))
    assert found["tenants"] == {
        "one": {"active": True, "run": "r2", "items": 12, "failed": ["org"]},
        "two": {"active": False, "run": "", "items": 0, "failed": []},
    }


def test_a_problem_is_one_line_that_says_where_what_and_what_to_do() -> None:
    broken = Problem("two.toml [policy] direction", "unknown", "Correct it")
    heals = Problem("org", "throttled", heals=True)
    found = told(("one", writer("a", problems=(SICK, heals))), mistakes=(broken,))["problems"]
    assert isinstance(found, list)
    assert lines(found) == [
        "two.toml [policy] direction: unknown. Correct it.",
        "one box-1: no licence. Give it one.",
        "one org: throttled. It heals by itself.",
    ]


def test_what_many_mailboxes_share_is_said_once() -> None:
    wrong = tuple(Problem(f"box-{n}", "the secret is wrong", "Make a new one") for n in range(18))
    found = told(("one", writer("a", problems=wrong)))["problems"]
    assert isinstance(found, list)
    assert lines(found) == ["one 18 places (box-0, …): the secret is wrong. Make a new one."]

"""`calsync up --until-idle` ends when everything is done, and never before."""

from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from contracts.facts import Published, RunFinished, RunStarted
from contracts.message import Message
from contracts.policy import Policy, PolicyNow
from contracts.status import Problem, Status
from services.cli.idle import SERVICES, rest
from services.cli.seen import Seen, fold
from services.cli.verdict import HURT, SILENT, STABLE, Verdict, Watch, judge

START = datetime(2026, 3, 2, 12, tzinfo=UTC)
SOON = START + timedelta(seconds=5)
SICK = Problem("writer", "the permission was revoked", "Grant it again")


def status(service: str, *, outstanding: int = 0, at: datetime = SOON, **more: object) -> Status:
    counts = {"files": 1, "runs": 1, "runs.finished": 1} if service == "registry" else {}
    return replace(Status(service, "one", at, outstanding=outstanding, counts=counts), **more)


def picture(*statuses: Status, active: bool = True, tenant: str = "firm") -> Seen:
    seen = Seen()
    for body in (*statuses, PolicyNow(1, active, Policy(enabled=True))):
        seen = fold(seen, Message(id="m", tenant=tenant, sent_at=SOON, body=body))
    return seen


def all_at_rest(**odd: Status) -> list[Status]:
    """Every service with nothing to do, but for the `odd` ones (by name, _ for -)."""
    given = {name.replace("_", "-"): one for name, one in odd.items()}
    return [given.get(service, status(service)) for service in SERVICES]


def done(seen: Seen) -> bool:
    return rest(seen, ["firm"], START, SOON).done


def test_it_is_done_when_a_run_has_finished_and_nobody_has_anything_to_do() -> None:
    assert done(picture(*all_at_rest()))


@pytest.mark.parametrize("service", SERVICES)
def test_it_is_not_done_while_one_service_has_something_to_do(service: str) -> None:
    statuses = [status(name, outstanding=int(name == service)) for name in SERVICES]
    assert not done(picture(*statuses))


@pytest.mark.parametrize("service", SERVICES)
def test_it_is_not_done_before_every_service_has_spoken(service: str) -> None:
    assert not done(picture(*(status(name) for name in SERVICES if name != service)))


def test_it_is_not_done_before_a_run_has_finished() -> None:
    running = status("registry", counts={"files": 1, "runs": 1})
    assert not done(picture(*all_at_rest(registry=running)))


def test_what_an_earlier_start_left_on_the_broker_counts_for_nothing() -> None:
    before = START - timedelta(seconds=1)
    assert not done(picture(*(status(name, at=before) for name in SERVICES)))


def test_a_replica_that_died_is_not_waited_for() -> None:
    ghost = status("writer", outstanding=3, instance="two", alive=False)
    assert done(picture(*all_at_rest(), ghost))


def test_a_tenant_that_is_off_is_done_when_its_file_was_read() -> None:  # D2
    assert not done(picture(active=False))
    assert done(picture(status("registry", counts={"files": 1}), active=False))


def test_every_tenant_has_to_be_done() -> None:
    assert rest(picture(*all_at_rest()), ["firm", "other"], START, SOON).waiting == ("other",)


def test_one_look_is_not_enough_because_a_message_may_be_on_its_way() -> None:
    seen = picture(*all_at_rest())
    watch, first = judge(Watch(), rest(seen, ["firm"], START, SOON), SOON)
    moved = fold(seen, Message(id="m", tenant="firm", sent_at=SOON, body=status("feed", counts={"facts": 9})))
    watch, second = judge(watch, rest(moved, ["firm"], START, SOON), SOON + STABLE)
    _, third = judge(watch, rest(moved, ["firm"], START, SOON), SOON + STABLE * 2)
    assert [first, second, third] == [Verdict.BUSY, Verdict.BUSY, Verdict.DONE]


def test_two_looks_in_a_row_are_too_close_to_tell() -> None:
    look = rest(picture(*all_at_rest()), ["firm"], START, SOON)
    watch, _ = judge(Watch(), look, SOON)
    assert judge(watch, look, SOON + STABLE / 2)[1] is Verdict.BUSY


@pytest.mark.parametrize(
    ("problem", "after", "verdict"),
    [
        pytest.param(SICK, HURT, Verdict.HURT, id="a-person-has-to-mend-it"),
        pytest.param(SICK, HURT / 2, Verdict.BUSY, id="a-remote-may-have-asked-for-a-rest"),
        pytest.param(Problem("org", "throttled", heals=True), HURT, Verdict.BUSY, id="it-heals-by-itself"),
        pytest.param(None, SILENT, Verdict.SILENT, id="nothing-moves-and-nobody-knows-why"),
    ],
)
def test_a_start_that_cannot_go_on_is_told_apart_from_a_slow_one(
    problem: Problem | None, after: timedelta, verdict: Verdict
) -> None:
    stuck = status("writer", outstanding=1, problems=(problem,) if problem else ())
    look = rest(picture(*all_at_rest(writer=stuck)), ["firm"], START, SOON)
    watch, _ = judge(Watch(), look, SOON)
    assert judge(watch, look, SOON + after)[1] is verdict


def test_asking_again_and_again_is_no_progress() -> None:
    looks = [
        rest(picture(*all_at_rest(writer=status("writer", outstanding=1, counts={"requests.practifi.read": n}))),
             ["firm"], START, SOON).look
        for n in (1, 2)
    ]  # fmt: skip
    assert looks[0] == looks[1]


def test_a_last_will_does_not_wipe_out_what_a_dead_replica_had_counted() -> None:
    counted = status("writer", counts={"written.practifi": 7})
    will = status("writer", at=START - timedelta(minutes=1), alive=False)
    seen = fold(picture(counted), Message(id="m", tenant="firm", sent_at=SOON, body=will))
    assert seen.statuses["firm", "writer", "one"].counts == {"written.practifi": 7}
    assert not seen.statuses["firm", "writer", "one"].alive


def test_the_last_run_is_known_from_the_public_facts() -> None:  # S2
    seen = Seen()
    for fact in (RunStarted("r1"), RunFinished("r1", START, 3), RunStarted("r2")):
        body = Published(1, SOON, fact)
        seen = fold(seen, Message(id="m", tenant="firm", sent_at=SOON, body=body))
    assert (seen.finished["firm"].run, seen.started["firm"]) == ("r1", "r2")

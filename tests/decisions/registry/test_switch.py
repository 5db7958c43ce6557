"""A tenant does nothing until it is enabled, and stops at once when it is told to."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from contracts.control import Again, Pause, Resume, SyncNow
from contracts.facts import RunFinished
from contracts.message import Message
from contracts.observed import ReadDone
from contracts.policy import Direction, Policy
from services.kernel.decision import Forgot, State
from services.registry.decide import decide
from services.registry.rows import NextRun

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
ON, OFF = Policy(enabled=True), Policy()


def test_a_tenant_that_is_not_enabled_never_runs(firm: Any) -> None:  # D2 E1
    after = firm.file(OFF, start=True)
    assert [p.active for p in after.policies] == [False]
    assert (after.due, after.wakes) == ([], [])
    assert firm.hear(SyncNow("ann")).due == []
    assert firm.hear(NextRun(), minutes=15).due == []


def test_enabling_it_in_the_file_begins_a_run(firm: Any) -> None:  # D2 E1
    firm.file(OFF, start=True)
    after = firm.file(ON, minutes=2)
    assert [p.active for p in after.policies] == [True]
    assert after.due


@pytest.mark.parametrize("how", ["paused", "disabled", "file-gone"])
def test_stopping_is_said_at_once_and_ends_the_run(firm: Any, how: str) -> None:  # D2, ruling 26
    run = firm.file(ON, start=True).run.run
    after = {
        "paused": lambda: firm.hear(Pause("ann")),
        "disabled": lambda: firm.file(OFF),
        "file-gone": lambda: firm.file(None),
    }[how]()
    assert [p.active for p in after.policies] == [False]
    assert after.facts == [RunFinished(run, NOON, 0, ("stopped",))]
    assert firm.hear(NextRun(), minutes=15).due == []


def test_stopping_never_forgets_the_policy(firm: Any) -> None:  # D1
    firm.file(Policy(enabled=True, shards=3), start=True)
    assert firm.file(None).policies[0].policy.shards == 3


def test_resuming_runs_at_once_so_that_what_was_changed_meanwhile_is_sent(firm: Any) -> None:  # ruling 12
    run = firm.file(ON, start=True).run.run
    firm.settle(run)
    firm.hear(Pause("ann"))
    after = firm.hear(Resume("ann"), minutes=5)
    assert [p.active for p in after.policies] == [True]
    assert after.due


def test_a_pause_outlives_a_restart_and_a_changed_file(firm: Any) -> None:  # ruling 26
    firm.file(ON, start=True)
    firm.hear(Pause("ann"))
    assert firm.file(ON, start=True).due == []
    assert firm.file(Policy(enabled=True, interval_minutes=5)).due == []


def test_a_pause_before_the_first_file_holds(firm: Any) -> None:  # ruling 26
    firm.hear(Pause("ann"))
    assert firm.file(ON, start=True).due == []


def test_the_version_grows_although_the_registrys_memory_was_lost(firm: Any) -> None:  # ruling 6
    before = firm.file(ON, start=True).policies[0].version
    for minute in range(3):
        firm.hear(Pause("ann"), minutes=minute)
        before = firm.hear(Resume("ann")).policies[0].version
    firm.rows.clear()
    assert firm.file(ON, start=True, minutes=1).policies[0].version > before


@pytest.mark.parametrize("paused", [False, True], ids=["a pause is forgotten", "a resume is forgotten"])
def test_what_a_registry_of_yesterday_believes_is_what_everybody_follows(firm: Any, paused: bool) -> None:  # ruling 6
    firm.settle(firm.file(ON, start=True).run.run)
    first, then = (Pause("ann"), Resume("ann")) if paused else (Resume("ann"), Pause("ann"))
    firm.hear(first, minutes=1)
    yesterday = dict(firm.rows)
    (known,) = firm.hear(then, minutes=1).policies
    firm.rows = yesterday
    firm.file(ON, start=True, minutes=1)
    said = firm.hear(Forgot("reconciler", 0)).policies
    assert [(one.active, one.version > known.version) for one in said] == [(not paused, True)]


@pytest.mark.parametrize("minutes", [1, -60], ids=["time goes on", "the clock was set back"])
@pytest.mark.parametrize("paused", [False, True], ids=["it syncs", "it pauses"])
def test_a_registry_that_starts_says_a_newer_policy(firm: Any, paused: bool, minutes: int) -> None:  # ruling 6
    """It may be of yesterday, and the others follow a newer word of its own, which the broker had kept. Where all
    stores were put back to before anybody had spoken to it, nobody tells it so."""
    firm.settle(firm.file(ON, start=True).run.run)
    (known,) = firm.hear(Pause("ann") if paused else Resume("ann"), minutes=1).policies
    (said,) = firm.file(ON, start=True, minutes=minutes).policies
    assert (said.active, said.version > known.version) == (not paused, True)


def test_a_pause_is_over_when_all_stores_were_put_back_to_before_it(firm: Any) -> None:  # ruling 6
    firm.settle(firm.file(ON, start=True).run.run)
    copy = dict(firm.rows)
    (pause,) = firm.hear(Pause("ann"), minutes=1).policies
    firm.rows = copy
    (said,) = firm.file(ON, start=True, minutes=1).policies
    assert (said.active, said.version > pause.version) == (True, True)


def test_a_consent_counts_although_the_registrys_memory_was_lost(firm: Any) -> None:  # ruling 6, X4
    said = []
    for _ in range(2):
        firm.rows.clear()
        firm.settle(firm.file(ON, start=True, minutes=1).run.run)
        said += firm.hear(Resume("ann"), minutes=1).policies
    assert said[1].consents > said[0].consents


def test_everybody_hears_since_when_microsoft_is_written(firm: Any) -> None:  # D7
    assert firm.file(ON, start=True).policies[0].outbound is None
    two_way = Policy(enabled=True, direction=Direction.TWO_WAY)
    since = [firm.file(two_way, minutes=5).policies, firm.hear(Pause("ann"), minutes=5).policies]
    assert [said[0].outbound for said in since if said] == [NOON + timedelta(minutes=10)]
    assert firm.hear(Resume("ann"), minutes=5).policies[0].outbound == NOON + timedelta(minutes=10)


@pytest.mark.parametrize("sign", [Forgot("reconciler", 0), Again("w", "reconciler")])
def test_a_run_on_which_somebody_lost_his_memory_begins_anew(firm: Any, sign: Any) -> None:  # ruling 6
    run = firm.file(ON, start=True).run.run
    after = firm.hear(sign, minutes=1)
    assert after.facts[0] == RunFinished(run, NOON, 0, ("lost",))
    assert after.due
    assert after.run.run != run


@pytest.mark.parametrize("known", [True, False], ids=["its last word came back from the broker", "nothing is known"])
def test_a_registry_without_its_memory_says_no_policy_before_its_file(firm: Any, known: bool) -> None:  # ruling 6, D1
    two_way = Policy(enabled=True, direction=Direction.TWO_WAY)
    firm.file(two_way, start=True)
    firm.rows = {"policy": firm.rows["policy"]} if known else {}
    after = firm.hear(Forgot("reconciler", 0))
    assert (after.policies, after.due) == ([], [])
    after = firm.file(two_way, start=True, minutes=1)
    assert [(said.active, said.policy) for said in after.policies] == [(True, two_way)]
    assert after.due


def test_a_policy_that_did_not_change_keeps_its_version(firm: Any) -> None:
    first = firm.file(ON, start=True)
    firm.settle(first.run.run)
    assert firm.hear(NextRun(), minutes=15).policies == first.policies


def test_a_message_for_somebody_else_is_refused_not_ignored() -> None:  # O5
    state = State({"registry": None, "policy": None})
    message = Message(id="m", tenant="firm", sent_at=NOON, body=ReadDone("r", "poller"))
    with pytest.raises(TypeError, match="ReadDone"):
        decide(state, message, NOON)

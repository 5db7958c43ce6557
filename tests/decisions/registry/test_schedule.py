"""When a tenant runs."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from contracts.control import Pause, Resume, SyncNow
from contracts.facts import RunFinished, RunStarted
from contracts.policy import Direction, Policy, PolicyNow
from services.registry.rows import Control, NextRun, PolicySaid

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
ON = Policy(enabled=True)
BOTH = [("graph-poller", 0), ("salesforce-watcher", 0)]


def test_an_enabled_tenant_runs_at_the_start_and_after_each_interval(firm: Any) -> None:  # D3
    began = firm.file(ON, start=True)
    assert began.due == BOTH
    assert isinstance(began.facts[0], RunStarted)
    assert began.next == NOON + timedelta(minutes=15)
    firm.settle(began.run.run)
    again = firm.hear(NextRun(), minutes=14)
    assert again.due == BOTH
    assert again.run.run != began.run.run
    assert again.next == firm.now + timedelta(minutes=15)


def test_the_schedules_wake_is_routine_and_replaces_the_last(firm: Any) -> None:  # D3
    (wake,) = firm.file(ON, start=True).wakes
    assert wake.quiet
    assert wake.key.startswith("replace:")


def test_nobody_hears_of_a_run_before_the_broker_has_its_policy(firm: Any) -> None:  # D1
    firm.deaf = True
    said = firm.file(ON, start=True)
    assert said.policies == [PolicyNow(int(NOON.timestamp()), True, ON)]
    assert said.due == []
    assert firm.hear(PolicySaid(said.policies[0].version)).due == BOTH


def test_every_shard_of_a_large_tenant_is_told_and_waited_for(firm: Any) -> None:  # design §2.5
    began = firm.file(Policy(enabled=True, shards=3), start=True)
    assert began.due == [*(("graph-poller", shard) for shard in range(3)), ("salesforce-watcher", 0)]
    run = began.run.run
    assert firm.settle(run, shard=0, items=2, failed=("a",)).facts == []
    assert firm.settle(run, shard=0, items=2).facts == []
    assert firm.settle(run, shard=2, items=5, failed=("a", "b")).facts == []
    assert firm.settle(run, shard=1, items=1).facts == [RunFinished(run, NOON, 8, ("a", "b"))]


def test_an_interval_that_ends_during_a_run_is_left_out(firm: Any) -> None:  # D3
    run = firm.file(ON, start=True).run.run
    late = firm.hear(NextRun(), minutes=15)
    assert late.due == []
    assert late.next == firm.now + timedelta(minutes=15)
    assert firm.settle(run).due == []
    assert firm.hear(NextRun(), minutes=15).due == BOTH


def test_sync_now_during_a_run_begins_one_more_when_it_has_finished(firm: Any) -> None:  # D5
    run = firm.file(ON, start=True).run.run
    assert firm.hear(SyncNow("ann")).due == []
    assert firm.hear(SyncNow("ann")).due == []
    after = firm.settle(run)
    assert after.due == BOTH
    assert firm.settle(after.run.run).due == []


@pytest.mark.parametrize(
    ("wishes", "mailbox"),
    [
        pytest.param(["a@firm.test"], "a@firm.test", id="one-mailbox"),
        pytest.param(["a@firm.test", "a@firm.test"], "a@firm.test", id="the-same-mailbox-twice"),
        pytest.param(["a@firm.test", "b@firm.test"], "", id="two-mailboxes-become-all"),
        pytest.param(["a@firm.test", ""], "", id="all-covers-one"),
    ],
)
def test_wishes_that_wait_become_one_run(firm: Any, wishes: list[str], mailbox: str) -> None:  # D5
    run = firm.file(ON, start=True).run.run
    for wish in wishes:
        firm.hear(SyncNow("ann", wish))
    assert firm.settle(run).run.mailbox == mailbox


def test_a_run_that_lost_somebody_does_not_hold_up_the_tenant_for_ever(firm: Any) -> None:  # O6
    run = firm.file(ON, start=True).run.run
    assert firm.hear(NextRun(), minutes=60 * 5).due == []
    after = firm.hear(NextRun(), minutes=60 * 2)
    assert after.facts[0] == RunFinished(run, NOON, 0, ("lost",))
    assert after.due == BOTH


def test_a_restart_ends_the_old_run_and_begins_a_new_one(firm: Any) -> None:  # O6
    old = firm.file(ON, start=True).run.run
    after = firm.file(ON, start=True, minutes=3)
    assert after.facts[0] == RunFinished(old, NOON, 0, ("interrupted",))
    assert after.due == BOTH
    assert firm.settle(old).due == []


def test_a_change_of_direction_is_said_at_the_next_run(firm: Any) -> None:  # D1
    run = firm.file(ON, start=True).run.run
    firm.settle(run)
    two_way = Policy(enabled=True, direction=Direction.TWO_WAY)
    assert firm.file(two_way).effects == []
    said = firm.hear(NextRun(), minutes=15).policies
    assert [p.policy for p in said] == [two_way]
    assert said[0].version > NOON.timestamp()


def test_a_run_goes_on_by_the_policy_it_began_with(firm: Any) -> None:  # D1
    run = firm.file(ON, start=True).run.run
    two_way = Policy(enabled=True, direction=Direction.TWO_WAY)
    firm.file(two_way)
    assert firm.hear(SyncNow("ann")).policies == []
    assert [p.policy for p in firm.settle(run).policies] == [two_way]


def test_a_run_waits_for_the_newest_policy_not_for_an_older_one(firm: Any) -> None:  # D1
    firm.deaf = True
    older = firm.file(ON, start=True).policies[0]
    firm.file(Policy(enabled=True, direction=Direction.TWO_WAY))
    newer = firm.hear(SyncNow("ann")).policies[0]
    assert firm.hear(PolicySaid(older.version)).due == []
    assert firm.hear(PolicySaid(newer.version)).due == BOTH


def test_every_reader_hears_by_which_policy_a_run_is_read(firm: Any) -> None:  # D1, ruling 12
    firm.deaf = True
    said = firm.file(ON, start=True).policies[0]
    assert firm.hear(PolicySaid(said.version)).run.policy == said.version


def test_a_shorter_interval_brings_the_next_run_nearer(firm: Any) -> None:  # D3
    firm.file(Policy(enabled=True, interval_minutes=1440), start=True)
    changed = firm.file(Policy(enabled=True, interval_minutes=5), minutes=10)
    assert changed.next == firm.now + timedelta(minutes=5)


def test_what_a_person_asked_is_kept_with_who_and_when(firm: Any) -> None:  # design §2
    firm.file(ON, start=True)
    firm.hear(Pause("ann"), minutes=1)
    firm.hear(Resume("bob"), minutes=1)
    kept = [msgspec.msgpack.decode(firm.rows[k], type=Control) for k in sorted(firm.rows) if k.startswith("control/")]
    assert [(c.what, c.who) for c in kept] == [("pause", "ann"), ("resume", "bob")]
    assert kept[0].at == NOON + timedelta(minutes=1)


def test_the_names_of_runs_grow_also_within_a_second(firm: Any) -> None:
    """Readers and reconciler tell by them which run is the newer one."""
    names = [firm.file(ON, start=True).run.run]
    for _ in range(20):
        firm.settle(names[-1])
        firm.now += timedelta(milliseconds=1) - timedelta(minutes=1)
        names.append(firm.hear(SyncNow("ann")).run.run)
    assert names == sorted(set(names))


def test_the_names_of_runs_grow_although_the_clock_was_set_back(firm: Any) -> None:  # O6
    """A run of an earlier name would be an old one to everybody, and never settle."""
    names = [firm.file(ON, start=True).run.run]
    for minutes in (-60, 15, 15, 45):
        firm.settle(names[-1])
        names.append(firm.hear(NextRun(), minutes=minutes - 1).run.run)
    assert names == sorted(set(names))

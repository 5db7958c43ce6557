"""Which stretch of time is read, and when a mailbox is read afresh."""

from datetime import timedelta

import pytest

from contracts.policy import Policy, PrivateEvents
from services.graph_poller import window
from services.graph_poller.rows import Place
from tests.decisions.graph_poller.mailbox import MIKE, Poller, single
from tests.decisions.life import NOW

POLICY = Policy(enabled=True)
WIDEST = Policy(past_inbound_days=365, future_inbound_months=48)


def read_at(policy: Policy = POLICY) -> Place:
    start, end = window.read(policy, NOW)
    return Place("cursor", start, end, policy.private_events)


def age(mailbox: str) -> int:
    """After how many days a mailbox is read afresh."""
    return next(day for day in range(100) if window.stale(read_at(), mailbox, POLICY, NOW + timedelta(days=day)))


def test_the_window_is_whole_days_of_the_policys_length() -> None:  # D9
    start, end = window.said(POLICY, NOW)
    assert (start.isoformat(), end.isoformat()) == ("2026-01-31T00:00:00+00:00", "2028-03-02T00:00:00+00:00")


def test_the_read_reaches_further_than_what_is_said() -> None:  # ruling 28
    said, read = window.said(POLICY, NOW), window.read(POLICY, NOW)
    assert (said[0] - read[0], read[1] - said[1]) == (timedelta(days=28), timedelta(days=28))


def test_the_widest_policy_is_still_answered_by_graph_and_does_not_start_over_each_time() -> None:  # graph.md §2.2
    start, end = window.read(WIDEST, NOW)
    assert end - start <= timedelta(days=1825)
    assert not window.stale(read_at(WIDEST), MIKE, WIDEST, NOW + timedelta(minutes=15))


def test_a_hundred_mailboxes_start_over_on_days_of_their_own() -> None:  # CUR-21
    days = [age(f"mailbox-{n}") for n in range(100)]
    assert (min(days) >= 7, max(days) <= 15) == (True, True)
    assert max(days.count(day) for day in set(days)) < 35


@pytest.mark.parametrize(("policy", "why"), [
    pytest.param(Policy(past_inbound_days=60), "more of the past", id="more of the past"),
    pytest.param(Policy(future_inbound_months=30), "more of the future", id="more of the future"),
    pytest.param(Policy(private_events=PrivateEvents.FULL), "another rule for privacy", id="another privacy rule"),
])  # fmt: skip
def test_another_policy_reads_afresh(policy: Policy, why: str) -> None:  # ruling 20
    assert window.stale(read_at(), MIKE, policy, NOW), why
    assert not window.stale(read_at(), MIKE, POLICY, NOW)


def test_reading_afresh_says_the_same_again_and_asks_nothing() -> None:  # CUR-21
    poller = Poller()
    first = poller.reads(single(), fresh=True)
    poller.later(days=15)
    assert poller.due()[0].cursor == ""
    assert poller.brings(single(), fresh=True).items == first.items

"""Which stretch of time is read, by whose policy, and when a mailbox is read from the beginning."""

from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest

from contracts.observed import Pair, Paired
from contracts.policy import Direction, Narrower, Policy, PrivateEvents
from services.graph_poller import window
from services.graph_poller.rows import Place, Proved, ReadMailbox
from tests.decisions.graph_poller.mailbox import MIKE, PAIRS, Poller, at, removed, single
from tests.decisions.life import NOW

POLICY = Policy(enabled=True)
WIDEST = Policy(past_inbound_days=365, future_inbound_months=48)
HOUR = timedelta(hours=1)


def reads_anew(policy: Policy, before: Policy = POLICY, after: timedelta = timedelta()) -> bool:
    """Whether Mike's mailbox, last read from the beginning under one policy, is so again under another."""
    place = Place("cursor", window.view(before, PAIRS[0], NOW))
    return window.stale(place, MIKE, window.view(policy, PAIRS[0], NOW + after), NOW + after)


def days(mailbox: str, count: int) -> list[float]:
    """When a mailbox that is read every hour starts over, in days since the first read."""
    found, place = [0.0], Place("cursor", window.view(POLICY, PAIRS[0], NOW))
    now = NOW
    while len(found) < count:
        now += HOUR
        wanted = window.view(POLICY, PAIRS[0], now)
        if window.stale(place, mailbox, wanted, now):
            found.append((now - NOW) / timedelta(days=1))
            place = Place("cursor", wanted)
    return found


def test_the_window_is_whole_days_of_the_policys_length() -> None:  # D9
    start, end = window.said(POLICY, NOW)
    assert (start.isoformat(), end.isoformat()) == ("2026-01-31T00:00:00+00:00", "2028-03-02T00:00:00+00:00")


def test_the_read_reaches_further_than_what_is_said() -> None:  # ruling 28
    view = window.view(POLICY, PAIRS[0], NOW)
    assert (view.start, view.end) == (at("2026-01-03", 0), at("2028-03-30", 0))


def test_the_widest_policy_is_still_answered_by_graph_and_is_not_read_anew_each_time() -> None:  # ruling 28
    for now in (NOW + timedelta(days=day) for day in range(1500)):  # over leap years
        view = window.view(WIDEST, PAIRS[0], now)
        assert view.end - view.start < timedelta(days=1825)  # graph.md §2.2
        assert not window.stale(Place("cursor", view), MIKE, view, now + timedelta(minutes=15))


def test_a_hundred_mailboxes_start_over_at_times_of_their_own_and_never_within_a_week() -> None:  # CUR-21
    times = [days(f"mailbox-{n}", 4) for n in range(100)]
    gaps = [later - earlier for some in times for earlier, later in pairwise(some)]
    assert (min(gaps) >= 7, max(gaps) <= 15) == (True, True)
    first = [some[1] for some in times]
    assert max(len([one for one in first if 7 + n <= one < 8 + n]) for n in range(8)) < 25, "no day has a crowd"
    assert max(first.count(one) for one in first) <= 5, "nor has an hour"


@pytest.mark.parametrize(("policy", "anew"), [
    pytest.param(POLICY, False, id="the same policy"),
    pytest.param(Policy(past_inbound_days=60), True, id="more of the past"),
    pytest.param(Policy(future_inbound_months=30), True, id="more of the future"),
    pytest.param(Policy(future_inbound_months=12), False, id="less of the future"),
    pytest.param(Policy(private_events=PrivateEvents.FULL), True, id="another rule for what is private (ruling 20)"),
    pytest.param(Policy(private_events=PrivateEvents.SKIP), True, id="a stricter one (P2)"),
    pytest.param(Policy(excluded_categories=("Private",)), True, id="another category is left out"),
    pytest.param(Policy(excluded_domains=("x.example",)), True, id="another domain is left out"),
    pytest.param(Policy(direction=Direction.TWO_WAY), False, id="Practifi is written as before"),
    pytest.param(Policy(direction=Direction.PRACTIFI_TO_MICROSOFT), False, id="Practifi is not written any more"),
    pytest.param(Policy(brake_share=0.5), False, id="something else"),
])  # fmt: skip
def test_another_policy_reads_afresh_where_more_or_other_things_are_to_be_seen(policy: Policy, anew: bool) -> None:
    assert reads_anew(policy) is anew  # D9, SAF-07


OUTWARD = Policy(enabled=True, direction=Direction.PRACTIFI_TO_MICROSOFT)


def read(poller: Poller) -> str:
    """One run without news; the cursor that it read with."""
    (cursor,) = [order.cursor for order in poller.due("mike@firm.example")]
    poller.brings(fresh=not cursor)
    return cursor


def test_what_practifi_did_not_want_is_read_once_it_wants_it() -> None:  # ruling 12, D9
    poller = Poller(OUTWARD)
    assert [read(poller), read(poller)] == ["", "c1"]
    for direction in (Direction.TWO_WAY, Direction.MICROSOFT_TO_PRACTIFI):
        poller.govern(Policy(enabled=True, direction=direction))
        assert [read(poller), read(poller)] == ["", "c1"], direction
        poller.govern(OUTWARD)
        assert read(poller) == "c1"


def test_switching_back_and_forth_between_two_runs_changes_nothing() -> None:  # D1
    poller = Poller()
    read(poller)
    poller.govern(OUTWARD)
    poller.govern(POLICY)
    assert read(poller) == "c1"


STRICT = Narrower(("Mike@Firm.example",), Direction.PRACTIFI_TO_MICROSOFT, PrivateEvents.SKIP)


def test_each_mailbox_is_looked_at_by_its_own_policy() -> None:  # D11
    poller = Poller(Policy(enabled=True, direction=Direction.TWO_WAY, narrower=(STRICT,)))
    mike, john = poller.due()
    assert (mike.view.private, mike.view.writes) == (PrivateEvents.SKIP, False), "it is read all the same"
    assert (john.view.private, john.view.writes) == (PrivateEvents.BUSY_ONLY, True)


def test_a_mailbox_that_is_no_longer_narrowed_is_read_afresh_and_the_others_are_not() -> None:  # D11, ruling 12
    poller = Poller(Policy(enabled=True, direction=Direction.TWO_WAY, narrower=(STRICT,)))
    for order in poller.due():
        poller.order = order
        poller.brings_to(order.mailbox)
    poller.govern(Policy(enabled=True, direction=Direction.TWO_WAY))
    assert [order.cursor for order in poller.due()] == ["", "c1"]


def test_a_run_may_ask_for_everything_from_the_beginning() -> None:  # D10, ruling 6
    poller = Poller()
    assert [read(poller), read(poller)] == ["", "c1"]
    assert [order.cursor for order in poller.due("mike@firm.example", fresh=True)] == [""]


def test_such_a_wish_is_not_lost_when_the_next_run_comes_first() -> None:
    poller = Poller()
    read(poller)
    poller.due("mike@firm.example", fresh=True)
    assert [read(poller), read(poller)] == ["", "c1"]


def test_such_a_wish_waits_for_the_list_of_mailboxes() -> None:
    poller = Poller()
    poller.reads(fresh=True)
    for key in ("pairs", "reader"):
        poller.rows.pop(key)
    poller.due(fresh=True)
    poller.pair()
    assert [order.cursor for order in poller.asked(ReadMailbox)] == ["", ""]


def test_reading_afresh_says_the_same_again_and_asks_nothing() -> None:  # CUR-21
    poller = Poller()
    first = poller.reads(single(), fresh=True)
    poller.later(days=15)
    assert poller.due()[0].cursor == ""
    assert poller.brings(single(), fresh=True).items == first.items


@pytest.mark.parametrize("names", [(), ("  PRIVATE ",)])
def test_whose_own_address_it_is_matters_only_where_domains_are_left_out(names: Any) -> None:  # INB-31
    view = window.view(Policy(excluded_categories=names), PAIRS[0], NOW)
    assert view.excluded.own == ()
    assert view.excluded.categories == tuple(name.strip().casefold() for name in names)
    domains = window.view(Policy(excluded_domains=("@X.example",)), PAIRS[0], NOW).excluded
    assert (domains.domains, domains.own) == (("x.example",), ("mike@firm.example",))


@pytest.mark.parametrize("meanwhile", [
    pytest.param(Policy(enabled=True, direction=Direction.PRACTIFI_TO_MICROSOFT), id="Practifi is not written"),
    pytest.param(Policy(enabled=True, private_events=PrivateEvents.SKIP), id="what is private is not shown"),
    pytest.param(Policy(enabled=True, excluded_categories=("Private",)), id="a category is left out"),
])  # fmt: skip
def test_what_was_read_by_rules_that_do_not_hold_any_more_is_not_said_but_read_again(  # rulings 12, 20
    meanwhile: Policy,
) -> None:
    poller = Poller()
    poller.due()
    poller.govern(meanwhile)
    poller.brings(single(), fresh=True)
    (order,) = poller.asked(ReadMailbox)
    assert (poller.heard().items, order) == ((), ReadMailbox(MIKE, "", window.view(meanwhile, PAIRS[0], NOW)))
    poller.govern(POLICY)
    assert [one.cursor for one in poller.due()] == ["", ""], "it was away for a moment only"


def test_so_it_is_with_what_waited_for_its_proofs_in_a_mailbox_that_has_no_user_any_more() -> None:  # ruling 20
    poller = Poller()
    poller.reads(single(), single("s2"), fresh=True)
    poller.reads(removed("s1"), single("s2", subject="Renamed"))
    poller.hear(Paired(2, (Pair(MIKE, 0), PAIRS[1])))
    poller.govern(Policy(enabled=True, private_events=PrivateEvents.SKIP))
    poller.hear(Proved(MIKE, {"s1": None}, {}))
    assert (poller.heard().items, poller.asked(ReadMailbox)) == ((), [])
    assert f"held/{MIKE}" not in poller.rows

"""By whose rule private events are read: the firm's, or a mailbox's own narrower one; what was read by another is never
said (P1, D11, ruling 20)."""

from typing import Any

import pytest
from msgspec.structs import replace

from contracts.calendar import CalendarEvent, Sensitivity
from contracts.control import Again
from contracts.observed import Mailbox, Mailboxes
from contracts.policy import Narrower, Policy, PrivateEvents
from services.clients.salesforce.privacy import Privacy
from services.clients.salesforce.row import OrgUser, Place
from services.salesforce_watcher.rows import LookRows, OrgUnread, RowsLooked, Settled
from tests.decisions.salesforce_watcher.org import JOHNS, MAILBOXES, MIKES, TWO_WAY, WHEN, Watcher, row

FULL, BUSY, SKIP = PrivateEvents.FULL, PrivateEvents.BUSY_ONLY, PrivateEvents.SKIP
JOHN_SKIPS = (Narrower(("John@firm.example",), private_events=SKIP),)
OPEN = replace(TWO_WAY, private_events=FULL)
NARROW = replace(OPEN, narrower=JOHN_SKIPS)
MIKES_OWN = replace(OPEN, narrower=(Narrower(("mike@firm.example",), private_events=SKIP),))
BOTH = replace(OPEN, narrower=(*NARROW.narrower, *MIKES_OWN.narrower))
BLANK = CalendarEvent(WHEN, "Private appointment", sensitivity=Sensitivity.PRIVATE)
HIDDEN = row(mark="b", event=BLANK, redacted=True, covers=True)


@pytest.mark.parametrize(("firm", "own", "rule"), [
    pytest.param(FULL, SKIP, SKIP, id="narrower"),
    pytest.param(FULL, BUSY, BUSY, id="a little narrower"),
    pytest.param(BUSY, FULL, BUSY, id="never wider than the firm's"),
    pytest.param(SKIP, None, SKIP, id="nothing of its own"),
])  # fmt: skip
def test_a_mailbox_is_read_by(firm: PrivateEvents, own: PrivateEvents | None, rule: PrivateEvents) -> None:  # D11
    watcher = Watcher(replace(TWO_WAY, private_events=firm, narrower=(Narrower(("john@firm.example",), None, own),)))
    watcher.reads()
    order = watcher.order or watcher.due()[0]
    assert order.privacy.of("00U1", JOHNS) is rule
    assert order.privacy.of("00U1", MIKES) is firm


def test_another_privacy_rule_reads_all_events_again_and_says_them() -> None:  # ruling 20, P2
    watcher = Watcher()
    watcher.reads(row())
    watcher.govern(OPEN)
    (order,) = watcher.due()
    assert (order.cursors.events, bool(order.cursors.contacts), order.privacy) == ("", True, Privacy(FULL))
    assert len(watcher.hears(row())) == 1


@pytest.mark.parametrize(("before", "stands"), [(FULL, True), (BUSY, False)])
def test_the_text_under_a_blank_has_stood_there_since_the_rule_was(before: PrivateEvents, stands: bool) -> None:
    """What a reconciler is told that has lost its memory since; of what somebody writes there after that, nothing."""
    watcher = Watcher(replace(TWO_WAY, private_events=before))  # P2, ruling 5
    watcher.reads(row())
    watcher.govern(replace(TWO_WAY, private_events=SKIP))
    first = [item.exposed for item in watcher.reads(HIDDEN, going={"events": Place("2026-03-01", "00U1")})]
    second = [item.exposed for item in watcher.reads(replace(HIDDEN, id="00U2"))]
    assert (first, second) == ([stands], [stands])
    watcher.hear(Again("w1", "reconciler", 0))
    assert [item.exposed for item in watcher.reads(HIDDEN)] == [stands]
    assert [item.exposed for item in watcher.reads(replace(HIDDEN, mark="c", covers=False))] == [False]
    assert [item.exposed for item in watcher.reads(replace(HIDDEN, mark="d"))] == [False]


def test_so_has_it_where_our_memory_is_of_before_anything_was_read() -> None:  # P2, rulings 5, 6
    """It was put back to then: Events were made by the rule that it has heard, and that is another one by now."""
    watcher = Watcher(OPEN)
    watcher.govern(replace(TWO_WAY, private_events=BUSY))
    assert [item.exposed for item in watcher.reads(HIDDEN)] == [True]


@pytest.mark.parametrize(("always", "once", "owner", "stands"), [
    pytest.param(TWO_WAY, OPEN, MIKES, True, id="for the firm"),
    pytest.param(NARROW, OPEN, JOHNS, True, id="for its owner"),
    pytest.param(TWO_WAY, replace(TWO_WAY, private_events=SKIP), MIKES, False, id="but never was wider"),
    pytest.param(TWO_WAY, NARROW, JOHNS, False, id="but not for its owner"),
])  # fmt: skip
def test_so_has_what_was_written_while_the_rule_was_wider_between_two_reads(
    always: Policy, once: Policy, owner: str, stands: bool
) -> None:  # P2, D11, ruling 5
    """To us nothing has changed since; of what somebody writes there later, nothing is said."""
    watcher = Watcher(always)
    watcher.reads()
    while watcher.order:
        watcher.hears()
    watcher.govern(once)
    watcher.govern(always)
    first = [item.exposed for item in watcher.reads(replace(HIDDEN, owner=owner))]
    later = [item.exposed for item in watcher.reads(replace(HIDDEN, id="00U2", owner=owner))]
    assert (first, later) == ([stands], [False])


@pytest.mark.parametrize(("before", "after", "stands"), [
    pytest.param(OPEN, NARROW, True, id="it has become stricter for its owner alone"),
    pytest.param(NARROW, replace(TWO_WAY, private_events=SKIP), False, id="it was as strict for its owner before"),
])  # fmt: skip
def test_then_it_is_the_rule_of_its_owner_that_counts(before: Policy, after: Policy, stands: bool) -> None:
    """What somebody has written for themselves on an Event that was always hidden is theirs (D11, P2, ruling 6)."""
    watcher = Watcher(before)
    watcher.govern(after)
    johns = replace(HIDDEN, owner=JOHNS)
    said = watcher.reads(johns) or watcher.hears(johns)
    assert [item.exposed for item in said] == [stands]


@pytest.mark.parametrize("rules", [
    pytest.param((NARROW, MIKES_OWN), id="at once"),
    pytest.param((BOTH, NARROW, MIKES_OWN, BOTH), id="for a moment"),
])  # fmt: skip
def test_a_rule_that_is_another_persons_own_by_now_forgets_no_text_of_the_first(rules: tuple[Policy, ...]) -> None:
    """What we wrote for Mike while only John's were hidden stands there when only Mike's are (D11, P2, ruling 5)."""
    watcher = Watcher(rules[0])
    watcher.reads()
    while watcher.order:
        watcher.hears()
    for rule in rules[1:]:
        watcher.govern(rule)
    assert [item.exposed for item in watcher.reads(replace(HIDDEN, owner=MIKES))] == [True]


def test_what_somebody_of_a_narrower_rule_has_written_is_no_such_text() -> None:  # D11, P2
    watcher = Watcher(NARROW)
    watcher.reads()
    assert [item.exposed for item in watcher.hears(replace(HIDDEN, owner=JOHNS))] == [False]


def test_a_rule_of_ones_own_reads_all_events_again() -> None:  # D11, ruling 20
    watcher = Watcher(OPEN)
    watcher.reads(row())
    watcher.govern(NARROW)
    (order,) = watcher.due()
    assert (order.cursors.events, order.cursors.relations) == ("", "")
    assert order.privacy == Privacy(FULL, {JOHNS: SKIP})


def test_events_that_were_read_before_the_users_were_known_are_not_said_but_read_again() -> None:  # D11
    watcher = Watcher(NARROW)
    assert watcher.reads(row("00U1")) == []
    assert watcher.order
    assert watcher.order.privacy == Privacy(FULL, {JOHNS: SKIP})
    assert not watcher.done(), "the run goes on"
    assert [item.id for item in watcher.hears(row("00U1"))] == ["00U1"]
    assert [done.messages for done in watcher.done()] == [1]


def test_events_of_somebody_who_is_newly_paired_are_read_again_by_their_own_rule() -> None:  # D11, ruling 20
    watcher = Watcher(NARROW, directed=False)
    watcher.hear(Mailboxes(1, MAILBOXES[:1]))
    watcher.reads(row("00U2", owner=JOHNS))
    watcher.hear(Mailboxes(2, MAILBOXES))
    (order,) = watcher.due()
    assert (order.cursors.events, order.privacy.of("00U2", JOHNS)) == ("", SKIP)


def test_a_rule_that_changes_while_events_are_read_holds_for_them() -> None:  # ruling 20
    watcher = Watcher(OPEN)
    watcher.reads(row())
    watcher.due()
    watcher.govern(replace(OPEN, private_events=BUSY))
    assert watcher.hears(row("00U1", "b")) == []
    assert watcher.order
    assert (watcher.order.privacy, watcher.order.cursors.events) == (Privacy(BUSY), "")


def test_what_was_read_by_a_rule_that_did_not_hold_then_is_said_when_it_holds_again() -> None:  # ruling 20
    watcher = Watcher(OPEN)
    watcher.reads(row())
    watcher.due()
    watcher.govern(replace(OPEN, private_events=BUSY))
    before = watcher.order.cursors if watcher.order else None
    assert watcher.hears(row("00U1", "b")) == []
    watcher.hear(OrgUnread("", "throttled", heals=True))
    watcher.govern(OPEN)
    (order,) = watcher.due()
    assert order.cursors == before
    assert [item.mark for item in watcher.hears(row("00U1", "b"))] == ["b"]


def test_events_that_settled_are_looked_at_again_when_the_rule_changed_meanwhile() -> None:  # ruling 20
    watcher = Watcher(OPEN)
    watcher.reads()
    watcher.later(hours=1)
    made = watcher.fresh()
    watcher.reads(made)
    watcher.later(seconds=60)
    watcher.hear(Settled())
    (asked,) = watcher.asked(LookRows)
    watcher.govern(NARROW)
    watcher.hear(RowsLooked(asked.ids, (made,), asked.privacy))
    assert watcher.items() == []
    assert [look.privacy for look in watcher.asked(LookRows)] == [Privacy(FULL, {JOHNS: SKIP})]


def test_a_pair_that_changes_nothing_of_the_rules_reads_nothing_again() -> None:
    watcher = Watcher(NARROW)
    watcher.reads(row())
    watcher.reads()
    third = Mailbox("third", "third@firm.example", addresses=("third@firm.example",))
    watcher.hear(Mailboxes(2, (*MAILBOXES, third)))
    watcher.reads(users=(OrgUser("005-third", "third@firm.example"),))
    assert watcher.order is None
    (order,) = watcher.due()
    assert order.cursors.events


def test_the_rules_say_whom_they_mean() -> None:
    rules = Privacy(FULL, {JOHNS: SKIP, "00U7": BUSY})
    shown: dict[str, Any] = {"an owner's": rules.of("00U1", JOHNS), "a single Event's": rules.of("00U7", JOHNS),
                             "the firm's": rules.of("00U1", MIKES)}  # fmt: skip
    assert shown == {"an owner's": SKIP, "a single Event's": BUSY, "the firm's": FULL}

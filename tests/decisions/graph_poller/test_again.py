"""A poller that has lost its memory, or serves somebody who has: everything is read from the beginning, once, and what
is gone meanwhile is missed (ruling 6)."""

import pytest

from contracts.control import Again
from contracts.observed import Believed, Observed, ReadDone
from services.graph_poller.rows import DIRECTORY, Prove, ReadDirectory, ReadMailbox
from services.kernel.decision import SAME, Do, Forgot, Say
from tests.decisions.graph_poller.mailbox import JOHN, MIKE, POLICY, Poller, gone, single, thin, timed

WISH = Again("w1", "reconciler")


def read(*mailboxes: str) -> Poller:
    """A poller that has read Mike and John."""
    poller = Poller()
    poller.due()
    for mailbox in mailboxes or (MIKE, JOHN):
        poller.brings_to(mailbox, single(), fresh=True)
    return poller


def cursors(orders: list[ReadMailbox]) -> list[str]:
    return [order.cursor for order in orders]


def test_who_forgot_learns_again_what_others_know() -> None:  # ruling 6
    poller = Poller()
    poller.hear(Forgot("registry", 0))
    asked = [(effect.service, effect.shard) for effect in poller.effects if isinstance(effect, Say)]
    assert asked == [("salesforce-watcher", 0), ("reconciler", SAME), ("registry", 0)]
    assert {wish.service for wish in poller.told(Again)} == {"graph-poller"}


def test_a_reconciler_that_forgot_is_told_everything_once() -> None:  # ruling 6
    poller = read()
    assert cursors(poller.due()) == ["c1", "c1"]
    poller.hear(WISH)
    orders = poller.asked(ReadMailbox)
    assert cursors(orders) == ["", ""], "a read that is under way begins anew"
    poller.order = orders[0]
    for mailbox in (MIKE, JOHN):
        poller.brings_to(mailbox, single(), fresh=True)
    assert cursors(poller.due()) == ["c1", "c1"]


def test_the_first_run_that_has_told_everything_says_so() -> None:  # ruling 6
    poller = read()
    poller.due()
    poller.hear(WISH)
    poller.order = poller.asked(ReadMailbox)[0]
    for mailbox in (MIKE, JOHN):
        poller.brings_to(mailbox, single(), fresh=True)
    assert [one.again for one in poller.told(ReadDone)] == [""], "it began before"
    poller.due()
    for mailbox in (MIKE, JOHN):
        poller.brings_to(mailbox, single())
        assert [one.again for one in poller.told(Observed)] == ["w1"]
    (last,) = poller.told(ReadDone)
    assert (last.again, last.messages) == ("w1", 2)
    assert last.told == 4, "what the run before had said is an answer, too"


def test_a_question_that_comes_twice_is_answered_once() -> None:  # ruling 6
    poller = read()
    poller.hear(WISH)
    poller.due()
    for mailbox in (MIKE, JOHN):
        poller.brings_to(mailbox, single(), fresh=True)
    poller.hear(WISH)
    assert cursors(poller.due()) == ["c1", "c1"]
    for mailbox in (MIKE, JOHN):
        poller.brings_to(mailbox, single())
    assert [one.told for one in poller.told(ReadDone)] == [4], "all that bears it is counted"


def test_an_old_read_that_arrives_late_does_not_stand_for_a_fresh_one() -> None:
    poller = read()
    poller.due()
    old = poller.order
    poller.hear(WISH)
    poller.order = old
    poller.brings_to(MIKE, single(), cursor="c2")
    assert "" in cursors(poller.due())


def test_the_watcher_is_told_the_mailboxes_again() -> None:
    poller = read()
    poller.hear(Again("w", "salesforce-watcher"))
    assert [(one.lane, one.body) for one in poller.effects if isinstance(one, Do)] == [(DIRECTORY, ReadDirectory())]


def test_what_the_reconciler_believes_and_microsoft_has_not_is_missed() -> None:  # X2, ruling 6
    poller = Poller()
    poller.hear(Believed(MIKE, {"s1": {"s1": ""}, "s2": {"s2": ""}, "REC": {"REC-2026-03-10": "2026-03-10"}}))
    poller.reads(single("s1"), fresh=True)
    said = poller.proves(s2=None, REC=None)
    assert gone(said) == ["2026-03-10", "s2"]


def test_it_is_missed_although_the_mailbox_was_read_before_that_was_heard() -> None:  # X2
    poller = read()
    poller.hear(Believed(MIKE, {"s2": {"s2": ""}}))
    (mike, john) = poller.due()
    assert (mike.cursor, john.cursor) == ("", "c1")
    poller.order = mike
    poller.brings(single("s1"), fresh=True)
    assert gone(poller.proves(s2=None)) == ["s2"]


@pytest.mark.parametrize("day", ["2026-01-15", "2025-06-02"], ids=["still in sight", "out of sight"])
def test_what_was_deleted_in_microsoft_after_it_had_left_the_window_stays_in_practifi(day: str) -> None:  # D9, ruling 6
    """As with a poller that has not forgotten."""
    poller = Poller()
    poller.hear(Believed(MIKE, {"s1": {"s1": ""}}, {"s1": timed(day)}))
    said = poller.reads(fresh=True)
    assert gone(poller.proves(s1=None) if poller.asked(Prove) else said) == []


def test_what_had_left_the_window_while_nobody_knew_is_missed_when_it_is_deleted() -> None:  # X1, ruling 6
    """Practifi still shows it where it was."""
    poller = Poller()
    poller.hear(Believed(MIKE, {"s1": {"s1": ""}}, {"s1": timed("2026-03-10")}))
    poller.reads(fresh=True)
    assert gone(poller.proves(s1=single("s1", "2036-01-01"))) == []
    poller.due(fresh=True)
    poller.brings(fresh=True)
    assert gone(poller.proves(s1=None)) == ["s1"]


def test_what_the_poller_knows_better_stays_known() -> None:
    poller = Poller()
    poller.reads(thin("2026-03-10"), thin("2026-03-11"), fresh=True)
    before = {key: row for key, row in poller.rows.items() if key.startswith("known/")}
    poller.hear(Believed(MIKE, {"s9": {"s9": ""}}))
    assert before.items() <= poller.rows.items()


def test_a_run_of_one_mailbox_has_not_told_everything() -> None:  # ruling 6
    poller = read()
    poller.hear(WISH)
    poller.due("mike@firm.example")
    poller.brings_to(MIKE, single(), fresh=True)
    assert [one.again for one in poller.told(ReadDone)] == [""]


def test_a_poller_whose_firm_is_stopped_says_that_it_has_read_nothing() -> None:  # ruling 5
    poller = read()
    poller.govern(POLICY, active=False)
    poller.due()
    assert [one.blind for one in poller.told(ReadDone)] == [True]

"""A watcher that has lost its memory, or serves somebody who has: the org is read from the beginning, once."""

from datetime import timedelta

import msgspec

from contracts.control import Again
from contracts.observed import Mailboxes, Observed, Paired, ReadDone
from contracts.person import People, Person
from contracts.policy import PolicyNow
from services.clients.salesforce.row import Cursors, Place
from services.kernel.decision import Forgot, Say
from services.kernel.micros import micros
from services.salesforce_watcher.rows import ReadOrg
from tests.decisions.life import NOW
from tests.decisions.salesforce_watcher.org import MAILBOXES, MIKE, TWO_WAY, Watcher, row
from tests.decisions.salesforce_watcher.test_reading import SHARDS

WISH = Again("w1", "reconciler", 0)


def test_who_forgot_learns_the_mailboxes_again() -> None:  # ruling 6
    watcher = Watcher()
    watcher.hear(Forgot("registry", 0))
    asked = [effect.service for effect in watcher.effects if isinstance(effect, Say)]
    assert asked == ["graph-poller", "registry", "reconciler"]


def test_who_forgot_says_once_more_who_belongs_to_whom() -> None:  # ruling 6, M7
    """It may have said so since, and not everybody heard it: who did would not be understood by the others."""
    watcher = Watcher()
    watcher.reads()
    watcher.now += timedelta(hours=1)
    watcher.hear(Forgot("graph-poller", 0))
    watcher.hear(Mailboxes(2, MAILBOXES))
    told = [one.sequence for name in ("reconciler", "graph-poller") for one in watcher.told(Paired, name)]
    assert told == [micros(watcher.now)] * 2
    watcher.hear(Mailboxes(3, MAILBOXES))
    assert watcher.told(Paired, "reconciler") == []


def test_a_reconciler_that_forgot_is_told_everything_once() -> None:  # ruling 6
    watcher = Watcher()
    watcher.reads(row())
    watcher.hear(WISH)
    assert [one.shard for one in watcher.told(Paired, "reconciler")] == [0]
    (order,) = watcher.due()
    assert order.cursors == Cursors()
    assert [item.id for item in watcher.hears(row())] == ["00U1"], "although it was said before"
    assert [one.again for one in watcher.told(Observed)] == ["w1"]
    assert [one.again for one in watcher.done()] == ["w1"]
    assert watcher.reads(row()) == []


def test_a_read_that_is_under_way_begins_anew_and_counts_anew() -> None:  # ruling 6
    watcher = Watcher()
    watcher.reads(row(), going={"events": Place("2026-03-01T08:00:00+00:00", "00U1")})
    watcher.hear(WISH)
    (order,) = watcher.asked(ReadOrg)
    assert (order.cursors, order.going) == (Cursors(), {})
    watcher.order = order
    watcher.hears(row(), row("00U2"))
    assert [(one.messages, one.again, one.told) for one in watcher.told(ReadDone)] == [(1, "w1", 1)]


def test_all_that_answers_a_question_is_counted_over_all_runs_and_anew_for_the_next_one() -> None:  # ruling 6
    watcher = Watcher()
    watcher.reads(row())
    assert [one.told for one in watcher.done()] == [0], "nobody had asked"
    for wish in ("w1", "w2"):
        watcher.hear(Again(wish, "reconciler", 0))
        watcher.reads(row())
        watcher.reads(row("00U2"))
        assert [(one.again, one.told) for one in watcher.done()] == [(wish, 2)]


def test_the_people_of_before_are_not_waited_for_by_who_is_told_all_anew() -> None:  # ruling 6
    watcher, ann = Watcher(), Person("003-ann")
    for shown in ([0, "the first"], [0, "the first"]):
        watcher.reads(row(), people=(ann,))
        first = watcher.told(People)[0].sequence
        names = {0: 0, first: "the first"}
        assert [names[one.after] for one in (*watcher.told(People), *watcher.told(Observed))] == shown
        watcher.hear(Again(f"w{first}", "reconciler", 0))


def test_a_question_that_comes_twice_is_answered_once() -> None:  # ruling 6
    watcher = Watcher()
    watcher.hear(WISH)
    watcher.reads(row())
    watcher.hear(WISH)
    assert watcher.reads(row()) == []
    assert [one.told for one in watcher.done()] == [1], "all that bears it is counted"


def test_other_shards_are_told_again_without_having_asked() -> None:
    watcher = Watcher(SHARDS)
    watcher.reads(row())
    watcher.hear(Again("w1", "reconciler", 3))
    watcher.reads(row())
    assert {one.again for shard in range(3) for one in watcher.told(ReadDone, "reconciler", shard)} == {""}
    assert [one.again for one in watcher.told(ReadDone, "reconciler", 3)] == ["w1"]


def test_a_poller_that_forgot_is_told_its_own_mailboxes() -> None:  # M7
    watcher = Watcher()
    watcher.reads()
    watcher.hear(Again("w", "graph-poller", 0))
    (paired,) = watcher.told(Paired, "graph-poller")
    assert MIKE in [pair.mailbox for pair in paired.pairs]
    assert watcher.asked(ReadOrg) == []


def test_a_poller_that_forgot_is_asked_for_the_mailboxes_again_if_they_are_not_known() -> None:  # ruling 6
    """It may have forgotten that it was asked."""
    watcher = Watcher(directed=False)
    assert watcher.due() == []
    watcher.hear(Again("w", "graph-poller", 0))
    assert [one.service for one in watcher.told(Again, "graph-poller")] == ["salesforce-watcher"]
    watcher.hear(Mailboxes(1, MAILBOXES))
    assert len(watcher.asked(ReadOrg)) == 1, "for the run that waits"
    watcher.hear(Again("w2", "graph-poller", 0))
    assert watcher.told(Again, "graph-poller") == []


def test_what_was_touched_since_outbound_was_on_is_known_without_a_memory() -> None:  # D7, ruling 11
    watcher = Watcher(behind=timedelta(minutes=3))
    policy = PolicyNow(9, active=True, policy=TWO_WAY, outbound=NOW - timedelta(hours=1))
    watcher.rows["policy"] = msgspec.msgpack.encode(policy)
    before, after = (watcher.salesforce - timedelta(minutes=minutes) for minutes in (61, 59))
    items = watcher.reads(row("00U1", edited_at=before), row("00U2", edited_at=after))
    assert {item.id: item.edited for item in items} == {"00U1": False, "00U2": True}

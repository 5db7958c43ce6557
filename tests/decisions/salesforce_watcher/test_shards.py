"""A firm of several shards: who is told of whom, and which shard hears of an Event (I2, rulings 14, 22)."""

from typing import Any

from msgspec.structs import replace

from contracts.control import Again
from contracts.observed import Homes, Mailbox, Mailboxes, Observed, Pair, Paired, ReadDone
from contracts.person import People, Person, Source
from services.clients.salesforce.row import Cursors, OrgUser, Row
from services.kernel.decision import Forgot, Say
from services.salesforce_watcher.pair import shard_of
from services.salesforce_watcher.rows import ReadOrg
from tests.decisions.salesforce_watcher.org import JOHNS, MIKES, TWO_WAY, USERS, Watcher, row

NAMES = [f"mailbox-{number}" for number in range(20)]
MIKE = next(name for name in NAMES if shard_of(name, 2) == 0)
JOHN = next(name for name in NAMES if shard_of(name, 2) == 1)
MAILBOXES = (
    Mailbox(MIKE, "mike@firm.example", addresses=("mike@firm.example",)),
    Mailbox(JOHN, "john@firm.example", addresses=("john@firm.example",)),
)


def firm(*rows: Row, users: tuple[OrgUser, ...] = USERS) -> Watcher:
    """A watcher of two shards, Mike's and John's, that has read an org with these rows."""
    watcher = Watcher(replace(TWO_WAY, shards=2), directed=False)
    watcher.hear(Mailboxes(1, MAILBOXES))
    watcher.reads(*rows, users=users)
    return watcher


def heard(watcher: Watcher, shard: int) -> list[tuple[str, str]]:
    """The ids and mailboxes of what a shard was told of last, present or gone."""
    said = watcher.told(Observed, "reconciler", shard)
    there = [(one.id, one.mailbox) for message in said for one in message.items]
    return there + [(one.id, one.mailbox) for message in said for one in message.vanished]


def given(to: str, mark: str = "b", **more: Any) -> Row:
    return row(mark=mark, owner=to, **more)


def test_each_poller_hears_of_its_mailboxes_and_each_reconciler_of_all() -> None:  # I2, ruling 22
    watcher = firm()
    mikes, johns = (Pair(MIKE, 0, MIKES, ("mike@firm.example",)), Pair(JOHN, 1, JOHNS, ("john@firm.example",)))
    for shard, own in enumerate((mikes, johns)):
        (reader,) = watcher.told(Paired, "graph-poller", shard)
        (decider,) = watcher.told(Paired, "reconciler", shard)
        assert (reader.pairs, reader.shard) == ((own,), shard)
        assert (decider.pairs, decider.shard) == ((mikes, johns), shard)


def test_a_new_shard_hears_of_everybody_although_no_mailbox_moves_there() -> None:  # ruling 22
    """Else its poller would wait to hear whose mailboxes it reads, and no run of the firm would be over."""
    watcher, ann = Watcher(), Person("003-ann", (("ann@client.example", Source.EMAIL),))
    watcher.due()
    watcher.hears(people=(ann,))
    watcher.due()  # this read is under way
    watcher.govern(TWO_WAY, active=False)
    watcher.govern(replace(TWO_WAY, shards=2))
    (order,) = watcher.asked(ReadOrg)
    watcher.order = order
    assert order.cursors == Cursors(), "all that it has to know is read anew"
    watcher.hears(row(), people=(ann,))
    for service in ("graph-poller", "reconciler"):
        assert [said.shard for said in watcher.told(Paired, service, 1)] == [1]
    assert watcher.told(People, "reconciler", 1)
    assert [pair.shard for pair in watcher.told(Paired, "reconciler", 1)[0].pairs] == [0, 0]
    watcher.govern(replace(TWO_WAY, shards=2, interval_minutes=5))
    watcher.reads(users=())
    assert watcher.told(Paired) == []


def test_an_event_is_told_to_the_shard_of_its_owner() -> None:  # ruling 22
    watcher = firm(row(), row("00U2", owner=JOHNS))
    assert (heard(watcher, 0), heard(watcher, 1)) == ([("00U1", MIKE)], [("00U2", JOHN)])


def test_given_to_somebody_of_another_shard_it_is_told_where_it_is_known() -> None:  # ruling 14
    watcher = firm(row())
    watcher.reads(given(JOHNS), users=())
    assert (heard(watcher, 0), heard(watcher, 1)) == ([("00U1", JOHN)], [])
    watcher.reads(given("005-nobody", "c"), users=())
    assert heard(watcher, 0) == [("00U1", "")]
    watcher.reads(given(JOHNS, "d", event=None, deleted=True), users=())
    assert (heard(watcher, 0), heard(watcher, 1)) == ([("00U1", JOHN)], [])
    assert [key for key in watcher.rows if key.startswith("home/")] == []


def test_an_event_whose_owner_has_no_mailbox_yet_is_at_home_nowhere() -> None:  # M7
    watcher = firm(row(), users=(USERS[1],))
    assert [key for key in watcher.rows if key.startswith("home/")] == []
    watcher.reads(row(mark="b"))
    assert heard(watcher, 0) == [("00U1", MIKE)]


def test_who_has_lost_its_memory_tells_an_event_where_it_is_known_whoever_owns_it_since() -> None:  # rulings 6, 14
    watcher = Watcher(replace(TWO_WAY, shards=2), directed=False)
    watcher.hear(Forgot("registry", 0))
    asked = {effect.shard: effect.body for effect in watcher.effects if isinstance(effect, Say)}
    (wish,) = {asked[shard].wish for shard in range(2)}
    watcher.hear(Mailboxes(1, MAILBOXES))
    assert watcher.due() == [], "nobody has said yet where which Event is known"
    for part, events in enumerate((("00U1",), ("00U3",))):
        watcher.hear(Homes(wish, 0, part, 2, events))
        watcher.hear(Homes("an older question", 1, 0, 1))
    assert watcher.asked(ReadOrg) == []
    watcher.hear(Homes(wish, 1, 0, 1))
    (watcher.order,) = watcher.asked(ReadOrg)
    watcher.reads(given(JOHNS), row("00U2", owner=JOHNS))
    assert (heard(watcher, 0), heard(watcher, 1)) == ([("00U1", JOHN)], [("00U2", JOHN)])


def test_a_mailbox_stays_in_its_shard_also_where_that_was_forgotten() -> None:  # rulings 6, 22
    """The firm had one shard when it was first paired."""
    watcher = Watcher(replace(TWO_WAY, shards=2), directed=False)
    watcher.hear(Forgot("registry", 0))
    wish = next(one.wish for one in watcher.told(Again, "reconciler", 0))
    for shard in range(2):
        watcher.hear(Homes(wish, shard, 0, 1, mailboxes={JOHN: 0}))
    watcher.hear(Mailboxes(1, MAILBOXES))
    watcher.reads()
    (told,) = watcher.told(Paired, "reconciler", 0)
    assert {pair.mailbox: pair.shard for pair in told.pairs} == {MIKE: 0, JOHN: 0}


def test_a_firm_that_gets_another_shard_while_its_watcher_knows_nobody_keeps_its_mailboxes_where_they_are() -> None:
    """The new shard is asked as well, and at once: a run waits for its answer."""  # rulings 6, 22
    watcher = Watcher(directed=False)
    watcher.hear(Forgot("registry", 0))
    (wish,) = [one.wish for one in watcher.told(Again, "reconciler")]
    watcher.hear(Homes(wish, 0, 0, 1, mailboxes={MIKE: 0, JOHN: 0}))
    watcher.hear(Mailboxes(1, MAILBOXES))
    watcher.govern(replace(TWO_WAY, shards=2))
    assert watcher.told(Again, "reconciler") == [Again(wish, "salesforce-watcher", 1)]
    assert watcher.due() == []
    watcher.hear(Homes(wish, 1, 0, 1))
    (watcher.order,) = watcher.asked(ReadOrg)
    watcher.reads()
    (told,) = watcher.told(Paired, "reconciler", 0)
    assert {pair.mailbox: pair.shard for pair in told.pairs} == {MIKE: 0, JOHN: 0}


def test_a_shard_that_has_not_answered_is_asked_again_with_the_next_run() -> None:  # ruling 6
    watcher = firm()
    watcher.hear(Forgot("registry", 0))
    watcher.due()
    wish = next(one.wish for one in watcher.told(Again, "reconciler", 0))
    watcher.hear(Homes(wish, 0, 0, 1))
    watcher.due()
    assert watcher.told(Again, "reconciler", 0) == []
    assert watcher.told(Again, "reconciler", 1) == [Again(wish, "salesforce-watcher", 1)]
    watcher.hear(Homes(wish, 1, 0, 1))
    (watcher.order,) = watcher.asked(ReadOrg)
    watcher.reads()
    assert [one.run for one in watcher.told(ReadDone, "reconciler", 1)] == ["run-2", "run-3"]


def test_a_shard_that_loses_its_memory_before_it_has_answered_is_asked_again() -> None:  # ruling 6
    """No run comes that would ask it: one waits for its answer."""
    watcher = firm()
    watcher.hear(Forgot("registry", 0))
    watcher.due()
    wish = next(one.wish for one in watcher.told(Again, "reconciler", 1))
    watcher.hear(Homes(wish, 0, 0, 1))
    watcher.hear(Again("w1", "reconciler", 1))
    assert watcher.told(Again, "reconciler", 1) == [Again(wish, "salesforce-watcher", 1)]
    watcher.hear(Homes(wish, 1, 0, 1))
    assert len(watcher.asked(ReadOrg)) == 1


def test_a_firm_of_one_shard_keeps_no_row_for_it() -> None:
    watcher = Watcher()
    watcher.reads(row())
    assert [key for key in watcher.rows if key.startswith("home/")] == []

"""A run of the watcher: what it reads, what of it is news, to whom it is said, how it ends."""

import pytest

from contracts.control import RunDue
from contracts.observed import Homes, Mailboxes, Observed, Paired, ReadDone, Undirected, Unreadable
from contracts.person import People, Person
from contracts.policy import Direction, Policy
from contracts.status import Problem
from services.clients.salesforce.row import Cursors, OrgRound, OrgUser
from services.kernel.decision import Forgot, Undone
from services.salesforce_watcher.pair import shard_of
from services.salesforce_watcher.rows import OrgRead, OrgUnread, ReadOrg, RowsLooked
from tests.decisions.life import NOW
from tests.decisions.salesforce_watcher.org import JOHNS, MAILBOXES, MIKE, MIKES, TWO_WAY, Watcher, row

SHARDS = Policy(enabled=True, direction=Direction.TWO_WAY, shards=4)
STRANGER = "005-nobody"
ORDER = ReadOrg(Cursors(), NOW.date())
BROUGHT = OrgRead(OrgRound((), (), (), Cursors(), NOW))


def test_an_event_is_said_to_its_owners_shard() -> None:  # ruling 22
    watcher = Watcher(SHARDS)
    watcher.reads(row("00U1"), row("00U2", owner=JOHNS), row("00U3", owner=STRANGER))
    expected = {"00U1": shard_of(MIKE, 4), "00U2": shard_of("mailbox-john", 4), "00U3": shard_of(STRANGER, 4)}
    said = {item.id: shard for shard in range(4) for one in watcher.told(Observed, "reconciler", shard)
            for item in one.items}  # fmt: skip
    assert said == expected
    assert {item.id: item.mailbox for item in watcher.items()} == {"00U1": MIKE, "00U2": "mailbox-john", "00U3": ""}
    assert len(watcher.done()) == 4, "every shard hears that the reading is done"


def test_the_end_of_a_run_counts_each_shards_messages() -> None:
    watcher = Watcher(SHARDS)
    watcher.reads(*(row(f"00U{n}") for n in range(250)))
    mine = shard_of(MIKE, 4)
    counts = [watcher.told(ReadDone, "reconciler", shard)[0].messages for shard in range(4)]
    assert counts == [3 if shard == mine else 0 for shard in range(4)]
    assert len(watcher.told(Observed)) == 3


def test_what_the_look_back_brings_again_is_no_news() -> None:  # SFD-02, SFD-03, CON-24
    watcher = Watcher()
    assert len(watcher.reads(row("00U1"), row("00U2"))) == 2
    watcher.later(minutes=1)
    assert [item.id for item in watcher.reads(row("00U1"), row("00U2", "b"), row("late"))] == ["00U2", "late"]
    watcher.later(minutes=1)
    assert watcher.reads(row("00U1"), row("00U2", "b")) == []


def test_the_cursors_of_a_run_are_those_that_the_last_one_ended_with() -> None:  # SFD-12
    watcher = Watcher()
    watcher.reads()
    ended = watcher.salesforce.isoformat()
    watcher.later(minutes=15)
    (order,) = watcher.due()
    assert order.cursors.events == ended
    assert str(order.since) == "2026-01-31"


@pytest.mark.parametrize("ours", [True, False])
def test_a_deleted_event_has_vanished_and_who_has_deleted_it_is_said(ours: bool) -> None:  # X1, ruling 5
    watcher = Watcher()
    watcher.reads(row(event=None, deleted=True, ours=ours))
    (told,) = watcher.told(Observed)
    assert [(one.id, one.ours) for one in told.vanished] == [("00U1", ours)]


def test_an_invitees_copy_is_not_said() -> None:  # I1
    assert Watcher().reads(row(child=True)) == []


def test_an_unreadable_event_is_named_and_the_others_go_on() -> None:  # O5
    watcher = Watcher()
    assert len(watcher.reads(row("bad", event=None, error="no time"), row())) == 1
    assert [(one.id, one.mailbox) for one in watcher.told(Unreadable)] == [("bad", MIKE)]


def test_people_are_told_to_every_shard() -> None:  # M6
    watcher = Watcher(SHARDS)
    watcher.reads(people=tuple(Person(f"003-{n}") for n in range(250)))
    for shard in range(4):
        assert [len(one.people) for one in watcher.told(People, "reconciler", shard)] == [100, 100, 50]
    assert len({one.sequence for one in watcher.told(People)}) == 3


def test_pairs_are_told_to_pollers_and_reconcilers_when_they_are_news() -> None:
    watcher = Watcher()
    watcher.reads()
    assert [pair.user for pair in watcher.told(Paired, "graph-poller")[0].pairs] == [MIKES, JOHNS]
    assert watcher.told(Paired, "reconciler") == watcher.told(Paired, "graph-poller")
    watcher.reads()
    assert watcher.told(Paired) == []
    watcher.reads(users=(OrgUser(MIKES, "mike@firm.example", active=False),))
    assert [pair.user for pair in watcher.told(Paired, "graph-poller")[0].pairs] == ["", JOHNS]


def test_a_firm_without_mailboxes_has_nobody_paired_and_says_so_once() -> None:
    watcher = Watcher(directed=False)
    watcher.hear(Mailboxes(1, ()))
    watcher.reads(users=())
    assert watcher.told(Paired, "graph-poller") == [Paired(watcher.told(Paired)[0].sequence, ())]


def test_runs_wait_for_the_mailboxes() -> None:
    watcher = Watcher(directed=False)
    assert watcher.due() == []
    assert watcher.due() == []
    watcher.hear(Mailboxes(1, MAILBOXES))
    assert len(watcher.asked(ReadOrg)) == 1, "one read serves both"
    watcher.hear(OrgUnread("X", "broken"))
    assert [(done.run, done.failed) for done in watcher.done()] == [("run-1", ("org",)), ("run-2", ("org",))]


def test_runs_that_wait_for_mailboxes_in_vain_end() -> None:
    watcher = Watcher(directed=False)
    watcher.due()
    watcher.hear(Undirected("no consent", "run-1"))
    assert [done.failed for done in watcher.done()] == [("directory: no consent",)]
    watcher.hear(Mailboxes(1, MAILBOXES))
    assert not watcher.asked(ReadOrg), "nobody waits any more"


def test_a_run_is_over_that_is_heard_of_later_than_that_it_has_no_mailboxes() -> None:  # CUR-30
    watcher = Watcher(directed=False)
    watcher.hear(Undirected("no consent", "run-1"))
    watcher.due()
    assert [(done.run, done.failed) for done in watcher.done()] == [("run-1", ("directory",))]
    watcher.due()
    assert watcher.done() == [], "the next one has its own list to wait for"


def test_a_run_that_has_begun_since_waits_for_its_own_list_of_mailboxes() -> None:  # CUR-30
    """Else its poller, who can read the list by now, would wait to hear who is paired."""
    watcher = Watcher(directed=False)
    watcher.due()
    watcher.due()
    watcher.hear(Undirected("no consent", "run-1"))
    assert [done.run for done in watcher.done()] == ["run-1"]
    watcher.hear(Mailboxes(1, MAILBOXES))
    assert watcher.asked(ReadOrg)


def test_a_later_list_that_cannot_be_read_stops_no_run() -> None:
    watcher = Watcher()
    watcher.due()
    watcher.hear(Undirected("throttled", "run-1"))
    assert watcher.done() == []


def test_an_older_list_of_mailboxes_changes_nothing() -> None:  # design §2.3
    watcher = Watcher()
    watcher.reads()
    watcher.hear(Mailboxes(1, ()))
    assert watcher.told(Paired) == []


@pytest.mark.parametrize(("unread", "problem"), [
    pytest.param(OrgUnread("X", "broken", "mend it"), Problem("org", "X: broken", "mend it"), id="a person must act"),
    pytest.param(OrgUnread("", "throttled", heals=True), Problem("org", "throttled", heals=True), id="it heals"),
    *(pytest.param(Undone(one, "a mistake"), Problem("org", "set_aside: a mistake"), id=f"{name} was set aside")
      for name, one in (("it", ORDER), ("what was read", BROUGHT), ("what was looked at again", RowsLooked((), ())))),
])  # fmt: skip
def test_an_org_that_cannot_be_read_is_shown_and_ends_the_run(unread: OrgUnread, problem: Problem) -> None:  # O4
    watcher = Watcher()
    watcher.reads()
    watcher.due()
    watcher.hear(unread)
    assert watcher.row("problem/org", Problem) == problem
    assert watcher.done()[0].failed == ("org",)
    watcher.reads()
    assert watcher.row("problem/org", Problem) is None


def test_a_word_of_others_that_was_set_aside_says_nothing_about_the_org() -> None:  # O5
    watcher = Watcher()
    watcher.due()
    watcher.hear(Undone(Homes("", 0, 0, 1), "a mistake"))
    assert (watcher.row("problem/org", Problem), watcher.done()) == (None, [])


def test_an_org_that_was_never_read_lets_no_poller_wait() -> None:
    watcher = Watcher(SHARDS)
    watcher.due()
    watcher.hear(OrgUnread("X", "broken"))
    told = [watcher.told(Undirected, "graph-poller", shard) for shard in range(4)]
    assert told == [[Undirected("X: broken", "run-1")]] * 4


def test_an_org_that_cannot_be_read_after_a_loss_of_memory_lets_no_poller_wait() -> None:  # ruling 6
    """The pairing that is remembered is said anew only with a fresh read."""
    watcher = Watcher()
    watcher.reads()
    watcher.hear(Forgot("registry", 0))
    watcher.due()
    watcher.hear(OrgUnread("X", "broken"))
    assert watcher.told(Undirected, "graph-poller") == [Undirected("X: broken", "run-2")]


def test_a_paused_firm_is_not_read() -> None:  # D2
    watcher = Watcher()
    watcher.govern(TWO_WAY, active=False)
    watcher.hear(RunDue("run-1"))
    assert watcher.asked(ReadOrg) == []
    assert [(done.run, done.failed) for done in watcher.done()] == [("run-1", ("stopped",))]


def test_a_run_that_is_heard_of_before_its_policy_waits_for_that() -> None:  # D2, ruling 12
    """The broker fell when the firm had just resumed."""
    watcher = Watcher()
    watcher.govern(TWO_WAY, active=False)
    watcher.hear(RunDue("run-1", policy=watcher.said + 100))
    assert watcher.done() == [], "nobody is told that the firm is stopped"
    (wake,) = watcher.wakes()
    watcher.said += 100
    watcher.govern(TWO_WAY)
    watcher.hear(wake.body)
    assert watcher.asked(ReadOrg)


def test_sequences_only_grow_also_beyond_a_clock_that_goes_back() -> None:  # ruling 6
    watcher = Watcher()
    watcher.reads(row("00U1"))
    before = watcher.told(Observed)[0].sequence
    watcher.later(hours=-3)
    watcher.reads(row("00U1", "b"))
    assert watcher.told(Observed)[0].sequence > before


def test_users_come_with_the_first_read_and_stay() -> None:
    watcher = Watcher()
    watcher.reads()
    watcher.later(minutes=15)
    assert watcher.reads(row(), users=())[0].mailbox == MIKE

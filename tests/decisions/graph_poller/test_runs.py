"""A run of the poller: whom it reads, what it waits for, how it ends."""

from typing import Any

import pytest

from contracts.control import RunDue
from contracts.facts import MailboxState, Said
from contracts.observed import Made, Mailbox, Mailboxes, Observed, Pair, Paired, ReadDone, Undirected
from contracts.policy import Policy
from contracts.status import Problem
from services.clients.graph.seen import Round
from services.graph_poller.rows import (
    DirectoryRead,
    MailboxRead,
    Place,
    Prove,
    Proved,
    ReadDirectory,
    ReadMailbox,
    Root,
    Unread,
    View,
)
from services.kernel.decision import Undone
from tests.decisions.graph_poller.mailbox import (
    JOHN,
    MIKE,
    PAIRS,
    POLICY,
    SERIES,
    Poller,
    gone,
    master,
    removed,
    single,
    subjects,
    thin,
)

EMPTY = Round((), "c", fresh=False)


def brings(poller: Poller, mailbox: str, *rows: Any) -> None:
    poller.hear(MailboxRead(mailbox, Round(rows, "c", fresh=False), poller.order.view))


def states(poller: Poller) -> list[tuple[str, str]]:
    facts = [fact for said in poller.told(Said) for fact in said.facts]
    return [(fact.mailbox, fact.state) for fact in facts if isinstance(fact, MailboxState)]


def newborn(policy: Policy = POLICY) -> Poller:
    """A poller that does not know whose mailboxes there are."""
    poller = Poller(policy)
    for key in ("pairs", "reader"):
        poller.rows.pop(key)
    return poller


def test_a_run_reads_each_mailbox_once_and_is_done_after_the_last() -> None:
    poller = Poller()
    assert [order.mailbox for order in poller.due()] == [MIKE, JOHN]
    brings(poller, MIKE, *(single(f"s{n}") for n in range(250)))
    assert [len(one.items) for one in poller.told(Observed)] == [100, 100, 50]
    assert poller.told(ReadDone) == []
    brings(poller, JOHN, single())
    assert poller.told(ReadDone) == [ReadDone("run-1", "graph-poller", items=251, messages=4)]


def test_a_message_counts_in_the_oldest_run_that_waits_for_it() -> None:
    poller = Poller()
    poller.due()
    brings(poller, MIKE, single())
    (first,) = poller.told(Observed)
    poller.due()
    brings(poller, JOHN, single("s1"))
    (second,) = poller.told(Observed)
    brings(poller, MIKE, single("s2"))
    (third,) = poller.told(Observed)
    assert [one.run for one in (first, second, third)] == ["run-1", "run-1", "run-2"]
    assert poller.told(ReadDone) == [ReadDone("run-2", "graph-poller", items=2, messages=1)]


def test_sequences_only_grow_also_beyond_a_clock_that_goes_back() -> None:  # ruling 6, INB-24
    poller = Poller()
    poller.due()
    brings(poller, MIKE, *(single(f"s{n}") for n in range(250)))
    first = [one.sequence for one in poller.told(Observed)]
    poller.later(hours=-2)
    brings(poller, JOHN, single())
    numbers = [*first, *(one.sequence for one in poller.told(Observed))]
    assert numbers == sorted(set(numbers))


def test_a_mailbox_that_fails_does_not_stop_the_other() -> None:  # CUR-30, E3
    poller = Poller()
    poller.due()
    poller.hear(Unread(MIKE, "attention", "ErrorX: broken"))
    assert states(poller) == [(MIKE, "attention")]
    assert poller.row(f"problem/{MIKE}", Problem) == Problem(MIKE, "ErrorX: broken")
    brings(poller, JOHN, single())
    assert poller.told(ReadDone) == [ReadDone("run-1", "graph-poller", items=1, messages=1, failed=(MIKE,))]


@pytest.mark.parametrize(("unread", "state", "failed"), [
    pytest.param(Unread(MIKE, "waiting", "throttled"), "waiting", (MIKE,), id="one that heals waits"),
    pytest.param(Unread(MIKE, "paused", "reconnect needed"), "paused", (MIKE,), id="one that nobody may open"),
    pytest.param(Unread(MIKE, "excluded", "no mailbox"), "excluded", (), id="one that is none is no failure"),
    pytest.param(Undone(ReadMailbox(MIKE, "", View()), "a mistake"), "attention", (MIKE,), id="set aside"),
    pytest.param(Undone(MailboxRead(MIKE, Round((), "c2", fresh=False), View()), "a mistake"), "attention", (MIKE,),
                 id="what was read is set aside"),
    pytest.param(Undone(Proved(MIKE, {}, {}), "a mistake"), "attention", (MIKE,), id="what was proven is set aside"),
])  # fmt: skip
def test_an_unread_mailbox_ends_its_part_of_the_run(unread: Any, state: str, failed: tuple[str, ...]) -> None:
    poller = Poller()
    poller.due("mike@firm.example")
    poller.hear(unread)
    assert states(poller) == [(MIKE, state)]
    (done,) = poller.told(ReadDone)
    assert (done.failed, done.closed, done.part) == (failed, () if failed else (MIKE,), True)


def test_a_mailbox_that_works_again_is_healthy_and_keeps_its_place() -> None:  # O4
    poller = Poller()
    poller.reads(single(), fresh=True, cursor="c7")
    poller.due()
    poller.hear(Unread(MIKE, "waiting", "throttled"))
    assert poller.due()[0].cursor == "c7"
    brings(poller, MIKE)
    assert states(poller) == [(MIKE, "healthy")]
    assert poller.row(f"problem/{MIKE}", Problem) is None
    brings(poller, MIKE)
    assert states(poller) == [], "no news"


def test_a_failure_between_round_and_proof_reads_the_round_again() -> None:  # CUR-10
    poller = Poller()
    poller.reads(single(), fresh=True, cursor="c1")
    poller.reads(removed("s1"), cursor="c2")
    assert poller.asked(Prove)
    poller.hear(Unread(MIKE, "waiting", "throttled"))
    poller.hear(Proved(MIKE, {"s1": None}, {}))
    assert poller.heard().vanished == (), "a proof that comes too late proves nothing"
    assert poller.due()[0].cursor == "c1"
    assert poller.row(f"known/{MIKE}/s1", Root) is not None


def test_one_mailbox_can_be_synced_alone() -> None:  # D5
    poller = Poller()
    assert [order.mailbox for order in poller.due("John@Firm.example")] == [JOHN]
    brings(poller, JOHN)
    assert poller.told(ReadDone) == [ReadDone("run-1", "graph-poller", part=True)]


def test_a_run_that_has_nothing_to_read_is_done_at_once() -> None:
    poller = Poller()
    poller.due("nobody@firm.example")
    assert poller.told(ReadDone) == [ReadDone("run-1", "graph-poller", part=True)]


def test_a_newer_read_of_a_mailbox_ends_both_runs() -> None:  # CUR-34
    poller = Poller()
    poller.due()
    poller.due()
    brings(poller, MIKE, single())
    brings(poller, JOHN)
    assert [done.run for done in poller.told(ReadDone)] == ["run-1", "run-2"]
    assert [done.messages for done in poller.told(ReadDone)] == [1, 0], "each message is heard once"


def test_a_run_that_reads_from_the_beginning_is_not_over_with_a_round_of_before() -> None:  # D10
    """The firm paused while that round was proven. Where the mailbox cannot be read just then, the next run does."""
    poller = Poller()
    poller.reads(single("old"), fresh=True)
    poller.due()
    brings(poller, MIKE, removed("old"))
    (asked,) = poller.asked(Prove)
    assert [order.cursor for order in poller.due(fresh=True) if order.mailbox == MIKE] == [""]
    poller.hear(Proved(MIKE, dict.fromkeys(asked.ids), {}))
    assert poller.effects == ()
    poller.hear(Unread(MIKE, "waiting", "throttled"))
    assert [order.cursor for order in poller.due() if order.mailbox == MIKE] == [""]


def test_a_paused_firm_is_not_read() -> None:  # D2, AUT-13
    poller = Poller()
    poller.govern(POLICY, active=False)
    assert poller.due() == []
    assert [done.failed for done in poller.told(ReadDone)] == [("stopped",)], "and nobody waits for its run"


def test_a_run_that_is_heard_of_before_its_policy_waits_for_that() -> None:  # D2, ruling 12
    """The broker fell when the firm had just resumed."""
    poller = Poller()
    poller.govern(POLICY, active=False)
    due = RunDue("run-1", policy=poller.said + 100)
    poller.hear(due)
    assert poller.told(ReadDone) == [], "nobody is told that the firm is stopped"
    (wake,) = poller.wakes()
    assert (wake.body, wake.at > poller.now) == (due, True)
    poller.said += 100
    poller.govern(POLICY)
    poller.hear(wake.body)
    assert {order.mailbox for order in poller.asked(ReadMailbox)} == {MIKE, JOHN}


def test_what_we_made_ourselves_is_missed_like_anything_else() -> None:  # X1, CUR-03
    poller = Poller()
    poller.reads(single("old"), fresh=True)
    poller.hear(Made(MIKE, "made"))
    poller.reads(single("old"), fresh=True)
    assert poller.asked(Prove)[0].ids == ("made",)
    assert gone(poller.proves(made=None)) == ["made"]


def test_what_we_made_and_no_round_has_shown_is_looked_for() -> None:  # X1, CUR-03
    """Microsoft forgot its cursors when the event had been made and deleted, and before we heard that it was made."""
    poller = Poller()
    poller.reads(single("old"), fresh=True)
    poller.hear(Made(MIKE, "made"))
    poller.reads()
    assert poller.asked(Prove)[0].ids == ("made",)
    assert gone(poller.proves(made=None)) == ["made"]
    poller.reads()
    assert not poller.asked(Prove)


@pytest.mark.parametrize("first", [True, False], ids=["all of it there", "its first occurrence called off"])
def test_what_we_made_and_rounds_have_shown_as_a_series_is_told_from_the_beginning(first: bool) -> None:  # X1, ruling 2
    """Somebody made it to repeat before we heard that it was made."""
    days = ("2026-03-10", "2026-03-11")[not first :]
    poller = Poller()
    poller.reads(single("old"), master(), *map(thin, days), fresh=True)
    poller.hear(Made(MIKE, SERIES))
    assert [order.cursor for order in poller.due() if order.mailbox == MIKE] == [""]
    said = poller.brings(single("old"), master(), *map(thin, days), fresh=True)
    assert (sorted(subjects(said)), gone(said)) == ([*days, "old"], [SERIES]), "it is no single event"
    poller.reads()
    assert not poller.asked(Prove)


def test_what_we_made_is_not_looked_for_once_a_round_has_shown_it() -> None:  # X1
    poller = Poller()
    poller.reads(single("old"), fresh=True)
    poller.hear(Made(MIKE, "made"))
    for rows in ((single("made"),), ()):
        assert gone(poller.reads(*rows)) == []
        assert not poller.asked(Prove)


def test_what_we_made_is_looked_for_until_a_round_shows_it() -> None:  # X1
    """The round may have ended before it was made."""
    poller = Poller()
    poller.reads(single("old"), fresh=True)
    poller.hear(Made(MIKE, "made"))
    for _ in range(2):
        poller.reads()
        assert poller.asked(Prove)[0].ids == ("made",)
        assert gone(poller.proves(made=single("made"))) == []
    poller.reads(single("made"))
    poller.reads()
    assert not poller.asked(Prove)


def test_what_we_made_and_somebody_moved_out_of_sight_is_missed_when_it_is_deleted_there() -> None:  # X1, D9
    """Practifi still shows it where it was; it is asked for once, and again when a whole round does not show it."""
    poller = Poller()
    poller.reads(single("old"), fresh=True)
    poller.hear(Made(MIKE, "made"))
    poller.reads()
    assert gone(poller.proves(made=single("made", "2036-01-01"))) == []
    poller.reads()
    assert not poller.asked(Prove)
    poller.reads(single("old"), fresh=True)
    assert gone(poller.proves(made=None)) == ["made"]


def test_the_first_run_waits_for_the_mailboxes() -> None:
    poller = newborn()
    assert poller.due() == []
    assert poller.asked(ReadDirectory)
    poller.hear(DirectoryRead((Mailbox(MIKE, "mike@firm.example"),)))
    assert poller.told(Mailboxes, "salesforce-watcher")[0].mailboxes[0].id == MIKE
    poller.hear(Paired(5, PAIRS))
    assert [order.mailbox for order in poller.asked(ReadMailbox)] == [MIKE, JOHN]


def test_the_directory_is_the_first_shards_business_and_old_after_an_hour() -> None:  # M6
    poller = newborn()
    poller.due(shard=1)
    assert not poller.asked(ReadDirectory)
    for hours, reads in ((0, True), (0.5, False), (0.6, True)):
        poller.later(hours=hours)
        poller.due()
        assert bool(poller.asked(ReadDirectory)) is reads


@pytest.mark.parametrize("unread", [
    pytest.param(Unread("directory", "paused", "no consent"), id="nobody may open it"),
    pytest.param(Undone(DirectoryRead(()), "a mistake"), id="what was read is set aside"),
])  # fmt: skip
def test_a_directory_that_cannot_be_read_lets_nobody_wait(unread: Any) -> None:
    policy = Policy(enabled=True, shards=2)
    first, second = newborn(policy), newborn(policy)
    first.due()
    second.due(shard=1)
    first.hear(unread)
    assert first.told(ReadDone)[0].failed == ("directory",)
    assert first.told(Undirected, "salesforce-watcher")
    (word,) = first.told(Undirected, "graph-poller", shard=1)
    assert word.run == "run-1"
    second.hear(word)
    assert second.told(ReadDone)[0].failed == ("directory",)
    first.due()
    assert first.asked(ReadDirectory), "the next run asks again"


def test_a_run_is_over_that_is_heard_of_later_than_that_nobody_is_paired_in_it() -> None:  # CUR-30
    poller = newborn()
    poller.hear(Undirected("the org is away", "run-1"))
    poller.due()
    assert poller.told(ReadDone) == [ReadDone("run-1", "graph-poller", failed=("directory",), blind=True)]
    poller.due()
    assert poller.told(ReadDone) == [], "the next one has its own pairs to wait for"
    poller.hear(Paired(5, PAIRS))
    assert [order.mailbox for order in poller.asked(ReadMailbox)] == [MIKE, JOHN]


def test_an_older_list_of_pairs_changes_nothing() -> None:  # design §2.3
    poller = Poller()
    poller.hear(Paired(0, ()))
    assert [order.mailbox for order in poller.due()] == [MIKE, JOHN]


def test_a_mailbox_without_a_user_is_not_read_and_says_why() -> None:  # M7
    poller = Poller()
    poller.hear(Paired(2, (Pair(MIKE, 0, reason="nobody has this address"), PAIRS[1])))
    (said,) = poller.told(Said, "feed")
    assert said.facts == (MailboxState(MIKE, "excluded", "nobody has this address"),)
    assert [order.mailbox for order in poller.due()] == [JOHN]
    assert poller.row(f"place/{MIKE}", Place) == Place(state="excluded")


@pytest.mark.parametrize("fresh", [False, True], ids=["", "it was to be read from the beginning"])
def test_a_mailbox_that_has_no_user_any_more_is_said_to_be_closed(fresh: bool) -> None:  # M7, ruling 5
    poller = Poller()
    poller.reads(single(), fresh=True)
    if fresh:
        poller.due(fresh=True)
        poller.hear(Unread(MIKE, "waiting", "it broke off"))
        poller.hear(MailboxRead(JOHN, Round((), "c1", fresh=True), poller.order.view))
    poller.hear(Paired(2, (Pair(MIKE, 0), PAIRS[1], Pair("never-read", 0))))
    poller.due()
    poller.hear(MailboxRead(JOHN, Round((), "c1", fresh=True), poller.order.view))
    done = poller.told(ReadDone)[-1]
    assert (done.closed, done.part) == ((MIKE,), False)


@pytest.mark.parametrize("meanwhile", [(Pair(MIKE, 0), PAIRS[1]), PAIRS[1:]], ids=["no user", "unnamed"])
def test_a_mailbox_that_has_its_user_again_is_read_from_the_beginning(meanwhile: tuple[Pair, ...]) -> None:  # M7
    poller = Poller()
    poller.reads(single(), fresh=True)
    poller.due()
    poller.hear(Paired(2, meanwhile))
    poller.brings(single("s2"), cursor="c2")  # it was being read, and nobody has it now
    poller.hear(Paired(3, PAIRS))
    assert [(order.mailbox, order.cursor) for order in poller.due()] == [(MIKE, ""), (JOHN, "")]
    assert sorted(subjects(poller.brings(single(), single("s2"), fresh=True, cursor="c3"))) == ["s1", "s2"]
    assert poller.due()[0].cursor == "c3"

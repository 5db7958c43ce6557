"""A shard that has lost its memory begins anew from both sides, and makes nothing before it has heard all of them; what
others have forgotten of its words it says again."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from contracts.calendar import CalendarEvent, Sensitivity, Side
from contracts.control import Again
from contracts.meeting import Meeting
from contracts.observed import Item, Observed, ReadDone, Vanished
from contracts.policy import Direction, Policy
from contracts.write import Cause, Erase, Order, Write
from services.kernel.decision import Forgot
from services.kernel.micros import micros
from services.reconciler.link import minted
from services.reconciler.rows import State
from tests.decisions.reconciler.shard import (
    ANN,
    INWARD,
    JOHN,
    JOHNS,
    MICROSOFT,
    MIKE,
    NOW,
    PAIRS,
    PRACTIFI,
    SHOWN,
    STANDUP,
    TEN,
    TWO_WAY,
    Shard,
    guest,
    here,
    there,
    timed,
)  # fmt: skip

WHO = {MICROSOFT: "graph-poller", PRACTIFI: "salesforce-watcher"}
OURS = minted(MICROSOFT, MIKE, "m1")
THEIRS = minted(PRACTIFI, MIKE, "p1")
RUN = "run-x"


def forgetful(sender: str = "salesforce-watcher") -> Shard:
    """A shard that has just heard that it forgot something, and knows again who belongs to whom."""
    shard = Shard()
    shard.paired()
    shard.hear(Forgot(sender, 0))
    shard.hear(PAIRS)
    shard.facts.clear()
    return shard


def tells(shard: Shard, side: Side, *items: Item | Vanished, whole: bool = True, again: str | None = None) -> None:
    """A reader says how a side is, because it was asked to; with that it has said all of it, if this is the `whole`."""
    wish = shard.asked[WHO[side]].wish if again is None else again
    shard.sequence += 1
    seen = tuple(one for one in items if isinstance(one, Item))
    gone = tuple(one for one in items if isinstance(one, Vanished))
    shard.hear(Observed(side, shard.sequence, seen, gone, again=wish))
    if whole:
        done(shard, side, messages=1, again=wish)
    hears_what_waited(shard)


def hears_what_waited(shard: Shard) -> None:
    """What came before Practifi was heard."""
    while shard.early and "again/practifi" not in shard.rows:
        shard.hear(shard.early.pop(0))


def test_microsoft_waits_until_practifi_has_told_the_names_of_all_pairs() -> None:  # ruling 5, D1
    """Also where nothing is written to Practifi, so that what only Microsoft has is none of ours."""
    shard = forgetful()
    shard.set_policy(replace(TWO_WAY, direction=Direction.PRACTIFI_TO_MICROSOFT))
    tells(shard, MICROSOFT, here())
    assert shard.links() == []
    tells(shard, PRACTIFI, there(stamp=OURS, edited=False))
    (link,) = shard.links()
    assert (link.microsoft and link.microsoft.id, link.practifi and link.practifi.id) == ("m1", "p1")
    assert shard.orders == []


def written(shard: Shard) -> list[Order]:
    """The orders that are out, but for our word on an Event."""
    return [one for one in shard.orders if not (isinstance(one, Write) and one.target and not one.fields)]


def done(shard: Shard, side: Side, run: str = RUN, **more: Any) -> None:
    told = more.pop("told", more.get("messages", 0) if more.get("again") else 0)
    shard.hear(ReadDone(run, WHO[side], told=told, **more), f"{WHO[side]}/acme/0")


def test_everything_is_forgotten_and_both_readers_are_asked() -> None:  # ruling 6
    shard = forgetful()
    assert shard.links() == []
    assert {name: (wish.service, wish.shard) for name, wish in shard.asked.items()} == dict.fromkeys(
        ("graph-poller", "salesforce-watcher", "registry"), ("reconciler", 0)
    )


def test_the_other_shards_are_asked_for_their_meetings() -> None:  # ruling 21
    shard = Shard(replace(TWO_WAY, shards=3))
    shard.hear(Forgot("writer", 1, 1))
    assert {name for name in shard.asked if name.startswith("reconciler")} == {"reconciler/0", "reconciler/2"}


@pytest.mark.parametrize("first", Side)
def test_both_halves_find_each_other_and_nothing_is_written(first: Side) -> None:  # ruling 5, IDN-15
    shard = forgetful()
    halves = {MICROSOFT: here(), PRACTIFI: there(stamp=OURS, edited=False)}
    for side in (first, first.other):
        tells(shard, side, halves[side])
    assert shard.orders == []
    (link,) = shard.links()
    assert (link.id, link.microsoft and link.microsoft.id, link.practifi and link.practifi.id) == (OURS, "m1", "p1")
    shard.see(here(replace(STANDUP, subject="Daily"), mark="m-b"))
    assert shard.take().side is PRACTIFI


@pytest.mark.parametrize("first", Side)
def test_what_turned_private_just_before_leaves_no_text_in_practifi(first: Side) -> None:  # P2, ruling 20
    shard = forgetful()
    hidden = CalendarEvent(STANDUP.when, subject="Private appointment", sensitivity=Sensitivity.PRIVATE)
    halves = {MICROSOFT: here(hidden, redacted=True), PRACTIFI: there(stamp=OURS, people=(ANN,))}
    for side in (first, first.other):
        tells(shard, side, halves[side])
    purge = shard.take()
    assert isinstance(purge, Write)
    assert (purge.side, set(purge.fields)) == (PRACTIFI, {"subject", "location", "sensitivity"})
    assert (purge.event.subject, purge.event.location, purge.people) == ("Private appointment", "", ())


def test_what_practifi_lacks_is_made_only_when_all_of_practifi_was_heard() -> None:  # ruling 5
    shard = forgetful()
    tells(shard, MICROSOFT, here())
    tells(shard, PRACTIFI, whole=False)
    assert shard.orders == []
    done(shard, PRACTIFI, messages=1, again=shard.asked["salesforce-watcher"].wish)
    hears_what_waited(shard)
    assert shard.take().side is PRACTIFI


def test_what_a_reader_says_that_knows_of_nothing_makes_no_side_known() -> None:  # ruling 6
    shard = forgetful()
    tells(shard, MICROSOFT, here())
    tells(shard, PRACTIFI, again="")
    assert shard.orders == [], "it had read before it was asked"
    tells(shard, PRACTIFI, there(stamp=OURS, edited=False), whole=False, again="")
    done(shard, PRACTIFI, run="run-y", messages=1, again=shard.asked["salesforce-watcher"].wish)
    assert shard.orders == [], "one message that counts is still under way"


def test_a_run_that_begins_too_early_settles_and_is_begun_again() -> None:  # ruling 6
    """The next interval may be a day away."""
    shard = forgetful()
    shard.runs_asked = 0
    done(shard, MICROSOFT, messages=7)
    done(shard, PRACTIFI, messages=7)
    assert ([one.run for one in shard.settled], shard.runs_asked) == ([RUN], 2)
    for side in Side:
        done(shard, side, "run-y", again=shard.asked[WHO[side]].wish)
    assert shard.runs_asked == 2, "this one has told all"


def test_a_run_in_which_practifi_was_read_too_early_is_over_and_begun_again() -> None:  # ruling 6
    """What Microsoft has waits for Practifi, and the next run would wait for this one."""
    shard = forgetful()
    shard.runs_asked = 0
    tells(shard, MICROSOFT, here())
    done(shard, PRACTIFI)
    assert ([one.run for one in shard.settled], shard.runs_asked) == ([RUN], 1)
    tells(shard, PRACTIFI, there(stamp=OURS, edited=False), whole=False)
    done(shard, PRACTIFI, run="run-y", messages=1, again=shard.asked["salesforce-watcher"].wish)
    hears_what_waited(shard)
    done(shard, MICROSOFT, run="run-y", again=shard.asked["graph-poller"].wish)
    assert ([one.run for one in shard.settled], len(shard.links())) == ([RUN, "run-y"], 1)


def test_a_run_that_could_not_read_the_org_is_over_although_microsoft_waits_for_that() -> None:  # ruling 6
    shard = forgetful()
    shard.hear(Observed(MICROSOFT, 90, (here(),), again=shard.asked["graph-poller"].wish))
    done(shard, MICROSOFT, messages=1, again=shard.asked["graph-poller"].wish)
    assert shard.settled == []
    done(shard, PRACTIFI, failed=("org",), again=shard.asked["salesforce-watcher"].wish)
    assert [settled.run for settled in shard.settled] == [RUN]
    done(shard, MICROSOFT, run="run-y", again=shard.asked["graph-poller"].wish)
    shard.sequence += 1
    told = Observed(PRACTIFI, shard.sequence, (there(stamp=OURS, edited=False),))
    shard.hear(replace(told, again=shard.asked["salesforce-watcher"].wish))
    done(shard, PRACTIFI, run="run-y", messages=1, again=shard.asked["salesforce-watcher"].wish)
    assert "again/microsoft" in shard.rows, "what it told still waits"
    hears_what_waited(shard)
    assert "again/microsoft" not in shard.rows
    assert [settled.run for settled in shard.settled] == [RUN, "run-y"]
    assert (len(shard.links()), shard.orders) == (1, [])


def test_a_firm_that_is_stopped_makes_no_side_known_and_no_run_follows_the_other() -> None:  # ruling 5, A5
    shard = Shard(ready=False)
    shard.see(there(edited=True), side=PRACTIFI)
    done(shard, PRACTIFI, messages=1)
    done(shard, MICROSOFT, failed=("stopped",), blind=True)
    assert shard.orders == [], "it may be there already"
    shard.hear(Forgot("writer", 0))
    done(shard, MICROSOFT, "run-y", failed=("stopped",), blind=True)
    assert shard.runs_asked == 1, "the loss itself begins one"


def test_a_mailbox_that_could_not_be_read_the_first_time_takes_no_event_before_it_was() -> None:  # ruling 5, A5
    shard = Shard(ready=False)
    shard.see(there(edited=True), side=PRACTIFI)
    done(shard, PRACTIFI, messages=1)
    done(shard, MICROSOFT, failed=(MIKE,))
    assert shard.orders == [], "it may be there already"
    done(shard, PRACTIFI, "run-y")
    done(shard, MICROSOFT, "run-y")
    assert shard.take().side is MICROSOFT


def test_each_loss_has_a_wish_of_its_own_although_the_sign_is_the_same() -> None:  # ruling 6
    """What was read for the first one is not told once more, so that it does not stand for the second."""
    shard = Shard()
    wishes = set()
    for hour in (1, 2):
        shard.said, shard.now = 100, NOW + timedelta(hours=hour)
        shard.rows.pop("anew", None)
        shard.hear(Forgot("writer", 0))
        wishes |= {shard.asked[reader].wish for reader in WHO.values()}
        shard.hear(PAIRS)
        tells(shard, PRACTIFI)
        tells(shard, MICROSOFT)
        assert "again/microsoft" not in shard.rows
    assert len(wishes) == 2


def test_a_mailbox_that_could_not_be_read_takes_no_event_before_it_was() -> None:  # ruling 5, A5
    shard = forgetful()
    tells(shard, PRACTIFI, there(edited=True))
    done(shard, MICROSOFT, failed=(MIKE,), again=shard.asked["graph-poller"].wish)
    shard.set_policy(TWO_WAY, consents=1)
    assert shard.orders == [], "it may be there already"
    shard.sequence += 1
    shard.hear(Observed(MICROSOFT, shard.sequence, (here(stamp=f"{THEIRS}-g0"),), again="later"))
    done(shard, PRACTIFI, run="run-y")
    done(shard, MICROSOFT, run="run-y", messages=1)
    assert shard.orders == []
    (link,) = shard.links()
    assert (link.microsoft and link.microsoft.id, link.practifi and link.practifi.id) == ("m1", "p1")


@pytest.mark.parametrize("direction", [Direction.TWO_WAY, Direction.MICROSOFT_TO_PRACTIFI])
def test_the_copy_of_a_meeting_made_in_practifi_is_no_event_also_where_sync_goes_one_way_now(
    direction: Direction,
) -> None:  # rulings 5, 18, 19
    shard = forgetful()
    shard.set_policy(replace(TWO_WAY, direction=direction))
    tells(shard, PRACTIFI, there(stamp=THEIRS, edited=False, people=(JOHNS,)))
    meeting = replace(STANDUP, organizer="mike@firm.example", attendees=guest("john@firm.example"))
    copy, own = here(meeting, name="j1", mailbox=JOHN, uid="u1", mine=False), here(meeting, stamp=THEIRS, uid="u1")
    tells(shard, MICROSOFT, copy, own)
    assert written(shard) == []
    assert sorted(link.state for link in shard.links()) == [State.ACTIVE, State.COPY]


def test_an_event_made_in_practifi_that_has_become_a_series_is_its_first_one() -> None:  # rulings 2, 5
    shard = forgetful()
    tells(shard, PRACTIFI, there(stamp=THEIRS))
    tells(shard, MICROSOFT, here(name="o1", series="m1", slot="2026-03-09"))
    assert shard.orders == []
    shard.see(Vanished("p1", MIKE), side=PRACTIFI)
    erase = shard.take()
    assert isinstance(erase, Erase)
    assert erase.target == "o1"


def test_an_event_made_in_practifi_is_no_other_event_of_the_same_time() -> None:  # ruling 1
    """Only an occurrence bears no name of ours."""
    shard = forgetful()
    tells(shard, PRACTIFI, there(stamp=THEIRS))
    tells(shard, MICROSOFT, here(name="m2"))
    assert len(shard.links()) == 2


def test_a_mailbox_that_could_not_be_read_finds_its_events_when_it_can_be() -> None:  # rulings 2, 5
    """Although their names do not tell it, and although all the other mailboxes were heard long ago."""
    shard = forgetful()
    tells(shard, PRACTIFI, there(stamp="0" * 64, edited=False))
    done(shard, MICROSOFT, failed=(MIKE,), again=shard.asked["graph-poller"].wish)
    shard.see(here())
    done(shard, PRACTIFI, run="run-y")
    done(shard, MICROSOFT, run="run-y", messages=1)
    assert shard.orders == []
    (link,) = shard.links()
    assert (link.microsoft and link.microsoft.id, link.practifi and link.practifi.id) == ("m1", "p1")


def test_what_only_practifi_has_waits_for_consent_and_is_said() -> None:  # A5, ruling 16
    """It was made just now, or deleted in Microsoft just now: nobody knows."""
    shard = forgetful()
    tells(shard, MICROSOFT)
    tells(shard, PRACTIFI, there(edited=True))
    assert (written(shard), shard.kinds()) == ([], ["Blocked"])
    shard.write(there(mark="p-word", edited=True))
    shard.set_policy(TWO_WAY, consents=1)
    order = shard.take()
    assert isinstance(order, Write)
    assert (order.side, order.target, order.cause) == (MICROSOFT, "", Cause.LOST)


def test_a_persons_edit_of_it_is_consent_enough() -> None:  # ruling 16
    shard = forgetful()
    tells(shard, MICROSOFT)
    tells(shard, PRACTIFI, there(edited=True))
    shard.write(there(mark="p-word", edited=True))
    shard.see(there(replace(SHOWN, subject="Daily"), mark="p-b", edited=True), side=PRACTIFI)
    order = shard.take()
    assert isinstance(order, Write)
    assert (order.side, order.cause, order.event.subject) == (MICROSOFT, Cause.EDIT, "Daily")


@pytest.mark.parametrize("policy", [TWO_WAY, INWARD], ids=["two ways", "to Practifi"])
def test_an_untouched_event_that_was_sent_before_all_was_forgotten_is_found_again(
    policy: Policy,
) -> None:  # D7, ruling 5
    shard = forgetful()
    shard.set_policy(policy)
    tells(shard, PRACTIFI, there(edited=False))
    sent = here(stamp=f"{THEIRS}-g0")
    tells(shard, MICROSOFT, sent)
    (link,) = shard.links()
    assert (link.microsoft and link.microsoft.id, link.practifi and link.practifi.id) == ("m1", "p1")
    assert (written(shard), [key for key in shard.rows if key.startswith("idle")]) == ([], [])
    shard.orders.clear()
    shard.see(replace(sent, event=replace(STANDUP, subject="Daily"), mark="m-b"))
    assert [(one.side, one.mailbox) for one in written(shard)] == [(PRACTIFI, MIKE)]


@pytest.mark.parametrize("first", Side)
def test_what_was_deleted_in_practifi_is_not_made_again(first: Side) -> None:  # ruling 5, X5
    shard = forgetful()
    halves = {MICROSOFT: here(), PRACTIFI: Vanished("p1", MIKE, stamp=OURS)}
    for side in (first, first.other):
        tells(shard, side, halves[side])
    assert shard.orders == []
    shard.see(here(replace(STANDUP, subject="Daily"), mark="m-b"))
    assert shard.orders == []


def test_an_event_that_lives_is_not_buried_by_an_older_one_of_its_name() -> None:  # ruling 5
    shard = forgetful()
    tells(shard, MICROSOFT, here())
    tells(shard, PRACTIFI, there(name="p2", stamp=OURS, edited=False), Vanished("p1", MIKE, stamp=OURS))
    assert shard.orders == []
    shard.see(here(replace(STANDUP, subject="Daily"), mark="m-b"))
    order = shard.take()
    assert isinstance(order, Write)
    assert order.target == "p2"


@pytest.mark.parametrize("first", Side)
def test_what_goes_in_microsoft_meanwhile_goes_in_practifi(first: Side) -> None:  # X1, X2
    shard = forgetful()
    halves = {MICROSOFT: Vanished("m1", MIKE), PRACTIFI: there(stamp=OURS, edited=False)}
    for side in (first, first.other):
        tells(shard, side, halves[side])
    order = shard.take()
    assert isinstance(order, Erase)
    assert (order.side, order.target) == (PRACTIFI, "p1")


def test_half_of_a_pair_that_microsoft_does_not_show_is_said_and_left_alone() -> None:  # X2, E8
    shard = forgetful()
    tells(shard, PRACTIFI, there(stamp=OURS, edited=False))
    assert shard.kinds() == []
    tells(shard, MICROSOFT)
    assert (written(shard), shard.kinds()) == ([], ["Blocked"])


def test_another_sign_changes_nothing_while_all_is_on_its_way() -> None:
    shard = forgetful("writer")
    tells(shard, PRACTIFI, there(stamp=OURS, edited=False), whole=False)
    before = dict(shard.asked)
    shard.hear(Forgot("registry", 0))
    assert (len(shard.links()), shard.asked) == (1, before)


def test_a_loss_that_is_made_good_is_not_made_good_again_because_somebody_tells_it_late() -> None:  # ruling 6
    shard = forgetful()
    tells(shard, PRACTIFI, there(stamp=OURS, edited=False))
    tells(shard, MICROSOFT, here())
    shard.asked.clear()
    shard.now = NOW + timedelta(hours=1)
    shard.hear(Forgot("writer", 0), receipted=micros(NOW - timedelta(minutes=1)))
    assert (len(shard.links()), shard.asked) == (1, {})
    shard.hear(Forgot("writer", 0), receipted=micros(NOW + timedelta(minutes=1)))
    assert (len(shard.links()), shard.asked.keys()) == (0, {*WHO.values(), "registry"}), "this is another one"


def test_a_reader_whose_words_are_missing_is_asked_once_more() -> None:  # ruling 6
    shard = forgetful()
    tells(shard, PRACTIFI)
    tells(shard, MICROSOFT, here(), whole=False)
    old, shard.runs_asked = shard.asked["graph-poller"].wish, 0
    shard.hear(Forgot("graph-poller", 0))
    assert shard.asked["graph-poller"].wish != old
    assert shard.runs_asked == 1, "the one that goes on may wait for these words"
    assert len(shard.links()) == 1
    done(shard, MICROSOFT, messages=1, again=old)
    shard.see(there(name="p9", edited=True), side=PRACTIFI)
    assert shard.orders == [], "of Microsoft not all is known"


@pytest.mark.parametrize("first", ["the old one", "the new one"])
def test_what_a_change_of_owners_left_in_the_old_mailbox_is_erased_all_the_same(first: str) -> None:  # rulings 5, 14
    shard = forgetful()
    tells(shard, PRACTIFI, there(stamp=THEIRS, owner=JOHNS, mailbox=JOHN))
    both = [here(stamp=f"{THEIRS}-g0"), here(SHOWN, name="j1", mailbox=JOHN, stamp=f"{THEIRS}-g1")]
    tells(shard, MICROSOFT, *(both if first == "the old one" else reversed(both)))
    (erase,) = [one for one in shard.orders if isinstance(one, Erase)]
    assert (erase.mailbox, erase.target, erase.cause) == (MIKE, "m1", Cause.OWNER)
    assert shard.link(THEIRS).mailbox == JOHN
    assert {one.side for one in written(shard)} == {MICROSOFT}, "Practifi has it already"


def test_of_what_a_change_of_owners_left_the_later_one_stays_also_where_nothing_was_written() -> None:  # rulings 5, 14
    shard = forgetful()
    shard.set_policy(TWO_WAY, active=False)
    tells(shard, PRACTIFI, there(stamp=THEIRS, owner=JOHNS, mailbox=JOHN))
    tells(shard, MICROSOFT, here(stamp=f"{THEIRS}-g0"))
    shard.see(here(SHOWN, name="j1", mailbox=JOHN, stamp=f"{THEIRS}-g1"))
    shard.set_policy(TWO_WAY)
    (erase,) = written(shard)
    assert (erase.side, erase.mailbox, type(erase)) == (MICROSOFT, MIKE, Erase)


def test_a_writer_that_forgot_gets_its_orders_again() -> None:  # ruling 6
    shard = Shard()
    shard.see(here())
    lost = shard.take()
    shard.hear(Again("w", "writer"))
    again = shard.take()
    assert isinstance(again, Write)
    assert isinstance(lost, Write)
    assert again.order != lost.order
    assert again == replace(lost, order=again.order)
    shard.write(there(stamp=again.link, edited=False), again)
    shard.hear(Again("x", "writer"))
    assert shard.orders == []


def test_a_run_settles_although_its_order_was_given_twice() -> None:
    shard = Shard()
    shard.see(here())
    shard.take()
    shard.hear(Again("w", "writer"))
    shard.readers_done(RUN, messages=0)
    assert shard.settled == []
    shard.write(there(edited=False))
    assert [one.run for one in shard.settled] == [RUN]


def test_a_poller_that_forgot_is_told_what_is_believed_to_be_there() -> None:  # X2
    shard = Shard()
    shard.paired()
    shard.see(here(name="o1", series="s1", slot="2026-03-09"), here(name="o2", series="s1", slot="2026-03-16"))
    shard.see(here(name="m7", mailbox=JOHN), Vanished("m1", MIKE))
    shard.hear(Again("w", "graph-poller"))
    told = {one.mailbox: one.roots for one in shard.believed}
    assert told == {MIKE: {"s1": {"o1": "2026-03-09", "o2": "2026-03-16"}}, JOHN: {"m7": {"m7": ""}}}


def test_a_shard_that_forgot_is_told_of_the_meetings_that_are_here() -> None:  # ruling 21
    shard = Shard(replace(TWO_WAY, shards=2), now=NOW)
    shard.see(here(replace(STANDUP, attendees=guest("john@firm.example")), uid="u1"))
    shard.told.clear()
    shard.hear(Again("w", "reconciler", 1))
    ((to, own),) = shard.told
    assert (to, own.meetings) == (1, (Meeting("u1", OURS, MICROSOFT),))


def occurrence(day: str, **more: Any) -> Item:
    """One of a series, at ten on its day."""
    when = timed(datetime.fromisoformat(f"{day}T10:00:00+00:00"), zone="Europe/Warsaw")
    return here(replace(STANDUP, when=when), name=f"o-{day}", series="s1", slot=day, uid="u1", **more)


def test_a_single_event_that_became_a_series_keeps_its_event_without_a_memory() -> None:  # rulings 1, 2, 5
    shard = forgetful()
    name = minted(MICROSOFT, MIKE, "s1")
    tells(shard, PRACTIFI, there(replace(SHOWN, when=timed(TEN)), stamp=name, edited=False))
    tells(shard, MICROSOFT, occurrence("2026-03-09"))
    assert (shard.orders, [link.id for link in shard.links()]) == ([], [name])
    shard.see(replace(occurrence("2026-03-09", mark="m-c"), event=replace(STANDUP, subject="Daily")))
    order = shard.take()
    assert isinstance(order, Write)
    assert (order.side, order.target, order.link) == (PRACTIFI, "p1", name)


def test_a_series_whose_dates_have_moved_keeps_its_events_without_a_memory() -> None:  # rulings 1, 2, 5
    shard = forgetful()
    old = [minted(MICROSOFT, MIKE, "s1", day) for day in ("2026-03-08", "2026-03-15")]
    days = ("2026-03-09", "2026-03-16")
    theirs = [
        there(occurrence(day).event, name=f"p{number}", stamp=old[number], edited=False)
        for number, day in enumerate(days)
    ]
    tells(shard, PRACTIFI, *theirs)
    tells(shard, MICROSOFT, *(occurrence(day) for day in days))
    assert shard.orders == []
    assert {link.id: link.microsoft and link.microsoft.slot for link in shard.links()} == dict(
        zip(old, days, strict=True)
    )


def test_a_series_is_found_although_its_readers_last_word_came_first() -> None:  # O6, ruling 21
    shard = forgetful()
    name = minted(MICROSOFT, MIKE, "s1")
    tells(shard, PRACTIFI, there(replace(SHOWN, when=timed(TEN)), stamp=name, edited=False))
    done(shard, MICROSOFT, messages=1, again=shard.asked[WHO[MICROSOFT]].wish)
    tells(shard, MICROSOFT, occurrence("2026-03-09"), whole=False)
    assert (shard.orders, [link.id for link in shard.links()]) == ([], [name])


def test_which_of_two_it_is_a_person_has_to_say() -> None:  # ruling 5, E8
    shard = forgetful()
    twins = [there(name=f"p{number}", stamp=f"{number}" * 64, edited=False) for number in (1, 2)]
    tells(shard, PRACTIFI, *twins)
    tells(shard, MICROSOFT, here())
    assert (written(shard), "Blocked" in shard.kinds()) == ([], True)


def test_another_event_at_the_same_time_is_another() -> None:  # IDN-09
    shard = forgetful()
    tells(shard, PRACTIFI, there(stamp=OURS, edited=False))
    tells(shard, MICROSOFT, here(), here(replace(STANDUP, subject="Lunch"), name="m2"))
    order = shard.take()
    assert isinstance(order, Write)
    assert (order.side, order.target, order.event.subject) == (PRACTIFI, "", "Lunch")


@pytest.mark.parametrize("side", Side)
def test_a_reader_that_forgot_our_question_is_asked_anew(side: Side) -> None:  # ruling 6
    """Part of its answer may be lost with its memory: nobody waits for that."""
    shard = forgetful()
    old = shard.asked[WHO[side]].wish
    done(shard, side, messages=2, again=old, told=2)
    shard.hear(Again("w", WHO[side]))
    assert shard.asked[WHO[side]].wish != old
    for one in (PRACTIFI, MICROSOFT):
        tells(shard, one, whole=False)
        done(shard, one, run="run-y", messages=1, again=shard.asked[WHO[one]].wish, told=1)
    hears_what_waited(shard)
    assert not [key for key in shard.rows if key.startswith("again/")]
    shard.asked.clear()
    shard.hear(Again("x", WHO[side]))
    assert shard.asked == {}, "nothing is open"


def test_an_event_whose_making_was_forgotten_goes_with_the_one_in_microsoft() -> None:  # X1, ruling 6
    shard = Shard()
    shard.see(here())
    made = shard.take()
    shard.see(Vanished("m1", MIKE))
    shard.hear(Again("w", "writer"))
    assert shard.orders == []
    shard.see(there(stamp=made.link, edited=False), side=PRACTIFI)
    order = shard.take()
    assert isinstance(order, Erase)
    assert (order.side, order.target) == (PRACTIFI, "p1")


@pytest.mark.parametrize("again", ["w", None], ids=["an older question", "this question"])
@pytest.mark.parametrize("late", [True, False], ids=["the older run is heard of late", "in order"])
def test_a_newer_run_makes_no_side_known_while_something_of_an_older_one_waits(  # ruling 5, A5
    again: str | None, late: bool
) -> None:
    """Also where the reader had begun that one for an older question, and was asked this one meanwhile."""
    shard = forgetful()
    wish = shard.asked["graph-poller"].wish
    shard.hear(Observed(MICROSOFT, 90, (here(stamp=f"{THEIRS}-g0"),), again=wish))  # waits for Practifi
    older = {"messages": 1, "again": again or wish, "told": 0 if again else 1}
    if not late:
        done(shard, MICROSOFT, **older)
    shard.sequence += 1
    shard.hear(Observed(PRACTIFI, shard.sequence, (there(edited=True),), again=shard.asked["salesforce-watcher"].wish))
    done(shard, PRACTIFI, run="run-y", messages=1, again=shard.asked["salesforce-watcher"].wish)
    if late:
        done(shard, MICROSOFT, **older)
    done(shard, MICROSOFT, run="run-y", again=wish, told=1)
    assert (shard.orders, shard.kinds()) == ([], []), "it may be there already"
    hears_what_waited(shard)
    assert "again/microsoft" not in shard.rows
    (link,) = shard.links()
    assert (link.microsoft and link.microsoft.id, link.practifi and link.practifi.id) == ("m1", "p1")
    assert shard.orders == []

"""What a shard that has lost its memory makes of what both sides tell it anew: the halves of each pair find each other,
and nothing is made, erased or mailed for it."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from contracts.calendar import CalendarEvent, Sensitivity, Side, Timed
from contracts.control import Again
from contracts.observed import Item, Observed, Vanished
from contracts.policy import Direction, Policy
from contracts.write import ERASED, Cause, Erase, Outcomes, Refused, Why, Write
from services.reconciler.link import minted
from services.reconciler.rows import Look, State
from tests.decisions.reconciler.forgetful import (
    OURS,
    THEIRS,
    WHO,
    done,
    forgetful,
    hears_what_waited,
    occurrence,
    tells,
    written,
)
from tests.decisions.reconciler.shard import (
    ANN,
    BOOK,
    INWARD,
    JOHN,
    JOHNS,
    MICROSOFT,
    MIKE,
    MIKES,
    OUTWARD,
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
def test_what_became_recurring_just_before_is_marked_so_in_practifi(first: Side) -> None:  # R2, ruling 5
    """Nobody can have said otherwise there: what differs besides stays as it is."""
    shard = forgetful()
    halves = {MICROSOFT: here(replace(STANDUP, subject="New", recurrence="Daily")),
              PRACTIFI: there(stamp=OURS, edited=False)}  # fmt: skip
    for side in (first, first.other):
        tells(shard, side, halves[side])
    order = shard.take()
    assert isinstance(order, Write)
    assert (order.side, order.target, order.fields) == (PRACTIFI, "p1", ("recurrence",))
    assert shard.orders == []


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


def test_what_turned_private_while_our_word_on_its_event_was_written_leaves_no_text_either() -> None:  # P2, E8
    """It had not been shown since the loss."""
    shard = forgetful()
    hidden = CalendarEvent(STANDUP.when, subject="Private appointment", sensitivity=Sensitivity.PRIVATE)
    shown = there(stamp=OURS, edited=False)
    tells(shard, PRACTIFI, shown)
    tells(shard, MICROSOFT)
    word = shard.take()
    assert isinstance(word, Write)
    shard.see(here(hidden, redacted=True))
    shard.write(replace(shown, mark="p-b", status=word.status or ""), word)
    purge = shard.take()
    assert isinstance(purge, Write)
    assert (purge.side, set(purge.fields)) == (PRACTIFI, {"subject", "location", "sensitivity"})


@pytest.mark.parametrize("first", Side)
@pytest.mark.parametrize("inward", [True, False])
def test_what_a_stricter_rule_has_just_hidden_leaves_no_text_in_practifi(first: Side, inward: bool) -> None:
    """Both sides show a blank (P2, ruling 20)."""
    shard = forgetful()
    if not inward:
        shard.set_policy(OUTWARD)
    hidden = CalendarEvent(STANDUP.when, subject="Private appointment", sensitivity=Sensitivity.PRIVATE)
    there_still = there(hidden, stamp=OURS, redacted=True, exposed=True)
    halves = {MICROSOFT: here(hidden, redacted=True), PRACTIFI: there_still}
    for side in (first, first.other):
        tells(shard, side, halves[side])
    if not inward:
        assert not shard.orders
        shard.set_policy(TWO_WAY)
    purge = shard.take()
    assert isinstance(purge, Write)
    assert (purge.side, purge.people, purge.invitees) == (PRACTIFI, (), ())
    assert {"subject", "location", "body", "join_url", "attendee_count", "recurrence"} <= set(purge.fields)
    assert (purge.event.subject, purge.event.location) == ("Private appointment", "")
    shard.write(there(hidden, mark="p-b", stamp=OURS, redacted=True), purge)
    shard.see(there(hidden, mark="p-b", stamp=OURS, redacted=True), side=PRACTIFI)
    assert not shard.orders


def test_what_practifi_lacks_is_made_only_when_all_of_practifi_was_heard() -> None:  # ruling 5
    shard = forgetful()
    tells(shard, MICROSOFT, here())
    tells(shard, PRACTIFI, whole=False)
    assert shard.orders == []
    done(shard, PRACTIFI, messages=1, again=shard.asked["salesforce-watcher"].wish)
    hears_what_waited(shard)
    assert shard.take().side is PRACTIFI


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


def test_the_copy_of_a_private_meeting_made_in_practifi_is_no_event_either() -> None:  # rulings 5, 18, P1
    shard = forgetful()
    tells(shard, PRACTIFI, there(stamp=THEIRS, edited=False, people=(JOHNS,)))
    blank = CalendarEvent(STANDUP.when, "Private appointment", sensitivity=Sensitivity.PRIVATE)
    copy = here(blank, name="j1", mailbox=JOHN, uid="u1", mine=False, redacted=True)
    tells(shard, MICROSOFT, copy, here(blank, stamp=THEIRS, uid="u1", redacted=True))
    assert [one for one in shard.orders if one.mailbox == JOHN] == []
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


@pytest.mark.parametrize("edited", [True, False], ids=["touched by a person", "left alone"])
def test_wherever_that_was_moved_to_since_and_practifi_gets_its_rule(edited: bool) -> None:
    shard, moved = forgetful(), timed(TEN + timedelta(hours=1))  # rulings 1, 2, 5, R2
    tells(shard, PRACTIFI, there(edited=edited))
    first = replace(STANDUP, when=moved, recurrence="Daily")
    tells(shard, MICROSOFT, here(first, name="o1", series="m1", slot="2026-03-09", stamp=f"{THEIRS}-g0"))
    order = shard.take()
    assert isinstance(order, Write)
    assert (order.side, order.target, order.fields) == (PRACTIFI, "p1", ("recurrence",))


def test_a_half_that_an_old_word_of_its_reader_put_elsewhere_is_found_where_it_is() -> None:  # rulings 2, 5, 6
    """What the reader's store had still to say when it was copied comes first, and what it reads anew later."""
    shard, moved = forgetful(), timed(TEN + timedelta(hours=1))
    tells(shard, PRACTIFI, there(stamp=OURS, edited=False), whole=False, again="")
    tells(shard, PRACTIFI, there(replace(SHOWN, when=moved), mark="p-new", stamp=OURS, edited=False))
    tells(shard, MICROSOFT, here(replace(STANDUP, when=moved), name="o1", series="m1", slot="2026-03-09"))
    (link,) = shard.links()
    assert (link.microsoft and link.microsoft.id, link.practifi and link.practifi.id) == ("o1", "p1")


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
    shard.see(here(), run="run-y")
    done(shard, PRACTIFI, run="run-y")
    done(shard, MICROSOFT, run="run-y", messages=1)
    assert shard.orders == []
    (link,) = shard.links()
    assert (link.microsoft and link.microsoft.id, link.practifi and link.practifi.id) == ("m1", "p1")


@pytest.mark.parametrize("edited", [True, False])
@pytest.mark.parametrize("born", Side)
def test_what_is_typed_in_practifi_while_a_mailbox_cannot_be_read_goes_out_when_it_can_be(
    born: Side, edited: bool
) -> None:
    """Whether or not anybody had touched it since outbound was switched on."""
    shard, stamp = forgetful(), OURS if born is MICROSOFT else ""  # ruling 5, PRO-02, D7
    tells(shard, PRACTIFI, there(stamp=stamp, edited=edited))
    done(shard, MICROSOFT, failed=(MIKE,), again=shard.asked["graph-poller"].wish)
    typed = replace(SHOWN, subject="Daily", location="Room 2")
    shard.see(there(typed, mark="p-b", stamp=stamp), side=PRACTIFI)
    elsewhere = replace(STANDUP, location="Room 9")
    shard.see(here(elsewhere, stamp="" if stamp else f"{THEIRS}-g0"))
    order = shard.take()
    assert isinstance(order, Write)
    assert (order.side, order.target, order.fields) == (MICROSOFT, "m1", ("subject",)), "who knows which room is newer"
    assert order.event == replace(elsewhere, subject="Daily")


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


@pytest.mark.parametrize("old", [Vanished("p1", MIKE), there()], ids=["in the bin", "out of the bin"])
def test_an_event_and_the_one_that_was_made_in_its_place_are_told_at_once(old: Vanished | Item) -> None:  # rulings 1, 5
    shard = forgetful()
    tells(shard, PRACTIFI, there(name="p2", stamp=THEIRS), old)
    tells(shard, MICROSOFT, here(stamp=f"{THEIRS}-g0"))
    assert written(shard) == []
    link = shard.link(THEIRS)
    assert (link.microsoft and link.microsoft.id, link.practifi and link.practifi.id) == ("m1", "p2")


@pytest.mark.parametrize("first", Side)
def test_what_was_deleted_in_practifi_is_not_made_again(first: Side) -> None:  # ruling 5, X5
    shard = forgetful()
    halves = {MICROSOFT: here(), PRACTIFI: Vanished("p1", MIKE, stamp=OURS)}
    for side in (first, first.other):
        tells(shard, side, halves[side])
    assert shard.orders == []
    shard.see(here(replace(STANDUP, subject="Daily"), mark="m-b"))
    assert shard.orders == []


@pytest.mark.parametrize("back", ["after", "before"])
def test_what_we_had_erased_is_made_again_when_it_is_back_in_microsoft(back: str) -> None:  # ruling 5, REC-27
    """A series gets a date back that was called off before, or somebody takes an event out of the deleted ones."""
    shard = forgetful()
    tells(shard, MICROSOFT, *([here()] if back == "before" else []))
    tells(shard, PRACTIFI, Vanished("p1", MIKE, stamp=OURS, ours=True))
    if back == "after":
        shard.see(here())
    order = shard.take()
    assert isinstance(order, Write)
    assert (order.side, order.target) == (PRACTIFI, "")


@pytest.mark.parametrize("first", Side)
def test_what_was_deleted_and_is_taken_out_of_the_bin_can_be_deleted_again(first: Side) -> None:  # rulings 5, X1, X5
    shard = forgetful()
    halves = {MICROSOFT: here(), PRACTIFI: Vanished("p1", MIKE, stamp=OURS)}
    for side in (first, first.other):
        tells(shard, side, halves[side])
    shard.see(there(mark="p-b", stamp=OURS), side=PRACTIFI)
    shard.see(Vanished("p1", MIKE, stamp=OURS), side=PRACTIFI)
    erase = shard.take()
    assert isinstance(erase, Erase)
    assert (erase.side, erase.target) == (MICROSOFT, "m1")


@pytest.mark.parametrize(("stamp", "ours"), [("", False), (THEIRS, False), (THEIRS, True)],
                         ids=["never written by us", "written by us", "erased by us"])  # fmt: skip
def test_what_was_deleted_on_both_sides_and_is_taken_out_of_the_bin_is_made_in_microsoft_anew(
    stamp: str, ours: bool
) -> None:  # rulings 1, 5, X5
    shard = forgetful()
    tells(shard, PRACTIFI, Vanished("p1", MIKE, stamp=stamp, ours=ours))
    tells(shard, MICROSOFT)
    shard.see(there(mark="p-b", stamp=stamp), side=PRACTIFI)
    order = shard.take()
    assert isinstance(order, Write)
    assert (order.side, order.target, order.link) == (MICROSOFT, "", THEIRS)
    assert order.generation > 0, "the first one is gone in Microsoft, and would be missed at once"


@pytest.mark.parametrize("ours", [True, False], ids=["by us", "by a person"])
def test_what_was_taken_out_of_the_bin_just_before_the_loss_is_made_anew_if_it_was_erased(ours: bool) -> None:
    """In Microsoft by us, since its Event was in the bin. What a person has deleted there goes."""
    shard = forgetful()  # rulings 1, 5, X1, X5
    tells(shard, PRACTIFI, there())
    tells(shard, MICROSOFT)
    word = shard.take()
    assert isinstance(word, Write)
    shard.write(there(mark="p-b", status=word.status or ""), word)
    shard.set_policy(TWO_WAY, consents=1)
    shard.refuse(Why.GONE, code=ERASED if ours else "")
    order = shard.take()
    assert isinstance(order, Write if ours else Erase)
    assert (order.side, order.target) == ((MICROSOFT, "") if ours else (PRACTIFI, "p1"))
    assert not ours or order.generation > 0, "the first one is gone in Microsoft, and would be missed at once"


def test_what_is_heard_late_of_a_deletion_before_the_loss_deletes_nothing_in_microsoft() -> None:  # ruling 5, X2
    shard = forgetful()
    tells(shard, MICROSOFT, here())
    tells(shard, PRACTIFI)
    made = shard.take()
    shard.see(Vanished("p1", MIKE, stamp=made.link), side=PRACTIFI)
    shard.hear(Outcomes((Refused(made.order, made.link, PRACTIFI, Why.FORBIDDEN, "403", "because"),)))
    shard.round_done()
    assert [one for one in shard.orders if isinstance(one, Erase)] == []


def test_what_was_deleted_before_the_loss_does_not_stop_what_is_made_after_it() -> None:  # ruling 5, X2
    shard = forgetful()
    tells(shard, MICROSOFT, here())
    tells(shard, PRACTIFI)
    made = shard.take()
    assert isinstance(made, Write)
    assert (made.side, made.cause, made.since) == (PRACTIFI, Cause.LOST, None)


def test_a_pair_lives_although_what_stood_there_before_its_making_is_heard_to_be_gone() -> None:  # ruling 5
    shard = forgetful()
    tells(shard, MICROSOFT, here())
    tells(shard, PRACTIFI)
    made = shard.take()
    shard.see(Vanished("p1", MIKE, stamp=made.link), side=PRACTIFI)
    shard.write(there(name="p2", stamp=made.link, edited=False), made)
    shard.see(here(replace(STANDUP, subject="Daily"), mark="m-b"))
    order = shard.take()
    assert isinstance(order, Write)
    assert (order.side, order.target, order.event.subject) == (PRACTIFI, "p2", "Daily")


@pytest.mark.parametrize("first", Side)
def test_what_was_given_away_before_the_loss_gets_its_owner_back(first: Side) -> None:  # rulings 5, 14
    shard = forgetful()
    halves = {MICROSOFT: here(), PRACTIFI: there(stamp=OURS, owner=JOHNS, mailbox=JOHN, edited=False)}
    for side in (first, first.other):
        tells(shard, side, halves[side])
    order = shard.take()
    assert isinstance(order, Write)
    assert (order.side, order.target, order.owner) == (PRACTIFI, "p1", MIKES)


def test_what_an_old_order_makes_once_more_after_both_halves_were_deleted_is_erased() -> None:  # rulings 5, 6, X1
    shard = forgetful()
    tells(shard, PRACTIFI, Vanished("p1", MIKE, stamp=OURS))
    tells(shard, MICROSOFT, Vanished("m1", MIKE))
    shard.see(there(name="p2", stamp=OURS, edited=True), side=PRACTIFI)
    order = shard.take()
    assert isinstance(order, Erase)
    assert (order.side, order.target) == (PRACTIFI, "p2")


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


def test_the_same_where_the_event_in_practifi_has_been_given_away() -> None:  # X1, X2, ruling 14, O5
    shard = forgetful()
    tells(shard, PRACTIFI, there(stamp=OURS, owner=JOHNS, mailbox=JOHN, edited=False))
    tells(shard, MICROSOFT, Vanished("m1", MIKE))
    order = shard.take()
    assert isinstance(order, Erase)
    assert (order.side, order.target) == (PRACTIFI, "p1")


def test_half_of_a_pair_that_microsoft_does_not_show_is_said_and_left_alone() -> None:  # X2, E8
    shard = forgetful()
    tells(shard, PRACTIFI, there(stamp=OURS, edited=False))
    assert shard.kinds() == []
    tells(shard, MICROSOFT)
    assert (written(shard), shard.kinds()) == ([], ["Blocked"])


def test_what_the_policy_leaves_out_by_now_and_goes_in_microsoft_goes_in_practifi() -> None:  # X1, X2, INB-30
    shard = forgetful()
    tells(shard, PRACTIFI, there(stamp=OURS, edited=False))
    tells(shard, MICROSOFT)
    word = shard.take()
    assert isinstance(word, Write)
    shard.write(there(stamp=OURS, edited=False, status=word.status, mark="p-b"), word)
    shard.see(Vanished("m1", MIKE))
    order = shard.take()
    assert isinstance(order, Erase)
    assert (order.side, order.target) == (PRACTIFI, "p1")


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


def test_what_stands_in_a_closed_mailbox_is_erased_when_that_opens_where_it_was_made_for_a_new_owner() -> None:
    """Nobody remembered that it had been made for the owner before (rulings 5, 14)."""
    shard = forgetful()
    tells(shard, PRACTIFI, there(stamp=THEIRS, owner=JOHNS, mailbox=JOHN, edited=True))
    done(shard, MICROSOFT, failed=(MIKE,), again=shard.asked["graph-poller"].wish)
    (made,) = written(shard)
    assert (made.side, made.mailbox) == (MICROSOFT, JOHN)
    shard.orders.clear()
    shard.write(here(SHOWN, name="j1", mailbox=JOHN, stamp=f"{THEIRS}-g0"), made)
    shard.orders.clear()
    shard.see(here(stamp=f"{THEIRS}-g0"))
    (erase,) = written(shard)
    assert (type(erase), erase.mailbox, erase.target) == (Erase, MIKE, "m1")


def test_what_was_made_for_the_third_owner_is_not_made_again_while_that_mailbox_is_closed() -> None:
    """Of the first owner's event nobody can tell how often it was handed over since (rulings 5, 14, A5)."""
    shard = forgetful()
    tells(shard, PRACTIFI, there(stamp=THEIRS, owner=JOHNS, mailbox=JOHN, edited=True))
    tells(shard, MICROSOFT, here(stamp=f"{THEIRS}-g0"), whole=False)
    done(shard, MICROSOFT, messages=1, failed=(JOHN,), again=shard.asked["graph-poller"].wish)
    assert written(shard) == [], "it would mail all its guests once more"
    shard.see(here(SHOWN, name="j1", mailbox=JOHN, stamp=f"{THEIRS}-g2"))
    (erase,) = written(shard)
    assert (type(erase), erase.mailbox, erase.target) == (Erase, MIKE, "m1")


def test_what_was_not_made_yet_for_its_new_owner_is_made_when_that_mailbox_opens() -> None:  # rulings 5, 14
    shard = forgetful()
    tells(shard, PRACTIFI, there(stamp=THEIRS, owner=JOHNS, mailbox=JOHN, edited=True))
    tells(shard, MICROSOFT, here(stamp=f"{THEIRS}-g0"), whole=False)
    done(shard, MICROSOFT, messages=1, failed=(JOHN,), again=shard.asked["graph-poller"].wish)
    for side in (PRACTIFI, MICROSOFT):
        done(shard, side, "run-y")
    (made,) = written(shard)
    assert isinstance(made, Write)
    assert (made.side, made.mailbox, made.target) == (MICROSOFT, JOHN, "")


@pytest.mark.parametrize("first", ["the old one", "the new one"])
def test_who_gave_an_event_away_and_got_it_back_has_it_once(first: str) -> None:  # rulings 1, 5, 14
    """The first one had not been erased when the memory was lost."""
    shard = forgetful()
    tells(shard, PRACTIFI, there(stamp=THEIRS, edited=True))
    both = [here(stamp=f"{THEIRS}-g0"), here(SHOWN, name="m2", stamp=f"{THEIRS}-g2")]
    tells(shard, MICROSOFT, *(both if first == "the old one" else reversed(both)))
    (erase,) = written(shard)
    assert (type(erase), erase.side, erase.target) == (Erase, MICROSOFT, "m1")
    held = shard.link(THEIRS).microsoft
    assert held is not None
    assert held.id == "m2"


@pytest.mark.parametrize("first", ["the old one", "the new one"])
def test_an_event_that_was_handed_over_and_is_deleted_comes_back_for_neither_owner(first: str) -> None:
    """The old mailbox could not be read until now, and nobody remembers the Event (rulings 5, 14, X5)."""
    shard = forgetful()
    tells(shard, PRACTIFI)
    both = [here(stamp=f"{THEIRS}-g0"), here(SHOWN, name="j1", mailbox=JOHN, stamp=f"{THEIRS}-g1")]
    tells(shard, MICROSOFT, *(both if first == "the old one" else reversed(both)))
    (erase,) = written(shard)
    assert (erase.side, erase.mailbox, type(erase)) == (MICROSOFT, MIKE, Erase)
    assert shard.link(THEIRS).mailbox == JOHN


@pytest.mark.parametrize("first", ["the deletion", "the Event"])
def test_what_was_handed_over_and_deleted_just_before_the_loss_is_asked_for_and_not_made_anew(first: str) -> None:
    """Microsoft has seen that name in that mailbox, so that nobody is mailed (rulings 1, 5, 14, A5)."""
    shard = forgetful()
    event = there(stamp=THEIRS, owner=JOHNS, mailbox=JOHN, edited=True)
    deletion = Vanished("j1", JOHN, stamp=f"{THEIRS}-g1")
    if first == "the Event":
        tells(shard, PRACTIFI, event)
    tells(shard, MICROSOFT, deletion)
    if first == "the deletion":
        tells(shard, PRACTIFI, event)
    (asked,) = written(shard)
    assert isinstance(asked, Write)
    assert (asked.mailbox, asked.target, asked.generation) == (JOHN, "", 1)
    shard.orders[:] = [asked]
    shard.refuse(Why.GONE)
    (erase,) = written(shard)
    assert (type(erase), erase.side, erase.target) == (Erase, PRACTIFI, "p1")


def test_what_it_left_of_a_series_is_erased_once() -> None:  # rulings 2, 5, 14
    shard = forgetful()
    tells(shard, PRACTIFI, there(stamp=THEIRS, owner=JOHNS, mailbox=JOHN))
    first = here(name="o1", series="m1", slot="2026-03-09", stamp=f"{THEIRS}-g0")
    tells(shard, MICROSOFT, here(SHOWN, name="j1", mailbox=JOHN, stamp=f"{THEIRS}-g1"), first)
    shard.see(replace(first, mark="m-b"))
    (erase,) = written(shard)
    assert (type(erase), erase.mailbox, erase.target) == (Erase, MIKE, "o1")


def test_of_what_a_change_of_owners_left_the_later_one_stays_also_where_nothing_was_written() -> None:  # rulings 5, 14
    shard = forgetful()
    shard.set_policy(TWO_WAY, active=False)
    tells(shard, PRACTIFI, there(stamp=THEIRS, owner=JOHNS, mailbox=JOHN))
    tells(shard, MICROSOFT, here(stamp=f"{THEIRS}-g0"))
    shard.see(here(SHOWN, name="j1", mailbox=JOHN, stamp=f"{THEIRS}-g1"))
    shard.set_policy(TWO_WAY)
    (erase,) = written(shard)
    assert (erase.side, erase.mailbox, type(erase)) == (MICROSOFT, MIKE, Erase)


@pytest.mark.parametrize("direction", [Direction.TWO_WAY, Direction.PRACTIFI_TO_MICROSOFT])
def test_a_single_event_that_became_a_series_keeps_its_event_without_a_memory(
    direction: Direction,
) -> None:  # rulings 1, 2, 5
    shard = forgetful()
    shard.set_policy(replace(TWO_WAY, direction=direction))
    name = minted(MICROSOFT, MIKE, "s1")
    tells(shard, PRACTIFI, there(replace(SHOWN, when=timed(TEN)), stamp=name, edited=False))
    tells(shard, MICROSOFT, occurrence("2026-03-09"))
    assert (shard.orders, [link.id for link in shard.links() if link.microsoft]) == ([], [name])
    shard.set_policy(TWO_WAY)
    shard.see(replace(occurrence("2026-03-09", mark="m-c"), event=replace(STANDUP, subject="Daily")))
    order = shard.take()
    assert isinstance(order, Write)
    assert (order.side, order.target, order.link) == (PRACTIFI, "p1", name)


@pytest.mark.parametrize("later", [timedelta(minutes=30), timedelta(days=1)], ids=["at another time", "on other days"])
def test_so_it_does_where_it_was_moved_just_before_the_loss(later: timedelta) -> None:  # rulings 1, 2, 5
    shard, day = forgetful(), f"{TEN + later:%Y-%m-%d}"
    tells(shard, PRACTIFI, there(replace(SHOWN, when=timed(TEN)), stamp=minted(MICROSOFT, MIKE, "s1"), edited=False))
    first = replace(occurrence(day), event=replace(STANDUP, when=timed(TEN + later)))
    tells(shard, MICROSOFT, first, occurrence("2026-03-16"))
    made = [one for one in written(shard) if isinstance(one, Write) and not one.target]
    moved = [one for one in written(shard) if one not in made]
    assert [(type(one), one.side, one.target) for one in moved] == [(Write, PRACTIFI, "p1")]
    assert len(made) == 1


@pytest.mark.parametrize("past", [True, False])
def test_but_not_where_its_first_date_is_told_no_more(*, past: bool) -> None:  # rulings 2, 28, D9
    """It has left the window, or another date has an Event of its own."""
    shard = forgetful()
    old = timed(TEN - timedelta(days=60)) if past else timed(TEN)
    tells(
        shard, PRACTIFI, there(replace(SHOWN, when=old), name="p0", stamp=minted(MICROSOFT, MIKE, "s1"), edited=False),
        *weekly(*OLD)[past + 1 :],
    )  # fmt: skip
    tells(shard, MICROSOFT, *(occurrence(day) for day in OLD[1:]))
    assert [one for one in written(shard) if isinstance(one, Erase) or one.target] == []


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


OLD = ("2026-03-09", "2026-03-16", "2026-03-23")
NEW = ("2026-03-10", "2026-03-17", "2026-03-24")


def weekly(*days: str) -> list[Item]:
    """Events of Practifi on these days, which bear the names of the old dates of their series."""
    names = [minted(MICROSOFT, MIKE, "s1", day) for day in OLD]
    return [
        there(occurrence(day).event, name=f"p{number}", stamp=names[number], edited=False)
        for number, day in enumerate(days)
    ]


def left(*days: str) -> tuple[Vanished, ...]:
    return tuple(Vanished(f"o-{day}", MIKE, "s1", day) for day in days)


def moved(shard: Shard) -> dict[str, str]:
    """Which Event goes to which day."""
    writes = [one for one in shard.orders if isinstance(one, Write) and isinstance(one.event.when, Timed)]
    assert [one for one in shard.orders if one not in writes or one.side is MICROSOFT] == []
    return {one.target: one.event.when.start.date().isoformat() for one in writes if isinstance(one.event.when, Timed)}


def test_a_series_whose_dates_move_just_before_the_loss_moves_its_events() -> None:  # rulings 2, 5, R3
    """They are not erased and made anew: people have attached things to them."""
    shard = forgetful()
    tells(shard, PRACTIFI, *weekly(*OLD))
    tells(shard, MICROSOFT, *(occurrence(day) for day in NEW), *left(*OLD))
    assert moved(shard) == {f"p{number}": day for number, day in enumerate(NEW)}


def test_the_same_where_one_date_was_told_before() -> None:  # rulings 2, 5, O6
    shard = forgetful()
    tells(shard, PRACTIFI, *weekly(*OLD))
    tells(shard, MICROSOFT, occurrence(OLD[0]), whole=False, again="")
    tells(shard, MICROSOFT, *(occurrence(day) for day in NEW), *left(*OLD))
    assert moved(shard) == {f"p{number}": day for number, day in enumerate(NEW)}


def test_a_series_that_is_shorter_and_on_other_dates_just_before_the_loss_loses_its_last() -> None:  # rulings 2, 5
    shard = forgetful()
    tells(shard, PRACTIFI, *weekly(*OLD))
    tells(shard, MICROSOFT, *(occurrence(day) for day in NEW[:2]), *left(*OLD))
    erased = [one for one in shard.orders if isinstance(one, Erase)]
    assert [(one.side, one.target) for one in erased] == [(PRACTIFI, "p2")]
    shard.orders = [one for one in shard.orders if one not in erased]
    assert moved(shard) == {"p0": NEW[0], "p1": NEW[1]}


@pytest.mark.parametrize("showing", [OLD, NEW], ids=["not moved yet", "moved long since"])
def test_its_events_stay_although_what_tells_the_old_dates_is_heard_last(showing: tuple[str, ...]) -> None:
    """It waits until Practifi is heard, and the answer to our question overtakes it (rulings 2, 5, O6)."""
    shard = forgetful()
    sign = Observed(MICROSOFT, 11, tuple(occurrence(day) for day in NEW[:2]), left(*OLD), again="older")
    shard.hear(sign)
    (waits,), shard.early = shard.early, []
    tells(shard, PRACTIFI, *weekly(*showing))
    tells(shard, MICROSOFT, *(occurrence(day) for day in NEW[:2]), whole=False)
    shard.hear(waits)
    done(shard, MICROSOFT, messages=1, again=shard.asked["graph-poller"].wish)
    erased = [one for one in shard.orders if isinstance(one, Erase)]
    assert [(one.side, one.target) for one in erased] == [(PRACTIFI, "p2")]
    shard.orders = [one for one in shard.orders if one not in erased]
    assert moved(shard) == ({} if showing == NEW else {"p0": NEW[0], "p1": NEW[1]})


def test_what_a_person_deleted_of_it_in_practifi_stays_deleted_at_its_place() -> None:  # rulings 2, 5, X5
    shard, (first, second, third) = forgetful(), weekly(*OLD)
    tells(shard, PRACTIFI, first, Vanished(second.id, MIKE, stamp=second.stamp), third)
    tells(shard, MICROSOFT, *(occurrence(day) for day in NEW), *left(*OLD))
    assert moved(shard) == {"p0": NEW[0], "p2": NEW[2]}


@pytest.mark.parametrize("name", [minted(MICROSOFT, MIKE, "s1"), THEIRS], ids=["in Microsoft", "in Practifi"])
def test_where_its_first_was_made_as_a_single_event_none_takes_the_place_of_another(name: str) -> None:
    shard, (first, *others) = forgetful(), weekly(*OLD)  # rulings 1, 2, 5, A5
    tells(shard, PRACTIFI, replace(first, stamp=name), *others)
    stamp = f"{THEIRS}-g0" if name == THEIRS else ""
    new = [replace(occurrence(day), stamp=stamp if day == NEW[0] else "") for day in NEW]
    tells(shard, MICROSOFT, *new, *left(*OLD))
    assert {one.side for one in written(shard)} == {PRACTIFI}
    assert [one.target for one in written(shard) if isinstance(one, Erase)] == ["p1", "p2"]


@pytest.mark.parametrize("deleted", [True, False], ids=["a person has deleted", "left the window"])
def test_an_event_of_before_it_was_a_series_that_is_no_date_of_it_any_more_keeps_none_from_moving(
    *, deleted: bool
) -> None:  # rulings 2, 5, R3
    shard, name = forgetful(), minted(MICROSOFT, MIKE, "s1")
    over = there(replace(SHOWN, when=timed(TEN - timedelta(days=60))), name="p-first", stamp=name, edited=False)
    tells(shard, PRACTIFI, Vanished("p-first", MIKE, stamp=name) if deleted else over, *weekly(*OLD))
    tells(shard, MICROSOFT, *(occurrence(day) for day in NEW), *left(*OLD))
    assert moved(shard) == {f"p{number}": day for number, day in enumerate(NEW)}


def test_a_reader_that_was_put_back_to_before_the_dates_moved_moves_and_erases_nothing() -> None:  # rulings 2, 5, 6
    """`calsync recover`: it says that the old dates are gone, and Practifi has the new ones long since."""
    shard = forgetful()
    tells(shard, PRACTIFI, *weekly(*NEW))
    tells(shard, MICROSOFT, *(occurrence(day) for day in NEW), *left(*OLD))
    assert shard.orders == []
    shard.see(replace(occurrence(NEW[1], mark="m-c"), event=replace(occurrence(NEW[1]).event, subject="Daily")))
    order = shard.take()
    assert isinstance(order, Write)
    assert (order.side, order.target, order.fields) == (PRACTIFI, "p1", ("subject",))


@pytest.mark.parametrize("day", OLD)
def test_one_date_that_is_called_off_just_before_the_loss_moves_no_other(day: str) -> None:  # rulings 2, 5, R1
    shard = forgetful()
    tells(shard, PRACTIFI, *weekly(*OLD))
    tells(shard, MICROSOFT, *(occurrence(one) for one in OLD if one != day), *left(day))
    (erase,) = shard.orders
    assert (type(erase), erase.side, erase.target) == (Erase, PRACTIFI, f"p{OLD.index(day)}")


@pytest.mark.parametrize("name", [minted(MICROSOFT, MIKE, "s1"), THEIRS], ids=["in Microsoft", "in Practifi"])
@pytest.mark.parametrize("many", [1, 2])
def test_nor_does_it_where_the_first_was_made_as_a_single_event(many: int, name: str) -> None:  # rulings 1, 2, 5, R1
    """A series that ends earlier, just before the loss or since a copy of the stores."""
    shard, (first, *others) = forgetful(), weekly(*OLD)
    tells(shard, PRACTIFI, replace(first, stamp=name), *others)
    stamp = f"{THEIRS}-g0" if name == THEIRS else ""
    new = [replace(occurrence(day), stamp=stamp if day == OLD[0] else "") for day in OLD[:many]]
    tells(shard, MICROSOFT, *new, *left(*OLD[many:]))
    erased = [(type(one), one.side, one.target) for one in shard.orders if isinstance(one, Erase)]
    assert (erased, shard.orders[len(erased) :]) == ([(Erase, PRACTIFI, f"p{one}") for one in range(many, 3)], [])


def test_a_series_is_found_although_its_readers_last_word_came_first() -> None:  # O6, ruling 21
    shard = forgetful()
    name = minted(MICROSOFT, MIKE, "s1")
    tells(shard, PRACTIFI, there(replace(SHOWN, when=timed(TEN)), stamp=name, edited=False))
    done(shard, MICROSOFT, messages=1, again=shard.asked[WHO[MICROSOFT]].wish)
    tells(shard, MICROSOFT, occurrence("2026-03-09"), whole=False)
    assert (shard.orders, [link.id for link in shard.links()]) == ([], [name])


@pytest.mark.parametrize("named", [True, False], ids=["found by its name", "found by its time"])
def test_whom_somebody_took_off_in_practifi_before_the_loss_is_not_put_back(*, named: bool) -> None:  # ruling 5, A4
    shard, one = forgetful(), occurrence("2026-03-09")
    shard.hear(BOOK)
    name = minted(MICROSOFT, MIKE, "s1", "2026-03-09") if named else minted(MICROSOFT, MIKE, "s1")
    invited = replace(one, event=replace(one.event, attendees=guest("ann@client.example")))
    tells(shard, PRACTIFI, there(replace(SHOWN, when=timed(TEN)), stamp=name, edited=False))
    tells(shard, MICROSOFT, invited)
    assert shard.orders == []


def test_which_of_two_it_is_a_person_has_to_say() -> None:  # ruling 5, E8
    shard = forgetful()
    twins = [there(name=f"p{number}", stamp=f"{number}" * 64, edited=False) for number in (1, 2)]
    tells(shard, PRACTIFI, *twins)
    tells(shard, MICROSOFT, here())
    assert (written(shard), "Blocked" in shard.kinds()) == ([], True)


def test_when_a_person_has_deleted_the_other_one_it_is_the_one_that_is_left() -> None:  # ruling 5, E8
    shard = forgetful()
    twins = [there(name=f"p{number}", stamp=f"{number}" * 64, edited=False) for number in (1, 2)]
    tells(shard, PRACTIFI, *twins)
    tells(shard, MICROSOFT, here())
    shard.see(Vanished("p2", MIKE, stamp="2" * 64), side=PRACTIFI)
    (look,) = (wake for wake in shard.wakes if isinstance(wake.body, Look))
    assert look.at - shard.now == timedelta(hours=1)
    shard.hear(look.body)
    found = shard.link("1" * 64).microsoft
    assert found is not None
    assert found.id == "m1"


@pytest.mark.parametrize("moved", [True, False], ids=["the meeting moved", "it is another meeting"])
def test_a_copy_under_another_name_is_found_where_its_host_still_stands_in_practifi(*, moved: bool) -> None:
    """A guest's copy had come back under a new id, and its host moves the meeting just before the loss. Another one of
    the same subject, at a time of its own, is another (rulings 1, 5, I2)."""
    shard = forgetful()
    later = replace(STANDUP, when=timed(TEN + timedelta(hours=1)), organizer="mike@firm.example")
    meeting = replace(later, attendees=guest("john@firm.example"))
    stood = replace(SHOWN, when=timed(TEN))
    guests = there(stood, name="p-john", owner=JOHNS, mailbox=JOHN, stamp="0" * 64, edited=False)
    hosts = there(stood if moved else replace(stood, when=later.when), stamp=OURS, edited=False)
    tells(shard, PRACTIFI, guests, hosts)
    copy = here(meeting, name="j-new", mailbox=JOHN, uid="u1", mine=False)
    tells(shard, MICROSOFT, copy, here(meeting, uid="u1"))
    made = [one.mailbox for one in written(shard)]
    assert made == ([] if moved else [JOHN])
    link = shard.link("0" * 64)
    assert (link.microsoft and link.microsoft.id) == ("j-new" if moved else None)


def test_another_event_at_the_same_time_is_another() -> None:  # IDN-09
    shard = forgetful()
    tells(shard, PRACTIFI, there(stamp=OURS, edited=False))
    tells(shard, MICROSOFT, here(), here(replace(STANDUP, subject="Lunch"), name="m2"))
    order = shard.take()
    assert isinstance(order, Write)
    assert (order.side, order.target, order.event.subject) == (PRACTIFI, "", "Lunch")


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

"""An event that turns private loses its text where it was said, and has it again when it is normal again (P2, PRV)."""

from typing import Any

import pytest
from msgspec.structs import replace

from contracts.calendar import CalendarEvent, Sensitivity, ShowAs
from contracts.control import Again
from contracts.observed import Item
from contracts.policy import Policy, PrivateEvents
from services.clients.graph.mapping import STAMP
from services.clients.graph.seen import Seen
from services.graph_poller.rows import Root, Unread
from tests.decisions.graph_poller.mailbox import (
    MIKE,
    Poller,
    edited,
    gone,
    master,
    removed,
    subjects,
    thin,
    timed,
)
from tests.decisions.graph_rows import MEETING, at, read

BUSY, SKIP, FULL = PrivateEvents.BUSY_ONLY, PrivateEvents.SKIP, PrivateEvents.FULL
TEXT: dict[str, Any] = {"subject": "Surgery", "start": at("2026-03-10T09:00:00"), "end": at("2026-03-10T10:00:00")}


def seen(private: PrivateEvents, **changes: Any) -> Seen:
    """Mike's appointment as the client reads it by that rule."""
    return read(MEETING, private, **{**TEXT, **changes})


def knows(private: PrivateEvents, *rows: Seen) -> Poller:
    poller = Poller(Policy(enabled=True, private_events=private))
    poller.reads(*rows, fresh=True)
    return poller


def only(poller: Poller) -> Item:
    (item,) = poller.heard().items
    return item


@pytest.mark.parametrize("sensitivity", ["private", "confidential"])
@pytest.mark.parametrize("rule", [BUSY, SKIP])
def test_an_event_that_turns_private_is_said_without_its_text(rule: PrivateEvents, sensitivity: str) -> None:  # P2
    poller = knows(rule, seen(rule))
    assert only(poller).event.subject == "Surgery"
    poller.reads(seen(rule, sensitivity=sensitivity))
    item = only(poller)
    assert (item.event.subject, item.redacted, item.event.when) == ("Private appointment", True, seen(rule).when)
    assert b"Surgery" not in b"".join(poller.rows.values())


@pytest.mark.parametrize("rule", [BUSY, SKIP])
def test_a_private_event_that_turns_normal_is_said_in_full(rule: PrivateEvents) -> None:  # PRV-03
    poller = knows(rule, seen(rule))
    poller.reads(seen(rule, sensitivity="private"))
    poller.reads(seen(rule))
    assert (only(poller).event.subject, only(poller).redacted) == ("Surgery", False)


def test_a_private_event_that_was_never_said_is_said_once_it_is_normal() -> None:  # PRV-03, PRV-08
    poller = knows(SKIP, seen(SKIP, sensitivity="private"))
    assert poller.heard().items == ()
    poller.reads(seen(SKIP))
    assert only(poller).event.subject == "Surgery"


def test_a_skipped_event_still_moves_and_can_be_deleted_where_it_was_said() -> None:  # P1, X1
    poller = knows(SKIP, seen(SKIP))
    poller.reads(seen(SKIP, sensitivity="private"))
    moved = {"start": at("2026-03-11T09:00:00"), "end": at("2026-03-11T10:00:00")}
    poller.reads(seen(SKIP, sensitivity="private", **moved))
    assert only(poller).event.when == seen(SKIP, **moved).when
    poller.reads(removed("AAMk-1"))
    assert gone(poller.proves(AAMk_1=None)) == ["AAMk-1"]


def test_without_a_memory_it_still_moves() -> None:  # ruling 5, P1: Practifi may have it, and nobody knows
    poller = knows(SKIP)
    poller.hear(Again("w1", "reconciler"))
    poller.reads(seen(SKIP, sensitivity="private"), fresh=True)
    assert (only(poller).event.subject, only(poller).redacted) == ("Private appointment", True)
    moved = {"start": at("2026-03-11T09:00:00"), "end": at("2026-03-11T10:00:00")}
    poller.reads(seen(SKIP, sensitivity="private", **moved))
    assert only(poller).event.when == seen(SKIP, **moved).when


def test_the_rule_goes_there_and_back_and_nothing_is_deleted_in_between() -> None:  # PRV-08, SAF-08, ruling 20
    poller = knows(BUSY, seen(BUSY, sensitivity="private"))
    said = []
    for rule in (SKIP, BUSY, FULL, SKIP, FULL):
        poller.govern(Policy(enabled=True, private_events=rule))
        assert poller.due()[0].cursor == "", "everything is read again"
        poller.brings(seen(rule, sensitivity="private"), fresh=True)
        assert poller.heard().vanished == ()
        said.append((only(poller).event.subject, only(poller).redacted))
    hidden, text = ("Private appointment", True), ("Surgery", False)
    assert said == [hidden, hidden, text, hidden, text]
    assert poller.row(f"known/{MIKE}/AAMk-1", Root) is not None


def test_under_skip_nothing_is_deleted_either_when_it_is_let_in_again() -> None:  # PRV-08
    poller = knows(SKIP, seen(SKIP, sensitivity="private"))
    poller.govern(Policy(enabled=True, private_events=BUSY))
    said = poller.reads(seen(BUSY, sensitivity="private"), fresh=True)
    assert (subjects(said), said.vanished) == ({"AAMk-1": "Private appointment"}, ())


@pytest.mark.parametrize("day", ["2026-01-20", "2028-03-10"], ids=["before the window", "after it"])
@pytest.mark.parametrize("rule", [BUSY, SKIP])
def test_its_text_goes_also_where_the_event_lies_outside_the_window_by_now(rule: PrivateEvents, day: str) -> None:
    poller = knows(rule, seen(rule))  # P2, ruling 20
    times = {"start": at(f"{day}T09:00:00"), "end": at(f"{day}T10:00:00")}
    assert poller.reads(seen(rule, **times)).items == (), "it is none of ours there"
    poller.reads(seen(rule, sensitivity="private", **times))
    assert only(poller).event.subject == "Private appointment", "but its text is"


@pytest.mark.parametrize("rule", [BUSY, SKIP])
def test_its_text_goes_also_where_it_has_moved_out_of_our_sight_by_the_same_edit(rule: PrivateEvents) -> None:  # P2
    """Microsoft says only that it has left what is read; then it is looked at."""
    poller, times = knows(rule, seen(rule)), {"start": at("2031-03-10T09:00:00"), "end": at("2031-03-10T10:00:00")}
    poller.reads(removed("AAMk-1"))
    poller.proves(**{"AAMk-1": seen(rule, sensitivity="private", **times)})
    assert only(poller).event.subject == "Private appointment"


@pytest.mark.parametrize("rule", [BUSY, SKIP])
def test_what_waits_for_its_day_and_turns_private_is_not_remembered_where_a_round_leaves_it_out(
    rule: PrivateEvents,
) -> None:  # CUR-33, ruling 20
    times = {"start": at("2028-03-10T09:00:00"), "end": at("2028-03-10T10:00:00")}
    poller = knows(rule, seen(rule, **times))
    assert b"Surgery" in b"".join(poller.rows.values())
    poller.reads(fresh=True)
    poller.proves(**{"AAMk-1": seen(rule, sensitivity="private", **times)})
    assert b"Surgery" not in b"".join(poller.rows.values())


@pytest.mark.parametrize("state", ["excluded", "paused"])
def test_what_waits_for_its_day_is_not_remembered_where_its_mailbox_is_closed_as_the_rule_becomes_stricter(
    state: str,
) -> None:  # P2, ruling 20
    """It is read from the beginning when it opens, also by the old rule: nobody shows its texts by then."""
    times = {"start": at("2028-03-10T09:00:00"), "end": at("2028-03-10T10:00:00")}
    poller = knows(FULL, seen(FULL, sensitivity="private", **times))
    poller.govern(Policy(enabled=True, private_events=BUSY))
    poller.due()
    poller.hear(Unread(MIKE, state, "nobody may open it"))
    assert b"Surgery" not in b"".join(poller.rows.values())
    poller.govern(Policy(enabled=True, private_events=FULL))
    assert [order.cursor for order in poller.due() if order.mailbox == MIKE] == [""]


def test_so_it_is_where_too_much_of_it_is_gone_as_the_rule_becomes_stricter() -> None:  # P2, X4, ruling 20
    """A run that has to do without a mailbox takes its texts out of Practifi, whatever keeps it from being told."""
    times = {"start": at("2028-03-10T09:00:00"), "end": at("2028-03-10T10:00:00")}
    later, policy = {**MEETING, "id": "AAMk-2"}, Policy(enabled=True, private_events=FULL, brake_minimum=1)
    poller = Poller(policy)
    poller.reads(seen(FULL), read(later, FULL, **{**TEXT, **times, "sensitivity": "private"}), fresh=True)
    poller.govern(replace(policy, private_events=BUSY))
    poller.reads(read(later, BUSY, **{**TEXT, **times, "sensitivity": "private"}), fresh=True)
    poller.proves(AAMk_1=None)
    assert poller.heard().vanished == (), "it waits for consent"
    assert b"Surgery" not in b"".join(poller.rows.values())
    poller.govern(policy)
    assert [order.cursor for order in poller.due() if order.mailbox == MIKE] == [""]


def test_what_waits_for_its_day_is_kept_where_its_mailbox_is_closed_and_the_rule_is_the_same() -> None:  # D9
    poller = knows(FULL, seen(FULL, start=at("2028-03-10T09:00:00"), end=at("2028-03-10T10:00:00")))
    poller.due()
    poller.hear(Unread(MIKE, "excluded", "nobody may open it"))
    assert b"Surgery" in b"".join(poller.rows.values())
    assert [order.cursor for order in poller.due() if order.mailbox == MIKE] == ["c1"]


def test_a_private_occurrence_says_no_more_than_its_time() -> None:  # P1
    blank = CalendarEvent(timed("2026-03-11"), "Private appointment", sensitivity=Sensitivity.PRIVATE)
    poller = knows(BUSY, master(), thin("2026-03-10"), edited("2026-03-11", event=blank, redacted=True))
    (item,) = [item for item in poller.heard().items if item.slot == "2026-03-11"]
    assert item.event == blank


def test_what_was_never_said_stays_unsaid_outside_the_window() -> None:
    times = {"start": at("2026-01-20T09:00:00"), "end": at("2026-01-20T10:00:00")}
    assert knows(BUSY, seen(BUSY, sensitivity="private", **times)).heard().items == ()
    poller = knows(BUSY)
    poller.reads(removed("AAMk-1"))
    poller.proves(**{"AAMk-1": seen(BUSY, sensitivity="private", **times)})
    assert poller.heard().items == ()


def test_a_busy_block_says_how_it_shows_and_that_it_is_private() -> None:  # P1
    poller = knows(BUSY, seen(BUSY, sensitivity="private", showAs="oof"))
    event = only(poller).event
    assert (event.show_as, event.sensitivity) == (ShowAs.AWAY, Sensitivity.PRIVATE)


def test_a_private_event_that_cannot_be_read_says_nothing_of_its_text() -> None:  # P3, CUR-25
    poller = knows(BUSY, seen(BUSY))
    broken = seen(BUSY, sensitivity="private", end=at("2026-03-01T00:00:00"))
    assert poller.reads(broken).items == ()
    assert b"Surgery" not in b"".join(row for key, row in poller.rows.items() if key != "policy")


def test_what_we_made_ourselves_is_said_as_hidden_although_nobody_remembers_it() -> None:  # ruling 5, P2
    stamped = {"singleValueExtendedProperties": [{"id": STAMP, "value": "link-1"}]}
    item = only(knows(SKIP, seen(SKIP, sensitivity="private", **stamped)))
    assert (item.stamp, item.event.subject, item.redacted) == ("link-1", "Private appointment", True)

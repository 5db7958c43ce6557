"""Occurrences of a Microsoft series: each slot keeps its own Event in Practifi (R1, R3, ruling 2)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from contracts.observed import Item, Observed, Vanished
from contracts.write import Erase, Order, Outcomes, Why, Write, Written
from tests.decisions.reconciler.shard import (
    MICROSOFT,
    MIKE,
    NOW,
    PRACTIFI,
    SHOWN,
    STANDUP,
    Shard,
    here,
    there,
    timed,
)  # fmt: skip


def slot(day: int, mark: str = "a", **values: Any) -> Item:
    """The occurrence of that day in March."""
    when = values.pop("when", timed(datetime(2026, 3, day, 10, tzinfo=UTC), zone="UTC"))
    event = replace(STANDUP, when=when, recurrence="Every 2 days", **values)
    return here(event, name=f"occ-{day}", mark=f"{day}{mark}", series="REC", slot=f"2026-03-{day:02}")


def gone(day: int) -> Vanished:
    return Vanished(f"occ-{day}", MIKE, "REC", f"2026-03-{day:02}")


def synced(*days: int) -> tuple[Shard, dict[int, str]]:
    """A series whose occurrences are in Practifi; the Event of each day."""
    shard = Shard()
    shard.see(*(slot(day) for day in days))
    events = {}
    for day, order in zip(days, list(shard.orders), strict=True):
        assert isinstance(order, Write)
        shown = replace(order.event, when=timed(order.event.when.start))  # type: ignore[union-attr]  # all are timed
        shard.write(there(shown, name=f"p-{day}", edited=False, mark=f"p{day}"), order)
        events[day] = f"p-{day}"
    shard.orders.clear()
    return shard, events


def targets(shard: Shard) -> list[tuple[str, str]]:
    """What is to be written and to which Event."""
    return sorted((type(order).__name__, order.target) for order in shard.orders)


def test_each_occurrence_is_one_event() -> None:  # REC-01
    shard, _ = synced(10, 12, 14, 16, 18)
    assert len(shard.links()) == 5


def test_one_renamed_occurrence_changes_only_its_own_event() -> None:  # REC-08, REC-11, IDN-06
    shard, _ = synced(10, 12, 14)
    shard.see(slot(12, "b", subject="Special"))
    assert targets(shard) == [("Write", "p-12")]


def test_a_moved_occurrence_stays_the_same_event() -> None:  # REC-09, REC-38
    shard, _ = synced(10, 12, 14)
    shard.see(slot(12, "b", when=timed(datetime(2026, 3, 14, 10, tzinfo=UTC), zone="UTC")))
    assert targets(shard) == [("Write", "p-12")]


def test_a_cancelled_occurrence_is_removed_alone() -> None:  # REC-19, REC-29, REC-57
    shard, _ = synced(10, 12, 14)
    shard.see(gone(12))
    assert targets(shard) == [("Erase", "p-12")]


def test_an_occurrence_whose_end_is_heard_of_before_its_beginning_never_comes() -> None:  # CON-20, REC-19
    shard = Shard()
    shard.hear(Observed(MICROSOFT, 21, (slot(10, "b"), slot(14, "b")), (gone(12),)))
    shard.hear(Observed(MICROSOFT, 20, (slot(10), slot(12), slot(14))))
    assert [link.microsoft.slot for link in shard.links() if link.microsoft] == ["2026-03-10", "2026-03-14"]
    shard.hear(Observed(MICROSOFT, 22, (slot(12, "c"),)))
    assert len(shard.links()) == 3, "what comes back later is there"


def test_dates_that_shift_keep_their_events_in_order() -> None:  # ruling 2, REC-17
    shard, _ = synced(10, 12, 14)
    shard.see(slot(11), slot(13), gone(10), gone(12), gone(14))
    assert targets(shard) == [("Erase", "p-14"), ("Write", "p-10"), ("Write", "p-12")]


def test_dates_that_shift_and_shift_back_still_do() -> None:
    shard, _ = synced(10, 12)
    shard.see(slot(11), slot(13), gone(10), gone(12))
    for order in list(shard.orders):
        shown = replace(order.event, when=timed(order.event.when.start))  # type: ignore[union-attr]  # as above
        shard.write(there(shown, name=order.target, mark="p-z"), order)
    shard.orders.clear()
    shard.see(slot(10, "c"), slot(12, "c"), gone(11), gone(13))
    assert targets(shard) == [("Write", "p-10"), ("Write", "p-12")]


def test_dates_that_shift_and_shift_back_leave_none_of_their_links_behind() -> None:  # R1, ruling 2
    shard, _ = synced(10, 12, 14)
    shard.see(slot(11), slot(13), slot(15), gone(10), gone(12), gone(14))
    shard.see(slot(10, "b"), slot(12, "b"), slot(14, "b"), gone(11), gone(13), gone(15))
    shard.see(*(slot(day, "c") for day in range(10, 16)))
    made = [order for order in shard.orders if isinstance(order, Write) and not order.target]
    assert sorted(order.event.when.start.day for order in made) == [11, 13, 15]


def test_dates_that_shift_away_from_a_place_again_and_again_each_have_their_own_event() -> None:  # R1, ruling 2
    shard, _ = synced(10)
    shard.see(slot(11), gone(10))
    shard.see(slot(10, "b"))
    shard.see(slot(12), slot(13), gone(10), gone(11))
    shard.see(slot(10, "c"))
    live = [one.microsoft.slot for one in shard.links() if one.microsoft is not None and not one.microsoft.gone]
    assert sorted(live) == ["2026-03-10", "2026-03-12", "2026-03-13"]


def test_one_cancelled_date_does_not_move_its_event_to_a_new_last_date() -> None:  # R4
    shard, _ = synced(10, 12, 14)
    shard.see(gone(12), slot(16))
    assert [(kind, target) for kind, target in targets(shard)] == [("Erase", "p-12"), ("Write", "")]


AT = NOW + timedelta(minutes=1)


@pytest.mark.parametrize(
    ("erased", "made"),
    [(NOW, [("Write", "")]), (AT, []), (None, [("Write", "")])],
    ids=["after our deletion", "before it", "after one that we found done"],
)
def test_an_occurrence_that_a_new_pattern_brings_back_is_made_in_practifi_again(
    erased: datetime | None, made: list[tuple[str, str]]
) -> None:  # R1, CON-20
    shard, _ = synced(10, 12)
    shard.see(Vanished("p-10", MIKE), side=PRACTIFI)
    order = shard.take()
    assert isinstance(order, Erase)
    shard.see(replace(slot(10, "b"), changed_at=AT), slot(13), gone(12))
    shard.orders.clear()
    shard.hear(Outcomes((Written(order.order, order.link, MICROSOFT, changed_at=erased),)))
    assert targets(shard) == made, "what was read before the deletion is gone by it"


def test_an_occurrence_that_was_gone_when_we_found_its_deletion_done_goes_in_practifi_again() -> None:  # R1, X1
    """A reader had seen it changed before that, and has yet to tell that it went."""
    shard, _ = synced(10, 12)
    shard.see(Vanished("p-10", MIKE), side=PRACTIFI)
    order = shard.take()
    shard.see(replace(slot(10, "b"), changed_at=AT))
    shard.hear(Outcomes((Written(order.order, order.link, MICROSOFT),)))
    shard.write(there(name="p-more", edited=False))
    shard.see(gone(10))
    assert targets(shard) == [("Erase", "p-more")]


def test_a_series_that_is_gone_takes_all_its_events() -> None:  # REC-22, REC-28b
    shard, _ = synced(10, 12, 14)
    shard.see(Vanished("REC", MIKE))
    assert targets(shard) == [("Erase", "p-10"), ("Erase", "p-12"), ("Erase", "p-14")]


def test_a_single_event_becomes_the_first_slot_of_its_series() -> None:  # ruling 2, REC-51
    shard = Shard()
    shard.paired(here(name="REC"))
    shard.see(slot(10), slot(12), Vanished("REC", MIKE))
    assert targets(shard) == [("Write", ""), ("Write", "p1")]
    assert not any(isinstance(order, Erase) for order in shard.orders)


@pytest.mark.parametrize("told", [(), (10, 12, 14)], ids=["the_event_alone", "with_what_is_gone"])
def test_a_series_becomes_a_single_event_again(told: tuple[int, ...]) -> None:  # REC-51
    shard, _ = synced(10, 12, 14)
    single = here(replace(STANDUP, when=timed(datetime(2026, 3, 10, 10, tzinfo=UTC), zone="UTC")), name="REC", mark="s")
    shard.see(single, *map(gone, told))
    assert targets(shard) == [("Erase", "p-12"), ("Erase", "p-14"), ("Write", "p-10")]


def test_an_occurrence_edited_in_practifi_is_written_to_that_occurrence() -> None:  # R5, REC-63
    shard, _ = synced(10, 12, 14)
    shown = replace(slot(12).event, when=timed(datetime(2026, 3, 12, 10, tzinfo=UTC)), subject="Special")
    shard.see(there(shown, name="p-12", mark="p-new"), side=PRACTIFI)
    assert targets(shard) == [("Write", "occ-12")]


def test_an_event_edited_in_practifi_as_it_becomes_a_series_is_its_first_occurrence() -> None:  # R5, ruling 2
    """The writer finds a series where one event was: it waits until the reader has told of it."""
    shard = Shard()
    shard.paired(here(name="REC"))
    shard.see(there(replace(SHOWN, subject="Special"), mark="p-new"), side=PRACTIFI)
    assert targets(shard) == [("Write", "REC")]
    shard.refuse(Why.STOPPED, code="series")
    shard.see(slot(10, when=STANDUP.when), slot(12), Vanished("REC", MIKE))
    assert targets(shard) == [("Write", ""), ("Write", "p1")]
    (first,) = [one for one in shard.orders if one.target == "p1"]
    shard.write(there(replace(first.event, when=timed()), mark="p-more"), first)
    assert ("Write", "occ-10") in targets(shard)


def making() -> tuple[Shard, Order, Item]:
    """An Event of Practifi that is being made in Microsoft; its first occurrence, should it become a series there."""
    shard = Shard()
    shard.see(there(), side=PRACTIFI)
    order = shard.take()
    return shard, order, replace(slot(9, when=STANDUP.when), stamp=f"{order.link}-g0")


@pytest.mark.parametrize("seen", ["at once", "alone before"])
@pytest.mark.parametrize("rule", ["", "Every 2 days"], ids=["made as one", "found as a series"])
def test_an_event_that_is_a_series_before_its_making_is_answered_is_its_first_occurrence(seen: str, rule: str) -> None:
    shard, order, first = making()  # ruling 2
    made = here(replace(STANDUP, recurrence=rule), name="REC", stamp=first.stamp)
    if seen == "alone before":
        shard.see(here(name="REC", stamp=first.stamp))
    shard.see(first, slot(11), *([Vanished("REC", MIKE)] if seen == "alone before" else []))
    shard.write(made, order)
    assert targets(shard) == [("Write", ""), ("Write", "p1")]
    (ruled,) = [one for one in shard.orders if one.target == "p1"]
    assert isinstance(ruled, Write)
    assert (ruled.fields, shard.made) == (("recurrence",), ["REC"])
    shard.orders.clear()
    shard.write(there(replace(SHOWN, recurrence="Every 2 days"), mark="p-b"), ruled)
    shard.see(gone(9))
    assert targets(shard) == [("Erase", "p1")]


def test_a_first_occurrence_that_is_called_off_before_its_making_is_answered_goes_in_practifi() -> None:  # X1
    shard, order, first = making()
    shard.see(first, slot(11))
    shard.see(gone(9))
    shard.write(here(name="REC", stamp=first.stamp), order)
    assert targets(shard) == [("Erase", "p1"), ("Write", "")]


def test_a_first_occurrence_that_is_called_off_before_anything_of_that_is_heard_goes_in_practifi() -> None:  # X1
    """Who reads has seen the series without it; that we have made an event there is heard after that."""
    shard, order, first = making()
    shard.see(slot(11))
    shard.write(here(name="REC", stamp=first.stamp), order)
    assert (targets(shard), shard.made) == ([("Write", "")], ["REC"])
    shard.see(slot(11), Vanished("REC", MIKE))
    assert targets(shard) == [("Erase", "p1"), ("Write", "")]


def test_the_answer_of_a_direct_read_does_not_forget_the_slot() -> None:
    shard, _ = synced(10, 12)
    shown = replace(slot(12).event, when=timed(datetime(2026, 3, 12, 10, tzinfo=UTC)), subject="Special")
    shard.see(there(shown, name="p-12", mark="p-new"), side=PRACTIFI)
    shard.write(replace(slot(12, "direct", subject="Special"), slot=""))
    shard.see(gone(12))
    assert targets(shard) == [("Erase", "p-12")]


def test_the_dates_of_a_series_that_arrive_after_later_ones_move_nothing() -> None:  # design §2.3, REC-10
    shard, _ = synced(10, 12, 14)
    shard.hear(Observed(MICROSOFT, 902, (slot(11), slot(13)), (gone(10), gone(12))))
    shard.hear(Observed(MICROSOFT, 901, (slot(10, "b"), slot(12, "b")), (gone(14),)))
    live = [one.microsoft.slot for one in shard.links() if one.microsoft is not None and not one.microsoft.gone]
    assert sorted(live) == ["2026-03-11", "2026-03-13"]
    assert [target for kind, target in targets(shard) if kind == "Erase"] == ["p-10", "p-12", "p-14"]


def test_an_edit_of_a_date_that_is_heard_after_the_dates_have_shifted_makes_no_event_more() -> None:  # design §2.3
    shard, _ = synced(10, 12)
    moved = (slot(11, subject="Special"), slot(13))
    shard.hear(Observed(MICROSOFT, 902, moved, (gone(10), gone(12))))
    shard.hear(Observed(MICROSOFT, 901, (slot(10, "b", subject="Special"),)))
    assert targets(shard) == [("Write", "p-10"), ("Write", "p-12")]


@pytest.mark.parametrize("late", ["as it was alone", "as it became one"])
def test_a_series_keeps_its_events_although_it_is_heard_late_how_it_began(late: str) -> None:  # design §2.3, ruling 2
    shard = Shard()
    link = shard.paired(here(name="REC"))
    began = (slot(10), slot(12)), (Vanished("REC", MIKE),)
    if late == "as it was alone":
        shard.hear(Observed(MICROSOFT, 902, *began))
        shard.hear(Observed(MICROSOFT, 901, (here(replace(STANDUP, subject="Daily"), name="REC", mark="r"),)))
    else:
        shard.hear(Observed(MICROSOFT, 902, (slot(10, "b"), slot(12, "b"))))
        shard.hear(Observed(MICROSOFT, 901, *began))
    shard.hear(Observed(MICROSOFT, 903, (slot(11, "c"), slot(13, "c")), (gone(10), gone(12))))
    here_now = [one.microsoft.slot for one in shard.links() if one.microsoft is not None]
    assert (sorted(here_now), shard.link(link).microsoft.slot) == (["2026-03-11", "2026-03-13"], "2026-03-11")

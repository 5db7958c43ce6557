"""A field that Practifi keeps in another column since, by the policy's mapping or because the old one is no longer to
be seen, has not been edited by anybody (F2)."""

from typing import Any

from msgspec.structs import replace

from contracts.observed import Item
from contracts.write import Write
from tests.decisions.reconciler.shard import MICROSOFT, PRACTIFI, SHOWN, Shard, here, there

ELSEWHERE = (("location", "Place__c"),)
NOWHERE = (("location", ""),)


def shown(mark: str, location: str, places: tuple[tuple[str, str], ...] = (), **fields: Any) -> Item:
    """Mike's Event with this location, and where Practifi keeps it."""
    return there(replace(SHOWN, location=location, **fields), mark=mark, edited=False, places=places)


def paired() -> tuple[Shard, str]:
    shard = Shard()
    return shard, shard.paired()


def seen(shard: Shard, link: str, item: Item) -> list[tuple[str, tuple[str, ...]]]:
    """What is written where after a look at Practifi."""
    shard.see(replace(item, stamp=link), side=PRACTIFI)
    return [(order.side.value, order.fields) for order in shard.orders if isinstance(order, Write)]


def test_an_empty_new_column_empties_nothing_in_microsoft() -> None:  # F2
    shard, link = paired()
    assert seen(shard, link, shown("p-a", "", ELSEWHERE)) == []
    assert seen(shard, link, shown("p-b", "Room 2", ELSEWHERE)) == [("microsoft", ("location",))], "that is an edit"


def test_a_column_that_is_no_longer_to_be_seen_empties_nothing_and_comes_back_unedited() -> None:  # F2
    shard, link = paired()
    assert seen(shard, link, shown("p-b", "", NOWHERE)) == []
    assert seen(shard, link, shown("p-c", "Room 7")) == []


def test_an_edit_of_another_field_travels_though_a_column_has_changed_as_well() -> None:
    shard, link = paired()
    assert seen(shard, link, shown("p-b", "", ELSEWHERE, subject="Retro")) == [("microsoft", ("subject",))]


def test_a_column_that_changes_without_its_value_is_noticed() -> None:
    shard, link = paired()
    assert seen(shard, link, shown("p-a", "Room 1", ELSEWHERE)) == []
    assert seen(shard, link, shown("p-b", "Room 2", ELSEWHERE)) == [("microsoft", ("location",))]


def test_microsofts_next_change_fills_the_new_column() -> None:
    shard, link = paired()
    seen(shard, link, shown("p-a", "", ELSEWHERE))
    shard.see(here(replace(here().event, location="Room 3"), mark="m-b"), side=MICROSOFT)
    order = shard.take()
    assert isinstance(order, Write)
    assert (order.side, order.fields, order.event.location) == (PRACTIFI, ("location",), "Room 3")

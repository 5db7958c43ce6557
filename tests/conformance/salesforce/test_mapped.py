"""A field that the policy's mapping puts into another column of the org: written there, read from there, left out while
the column cannot hold it, and read again when that changes (F2)."""

from typing import Any

import pytest

from contracts.calendar import FIELDS, CalendarEvent, Importance, ShowAs, Timed
from contracts.policy import PrivateEvents
from services.clients.salesforce.mapping import echo, lost, render
from services.clients.salesforce.privacy import Privacy
from services.kernel.errors import Permanent

FULL = Privacy(PrivateEvents.FULL)
ELSEWHERE = {
    "subject": "Title__c | string 80 | CUNFSGAP | Title",
    "body": "Notes__c | textarea 5000 | CUNP | Notes",
    "categories": "Tags__c | string 120 | CUNFSGAP | Tags",
    "importance": "Weight__c | picklist 255 | CUNFSGAPR | Weight | Low, Normal, High",
    "show_as": "Shown__c | string 40 | CUNFSGAP | Shown As",
    "attendee_count": "Guests__c | double | CUNFSGAP | Guests",
    "online": "Online__c | boolean | CUFSGPD | Online",
    "join_url": "Link__c | url 255 | CUNFSGAP | Link",
}


async def moved(place: Any, namespace: str = "") -> None:
    """An org that has these columns, and a mapping that names them without the package's prefix."""
    for line in ELSEWHERE.values():
        place.salesforce.add_field(f"{namespace}{line}")
    await place.describe(**{field: line.partition(" ")[0] for field, line in ELSEWHERE.items()})


def full(place: Any) -> CalendarEvent:
    start = place.later(days=1)
    return CalendarEvent(
        Timed(start, place.later(hours=1)), subject="Review of everything", body="One\nTwo", location="Room 4",
        categories=("Client", "Tax"), importance=Importance.HIGH, show_as=ShowAs.ELSEWHERE, attendee_count=60,
        online=True, join_url="https://teams.example/1",
    )  # fmt: skip


@pytest.mark.parametrize("namespace", ["practifi__", "cloupra__", ""])
async def test_fields_stand_in_their_own_columns_whatever_the_namespace(opened: Any, namespace: str) -> None:  # F2
    place = await opened(namespace=namespace)
    await moved(place, namespace)
    event = full(place)
    (made,) = await place.org.upsert(place.shape, [render(event, FIELDS, place.shape, key="k")])
    row = place.salesforce.row("Event", made.id)
    columns = [line.partition(" ")[0] for line in ELSEWHERE.values()]
    assert [row[f"{namespace}{column}"] for column in columns] == [
        "Review of everything", "One\nTwo", "Client; Tax", "High", "Working elsewhere", 60, True,
        "https://teams.example/1",
    ]  # fmt: skip
    assert (row["Subject"], row["Description"], row["Location"]) == (None, None, "Room 4")
    found = (await place.org.look(place.shape, [made.id], FULL))[made.id]
    assert found.event == echo(event, place.shape) == event
    assert lost(event, place.shape) == ()
    (read,) = (await place.read(PrivateEvents.FULL)).rows
    assert read == found


async def test_an_edit_in_the_other_column_is_read(place: Any) -> None:  # F2
    await moved(place)
    event = place.event(Title__c="Review", Subject="of before", Tags__c="A;B")
    (row,) = (await place.read()).rows
    assert (row.event.subject, row.event.categories) == ("Review", ("A", "B"))
    place.salesforce.update("Event", event, {"Title__c": "Moved"}, place.later(minutes=15))
    (row,) = (await place.read()).rows
    assert row.event.subject == "Moved"


async def test_a_mapping_that_changes_while_many_events_are_read_holds_for_all_of_them(place: Any) -> None:  # F2
    place.salesforce.add_field(ELSEWHERE["subject"])
    for _ in range(501):
        place.event(Subject="of before", Title__c="Review")
    titles: dict[str, str] = {}
    async for piece in place.pieces(Privacy()):
        titles |= {row.id: row.event.subject for row in piece.rows}
        if titles:
            await place.describe(subject="Title__c")
    assert (len(titles), set(titles.values())) == (501, {"Review"})


async def test_a_private_event_shows_nothing_of_them_either(place: Any) -> None:  # P1
    await moved(place)
    place.event(IsPrivate=True, Title__c="Surgery", Notes__c="Clinic", Tags__c="Health")
    (row,) = (await place.read()).rows
    assert not [word for word in ("Surgery", "Clinic", "Health") if word in repr(row)]


async def test_a_column_that_cannot_hold_its_field_is_left_out_until_it_can(place: Any) -> None:  # F2
    mapping = {"categories": "Tags__c", "body": "Notes__c"}
    place.salesforce.add_field(ELSEWHERE["body"])
    await place.describe(**mapping)
    event = place.event(Notes__c="Notes")
    (row,) = (await place.read()).rows
    assert (row.event.body, row.event.categories, dict(row.places)) == (
        "Notes", (), {"body": "Notes__c", "categories": ""},
    )  # fmt: skip
    assert [bool(column.why) for column in place.shape.columns] == [False, True]
    (done,) = await place.org.update([{"id": event, **render(row.event, FIELDS, place.shape)}])
    assert done.code == ""
    place.salesforce.add_field(ELSEWHERE["categories"])
    place.salesforce.update("Event", event, {"Tags__c": "Client"}, place.now)
    await place.describe(**mapping)
    (row,) = (await place.read()).rows
    assert (row.event.categories, dict(row.places)["categories"]) == (("Client",), "Tags__c")


async def test_another_mapping_reads_all_events_again(place: Any) -> None:  # F2
    await moved(place)
    place.event(Title__c="Review", Subject="of before")
    await place.describe()
    assert [row.event.subject for row in (await place.read()).rows] == ["of before"]
    for _ in range(2):
        place.later(hours=1)
        rows = (await place.read()).rows
    assert rows == ()
    await place.describe(subject="Title__c")
    assert [row.event.subject for row in (await place.read()).rows] == ["Review"]


async def test_a_column_that_is_taken_away_stops_one_read_and_is_left_out_of_the_next(place: Any) -> None:  # O4
    await moved(place)
    place.event(Title__c="Review", Location="Room 4")
    place.salesforce.drop_field("Title__c")
    with pytest.raises(Permanent) as error:
        await place.read()
    assert error.value.code == "INVALID_FIELD"
    await place.describe(subject="Title__c")
    (row,) = (await place.read()).rows
    assert (row.event.subject, row.event.location) == ("", "Room 4")


async def test_a_field_that_the_integration_user_may_no_longer_see_is_nowhere(place: Any) -> None:
    place.event(Location="Room 4")
    place.salesforce.hide_fields("Location")
    await place.describe()
    (row,) = (await place.read()).rows
    assert (row.event.location, row.places) == ("", (("location", ""),))


async def test_an_address_in_a_field_that_is_seen_only_now_is_read_of_everybody(place: Any, opened: Any) -> None:  # M1
    contact = place.contact("Adams", Email="a@client.example", Assistant_Email__c="helper@client.example")
    shape = place.shape
    without = tuple(one for one in shape.contact_emails if one[0] != "Assistant_Email__c")
    place.shape = type(shape)(**{**{name: getattr(shape, name) for name in shape.__struct_fields__},
                                 "contact_emails": without})  # fmt: skip
    await place.read()
    place.later(hours=1)
    await place.read()
    place.shape = shape
    (person,) = [one for one in (await place.read()).people if one.id == contact]
    assert [address for address, _ in person.addresses] == ["a@client.example", "helper@client.example"]

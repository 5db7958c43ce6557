"""What an address book of 50,000 costs: a request for each 2,000 people once, one request a run afterwards, and never
one for a single attendee (M6)."""

from typing import Any

from services.clients.salesforce.privacy import Privacy
from services.clients.salesforce.row import OrgRound

MANY = 50_000
FIRST = MANY // 2000 + 1 + 1
"""A request for each 2,000; one that shows that there are no more; one for the Events."""


async def pieces(place: Any) -> list[OrgRound]:
    return [piece async for piece in place.pieces(Privacy())]


def clients(place: Any, count: int) -> list[str]:
    return [place.contact(f"Client {number}", Email=f"c{number}@client.example") for number in range(count)]


async def test_fifty_thousand_people_cost_as_many_requests_as_they_fill_pages(place: Any) -> None:
    ids = clients(place, MANY)
    place.later(hours=1)
    first = await pieces(place)
    assert place.calls == FIRST
    said = [person.id for piece in first for person in piece.people if not person.user]
    assert sorted(said) == sorted(ids)
    assert max(len(piece.people) for piece in first) <= 2000 + 2, "never more than one page of clients at once"
    place.later(hours=1)
    (piece,) = await pieces(place)
    assert (piece.people, place.calls) == ((), 1)
    event = place.event(EventWhoIds=ids[:50])
    place.salesforce.update("Contact", ids[7], {"Email": "new@client.example"}, place.now)
    (piece,) = await pieces(place)
    assert [(one.id, one.addresses[0][0]) for one in piece.people] == [(ids[7], "new@client.example")]
    assert [(row.id, len(row.people)) for row in piece.rows] == [(event, 50)]
    assert place.calls == 2, "what changed, and who is on the Event"


async def test_a_change_of_everybody_at_once_comes_in_pieces_too(place: Any) -> None:
    ids = clients(place, 5000)
    place.later(hours=1)
    await pieces(place)
    place.later(hours=1)
    for one in ids:
        place.salesforce.update("Contact", one, {"Title": "Dr."}, place.now)
    late = place.contact("Late", Email="late@client.example")
    found = await pieces(place)
    said = [person.id for piece in found for person in piece.people]
    assert sorted(said) == sorted([*ids, late])
    assert [len(piece.people) for piece in found] == [2000, 2000, 1001]


async def test_addresses_that_hang_on_people_are_read_after_the_people_and_bring_them_whole(place: Any) -> None:  # M1
    wanted: dict[str, set[str]] = {}
    points: list[dict[str, str]] = []
    for number in range(2500):
        account = place.salesforce.insert("Account", {"LastName": f"{number}", "PersonEmail": f"a{number}@c.example"},
                                          place.now)  # fmt: skip
        points.append({"ParentId": account, "EmailAddress": f"b{number}@c.example"})
        contact = place.salesforce.row("Account", account)["PersonContactId"]
        wanted[contact] = {f"a{number}@c.example", f"b{number}@c.example"}
    for point in reversed(points):
        place.salesforce.insert("ContactPointEmail", point, place.now)
    place.later(hours=1)
    last: dict[str, set[str]] = {}
    for piece in await pieces(place):
        last |= {person.id: {address for address, _ in person.addresses} for person in piece.people if not person.user}
    assert last == wanted
    people, addresses, behind, events = 2, 1, 2 + 1, 1
    assert place.calls == people + addresses + behind + events, "the first addresses came with the last people"


async def test_a_person_who_changes_during_a_long_read_comes_with_the_change(place: Any) -> None:
    ids = clients(place, 3000)
    place.later(hours=1)
    said: dict[str, str] = {}
    async for piece in place.pieces(Privacy()):
        said |= {person.id: person.addresses[0][0] for person in piece.people if not person.user}
        place.later(seconds=5)
        for one in (ids[0], ids[2999]):
            place.salesforce.update("Contact", one, {"Email": "new@client.example"}, place.now)
    assert said[ids[2999]] == "new@client.example"
    assert len(said) == 3000
    (piece,) = [piece async for piece in place.pieces(Privacy())]
    assert {person.id for person in piece.people} == {ids[0], ids[2999]}, "the next run catches what was read before"


async def test_a_person_committed_late_during_a_long_read_comes_with_the_next_run(place: Any) -> None:  # SFD-03
    ids = clients(place, 3000)
    reading = place.pieces(Privacy())
    await anext(reading)
    row = place.salesforce.memory.tables["Contact"].rows[ids[0]]
    place.salesforce.memory.put("Contact", row | {"Email": "late@client.example"})  # its stamp is behind us by now
    place.later(minutes=20)
    said = [person.id async for piece in reading for person in piece.people]
    assert ids[0] not in said
    people = [person for piece in await pieces(place) for person in piece.people]
    assert "late@client.example" in {address for person in people for address, _ in person.addresses}

"""The address book: people only, with every address that they have, and never asked for one by one (M1-M6)."""

from typing import Any

import pytest

from contracts.person import Person, Source
from services.clients.salesforce.row import Cursors


def book(people: tuple[Person, ...]) -> dict[str, Person]:
    return {person.id: person for person in people if not person.user}


async def test_addresses_of_all_kinds_are_known_lower_case_and_ranked(place: Any) -> None:  # M1, M3
    person = place.contact(
        "Adams", Email="Ann@Client.example", practifi__Alternate_Email__c="alt@client.example",
        Assistant_Email__c="helper@client.example",
    )  # fmt: skip
    found = book((await place.read()).people)[person]
    assert found.addresses == (
        ("ann@client.example", Source.EMAIL), ("alt@client.example", Source.ALTERNATE),
        ("helper@client.example", Source.CUSTOM),
    )  # fmt: skip


async def test_an_address_on_the_household_is_nobodys(place: Any) -> None:  # M2
    household = place.salesforce.insert("Account", {"Name": "Adams household"}, place.now)
    member = place.contact("Adams", AccountId=household, Email="ann@client.example")
    place.salesforce.insert(
        "ContactPointEmail", {"ParentId": household, "EmailAddress": "all@client.example"}, place.now
    )
    found = book((await place.read()).people)
    assert [address for one in found.values() for address, _ in one.addresses] == ["ann@client.example"]
    assert set(found) == {member}


def person_account(place: Any, name: str) -> tuple[str, str]:
    """A person account: its Account and its Contact."""
    account = place.salesforce.insert("Account", {"LastName": name}, place.now)
    return account, place.salesforce.row("Account", account)["PersonContactId"]


async def test_a_contact_point_belongs_to_the_person_behind_the_account(place: Any) -> None:  # M1, M2
    account, contact = person_account(place, "Brown")
    place.salesforce.insert("ContactPointEmail", {"ParentId": account, "EmailAddress": "B@Client.example"}, place.now)
    found = book((await place.read()).people)
    assert found[contact].addresses == (("b@client.example", Source.CONTACT_POINT),)
    assert found[contact].individual


async def test_who_is_asked_for_by_id_comes_whole_and_users_are_none_of_them(place: Any) -> None:  # M1, M4
    account, contact = person_account(place, "Brown")
    place.salesforce.insert("ContactPointEmail", {"ParentId": account, "EmailAddress": "b@client.example"}, place.now)
    mute, mike = place.contact("Adams"), place.user("Mike")
    found = book(tuple(await place.org.people(place.shape, {contact, mute, mike})))
    assert {one.id: one.addresses for one in found.values()} == {
        contact: (("b@client.example", Source.CONTACT_POINT),), mute: (),
    }  # fmt: skip


async def test_a_contact_point_that_has_ended_or_has_not_begun_does_not_count(place: Any) -> None:
    account, contact = person_account(place, "Brown")
    for address, day in (("old", {"ActiveToDate": "2027-02-28"}), ("new", {"ActiveFromDate": "2027-03-02"}),
                         ("now", {"ActiveFromDate": "2027-03-01", "ActiveToDate": "2027-03-01"})):  # fmt: skip
        point = {"ParentId": account, "EmailAddress": f"{address}@client.example", **day}
        place.salesforce.insert("ContactPointEmail", point, place.now)
    found = book((await place.read()).people)
    assert found[contact].addresses == (("now@client.example", Source.CONTACT_POINT),)


async def idle(place: Any) -> None:
    """Let time pass until no look-back reaches what was done."""
    for _ in range(2):
        place.later(minutes=15)
        await place.read()


async def test_a_new_contact_point_brings_its_person_whole(place: Any) -> None:  # M4
    individual = place.salesforce.insert("Individual", {"LastName": "Clark"}, place.now)
    contact = place.contact("Clark", Email="c@client.example", IndividualId=individual)
    await idle(place)
    point = {"ParentId": individual, "EmailAddress": "c2@client.example"}
    identity = place.salesforce.insert("ContactPointEmail", point, place.now)
    both = (("c@client.example", Source.EMAIL), ("c2@client.example", Source.CONTACT_POINT))
    assert book((await place.read()).people)[contact].addresses == both
    await idle(place)
    place.salesforce.update("Contact", contact, {"Title": "Dr."}, place.now)
    assert book((await place.read()).people)[contact].addresses == both
    await idle(place)
    place.salesforce.delete("ContactPointEmail", identity, place.now)
    assert book((await place.read()).people)[contact].addresses == both[:1]


async def test_a_deleted_contact_is_gone(place: Any) -> None:
    contact = place.contact("Adams", Email="ann@client.example")
    await place.read()
    place.later(minutes=15)
    place.salesforce.delete("Contact", contact, place.now)
    assert book((await place.read()).people)[contact].gone


async def test_a_deleted_contact_is_gone_also_where_all_is_read_from_the_beginning(place: Any) -> None:  # ruling 5, M3
    twin, left = (place.contact(name, Email="ann@client.example") for name in ("Adams", "Adam"))
    place.later(minutes=15)
    await place.read()
    place.salesforce.delete("Contact", twin, place.now)
    place.cursors = Cursors()  # what was read until then is forgotten by us, not by those whom we told
    found = book((await place.read()).people)
    assert (found[twin], found[left].gone) == (Person(twin, gone=True), False)


@pytest.mark.parametrize("lost", ["emptied", "deleted", "ended"])
async def test_who_has_no_address_any_more_is_told_also_where_all_is_read_from_the_beginning(
    place: Any, lost: str
) -> None:  # ruling 5, M1
    account, contact = person_account(place, "Brown")
    if lost == "emptied":
        place.salesforce.update("Account", account, {"PersonEmail": "b@client.example"}, place.now)
    else:
        until = {"ActiveToDate": place.now.date().isoformat()}
        point = {"ParentId": account, "EmailAddress": "b@client.example", **until}
        identity = place.salesforce.insert("ContactPointEmail", point, place.now)
    assert book((await place.read()).people)[contact].addresses[0][0] == "b@client.example"
    place.later(days=1)
    if lost == "emptied":
        place.salesforce.update("Account", account, {"PersonEmail": None}, place.now)
    elif lost == "deleted":
        place.salesforce.delete("ContactPointEmail", identity, place.now)
    place.later(days=1)
    place.cursors = Cursors()  # what was read until then is forgotten by us, not by those whom we told
    assert book((await place.read()).people)[contact].addresses == ()


async def test_a_user_is_a_person_while_active(place: Any) -> None:  # M1, M7
    user = place.user("Ann Owner", federation_id="ann@tenant.example")
    found = await place.read()
    (known,) = [one for one in found.users if one.id == user]
    assert (known.email, known.federation_id, known.active) == ("ann@firm.example", "ann@tenant.example", True)
    (person,) = [one for one in found.people if one.id == user]
    assert (person.user, person.addresses) == (True, (("ann@firm.example", Source.EMAIL),))
    place.later(minutes=15)
    place.salesforce.update("User", user, {"IsActive": False}, place.now)
    found = await place.read()
    assert [(one.id, one.active) for one in found.users] == [(user, False)]
    assert [one.gone for one in found.people] == [True]

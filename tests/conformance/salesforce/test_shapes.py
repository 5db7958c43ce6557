"""Every address by which a person can be known, in every kind of org: with and without the package of Practifi, person
accounts and Shared Activities (M1, M2, ATT-02, ATT-03, ATT-04)."""

from itertools import product
from typing import Any

import pytest

from contracts.person import Source

ORGS = {
    f"{namespace or 'no package'}, {'person accounts' if person else 'contacts only'}, "
    f"{'shared activities' if shared else 'one person an Event'}": (namespace, person, shared)
    for namespace, person, shared in product(("practifi__", "cloupra__", ""), (True, False), (True, False))
}


def plant(place: Any) -> dict[str, tuple[str, Source]]:
    """People of all kinds; the person of each address and how it is theirs. A household has addresses of its own."""
    org, now, namespace = place.salesforce, place.now, place.salesforce.switches.namespace
    home = org.insert("Account", {"Name": "Home", f"{namespace}Household_Email__c": "Home@Client.example"}, now)
    org.insert("ContactPointEmail", {"ParentId": home, "EmailAddress": "house@client.example"}, now)
    known = {
        "mail@client.example": (place.contact("A", Email="Mail@Client.example", AccountId=home), Source.EMAIL),
        "other@client.example": (
            place.contact("B", **{f"{namespace}Alternate_Email__c": "OTHER@client.example"}), Source.ALTERNATE),
        "helper@client.example": (place.contact("C", Assistant_Email__c="Helper@client.example"), Source.CUSTOM),
        "user@firm.example": (place.user("User Fry"), Source.EMAIL),
    }  # fmt: skip
    individual = org.insert("Individual", {"LastName": "D"}, now)
    org.insert("ContactPointEmail", {"ParentId": individual, "EmailAddress": "Point@client.example"}, now)
    known["point@client.example"] = place.contact("D", IndividualId=individual), Source.CONTACT_POINT
    return known | (_person_account(place) if org.switches.person_accounts else {})


def _person_account(place: Any) -> dict[str, tuple[str, Source]]:
    namespace = place.salesforce.switches.namespace
    fields = {
        "LastName": "E", "PersonEmail": "P@client.example", f"{namespace}Alternate_Email__pc": "P2@client.example",
        "Assistant_Email__pc": "P3@client.example",
    }  # fmt: skip
    account = place.salesforce.insert("Account", fields, place.now)
    place.salesforce.insert("ContactPointEmail", {"ParentId": account, "EmailAddress": "P4@client.example"}, place.now)
    contact = place.salesforce.row("Account", account)["PersonContactId"]
    sources = (Source.EMAIL, Source.ALTERNATE, Source.CUSTOM, Source.CONTACT_POINT)
    names = ("p", "p2", "p3", "p4")
    return {f"{name}@client.example": (contact, source) for name, source in zip(names, sources, strict=True)}


@pytest.mark.parametrize("org", ORGS.values(), ids=ORGS)
async def test_people_are_known_by_every_address_that_is_theirs(opened: Any, org: tuple[str, bool, bool]) -> None:
    namespace, person, shared = org
    place = await opened(namespace=namespace, person_accounts=person, shared_activities=shared)
    known = plant(place)
    assert (place.shape.namespace, place.shape.person_accounts, place.shape.shared_activities) == (
        namespace.removesuffix("__"), person, shared,
    )  # fmt: skip
    people = (await place.read()).people
    found = {address: (one.id, source) for one in people for address, source in one.addresses}
    found.pop("calsync@firm.example")  # the integration user
    assert found == known
    assert {one.id for one in people if one.individual} == ({known["p@client.example"][0]} if person else set())
    first, second = known["mail@client.example"][0], known["point@client.example"][0]
    place.event(**{"EventWhoIds": [first, second]} if shared else {"WhoId": first})
    (row,) = (await place.read()).rows
    assert row.people == ((first, second) if shared else (first,))

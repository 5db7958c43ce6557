"""The people of a made-up firm: advisors and staff on both sides, households and clients with every kind of address.
Everything is drawn from one seed, so that the same firm can be had again."""

from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Any
from unicodedata import normalize

from services.sandbox import words
from services.sandbox.sides import Sides

DOMAIN = "firm.example"
HOUSEHOLDS, CLIENTS, CONTACTS = 150, 240, 60
_FIFTH, _BEYOND = 5, 3  # three households of five have one member more
_NO_EMAIL, _ASSISTED, _POINTED = 6, 4, 2  # the remainders at which a client has none, one of the assistant, a point
OFFICES = (
    ("Eastern Standard Time", "America/New_York", 5), ("Central Standard Time", "America/Chicago", 3),
    ("GMT Standard Time", "Europe/London", 2), ("AUS Eastern Standard Time", "Australia/Sydney", 2),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Person:
    """One of the firm: mailbox name and its zone as Microsoft names it, the org's user ("" without one)."""

    name: str
    address: str
    zone: str
    user: str = ""


@dataclass(frozen=True, slots=True)
class Client:
    """One client: the contact's id and every address that reaches it."""

    name: str
    contact: str
    addresses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class People:
    """Who belongs to the firm. `others` have a mailbox but no user of their own (M7): one twice, one not at all."""

    advisors: tuple[Person, ...]
    assistants: tuple[Person, ...]
    others: tuple[Person, ...]
    clients: tuple[Client, ...]


class Names:
    """Names that come once each."""

    def __init__(self, chance: Random) -> None:
        self._pairs = [(first, last) for first in words.FIRST for last in words.LAST]
        chance.shuffle(self._pairs)

    def next(self, last: str | None = None) -> tuple[str, str]:
        """First and last name; of this family when one is named."""
        at = next((at for at, pair in enumerate(self._pairs) if last in {None, pair[1]}), 0)
        return self._pairs.pop(at)


def mail(first: str, last: str, domain: str) -> str:
    """An address in plain letters."""
    plain = normalize("NFKD", f"{first}.{last}".replace("Ł", "L")).encode("ascii", "ignore").decode()
    return f"{plain.lower()}@{domain}"


def make_people(sides: Sides, chance: Random, at: datetime) -> People:
    """Fills both sides with people."""
    names = Names(chance)
    zones = [office[:2] for office in OFFICES for _ in range(office[2])]
    advisors = tuple(_staff(sides, names, zone, number, "advisor") for number, zone in enumerate(zones))
    assistants = tuple(_staff(sides, names, OFFICES[number][:2], number, "assistant") for number in range(4))
    others = (_twice(sides, names), _staff(sides, names, OFFICES[1][:2], 0, "missing"))
    for kind in ("on_premises", "unlicensed"):
        first, last = names.next()
        address = mail(first, last, DOMAIN)
        sides.microsoft.add_user(name=f"{first} {last}", upn=address, zone=OFFICES[0][0], kind=kind)
        sides.salesforce.add_user(name=f"{first} {last}", email=address, zone=OFFICES[0][1])
    owners = [person.user for person in advisors]
    return People(advisors, assistants, others, _clients(sides, names, chance, owners, at))


def _staff(sides: Sides, names: Names, zone: tuple[str, str], number: int, kind: str) -> Person:
    first, last = names.next()
    name, address = f"{first} {last}", mail(first, last, DOMAIN)
    aliases = (mail(first[0], last, DOMAIN),) if number % 4 == 1 else ()
    sides.microsoft.add_user(name=name, upn=address, mail=address, aliases=aliases, zone=zone[0])
    user = "" if kind == "missing" else sides.salesforce.add_user(name=name, zone=zone[1], **_keys(address, number))
    return Person(name, address, zone[0], user)


def _keys(address: str, number: int) -> dict[str, Any]:
    """By what user and mailbox are one: federation id, address or username, not always in the same case (M7)."""
    local = address.partition("@")[0]
    if number % 3 == 0:
        shown = address.upper() if number % 2 else address
        return {"email": f"{local}@crm.example.org", "username": f"{local}@firm.crm", "federation_id": shown}
    if number % 3 == 1:
        return {"email": address.title() if number % 2 else address, "username": f"{local}@firm.crm"}
    return {"email": f"{local}@mail.example.org", "username": address}


def _twice(sides: Sides, names: Names) -> Person:
    """A mailbox that two active users claim; a third, inactive one does not count."""
    first, last = names.next()
    name, address = f"{first} {last}", mail(first, last, DOMAIN)
    sides.microsoft.add_user(name=name, upn=address, zone=OFFICES[0][0])
    for number, active in enumerate((True, True, False)):
        username = f"{first}.{number}@firm.crm".lower()
        sides.salesforce.add_user(name=name, email=address, username=username, active=active, zone=OFFICES[0][1])
    return Person(name, address, OFFICES[0][0])


def _clients(sides: Sides, names: Names, chance: Random, owners: list[str], at: datetime) -> tuple[Client, ...]:
    made: list[Client] = []
    for number in range(HOUSEHOLDS):
        family = chance.choice(words.LAST)
        members = CLIENTS // HOUSEHOLDS + (number % _FIFTH < _BEYOND)
        owner = chance.choice(owners)
        people = [names.next(family) for _ in range(members)]
        shared = mail("family", family, "example.com") if number % 10 == 0 else None
        fields = {"Name": f"{family} Household", "OwnerId": owner, _household(sides): shared}
        sides.salesforce.insert("Account", fields, at, by=owner)
        made += [_individual(sides, pair, len(made) + place, owner, at, shared) for place, pair in enumerate(people)]
    firms = [sides.salesforce.insert("Account", {"Name": name}, at) for name in words.ORGANISATIONS]
    made += [_contact(sides, names.next(), number, firms[number % len(firms)], at) for number in range(CONTACTS)]
    return tuple(made)


def _household(sides: Sides) -> str:
    return f"{sides.salesforce.switches.namespace}Household_Email__c"


def _emails(sides: Sides, pair: tuple[str, str], number: int) -> dict[str, str]:
    """By turns: an address, a second one, one of the assistant, capitals, none; keyed by the fields of a Contact."""
    first, last = pair
    main = mail(first, last, "example.com" if number % 2 else "example.org")
    made: dict[str, str] = {}
    if number % 7 != _NO_EMAIL:
        made["Email"] = main.title() if number % 5 == 0 else main
    if number % 4 == 1:
        made[f"{sides.salesforce.switches.namespace}Alternate_Email__c"] = mail(first, f"{last}.home", "example.net")
    if number % 9 == _ASSISTED:
        made["Assistant_Email__c"] = mail(f"office.{first}", last, "example.net")
    return made


def _individual(
    sides: Sides, pair: tuple[str, str], number: int, owner: str, at: datetime, shared: str | None
) -> Client:
    emails = _emails(sides, pair, number)
    if shared and "Email" not in emails:
        emails["Email"] = shared
    named = {("PersonEmail" if key == "Email" else f"{key[:-1]}pc"): value for key, value in emails.items()}
    account = sides.salesforce.insert(
        "Account", {"FirstName": pair[0], "LastName": pair[1], "OwnerId": owner, **named}, at, by=owner
    )
    row = sides.salesforce.row("Account", account)
    return _reached(sides, pair, number, row["PersonContactId"], account, emails, at)


def _contact(sides: Sides, pair: tuple[str, str], number: int, account: str, at: datetime) -> Client:
    emails = _emails(sides, pair, number)
    fields: dict[str, Any] = {"FirstName": pair[0], "LastName": pair[1], "AccountId": account, **emails}
    if number % 5 == _POINTED:
        fields["IndividualId"] = sides.salesforce.insert("Individual", {"FirstName": pair[0], "LastName": pair[1]}, at)
    contact = sides.salesforce.insert("Contact", fields, at)
    return _reached(sides, pair, number, contact, fields.get("IndividualId", ""), emails, at)


def _reached(
    sides: Sides, pair: tuple[str, str], number: int, contact: str, parent: str, emails: dict[str, str], at: datetime
) -> Client:
    """With a contact point besides for every fifth, where the org allows one."""
    addresses = list(emails.values())
    if parent and number % 5 == _POINTED:
        point = mail(pair[0], f"{pair[1]}.point", "example.com")
        sides.salesforce.insert("ContactPointEmail", {"ParentId": parent, "EmailAddress": point}, at)
        addresses.append(point)
    return Client(" ".join(pair), contact, tuple(addresses))

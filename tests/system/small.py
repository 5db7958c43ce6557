"""A small firm: as few people and events as show everything, so that a test pays for a start and little more. Made of
the sandbox's own pieces and left on the disk as a sandbox leaves its memory: the one that `up` starts carries on with
it and knows nothing of the difference."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from services.cli.firm import arguments
from services.cli.place import Place
from services.sandbox import agenda, series
from services.sandbox.__main__ import options
from services.sandbox.agenda import Diary
from services.sandbox.journal import Journal
from services.sandbox.keys import made
from services.sandbox.people import OFFICES, Client, Person
from services.sandbox.salesforce import times
from services.sandbox.sides import Sides
from services.sandbox.world import World

Fill = Callable[[World], None]
SEED = 1
STAFF = ("Lena Gilmour", "Dana Lukasik", "Emre Tanaka", "Orla Keane", "Felix Harlow", "Yara Okafor")
STRANGER = "Hugo Winslow"
"""Has a mailbox and is nobody in the org (M7)."""
CLIENTS = 12
REPEATING = 2
"""So many of the staff have every kind of series."""
REVIEWS, PERSONAL, WHOLE_DAYS = agenda.KINDS, 3, 4
AGE = timedelta(days=60)
EVENTS = 300
"""Both sides have to show more than this in the window."""


def settle(place: Place, fill: Fill) -> None:
    """Leave a world that `fill` has filled where the sandbox of this folder looks for its memory."""
    world = made(options(arguments(place)).keys, SEED)
    fill(world)
    journal = Journal(place.data / "sandbox")
    journal.start(lambda: world)
    journal.release()


def small_firm(world: World) -> None:
    """Fill an empty world: six people with calendars of every kind, one whom the org does not know, and clients."""
    now, sides = datetime.now(UTC), world.sides
    staff = [_person(sides, name, number) for number, name in enumerate(STAFF)]
    sides.microsoft.add_user(name=STRANGER, upn=address(STRANGER))
    clients = tuple(_client(sides, number, now) for number in range(CLIENTS))
    diary = Diary(Random("a small firm"), now.date(), clients)
    for number, person in enumerate(staff):
        colleague = staff[number - 1]
        events = [
            *(agenda.review(diary, person, one) for one in range(REVIEWS)),
            *(agenda.personal(diary, person, one) for one in range(PERSONAL)),
            *(agenda.whole_day(diary, person, one) for one in range(WHOLE_DAYS)),
            agenda.internal(diary, person, [colleague]),
            *(series.own(diary, person, number) if number < REPEATING else ()),
        ]
        for event in events:
            sides.microsoft.add(person.address, event, now - AGE, notify=False)
        _plain(sides, diary, person, now)
    sides.microsoft.mails.clear()


def address(name: str) -> str:
    return f"{name.lower().replace(' ', '.')}@firm.example"


def _person(sides: Sides, name: str, number: int) -> Person:
    """Mailbox and user are one by federation id, address or username, in turn (M7)."""
    zone, place, _ = OFFICES[number % len(OFFICES)]
    mail, other = address(name), f"{number}@crm.example.org"
    keys: dict[str, Any] = (
        {"email": other, "username": other, "federation_id": mail.upper()},
        {"email": mail.title(), "username": other},
        {"email": other, "username": mail},
    )[number % 3]
    sides.microsoft.add_user(name=name, upn=mail, zone=zone)
    return Person(name, mail, zone, sides.salesforce.add_user(name=name, zone=place, **keys))


def _client(sides: Sides, number: int, at: datetime) -> Client:
    mail = f"client.{number}@example.org"
    contact = sides.salesforce.insert("Contact", {"FirstName": "Client", "LastName": f"{number}", "Email": mail}, at)
    return Client(f"Client {number}", contact, (mail,))


def _plain(sides: Sides, diary: Diary, person: Person, at: datetime) -> None:
    """An Event of Practifi's own with a client on it, older than any sync."""
    begin = (at + timedelta(days=diary.chance.randint(20, 200))).replace(minute=0, second=0, microsecond=0)
    fields = {
        "OwnerId": person.user, "Subject": "Annual review (Practifi)", "StartDateTime": times.wire(begin),
        "DurationInMinutes": 60, "EventWhoIds": [diary.chance.choice(diary.clients).contact],
    }  # fmt: skip
    sides.salesforce.insert("Event", fields, at - AGE, by=person.user)

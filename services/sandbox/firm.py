"""A believable firm on both sides: people, clients, two thousand calendar items of every kind, a few Practifi Events
that nobody has touched since (D7). Made once, at first start, from one seed; nobody is mailed for it."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from random import Random
from typing import Any

from services.sandbox import agenda, series, values, words
from services.sandbox.agenda import Diary
from services.sandbox.people import OFFICES, People, Person, make_people
from services.sandbox.salesforce import times
from services.sandbox.sides import Sides
from services.sandbox.world import World

Json = dict[str, Any]
REVIEWS, PERSONAL, WHOLE_DAYS, INTERNAL, FEW, PLAIN = 114, 9, 12, 5, 12, 30
AGE = timedelta(days=60)


def make_firm(world: World, seed: int, at: datetime) -> People:
    """Fills an empty world; the same seed and time make the same firm."""
    chance = Random(f"firm {seed}")
    sides = world.sides
    people = make_people(sides, chance, at - AGE)
    diary = Diary(chance, at.date(), people.clients)
    for person, event in _series(diary, people):
        sides.microsoft.add(person.address, event, at - AGE, notify=False)
    for number, person in enumerate(people.advisors):
        _except(sides, chance, person, number, at)
    for person, event in _singles(diary, people):
        sides.microsoft.add(person.address, event, at - timedelta(days=chance.randint(1, 50)), notify=False)
    _special(sides, diary, people, at)
    for person in (*people.advisors, *people.assistants):
        _answer(sides, chance, person, at)
    _plain(sides, chance, people, at)
    sides.microsoft.mails.clear()
    return people


def _series(diary: Diary, people: People) -> Iterator[tuple[Person, Json]]:
    for number, person in enumerate(people.advisors):
        yield from ((person, event) for event in series.own(diary, person, number))
    for office in OFFICES:
        chief, *others = [one for one in people.advisors if one.zone == office[0]]
        yield from ((chief, event) for event in series.team(diary, chief, others))
    chief, *others = people.advisors
    yield chief, series.everybody(diary, chief, others)


def _singles(diary: Diary, people: People) -> Iterator[tuple[Person, Json]]:
    for number, person in enumerate(people.advisors):
        yield from ((person, agenda.review(diary, person, one)) for one in range(REVIEWS))
        yield from ((person, agenda.personal(diary, person, one)) for one in range(PERSONAL))
        yield from ((person, agenda.whole_day(diary, person, one)) for one in range(WHOLE_DAYS))
        for one in range(INTERNAL):
            at = [(number + one + step) % len(people.advisors) for step in (1, 3)]
            yield person, agenda.internal(diary, person, [people.advisors[place] for place in at])
    for person in (*people.assistants, *people.others):
        yield from ((person, agenda.review(diary, person, one)) for one in range(FEW))


def _except(sides: Sides, chance: Random, person: Person, number: int, at: datetime) -> None:
    """Of three series, one occurrence each is moved, renamed and cancelled."""
    low, high = at + timedelta(days=7), at + timedelta(days=200)
    found = sides.microsoft.events(person.address, low, high)
    weekly = [
        one for one in found if one["type"] == "occurrence" and one["subject"] in {"Weekly planning", "Mentoring"}
    ]
    for turn, one in enumerate(chance.sample(weekly, 3)):
        if turn == 0:
            begin = datetime.fromisoformat(one["start"]["dateTime"][:19]) + timedelta(hours=3, days=number % 2)
            sides.microsoft.change(person.address, one["id"], agenda.timed(begin, 30, "UTC"), at - timedelta(days=20))
        elif turn == 1:
            said = {
                "subject": f"{one['subject']} (with guest)",
                "location": {"displayName": chance.choice(words.PLACES)},
            }
            sides.microsoft.change(person.address, one["id"], said, at - timedelta(days=19))
        else:
            sides.microsoft.delete(person.address, one["id"], at - timedelta(days=18))


def _special(sides: Sides, diary: Diary, people: People, at: datetime) -> None:
    """What every firm has once: a seminar of more than fifty, a cancelled meeting, something old, something far off."""
    person, other = people.advisors[0], people.advisors[1]
    day = datetime.combine(diary.today + timedelta(days=45), time(18, 0))
    crowd = [agenda.guest(one) for one in diary.addresses()[:63]]
    seminar = {"subject": "Client seminar", "attendees": crowd, **agenda.timed(day, 120, person.zone)}
    sides.microsoft.add(person.address, seminar, at - timedelta(days=9), notify=False)
    off = sides.microsoft.add(
        person.address, agenda.internal(diary, person, [other]), at - timedelta(days=8), notify=False
    )
    sides.microsoft.delete(person.address, off["id"], at - timedelta(days=2))
    for away in (-200, -75, agenda.AHEAD + 40, agenda.AHEAD + 300):
        begin = datetime.combine(diary.today + timedelta(days=away), time(10, 0))
        event = {"subject": diary.chance.choice(words.REVIEWS), **agenda.timed(begin, 60, other.zone)}
        sides.microsoft.add(other.address, event, at - timedelta(days=7), notify=False)


def _answer(sides: Sides, chance: Random, person: Person, at: datetime) -> None:
    """Some of the meetings to which a person is invited are accepted, some are not sure."""
    copies = [
        one for one in sides.microsoft.events(person.address) if not one["isOrganizer"] and not one["isCancelled"]
    ]
    for one in copies:
        response = chance.choice(("accepted", "accepted", "tentativelyAccepted", None))
        if response:
            sides.microsoft.respond(person.address, one["id"], response, at - timedelta(days=1))


def _plain(sides: Sides, chance: Random, people: People, at: datetime) -> None:
    """Practifi's own Events, older than any sync."""
    for number in range(PLAIN):
        person = people.advisors[number % len(people.advisors)]
        day = at.date() + timedelta(days=chance.randint(2, 300))
        begin = values.instant(datetime.combine(day, time(chance.randint(9, 16))), values.place(person.zone))
        fields: Json = {
            "OwnerId": person.user, "Subject": f"{chance.choice(words.REVIEWS)} (Practifi)",
            "StartDateTime": times.wire(begin), "DurationInMinutes": 60, "Location": chance.choice(words.PLACES),
        }  # fmt: skip
        if number % 3 == 0:
            fields["EventWhoIds"] = [one.contact for one in chance.sample(people.clients, 1 + number % 2)]
        sides.salesforce.insert("Event", fields, at - AGE, by=person.user)

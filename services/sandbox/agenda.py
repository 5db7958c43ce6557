"""What stands in the calendars of a made-up firm, as Graph JSON: appointments of every kind that calendars hold.
Draws from the chance that it is given and reads nothing else."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any

from services.sandbox import words
from services.sandbox.people import Client, Person

Json = dict[str, Any]
BACK, AHEAD = 30, 730
_WEEKEND = 5
KINDS, ABROAD, LONG_UNTIL = 24, 11, 30
STRANGER = 0.2
FOREIGN = (
    "Tokyo Standard Time", "W. Europe Standard Time", "India Standard Time", "Pacific Standard Time", "Asia/Singapore",
)  # fmt: skip
TEAMS: Json = {"isOnlineMeeting": True, "onlineMeetingProvider": "teamsForBusiness"}


@dataclass(frozen=True, slots=True)
class Diary:
    """The chance, the first day (today) and the clients from which appointments are made."""

    chance: Random
    today: date
    clients: tuple[Client, ...]

    def day(self, low: int = -BACK + 2, high: int = AHEAD - 5) -> date:
        """A working day, sooner ones more often."""
        reach = self.chance.random() ** 2 * (high - low)
        found = self.today + timedelta(days=low + int(reach))
        return found + timedelta(days=7 - found.weekday()) if found.weekday() >= _WEEKEND else found

    def hour(self) -> time:
        return time(self.chance.randint(8, 16), self.chance.choice((0, 0, 15, 30)))

    def guests(self, count: int) -> list[Json]:
        """Clients by any of their addresses, and now and then somebody whom nobody knows."""
        made = [guest(one) for one in self.chance.sample(self.addresses(), count)]
        if self.chance.random() < STRANGER:
            stranger = f"{self.chance.choice(words.FIRST)}.{self.chance.randint(100, 999)}@unknown.example.org"
            made.append(guest(stranger.lower().encode("ascii", "ignore").decode()))
        return made

    def addresses(self) -> list[str]:
        return [self.chance.choice(one.addresses) for one in self.clients if one.addresses]


def guest(address: str, kind: str = "required") -> Json:
    """One attendee."""
    return {"type": kind, "emailAddress": {"address": address}}


def timed(begin: datetime, minutes: int, zone: str) -> Json:
    """Start and end by the wall clock of a zone."""
    return {"start": stamp(begin, zone), "end": stamp(begin + timedelta(minutes=minutes), zone), "isAllDay": False}


def stamp(at: datetime, zone: str) -> Json:
    return {"dateTime": at.isoformat(timespec="seconds"), "timeZone": zone}


def days(first: date, count: int, zone: str) -> Json:
    """All day, for so many days."""
    begin = datetime.combine(first, time())
    return {"start": stamp(begin, zone), "end": stamp(begin + timedelta(days=count), zone), "isAllDay": True}


def review(diary: Diary, person: Person, number: int) -> Json:
    """A client meeting; each number is another variety, so that a few dozen of them hold all."""
    chance = diary.chance
    client = chance.choice(diary.clients)
    zone = FOREIGN[number // KINDS % len(FOREIGN)] if number % KINDS == ABROAD else person.zone
    begin = datetime.combine(diary.day(), diary.hour())
    made: Json = {
        "subject": f"{chance.choice(words.REVIEWS)}: {client.name}",
        "body": {"contentType": "text", "content": chance.choice(words.AGENDA)},
        "location": {"displayName": chance.choice(words.PLACES)},
        **timed(begin, chance.choice((30, 45, 60, 60, 90)), zone),
        **_variety(diary, number),
    }
    if number % 10 not in {7, 8, 9}:
        made.setdefault("attendees", diary.guests(1 + number % 2))
    return made


def _variety(diary: Diary, number: int) -> Json:
    chance = diary.chance
    kinds: dict[int, Json] = {
        1: {"showAs": "tentative"}, 2: {"categories": ["Client", "Follow-up"]}, 3: {"importance": "high"},
        4: {"locations": [{"displayName": one} for one in chance.sample(words.PLACES, 3)]},
        5: {"showAs": "free"}, 6: {"showAs": "workingElsewhere"}, 7: {"subject": chance.choice(words.UNUSUAL)},
        8: {"isReminderOn": False}, 9: {"body": {"contentType": "html", "content": "<p>Please <b>confirm</b></p>"}},
        10: {"responseRequested": False},
        12: {"attendees": [*diary.guests(3), guest("room.harbour@firm.example", "resource")]},
        13: {"subject": long_subject(diary)} if number < LONG_UNTIL else {},
        14: {"hideAttendees": True}, 15: {"reminderMinutesBeforeStart": 60}, 16: {"showAs": "oof"},
    }  # fmt: skip
    return TEAMS if number % KINDS in {17, 18, 19} else kinds.get(number % KINDS, {})


def long_subject(diary: Diary) -> str:
    """Longer than the 255 characters that a Practifi Event holds."""
    return "; ".join(f"{one} with {diary.chance.choice(diary.clients).name}" for one in words.REVIEWS)


def personal(diary: Diary, person: Person, number: int) -> Json:
    """Nobody else's business, in three degrees."""
    degree = ("private", "confidential", "personal")[number % 3]
    begin = datetime.combine(diary.day(), diary.hour())
    subject = diary.chance.choice(words.PERSONAL)
    return {"subject": subject, "sensitivity": degree, **timed(begin, 60, person.zone)}


def whole_day(diary: Diary, person: Person, number: int) -> Json:
    """A day or several."""
    if number % 3:
        return {"subject": diary.chance.choice(words.ALL_DAY), "showAs": "free", **days(diary.day(), 1, person.zone)}
    length = diary.chance.choice((3, 5, 10, 16))
    return {"subject": diary.chance.choice(words.AWAY), "showAs": "oof", **days(diary.day(), length, person.zone)}


def internal(diary: Diary, person: Person, colleagues: list[Person]) -> Json:
    """A meeting of several of the firm; each has a copy of it."""
    begin = datetime.combine(diary.day(), diary.hour())
    return {
        "subject": diary.chance.choice(words.INTERNAL),
        "location": {"displayName": diary.chance.choice(words.PLACES)},
        "attendees": [guest(one.address) for one in colleagues],
        **timed(begin, 60, person.zone),
    }

"""The neutral value that both calendars map to, so that merging needs to know neither of them. It must never hold a
word, an id form or a limit that only one side has."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated

from msgspec import Meta, Struct

Instant = Annotated[datetime, Meta(tz=True)]
"""A point in time with its offset; a naive one is refused at decoding."""


class Side(StrEnum):
    """One of the two calendars that are kept alike."""

    MICROSOFT = "microsoft"
    PRACTIFI = "practifi"

    @property
    def other(self) -> "Side":
        return Side.PRACTIFI if self is Side.MICROSOFT else Side.MICROSOFT


class ShowAs(StrEnum):
    FREE = "free"
    TENTATIVE = "tentative"
    BUSY = "busy"
    AWAY = "away"
    ELSEWHERE = "elsewhere"


class Sensitivity(StrEnum):
    NORMAL = "normal"
    PERSONAL = "personal"
    PRIVATE = "private"
    CONFIDENTIAL = "confidential"


PRIVATE = frozenset({Sensitivity.PRIVATE, Sensitivity.CONFIDENTIAL})
"""What the policy `private_events` is about (P1)."""

PRIVATE_SUBJECT = "Private appointment"
"""All that is told of what such an event says (P1)."""


class Importance(StrEnum):
    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"


class Response(StrEnum):
    """What an attendee answered."""

    NONE = "none"
    ACCEPTED = "accepted"
    TENTATIVE = "tentative"
    DECLINED = "declined"


class Role(StrEnum):
    REQUIRED = "required"
    OPTIONAL = "optional"
    RESOURCE = "resource"


class Timed(Struct, frozen=True, tag="timed"):
    """From `start` until before `end`, both UTC; `zone` is the organizer's IANA zone, or "" where the side has none."""

    start: Instant
    end: Instant
    zone: str = ""


class Days(Struct, frozen=True, tag="days"):
    """Whole days from `first` until before `until`: dates, which no zone moves (Z1)."""

    first: date
    until: date


When = Timed | Days


class Attendee(Struct, frozen=True):
    """A person or room that is invited; `address` is lower-case."""

    address: str
    name: str = ""
    role: Role = Role.REQUIRED
    response: Response = Response.NONE


class CalendarEvent(Struct, frozen=True, omit_defaults=True):
    """One event, or one occurrence of a series, as a side holds it.

    `body` is plain text. `reminder` is minutes before the start, None for none. `recurrence` says the rule of the
    series in words ("Every 2 weeks on Mon, Wed until 30 Jun 2027") and is empty for a single event. `online` asks for
    or marks an online meeting and `join_url` opens it. `attendee_count` counts everybody, also those who are not in
    `attendees` because a side shows only some (A1). `my_response` is the owner's own answer.
    """

    when: When
    subject: str = ""
    location: str = ""
    body: str = ""
    show_as: ShowAs = ShowAs.BUSY
    sensitivity: Sensitivity = Sensitivity.NORMAL
    reminder: int | None = None
    importance: Importance = Importance.NORMAL
    categories: tuple[str, ...] = ()
    online: bool = False
    join_url: str = ""
    recurrence: str = ""
    organizer: str = ""
    attendees: tuple[Attendee, ...] = ()
    attendee_count: int = 0
    my_response: Response = Response.NONE


FIELDS: tuple[str, ...] = CalendarEvent.__struct_fields__
"""Names of the fields that are merged one by one; start, end, zone and all-day are one of them (ruling 4)."""

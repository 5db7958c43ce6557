"""The events of the scenarios' section 0: names, dates and zones as written there, as keyword arguments of
`Outlook.add`. The ids are the sandbox's own."""

from typing import Any

from tests.conformance.scenarios.stage import JOHN, Stage

Json = dict[str, Any]
ROMANCE, PACIFIC, EASTERN = "Romance Standard Time", "Pacific Standard Time", "Eastern Standard Time"
AUTUMN = "2021-09-22T00:00"
"""Now, for F_SINGLE and F_SERIES."""


def utc(at: str) -> Json:
    return {"dateTime": f"{at}:00", "timeZone": "UTC"}


def guest(address: str, kind: str = "required") -> Json:
    """An attendee."""
    return {"type": kind, "emailAddress": {"address": address}}


def rule(pattern: Json, first: str, last: str, zone: str) -> Json:
    """A recurrence from a day to a day, both included."""
    span = {"type": "endDate", "startDate": first, "endDate": last, "recurrenceTimeZone": zone}
    return {"pattern": {"interval": 1, **pattern}, "range": span}


def daily(first: str, last: str, zone: str, every: int = 1) -> Json:
    return rule({"type": "daily", "interval": every}, first, last, zone)


GUEST = {"type": "required", "emailAddress": {"name": "John", "address": JOHN}}
F_SINGLE: Json = {
    "subject": "simple_event", "body": "my simple event", "attendees": [GUEST], "showAs": "busy",
    "start": utc("2021-09-22T10:00"), "end": utc("2021-09-22T11:00"),
}  # fmt: skip
F_SERIES: Json = {
    "subject": "recurrent event", "start": utc("2021-09-22T10:00"), "end": utc("2021-09-22T11:00"),
    "recurrence": daily("2021-09-22", "2021-10-04", ROMANCE, 2),
}  # fmt: skip
F_DAILY3: Json = {
    "subject": "My recurrent event", "start": utc("2020-05-03T14:30"), "end": utc("2020-05-03T16:00"),
    "recurrence": daily("2020-05-03", "2020-05-05", ROMANCE),
}  # fmt: skip
F_EXP: Json = {
    "subject": "exp", "start": utc("2022-09-19T15:00"), "end": utc("2022-09-19T15:30"),
    "recurrence": daily("2022-09-19", "2022-09-21", PACIFIC),
}  # fmt: skip
F_DST: Json = {
    "subject": "dst", "start": utc("2022-11-05T12:00"), "end": utc("2022-11-05T12:30"),
    "recurrence": daily("2022-11-05", "2022-11-06", EASTERN),
}  # fmt: skip
F_MOVED: Json = {
    "subject": "moved", "start": utc("2022-09-26T12:00"), "end": utc("2022-09-26T12:30"),
    "recurrence": daily("2022-09-26", "2022-09-28", "UTC"),
}  # fmt: skip

DAYS = ("2021-09-22", "2021-09-24", "2021-09-26", "2021-09-28", "2021-09-30", "2021-10-02", "2021-10-04")
NAME = "recurrent event"
"""The occurrences of F_SERIES, and what they are called."""


def lines(*days: str, name: str = NAME, hours: str = "10:00-11:00") -> list[str]:
    """What a calendar shows of events of those days."""
    return [f"{day} {hours} {name}" for day in days]


def at(day: str, hour: str = "10:00", until: str = "11:00") -> Json:
    """Start and end."""
    return {"start": utc(f"{day}T{hour}"), "end": utc(f"{day}T{until}")}


async def known(it: Stage, **said: Any) -> str:
    """F_SERIES, which both sides have."""
    series = it.outlook().add(**F_SERIES | said)
    await it.sync()
    return series

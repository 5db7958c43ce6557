"""What people type into an event, field by field, as Practifi can show it: read from either side's own JSON, so that
the deeds and the judge mean the same by a word."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

Json = dict[str, Any]
SHOWS = {"free": "Free", "oof": "OutOfOffice"}
DAY = {True: "all day", False: ""}


class Said(NamedTuple):
    """The fields of an event; its time is one of them (ruling 4)."""

    subject: str
    location: str
    show_as: str
    time: tuple[str, str, str]


def said(event: Json) -> Said:
    """What an event of either side says."""
    return _graph(event) if "showAs" in event else _row(event)


def fields(given: Iterable[str]) -> set[str]:
    """The fields of which somebody's change speaks."""
    return {"time" if key in {"start", "all_day"} else key for key in given} & set(Said._fields)


def at(text: str) -> datetime:
    """A time of Practifi's, in UTC."""
    return datetime.fromisoformat(text).astimezone(UTC).replace(tzinfo=None)


def _graph(one: Json) -> Said:
    start, end = (datetime.fromisoformat(one[key]["dateTime"][:19]).isoformat() for key in ("start", "end"))
    place = "; ".join(part["displayName"] for part in one["locations"] or [] if part["displayName"])
    return Said(one["subject"], place, SHOWS.get(one["showAs"], "Busy"), (start, end, DAY[one["isAllDay"]]))


def _row(one: Json) -> Said:
    end = at(one["EndDateTime"]) + (timedelta(days=1) if one["IsAllDayEvent"] else timedelta())
    time = at(one["StartDateTime"]).isoformat(), end.isoformat(), DAY[one["IsAllDayEvent"]]
    return Said(one["Subject"] or "", one["Location"] or "", one["ShowAs"], time)

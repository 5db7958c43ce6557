"""A person in Outlook: what was typed becomes Graph JSON, as the mailbox would have stored it.
The mailbox itself decides what it takes; nothing here bends its rules."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from services.sandbox import values
from services.sandbox.microsoft import Microsoft, events, occurrences, render
from services.sandbox.microsoft.render import Form, Shelf
from services.sandbox.microsoft.zones import seven
from services.sandbox.values import Unclear, flag, moment

Json = dict[str, Any]
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
_SHOWS = {"free": "free", "busy": "busy", "tentative": "tentative", "oof": "oof", "outofoffice": "oof",
          "workingelsewhere": "workingElsewhere", "unknown": "unknown"}  # fmt: skip


def add(microsoft: Microsoft, mailbox: str, given: Any, at: datetime) -> Json:
    """The new event; tomorrow's next full hour, one hour long, "New event", where nothing else is said."""
    asked = values.asked(given)
    zone = asked.get("time_zone") or zone_of(microsoft, mailbox)
    asked.setdefault("subject", "New event")
    if "start" not in asked:
        asked["start"] = values.tomorrow(at, values.place(zone)).isoformat()
    return microsoft.add(mailbox, {**_plain(asked), **_times(asked, zone, None)}, at)


def change(microsoft: Microsoft, mailbox: str, event: str, given: Any, at: datetime) -> Json:
    """The changed event; a new start alone takes the end along."""
    asked = values.asked(given)
    current = find(microsoft, mailbox, event)
    zone = asked.get("time_zone") or current["originalStartTimeZone"]
    if {"start", "end", "all_day"} & asked.keys():
        return microsoft.change(mailbox, event, {**_plain(asked), **_times(asked, zone, current)}, at)
    return microsoft.change(mailbox, event, _plain(asked), at)


def find(microsoft: Microsoft, mailbox: str, event: str) -> Json:
    """The event, or one occurrence, as it stands; Unclear without mailbox, Refused 404 without event."""
    box = microsoft.tenant.holder(mailbox)
    if box is None:
        raise Unclear(f"there is no mailbox {mailbox}")
    return render.annotated(Shelf(microsoft.tenant, box), occurrences.at(*events.find(box, event)), Form())


def zone_of(microsoft: Microsoft, mailbox: str) -> str:
    """The zone that a mailbox is set to; Refused 404 for an unknown one."""
    return microsoft.tenant.user(mailbox).zone


def _plain(asked: Json) -> Json:
    """Everything but the times."""
    made: Json = {}
    for name, value in asked.items():
        if name in {"start", "end", "all_day", "time_zone"}:
            continue
        key, said = _one(name, value)
        made.update(_nested(made, key, said))
        if name == "teams" and said:
            made["onlineMeetingProvider"] = "teamsForBusiness"
    return made


def _one(name: str, value: Any) -> tuple[str, Any]:
    if name == "body":
        return name, value if isinstance(value, dict) else {"contentType": "text", "content": value or ""}
    if name == "location":
        return name, value if isinstance(value, dict) else {"displayName": value or ""}
    if name == "show_as":
        return "showAs", _SHOWS.get(str(value).lower().replace("_", ""), value)
    if name == "private":
        return "sensitivity", "private" if flag(name, value) else "normal"
    if name == "attendees":
        return name, [_attendee(one) for one in values.listed(value)]
    return ("isOnlineMeeting", flag(name, value)) if name == "teams" else (name, value)


def _attendee(value: Any) -> Json:
    return value if isinstance(value, dict) else {"type": "required", "emailAddress": {"address": value}}


def _nested(made: Json, key: str, value: Any) -> Json:
    """A dotted name such as `location.displayName`, as the object that it means."""
    head, dot, rest = key.partition(".")
    if not dot:
        return {key: value}
    inner = made.get(head) or {}
    return {head: {**inner, **_nested(inner, rest, value)}}


def _times(asked: Json, zone: str, current: Json | None) -> Json:
    """`start`, `end` and `isAllDay`. A date as the end is the last day, as people say it; Graph's is the day after."""
    start, end = asked.get("start"), asked.get("end")
    if isinstance(start, dict) or isinstance(end, dict):
        all_day = {"isAllDay": asked["all_day"]} if "all_day" in asked else {}
        return {key: asked[key] for key in ("start", "end") if key in asked} | all_day
    place = values.place(zone)
    first = moment("start", start) if start else None
    last = moment("end", end) if end else None
    if _all_day(asked, first or last, current):
        return _days(first, last, place, zone, current)
    return _hours(first, last, place, zone, current)


def _all_day(asked: Json, said: Any, current: Json | None) -> bool:
    if "all_day" in asked:
        return flag("all_day", asked["all_day"])
    return not isinstance(said, datetime) if said else bool(current and current["isAllDay"])


def _days(first: Any, last: Any, place: ZoneInfo, zone: str, current: Json | None) -> Json:
    begin = values.day(first, place) if first else _standing(current, "start", place).date()
    length = _length(current) if current and current["isAllDay"] else _DAY
    until = datetime.combine(values.day(last, place) + _DAY if last else begin, datetime.min.time())
    if not last:
        until += length
    return {
        "isAllDay": True,
        "start": _said(datetime.combine(begin, datetime.min.time()), zone),
        "end": _said(until, zone),
    }


def _hours(first: Any, last: Any, place: ZoneInfo, zone: str, current: Json | None) -> Json:
    begin = values.wall(first, place) if first else _standing(current, "start", place)
    length = _length(current) if current and not current["isAllDay"] else _HOUR
    if last:
        until = values.wall(last, place)
    elif first or (current and current["isAllDay"]):
        until = begin + length
    else:
        until = _standing(current, "end", place)
    return {"isAllDay": False, "start": _said(begin, zone), "end": _said(until, zone)}


def _standing(current: Json | None, key: str, place: ZoneInfo) -> datetime:
    if current is None:
        raise Unclear("an event needs a start")
    at = datetime.fromisoformat(current[key]["dateTime"][:26])
    return at if current["isAllDay"] else values.wall(at.replace(tzinfo=values.place(current[key]["timeZone"])), place)


def _length(current: Json) -> timedelta:
    begin, end = (datetime.fromisoformat(current[key]["dateTime"][:26]) for key in ("start", "end"))
    return end - begin


def _said(at: datetime, zone: str) -> Json:
    return {"dateTime": seven(at), "timeZone": zone}

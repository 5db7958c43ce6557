"""Puts an iCalendar file into a mailbox as Exchange would hold it, and names what Exchange cannot hold.
Must never store an event at other times than the file gives: it is refused with the reason instead."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any

from icalendar import Calendar

from services.sandbox.microsoft import Microsoft, Refused, zones
from services.sandbox.microsoft.icstext import described
from services.sandbox.microsoft.rrule import Inexpressible, Start, pattern
from services.sandbox.microsoft.tzids import matched, named

Vevent = Any  # icalendar types every property as every kind of value
_DAY = timedelta(days=1)
_MONTHS = 24
_ODD = (AttributeError, KeyError, OverflowError, TypeError, ValueError)
"""What the library gives for a property that stands there twice, is of another type, or lies beyond the calendar."""


@dataclass(frozen=True, slots=True)
class Imported:
    """How many events went in (a series counts once), and (UID, reason) for what did not."""

    added: int
    refused: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class _Desk:
    """Where the import writes."""

    microsoft: Microsoft
    mailbox: str
    zone: str
    at: datetime


@dataclass(frozen=True, slots=True)
class _When:
    """Start and end of a VEVENT as wall clock, and its zone by Exchange's name."""

    start: datetime
    end: datetime
    zone: str
    all_day: bool

    def json(self) -> dict[str, Any]:
        start, end = ({"dateTime": zones.seven(one), "timeZone": self.zone} for one in (self.start, self.end))
        return {"start": start, "end": end, "isAllDay": self.all_day}


def import_ics(microsoft: Microsoft, mailbox: str, text: bytes, at: datetime) -> Imported:
    """Imports every VEVENT. Nobody is mailed and no other mailbox changes. ValueError when it is no iCalendar file."""
    try:
        calendars = Calendar.from_ical(text, multiple=True)
    except _ODD as error:
        raise ValueError(str(error)) from error
    desk = _Desk(microsoft, mailbox, microsoft.tenant.user(mailbox).zone, at)
    added, refused = 0, list[tuple[str, str]]()
    for calendar in calendars:
        for uid, masters, overrides in _groups(calendar):
            done, reasons = _group(desk, uid, masters, overrides)
            added += done
            refused += [(uid, reason) for reason in reasons]
    return Imported(added, tuple(refused))


def _groups(calendar: Any) -> Iterator[tuple[str, list[Vevent], list[Vevent]]]:
    """The events by UID, the latest version of a master only; one without UID stands alone."""
    nameless = count(1)
    groups: dict[str, list[Vevent]] = {}
    for event in calendar.walk("VEVENT"):
        uid = str(event.get("UID") or f"no-uid-{next(nameless)}")
        groups.setdefault(uid, []).append(event)
    for uid, events in groups.items():
        masters = [one for one in events if "RECURRENCE-ID" not in one]
        overrides = [one for one in events if "RECURRENCE-ID" in one]
        yield uid, masters, overrides


def _group(desk: _Desk, uid: str, masters: list[Vevent], overrides: list[Vevent]) -> tuple[int, list[str]]:
    if not masters:
        return _singles(desk, uid, overrides)
    try:
        master = max(masters, key=lambda one: int(one.get("SEQUENCE", 0)))
        when = _when(desk, master)
        body = {**described(master), **when.json(), "iCalUId": uid}
        if rule := _rule(master):
            start = Start(when.start, zones.resolve(when.zone), when.zone)
            body["recurrence"] = pattern(rule, start)
        made = desk.microsoft.add(desk.mailbox, body, desk.at, notify=False, copies=False)
    except (Inexpressible, Refused, *_ODD) as error:
        return 0, [_reason(error)]
    if "recurrence" not in body:
        return 1, ["an exception of an event that does not repeat" for _ in overrides]
    _except(desk, made["id"], master, when)
    return 1, _override(desk, made["id"], overrides, when)


def _singles(desk: _Desk, uid: str, events: list[Vevent]) -> tuple[int, list[str]]:
    """Exceptions whose series is not in the file stand as events of their own."""
    added, reasons = 0, []
    for event in events:
        try:
            body = {**described(event), **_when(desk, event).json(), "iCalUId": uid}
            desk.microsoft.add(desk.mailbox, body, desk.at, notify=False, copies=False)
            added += 1
        except (Inexpressible, Refused, *_ODD) as error:
            reasons.append(_reason(error))
    return added, reasons


def _reason(error: Exception) -> str:
    odd = "one of its properties is not as iCalendar has it"
    return error.message if isinstance(error, Refused) else str(error) if isinstance(error, Inexpressible) else odd


def _rule(event: Vevent) -> Any:
    for name, why in (("RDATE", "it has dates outside any rule (RDATE)"), ("EXRULE", "it has a rule of exceptions")):
        if name in event:
            raise Inexpressible(why)
    rule = event.get("RRULE")
    if isinstance(rule, list):
        raise Inexpressible("it has several recurrence rules")
    return rule or None


def _when(desk: _Desk, event: Vevent) -> _When:
    if "DTSTART" not in event:
        raise Inexpressible("it has no start")
    given = event["DTSTART"]
    start, end = given.dt, _end(event)
    if not isinstance(start, datetime):
        if isinstance(end, datetime):
            raise Inexpressible("it starts with a date and ends with a time")
        return _all_day(start, end)
    if not isinstance(end, datetime):
        raise Inexpressible("it starts with a time and ends with a date")
    zone = _zone(desk, event, start)
    place = zones.resolve(zone)
    walls = start.replace(tzinfo=None), _wall(end, place)
    if zones.instant(walls[1], place) < zones.instant(walls[0], place):
        raise Inexpressible("it ends before it starts")
    return _When(walls[0], walls[1], zone, all_day=False)


def _all_day(start: date, end: date) -> _When:
    if end < start:
        raise Inexpressible("it ends before it starts")
    return _When(zones.midnight(start), zones.midnight(max(end, start + _DAY)), "UTC", all_day=True)


def _end(event: Vevent) -> date:
    start: date = event["DTSTART"].dt
    if "DTEND" in event:
        end: date = event["DTEND"].dt
        return end
    if "DURATION" in event:
        return start + _length(event["DURATION"].dt, start)
    return start if isinstance(start, datetime) else start + _DAY


def _length(duration: timedelta, start: date) -> timedelta:
    if isinstance(start, datetime) or not duration % _DAY:
        return duration
    raise Inexpressible("it is all-day and lasts a part of a day")


def _zone(desk: _Desk, event: Vevent, start: datetime) -> str:
    """The event's zone by a name of Exchange; floating times are the mailbox's."""
    tzid = event["DTSTART"].params.get("TZID")
    if start.tzinfo is None and not tzid:
        return desk.zone
    if start.tzinfo is None:
        raise Inexpressible(f"its zone {tzid} is neither known to Exchange nor defined in the file")
    if found := named(tzid, start.tzinfo):
        return found
    walls = [start.replace(tzinfo=None)]
    if "RRULE" in event:
        walls += [walls[0] + timedelta(days=30 * month) for month in range(_MONTHS)]
    found = matched(walls, start.tzinfo, str(tzid))
    if found is None:
        raise Inexpressible(f"no zone of Exchange runs like its zone {tzid}")
    return found


def _wall(moment: datetime, place: str) -> datetime:
    return zones.wall(moment, place) if moment.tzinfo else moment


def _slot(value: date, when: _When) -> date | None:
    """The day of the series that a RECURRENCE-ID or EXDATE names; None when its time is not the series'."""
    if not isinstance(value, datetime):
        return value
    local = value.replace(tzinfo=None) if when.all_day else _wall(value, zones.resolve(when.zone))
    return local.date() if when.all_day or local.time() == when.start.time() else None


def _except(desk: _Desk, item: str, master: Vevent, when: _When) -> None:
    """Deletes the excluded days; one that names no occurrence excludes nothing."""
    given = master.get("EXDATE", [])
    for value in [value for one in (given if isinstance(given, list) else [given]) for value in one.dts]:
        try:
            slot = _slot(value.dt, when)
            found = desk.microsoft.occurrence_id(desk.mailbox, item, slot) if slot else ""
        except (Refused, *_ODD):
            continue
        if found:
            desk.microsoft.delete(desk.mailbox, found, desk.at, notify=False, copies=False)


def _override(desk: _Desk, item: str, overrides: list[Vevent], when: _When) -> list[str]:
    """Applies the exceptions; one that is refused beside a neighbour is tried again when that one has moved."""
    left = [(one, _prepared(desk, one, when)) for one in overrides]
    reasons = [made for _, made in left if isinstance(made, str)]
    waiting = [made for _, made in left if not isinstance(made, str)]
    while waiting:
        failed = [(one, reason) for one in waiting if (reason := _applied(desk, item, *one))]
        if len(failed) == len(waiting):
            return reasons + [reason for _, reason in failed]
        waiting = [one for one, _ in failed]
    return reasons


def _prepared(desk: _Desk, event: Vevent, when: _When) -> tuple[date, dict[str, Any]] | str:
    slot: date | None = None
    try:
        given = event["RECURRENCE-ID"]
        if given.params.get("RANGE"):
            return "an exception that holds for all later occurrences"
        if (slot := _slot(given.dt, when)) is None:
            return "an exception at a time at which the series has no occurrence"
        own = _when(desk, event)
        own = replace(own, zone=when.zone) if own.all_day else own
        return slot, {**described(event), **own.json()}
    except (Inexpressible, *_ODD) as error:
        return f"the exception of {slot or 'no day'}: {_reason(error)}"


def _applied(desk: _Desk, item: str, slot: date, body: dict[str, Any]) -> str:
    try:
        found = desk.microsoft.occurrence_id(desk.mailbox, item, slot)
        desk.microsoft.change(desk.mailbox, found, body, desk.at, notify=False, copies=False)
    except (Refused, *_ODD) as error:
        return f"the exception of {slot}: {_reason(error)}"
    return ""

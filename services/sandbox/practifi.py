"""A person in Practifi: what was typed becomes the fields of an Event and its people.
The org itself decides what it takes; nothing here bends its rules."""

from datetime import date, datetime, timedelta
from typing import Any

from services.sandbox import values
from services.sandbox.salesforce import times
from services.sandbox.sides import Sides
from services.sandbox.values import Unclear, flag, moment

Json = dict[str, Any]
_SHOWS = {"free": "Free", "workingelsewhere": "Free", "oof": "OutOfOffice", "outofoffice": "OutOfOffice",
          "busy": "Busy", "tentative": "Busy", "unknown": "Busy"}  # fmt: skip
_FIELDS = {"subject": "Subject", "location": "Location", "body": "Description", "private": "IsPrivate",
           "teams": "Teams_Meeting__c"}  # fmt: skip


def owner(sides: Sides, mailbox: str) -> Json:
    """The user of a mailbox; Unclear when the org has none."""
    row = sides.owner(mailbox)
    if row is None:
        raise Unclear(f"the org has no user for {mailbox}")
    return row


def add(sides: Sides, mailbox: str, given: Any, at: datetime) -> str:
    """The id of the new Event; defaults as in Outlook."""
    asked = values.asked(given)
    user = owner(sides, mailbox)
    asked.setdefault("subject", "New event")
    if "start" not in asked and "ActivityDate" not in asked:
        asked["start"] = values.tomorrow(at, values.place(_zone(asked, user))).isoformat()
    people, invitees = _people(sides, asked)
    made = {"OwnerId": user["Id"], **_fields(asked), **_times(asked, user), **people}
    if not {"EndDateTime", "DurationInMinutes"} & made.keys() and not made.get("IsAllDayEvent"):
        made["DurationInMinutes"] = 60
    event = sides.salesforce.insert("Event", made, at, by=user["Id"])
    for one in invitees:
        sides.salesforce.insert("EventRelation", _invitee(event, one), at, by=user["Id"])
    return event


def change(sides: Sides, event: str, given: Any, at: datetime, by: str | None = None) -> None:
    """Changes an Event; `attendees` are all who are to be on it."""
    asked = values.asked(given)
    user = sides.salesforce.row("User", sides.salesforce.row("Event", event)["OwnerId"])
    people, invitees = _people(sides, asked)
    fields = {**_fields(asked), **_times(asked, user), **people}
    if fields:
        sides.salesforce.update("Event", event, fields, at, by=by or user["Id"])
    if "attendees" in asked:
        _invite(sides, event, invitees, at, by or user["Id"])


def _invite(sides: Sides, event: str, wanted: list[str], at: datetime, by: str) -> None:
    has = {
        row["RelationId"]: row["Id"] for row in sides.salesforce.rows("EventRelation")
        if row["EventId"] == event and row["RelationId"].startswith("005")
    }  # fmt: skip
    for one in (one for one in has if one not in wanted):
        sides.salesforce.delete("EventRelation", has[one], at, by=by)
    for one in (one for one in wanted if one not in has):
        sides.salesforce.insert("EventRelation", _invitee(event, one), at, by=by)


def _invitee(event: str, user: str) -> Json:
    return {"EventId": event, "RelationId": user, "IsInvitee": True}


def _zone(asked: Json, user: Json) -> str:
    return str(asked.get("time_zone") or user["TimeZoneSidKey"])


def _fields(asked: Json) -> Json:
    """Everything but the times and the people; what has no neutral name is a field of the org."""
    made: Json = {}
    for name, value in asked.items():
        if name in {"start", "end", "all_day", "time_zone", "attendees"}:
            continue
        if name == "show_as":
            made["ShowAs"] = _SHOWS.get(str(value).lower().replace("_", ""), value)
        else:
            said = flag(name, value) if name in {"private", "teams"} else value
            made[_FIELDS.get(name, name)] = values.listed(said) if name.lower() == "eventwhoids" else said
    return made


def _times(asked: Json, user: Json) -> Json:
    zone = values.place(_zone(asked, user))
    made: Json = {}
    for name, field in (("start", "StartDateTime"), ("end", "EndDateTime")):
        if asked.get(name):
            said = moment(name, asked[name])
            all_day = flag("all_day", asked.get("all_day", not isinstance(said, datetime)))
            made["IsAllDayEvent"] = all_day
            made[field] = times.midnight(values.day(said, zone)) if all_day else times.wire(_instant(said, zone))
    if "all_day" in asked:
        made["IsAllDayEvent"] = flag("all_day", asked["all_day"])
    return made


def _instant(said: date | datetime, zone: Any) -> datetime:
    return values.instant(said if isinstance(said, datetime) else values.wall(said, zone), zone)


def _people(sides: Sides, asked: Json) -> tuple[Json, list[str]]:
    """The contacts for EventWhoIds and the users to invite, from ids or addresses."""
    if "attendees" not in asked:
        return {}, []
    ids = [_person(sides, str(one)) for one in values.listed(asked["attendees"])]
    contacts = [one for one in ids if not one.startswith("005")]
    return {"EventWhoIds": contacts}, [one for one in ids if one.startswith("005")]


def _person(sides: Sides, name: str) -> str:
    if "@" not in name:
        return name
    if user := sides.owner(name):
        return str(user["Id"])
    for row in sides.salesforce.rows("Contact"):
        if name.lower() in {str(value).lower() for value in row.values() if isinstance(value, str) and "@" in value}:
            return str(row["Id"])
    raise Unclear(f"the org knows nobody with the address {name}")


def overlaps(row: Json, start: datetime | None, end: datetime | None) -> bool:
    """Whether an Event lies, even in part, between two times."""
    begin = times.read(row["StartDateTime"])
    until = times.read(row["EndDateTime"]) + (timedelta(days=1) if row["IsAllDayEvent"] else timedelta())
    return (end is None or begin < end) and (start is None or until > start or begin >= start)

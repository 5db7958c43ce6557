"""Events as Graph answers them, for tests of the mapping: a plain meeting, a thin occurrence, and what differs."""

import json
from typing import Any

from contracts.policy import PrivateEvents
from services.clients.graph import mapping
from services.clients.graph.excluded import NOTHING, Excluded
from services.clients.graph.seen import Seen

CHANGE_KEY = "ZlnWkNdvHE+wZHpcNnTnbQAAAAAAAQ=="
EASTERN = "Eastern Standard Time"
CUSTOM = "tzone://Microsoft/Custom"
MEETING: dict[str, Any] = {
    "@odata.etag": f'W/"{CHANGE_KEY}"',
    "id": "AAMk-1",
    "type": "singleInstance",
    "lastModifiedDateTime": "2026-03-01T08:00:00.1234567Z",
    "originalStartTimeZone": "W. Europe Standard Time",
    "originalEndTimeZone": "W. Europe Standard Time",
    "iCalUId": "0400-1",
    "subject": "Portfolio review",
    "body": {"contentType": "text", "content": "Bring the figures.\r\n"},
    "start": {"dateTime": "2026-03-02T09:00:00.0000000", "timeZone": "UTC"},
    "end": {"dateTime": "2026-03-02T10:00:00.0000000", "timeZone": "UTC"},
    "isAllDay": False,
    "isCancelled": False,
    "isOrganizer": True,
    "showAs": "busy",
    "sensitivity": "normal",
    "importance": "normal",
    "categories": [],
    "isReminderOn": True,
    "reminderMinutesBeforeStart": 15,
    "location": {"displayName": "Room 1", "locationType": "default", "address": {}, "coordinates": {}},
    "locations": [{"displayName": "Room 1"}],
    "attendees": [],
    "organizer": {"emailAddress": {"name": "Mike", "address": "Mike@Organizer.com"}},
    "responseStatus": {"response": "organizer", "time": "0001-01-01T00:00:00Z"},
    "isOnlineMeeting": False,
    "onlineMeeting": None,
    "recurrence": None,
}
WEEKLY = {
    "pattern": {"type": "weekly", "interval": 1, "daysOfWeek": ["monday"], "month": 0, "dayOfMonth": 0},
    "range": {"type": "noEnd", "startDate": "2026-03-02", "endDate": "0001-01-01", "numberOfOccurrences": 0,
              "recurrenceTimeZone": "W. Europe Standard Time"},
}  # fmt: skip
THIN = {
    "@odata.etag": MEETING["@odata.etag"],
    "id": "AAMk-1-o",
    "type": "occurrence",
    "seriesMasterId": "AAMk-1",
    "start": MEETING["start"],
    "end": MEETING["end"],
}


def at(wall: str, zone: str = "UTC") -> dict[str, str]:
    """A dateTimeTimeZone."""
    return {"dateTime": wall, "timeZone": zone}


def master(**changes: Any) -> dict[str, Any]:
    """A weekly series."""
    return {**MEETING, "type": "seriesMaster", "recurrence": WEEKLY, **changes}


def read(
    row: dict[str, Any], private: PrivateEvents = PrivateEvents.FULL, excluded: Excluded = NOTHING, /, **changes: Any
) -> Seen:
    """The row, with changes, as the mapping reads it."""
    return mapping.seen(json.dumps({**row, **changes}).encode(), private, excluded)

"""The rows that Salesforce sends, typed, so that a page of 2,000 costs little to read and to hold.
Never leaves this package: the neutral Row does. An absent column and a null one are both None."""

from functools import lru_cache
from typing import Any

from msgspec import Struct, defstruct

_EVENT = {
    "id": "Id", "stamp": "SystemModstamp", "owner": "OwnerId", "who": "WhoId", "subject": "Subject",
    "location": "Location", "all_day": "IsAllDayEvent", "day": "ActivityDate", "start": "StartDateTime",
    "end": "EndDateTime", "minutes": "DurationInMinutes", "description": "Description", "private": "IsPrivate",
    "show_as": "ShowAs", "reminds": "IsReminderSet", "reminder": "ReminderDateTime", "child": "IsChild",
    "group_type": "GroupEventType", "deleted": "IsDeleted", "pattern": "IsRecurrence", "pattern2": "IsRecurrence2",
    "series": "RecurrenceActivityId", "created": "CreatedDate", "edited": "LastModifiedDate",
    "editor": "LastModifiedById", "key": "M365_Key__c", "recurring": "Recurring_in_Microsoft_365__c",
    "recurrence": "Recurrence_in_Microsoft_365__c", "join_url": "Teams_URL__c", "online": "Teams_Meeting__c",
    "attendees": "Attendee_Count__c", "response": "My_Response__c", "status": "Sync_Status__c",
}  # fmt: skip
EVENT_COLUMNS: tuple[str, ...] = tuple(_EVENT.values())
"""Every column of Event that is ever read; a SELECT takes those that the org has."""


class EventRecord(Struct, frozen=True, rename=_EVENT.get):
    """One row of Event (salesforce.md §2.1). `broken` says why nothing but its id is known of it."""

    id: str = ""
    broken: str = ""
    stamp: str | None = None
    owner: str | None = None
    who: str | None = None
    subject: str | None = None
    location: str | None = None
    all_day: bool | None = None
    day: str | None = None
    start: str | None = None
    end: str | None = None
    minutes: int | None = None
    description: str | None = None
    private: bool | None = None
    show_as: str | None = None
    reminds: bool | None = None
    reminder: str | None = None
    child: bool | None = None
    group_type: str | None = None
    deleted: bool | None = None
    pattern: bool | None = None
    pattern2: bool | None = None
    series: str | None = None
    created: str | None = None
    edited: str | None = None
    editor: str | None = None
    key: str | None = None
    recurring: bool | None = None
    recurrence: str | None = None
    join_url: str | None = None
    online: bool | None = None
    attendees: float | None = None
    response: str | None = None
    status: str | None = None


_ATTRIBUTES = {column: attribute for attribute, column in _EVENT.items()}


def attribute(column: str) -> str:
    """Where a column of Event stands in a record."""
    return _ATTRIBUTES.get(column, f"of_{column}")


@lru_cache(maxsize=64)
def record_of(columns: tuple[str, ...]) -> type[EventRecord]:
    """An EventRecord that has these columns too. Their values are as they come: what an administrator chose must not
    make a whole page unreadable."""
    more = {attribute(column): column for column in columns if column not in _ATTRIBUTES}
    if not more:
        return EventRecord
    fields = [(name, Any, None) for name in more]
    wide: Any = defstruct("WideRecord", fields, bases=(EventRecord,), rename=more.get, frozen=True)
    return wide  # type: ignore[no-any-return]  # it is a kind of EventRecord by its base


_RELATION = {
    "id": "Id", "event": "EventId", "person": "RelationId", "deleted": "IsDeleted", "status": "Status",
    "stamp": "SystemModstamp",
}  # fmt: skip
RELATION_COLUMNS: tuple[str, ...] = tuple(_RELATION.values())


class RelationRecord(Struct, frozen=True, rename=_RELATION.get):
    """One row of EventRelation: who or what is on an Event (salesforce.md §2.4)."""

    id: str
    event: str
    person: str = ""
    deleted: bool = False
    status: str | None = None
    stamp: str = ""


_USER = {
    "id": "Id", "username": "Username", "email": "Email", "federation": "FederationIdentifier", "active": "IsActive",
    "kind": "UserType", "zone": "TimeZoneSidKey", "created": "CreatedDate",
}  # fmt: skip
USER_COLUMNS: tuple[str, ...] = (*_USER.values(), "SystemModstamp")


class UserRecord(Struct, frozen=True, rename=_USER.get):
    """One row of User (M7)."""

    id: str
    username: str
    email: str | None = None
    federation: str | None = None
    active: bool = True
    kind: str | None = None
    zone: str | None = None
    created: str = ""

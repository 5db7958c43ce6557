"""The parts of Graph's JSON that calsync reads, as typed structs, so that decoding is fast and a wrong type is found at
the door. Unknown keys are ignored (`event` is an open type, graph.md §3.1). Never leaves this folder."""

from typing import Annotated, Any

from msgspec import UNSET, Meta, Raw, Struct, UnsetType, field

Int32 = Annotated[int, Meta(ge=-(2**31), le=2**31 - 1)]
"""A whole number as Graph has them."""


class Moment(Struct, rename="camel"):
    """dateTimeTimeZone (graph.md §3.3)."""

    date_time: str | None = None
    time_zone: str | None = None


class Body(Struct, rename="camel"):
    content_type: str | None = None
    content: str | None = None


class Address(Struct, rename="camel"):
    street: str | None = None
    city: str | None = None
    state: str | None = None
    postal_code: str | None = None
    country_or_region: str | None = None


class Place(Struct, rename="camel"):
    display_name: str | None = None
    address: Address | None = None


class Email(Struct):
    name: str | None = None
    address: str | None = None


class Status(Struct):
    response: str | None = None


class Person(Struct, rename="camel"):
    """An attendee or the organizer."""

    email_address: Email | None = None
    type: str | None = None
    status: Status | None = None


class Pattern(Struct, rename="camel"):
    """recurrencePattern; fields that its type does not use hold fillers (graph.md §3.5)."""

    type: str = ""
    interval: Int32 = 1
    month: Int32 = 0
    day_of_month: Int32 = 0
    days_of_week: list[str] | None = None
    index: str | None = None


class Range(Struct, rename="camel"):
    type: str = ""
    end_date: str | None = None
    number_of_occurrences: Int32 = 0
    recurrence_time_zone: str | None = None


class Recurrence(Struct):
    pattern: Pattern
    range: Range


class Meeting(Struct, rename="camel"):
    join_url: str | None = None


class Extended(Struct):
    """One single-value extended property."""

    id: str
    value: str | None = None


class Row(Struct, rename="camel"):
    """One event of a page, a batch or a direct read. A thin row (graph.md §2.4) lacks `subject` altogether."""

    id: str
    removed: Any = field(default=UNSET, name="@removed")
    etag: str | None = field(default=None, name="@odata.etag")
    change_key: str | None = None
    type: str | None = None
    series_master_id: str | None = None
    occurrence_id: str | None = None
    i_cal_uid: str | None = field(default=None, name="iCalUId")
    uid: str | None = None
    transaction_id: str | None = None
    last_modified: str | None = field(default=None, name="lastModifiedDateTime")
    start: Moment | None = None
    end: Moment | None = None
    is_all_day: bool | None = None
    original_start: str | None = None
    original_start_time_zone: str | None = None
    original_end_time_zone: str | None = None
    subject: str | UnsetType | None = UNSET
    body: Body | None = None
    location: Place | None = None
    locations: list[Place] | None = None
    show_as: str | None = None
    sensitivity: str | None = None
    importance: str | None = None
    categories: list[str] | None = None
    is_reminder_on: bool | None = None
    reminder_minutes: Int32 | None = field(default=None, name="reminderMinutesBeforeStart")
    organizer: Person | None = None
    is_organizer: bool | None = None
    attendees: list[Person] | None = None
    response_status: Status | None = None
    is_cancelled: bool | None = None
    is_online_meeting: bool | None = None
    online_meeting: Meeting | None = None
    online_meeting_url: str | None = None
    recurrence: Recurrence | None = None
    extended: list[Extended] | None = field(default=None, name="singleValueExtendedProperties")


class Page(Struct):
    """One page of a collection; its items are decoded one by one, so that a broken one harms no other (CUR-25)."""

    value: list[Raw]
    next_link: str | None = field(default=None, name="@odata.nextLink")
    delta_link: str | None = field(default=None, name="@odata.deltaLink")


class Inner(Struct):
    """The answer to one request of a batch (graph.md §4.1)."""

    id: str
    status: Annotated[int, Meta(ge=100, le=599)]
    headers: dict[str, str] | None = None
    body: Raw = Raw(b"null")


class Batch(Struct):
    responses: list[Inner]


class User(Struct, rename="camel"):
    """One user of the directory (graph.md §6)."""

    id: str
    user_principal_name: str | None = None
    display_name: str | None = None
    mail: str | None = None
    proxy_addresses: list[str] | None = None
    account_enabled: bool | None = None
    user_type: str | None = None

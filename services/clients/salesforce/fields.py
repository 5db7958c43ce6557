"""The fields of an Event whose two sides differ in more than a name (salesforce.md §2.1, §2.2). Pure."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from contracts.calendar import CalendarEvent, Days, Response, ShowAs, Timed, When
from services.clients.salesforce import fit, held
from services.clients.salesforce.record import EventRecord
from services.clients.salesforce.row import Shape

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
FARTHEST = 366 * 24 * 60
"""Minutes before the start at which a reminder still makes sense."""

RECURRING = "Recurring"
"""How a series reads whose rule is not there in words: the checkbox alone says it."""

SHOW_AS = {
    ShowAs.FREE: "Free",
    ShowAs.TENTATIVE: "Busy",
    ShowAs.BUSY: "Busy",
    ShowAs.AWAY: "OutOfOffice",
    ShowAs.ELSEWHERE: "Busy",
}
_SHOWN = {"Free": ShowAs.FREE, "Busy": ShowAs.BUSY, "OutOfOffice": ShowAs.AWAY}
_RESPONSES = {response.value.capitalize(): response for response in Response}


def nothing(_event: CalendarEvent, _shape: Shape) -> dict[str, Any]:
    """Salesforce has no place for the field."""
    return {}


def read_when(record: EventRecord) -> When:
    """Raises ValueError when there is no start."""
    if record.all_day:
        return _days(record)
    start = moment(record.start or "")
    end = moment(record.end) if record.end else start + MINUTE * (record.minutes or 0)
    return Timed(start, max(start, end))


def moment(text: str) -> datetime:
    """A date-time of Salesforce's, in UTC. Raises ValueError for one without its offset, and OverflowError for one
    beyond the calendar."""
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError("a time without its offset")
    return at.astimezone(UTC)


def _days(record: EventRecord) -> Days:
    """The length comes from the minutes, which are the same whether an org shows the last day or the one after it."""
    first = date.fromisoformat((record.day or record.start or "")[:10])
    if record.minutes:
        return Days(first, first + DAY * max(1, -(-record.minutes // 1440)))
    last = date.fromisoformat(record.end[:10]) if record.end else first
    return Days(first, max(first, last) + DAY)


def write_when(event: CalendarEvent, _shape: Shape) -> dict[str, Any]:
    """Start and end only (SFD-19); an all-day event is floating midnights, its last day included (Z1)."""
    when = fit.span(event.when)
    if isinstance(when, Days):
        first, last = _midnight(when.first), _midnight(when.until - DAY)
        return {"IsAllDayEvent": True, "StartDateTime": _wire(first), "EndDateTime": _wire(last)}
    return {"IsAllDayEvent": False, "StartDateTime": _wire(when.start), "EndDateTime": _wire(when.end)}


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _wire(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%S}.000+0000" if at.year > 999 else at.isoformat()  # noqa: PLR2004 - %Y does not pad


def _start(when: When) -> datetime:
    return _midnight(when.first) if isinstance(when, Days) else when.start


def read_body(record: EventRecord) -> str:
    return (record.description or "").replace("\r\n", "\n")


def read_show_as(record: EventRecord) -> ShowAs:
    return _SHOWN.get(record.show_as or "", ShowAs.BUSY)


def read_reminder(record: EventRecord) -> int | None:
    if not record.reminds or not record.reminder:
        return None
    return max(0, (_start(read_when(record)) - moment(record.reminder)) // MINUTE)


def write_reminder(event: CalendarEvent, _shape: Shape) -> dict[str, Any]:
    if event.reminder is None:
        return {"IsReminderSet": False, "ReminderDateTime": None}
    before = MINUTE * min(max(event.reminder, 0), FARTHEST)
    return {"IsReminderSet": True, "ReminderDateTime": _wire(_start(fit.span(event.when)) - before)}


def read_online(record: EventRecord) -> bool:
    return bool(record.join_url) if record.online is None else record.online


def write_join_url(event: CalendarEvent, shape: Shape) -> dict[str, Any]:
    return {"Teams_URL__c": held.whole(event.join_url, shape.join_url_length)}


def read_recurrence(record: EventRecord) -> str:
    return recurring(record, record.recurrence or "")


def recurring(record: EventRecord, words: str) -> str:
    """The words; an edited checkbox or emptied words read as something else than what we wrote, so that it is put back
    (R2)."""
    if record.recurring is None:
        return words
    return (words or RECURRING) if record.recurring else ""


def write_recurrence(event: CalendarEvent, _shape: Shape) -> dict[str, Any]:
    return write_recurring(event) | {"Recurrence_in_Microsoft_365__c": fit.line(event.recurrence, 255) or None}


def write_recurring(event: CalendarEvent) -> dict[str, Any]:
    """The checkbox alone (R2)."""
    return {"Recurring_in_Microsoft_365__c": bool(fit.line(event.recurrence, 255))}


def read_response(record: EventRecord) -> Response:
    return _RESPONSES.get(record.response or "", Response.NONE)

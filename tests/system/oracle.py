"""What Practifi has to show of Microsoft's calendars, worked out from what both sandboxes show and from nothing that
calsync computed: who is paired (M7), the window (D9), the limits (F3), the days (Z1) and what is private (P1)."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from dateutil.relativedelta import relativedelta

from tests.system.product import Product

Json = dict[str, Any]
Shown = tuple[str, str, str, str]
"""Mailbox, subject, first moment or day, last moment or day."""
LONGEST = timedelta(days=14)
DAY = timedelta(days=1)
HIDDEN = "Private appointment"
_KEYS = ("FederationIdentifier", "Email", "Username")


def paired(product: Product) -> set[str]:
    """The addresses of mailboxes that belong to exactly one active user."""
    people = product.ask("GET", "people")
    users = [one for one in people["users"] if one["IsActive"] and one["UserType"] == "Standard"]
    return {box["mail"].lower() for box in people["mailboxes"] if _one_user(box["mail"].lower(), users)}


def _one_user(address: str, users: Iterable[Json]) -> bool:
    for key in _KEYS:
        found = [user for user in users if str(user[key] or "").lower() == address]
        if found:
            return len(found) == 1
    return False


def window(past_days: int = 30, months: int = 24) -> tuple[datetime, datetime]:
    """The policy's window: whole days in UTC."""
    today = datetime.combine(datetime.now(UTC).date(), time(), UTC)
    return today - timedelta(days=past_days), today + relativedelta(months=months)


def in_microsoft(product: Product, low: datetime, high: datetime) -> Counter[Shown]:
    """What Practifi has to show of the paired mailboxes between two times; cancelled meetings are not held there."""
    boxes = paired(product)
    found = product.events("microsoft", start=low.isoformat(), end=high.isoformat())
    return Counter(_graph(one) for one in found if one["mailbox"] in boxes and not one["isCancelled"])


def in_practifi(product: Product) -> Counter[Shown]:
    """What Practifi shows of Microsoft, wherever it lies in time."""
    return Counter(_row(one) for one in product.events("practifi") if one["M365_Key__c"])


def keys_twice(product: Product) -> list[str]:
    """The keys that more than one Practifi Event has."""
    keys = Counter(one["M365_Key__c"] for one in product.events("practifi") if one["M365_Key__c"])
    return [key for key, count in keys.items() if count > 1]


def differences(product: Product, past_days: int = 30, months: int = 24) -> list[str]:
    """Where the two sides do not correspond inside the window, and what Practifi has outside of it; empty when they
    do. An event that begins or ends within an hour of an edge may be on either side of it."""
    low, high = window(past_days, months)
    hour = timedelta(hours=1)
    should, may = in_microsoft(product, low + hour, high - hour), in_microsoft(product, low - DAY, high + DAY)
    has = in_practifi(product)
    return [f"missing: {one}" for one in should - has] + [f"too much: {one}" for one in has - may]


def _graph(event: Json) -> Shown:
    private = event["sensitivity"] in {"private", "confidential"}
    subject = HIDDEN if private else _cut(" ".join((event["subject"] or "").split("\n")).strip())
    start, end = (datetime.fromisoformat(event[key]["dateTime"][:19]) for key in ("start", "end"))
    length = min(end - start, LONGEST)
    if event["isAllDay"]:
        return event["mailbox"], subject, str(start.date()), str((start + max(length, DAY) - DAY).date())
    first, last = start.replace(second=0), end.replace(second=0)
    return event["mailbox"], subject, first.isoformat(), min(last, first + LONGEST).isoformat()


def _row(row: Json) -> Shown:
    if row["IsAllDayEvent"]:
        first = date.fromisoformat(row["ActivityDate"])
        return row["mailbox"], row["Subject"] or "", str(first), row["EndDate"]
    start, end = (datetime.fromisoformat(row[key]).replace(tzinfo=None) for key in ("StartDateTime", "EndDateTime"))
    return row["mailbox"], row["Subject"] or "", start.isoformat(), end.isoformat()


def _cut(subject: str) -> str:
    """At most 255 characters, the last one a "…" where something was cut (F3)."""
    return subject if len(subject) <= 255 else subject[:254].rstrip() + "…"


def private_words(events: Iterable[Mapping[str, Any]]) -> set[str]:
    """The subjects that private events alone have."""
    hidden, shown = set[str](), list[str]()
    for event in events:
        if event["sensitivity"] in {"private", "confidential"}:
            hidden.add(event["subject"])
        else:
            shown.append(event["subject"])
    return {word for word in hidden if word and not any(word in subject for subject in shown)}

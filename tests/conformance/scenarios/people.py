"""What a person does and sees in Outlook and in Practifi, in a line each."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Protocol

from services.sandbox import calendars
from services.sandbox.sides import Sides

Json = dict[str, Any]
DAY = timedelta(days=1)
LONG = timedelta(days=1600)


class Where(Protocol):
    """What a person needs of the world."""

    @property
    def sides(self) -> Sides: ...

    @property
    def now(self) -> datetime: ...


@dataclass(frozen=True)
class Outlook:
    """One person's calendar in Outlook; an event is named by its id."""

    where: Where
    who: str

    def add(self, **said: Any) -> str:
        return str(calendars.add(self.where.sides, "microsoft", self.who, said, self.where.now)["id"])

    def change(self, event: str, **said: Any) -> None:
        calendars.change(self.where.sides, "microsoft", self.who, event, said, self.where.now)

    def delete(self, *events: str) -> None:
        for event in events:
            calendars.delete(self.where.sides, "microsoft", self.who, event, self.where.now)

    def respond(self, event: str, answer: str) -> None:
        self.where.sides.microsoft.respond(self.who, event, answer, self.where.now)

    def on(self, series: str, day: str) -> str:
        """The occurrence of that original date."""
        return self.where.sides.microsoft.occurrence_id(self.who, series, date.fromisoformat(day))

    @property
    def events(self) -> list[Json]:
        """What the calendar shows, series as occurrences, without what is called off; oldest first."""
        low, high = self.where.now - LONG, self.where.now + LONG
        shown = self.where.sides.microsoft.events(self.who, low, high)
        return [one for one in shown if not one["isCancelled"]]

    def event(self, event: str) -> Json:
        return next(one for one in self.where.sides.microsoft.events(self.who) if one["id"] == event)

    @property
    def shows(self) -> list[str]:
        """As `shown` of the other side."""
        return sorted(_line(_graph(one, "start"), _graph(one, "end"), one["isAllDay"], one["subject"])
                      for one in self.events)  # fmt: skip


@dataclass(frozen=True)
class Practifi:
    """One person's calendar in Practifi."""

    where: Where
    who: str

    def add(self, **said: Any) -> str:
        return str(calendars.add(self.where.sides, "practifi", self.who, said, self.where.now)["id"])

    def change(self, event: str, **said: Any) -> None:
        """Edit and save, by this person, whoever owns it."""
        calendars.change(self.where.sides, "practifi", self.who, event, said, self.where.now)

    def delete(self, *events: str) -> None:
        for event in events:
            calendars.delete(self.where.sides, "practifi", self.who, event, self.where.now)

    @property
    def events(self) -> list[Json]:
        """The rows, oldest first, without Salesforce's own copies for invitees."""
        return calendars.shown(self.where.sides, {"side": "practifi", "mailbox": self.who})

    @property
    def shows(self) -> list[str]:
        """Each event in a line: "2021-09-22 10:00-11:00 simple_event", "2026-03-10 Holiday", "2026-03-10..12 Fair"."""
        return sorted(_line(_org(one, "StartDateTime"), _org(one, "EndDateTime"), one["IsAllDayEvent"], one["Subject"],
                            DAY) for one in self.events)  # fmt: skip

    def on(self, day: str) -> str:
        """The id of the event of that day."""
        (found,) = [one for one in self.events if one["StartDateTime"].startswith(day)]
        return str(found["Id"])

    def row(self, event: str) -> Json:
        """An event as it stands, deleted or not."""
        return self.where.sides.salesforce.row("Event", event)

    @property
    def only(self) -> Json:
        """The one event that is there."""
        (one,) = self.events
        return one

    def people(self, event: str) -> set[str]:
        """The addresses of everybody on an event."""
        org = self.where.sides.salesforce
        ids = {row["RelationId"] for row in org.rows("EventRelation") if row["EventId"] == event}
        return {row["Email"] for kind in ("Contact", "User") for row in org.rows(kind) if row["Id"] in ids}


def _line(start: datetime, end: datetime, whole: bool, subject: str | None, more: timedelta = timedelta()) -> str:
    text = subject or ""
    if not whole:
        far = f"{end:%H:%M}" if end - start < DAY else f"{end:%Y-%m-%d %H:%M}"
        return f"{start:%Y-%m-%d %H:%M}-{far} {text}"
    last = end + more - DAY
    return f"{start:%Y-%m-%d} {text}" if last <= start else f"{start:%Y-%m-%d}..{last:%d} {text}"


def _graph(one: Json, key: str) -> datetime:
    return datetime.fromisoformat(one[key]["dateTime"][:19])


def _org(one: Json, key: str) -> datetime:
    return datetime.fromisoformat(one[key]).replace(tzinfo=None)

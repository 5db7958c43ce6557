"""An event in Outlook that may repeat, with whatever people do to its pattern and its occurrences, as Graph shows it to
the poller and to the writer: thin occurrences, edited ones in full, and nothing of those that are called off (graph.md
§2.4). A new pattern takes its exceptions along."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from dataclasses import replace as replaced
from datetime import UTC, date, datetime, timedelta
from typing import Any

from msgspec.structs import replace

from contracts.calendar import CalendarEvent, Timed
from services.clients.graph.seen import Kind, Round, Seen

REC, ZONE = "REC", "UTC"


@dataclass(frozen=True)
class Edit:
    """What is other about one occurrence than about its series."""

    mark: int
    later: timedelta = timedelta()
    subject: str = ""


@dataclass
class Diary:
    """`days` are the dates of its pattern, one where it stands `alone`; each of `off` is called off. `erased` counts
    what others than people have deleted."""

    days: tuple[date, ...] = ()
    alone: bool = True
    subject: str = "Standup"
    hour: int = 10
    edits: dict[date, Edit] = field(default_factory=dict)
    off: set[date] = field(default_factory=set)
    mark: int = 1
    changed: int = 1
    erased: int = 0

    def touch(self) -> int:
        self.changed += 1
        return self.changed

    def becomes(self, days: Iterable[date], *, alone: bool) -> None:
        """It has another pattern from now on."""
        self.days, self.alone, self.edits, self.off, self.mark = tuple(days), alone, {}, set(), self.touch()

    def change(self, **values: Any) -> None:
        """All of it is changed; what another time of day does to exceptions, Exchange does."""
        self.edits = {} if "hour" in values else self.edits
        for name, value in values.items():
            setattr(self, name, value)
        self.mark = self.touch()

    def edit(self, day: date, **values: Any) -> None:
        """One occurrence is another than the others."""
        self.edits[day] = replaced(self.edits.get(day, Edit(0)), mark=self.touch(), **values)

    def call_off(self, day: date) -> None:
        self.edits.pop(day, None)
        self.off.add(day)
        self.mark = self.touch()

    def slots(self) -> list[date]:
        return [day for day in self.days if day not in self.off]

    def shown(self) -> list[Seen]:
        """All that stands there, in full."""
        return [self._whole()] if self.alone else [self._occurrence(day) for day in self.slots()]

    def since(self, cursor: str) -> Round:
        """The round of a reader that has seen what was there at its cursor."""
        rows = tuple(self._rows()) if int(cursor or 0) < self.changed else ()
        gone = () if rows or int(cursor or 0) == self.changed or not cursor else (Seen(REC, Kind.REMOVED),)
        return Round(rows or gone, str(self.changed), fresh=not cursor)

    def get(self, name: str) -> Seen | None:
        """A direct read."""
        if name == REC:
            return self._whole() if self.slots() else None
        return next((one for one in self.shown() if one.id == name), None)

    async def look(self, mailbox: str, ids: Iterable[str], *_: Any) -> dict[str, Seen | None]:
        return {name: self.get(name) for name in ids}

    async def update(
        self, mailbox: str, name: str, mark: str, event: CalendarEvent, fields: Iterable[str], **_: Any
    ) -> Seen | None:
        values = {"subject": event.subject} if "subject" in fields else {}
        if name == REC:
            self.change(**values)
        else:
            self.edit(_day(name), **values)
        return self.get(name)

    async def delete(self, mailbox: str, name: str) -> None:
        if self.get(name) is not None:
            self.erased += 1
            self.call_off(self.days[0] if name == REC else _day(name))

    def _rows(self) -> Iterator[Seen]:
        if self.slots():
            yield self._whole()
        for day in () if self.alone else self.slots():
            full = self._occurrence(day)
            thin = Seen(full.id, Kind.OCCURRENCE, REC, replace(self._when(day), zone=""), mark=full.mark)
            yield full if day in self.edits else thin

    def _whole(self) -> Seen:
        kind, rule = (Kind.SINGLE, "") if self.alone else (Kind.MASTER, "Daily")
        event = CalendarEvent(self._when(self.days[0]), self.subject, recurrence=rule)
        return Seen(REC, kind, when=event.when, zone=ZONE, mark=str(self.mark), event=event, uid="uid")

    def _occurrence(self, day: date) -> Seen:
        edit = self.edits.get(day)
        kind, mark = (Kind.EXCEPTION, edit.mark) if edit else (Kind.OCCURRENCE, self.mark)
        event = CalendarEvent(self._when(day), (edit and edit.subject) or self.subject)
        return Seen(f"{REC}-{day}", kind, REC, event.when, day.isoformat(), zone=ZONE, mark=str(mark), event=event)

    def _when(self, day: date) -> Timed:
        edit = self.edits.get(day)
        start = datetime(day.year, day.month, day.day, self.hour, tzinfo=UTC) + (edit.later if edit else timedelta())
        return Timed(start, start + timedelta(hours=1), ZONE)


def _day(name: str) -> date:
    return date.fromisoformat(name.removeprefix(f"{REC}-"))

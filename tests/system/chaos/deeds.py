"""What people do on both sides, one deed at a time, whatever breaks: they make, edit, move and delete events and series
and invite guests. Who gets no answer looks whether it was done, and else does it again, as a person would."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from http.client import HTTPException
from random import Random
from threading import Event
from typing import Any

from services.kernel.errors import Fatal
from tests.system.chaos.diary import FIELDS, LENGTH, Diary, Entry, tag_of
from tests.system.oracle import paired
from tests.system.product import Product

Json = dict[str, Any]
PEOPLE = 8
RECENT = 60
"""So many of the youngest events are touched again."""
WORDS = ("Review", "Lunch", "Estate plan", "Call", "Onboarding", "Tax prep", "Portfolio", "Check-in")
PLACES = ("Pier 4", "Office", "Harbour room", "Client's home", "Café", "Room 12")


class Away(Exception):
    """The sandbox gave no answer: what was asked may have been done, or not."""


class People:
    """Everybody who works here; all they do is in the diary. Nobody waits any longer once it is `over`."""

    def __init__(self, product: Product, diary: Diary, over: Event) -> None:
        self._product, self._diary, self._over = product, diary, over
        self._chance = Random(f"people {diary.seed}")
        self._mailboxes = sorted(paired(product))[:PEOPLE]
        contacts = product.ask("GET", "people")["contacts"]
        self._clients = sorted({one["Email"].lower() for one in contacts if one.get("Email")})

    def act(self) -> None:
        """One deed. Raises Fatal when the sandbox refuses it."""
        (deed,) = self._chance.choices((self._make, self._edit, self._erase, self._call_off), (8, 16, 2, 1))
        deed()

    def _make(self) -> None:
        home = self._chance.choice(("microsoft", "practifi", "practifi"))
        count = self._chance.choice((0, 0, 0, 3, 5)) if home == "microsoft" else 0
        guests = self._chance.sample(self._clients, self._chance.choice((0, 1, 2, 3))) if home == "practifi" else []
        tag = f"#{len(self._diary.entries):05}"
        entry = Entry(
            tag, home, self._chance.choice(self._mailboxes), f"{self._chance.choice(WORDS)} {tag}",
            self._chance.choice(PLACES), self._soon(), tuple(sorted(guests)), count,
        )  # fmt: skip
        self._diary.entries[tag] = entry
        self._diary.touch(entry, home, "series made" if count else "invited" if guests else "made")
        entry.ids[home] = self._patiently(lambda: self._added(entry), lambda: self._known(entry))

    def _added(self, entry: Entry) -> str:
        given: Json = {"subject": entry.subject, "location": entry.location, **_times(entry.start)}
        if entry.count:
            span = {"type": "numbered", "startDate": f"{entry.start:%Y-%m-%d}", "numberOfOccurrences": entry.count}
            given["recurrence"] = {"pattern": {"type": "daily", "interval": 2}, "range": span}
        if entry.guests:
            given["attendees"] = list(entry.guests)
        return str(self._ask("POST", "events", {"side": entry.home, "mailbox": entry.mailbox, "set": given})["id"])

    def _known(self, entry: Entry) -> str | None:
        """The id of an event that was made although nobody was told so."""
        return next((one["id"] for one in self._shown(entry, entry.home)), None)

    def _edit(self) -> None:
        entry = self._any()
        if entry is None:
            return
        name = self._chance.choice(FIELDS[:2] if entry.count else FIELDS)
        side = self._diary.editor(entry, name)
        self._diary.touch(entry, side, "moved" if name == "start" else "edited")
        value: Any = self._soon()
        if name != "start":
            stem = f"{self._chance.choice(WORDS)} {entry.tag}" if name == "subject" else self._chance.choice(PLACES)
            value = f"{stem} v{entry.edits}"
        setattr(entry, name, value)
        given = _times(entry.start) if name == "start" else {name: value}

        def act() -> bool:
            entry.edits += 1
            self._ask("PATCH", "events", {"side": side, "id": entry.ids[side], "set": given})
            return True

        self._patiently(act, lambda: None)

    def _erase(self) -> None:
        entry, side = self._any(), self._chance.choice(("microsoft", "practifi"))
        if entry is not None and self._diary.erasable(entry, side):
            self._diary.touch(entry, side, "deleted")
            entry.deleted = True
            self._gone(entry, side, entry.ids[side])

    def _call_off(self) -> None:
        """One occurrence of a series, never the first."""
        entry = self._any(series=True)
        if entry is None or entry.count < 2:
            return
        found = sorted(self._shown(entry, "microsoft", occurrences=True), key=lambda one: str(one["start"]["dateTime"]))
        self._diary.touch(entry, "microsoft", "occurrence called off")
        entry.count -= 1
        entry.edits += 1
        self._gone(entry, "microsoft", self._chance.choice(found[1:])["id"], occurrence=True)

    def _gone(self, entry: Entry, side: str, id_: str, *, occurrence: bool = False) -> None:
        """Delete it, or one occurrence of it, until that is not there any more."""

        def act() -> bool:
            self._ask("DELETE", "events", side=side, id=id_)
            return True

        def done() -> bool:
            return all(one["id"] != id_ for one in self._shown(entry, side, occurrences=occurrence))

        self._patiently(act, done)

    def _shown(self, entry: Entry, side: str, *, occurrences: bool = False) -> list[Json]:
        """What a side shows of it; of Microsoft's series the master, or each of its occurrences."""
        days = {"start": f"{datetime.now(UTC):%Y-%m-%d}", "end": f"{entry.start + timedelta(days=60):%Y-%m-%d}"}
        window = days if occurrences else {}
        found = list[Json](self._patiently(lambda: self._events(side, entry.mailbox, window), lambda: None))
        return [one for one in found if tag_of(one.get("subject", one.get("Subject"))) == entry.tag]

    def _events(self, side: str, mailbox: str, window: Json) -> list[Json]:
        return list(self._ask("GET", "events", side=side, mailbox=mailbox, **window)["events"])

    def _patiently(self, act: Callable[[], Any], done: Callable[[], Any]) -> Any:
        """What `act` gives; after no answer what `done` finds to have been done already."""
        again = False
        while not self._over.is_set():
            try:
                return (again and done()) or act()
            except Away:
                again = True
                self._over.wait(0.2)
        raise Away

    def _any(self, *, series: bool = False) -> Entry | None:
        living = [entry for entry in self._diary.living() if entry.count or not series]
        return self._chance.choice(living[-RECENT:]) if living else None

    def _soon(self) -> datetime:
        now = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
        return now + timedelta(days=self._chance.randint(3, 90), minutes=15 * self._chance.randint(0, 95))

    def _ask(self, method: str, path: str, body: Json | None = None, **query: Any) -> Any:
        try:
            return self._product.ask(method, path, body, **query)
        except HTTPException as error:
            raise Away from error
        except Fatal as error:
            if error.what in {"it does not answer", "no sandbox runs here"}:
                raise Away from error
            raise


def _times(start: datetime) -> Json:
    """Half an hour from `start`, as people type it."""
    return {"start": f"{start:%Y-%m-%dT%H:%M}", "end": f"{start + LENGTH:%Y-%m-%dT%H:%M}", "time_zone": "UTC"}

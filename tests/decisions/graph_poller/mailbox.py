"""A poller with one mailbox, and the rows that Microsoft shows of it."""

from datetime import UTC, datetime, timedelta
from typing import Any

from msgspec.structs import replace

from contracts.calendar import CalendarEvent, Timed
from contracts.control import RunDue
from contracts.observed import Observed, Pair, Paired
from contracts.policy import Policy
from services.clients.graph.seen import Kind, Round, Seen
from services.graph_poller import decide, window
from services.graph_poller.rows import MailboxRead, Prove, Proved, ReadMailbox
from tests.decisions.life import Life

MIKE, JOHN = "mailbox-mike", "mailbox-john"
PAIRS = (Pair(MIKE, 0, "005-mike", ("mike@firm.example",)), Pair(JOHN, 0, "005-john", ("john@firm.example",)))
POLICY = Policy(enabled=True)
ZONE = "Europe/Warsaw"
SERIES = "REC"


def at(day: str, hour: int = 10) -> datetime:
    return datetime.fromisoformat(f"{day}T{hour:02}:00:00").replace(tzinfo=UTC)


def timed(day: str, hour: int = 10, zone: str = ZONE) -> Timed:
    return Timed(at(day, hour), at(day, hour) + timedelta(hours=1), zone)


def single(id_: str = "s1", day: str = "2026-03-10", **more: Any) -> Seen:
    event = CalendarEvent(timed(day), more.pop("subject", "Review"))
    return replace(Seen(id_, Kind.SINGLE, when=event.when, zone=ZONE, mark="m1", event=event, uid="uid"), **more)


def master(day: str = "2026-03-10", **more: Any) -> Seen:
    event = CalendarEvent(timed(day), "My recurrent event", recurrence="Daily")
    plain = Seen(SERIES, Kind.MASTER, when=event.when, zone=ZONE, mark="M", event=event, uid="uid", mine=True)
    return replace(plain, **more)


def thin(day: str, hour: int = 10, **more: Any) -> Seen:
    """An occurrence as delta shows it: its id and its time (graph.md §2.4)."""
    when = timed(day, hour, "")
    return replace(Seen(f"{SERIES}-{day}", Kind.OCCURRENCE, series=SERIES, when=when, mark="o"), **more)


def edited(day: str, slot: str = "", subject: str = "Moved", **more: Any) -> Seen:
    """An occurrence that somebody edited: it brings its own content."""
    event = CalendarEvent(timed(day), subject)
    slot = slot or day
    plain = Seen(f"{SERIES}-{slot}", Kind.EXCEPTION, SERIES, event.when, slot, mark="x", event=event, zone=ZONE)
    return replace(plain, **more)


def removed(id_: str) -> Seen:
    return Seen(id_, Kind.REMOVED)


class Poller(Life):
    """It knows Mike and John, and has read nothing yet."""

    def __init__(self, policy: Policy = POLICY, **more: Any) -> None:
        super().__init__(decide, policy, **more)
        self.order = ReadMailbox(MIKE, "", window.view(policy, PAIRS[0], self.now))
        self.runs = 0
        self.pair()

    def pair(self) -> None:
        """It hears who belongs to whom."""
        self.hear(Paired(1, PAIRS))

    def due(self, mailbox: str = "", shard: int = 0, *, fresh: bool = False) -> list[ReadMailbox]:
        """A run begins; what it reads."""
        self.runs += 1
        self.hear(RunDue(f"run-{self.runs}", mailbox, shard, fresh))
        orders = self.asked(ReadMailbox)
        self.order = next((order for order in orders if order.mailbox == MIKE), self.order)
        return orders

    def reads(self, *rows: Seen, fresh: bool = False, cursor: str = "c1") -> Observed:
        """A run, and what it brings of Mike's mailbox; all that is said of it."""
        self.due()
        return self.brings(*rows, fresh=fresh, cursor=cursor)

    def brings(self, *rows: Seen, fresh: bool = False, cursor: str = "c1") -> Observed:
        return self.brings_to(MIKE, *rows, fresh=fresh, cursor=cursor)

    def brings_to(self, mailbox: str, *rows: Seen, fresh: bool = False, cursor: str = "c1") -> Observed:
        """What the last order brings of a mailbox."""
        self.hear(MailboxRead(mailbox, Round(rows, cursor, fresh), self.order.view))
        return self.heard()

    def proves(self, series: tuple[Seen, ...] | None = (), **events: Seen | None) -> Observed:
        """The direct reads that were asked for: `events` by id ("_" for "-"), every series with these occurrences."""
        (asked,) = self.asked(Prove)
        known = {name.replace("_", "-"): seen for name, seen in events.items()}
        looked = {id_: known[id_] for id_ in asked.ids}
        self.hear(Proved(MIKE, looked, dict.fromkeys(asked.series, series)))
        return self.heard()

    def heard(self) -> Observed:
        """All that the last decision says to the reconciler, as one."""
        told = self.told(Observed, "reconciler")
        items = tuple(item for one in told for item in one.items)
        return Observed(told[0].side if told else None, 0, items, tuple(g for one in told for g in one.vanished))  # type: ignore[arg-type]


def subjects(said: Observed) -> dict[str, str]:
    return {item.slot or item.id: item.event.subject for item in said.items}


def gone(said: Observed) -> list[str]:
    return sorted(one.slot or one.id for one in said.vanished)


def starts(said: Observed) -> list[datetime]:
    return [item.event.when.start for item in said.items if isinstance(item.event.when, Timed)]

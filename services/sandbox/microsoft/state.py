"""What Microsoft remembers: people, mailboxes, events and the mails it would have sent, as plain picklable values.
Must never decide anything and never hold a lock, a file or a function."""

from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal

from services.sandbox.microsoft import ids, zones
from services.sandbox.microsoft.recurrence import Rule
from services.sandbox.microsoft.refused import Refused
from services.sandbox.microsoft.switches import Switches

CACHE = 256
Json = dict[str, Any]
Kind = Literal["mailbox", "on_premises", "unlicensed", "out_of_scope", "disabled"]
Cause = Literal["api", "person"]


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail that Exchange would have sent; `mailbox` is the sender's object id."""

    at: datetime
    kind: Literal["invitation", "update", "cancellation", "response", "forward"]
    mailbox: str
    event_id: str
    subject: str
    recipients: tuple[str, ...]
    cause: Cause


@dataclass(frozen=True, slots=True)
class Span:
    """Start and end as wall clock in `place` (IANA); all-day: midnights, end exclusive, no zone meant."""

    start: datetime
    end: datetime
    place: str
    all_day: bool

    def instants(self) -> tuple[datetime, datetime]:
        """Start and end in UTC; all-day events count as UTC midnights (graph.md §3.4)."""
        if self.all_day:
            return self.start.replace(tzinfo=UTC), self.end.replace(tzinfo=UTC)
        return zones.instant(self.start, self.place), zones.instant(self.end, self.place)

    def on(self, day: date) -> "Span":
        """The same times on another day."""
        start = datetime.combine(day, self.start.time())
        return Span(start, start + self.length(), self.place, self.all_day)

    def length(self) -> timedelta:
        """The wall-clock length."""
        return self.end.replace(fold=0) - self.start.replace(fold=0)

    def meets(self, low: datetime, high: datetime) -> bool:
        """Whether it lies, even in part, in the window [low, high)."""
        start, end = self.instants()
        return start < high and (end > low or start >= low)


@dataclass
class Edit:
    """What makes an exception differ from its series."""

    props: Json
    span: Span | None
    zones: tuple[str, str] | None
    created: datetime
    modified: datetime
    change: int
    extended: dict[str, str] = field(default_factory=dict)
    multiple: dict[str, list[str]] = field(default_factory=dict)


@dataclass
class Event:
    """One stored event of one mailbox: a single one or a series with its exceptions and deleted days."""

    key: int
    uid: str
    props: Json
    span: Span
    zones: tuple[str, str]
    created: datetime
    modified: datetime
    change: int = 0
    rule: Rule | None = None
    edits: dict[date, Edit] = field(default_factory=dict)
    deleted: set[date] = field(default_factory=set)
    extended: dict[str, str] = field(default_factory=dict)
    multiple: dict[str, list[str]] = field(default_factory=dict)
    transaction: str | None = None
    organizing: bool = True
    slot: date | None = None
    cache: dict[Any, Any] = field(default_factory=dict, repr=False, compare=False)

    def remember(self, key: Any, value: Any) -> None:
        """Keeps something rendered until the event changes; a full cache starts anew."""
        if len(self.cache) >= CACHE:
            self.cache.clear()
        self.cache[key] = value

    def __getstate__(self) -> Json:
        """Without the rendered answers: they can be made again."""
        return {**self.__dict__, "cache": {}}


@dataclass
class User:
    """One person of the directory, with or without a mailbox."""

    oid: str
    name: str
    upn: str
    mail: str
    aliases: tuple[str, ...]
    zone: str
    kind: Kind
    teams: bool
    change: int

    def addresses(self) -> set[str]:
        """Every address that reaches the person, in lower case."""
        return {one.lower() for one in (self.upn, self.mail, *self.aliases)}


@dataclass
class Mailbox:
    """The calendar of one user. `changed` holds each event's last change number, oldest first, deleted ones too."""

    oid: str
    tag: bytes
    events: dict[int, Event] = field(default_factory=dict)
    uids: dict[tuple[str, date | None], int] = field(default_factory=dict)
    changed: OrderedDict[int, int] = field(default_factory=OrderedDict)
    transactions: dict[str, tuple[int, str]] = field(default_factory=dict)
    hits: OrderedDict[int, int] = field(default_factory=OrderedDict)
    last_key: int = 0
    change: int = 0
    generation: int = 1
    calendar_change: int = 0
    calendar_name: str = "Calendar"
    extended: dict[str, str] = field(default_factory=dict)
    multiple: dict[str, list[str]] = field(default_factory=dict)

    def next_change(self) -> int:
        self.change += 1
        return self.change

    def touch(self, event: Event, at: datetime) -> None:
        """Marks an event as changed: change key, time, place in the order of changes."""
        event.change = self.next_change()
        event.modified = at
        event.cache.clear()
        self.changed[event.key] = event.change
        self.changed.move_to_end(event.key)

    def store(self, event: Event, at: datetime) -> None:
        """Keeps a new event."""
        self.events[event.key] = event
        self.uids[event.uid, event.slot] = event.key
        self.touch(event, at)

    def drop(self, event: Event) -> None:
        """Forgets an event; its key stays in the order of changes."""
        del self.events[event.key]
        self.uids.pop((event.uid, event.slot), None)
        self.changed[event.key] = self.next_change()
        self.changed.move_to_end(event.key)

    def next_key(self) -> int:
        self.last_key += 1
        return self.last_key

    def id_of(self, event: Event, slot: date | None = None, *, immutable: bool = True) -> str:
        """The id of an event or of one occurrence of it."""
        return ids.event_id(self.tag, event.key, slot, immutable=immutable)

    def by_uid(self, uid: str, slot: date | None = None) -> Event | None:
        """This mailbox's copy of a meeting."""
        key = self.uids.get((uid, slot))
        return None if key is None else self.events[key]


@dataclass
class Tenant:
    """Everything of one Microsoft tenant."""

    tenant_id: str
    seed: int
    switches: Switches
    users: dict[str, User] = field(default_factory=dict)
    mailboxes: dict[str, Mailbox] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    mails: list[Mail] = field(default_factory=list)
    tokens: dict[str, datetime] = field(default_factory=dict)
    removed: dict[str, int] = field(default_factory=dict)
    serial: int = 0
    change: int = 0

    def next_serial(self) -> int:
        self.serial += 1
        return self.serial

    def find(self, name: str) -> User | None:
        """The user of an object id, a user principal name or any address, in whatever case."""
        oid = self.names.get(name.lower())
        return None if oid is None else self.users[oid]

    def user(self, name: str) -> User:
        """The same, or Refused 404."""
        user = self.find(name)
        if user is None:
            message = "does not exist or one of its queried reference-property objects are not present."
            raise Refused(404, "Request_ResourceNotFound", f"Resource '{name}' {message}")
        return user

    def holder(self, address: str) -> Mailbox | None:
        """The mailbox that an invitation to this address reaches, if it is one of ours."""
        user = self.find(address)
        return None if user is None else self.mailboxes.get(user.oid)

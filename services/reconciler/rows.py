"""What the reconciler remembers: plain rows by key. A row holds no more than the next decision needs, because a tenant
has a hundred thousand of them; and nothing private, because the readers never say it (ruling 20)."""

from enum import StrEnum

from msgspec import Struct

from contracts.calendar import CalendarEvent, Response, Side
from contracts.person import Person, Source
from contracts.write import Cause


class Held(Struct, frozen=True, omit_defaults=True):
    """What one side holds of a link. `base` is what it held when both last agreed, `now` what it holds since, None
    while that is the same (ruling 3). `past` are marks that our own writes have superseded: a reader that still says
    one of them is late. `gone`: proven not to be there any more. `users` are the internal users among `people`."""

    id: str
    mailbox: str = ""
    mark: str = ""
    sequence: int = 0
    base: CalendarEvent | None = None
    now: CalendarEvent | None = None
    people: tuple[str, ...] = ()
    users: tuple[str, ...] = ()
    owner: str = ""
    series: str = ""
    slot: str = ""
    uid: str = ""
    mine: bool = True
    edited: bool = False
    native_series: bool = False
    redacted: bool = False
    status: str = ""
    answers: tuple[tuple[str, Response], ...] = ()
    gone: bool = False
    past: tuple[str, ...] = ()

    @property
    def event(self) -> CalendarEvent:
        """The side's present version. AssertionError for what is gone and was forgotten."""
        event = self.now or self.base
        assert event is not None
        return event


class Kind(StrEnum):
    CREATE = "create"
    UPDATE = "update"
    ERASE = "erase"


class Pending(Struct, frozen=True, omit_defaults=True):
    """The one order that is out. `source` is what the other side held when it was decided (None: its base), `mark` the
    mark of the written side then, `epoch` that of `Runs`. `related` and `invited` are the people that Microsoft's list
    then meant."""

    order: str
    side: Side
    kind: Kind
    fields: tuple[str, ...] = ()
    source: CalendarEvent | None = None
    mark: str = ""
    epoch: int = 0
    conflicts: tuple[str, ...] = ()
    related: tuple[str, ...] | None = None
    invited: tuple[str, ...] | None = None
    cause: Cause = Cause.EDIT


class State(StrEnum):
    """ACTIVE: kept alike. WAITING: an invitation whose organizer's own event is not known yet (ruling 19). PARKED:
    written too often (C4). ENDED: a tombstone, so that nothing brings back what a person deleted (X5)."""

    ACTIVE = "active"
    WAITING = "waiting"
    PARKED = "parked"
    ENDED = "ended"


class Link(Struct, frozen=True, omit_defaults=True):
    """The row `link/<id>`: the pairing of one Microsoft event with one Practifi Event.

    `generation` grows with every death of one of them (ruling 1). `owner` is the Practifi user who shall own the Event
    (ruling 14). `local` are fields that a person changed where the change stays (D6). `refused` is the side that
    refused our last order for good. `reason` is why the link is blocked, as last said; `status` is our word that shall
    stand on the Practifi Event. `cause` is why the next write to Microsoft happens; `held` the number of consents when
    it was held back, None while nothing is (ruling 16). `orders` counts all orders, `writes` those since `since`, a
    Unix time (C4).
    """

    id: str
    born: Side
    generation: int = 0
    state: State = State.ACTIVE
    microsoft: Held | None = None
    practifi: Held | None = None
    pending: Pending | None = None
    owner: str = ""
    related: tuple[str, ...] = ()
    invited: tuple[str, ...] = ()
    local: tuple[str, ...] = ()
    refused: Side | None = None
    reason: str = ""
    status: str = ""
    cause: Cause = Cause.EDIT
    held: int | None = None
    orders: int = 0
    writes: int = 0
    since: int = 0

    def on(self, side: Side) -> Held | None:
        return self.microsoft if side is Side.MICROSOFT else self.practifi

    @property
    def mailbox(self) -> str:
        """The mailbox that it belongs to ("" when neither side says)."""
        return (self.microsoft.mailbox if self.microsoft else "") or (self.practifi.mailbox if self.practifi else "")


class Ref(Struct, frozen=True):
    """The row `ref/…`: the link of an item whose id does not tell it."""

    link: str


class Series(Struct, frozen=True):
    """The row `series/<mailbox>/<master>`: the slots that Microsoft has, in order."""

    slots: tuple[str, ...]


class Uid(Struct, frozen=True, omit_defaults=True):
    """The row `uid/<uid>~`: the organizer's own event of a meeting and where it was born, or the copies of invited
    mailboxes that wait to learn it (rulings 18, 19)."""

    link: str = ""
    born: Side = Side.MICROSOFT
    waiting: tuple[str, ...] = ()


class Owner(Struct, frozen=True, omit_defaults=True):
    """The row `pair/<mailbox>`: its Practifi user ("" while it has none)."""

    user: str
    addresses: tuple[str, ...] = ()


class Mark(Struct, frozen=True):
    """A row that says something by being there: `user/<id>` (is synced), `invites/<address>/<link>`,
    `stopped/<mailbox>/<link>` (an order waits for the policy)."""


class Gone(Struct, frozen=True):
    """The row `gone/<side>/<id>`: an item vanished that no link held. It may be so new that we have not been told yet
    that our order made it, or that it is there at all: what is older than `sequence` comes too late."""

    sequence: int


class Address(Struct, frozen=True):
    """The row `address/<address>`: the synced mailbox that it belongs to."""

    mailbox: str


class Firm(Struct, frozen=True, omit_defaults=True):
    """The row `firm`: the domains of the synced mailboxes, and the sequence of the pairing that said so."""

    sequence: int
    domains: tuple[str, ...] = ()


class Candidate(Struct, frozen=True, omit_defaults=True):
    """A person who has an address, and how well (M3)."""

    id: str
    source: Source
    user: bool = False
    individual: bool = False
    since: str = ""


class Who(Struct, frozen=True):
    """The row `who/<address>`: everybody who has it."""

    candidates: tuple[Candidate, ...]


class Known(Struct, frozen=True):
    """The row `person/<id>`: a person as last said."""

    person: Person
    sequence: int


class Runs(Struct, frozen=True, omit_defaults=True):
    """The row `runs`. `heard` counts the Observed of each side since the last run settled, `said` how many each reader
    says there are; `pending` the orders of this `epoch` that are out. An epoch ends with a run, so that an order which
    is never answered holds up one run only. `last` is the run that settled last."""

    run: str = ""
    heard: dict[str, int] = {}
    said: dict[str, int] = {}
    pending: int = 0
    epoch: int = 0
    items: int = 0
    failed: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    shard: int = 0
    last: str = ""


class Look(Struct, frozen=True):
    """Said to ourselves: look at this link again, something that only time changes may have changed."""

    link: str

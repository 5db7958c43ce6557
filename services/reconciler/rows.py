"""What the reconciler remembers: plain rows by key. A row holds no more than the next decision needs, because a tenant
has a hundred thousand of them; and nothing private, because the readers never say it (ruling 20)."""

from enum import StrEnum

from msgspec import Struct

from contracts.calendar import CalendarEvent, Instant, Response, Side
from contracts.write import Cause


class Held(Struct, frozen=True, omit_defaults=True):
    """What one side holds of a link. `base` is what it held when both last agreed, `now` what it holds since, None
    while that is the same (ruling 3). `past` are marks that our own writes have superseded: a reader that still says
    one of them is late. `gone`: proven not to be there any more. `users` are the internal users among `people`.
    `places`, `changed_at` and `exposed` as in `Item`."""

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
    places: tuple[tuple[str, str], ...] = ()
    changed_at: Instant | None = None
    exposed: bool = False
    gone: bool = False
    past: tuple[str, ...] = ()

    @property
    def event(self) -> CalendarEvent:
        """The side's present version. AssertionError for what is gone and was forgotten."""
        event = self.now or self.base
        assert event is not None
        return event


class Kind(StrEnum):
    """TURN: an update as by a person: what it changes travels on (C3). STATUS: our word on the Event, nothing else."""

    CREATE = "create"
    UPDATE = "update"
    ERASE = "erase"
    REVIVE = "revive"
    TURN = "turn"
    STATUS = "status"


class Pending(Struct, frozen=True, omit_defaults=True):
    """The one order that is out. `source` is what the other side held when it was decided (None: its base), `mark` the
    mark of the written side then, `lost` what that side held where there are `conflicts`, `epoch` that of `Runs`.
    `related` and `invited` are the people that Microsoft's list then meant. `target` is the id of what is written, ""
    for what is made, `mailbox` whose it is, `sent` what an event in Microsoft is made with, `unsent` what Practifi has
    not taken of that, `since` as in `Write`. `status` is our word that goes with it (None: none does), `consents` how
    many there were then."""

    order: str
    side: Side
    kind: Kind
    fields: tuple[str, ...] = ()
    source: CalendarEvent | None = None
    mark: str = ""
    epoch: int = 0
    conflicts: tuple[str, ...] = ()
    lost: CalendarEvent | None = None
    related: tuple[str, ...] | None = None
    invited: tuple[str, ...] | None = None
    cause: Cause = Cause.EDIT
    status: str | None = None
    consents: int = 0
    answers: tuple[tuple[str, Response], ...] | None = None
    target: str = ""
    mailbox: str = ""
    sent: CalendarEvent | None = None
    unsent: tuple[str, ...] = ()
    since: Instant | None = None


class Trouble(StrEnum):
    """What may be wrong with a link, the most urgent first. REFUSED: a side refused our order. HELD: an order waits for
    consent. PARKED: C4. BARRED: the policy or a limit keeps something in Practifi. OWNER: ruling 14. TEAMS: T3."""

    REFUSED = "refused"
    HELD = "held"
    PARKED = "parked"
    BARRED = "barred"
    OWNER = "owner"
    TEAMS = "teams"


class Attention(Struct, frozen=True, omit_defaults=True):
    """The row `attention/<link>`: the most urgent reason why a link needs a person, and since when. `code` is the
    side's own where it refused, else the kind of trouble."""

    side: Side
    reason: str
    code: str
    since: Instant
    kind: Trouble = Trouble.BARRED


class Teams(StrEnum):
    """What became of an online meeting (T3). DENIED: asked for, and silently not given. LOST: its join link went."""

    DENIED = "denied"
    LOST = "lost"


class Agreed(Struct, frozen=True, omit_defaults=True):
    """What a person has answered, as each side held it when both last agreed (A6)."""

    person: str
    microsoft: Response = Response.NONE
    practifi: Response = Response.NONE


class State(StrEnum):
    """ACTIVE: kept alike. WAITING: an invitation whose organizer's own event is not known yet (ruling 19). PARKED:
    written too often (C4). ENDED: a tombstone, so that nothing brings back what a person deleted (X5). RESTORING: a
    tombstone whose Practifi Event a person wants back. COPY: an invited mailbox's copy of a meeting that was born in
    Practifi: it is no Event (ruling 18)."""

    ACTIVE = "active"
    WAITING = "waiting"
    PARKED = "parked"
    ENDED = "ended"
    RESTORING = "restoring"
    COPY = "copy"


class Death(StrEnum):
    """How far a deletion that a person made in Practifi is on its way to Microsoft (X4). ROUND: until the round of the
    org is complete. HELD: until somebody consents. PASSED: it may go. MOVED: it stands in another mailbox by now
    (ruling 14), or was invited to anew (`left.py`), so this one goes in any case."""

    NONE = ""
    ROUND = "round"
    HELD = "held"
    PASSED = "passed"
    MOVED = "moved"


class Link(Struct, frozen=True, omit_defaults=True):
    """The row `link/<id>`: the pairing of one Microsoft event with one Practifi Event.

    `generation` grows with every death of one of them (ruling 1). `owner` is the Practifi user who shall own the Event
    (ruling 14). `local` are fields that a person changed where the change stays (D6), `purge` those of a private event
    that Practifi may still have as they were before it was hidden (P2). `refused` are the sides that refused our last
    order for good. `orders` counts all orders, `writes` those since `since`, a Unix time (C4); one that is WAITING has
    come by then. `turn` are conflicts whose losing values a person wants back (C3).

    `troubles` are what a person has to know, as last said, the most urgent first, and `reason` is why that one is.
    `status` is our word that shall stand on the Practifi Event, `said` the one that we put there last, and `shown` how
    it stood there right after. `lost` are the fields that Practifi cannot hold as they are (F3).

    `cause` is why the next write to Microsoft happens, `held` the number of consents when it was held back, None while
    nothing is (ruling 16), `brake` the side whose brake or mail cap did that. `death` is where a deletion in Practifi
    stands.

    `unsure` are orders that were refused, and may have been carried out in an earlier attempt (`unheard.py`).

    `answers` are what the people of the Event have answered, None while that was never compared; `answered` grows with
    each time that some of them were told. Of a copy, `answer` is what its user answered in Practifi and has yet to go
    out. `heir` is, of an event that stands in another mailbox by now, the link that it has there (ruling 14).
    """

    id: str
    born: Side
    generation: int = 0
    state: State = State.ACTIVE
    microsoft: Held | None = None
    practifi: Held | None = None
    pending: Pending | None = None
    unsure: tuple[Pending, ...] = ()
    owner: str = ""
    related: tuple[str, ...] = ()
    invited: tuple[str, ...] = ()
    local: tuple[str, ...] = ()
    purge: tuple[str, ...] = ()
    refused: tuple[Side, ...] = ()
    troubles: tuple[Attention, ...] = ()
    reason: str = ""
    status: str = ""
    said: str = ""
    shown: str = ""
    lost: tuple[str, ...] = ()
    teams: Teams | None = None
    cause: Cause = Cause.EDIT
    held: int | None = None
    brake: Side | None = None
    death: Death = Death.NONE
    answers: tuple[Agreed, ...] | None = None
    answer: Response | None = None
    answered: int = 0
    heir: str = ""
    turn: tuple[str, ...] = ()
    orders: int = 0
    writes: int = 0
    since: int = 0

    def on(self, side: Side) -> Held | None:
        return self.microsoft if side is Side.MICROSOFT else self.practifi

    @property
    def mailbox(self) -> str:
        """The mailbox that it belongs to ("" when neither side says)."""
        return (self.microsoft.mailbox if self.microsoft else "") or (self.practifi.mailbox if self.practifi else "")


class Mark(Struct, frozen=True):
    """A row that says something by being there: `stopped/<mailbox>/<link>` (an order waits for the policy),
    `dying/<mailbox>/<link>` (a deletion waits), `read/<side>` (a side is known), `left/<mailbox>/<uid>~/<link>`."""


class Runs(Struct, frozen=True, omit_defaults=True):
    """The row `runs`. `heard` counts the Observed of each `<run>/<side>` that has not settled, `said` how many each
    reader says there are in this `run`; `pending` the orders of this `epoch` that are out. An epoch ends with a run, so
    that an order which is never answered holds up one run only. `last` is the run that settled last, `newest` the
    highest sequence of Practifi that was heard; `failed` and `closed` are as in ReadDone."""

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
    newest: int = 0
    closed: tuple[str, ...] = ()


class Look(Struct, frozen=True):
    """Said to ourselves: look at this link again, something that only time changes may have changed."""

    link: str

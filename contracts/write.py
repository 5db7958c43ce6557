"""Orders to the writer and what became of them. An order names the fields it changes and what its giver believes is
there, so that a write never covers an edit that nobody has seen."""

from enum import StrEnum

from msgspec import Struct

from contracts.calendar import CalendarEvent, Instant, Response, Side
from contracts.observed import Item
from contracts.policy import PrivateEvents


class Cause(StrEnum):
    """Why something is written; kept with every mail that it leads to (A5). Only a person's own EDIT may mail without
    an administrator's consent (ruling 16). LOST: our memory was, and Microsoft may have had it before."""

    EDIT = "edit"
    BACKFILL = "backfill"
    RESTORED = "restored"
    TURNED = "turned"
    POLICY = "policy"
    OWNER = "owner"
    LOST = "lost"


class Write(Struct, frozen=True, omit_defaults=True, tag="write"):
    """Create (`target` empty) or update one event on `side`.

    `event` is the wanted state, of which only `fields` are sent; `people` the wanted Practifi relations (None: leave
    them). `base` is what the side is believed to hold (None when creating): if it holds something else, nothing is
    written and a conflict comes back. `generation` grows when an event has to be created anew (ruling 1). `invitees`
    are internal users to be invited (I2). `my_response` among the fields is sent as the mailbox's own answer (A6).
    `answers` are the answers that related people gave, as Practifi shall show them (None: leave them). `status` is
    our word to who looks at the Practifi Event (None: leave it). `private` is the rule by which reads are redacted.
    `consents` is how many there were when it was given: the writer may not have heard of the last one yet (X4).
    `policy` is the version of the policy by which it was given: the rule of its mailbox may be narrower since (D11).
    `since` is, of an Event that is to be made for a link that never had one, when that was ordered: one of this link
    that was made since, and is deleted, was made by an attempt of which nobody heard (None: it may be one that is
    known).
    """

    order: str
    link: str
    side: Side
    mailbox: str
    event: CalendarEvent
    fields: tuple[str, ...]
    owner: str = ""
    target: str = ""
    generation: int = 0
    base: CalendarEvent | None = None
    base_people: tuple[str, ...] = ()
    people: tuple[str, ...] | None = None
    invitees: tuple[str, ...] | None = None
    answers: tuple[tuple[str, Response], ...] | None = None
    status: str | None = None
    cause: Cause = Cause.EDIT
    private: PrivateEvents = PrivateEvents.BUSY_ONLY
    consents: int = 0
    policy: int = 0
    since: Instant | None = None


class Erase(Struct, frozen=True, omit_defaults=True, tag="erase"):
    """Remove one event from `side`; `base`, `consents` and `policy` as in `Write`."""

    order: str
    link: str
    side: Side
    mailbox: str
    target: str
    base: CalendarEvent | None = None
    base_people: tuple[str, ...] = ()
    cause: Cause = Cause.EDIT
    private: PrivateEvents = PrivateEvents.BUSY_ONLY
    consents: int = 0
    policy: int = 0


class Revive(Struct, frozen=True, omit_defaults=True, tag="revive"):
    """Take one deleted Practifi Event out of the recycle bin (X5); `policy` as in `Write`."""

    order: str
    link: str
    side: Side
    mailbox: str
    target: str
    cause: Cause = Cause.RESTORED
    private: PrivateEvents = PrivateEvents.BUSY_ONLY
    policy: int = 0


Order = Write | Erase | Revive


class Orders(Struct, frozen=True):
    """Many orders of one turn."""

    orders: tuple[Order, ...]


class Written(Struct, frozen=True, omit_defaults=True, tag="written"):
    """The order was carried out; `item` is what the side holds since (None after an erase). `echo` is what we wrote as
    that side keeps it: where the item differs, somebody else edited. `mailed` counts the people who got mail. `lost`
    are the fields that the side cannot hold as they were wanted (F3). `changed_at` is, of an erase, when what was
    erased had last been changed there, or was deleted, if it was gone already."""

    order: str
    link: str
    side: Side
    item: Item | None = None
    echo: CalendarEvent | None = None
    mailed: int = 0
    lost: tuple[str, ...] = ()
    changed_at: Instant | None = None


class Why(StrEnum):
    """Why an order was not carried out."""

    MOVED_ON = "moved_on"
    GONE = "gone"
    FORBIDDEN = "forbidden"
    INVALID = "invalid"
    STOPPED = "stopped"
    HELD = "held"


ERASED = "erased"
"""The code of what is GONE because we have erased it ourselves."""


class Refused(Struct, frozen=True, omit_defaults=True, tag="refused"):
    """The order was not carried out. MOVED_ON brings the `item` that is there now; GONE says it is proven gone;
    FORBIDDEN and INVALID are for a person to mend; STOPPED: the policy forbids writing now, or a reader has to tell
    first what has become of it; HELD: a brake or the mail cap waits for an administrator's consent (X4, A5). `given`:
    the answer among its fields was given before that, and may stand there no more (A6)."""

    order: str
    link: str
    side: Side
    why: Why
    code: str = ""
    reason: str = ""
    item: Item | None = None
    given: bool = False


class Outcomes(Struct, frozen=True):
    """What became of many orders."""

    outcomes: tuple[Written | Refused, ...]

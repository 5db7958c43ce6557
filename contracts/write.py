"""Orders to the writer and what became of them. An order names the fields it changes and what its giver believes is
there, so that a write never covers an edit that nobody has seen."""

from enum import StrEnum

from msgspec import Struct

from contracts.calendar import CalendarEvent, Side
from contracts.observed import Item


class Write(Struct, frozen=True, omit_defaults=True, tag="write"):
    """Create (`target` empty) or update one event on `side`.

    `event` is the wanted state, of which only `fields` are sent; `people` the wanted Practifi relations (None: leave
    them). `base` is what the side is believed to hold (None when creating): if it holds something else, nothing is
    written and a conflict comes back. `generation` grows when an event has to be created anew (ruling 1). `invitees`
    are internal users to be invited (I2). `own_edit`: a person's own edit is the cause and may mail (ruling 16).
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
    own_edit: bool = False


class Erase(Struct, frozen=True, omit_defaults=True, tag="erase"):
    """Remove one event from `side`; `base` as in `Write`."""

    order: str
    link: str
    side: Side
    mailbox: str
    target: str
    base: CalendarEvent | None = None
    base_people: tuple[str, ...] = ()


class Orders(Struct, frozen=True):
    """Many orders of one turn."""

    orders: tuple[Write | Erase, ...]


class Written(Struct, frozen=True, omit_defaults=True, tag="written"):
    """The order was carried out; `item` is what the side holds since (None after an erase). `echo` is what we wrote as
    that side keeps it: where the item differs, somebody else edited. `mailed` counts the people who got mail."""

    order: str
    link: str
    side: Side
    item: Item | None = None
    echo: CalendarEvent | None = None
    mailed: int = 0


class Why(StrEnum):
    """Why an order was not carried out."""

    MOVED_ON = "moved_on"
    GONE = "gone"
    FORBIDDEN = "forbidden"
    INVALID = "invalid"
    STOPPED = "stopped"


class Refused(Struct, frozen=True, omit_defaults=True, tag="refused"):
    """The order was not carried out. MOVED_ON brings the `item` that is there now; GONE says it is proven gone;
    FORBIDDEN and INVALID are for a person to mend; STOPPED: the policy forbids writing now."""

    order: str
    link: str
    side: Side
    why: Why
    code: str = ""
    reason: str = ""
    item: Item | None = None


class Outcomes(Struct, frozen=True):
    """What became of many orders."""

    outcomes: tuple[Written | Refused, ...]

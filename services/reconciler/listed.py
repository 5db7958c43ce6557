"""The rows from which a person's questions are answered. They follow the links and decide nothing about them; none of
them holds anything of a private event."""

from datetime import date

from msgspec import Struct

from contracts.calendar import CalendarEvent, Instant, Side
from contracts.control import Backfill
from contracts.facts import Subject


class Invite(Struct, frozen=True, omit_defaults=True):
    """The row `invites/<address>/<link>`: a Microsoft event invites somebody, and when that was last seen."""

    seen: date | None = None


class Contested(Struct, frozen=True, omit_defaults=True):
    """The row `conflict/<id>`: both values of a `field` that both sides had changed (C3); an event holds that field and
    its time only. `turned` once the losing value was put back. `inherited`: nobody has asked for that, but the event
    of a new owner has to have it (`heir.py`); `before` is what the old event said until then, which the new one may
    have been given as well."""

    about: Subject
    field: str
    winner: Side
    microsoft: CalendarEvent
    practifi: CalendarEvent
    at: Instant
    turned: bool = False
    inherited: bool = False
    before: CalendarEvent | None = None

    def on(self, side: Side) -> CalendarEvent:
        return self.microsoft if side is Side.MICROSOFT else self.practifi


class Contests(Struct, frozen=True):
    """The row `conflicts`: ids of all that is kept under `conflict/` and when it was kept (Unix time), the oldest
    first, so that the old is forgotten without a look at the rest."""

    kept: tuple[tuple[str, int], ...] = ()


class Removed(Struct, frozen=True):
    """The row `deleted/<link>`: a Practifi Event that we erased because Microsoft's was gone (X5)."""

    about: Subject
    at: Instant


class Exposure(Struct, frozen=True):
    """The row `private/<link>`: a private event whose text stands in Practifi (P2)."""

    mailbox: str


class Idle(Struct, frozen=True):
    """The row `idle-link/<link>`: the id of an Event that is kept in `idle/<id>`, by the link that it would have."""

    id: str


class Forget(Struct, frozen=True):
    """Said to ourselves: a row has been kept for long enough."""

    row: str


class More(Struct, frozen=True):
    """Said to ourselves: go on with a backfill."""

    wish: Backfill


class Inherit(Struct, frozen=True):
    """Said to ourselves: what this link's event in the old mailbox says by now has yet to go to its heir."""

    link: str

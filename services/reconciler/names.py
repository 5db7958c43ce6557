"""The rows by which a link is found: under other names than its own id, and what is known of an item that no link
holds."""

from msgspec import Struct

from contracts.calendar import Response, Side


class Ref(Struct, frozen=True):
    """The row `ref/…`: the link of an item whose id does not tell it."""

    link: str


class Series(Struct, frozen=True):
    """The row `series/<mailbox>/<master>`: the slots that Microsoft has, in order."""

    slots: tuple[str, ...]


class Uid(Struct, frozen=True, omit_defaults=True):
    """The row `uid/<uid>~`: the organizer's own event of a meeting and where it was born, or the copies of invited
    mailboxes that are `waiting` to learn it (rulings 18, 19). Of a meeting that was born in Practifi also the `copies`
    that are here, and what their users answered in Practifi, each as of which telling (A6)."""

    link: str = ""
    born: Side = Side.MICROSOFT
    waiting: tuple[str, ...] = ()
    copies: tuple[str, ...] = ()
    answers: tuple[tuple[str, Response, int], ...] = ()


class Gone(Struct, frozen=True):
    """The row `gone/<side>/<id>`, of an occurrence `gone/<side>/<series>~<slot>`: an item vanished that no link held.
    It may be so new that we have not been told yet that our order made it, or that it is there at all: what is older
    than `sequence` comes too late."""

    sequence: int

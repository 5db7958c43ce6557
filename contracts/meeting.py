"""What one shard of the reconciler tells another, so that a meeting in mailboxes of several shards is judged as if all
were in one."""

from msgspec import Struct

from contracts.calendar import Response, Side


class Meeting(Struct, frozen=True, omit_defaults=True):
    """The organizer's own event of a meeting to which people of another shard are invited: its `uid`, its link, and
    where it was `born` (rulings 18, 19). `answers` are those that invited users gave in Practifi (A6); `sequence` grows
    with each time that some are told: what is older comes too late."""

    uid: str
    link: str
    born: Side
    answers: tuple[tuple[str, Response], ...] = ()
    sequence: int = 0


class Own(Struct, frozen=True, omit_defaults=True):
    """Meetings whose organizer's own event is known in another `shard`; and the mailboxes of that which are `unread`
    since its memory was lost, so that what is in them is known to nobody. None: as it was said last."""

    meetings: tuple[Meeting, ...]
    shard: int = 0
    unread: tuple[str, ...] | None = None

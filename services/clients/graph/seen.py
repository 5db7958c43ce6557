"""One item as a mailbox showed it: already neutral (CalendarEvent), not yet assembled (an occurrence may be thin).
Never holds raw Graph JSON, and nothing private when the policy redacts (ruling 20)."""

from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from contracts.calendar import CalendarEvent, When


class Kind(StrEnum):
    SINGLE = "singleInstance"
    MASTER = "seriesMaster"
    OCCURRENCE = "occurrence"
    EXCEPTION = "exception"
    REMOVED = "removed"


class Seen(Struct, frozen=True, omit_defaults=True):
    """One row of a round, or one direct read.

    `event` is None for a thin occurrence (graph.md §2.4) and for a removed row. `when` is the row's own time.
    `slot` is the original local date in the series' zone, "" where the row alone cannot tell it (a thin occurrence: its
    master's zone is needed). `mark` is the last 22 decoded bytes of the etag (ruling 8). `changed_at` orders
    revisions of one id within a round (ruling 29). `error` says why a row could not be understood (no content in it).
    `zone` is the IANA zone of the series or event. `cancelled` counts as removed (CUR-19). `stamp` is our link id, with
    "-g" and its generation where the event still has its transactionId. `mine`: the mailbox organizes it. `skipped`:
    private, and the policy leaves it out; `excluded`: the policy leaves it out by category or domain. `guests` counts
    the people besides the organizer, of a private event too: the writer must know whom it would mail (A5).
    """

    id: str
    kind: Kind
    series: str = ""
    when: When | None = None
    slot: str = ""
    original_start: datetime | None = None
    zone: str = ""
    mark: str = ""
    changed_at: datetime | None = None
    event: CalendarEvent | None = None
    stamp: str = ""
    uid: str = ""
    mine: bool = True
    cancelled: bool = False
    redacted: bool = False
    skipped: bool = False
    excluded: bool = False
    guests: int = 0
    error: str = ""


class Round(Struct, frozen=True):
    """A complete read of a mailbox: rows in the order they came, and the cursor for the next round. `fresh` marks a
    round that began without a cursor, so that what is missing from it may have vanished."""

    rows: tuple[Seen, ...]
    cursor: str
    fresh: bool

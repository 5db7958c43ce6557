"""What the watcher remembers and what it asks its hands: plain values."""

from datetime import date, datetime, timedelta

from msgspec import Struct

from contracts.observed import Mailbox, Pair
from contracts.policy import PrivateEvents
from services.clients.salesforce.row import Cursors, OrgRound, OrgUser, Row
from services.kernel.decision import Undone

ORG = "org"
"""The watcher's one lane."""


class Reader(Struct, frozen=True, omit_defaults=True):
    """Row `reader`. `outbound_since` is Salesforce's time when writing to Microsoft was switched on (ruling 11), None
    while it is off. `recent` are the marks of rows read within the look-back, by id: read again, they are no news.
    `ahead` is how far Salesforce's time is ahead of ours (below zero: behind)."""

    ahead: timedelta = timedelta()
    cursors: Cursors = Cursors()
    outbound_since: datetime | None = None
    recent: dict[str, str] = {}
    private: PrivateEvents = PrivateEvents.BUSY_ONLY


class Directory(Struct, frozen=True):
    """Row `directory`: the tenant's mailboxes."""

    sequence: int
    mailboxes: tuple[Mailbox, ...]


class Users(Struct, frozen=True):
    """Row `users`: the org's users, by id."""

    users: dict[str, OrgUser]


class Pairs(Struct, frozen=True):
    """Row `pairs`: who belongs to whom."""

    pairs: tuple[Pair, ...]


class Waiting(Struct, frozen=True):
    """Row `waiting`: runs that wait for the mailboxes or for the org's answer."""

    runs: tuple[str, ...] = ()


class Settling(Struct, frozen=True):
    """Row `settling/<id>`: a new Event that may still get its invitees (ruling 10)."""

    until: datetime


class ReadOrg(Struct, frozen=True):
    """To do: read what changed in the org; Events of before `since` are left out the first time."""

    cursors: Cursors
    since: date
    private: PrivateEvents


class LookRows(Struct, frozen=True):
    """To do: read these Events again."""

    ids: tuple[str, ...]
    private: PrivateEvents


class Settled(Struct, frozen=True):
    """Heard by oneself when Events should have been quiet for long enough."""


class OrgRead(Struct, frozen=True):
    round: OrgRound
    private: PrivateEvents


class RowsLooked(Struct, frozen=True):
    """The rows as they are now; an id without one is gone."""

    ids: tuple[str, ...]
    rows: tuple[Row, ...]


class OrgUnread(Struct, frozen=True, omit_defaults=True):
    """The org could not be read in this run; one that `heals` is tried again with the next."""

    code: str
    what: str
    mend: str = ""
    heals: bool = False


PRIVATE = (ReadOrg, LookRows, Settled, OrgRead, RowsLooked, OrgUnread, Undone)

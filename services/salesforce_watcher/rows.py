"""What the watcher remembers and what it asks its hands: plain values."""

from datetime import date, datetime, timedelta

from msgspec import Struct

from contracts.observed import Mailbox, Pair
from contracts.person import Person
from contracts.policy import Mapped, Policy
from services.clients.salesforce.privacy import Privacy
from services.clients.salesforce.row import Column, Cursors, OrgRound, OrgUser, Place, Row
from services.kernel.decision import Undone

ORG = "org"
"""The watcher's one lane."""


class Reader(Struct, frozen=True, omit_defaults=True):
    """Row `reader`. `outbound_since` is Salesforce's time when writing to Microsoft was switched on (ruling 11), None
    while it is off or the org was not read yet; `outbound` is the same in our time. `recent` are the marks of rows read
    within the look-back, by id: read again, they are no news. `reading` are those of the pieces so far of a read that
    is under way. `ahead` is how far Salesforce's time is ahead of ours (below zero: behind). `privacy` are the rules by
    which the Events were read, `wider` those before them while all is read anew, or together with wider ones that were
    heard since, `first` the firm's policy as it was heard before anything was read, `again` the last wish of each shard
    to be told all anew (`Again`), `told` how many messages bear it, `vain` the newest run in which there are no
    mailboxes (`Undirected`). `people` is the sequence of the last People that were said, 0 where all is told anew."""

    ahead: timedelta = timedelta()
    cursors: Cursors = Cursors()
    outbound_since: datetime | None = None
    outbound: datetime | None = None
    recent: dict[str, str] = {}
    reading: dict[str, str] = {}
    privacy: Privacy = Privacy()
    wider: Privacy | None = None
    first: Policy | None = None
    again: dict[str, str] = {}
    told: dict[str, int] = {}
    vain: str = ""
    people: int = 0


class Directory(Struct, frozen=True):
    """Row `directory`: the tenant's mailboxes."""

    sequence: int
    mailboxes: tuple[Mailbox, ...]


class Users(Struct, frozen=True):
    """Row `users`: the org's users, by id."""

    users: dict[str, OrgUser]


class Pairs(Struct, frozen=True):
    """Row `pairs`: who belongs to whom, the sequence under which that was said, 0 when it has to be said anew, and to
    how many `shards`."""

    pairs: tuple[Pair, ...]
    sequence: int = 0
    shards: int = 1


class Waiting(Struct, frozen=True, omit_defaults=True):
    """Row `waiting`: runs that wait for the mailboxes or for the org's answer, and how many messages each shard was
    sent since they do. `later` are runs that came while a read was under way: the next one is theirs."""

    runs: tuple[str, ...] = ()
    messages: tuple[int, ...] = ()
    later: tuple[str, ...] = ()


class Settling(Struct, frozen=True):
    """Row `settling/<id>`: a new Event that may still get its invitees (ruling 10)."""

    until: datetime


class Exposed(Struct, frozen=True):
    """Row `exposed/<id>`: a private Event whose text was told before the rule became stricter, and stands there yet."""


class ReadOrg(Struct, frozen=True, omit_defaults=True):
    """To do: read the next piece of what changed in the org; Events of before `since` are left out the first time."""

    cursors: Cursors
    since: date
    privacy: Privacy = Privacy()
    mapping: dict[str, Mapped] = {}
    going: dict[str, Place] = {}


class LookRows(Struct, frozen=True, omit_defaults=True):
    """To do: read these Events again."""

    ids: tuple[str, ...]
    privacy: Privacy = Privacy()
    mapping: dict[str, Mapped] = {}


class Settled(Struct, frozen=True):
    """Heard by oneself when Events should have been quiet for long enough."""


class OrgRead(Struct, frozen=True, omit_defaults=True):
    """A piece of what the org shows. `columns` are the fields that it keeps elsewhere than usual, or nowhere (F2)."""

    round: OrgRound
    privacy: Privacy = Privacy()
    columns: tuple[Column, ...] = ()


class RowsLooked(Struct, frozen=True, omit_defaults=True):
    """The rows as they are now, and the `people` on them; an id without one is gone."""

    ids: tuple[str, ...]
    rows: tuple[Row, ...]
    privacy: Privacy = Privacy()
    people: tuple[Person, ...] = ()


class OrgUnread(Struct, frozen=True, omit_defaults=True):
    """The org could not be read in this run; one that `heals` is tried again with the next."""

    code: str
    what: str
    mend: str = ""
    heals: bool = False


PRIVATE = (ReadOrg, LookRows, Settled, OrgRead, RowsLooked, OrgUnread, Undone)

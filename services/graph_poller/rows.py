"""What the poller remembers and what it asks its hands: plain values."""

from datetime import UTC, date, datetime

from msgspec import Struct

from contracts.calendar import When
from contracts.observed import Item, Mailbox, Pair
from contracts.policy import PrivateEvents
from services.clients.graph.excluded import NOTHING, Excluded
from services.clients.graph.seen import Round, Seen
from services.kernel.decision import Undone

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DIRECTORY = "directory"
"""The lane in which the list of mailboxes is read, and its name among mailboxes."""
PAIRS = "pairs"
"""What a run waits for while nobody knows whose mailboxes there are."""


class Reader(Struct, frozen=True, omit_defaults=True):
    """Row `reader`: when the directory was last read, the sequence of the pairs, the last wish to be told all anew
    (`Again`) with how many messages bear it, the newest run that was due, and the newest that is in vain without pairs
    (`Undirected`)."""

    directory_at: datetime | None = None
    pairs: int = 0
    again: str = ""
    told: int = 0
    due: str = ""
    vain: str = ""


class Pairs(Struct, frozen=True):
    """Row `pairs`: this shard's mailboxes and their users."""

    pairs: tuple[Pair, ...]


class View(Struct, frozen=True, omit_defaults=True):
    """How a mailbox is looked at: the stretch of time, which is fixed in the cursor (graph.md §2.5), what is hidden and
    what is left out, and whether Practifi is written from it. `again` is the last wish to read it from the beginning
    that this read obeys."""

    start: datetime = EPOCH
    end: datetime = EPOCH
    private: PrivateEvents = PrivateEvents.BUSY_ONLY
    excluded: Excluded = NOTHING
    writes: bool = False
    again: str = ""


class Place(Struct, frozen=True, omit_defaults=True):
    """Row `place/<mailbox>`: how far a mailbox is read. `size` counts the items that were said; `braked` is the number
    of consents when its brake was shown, None while none stands; `day` is the last on which the window was moved,
    `again` the last wish to read it from the beginning."""

    cursor: str = ""
    view: View = View()
    state: str = ""
    size: int = 0
    braked: int | None = None
    day: date = EPOCH.date()
    again: str = ""


class Root(Struct, frozen=True, omit_defaults=True):
    """Row `known/<mailbox>/<id>`: a single event or a series that was said, and its items: id to slot. `when` is where
    a single event was, as last said, `stamp` what stood on it, which nobody can read when it is gone."""

    members: dict[str, str]
    when: When | None = None
    stamp: str = ""


class Unshown(Struct, frozen=True):
    """Row `made/<mailbox>/<id>`: we have made it, and no round has shown it yet."""


class Ahead(Struct, frozen=True):
    """Row `ahead/<mailbox>/<id>`: items of a single event or a series that lie after the window, to be said on the day
    on which they come within it (D9)."""

    items: tuple[Item, ...]


class Left(Struct, frozen=True):
    """Row `left/<mailbox>/<id>`: it was said, and has left our sight with the window: its deletion is none of ours."""


class Rounds(Struct, frozen=True, omit_defaults=True):
    """Row `held/<mailbox>`: a round that waits for its proofs, and those that it has (`looked`, `series`: Proved)."""

    round: Round
    view: View
    looked: dict[str, Seen | None] = {}
    series: dict[str, tuple[Seen, ...] | None] = {}


class Running(Struct, frozen=True, omit_defaults=True):
    """Row `run/<run>`: what the run still waits for (mailboxes, or "pairs") and what it has brought so far. `mailbox`
    and `fresh` are as in RunDue, `again` is the last wish to be told all anew that it obeys, `closed` as in
    ReadDone."""

    waiting: tuple[str, ...]
    items: int = 0
    messages: int = 0
    failed: tuple[str, ...] = ()
    mailbox: str = ""
    fresh: bool = False
    again: str = ""
    closed: tuple[str, ...] = ()


class ReadDirectory(Struct, frozen=True):
    """To do: read all users that may have a mailbox."""


class ReadMailbox(Struct, frozen=True):
    """To do: read what changed in a mailbox, everything in the window when `cursor` is empty."""

    mailbox: str
    cursor: str
    view: View


class Prove(Struct, frozen=True):
    """To do: read single events and whole series directly (X2)."""

    mailbox: str
    ids: tuple[str, ...]
    series: tuple[str, ...]
    view: View


class DirectoryRead(Struct, frozen=True):
    mailboxes: tuple[Mailbox, ...]


class MailboxRead(Struct, frozen=True):
    mailbox: str
    round: Round
    view: View


class Proved(Struct, frozen=True):
    """What the direct reads said: None for what is gone."""

    mailbox: str
    looked: dict[str, Seen | None]
    series: dict[str, tuple[Seen, ...] | None]


class Unread(Struct, frozen=True, omit_defaults=True):
    """A mailbox (or "directory") could not be read in this run, and is asked again with the next. `state` is what that
    makes of it: waiting (needs nobody), paused (no mailbox can be read until somebody mends the connection), excluded
    (it cannot be synced at all, E3), or attention."""

    mailbox: str
    state: str
    what: str
    mend: str = ""


PRIVATE = (ReadDirectory, ReadMailbox, Prove, DirectoryRead, MailboxRead, Proved, Unread, Undone)

"""What the poller remembers and what it asks its hands: plain values."""

from datetime import UTC, datetime

from msgspec import Struct

from contracts.observed import Mailbox, Pair
from contracts.policy import PrivateEvents
from services.clients.graph.seen import Round, Seen
from services.kernel.decision import Undone

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DIRECTORY = "directory"
"""The lane in which the list of mailboxes is read, and its name among mailboxes."""
PAIRS = "pairs"
"""What a run waits for while nobody knows whose mailboxes there are."""


class Reader(Struct, frozen=True, omit_defaults=True):
    """Row `reader`: when the directory was last read, and the sequence of the pairs."""

    directory_at: datetime | None = None
    pairs: int = 0


class Pairs(Struct, frozen=True):
    """Row `pairs`: this shard's mailboxes and their users."""

    pairs: tuple[Pair, ...]


class Place(Struct, frozen=True, omit_defaults=True):
    """Row `place/<mailbox>`: how far a mailbox is read. The window is fixed in the cursor (graph.md §2.5). `size`
    counts known items; `braked` is the number of consents when its brake was shown, None while none stands."""

    cursor: str = ""
    start: datetime = EPOCH
    end: datetime = EPOCH
    private: PrivateEvents = PrivateEvents.BUSY_ONLY
    state: str = ""
    size: int = 0
    braked: int | None = None


class Root(Struct, frozen=True):
    """Row `known/<mailbox>/<id>`: a single event or a series that was said, and its items: id to slot."""

    members: dict[str, str]


class Rounds(Struct, frozen=True, omit_defaults=True):
    """Row `held/<mailbox>`: a round that waits for its proofs, and those that it has (`looked`, `series`: Proved)."""

    round: Round
    place: Place
    looked: dict[str, Seen | None] = {}
    series: dict[str, tuple[Seen, ...] | None] = {}


class Running(Struct, frozen=True, omit_defaults=True):
    """Row `run/<run>`: what the run still waits for (mailboxes, or "pairs") and what it has brought so far."""

    waiting: tuple[str, ...]
    items: int = 0
    messages: int = 0
    failed: tuple[str, ...] = ()
    mailbox: str = ""


class ReadDirectory(Struct, frozen=True):
    """To do: read all users that may have a mailbox."""


class ReadMailbox(Struct, frozen=True):
    """To do: read what changed in a mailbox, everything in the window when `cursor` is empty."""

    mailbox: str
    cursor: str
    start: datetime
    end: datetime
    private: PrivateEvents


class Prove(Struct, frozen=True):
    """To do: read single events and whole series directly (X2)."""

    mailbox: str
    ids: tuple[str, ...]
    series: tuple[str, ...]
    start: datetime
    end: datetime
    private: PrivateEvents


class DirectoryRead(Struct, frozen=True):
    mailboxes: tuple[Mailbox, ...]


class MailboxRead(Struct, frozen=True):
    mailbox: str
    round: Round
    start: datetime
    end: datetime
    private: PrivateEvents


class Proved(Struct, frozen=True):
    """What the direct reads said: None for what is gone."""

    mailbox: str
    looked: dict[str, Seen | None]
    series: dict[str, tuple[Seen, ...] | None]


class Unread(Struct, frozen=True, omit_defaults=True):
    """A mailbox (or "directory") could not be read in this run; one that `heals` is tried again with the next, one that
    is `excluded` is none that can be synced (E3)."""

    mailbox: str
    code: str
    what: str
    mend: str = ""
    heals: bool = False
    excluded: bool = False


PRIVATE = (ReadDirectory, ReadMailbox, Prove, DirectoryRead, MailboxRead, Proved, Unread, Undone)

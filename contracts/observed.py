"""How things are on a side, said by its reader: always the present state, never what changed, so that a repeat or a
late arrival harms nothing."""

from typing import Annotated

from msgspec import Meta, Struct

from contracts.calendar import CalendarEvent, Instant, Response, Side, When


class Item(Struct, frozen=True, omit_defaults=True):
    """One event or occurrence as its side holds it now.

    `id` is the side's own id, `mark` its own change mark (opaque, compared for equality only). `mailbox` is the Entra
    object id of the mailbox that it belongs to ("" when its Practifi owner has none). An occurrence has the id of its
    `series` and its `slot`: its original local date, YYYY-MM-DD (ruling 2). `stamp` is our link id as it stands on the
    item. `mine` says that the mailbox organizes it; `edited` that a person touched it after outbound was switched on
    (D7). `people` are the ids of the related Practifi people, `owner` the Practifi owner. `native_series` marks an
    occurrence of Practifi's own recurrence (R6). `redacted` marks a private event of which only the time is here (P1).
    `status` is our own word as it stands on a Practifi Event. `answers` are the answers of related people as they
    stand in Practifi, without those who have not answered. `places` are the fields that its side keeps elsewhere than
    usual, and where ("" for nowhere): where that changes, another value is nobody's edit. `changed_at` is the side's
    own time of the last change, compared with nothing but that of the same item: an earlier one is late news. `exposed`
    marks a redacted Practifi Event that was told in full before, and what it said may stand there still (P2).
    """

    id: str
    mark: str
    mailbox: str
    event: CalendarEvent
    series: str = ""
    slot: str = ""
    stamp: str = ""
    uid: str = ""
    mine: bool = True
    edited: bool = False
    owner: str = ""
    people: tuple[str, ...] = ()
    native_series: bool = False
    redacted: bool = False
    status: str = ""
    answers: tuple[tuple[str, Response], ...] = ()
    places: tuple[tuple[str, str], ...] = ()
    changed_at: Instant | None = None
    exposed: bool = False


class Vanished(Struct, frozen=True, omit_defaults=True):
    """An item that is proven to be gone (X2): a direct read said so. `stamp` as it was last seen, where that is known.
    `ours`: we have erased it ourselves, because its other half was gone."""

    id: str
    mailbox: str
    series: str = ""
    slot: str = ""
    stamp: str = ""
    ours: bool = False


class Observed(Struct, frozen=True, omit_defaults=True):
    """Many items of one side of one shard. `sequence` is the reader's own and only grows (design §2.3). `paired` is the
    sequence of the pairing that the reader went by: who does not know it yet cannot tell whose the items are. `again`
    is the last wish to be told all anew that the reader knew when it read (`Again`). `run` is the run in whose ReadDone
    this message counts, empty where it counts in none. `after` is the sequence of the last People that were said
    before: who has not heard those does not know yet who is on the items."""

    side: Side
    sequence: int
    items: tuple[Item, ...] = ()
    vanished: tuple[Vanished, ...] = ()
    paired: int = 0
    again: str = ""
    run: str = ""
    after: int = 0


class Unreadable(Struct, frozen=True):
    """One item that could not be understood: set aside with its reason; everything else goes on (O5)."""

    side: Side
    mailbox: str
    id: str
    reason: str


class Made(Struct, frozen=True, omit_defaults=True):
    """We have created this event in a mailbox: said to its poller, who would not miss it before it has seen it. `stamp`
    as in Item."""

    mailbox: str
    id: str
    stamp: str = ""


class Believed(Struct, frozen=True, omit_defaults=True):
    """What a mailbox is believed to hold, said to a poller that has lost its memory: what is gone of it has to be
    missed. By the id of the single event or the series: the ids of its items, and their slots; `when` a single event
    is, by its id."""

    mailbox: str
    roots: dict[str, dict[str, str]]
    when: dict[str, When] = {}


class Homes(Struct, frozen=True, omit_defaults=True):
    """The ids of the Events that a `shard` knows, said to a watcher that has lost its memory and asked by this `wish`;
    unasked (""), those that were just made: whoever owns them since, they are told there (ruling 14). It is one `part`
    of so `many`, from 0 on; the first has also the shards that keep the firm's `mailboxes` (ruling 22)."""

    wish: str
    shard: int
    part: int
    many: Annotated[int, Meta(ge=1, le=10_000)]
    events: tuple[str, ...] = ()
    mailboxes: dict[str, int] = {}


class Mailbox(Struct, frozen=True, omit_defaults=True):
    """One mailbox of the Microsoft tenant; `addresses` are lower-case, the primary first."""

    id: str
    principal: str
    name: str = ""
    addresses: tuple[str, ...] = ()
    enabled: bool = True


class Mailboxes(Struct, frozen=True):
    """All mailboxes of the tenant, said by the Graph poller to the Salesforce watcher, who knows the users."""

    sequence: int
    mailboxes: tuple[Mailbox, ...]


class Undirected(Struct, frozen=True, omit_defaults=True):
    """The mailboxes of the tenant could not be listed, or not be paired: who waits for that should not wait any longer
    in `run`, nor in one before it, also if it hears of that run later than of this."""

    reason: str
    run: str = ""


class Pair(Struct, frozen=True, omit_defaults=True):
    """One mailbox and its Practifi user (M7), or the `reason` why there is none."""

    mailbox: str
    shard: int
    user: str = ""
    addresses: tuple[str, ...] = ()
    reason: str = ""


class Paired(Struct, frozen=True, omit_defaults=True):
    """Who belongs to whom, said by the watcher to each `shard`: to its poller the mailboxes that it reads, to its
    reconciler all mailboxes of the firm (I2)."""

    sequence: int
    pairs: tuple[Pair, ...]
    shard: int = 0


class ReadDone(Struct, frozen=True, omit_defaults=True):
    """A reader has read all that `run` asked for and said it in `messages` Observed messages, which may still be under
    way; `failed` are the mailboxes or orgs that could not be read, `again` the wish that this run has fulfilled
    (`Again`), and `told` how many Observed messages bear that wish by now, of this run and of others. Where it is
    `blind`, nothing was read at all, so that it does not tell what is there. Nor does it tell what is in the `closed`
    mailboxes, which cannot be synced or have no user, and are no failure (E3, M7); a
    `part` is a run that reads one mailbox only."""

    run: str
    reader: str
    items: int = 0
    messages: int = 0
    failed: tuple[str, ...] = ()
    again: str = ""
    blind: bool = False
    told: int = 0
    closed: tuple[str, ...] = ()
    part: bool = False

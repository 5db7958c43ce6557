"""The public sync events (S2): what an integrator may subscribe to. Their meaning never changes; a new meaning is a new
version. They hold ids only, unless the policy `topic_detail` allows more (S3). `mailed` counts the people whom
Microsoft mailed because of a write, and `cause` says why it was written (`contracts.write.Cause`)."""

from msgspec import Struct

from contracts.calendar import Instant, Side


class Detail(Struct, frozen=True, omit_defaults=True):
    """What `topic_detail = summary` or `full` adds; always empty for a private event."""

    subject: str = ""
    start: str = ""
    end: str = ""
    location: str = ""
    fields: tuple[str, ...] = ()


class Subject(Struct, frozen=True, omit_defaults=True):
    """Which pair of events a fact is about."""

    link: str
    mailbox: str = ""
    microsoft_id: str = ""
    practifi_id: str = ""


class Created(Struct, frozen=True, omit_defaults=True, tag="created"):
    """An event was created on `side`, because it appeared on the other."""

    about: Subject
    side: Side
    mailed: int = 0
    detail: Detail | None = None
    cause: str = ""


class Updated(Struct, frozen=True, omit_defaults=True, tag="updated"):
    """`fields` of an event on `side` were set to the other side's values."""

    about: Subject
    side: Side
    fields: tuple[str, ...] = ()
    mailed: int = 0
    detail: Detail | None = None
    cause: str = ""


class Deleted(Struct, frozen=True, omit_defaults=True, tag="deleted"):
    """An event was removed from `side`, because it is proven to be gone on the other."""

    about: Subject
    side: Side
    mailed: int = 0
    cause: str = ""


class Conflict(Struct, frozen=True, omit_defaults=True, tag="conflict"):
    """Both sides had changed `fields`; `winner` kept its values (C1)."""

    about: Subject
    winner: Side
    fields: tuple[str, ...]
    detail: Detail | None = None


class Blocked(Struct, frozen=True, omit_defaults=True, tag="blocked"):
    """A rule keeps an event from being synced; `reason` says which and what would change that."""

    about: Subject
    side: Side
    reason: str


class Failed(Struct, frozen=True, omit_defaults=True, tag="failed"):
    """A side refused a write for good, or an event cannot be understood; a person has to mend it."""

    about: Subject
    side: Side
    code: str
    reason: str


class RunStarted(Struct, frozen=True, tag="run-started"):
    """A run has begun: every mailbox and the org are being read."""

    run: str


class RunFinished(Struct, frozen=True, omit_defaults=True, tag="run-finished"):
    """Everything read in the run is handed over and its effects are settled or set aside (ruling 24)."""

    run: str
    started_at: Instant
    items: int = 0
    failed: tuple[str, ...] = ()


class MailboxState(Struct, frozen=True, omit_defaults=True, tag="mailbox-state"):
    """How a mailbox does: healthy, waiting, paused, excluded or attention, with the reason and the mend (E8)."""

    mailbox: str
    state: str
    reason: str = ""


Fact = Created | Updated | Deleted | Conflict | Blocked | Failed | RunStarted | RunFinished | MailboxState


class Said(Struct, frozen=True):
    """Facts on their way to the feed, which numbers and publishes them."""

    facts: tuple[Fact, ...]


class Published(Struct, frozen=True):
    """One public fact: `number` grows by one within a tenant, so that a subscriber sees a gap (S4)."""

    number: int
    at: Instant
    fact: Fact

"""Questions that a person asks the reconcilers, and what they answer from their own rows: nobody reads another's
memory. An answer may hold addresses and subjects, so it is published for the operator alone, retained by no broker and
kept by no service."""

from enum import StrEnum
from typing import Annotated

from msgspec import Meta, Struct

from contracts.calendar import Instant, Side
from contracts.facts import Subject


class Question(StrEnum):
    """What may be asked, each with the kind of line that answers it."""

    UNMATCHED = "unmatched"
    WHO = "who"
    ATTENTION = "attention"
    CONFLICTS = "conflicts"
    DELETED = "deleted"
    BACKFILL = "backfill"
    PRIVATE = "private"


class Ask(Struct, frozen=True, omit_defaults=True):
    """A question to every shard of the reconciler. `ask` names it, and the topic of its answers. `about` is an address
    (`who`; for `backfill` a mailbox's) or the beginning of an id (`conflicts`, `deleted`). The registry sets `shard`,
    the receiver's, and `shards`, how many are asked."""

    ask: Annotated[str, Meta(pattern="^[0-9a-f]{8,64}$")]
    question: Question
    about: str = ""
    shard: int = 0
    shards: int = 1


class Unmatched(Struct, frozen=True, omit_defaults=True, tag="unmatched"):
    """An address that no Practifi person has (M5): how many events invite it, and the day when one of them was last
    seen, YYYY-MM-DD."""

    address: str
    events: int
    seen: str = ""


class Choice(Struct, frozen=True, omit_defaults=True, tag="who"):
    """A Practifi person who has the address (M3): a user, an individual or a contact, by email, alternate, custom or
    contact_point. `why` says what decided for or against; the chosen one comes first."""

    person: str
    kind: str
    source: str
    since: str
    chosen: bool
    why: str


class Attention(Struct, frozen=True, omit_defaults=True, tag="attention"):
    """A pair of events that waits for a person, and why, since when. `kind` is the sort of trouble: held, refused, …"""

    about: Subject
    kind: str
    side: Side
    reason: str
    since: Instant


class Overridden(Struct, frozen=True, omit_defaults=True, tag="conflict"):
    """A field that both sides had changed (C3): both values in words, cut to 200 characters, and who won. `turned` once
    a person had the losing value put back."""

    conflict: str
    about: Subject
    field: str
    winner: Side
    microsoft: str
    practifi: str
    at: Instant
    turned: bool = False


class Erased(Struct, frozen=True, omit_defaults=True, tag="deleted"):
    """A Practifi Event that was erased because Microsoft's was gone, and can be restored (X5)."""

    about: Subject
    at: Instant


class Preview(Struct, frozen=True, omit_defaults=True, tag="backfill"):
    """What a backfill to Microsoft would do in one mailbox (an address): existing future Practifi Events that it would
    create there, how many invitations Microsoft would mail for them, and how many stay, by reason (D10)."""

    mailbox: str
    creations: int = 0
    updates: int = 0
    mailed: int = 0
    blocked: tuple[tuple[str, int], ...] = ()


class Exposed(Struct, frozen=True, omit_defaults=True, tag="private"):
    """Private events of one mailbox (an address) whose text stands in Practifi: a stricter `private_events` would purge
    it (P2)."""

    mailbox: str
    events: int


Line = Unmatched | Choice | Attention | Overridden | Erased | Preview | Exposed


class Answer(Struct, frozen=True, omit_defaults=True):
    """What one of the tenant's `shards` knows: at most 1,000 lines, the newest or largest first; `left_out` counts the
    others."""

    ask: str
    shard: int
    shards: int
    lines: tuple[Line, ...] = ()
    left_out: int = 0

"""What people and the schedule ask for."""

from msgspec import Struct

from contracts.calendar import Side


class SyncNow(Struct, frozen=True, omit_defaults=True):
    """Run now, without waiting for the interval (D5); one mailbox only when `mailbox` (an address) is given."""

    who: str
    mailbox: str = ""


class Pause(Struct, frozen=True):
    who: str


class Resume(Struct, frozen=True, omit_defaults=True):
    """Go on after a pause; releases the brakes that wait for consent (X4)."""

    who: str


class Turn(Struct, frozen=True):
    """Put the losing value of a conflict back, as if a person had just entered it on the side that lost (C3)."""

    who: str
    conflict: str


class Restore(Struct, frozen=True):
    """Bring back a Practifi Event that was erased because Microsoft's was gone (X5)."""

    who: str
    link: str


class Backfill(Struct, frozen=True, omit_defaults=True):
    """Send what exists already and nobody has touched to `side` (D10): of one mailbox (an address), or of all."""

    who: str
    side: Side
    mailbox: str = ""


class RunDue(Struct, frozen=True, omit_defaults=True):
    """A run begins: said by the registry to each reader. `mailbox` (an address) narrows it; `shard` is the reader's;
    `fresh` asks for everything from the beginning, not only for what has changed (D10). It is read by this version of
    the `policy` or a newer one: a reader that has not heard of that yet waits for it."""

    run: str
    mailbox: str = ""
    shard: int = 0
    fresh: bool = False
    policy: int = 0


class RunSettled(Struct, frozen=True, omit_defaults=True):
    """All that one reconciler shard had to do for `run` is written or set aside."""

    run: str
    shard: int
    items: int = 0
    failed: tuple[str, ...] = ()


class Receipt(Struct, frozen=True):
    """The receiver has committed these messages: the sender may forget them. `store` and `commit` tell which memory
    holds them, and how old it was then."""

    numbers: tuple[int, ...]
    store: str
    commit: int


class Known(Struct, frozen=True, omit_defaults=True):
    """Said now and then to every receiver: the envelope tells the last number for which the sender has its receipt. Who
    does not know that one has lost its memory, and hears of it by this even when nothing else is said (ruling 6). Who
    has just started `asks` for the same, because its memory may be an old one."""

    asks: bool = False


class Again(Struct, frozen=True, omit_defaults=True):
    """Who asks has lost something that the receiver had told it (ruling 6): all of it is to be said again. `wish` names
    this question; a reader says it with the first run that has answered it."""

    wish: str
    service: str
    shard: int = 0

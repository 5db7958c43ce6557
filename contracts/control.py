"""What people and the schedule ask for."""

from msgspec import Struct


class SyncNow(Struct, frozen=True, omit_defaults=True):
    """Run now, without waiting for the interval (D5); one mailbox only when `mailbox` (an address) is given."""

    who: str
    mailbox: str = ""


class Pause(Struct, frozen=True):
    who: str


class Resume(Struct, frozen=True, omit_defaults=True):
    """Go on after a pause; releases the brakes that wait for consent (X4)."""

    who: str


class RunDue(Struct, frozen=True, omit_defaults=True):
    """A run begins: said by the registry to each reader. `mailbox` (an address) narrows it; `shard` is the reader's."""

    run: str
    mailbox: str = ""
    shard: int = 0


class RunSettled(Struct, frozen=True, omit_defaults=True):
    """All that one reconciler shard had to do for `run` is written or set aside."""

    run: str
    shard: int
    items: int = 0
    failed: tuple[str, ...] = ()


class Receipt(Struct, frozen=True):
    """The receiver has committed these messages: the sender may forget them. `store` and `commit` identify the
    receiver's memory, so that a sender notices when it was lost or restored (ruling 6)."""

    numbers: tuple[int, ...]
    store: str
    commit: int

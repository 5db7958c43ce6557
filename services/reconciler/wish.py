"""What a shard without its memory waits for (ruling 6): plain rows, and questions to them. Asks nobody by itself."""

from collections.abc import Callable
from typing import Any

from msgspec import Struct

from contracts.calendar import Instant, Side
from services.reconciler.rows import Mark
from services.reconciler.work import Work

Gets = Callable[[str, type[Any]], Any]


class Wish(Struct, frozen=True, omit_defaults=True):
    """The row `again/<side>`: that side has to be told anew from the beginning, and this names the question of this
    `shard`. So many messages that answer it were `heard`, of those that were `told` as far as the reader has said."""

    wish: str
    shard: int
    heard: int = 0
    told: int = 0


class Anew(Struct, frozen=True):
    """The row `anew`: when our memory was last begun anew."""

    since: Instant


class Unread(Struct, frozen=True, omit_defaults=True):
    """The row `unread`: mailboxes of which nothing could be told yet, while all the others were; `lost`: since our
    memory was. What they tell by now answers what was `asked` then, which nothing else waits for any more."""

    mailboxes: tuple[str, ...]
    lost: bool = False
    asked: Wish | None = None

    @property
    def waits(self) -> bool:
        """Whether something that was told of them has not been heard yet."""
        return self.asked is not None and self.asked.heard < self.asked.told


def key(side: Side) -> str:
    return f"again/{side.value}"


def row(get: Gets, side: Side) -> Wish | None:
    """What is known of the question that is open for a side, None while there is none."""
    found: Wish | None = get(key(side), Wish)
    return found


def of(get: Gets, side: Side) -> str | None:
    """The question that is open for a side, None while there is none."""
    found = row(get, side)
    return found.wish if found is not None else None


def any_open(work: Work) -> bool:
    """Whether the memory is being built anew."""
    return any(of(work.get, side) for side in Side)


def untold(get: Gets, side: Side, mailbox: str) -> bool:
    """Whether what a mailbox has on a side is still being told anew, so that a name which nothing there tells may yet
    turn out to be its own."""
    unread = get("unread", Unread) if side is Side.MICROSOFT else None
    return of(get, side) is not None or (unread is not None and unread.lost and mailbox in unread.mailboxes)


def known(work: Work, side: Side, mailbox: str) -> bool:
    """Whether all that a side holds was heard, so that what it lacks may be made there: a creation that it has already
    would be there twice, and mail twice (ruling 5)."""
    unread = work.get("unread", Unread) if side is Side.MICROSOFT else None
    return work.get(f"read/{side.value}", Mark) is not None and (unread is None or mailbox not in unread.mailboxes)

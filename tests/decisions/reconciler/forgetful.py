"""A shard that has lost its memory, and readers that tell it all anew. Asserts nothing."""

from datetime import datetime
from typing import Any

from msgspec.structs import replace

from contracts.calendar import Side
from contracts.observed import Item, Observed, ReadDone, Vanished
from contracts.write import Order, Write
from services.kernel.decision import Forgot
from services.reconciler.link import minted
from tests.decisions.reconciler.shard import (
    MICROSOFT,
    MIKE,
    PAIRS,
    PRACTIFI,
    STANDUP,
    Shard,
    here,
    timed,
)  # fmt: skip

WHO = {MICROSOFT: "graph-poller", PRACTIFI: "salesforce-watcher"}
OURS = minted(MICROSOFT, MIKE, "m1")
THEIRS = minted(PRACTIFI, MIKE, "p1")
RUN = "run-x"


def forgetful(sender: str = "salesforce-watcher") -> Shard:
    """A shard that has just heard that it forgot something, and knows again who belongs to whom."""
    shard = Shard()
    shard.paired()
    shard.hear(Forgot(sender, 0))
    shard.hear(PAIRS)
    shard.facts.clear()
    return shard


def tells(
    shard: Shard, side: Side, *items: Item | Vanished, whole: bool = True, again: str | None = None, run: str = RUN
) -> None:
    """A reader says how a side is, because it was asked to; with that it has said all of it, if this is the `whole`."""
    wish = shard.asked[WHO[side]].wish if again is None else again
    shard.sequence += 1
    seen = tuple(one for one in items if isinstance(one, Item))
    gone = tuple(one for one in items if isinstance(one, Vanished))
    shard.hear(Observed(side, shard.sequence, seen, gone, again=wish, run=run))
    if whole:
        done(shard, side, messages=1, again=wish)
    hears_what_waited(shard)


def hears_what_waited(shard: Shard) -> None:
    """What came before Practifi was heard."""
    while shard.early and "again/practifi" not in shard.rows:
        shard.hear(shard.early.pop(0))


def written(shard: Shard) -> list[Order]:
    """The orders that are out, but for our word on an Event."""
    return [one for one in shard.orders if not (isinstance(one, Write) and one.target and not one.fields)]


def done(shard: Shard, side: Side, run: str = RUN, **more: Any) -> None:
    told = more.pop("told", more.get("messages", 0) if more.get("again") else 0)
    shard.hear(ReadDone(run, WHO[side], told=told, **more), f"{WHO[side]}/acme/0")


def occurrence(day: str, **more: Any) -> Item:
    """One of a series, at ten on its day."""
    when = timed(datetime.fromisoformat(f"{day}T10:00:00+00:00"), zone="Europe/Warsaw")
    return here(replace(STANDUP, when=when), name=f"o-{day}", series="s1", slot=day, uid="u1", **more)

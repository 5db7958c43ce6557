"""Effects as a store keeps them: what still has to be said, done or heard again."""

from datetime import datetime
from typing import Literal

from msgspec import Struct

EffectKind = Literal["say", "do", "wake"]


class NewEffect(Struct, frozen=True):
    """An effect before it is kept. `lane` of a say is the receiver's address, `body_kind` the CloudEvents type or
    the struct's name. `id` is unique within `scope`. A `key` beginning with "replace:" replaces the waiting effect
    of the same scope and key."""

    scope: str
    lane: str
    kind: EffectKind
    id: str
    key: str
    cause: str
    run: str
    body_kind: str
    body: bytes
    due: datetime
    quiet: bool = False


class Kept(NewEffect, frozen=True):
    """A kept effect: `number` is its place in all that the store has ever kept, `tries` how often it was postponed."""

    number: int = 0
    tries: int = 0


class DeadLetter(Struct, frozen=True):
    """What could not be decided or delivered, with the error that says why."""

    scope: str
    id: str
    kind: str
    payload: bytes
    error: str
    at: datetime

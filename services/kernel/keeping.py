"""From a decision to what the store keeps, and back: effects get ids that follow from the message that caused them, so
that a repeated decision is recognised (design §2.1). Never draws an id of its own."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

import msgspec
from msgspec import Struct

from contracts import topics
from contracts.message import KINDS, Message, encode_body, kind_of
from services.kernel.decision import SAME, Do, Effect, Say, Wake
from services.kernel.effects import EffectKind, Kept, NewEffect
from services.kernel.scope import Scope, scope_of

WAKING = "wake"
_KINDS: Mapping[type, EffectKind] = {Say: "say", Do: "do", Wake: "wake"}


@dataclass(frozen=True, slots=True)
class Doing:
    """One effect that is due in a lane; `tries` counts earlier failures."""

    number: int
    scope: Scope
    id: str
    run: str
    key: str
    tries: int
    body: Any


class Words:
    """The structs that a service keeps in its own store: its contracts' messages and its private ones, by name."""

    def __init__(self, private: Iterable[type[Struct]]) -> None:
        self._kinds: Mapping[str, type[Struct]] = KINDS | {f"private.{kind.__name__}": kind for kind in private}
        self._names = {kind: name for name, kind in self._kinds.items()}

    def knows(self, kind: type[Struct]) -> bool:
        """Whether the service names this among its own."""
        return kind in self._names

    def keep(self, effect: Effect, index: int, scope: Scope, cause: Message, now: datetime) -> NewEffect:
        """The effect as the store keeps it."""
        return NewEffect(
            scope=str(scope), kind=_kind(effect), lane=_lane(effect, scope), id=effect_id(cause, index), key=effect.key,
            cause=cause.id, run=cause.run, body_kind=self._names[type(effect.body)], body=_encode(effect),
            due=effect.at if isinstance(effect, Wake) else now, quiet=isinstance(effect, Wake) and effect.quiet,
        )  # fmt: skip

    def doing(self, kept: Kept) -> Doing:
        """A kept do or wake, with its body back. ValueError for one that another version of the program kept."""
        kind = self._kinds.get(kept.body_kind)
        if kind is None:
            raise ValueError(f"this version knows no {kept.body_kind}")
        try:
            body = msgspec.msgpack.decode(kept.body, type=kind)
        except msgspec.DecodeError as error:
            raise ValueError(f"this version does not understand this {kept.body_kind}") from error
        return Doing(kept.number, scope_of(kept.scope), kept.id, kept.run, kept.key, kept.tries, body)


def effect_id(cause: Message, index: int) -> str:
    """What another memory of its sender says by the same name may be something else: it is another cause."""
    return sha256(f"{cause.id}/{cause.store}/{cause.number}/{index}".encode()).hexdigest()[:24]


def do_lane(tenant: str, lane: str) -> str:
    """A lane's name over all shards of a tenant: an org's writes are one lane (ruling 23)."""
    return f"{tenant}:{lane}"


def _kind(effect: Effect) -> EffectKind:
    return _KINDS[type(effect)]


def _lane(effect: Effect, scope: Scope) -> str:
    if isinstance(effect, Say):
        shard = scope.shard if effect.shard == SAME else effect.shard
        return topics.address(effect.service, scope.tenant, shard)
    return do_lane(scope.tenant, effect.lane) if isinstance(effect, Do) else WAKING


def _encode(effect: Effect) -> bytes:
    if isinstance(effect, Say):
        kind_of(effect.body)
        return encode_body(effect.body)
    return msgspec.msgpack.encode(effect.body)

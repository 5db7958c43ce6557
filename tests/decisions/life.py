"""One actor as the kernel lets it live: rows as bytes, loaded only when named, one decision a message."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import msgspec
from msgspec import Struct

from contracts.message import Message
from contracts.policy import Policy, PolicyNow
from services.kernel.decision import Decision, Do, Effect, Say, State, Wake

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
T = TypeVar("T", bound=Struct)


@dataclass
class Life:
    """`mind` is a service's `decide` module. `effects` are those of the last decision."""

    mind: Any
    policy: Policy
    now: datetime = NOW
    active: bool = True
    rows: dict[str, bytes] = field(default_factory=dict)
    effects: tuple[Effect, ...] = ()
    said: int = 0

    def __post_init__(self) -> None:
        self.govern(self.policy, active=self.active)

    def govern(self, policy: Policy, *, active: bool = True, consents: int = 0) -> None:
        """This policy holds from now on."""
        self.policy, self.said = policy, self.said + 1
        now = PolicyNow(self.said, active, policy, consents)
        self.rows["policy"] = msgspec.msgpack.encode(now)
        self.hear(now)

    def hear(self, body: Struct) -> Decision:
        """One turn."""
        self.said += 1
        message = Message(f"message-{self.said}", "firm", self.now, body)
        state = State({})
        while missing := {key for key in self.mind.needs(state, message) if not state.known(key)}:
            state.load(self._load(missing))
        decision: Decision = self.mind.decide(state, message, self.now)
        for key, row in decision.rows.items():
            self.rows.pop(key, None)
            if row is not None:
                self.rows[key] = msgspec.msgpack.encode(row)
        self.effects = decision.effects
        return decision

    def later(self, **length: float) -> datetime:
        self.now += timedelta(**length)
        return self.now

    def row(self, key: str, kind: type[T]) -> T | None:
        return msgspec.msgpack.decode(self.rows[key], type=kind) if key in self.rows else None

    def told(self, kind: type[T], service: str = "", shard: int | None = None) -> list[T]:
        """The bodies of one kind that the last decision said."""
        return [
            effect.body
            for effect in self.effects
            if isinstance(effect, Say)
            and isinstance(effect.body, kind)
            and service in {"", effect.service}
            and shard in {None, effect.shard}
        ]

    def asked(self, kind: type[T]) -> list[T]:
        """What of one kind the last decision wants done."""
        return [effect.body for effect in self.effects if isinstance(effect, Do) and isinstance(effect.body, kind)]

    def wakes(self) -> list[Wake]:
        return [effect for effect in self.effects if isinstance(effect, Wake)]

    def _load(self, keys: set[str]) -> dict[str, bytes | None]:
        found: dict[str, bytes | None] = {key: self.rows.get(key) for key in keys}
        for prefix in [key for key in keys if key.endswith("/")]:
            found |= {key: row for key, row in self.rows.items() if key.startswith(prefix)}
        return found

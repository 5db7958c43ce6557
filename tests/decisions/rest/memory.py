"""The store of one actor, as its decisions see it: plain values, copied and put back at once."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

import msgspec
from msgspec import Struct

from contracts.message import Message
from services.kernel.decision import SAME, Decision, Do, Say, State, Unloaded, Wake

Actor = tuple[str, int]
"""A service and its shard."""
T = TypeVar("T", bound=Struct)


@dataclass
class Memory:
    """The store of one actor. `unsaid` are messages by number: id, receiver, body and key; `heard` the numbers of each
    sender, `receipted` the last one that each receiver has committed; `wakes` and `todo` what is due, by id. `name` is
    the store's own."""

    name: str = ""
    rows: dict[str, bytes] = field(default_factory=dict)
    unsaid: dict[int, tuple[str, Actor, Struct, str]] = field(default_factory=dict)
    heard: set[tuple[Actor, int]] = field(default_factory=set)
    receipted: dict[Actor, int] = field(default_factory=dict)
    wakes: dict[str, tuple[datetime, Struct, str]] = field(default_factory=dict)
    todo: dict[str, tuple[str, Struct, str]] = field(default_factory=dict)

    def copy(self) -> "Memory":
        return Memory(self.name, dict(self.rows), dict(self.unsaid), set(self.heard), dict(self.receipted),
                      dict(self.wakes), dict(self.todo))  # fmt: skip

    def recovered(self) -> "Memory":
        """As `calsync recover` puts it back (`kernel/backup.py`)."""
        new = self.copy()
        new.heard = set()
        new.unsaid = {number: (f"{name}/kept", *one) for number, (name, *one) in self.unsaid.items()}
        new.todo = {name: one for name, one in self.todo.items() if not one[2] or one[2].startswith("replace:")}
        return new

    def row(self, key: str, kind: type[T]) -> T | None:
        return msgspec.msgpack.decode(self.rows[key], type=kind) if key in self.rows else None

    def _load(self, keys: set[str]) -> dict[str, bytes | None]:
        found: dict[str, bytes | None] = {key: self.rows.get(key) for key in keys}
        for prefix in [key for key in keys if key.endswith("/")]:
            found |= {key: row for key, row in self.rows.items() if key.startswith(prefix)}
        return found

    def _replaced(self, key: str, by: str) -> None:
        """What has this key waits no longer."""
        if key.startswith("replace:"):
            self.unsaid = {at: one for at, one in self.unsaid.items() if one[3] != key or one[0] == by}
            self.wakes = {name: one for name, one in self.wakes.items() if one[2] != key or name == by}
            self.todo = {name: one for name, one in self.todo.items() if one[2] != key or name == by}

    def _waits(self, name: str) -> bool:
        return any(one[0] == name for one in self.unsaid.values())

    def think(self, mind: Any, message: Message, now: datetime) -> Decision:
        """What a mind decides, and the rows of it."""
        state = State({})
        while True:
            try:
                while missing := {key for key in mind.needs(state, message) if not state.known(key)}:
                    state.load(self._load(missing))
                decision: Decision = mind.decide(state, message, now)
                break
            except Unloaded as row:
                state.load(self._load({row.key}))
        if decision.anew:
            self.rows, self.unsaid, self.wakes = {"policy": self.rows["policy"]}, {}, {}
        for key, value in decision.rows.items():
            self.rows.pop(key, None)
            if value is not None:
                self.rows[key] = msgspec.msgpack.encode(value)
        return decision

    def keep(self, name: str, effect: Say | Do | Wake, number: int, shard: int) -> None:
        """An effect of the actor of this shard; a message gets the `number`. What waits by this name stays."""
        self._replaced(effect.key, name)
        match effect:
            case Wake(at, body, key):
                self.wakes.setdefault(name, (at, body, key))
            case Do(lane, body, key):
                self.todo.setdefault(name, (lane, body, key))
            case Say(service, body, to, key) if service != "feed" and not self._waits(name):
                self.unsaid[number] = (name, (service, shard if to == SAME else to), body, key)

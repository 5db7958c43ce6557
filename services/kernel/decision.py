"""What a decision may look at and what it may want: plain values, so that every service thinks in a pure function.
Nothing here does anything."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol, TypeVar

import msgspec
from msgspec import Struct

from contracts.message import Message

S = TypeVar("S", bound=Struct)


SAME = -1
"""The receiver's shard is the speaker's own."""


@dataclass(frozen=True, slots=True)
class Say:
    """Tell another service's actor of the same tenant; kept and repeated until that one has committed it. `shard` is
    the receiver's, 0 for services that have one actor for a tenant."""

    service: str
    body: Struct
    shard: int = 0
    key: str = ""


@dataclass(frozen=True, slots=True)
class Do:
    """Have something done outside, in `lane` (one mailbox, one org): performed after the commit, in order within
    its lane, in batches; its answer comes back as a message whose cause is this effect."""

    lane: str
    body: Struct
    key: str = ""


@dataclass(frozen=True, slots=True)
class Wake:
    """Hear `body` again at `at`. A `quiet` one is routine and does not count as outstanding (the next interval)."""

    at: datetime
    body: Struct
    key: str
    quiet: bool = False


Effect = Say | Do | Wake


class Undone(Struct, frozen=True):
    """Heard in place of an answer: what was to be done was set aside, because it cannot be. Or in place of a message:
    it was set aside, because it cannot be decided on, and somebody may wait for what would have followed. Only a
    service that names this among its private structs hears it."""

    body: Any
    reason: str


class Forgot(Struct, frozen=True):
    """Heard before a message whose sender (`service`, `shard`) has our receipt for something that we do not know: our
    memory was lost, or restored from an earlier day, and this is the first sign of it (ruling 6). `here` is the shard
    that has forgotten."""

    service: str
    shard: int
    here: int = 0


@dataclass(frozen=True, slots=True)
class Decision:
    """The rows that change (None: forget the row) and the effects that follow. An effect with a `key` of the form
    `replace:NAME` replaces the one of that key that still waits. `anew`: all other rows but the policy are forgotten
    first, and what was wanted said, or heard again, and is not yet. `over`: what was to be done to something (its key
    names it) and is not yet, is not done."""

    rows: Mapping[str, Struct | None] = field(default_factory=dict)
    effects: tuple[Effect, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    anew: bool = False
    over: bool = False


class Unloaded(KeyError):
    """A row, or a prefix, was read that was not asked for: it would silently look like a row that is not there."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


class State:
    """The rows that a decision asked for, decoded on first use."""

    def __init__(self, stored: Mapping[str, bytes | None]) -> None:
        self._stored: dict[str, bytes | None] = dict(stored)
        self._live: dict[str, Struct | None] = {}
        self._under: set[str] = {key for key in stored if key.endswith("/")}
        self._below: dict[str, set[str]] = {}
        self._place(stored)

    def get(self, key: str, kind: type[S]) -> S | None:
        """The row `key`, or None when there is none. Unloaded when `needs` did not name it."""
        if key not in self._live:
            raw = self._raw(key)
            self._live[key] = None if raw is None else msgspec.msgpack.decode(raw, type=kind)
        return self._live[key]  # type: ignore[return-value]  # the row was decoded as `kind`

    def under(self, prefix: str, kind: type[S]) -> dict[str, S]:
        """All rows whose key begins with `prefix` (it ends with "/"), by key. Unloaded as in `get`."""
        if prefix not in self._under:
            raise Unloaded(prefix)
        found = {key: self.get(key, kind) for key in sorted(self._below.get(prefix, ()))}
        return {key: row for key, row in found.items() if row is not None}

    def known(self, key: str) -> bool:
        """Whether the row or the prefix was loaded."""
        return key in self._stored or key in self._live or not self._under.isdisjoint(_prefixes(key))

    def load(self, stored: Mapping[str, bytes | None]) -> None:
        """Add rows from the store; what an earlier decision of the turn changed stays as changed."""
        self._stored.update(stored)
        self._under |= {key for key in stored if key.endswith("/")}
        self._place(stored)

    def change(self, rows: Mapping[str, Struct | None]) -> None:
        """Let the next decision of the same turn see what this one changed."""
        self._live.update(rows)
        self._place(rows)

    def _place(self, keys: Iterable[str]) -> None:
        """Remember keys under all of their prefixes: a turn may ask for thousands of these."""
        for key in keys:
            for prefix in _prefixes(key):
                if prefix != key:
                    self._below.setdefault(prefix, set()).add(key)

    def _raw(self, key: str) -> bytes | None:
        if not self.known(key):
            raise Unloaded(key)
        return self._stored.get(key)


def _prefixes(key: str) -> Iterator[str]:
    """All beginnings of a key that end with "/"."""
    at = key.find("/")
    while at >= 0:
        yield key[: at + 1]
        at = key.find("/", at + 1)


class Thinks(Protocol):
    """A service's mind: two pure functions. `needs` names the rows (or prefixes ending with "/") that `decide` will
    read; it is asked again until it names nothing new, so it may follow one row to the next. A row that it forgets
    costs one more thought: `decide` is asked anew with it."""

    def needs(self, state: State, message: Message) -> Iterable[str]: ...

    def decide(self, state: State, message: Message, now: datetime) -> Decision: ...

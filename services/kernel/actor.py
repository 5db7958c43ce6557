"""The life of every service: hear, decide, commit, receipt. One commit holds the changed rows, the effects, what was
seen and what is settled, so that a kill at any point leaves either all of it or nothing. Nothing is sent from here,
and no network is touched while the transaction is open (design §2.7)."""

import traceback
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import msgspec
from msgspec import Struct

from contracts.control import Known
from contracts.message import Message, encode_body
from contracts.policy import PolicyNow
from services.kernel.decision import Decision, Forgot, State, Thinks, Undone, Unloaded
from services.kernel.effects import NewEffect
from services.kernel.errors import Fatal, Transient
from services.kernel.keeping import Words
from services.kernel.scope import Scope
from services.kernel.store import Store, Tx

POLICY = "policy"
"""The row that holds the tenant's PolicyNow in every scope."""

Mark = tuple[str, str, int]
"""Sender, its memory and a number: what a message is known by."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A message for one actor: from another service (it has a number and wants a receipt), or the answer to an own
    effect, which `settles` that effect."""

    message: Message
    settles: int = 0


@dataclass(slots=True)
class Turn:
    """What a turn did: to be told to others only after its commit."""

    receipts: dict[str, list[int]] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    dead: list[tuple[str, str]] = field(default_factory=list)
    forgot: list[Message] = field(default_factory=list)
    effects: int = 0
    commit: int = 0


class Actor:
    """The actor of one scope of one service."""

    def __init__(self, scope: Scope, mind: Thinks, words: Words, store: Store, now: Callable[[], datetime]) -> None:
        self.scope = scope
        self._mind = mind
        self._words = words
        self._store = store
        self._now = now

    async def turn(
        self, heard: Sequence[Heard], done: Iterable[int] = (), allowed: Callable[[], Awaitable[bool]] | None = None
    ) -> Turn:
        """Decide on all messages in order, in one commit; `done` are effects that end without an answer. Nothing
        happens if `allowed`, asked inside the transaction, says no: whoever performed has lost its lane meanwhile."""
        turn = Turn()
        async with self._store.transaction() as tx:
            if allowed is None or await allowed():
                fresh = await self._fresh(tx, heard, turn)
                await tx.settle(done)
                await self._decide_all(tx, fresh, turn)
                turn.commit = await tx.commits()
        return turn

    async def _fresh(self, tx: Tx, heard: Sequence[Heard], turn: Turn) -> list[Message]:
        """Messages that were not decided before; all that want a receipt get one, repeats too. A sign that something is
        forgotten goes before them, but for what our own effects have brought: who wanted that did not know of it. A
        policy goes before all: who does not know how many shards a firm has would not ask all of them."""
        open_effects = await tx.settle([h.settles for h in heard if h.settles])
        repeats = await self._see(tx, [h.message for h in heard if h.message.number or h.message.receipted], turn)
        levels = [h.message for h in heard if isinstance(h.message.body, PolicyNow)]
        own, fresh = list[Message](), dict[Mark | str, Message]()
        for h in heard:
            if isinstance(h.message.body, Known | PolicyNow) or (h.settles and h.settles not in open_effects):
                continue
            mark = _mark(h.message) if h.message.number else h.message.id
            if turn.forgot and h.settles:
                own.append(h.message)
            elif mark not in repeats:
                fresh.setdefault(mark, h.message)
        return [*levels, *own, *turn.forgot, *fresh.values()]

    async def _see(self, tx: Tx, messages: Sequence[Message], turn: Turn) -> set[Mark | str]:
        """Remember numbered messages as seen; the marks of those that were seen before."""
        repeats: set[Mark | str] = set()
        for sender, store in dict.fromkeys((m.sender, m.store) for m in messages):
            own = [m for m in messages if (m.sender, m.store) == (sender, store)]
            numbers, name = sorted({m.number for m in own if m.number}), f"{store}@{sender}"
            receipted = {m.receipted for m in own if m.receipted}
            seen = await tx.seen(str(self.scope), name, {*numbers, *receipted})
            repeats |= {(sender, store, n) for n in seen.intersection(numbers)}
            if forgotten := receipted - seen:
                turn.forgot.append(_forgot(own[0], self.scope.shard))
            if numbers or forgotten:
                await tx.see(str(self.scope), name, [*numbers, *forgotten], max(m.floor for m in own))
            if numbers:
                turn.receipts.setdefault(sender, []).extend(numbers)
        return repeats

    async def _decide_all(self, tx: Tx, messages: Iterable[Message], turn: Turn) -> None:
        """Each decision sees what the ones before it changed; all of it is written at the end."""
        state, rows, effects = State({}), dict[str, bytes | None](), list[NewEffect]()
        for message in messages:
            decision, packed, kept = await self._decide(tx, state, message, turn)
            if decision.anew:
                await tx.forget(str(self.scope), POLICY)
                rows = {POLICY: rows[POLICY]} if POLICY in rows else {}
                state, effects = State(rows), []
            if decision.over:
                await tx.give_up(str(self.scope))
            state.change(decision.rows)
            rows.update(packed)
            effects += kept
            _add(turn.counts, decision.counts)
        await tx.put(str(self.scope), rows)
        await tx.add(effects)
        turn.effects = len(effects)

    async def _decide(
        self, tx: Tx, state: State, message: Message, turn: Turn
    ) -> tuple[Decision, dict[str, bytes | None], list[NewEffect]]:
        """The decision, its rows and its effects as they are kept. What cannot be decided or kept is a dead letter, and
        must not stop what can (O5): who wants to hears so, and goes on without it. A policy holds in any case."""
        level = await self._level(tx, state, message.body)
        if level is None:
            return Decision(), {}, []
        state.change(level)
        try:
            thought = await self._thought(tx, state, message)
            decision = replace(thought, rows={**level, **thought.rows})
            return decision, _packed(decision.rows), self._kept(thought, message)
        except (Transient, Fatal):
            raise  # the store's, not the mind's: the whole turn is taken again
        except Exception as error:  # noqa: BLE001 - any fault of a decision is a dead letter, with its traceback
            await self._set_aside(tx, message, error, turn)
            if self._words.knows(Undone) and not isinstance(message.body, PolicyNow | Undone):
                return await self._decide(tx, state, _undone(message, error), turn)
            return Decision(rows=level), _packed(level), []

    async def _level(self, tx: Tx, state: State, body: Struct) -> dict[str, Struct] | None:
        """A policy becomes a row before the mind looks; one that is not newer is no news (None)."""
        if not isinstance(body, PolicyNow):
            return {}
        if not state.known(POLICY):
            state.load(await tx.rows(str(self.scope), [POLICY]))
        kept = state.get(POLICY, PolicyNow)
        news = kept is None or (body.version >= kept.version and body != kept)
        return {POLICY: body} if news else None

    async def _thought(self, tx: Tx, state: State, message: Message) -> Decision:
        """What the mind makes of it. A row that it had not named is loaded, and it thinks again: thinking changes
        nothing. It is counted, because it costs."""
        unnamed = 0
        while True:
            try:
                await self._gather(tx, state, message)
                thought = self._mind.decide(state, message, self._now())
                return replace(thought, counts={**thought.counts, "unnamed": unnamed}) if unnamed else thought
            except Unloaded as row:
                unnamed += 1
                state.load(await tx.rows(str(self.scope), [row.key]))

    async def _gather(self, tx: Tx, state: State, message: Message) -> None:
        """Load what the decision will read; one row may lead to the next."""
        while missing := [key for key in set(self._mind.needs(state, message)) if not state.known(key)]:
            state.load(await tx.rows(str(self.scope), missing))

    def _kept(self, decision: Decision, message: Message) -> list[NewEffect]:
        now = self._now()
        return [self._words.keep(e, index, self.scope, message, now) for index, e in enumerate(decision.effects)]

    async def _set_aside(self, tx: Tx, message: Message, error: Exception, turn: Turn) -> None:
        kind, what = type(message.body).__name__, f"{type(error).__name__}: {_without_content(error)}"
        where = "".join(traceback.format_tb(error.__traceback__)[-3:])
        payload = encode_body(message.body)
        await tx.dead(str(self.scope), message.id, kind, payload, f"{what}\n{where}", self._now())
        turn.dead.append((kind, what))
        _add(turn.counts, {"dead": 1})


def _packed(rows: Mapping[str, Struct | None]) -> dict[str, bytes | None]:
    return {key: None if row is None else msgspec.msgpack.encode(row) for key, row in rows.items()}


def _without_content(error: Exception) -> str:
    """An error's text may quote a subject; only a KeyError's and our own are known to quote none."""
    return str(error)[:200] if isinstance(error, KeyError) else "see the place below"


def _undone(message: Message, error: Exception) -> Message:
    """The word that a message was set aside: what follows from it is not said."""
    word = Undone(message.body, f"a mistake of our own: {type(error).__name__}")
    return msgspec.structs.replace(message, id=f"{message.id}/undone", body=word)


def _forgot(message: Message, here: int) -> Message:
    """The sign that something is forgotten, which comes before the message that told it."""
    service, _, shard = message.sender.split("/")
    return msgspec.structs.replace(message, id=f"{message.id}/forgot", body=Forgot(service, int(shard), here), number=0)


def _mark(message: Message) -> Mark:
    return (message.sender, message.store, message.number)


def _add(total: dict[str, int], more: Mapping[str, int]) -> None:
    for key, n in more.items():
        total[key] = total.get(key, 0) + n

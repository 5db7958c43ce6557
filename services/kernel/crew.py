"""Runs the lanes of one replica side by side: takes a lane's lease, performs its batches, and lets the actor hear what
became of them in the same commit that settles them. Whoever has lost a lane settles nothing in it any more: its new
holder performs the same effects, and two answers would be one too many."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from contracts.message import encode_body
from services.kernel.actor import Heard
from services.kernel.decision import Undone
from services.kernel.errors import Transient
from services.kernel.host import TICK, Host
from services.kernel.keeping import Doing
from services.kernel.lanes import LaneRule, Performed, Performs, attempt
from services.kernel.scope import Scope

SIDE_BY_SIDE = 8
"""Lanes performed at once by one replica."""
UNHEARD = timedelta(seconds=5)
"""So long nothing is begun anew in a lane that was taken from us in the middle of an effect: a remote may just have
asked us to wait, and a client sits out a short wait by itself (`clients/http.py`)."""


class Crew:
    """The lanes that this replica works on."""

    def __init__(self, host: Host, hands: Performs) -> None:
        self._host = host
        self._hands = hands
        self._running: dict[str, asyncio.Task[None]] = {}
        self._taken: set[str] = set()
        self._rests: dict[str, datetime] = {}
        self._wrong: set[str] = set()

    async def work(self) -> None:
        """Start lanes whenever one may have something due, for ever."""
        while True:
            await self._host.patiently(self.once)
            await self._pause()

    async def once(self) -> None:
        """Start lanes that have something due and fall to us, as many as may go side by side; stop those we lost."""
        self._reap()
        for lane in self._taken - self._host.holding.lanes.keys():
            self._running[lane].cancel()
            self._rest(lane, self._host.clock.now() + UNHEARD)
        for lane in [one for one in self._wrong - self._running.keys() if not self._host.holding.falls_to_me(one)]:
            self._wrong.remove(lane)
            del self._host.problems[_parts(lane)]  # whoever performs the lane now meets it, or does not
        due = await self._host.queue.lanes(self._host.clock.now())
        free = [lane for lane in due if lane not in self._running and not self._resting(lane)]
        ours = [lane for lane in free if self._host.holding.falls_to_me(lane) and self._sure(lane)]
        for lane in ours[: SIDE_BY_SIDE - len(self._running)]:
            self._running[lane] = asyncio.ensure_future(self._run(lane))

    def _rest(self, lane: str, until: datetime) -> None:
        self._rests[lane] = max(self._rests.get(lane, until), until)

    def _resting(self, lane: str) -> bool:
        """Whether a lane was told to wait: what has become due in it since waits too (THR-01)."""
        if self._rests.get(lane, self._host.clock.now()) > self._host.clock.now():
            return True
        self._rests.pop(lane, None)
        return False

    def _sure(self, lane: str) -> bool:
        """Whether what is to be done there is no old memory's."""
        tenant, name = _parts(lane)
        return not self._hands.rule(name).sure or self._host.sure(tenant)

    async def close(self) -> None:
        """Stop what runs; effects that are not settled are performed again by whoever comes next."""
        for task in self._running.values():
            task.cancel()
        await asyncio.gather(*self._running.values(), return_exceptions=True)
        await self._hands.close()

    def lanes(self, tenant: str) -> tuple[str, ...]:
        """The lanes of a tenant that are being performed now."""
        return tuple(sorted(lane for lane in self._running if lane.startswith(f"{tenant}:")))

    def _reap(self) -> None:
        """Forget lanes that have ended. One that failed at our own store ends the replica, unless that heals."""
        for lane, task in [(lane, task) for lane, task in self._running.items() if task.done()]:
            del self._running[lane]
            try:
                task.result()
            except asyncio.CancelledError:
                continue
            except Transient as error:
                self._host.log.warning("a lane stopped; it goes on soon", lane=lane, what=str(error))

    async def _pause(self) -> None:
        """Until a commit brings work, a lane ends, or another replica may have left us some."""
        commit = asyncio.ensure_future(self._host.commits.wait())
        await asyncio.wait([commit, *self._running.values()], timeout=TICK.total_seconds(),
                           return_when=asyncio.FIRST_COMPLETED)  # fmt: skip
        commit.cancel()
        self._host.commits.clear()

    async def _run(self, lane: str) -> None:
        """Perform a lane until nothing in it is due, or it is another's."""
        holding = self._host.holding
        if not await holding.take_lane(lane):
            await self._host.clock.sleep(TICK)
            return
        self._taken.add(lane)
        tenant, name = _parts(lane)
        try:
            while not self._resting(lane) and (batch := await self._batch(lane, self._hands.rule(name))):
                if not await holding.keep_lane(lane):
                    return
                performed = await attempt(self._hands, tenant, name, batch, self._host.clock, self._log)
                await self._settle(lane, performed)
                self._show(lane, performed)
        finally:
            self._taken.discard(lane)
            await holding.leave_lane(lane)

    async def _batch(self, lane: str, rule: LaneRule) -> list[Doing]:
        """The lane's next batch, once it is full or has waited as its rule says; empty when nothing is due. Numbers are
        ahead of a clock that was set back: no more is waited for that."""
        slept = timedelta()
        while True:
            now = self._host.clock.now()
            count, oldest, newest = await self._host.queue.fill(lane, now)
            wait = min(newest + rule.quiet - now, oldest + rule.patience - now, rule.patience - slept)
            if count == 0 or count >= rule.batch or wait <= timedelta():
                break
            await self._host.clock.sleep(wait)
            slept += wait
        while kept := await self._host.queue.batch(lane, now, rule.batch):
            if readable := await self._host.readable(kept):
                return readable
        return []

    async def _settle(self, lane: str, performed: Performed) -> None:
        """Answers are heard, failures wait or are set aside, all before the next batch. What a remote has asked of us
        holds although the lane is another's by now."""
        now = self._host.clock.now()
        self._rest(lane, now + (performed.rest or timedelta()))
        by_scope: dict[Scope, list[tuple[Doing, Struct | None]]] = {}
        for doing, answer in performed.answers:
            by_scope.setdefault(doing.scope, []).append((doing, answer))
        for scope, pairs in by_scope.items():
            heard = [self._host.answer(doing, answer) for doing, answer in pairs if answer is not None]
            await self._turn(lane, scope, heard, [doing.number for doing, answer in pairs if answer is None])
        await self._put_off(lane, performed, now)
        for doing, reason in performed.dead if await self._host.holding.has_lane(lane) else ():
            await self._bury(lane, doing, reason)

    async def _turn(self, lane: str, scope: Scope, heard: Sequence[Heard], done: Sequence[int] = ()) -> None:
        await self._host.turn(scope, heard, done, lambda: self._host.holding.has_lane(lane))

    async def _put_off(self, lane: str, performed: Performed, now: datetime) -> None:
        """As long as the lane rests, counted from the same moment: what is newer must not come first."""
        if performed.later:
            async with self._host.store.transaction() as tx:
                if await self._host.holding.has_lane(lane):
                    for doing, delay, reason in performed.later:
                        await tx.postpone([doing.number], now + delay, reason)

    async def _bury(self, lane: str, doing: Doing, reason: str) -> None:
        """Set an effect aside; its actor hears of it if its service wants to."""
        told = Undone in self._host.service.private
        kind, body, number = type(doing.body).__name__, encode_body(doing.body), 0 if told else doing.number
        await self._host.aside.bury(doing.scope, doing.id, kind, body, reason, number)
        if told:
            await self._turn(lane, doing.scope, [self._host.answer(doing, Undone(doing.body, reason))])

    def _show(self, lane: str, performed: Performed) -> None:
        """The lane's problem, logged once when it appears and once when it is over."""
        place, problem = _parts(lane), performed.problem
        shown = self._host.problems.get(place)
        if problem and problem != shown:
            self._wrong.add(lane)
            self._host.problems[place] = problem
            self._host.log.error(problem.what, tenant=place[0], where=problem.where, mend=problem.mend)
        elif shown and not problem and not performed.later:
            self._wrong.discard(lane)
            del self._host.problems[place]
            self._host.log.info("works again", tenant=place[0], where=shown.where)

    def _log(self, error: Exception) -> None:
        self._host.log.error("a mistake of our own; it is tried again", exc_info=error)


def _parts(lane: str) -> tuple[str, str]:
    """The tenant of a lane, and its name there."""
    tenant, name = lane.split(":", 1)
    return tenant, name

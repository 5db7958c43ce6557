"""Runs the lanes of one replica side by side: takes a lane's lease, performs its batches, and lets the actor hear what
became of them in the same commit that settles them."""

import asyncio
from datetime import timedelta

from services.kernel.host import TICK, Host
from services.kernel.keeping import Doing
from services.kernel.lanes import LaneRule, Performed, Performs, attempt
from services.kernel.scope import Scope, scope_of

SIDE_BY_SIDE = 8
"""Lanes performed at once by one replica."""


class Crew:
    """The lanes that this replica works on."""

    def __init__(self, host: Host, hands: Performs) -> None:
        self._host = host
        self._hands = hands
        self._running: dict[str, asyncio.Task[None]] = {}

    async def work(self) -> None:
        """Start lanes that have something due and fall to us, for ever."""
        while True:
            for lane in await self._host.queue.lanes(self._host.clock.now()):
                if lane not in self._running and self._host.holding.falls_to_me(lane):
                    self._start(lane)
                if len(self._running) >= SIDE_BY_SIDE:
                    break
            await self._pause()

    async def close(self) -> None:
        """Stop what runs; effects that are not settled are performed again by whoever comes next."""
        for task in self._running.values():
            task.cancel()
        await asyncio.gather(*self._running.values(), return_exceptions=True)
        await self._hands.close()

    def lanes(self, tenant: str) -> tuple[str, ...]:
        """The lanes of a tenant that are being performed now."""
        return tuple(sorted(lane for lane in self._running if lane.startswith(f"{tenant}:")))

    async def _pause(self) -> None:
        waiting = asyncio.ensure_future(self._host.commits.wait())
        await asyncio.wait([waiting, *self._running.values()], timeout=TICK.total_seconds(),
                           return_when=asyncio.FIRST_COMPLETED)  # fmt: skip
        waiting.cancel()
        self._host.commits.clear()

    def _start(self, lane: str) -> None:
        task = asyncio.ensure_future(self._run(lane))
        self._running[lane] = task
        task.add_done_callback(lambda _: self._running.pop(lane, None))

    async def _run(self, lane: str) -> None:
        if not await self._host.holding.take_lane(lane):
            return
        tenant, name = lane.split(":", 1)
        try:
            while batch := await self._batch(lane, self._hands.rule(name)):
                performed = await attempt(self._hands, tenant, name, batch, self._host.clock, self._log)
                await self._settle(tenant, name, performed)
        finally:
            await self._host.holding.leave_lane(lane)

    async def _batch(self, lane: str, rule: LaneRule) -> list[Doing]:
        """The lane's next batch, once it is full or has waited as its rule says; empty when nothing is due."""
        while True:
            now = self._host.clock.now()
            count, oldest, newest = await self._host.queue.fill(lane, now)
            wait = min(newest + rule.quiet, oldest + rule.patience) - now
            if count == 0 or count >= rule.batch or wait <= timedelta():
                break
            await self._host.clock.sleep(wait)
        kept = await self._host.queue.batch(lane, now, rule.batch)
        return [self._host.words.doing(k, scope_of(k.scope)) for k in kept]

    async def _settle(self, tenant: str, lane: str, performed: Performed) -> None:
        """Answers are heard, failures wait or are set aside, all before the next batch."""
        host = self._host
        by_scope: dict[Scope, list[tuple[Doing, bool]]] = {}
        for doing, answer in performed.answers:
            by_scope.setdefault(doing.scope, []).append((doing, answer is None))
        answers = {doing.number: answer for doing, answer in performed.answers}
        for scope, pairs in by_scope.items():
            heard = [host.answer(d.number, d, answers[d.number]) for d, silent in pairs if not silent]
            await host.turn(scope, heard, [d.number for d, silent in pairs if silent])
        await self._put_off(performed)
        await self._bury(performed)
        self._show(tenant, lane, performed)

    async def _put_off(self, performed: Performed) -> None:
        if performed.later:
            async with self._host.store.transaction() as tx:
                for doing, delay, reason in performed.later:
                    await tx.postpone([doing.number], self._host.clock.now() + delay, reason)

    async def _bury(self, performed: Performed) -> None:
        for doing, reason in performed.dead:
            async with self._host.store.transaction() as tx:
                now = self._host.clock.now()
                await tx.dead(str(doing.scope), doing.id, type(doing.body).__name__, b"", reason, now)
                await tx.settle([doing.number])
            self._host.count(doing.scope.tenant, "dead")
            self._host.log.error("set aside: it cannot be performed", tenant=doing.scope.tenant, reason=reason)

    def _show(self, tenant: str, lane: str, performed: Performed) -> None:
        """The lane's problem, logged once when it appears and once when it is over."""
        shown = self._host.problems.get((tenant, lane))
        if performed.problem and performed.problem != shown:
            self._host.problems[tenant, lane] = performed.problem
            self._host.log.error(performed.problem.what, tenant=tenant, where=performed.problem.where,
                                 mend=performed.problem.mend)  # fmt: skip
        elif shown and not performed.problem and not performed.later:
            del self._host.problems[tenant, lane]
            self._host.log.info("works again", tenant=tenant, where=shown.where)

    def _log(self, error: Exception) -> None:
        self._host.log.error("a mistake of our own; it is tried again", exc_info=error)

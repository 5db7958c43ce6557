"""Broken lives: commits, receipts, leases, waits."""

from collections.abc import Iterator, Sequence
from typing import Any
from unittest.mock import patch

from services.clients import http
from services.kernel.crew import Crew
from services.kernel.host import Host
from services.kernel.lanes import Performed
from services.kernel.relay import Relay
from services.kernel.transaction import Tx
from tests.simulation.variants.broken import breaks, put


@breaks("receipt before the commit", 28)
def early_receipt() -> Iterator[None]:
    turn = Host.turn

    async def eager(self: Host, scope: Any, heard: Sequence[Any], *rest: Any) -> None:
        numbers: dict[str, list[int]] = {}
        for one in heard:
            if one.message.number:
                numbers.setdefault(one.message.sender, []).append(one.message.number)
        early = type("Early", (), {"receipts": numbers, "commit": 0})()
        await self._receipt(scope, early)
        await turn(self, scope, heard, *rest)

    with patch.object(Host, "turn", eager):
        yield


@breaks("an effect is settled apart from its answer")
def settled_apart() -> Iterator[None]:
    settle = Crew._settle

    async def apart(self: Crew, lane: str, performed: Performed) -> None:
        async with self._host.store.transaction() as tx:
            await tx.settle([doing.number for doing, _ in performed.answers])
        await settle(self, lane, performed)

    with patch.object(Crew, "_settle", apart):
        yield


async def _nothing(*_: Any, **__: Any) -> list[Any]:
    return []


async def _none_seen(*_: Any) -> set[int]:
    return set()


put("what was not receipted is never said again", Relay, "_overdue", _nothing)
put("what was seen is forgotten", Tx, "seen", _none_seen)
put("nobody waits as long as a remote has asked", http, "retry_after", lambda *_: None, 1)
put("what has become due meanwhile does not wait", Crew, "_resting", lambda *_: False, 32)

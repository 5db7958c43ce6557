"""The product with one thing broken each: a simulation that does not notice one of them is not worth its time."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from contracts.policy import PrivateEvents
from services.clients.graph import mapping, parts
from services.clients.salesforce import writing
from services.graph_poller.digest import Digest
from services.kernel.crew import Crew
from services.kernel.host import Host
from services.kernel.lanes import Performed
from services.writer import fate

Breaks = Callable[[], Any]
VARIANTS: dict[str, Breaks] = {}


def breaks(name: str) -> Callable[[Callable[[], Iterator[None]]], Any]:
    """Register one way to break the product, as a context manager."""

    def keep(make: Callable[[], Iterator[None]]) -> Any:
        VARIANTS[name] = contextmanager(make)
        return VARIANTS[name]

    return keep


@breaks("receipt before the commit")
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


@breaks("a removed row of a delta is taken for a deletion")
def trusting() -> Iterator[None]:
    with patch.object(Digest, "suspect", Digest.forget):
        yield


@breaks("a creation in Microsoft has no transactionId")
def nameless() -> Iterator[None]:
    created = mapping.created

    def bare(*args: Any, **more: Any) -> dict[str, Any]:
        return {key: value for key, value in created(*args, **more).items() if key != "transactionId"}

    with patch.object(mapping, "created", bare):
        yield


@breaks("a creation in Practifi has no key")
def keyless() -> Iterator[None]:
    with patch.object(writing, "upserts", writing.inserts):
        yield


@breaks("a write does not look first")
def blind() -> Iterator[None]:
    with patch.object(fate, "moved_on", lambda *_: False):
        yield


@breaks("attendees are sent with an update")
def generous() -> Iterator[None]:
    patched = mapping.patched

    def with_guests(event: Any, fields: Any) -> dict[str, Any]:
        return {**patched(event, fields), "attendees": [parts.guest(one) for one in event.attendees]}

    with patch.object(mapping, "patched", with_guests):
        yield


@breaks("private events are read in full")
def indiscreet() -> Iterator[None]:
    seen = mapping.seen
    with patch.object(mapping, "seen", lambda raw, *_, **more: seen(raw, PrivateEvents.FULL, **more)):
        yield

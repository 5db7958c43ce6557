"""Tells the registry what a person wants, and returns only when the registry has committed it."""

import asyncio
import getpass
from datetime import timedelta

from msgspec import Struct

from contracts import topics
from contracts.control import Receipt, SyncNow
from contracts.message import Message, encode
from services.cli.listen import Broker, Listener, connected
from services.kernel.clock import Clock
from services.kernel.errors import Fatal, Transient

AGAIN = timedelta(seconds=2)
PATIENCE = timedelta(seconds=10)


async def tell(at: Broker, tenant: str | None, body: Struct, clock: Clock) -> tuple[str, ...]:
    """Say `body` to the registry of one tenant, or of all; the tenants. Raises Fatal when one is unknown or silent."""
    async with connected(at, clock) as listener:
        tenants = await heard_of(listener, tenant, clock, running=isinstance(body, SyncNow))
        for slug in tenants:
            await _hand_over(listener, slug, body, clock)
        return tenants


async def heard_of(listener: Listener, tenant: str | None, clock: Clock, *, running: bool = False) -> tuple[str, ...]:
    """The tenants that are meant, as the broker knows them; only those that are `running` where no other could do it.
    Raises Fatal when there is none."""
    hearing = asyncio.create_task(listener.listen())
    await _know(listener, tenant, clock)
    hearing.cancel()
    return _chosen(listener, tenant, running=running)


def number(clock: Clock) -> int:
    """A place for receipts that nobody else has."""
    return int(clock.fresh(), 16) % 1_000_000_000


def who() -> str:
    """The name of who asks, kept with what was asked."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"


async def _know(listener: Listener, tenant: str | None, clock: Clock) -> None:
    """Return when the policies that matter have come; a broker that lost its memory is told them within seconds."""
    end = clock.now() + PATIENCE
    while True:
        await listener.settle(clock)
        known = listener.seen.policies
        if (tenant in known if tenant else known) or clock.now() >= end:
            return


def _chosen(listener: Listener, tenant: str | None, *, running: bool) -> tuple[str, ...]:
    policies = listener.seen.policies
    if tenant is not None and tenant not in policies:
        raise Fatal(tenant, "there is no such tenant", f"Known: {', '.join(sorted(policies)) or 'none yet'}")
    meant = sorted(policies) if tenant is None else [tenant]
    able = tuple(slug for slug in meant if policies[slug].active or not running)
    if not able:
        raise Fatal(tenant or "calsync", "nothing runs here: paused or not enabled",
                    "Resume it with `calsync resume`, or set `enabled = true` in its file")  # fmt: skip
    return able


async def _hand_over(listener: Listener, tenant: str, body: Struct, clock: Clock) -> None:
    """Say it until the receipt comes; a repeat is known by its number."""
    sender = topics.address("cli", tenant, number(clock))
    message = Message(
        id=clock.fresh(), tenant=tenant, sent_at=clock.now(), body=body, sender=sender, store=clock.fresh(), number=1,
        floor=1,
    )  # fmt: skip
    await listener.bus.subscribe(topics.inbox(sender))
    receipt = asyncio.create_task(_receipt(listener, tenant))
    try:
        for _ in range(PATIENCE // AGAIN):
            try:
                await listener.bus.publish(topics.inbox(topics.address("registry", tenant, 0)), encode(message))
            except Transient:
                await clock.sleep(AGAIN)
            done, _ = await asyncio.wait([receipt], timeout=AGAIN.total_seconds())
            if done:
                return
    finally:
        receipt.cancel()
    raise Fatal(tenant, f"the registry did not answer within {PATIENCE.seconds} s", "See `calsync status`")


async def _receipt(listener: Listener, tenant: str) -> None:
    async for message in listener.messages():
        if isinstance(message.body, Receipt) and message.tenant == tenant:
            return

"""Asks the reconcilers a question and waits for every shard's answer: nobody here reads a service's memory. An answer
is shown to who asked, and kept nowhere."""

import asyncio

from contracts import topics
from contracts.asked import Answer, Ask, Question
from contracts.message import Message, encode
from services.cli.answers import Told, told
from services.cli.control import AGAIN, PATIENCE, heard_of, number
from services.cli.listen import Broker, Listener, connected
from services.kernel.clock import Clock
from services.kernel.errors import Fatal, Transient


async def asked(at: Broker, tenant: str | None, question: Question, about: str, clock: Clock) -> dict[str, Told]:
    """What the reconcilers of one tenant answer, or those of each. Raises Fatal for an unknown tenant and a silent
    shard."""
    ask = Ask(clock.fresh(), question, about)
    async with connected(at, clock) as listener:
        tenants = await heard_of(listener, tenant, clock)
        return {slug: told(question, await _answers(listener, slug, ask, clock)) for slug in tenants}


async def _answers(listener: Listener, tenant: str, ask: Ask, clock: Clock) -> list[Answer]:
    """Ask until all have answered; a repeat is known by its number."""
    sender = topics.address("cli", tenant, number(clock))
    message = Message(
        id=clock.fresh(), tenant=tenant, sent_at=clock.now(), body=ask, sender=sender, store=clock.fresh(), number=1,
        floor=1,
    )  # fmt: skip
    await listener.bus.subscribe(topics.answer(tenant, ask.ask))
    found: dict[int, Answer] = {}
    hearing = asyncio.create_task(_collect(listener, tenant, ask.ask, found))
    try:
        for _ in range(PATIENCE // AGAIN):
            try:
                await listener.bus.publish(topics.inbox(topics.address("registry", tenant, 0)), encode(message))
            except Transient:
                await clock.sleep(AGAIN)
            done, _ = await asyncio.wait([hearing], timeout=AGAIN.total_seconds())
            if done:
                return list(found.values())
    finally:
        hearing.cancel()
    raise Fatal(tenant, f"{_silent(found)} within {PATIENCE.seconds} s", "See `calsync status`")


async def _collect(listener: Listener, tenant: str, ask: str, found: dict[int, Answer]) -> None:
    async for message in listener.messages():
        answer = message.body
        if isinstance(answer, Answer) and message.tenant == tenant and answer.ask == ask:
            found[answer.shard] = answer
            if len(found) >= answer.shards:
                return


def _silent(found: dict[int, Answer]) -> str:
    if not found:
        return "the reconciler did not answer"
    shards = next(iter(found.values())).shards
    return f"{shards - len(found)} of {shards} shards of the reconciler did not answer"

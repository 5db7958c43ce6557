"""Facts that a broker does not take wait, and are published in the order of their numbers: a subscriber who has heard
one leaves out all that are older."""

from pathlib import Path

from contracts.facts import Published, RunStarted, Said
from services.feed.__main__ import SERVICE
from services.kernel.driver import DirectDriver
from tests.conformance.kernel.town import FIRM, Town, town


async def said(firm: Town, run: str) -> None:
    firm.alive[0].host.hear(FIRM, Said((RunStarted(run),)))
    await firm.later(seconds=0.3)


async def test_what_happened_while_there_was_no_broker_is_published_in_order_and_soon(tmp_path: Path) -> None:  # S2, O6
    async with town(tmp_path, DirectDriver) as firm:
        await firm.replica(SERVICE)
        await firm.settle()
        firm.broker.stop()
        for minutes in (0, 10, 10):
            await said(firm, f"in the outage, {minutes}")
            await firm.later(minutes=minutes)
        firm.broker.start()
        await said(firm, "after it")
        for _ in range(20):
            await firm.later(seconds=0.1)
        assert [message.body.number for message in firm.heard_of(Published)] == [1, 2, 3, 4]

"""What the registry says is heard in order, whatever the broker takes."""

from pathlib import Path

from contracts.control import Pause, Resume
from contracts.policy import Policy, PolicyNow
from services.kernel.driver import DirectDriver
from services.registry.__main__ import SERVICE
from services.registry.rows import TenantFile
from tests.conformance.kernel.town import FIRM, town


async def test_a_policy_that_the_broker_did_not_take_never_follows_a_newer_one(tmp_path: Path) -> None:  # D1
    async with town(tmp_path, DirectDriver) as firm:
        host = (await firm.replica(SERVICE)).host
        await firm.settle()
        host.hear(FIRM, TenantFile(Policy(enabled=True), "file", start=True))
        await firm.settle()
        firm.broker.stop()
        host.hear(FIRM, Pause("ann"))
        await firm.settle()
        for _ in range(10):
            await firm.later(minutes=1)
        firm.broker.start()
        host.hear(FIRM, Resume("ann"))
        await firm.settle()
        for _ in range(60):
            await firm.later(seconds=5)
        versions = [message.body.version for message in firm.heard_of(PolicyNow)]
        assert versions == sorted(versions)
        assert firm.heard_of(PolicyNow)[-1].body.active

"""A firm that shares its private events, and a person in it who does not: nothing of theirs is said or kept (D11, P1,
ruling 20)."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from msgspec.structs import replace

from contracts.policy import Narrower, PrivateEvents
from services.sandbox import calendars
from tests.conformance.calendars.firm import POLICY, WHO, Firm, firm

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
JOHN = "john@firm.example"
TIMES = {"StartDateTime": "2026-03-09T10:00:00Z", "EndDateTime": "2026-03-09T11:00:00Z"}


def made(it: Firm, address: str, subject: str) -> str:
    """A private Event in Practifi."""
    owner = it.world.sides.owner(address)
    assert owner
    fields = {"Subject": subject, "IsPrivate": True, "OwnerId": owner["Id"], **TIMES}
    return it.world.sides.salesforce.insert("Event", fields, it.town.time.at)


def somewhere(folder: Path, it: Firm, word: str) -> bool:
    """Whether a word was ever said, or stands in a store."""
    told = any(word.encode() in payload for _, payload in it.town.said)
    return told or any(word.encode() in file.read_bytes() for file in folder.glob("*.sqlite3*"))


@pytest.mark.parametrize("rule", [PrivateEvents.BUSY_ONLY, PrivateEvents.SKIP])
async def test_one_persons_private_events_stay_their_own(rule: PrivateEvents, tmp_path: Path) -> None:
    policy = replace(POLICY, narrower=(Narrower((JOHN,), private_events=rule),))
    async with firm(tmp_path, NOW, policy, people=(WHO, JOHN)) as it:
        made(it, WHO, "Wedding")
        before = made(it, JOHN, "Surgery")
        await it.sync()
        made(it, JOHN, "Divorce")
        it.world.sides.salesforce.update("Event", before, {"Subject": "Dialysis"}, it.town.time.at)
        await it.town.later(minutes=2)
        for _ in range(2):
            await it.sync()
        found = {word: somewhere(tmp_path, it, word) for word in ("Wedding", "Surgery", "Divorce", "Dialysis")}
        assert found == {"Wedding": True, "Surgery": False, "Divorce": False, "Dialysis": False}
        shown = calendars.shown(it.world.sides, {"side": "microsoft", "mailbox": JOHN, "start": "2026-03-01T00:00:00",
                                                 "end": "2026-04-01T00:00:00"})  # fmt: skip
        assert not {one["subject"] for one in shown} & {"Surgery", "Divorce", "Dialysis"}

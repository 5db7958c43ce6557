"""What a person has to mend stands in the log in one line, and no more than the ids of it (P3)."""

from datetime import UTC, datetime
from random import Random

from structlog.testing import capture_logs

from contracts.calendar import Side
from contracts.facts import Created, Detail, Failed, Published, Subject
from services.feed.perform import Hands
from services.feed.rows import Batch
from services.kernel.bus import MemoryBroker, MemoryBus
from services.kernel.keeping import Doing
from services.kernel.logs import logger
from services.kernel.scope import Scope

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
FACTS = (
    Created(Subject("link-1", "box", "m1", "p1"), Side.PRACTIFI, detail=Detail(subject="Secret plan")),
    Failed(Subject("", "box", "m2"), Side.MICROSOFT, "unreadable", "its time zone is not known"),
)


async def test_a_failure_is_one_line_with_what_where_and_the_mend() -> None:
    published = tuple(Published(number, NOW, fact) for number, fact in enumerate(FACTS, 1))
    doing = Doing(1, Scope("firm"), "effect", "", "", 0, Batch(published))
    with capture_logs() as lines:
        await Hands(MemoryBus(MemoryBroker(Random(1))), logger("feed")).perform("firm", "publish", [doing])
    (line,) = lines
    assert line["event"] == "does not sync: its time zone is not known"
    assert (line["tenant"], line["mailbox"], line["event_id"]) == ("firm", "box", "m2")
    assert "correct" in line["mend"]

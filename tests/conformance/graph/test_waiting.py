"""How long the poller waits when Microsoft will not answer, and what it says of the mailbox meanwhile (THR, AUT). The
time is turned by hand."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from contracts.facts import MailboxState, Said
from services.sandbox.wire import Request, Response, answer
from tests.conformance.calendars.firm import WHO, Firm, firm

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
JOHN = "john@firm.example"
SECOND = timedelta(seconds=1)


def throttled(wait: str | None, status: int = 429) -> Response:
    error = {"error": {"code": "ApplicationThrottled", "message": "Later."}}
    return answer(status, error, {"Retry-After": wait} if wait else {})


class Bouncer:
    """Answers the reads of one mailbox, of all others the world does; notes when it was asked."""

    def __init__(self, it: Firm, address: str, *replies: Response | None, for_good: bool = False) -> None:
        self.world, self.time, self.replies, self.for_good = it.world, it.town.time, list(replies), for_good
        self.mailbox = it.world.sides.microsoft.tenant.user(address).oid
        self.asked: list[timedelta] = []
        it.door = self.answer

    def answer(self, request: Request) -> Response:
        if self.mailbox not in request.path or not request.path.endswith("/delta"):
            return self.world.handle(request)
        self.asked.append(self.time.at - NOW)
        reply = None
        if self.replies:
            reply = self.replies[0] if self.for_good else self.replies.pop(0)
        return reply or self.world.handle(request)

    def waits(self) -> list[float]:
        """Seconds from each question to the next."""
        pairs = zip(self.asked, self.asked[1:], strict=False)
        return [(later - earlier) / SECOND for earlier, later in pairs]


async def run(it: Firm, seconds: int = 60) -> None:
    """A run, second by second."""
    it.begin()
    for _ in range(seconds):
        await it.town.later(seconds=1)


def states(it: Firm, address: str) -> list[str]:
    return [fact.state for fact in told(it, address)]


def reasons(it: Firm, address: str) -> list[str]:
    return [fact.reason for fact in told(it, address)]


def told(it: Firm, address: str) -> list[MailboxState]:
    """What was said of a mailbox, in order."""
    oid = it.world.sides.microsoft.tenant.user(address).oid
    once = {message.id: message.body for message in it.town.heard_of(Said)}  # nobody here receipts it
    facts = [fact for body in once.values() for fact in body.facts]
    return [fact for fact in facts if isinstance(fact, MailboxState) and fact.mailbox == oid]


def date_in(seconds: int) -> str:
    return format_datetime(NOW + seconds * SECOND, usegmt=True)


WAITS: dict[str, tuple[list[Response], list[float]]] = {
    "THR-01: twelve seconds, then three": ([throttled("12"), throttled("3")], [12, 3]),
    "THR-03: until a date": ([throttled(date_in(30))], [29]),
    "a broken number of seconds": ([throttled("2.5")], [3]),
}


@pytest.mark.parametrize(("replies", "waits"), WAITS.values(), ids=WAITS)
async def test_it_waits_as_long_as_it_is_asked_to(tmp_path: Path, replies: list[Response], waits: list[float]) -> None:
    async with firm(tmp_path, NOW) as it:
        it.world.sides.microsoft.add(WHO, EVENT, NOW)
        bouncer = Bouncer(it, WHO, *replies)
        await run(it)
        assert bouncer.waits() == waits
        assert [event["Subject"] for event in it.events()] == ["Review"]
        assert states(it, WHO) == ["healthy"]


async def test_without_a_time_it_waits_a_little_and_longer_each_time(tmp_path: Path) -> None:  # THR-02
    async with firm(tmp_path, NOW) as it:
        it.world.sides.microsoft.add(WHO, EVENT, NOW)
        bouncer = Bouncer(it, WHO, Response(503))
        await run(it)
        assert len(bouncer.asked) == 2
        assert [event["Subject"] for event in it.events()] == ["Review"]


async def test_a_mailbox_that_is_always_to_come_back_in_a_second_is_left_in_peace(tmp_path: Path) -> None:  # THR-19
    async with firm(tmp_path, NOW) as it:
        bouncer = Bouncer(it, WHO, throttled("1"), for_good=True)
        await run(it)
        assert 3 < len(bouncer.asked) < 10
        assert max(bouncer.waits()[-3:]) > max(bouncer.waits()[:3]) > 1


@pytest.mark.parametrize("reply", [throttled("1"), throttled(None), throttled("2", 503)], ids=["429", "bare", "503"])
async def test_after_four_attempts_the_run_goes_on_without_it(
    tmp_path: Path, reply: Response
) -> None:  # AUT-05, CUR-30
    async with firm(tmp_path, NOW, people=(WHO, JOHN)) as it:
        it.world.sides.microsoft.add(JOHN, EVENT, NOW)
        bouncer = Bouncer(it, WHO, reply, for_good=True)
        await run(it, 200)
        assert [event["Subject"] for event in it.events()] == ["Review"], "the other one is not kept waiting"
        bursts = 1 + len([wait for wait in bouncer.waits() if wait > 5])
        assert bursts <= 4
        assert states(it, WHO) == ["waiting"]
        before = len(bouncer.asked)
        it.door = it.world.handle
        await run(it)
        assert states(it, WHO) == ["waiting", "healthy"], "and heals by itself"
        assert len(bouncer.asked) == before


async def test_the_next_run_does_not_come_before_its_time_either(tmp_path: Path) -> None:  # O4, THR-01, AUT-05
    async with firm(tmp_path, NOW) as it:
        bouncer = Bouncer(it, WHO, throttled("300"), throttled("300"), throttled("300"), throttled("300"))
        await run(it, 950)
        assert (states(it, WHO), len(bouncer.asked)) == (["waiting"], 4)
        await run(it, 200)
        assert len(bouncer.asked) == 4, "the fifth question waits like the others"
        await run(it, 100)
        assert states(it, WHO) == ["waiting", "healthy"]


async def test_a_time_to_come_back_is_one_of_microsofts_own_clock(tmp_path: Path) -> None:  # THR-03, design §2.3
    async with firm(tmp_path, NOW) as it:
        behind = NOW - timedelta(minutes=4)
        said = throttled(format_datetime(behind + timedelta(seconds=60), usegmt=True))
        reply = Response(said.status, said.body, {**said.headers, "Date": format_datetime(behind, usegmt=True)})
        bouncer = Bouncer(it, WHO, reply)
        await run(it, 100)
        assert 60 <= bouncer.waits()[0] < 75


@pytest.mark.parametrize("wait", ["86400", date_in(86400)], ids=["a day", "tomorrow"])
async def test_a_run_does_not_wait_for_a_day(tmp_path: Path, wait: str) -> None:  # THR-03
    async with firm(tmp_path, NOW) as it:
        bouncer = Bouncer(it, WHO, throttled(wait), for_good=True)
        await run(it, 5)
        assert (states(it, WHO), len(bouncer.asked)) == (["waiting"], 1)


async def test_a_refusal_for_good_is_asked_once_a_run_and_stops_nobody_else(tmp_path: Path) -> None:  # THR-21, SAF-09
    async with firm(tmp_path, NOW, people=(WHO, JOHN)) as it:
        for who in (WHO, JOHN):
            it.world.sides.microsoft.add(who, EVENT, NOW)
        await run(it)
        refusal = answer(400, {"error": {"code": "ErrorInvalidRequest", "message": "No."}})
        bouncer = Bouncer(it, WHO, refusal, for_good=True)
        for _ in range(3):
            await run(it)
        assert len(bouncer.asked) == 3
        assert states(it, WHO) == ["healthy", "attention"]
        assert reasons(it, WHO)[-1].startswith("ErrorInvalidRequest: Microsoft answered 400")
        assert len(it.events()) == 2, "nothing that is not read is taken for gone"


EVENT = {
    "subject": "Review",
    "start": {"dateTime": "2026-03-09T10:00:00", "timeZone": "UTC"},
    "end": {"dateTime": "2026-03-09T11:00:00", "timeZone": "UTC"},
}

"""What a replica says of itself."""

from contracts import topics
from contracts.message import decode
from contracts.status import Problem, Status
from services.kernel.errors import Fatal
from services.kernel.report import AT_LEAST, Report
from tests.conformance.kernel.actors import LISTENER, Hands
from tests.conformance.kernel.test_crew import raises
from tests.conformance.kernel.town import Replica, Town


def status(town: Town) -> Status:
    body: Status = decode(town.broker.retained[topics.status("firm", "listener", "one")]).body
    return body


async def reporting(town: Town, hands: Hands | None = None) -> tuple[Replica, Report]:
    listener = await town.replica(LISTENER, hands=hands)
    await town.settle()
    return listener, Report(listener.host, listener.crew)


async def test_a_status_counts_what_is_not_done_yet_and_what_is_set_aside(town: Town) -> None:  # O2
    _, report = await reporting(town)
    town.tell("do-1", "do-2", "bad")
    await town.settle()
    await report.once()
    assert (status(town).outstanding, status(town).dead, status(town).counts) == (2, 1, {"dead": 1})


async def test_a_status_follows_what_happens(town: Town) -> None:
    _, report = await reporting(town)
    for count in (1, 2):
        await report.once()
        town.tell(f"do-{count}")
        await town.settle()
        await report.once()
        assert status(town).outstanding == count


async def test_what_is_in_hand_counts_too(town: Town) -> None:
    listener, report = await reporting(town)
    town.tell("one", "two")
    listener.host.arrived(*listener.bus.waiting.popleft())
    await report.once()
    assert status(town).outstanding == 1


async def test_only_news_are_said_and_a_sign_of_life_now_and_then(town: Town) -> None:
    _, report = await reporting(town)
    await report.once()
    before = len(town.heard_of(Status))
    for _ in range(20):
        await report.once()
    assert len(town.heard_of(Status)) == before
    town.time.turn(seconds=AT_LEAST.total_seconds())
    await report.once()
    assert len(town.heard_of(Status)) == before + 1


async def test_a_status_without_news_asks_the_store_for_nothing(town: Town) -> None:
    listener, report = await reporting(town)
    await report.once()
    asked = list[str]()
    fetch = listener.host.store.driver.fetch

    async def noted(sql: str, *args: object) -> object:
        asked.append(sql)
        return await fetch(sql, *args)  # type: ignore[arg-type]

    listener.host.store.driver.fetch = noted  # type: ignore[method-assign,assignment]
    for _ in range(10):
        await report.once()
    assert {sql for sql in asked if "data_version" not in sql} == set()


async def test_a_problem_is_seen_while_it_lasts(town: Town) -> None:  # O4
    fatal = Fatal("firm.toml", "the secret is wrong", "Renew it")
    _, report = await reporting(town, Hands(act=raises(fatal)))
    town.tell("do-1")
    await town.settle()
    await report.once()
    assert status(town).problems == (Problem("firm.toml", "the secret is wrong", "Renew it"),)
    await town.later(seconds=30)
    await report.once()
    assert status(town).problems == ()


async def test_who_ends_says_so(town: Town) -> None:
    _, report = await reporting(town)
    await report.say("firm", alive=False)
    assert not status(town).alive

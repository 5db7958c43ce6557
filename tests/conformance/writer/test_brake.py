"""The tenant's sliding hour in the writer's store: one for both sides and all lanes, over restarts and replicas; and
what a consent lets go."""

from collections import Counter
from typing import Any

import pytest
from msgspec.structs import replace

from contracts.calendar import Attendee, Side
from contracts.write import Erase, Refused, Why, Write, Written
from tests.conformance.graph.stage import refusal
from tests.conformance.writer.desk import TWO_WAY, WRITER, Desk, write

FIVE = replace(TWO_WAY, brake_hourly_deletions=5, mail_cap_per_hour=5)


def fates(answered: dict[str, Any]) -> Counter[str]:
    """How many orders were carried out, and how many were refused, by reason."""
    return Counter(fate.why.value if isinstance(fate, Refused) else "written" for fate in answered.values())


async def standing(desk: Desk, side: Side, many: int, mailbox: str = "m") -> list[Erase]:
    """So many events on a side, and the orders to erase them."""
    run = f"{side}{desk.number}"
    made = await desk.order(*(write(f"{run}-{n}", side, mailbox) for n in range(many)))
    return [
        Erase(f"e-{name}", one.link, side, mailbox, one.item.id, one.item.event, one.item.people)
        for name, one in made.items()
    ]


def invites(name: str, mailbox: str, people: int) -> Write:
    """A new event with so many guests."""
    plain = write(name, Side.MICROSOFT, mailbox)
    guests = tuple(Attendee(f"guest{n}@client.example") for n in range(people))
    return replace(plain, event=replace(plain.event, attendees=guests))


def recipients(desk: Desk) -> int:
    return sum(len(mail.recipients) for mail in desk.stage.microsoft.mails)


@pytest.mark.parametrize("side", list(Side))
async def test_a_flood_of_deletions_is_held_before_its_first_one(desk: Desk, side: Side) -> None:  # X4, ruling 30
    writer = await desk.open(FIVE)
    erasures = await standing(desk, side, 6, desk.stage.person("mike"))
    answered = await desk.order(*erasures)
    assert fates(answered) == {"held": 6}
    assert all("`brake_hourly_deletions` is 5" in fate.reason for fate in answered.values())
    (shown,) = await desk.problems(writer)
    assert "6 more events" in shown.what
    assert "`calsync resume firm`" in shown.mend


async def test_the_hour_is_one_for_both_sides_and_every_mailbox(desk: Desk) -> None:  # ruling 30
    await desk.open(FIVE)
    mike, john = desk.stage.person("mike"), desk.stage.person("john")
    erasures = [(await standing(desk, side, 2, box)) for side, box in
                ((Side.PRACTIFI, "m"), (Side.MICROSOFT, mike), (Side.MICROSOFT, john))]  # fmt: skip
    assert fates(await desk.order(*erasures[0])) == fates(await desk.order(*erasures[1])) == {"written": 2}
    assert fates(await desk.order(*erasures[2])) == {"held": 2}
    assert len(desk.stage.microsoft.events(john)) == 2
    assert fates(await desk.order(write("new", Side.MICROSOFT, john))) == {"written": 1}, "all else goes on"


async def test_a_brake_outlives_the_writer_and_the_hour(desk: Desk) -> None:  # X4, O6
    writer = await desk.open(FIVE)
    erasures = await standing(desk, Side.PRACTIFI, 6)
    await desk.order(*erasures)
    writer = await desk.restart(writer)
    await desk.town.later(hours=2)
    assert fates(await desk.order(replace(erasures[0], order="again"))) == {"held": 1}
    assert len(await desk.problems(writer)) == 1


async def test_what_was_written_before_a_restart_counts_after_it(desk: Desk) -> None:  # O6
    writer = await desk.open(FIVE)
    erasures = await standing(desk, Side.PRACTIFI, 6)
    assert fates(await desk.order(*erasures[:4])) == {"written": 4}
    await desk.restart(writer)
    assert fates(await desk.order(*erasures[4:])) == {"held": 2}


async def test_the_replicas_of_a_writer_share_the_hour(desk: Desk) -> None:  # S5
    first = await desk.open(FIVE)
    second = await desk.town.replica(WRITER, "two", config=desk.folder)
    await desk.town.settle()
    people = [desk.stage.person(f"p{n}") for n in range(8)]
    performed = set[str]()
    for number, person in enumerate(people):
        await desk.order(invites(f"i{number}", person, 1))
        performed |= {name for name, replica in (("one", first), ("two", second)) if replica.host.counts.get("firm")}
        await first.host.renew()
        await second.host.renew()
    assert recipients(desk) == 5
    assert performed == {"one", "two"}, "both have written"


async def test_a_consent_lets_go_what_waits_and_takes_the_problem_away(desk: Desk) -> None:  # X4
    writer = await desk.open(FIVE)
    erasures = await standing(desk, Side.PRACTIFI, 6)
    await desk.order(*erasures)
    await desk.govern(FIVE, consents=1)
    assert await desk.problems(writer) == []
    again = [replace(order, order=f"again-{order.order}") for order in erasures]
    assert fates(await desk.order(*again)) == {"written": 6}
    assert desk.place.salesforce.rows("Event") == []


async def test_an_order_may_bring_a_consent_that_the_writer_has_not_heard_of(desk: Desk) -> None:  # X4
    writer = await desk.open(FIVE)
    erasures = await standing(desk, Side.PRACTIFI, 6)
    await desk.order(*erasures)
    again = [replace(order, order=f"again-{order.order}", consents=1) for order in erasures]
    assert fates(await desk.order(*again)) == {"written": 6}
    assert await desk.problems(writer) == []


async def test_a_consent_that_came_before_the_brake_releases_nothing(desk: Desk) -> None:  # X4
    """Also when the orders are older than that consent."""
    await desk.open(FIVE)
    await desk.govern(FIVE, consents=3)
    erasures = [replace(order, consents=2) for order in await standing(desk, Side.PRACTIFI, 6)]
    assert fates(await desk.order(*erasures)) == {"held": 6}
    assert fates(await desk.order(replace(erasures[0], order="again", consents=3))) == {"held": 1}


async def test_the_cap_holds_at_so_many_recipients(desk: Desk) -> None:  # A5, ruling 16
    writer = await desk.open(FIVE)
    mike = desk.stage.person("mike")
    answered = await desk.order(*(invites(f"i{n}", mike, 2) for n in range(4)))
    assert fates(answered) == {"written": 2, "held": 2}
    assert recipients(desk) == 4
    (shown,) = await desk.problems(writer)
    assert "`mail_cap_per_hour` is 5" in shown.what
    assert fates(await desk.order(write("alone", Side.MICROSOFT, mike))) == {"written": 1}, "nobody is mailed"
    await desk.govern(FIVE, consents=1)
    assert await desk.problems(writer) == []
    assert fates(await desk.order(*(invites(f"j{n}", mike, 9) for n in range(2)))) == {"written": 2}
    await desk.town.later(hours=1)
    assert fates(await desk.order(invites("k", mike, 6))) == {"held": 1}, "a consent is good for an hour"


async def test_a_creation_that_is_tried_often_counts_once(desk: Desk) -> None:  # ruling 9, THR-07
    await desk.open(FIVE)
    mike = desk.stage.person("mike")
    throttled = refusal(429, "ApplicationThrottled", {"Retry-After": "7"})
    desk.stage.answers(f"{mike}/events", *[throttled] * 4, method="POST")
    assert await desk.order(invites("i", mike, 3)) == {}
    for _ in range(5):
        await desk.town.later(seconds=7)
    assert recipients(desk) == 3
    assert fates(await desk.order(invites("j", mike, 2))) == {"written": 1}


async def test_what_is_held_is_told_also_while_the_mailbox_cannot_be_reached(desk: Desk) -> None:  # E8, O4
    await desk.open(FIVE)
    mike = desk.stage.person("mike")
    erasures = await standing(desk, Side.MICROSOFT, 6, mike)
    desk.stage.always("/events", refusal(429, "ApplicationThrottled", {"Retry-After": "60"}))
    assert fates(await desk.order(*erasures, write("new", Side.MICROSOFT, mike))) == {"held": 6}


async def test_what_the_policy_stops_counts_for_nothing(desk: Desk) -> None:  # ruling 26
    await desk.open(FIVE)
    erasures = await standing(desk, Side.PRACTIFI, 6)
    await desk.govern(FIVE, active=False)
    assert fates(await desk.order(*erasures)) == {Why.STOPPED.value: 6}
    await desk.govern(FIVE)
    again = [replace(order, order=f"again-{order.order}") for order in erasures[:5]]
    assert fates(await desk.order(*again)) == {"written": 5}
    assert all(isinstance(fate, Written) for fate in (await desk.order(write("n", Side.PRACTIFI))).values())

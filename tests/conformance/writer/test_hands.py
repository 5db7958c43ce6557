"""The writer whole, over both sides: from an order to its outcome, with the policy looked at before each write."""

import json
from collections import Counter
from dataclasses import replace as replaced

import pytest
from msgspec.structs import replace

from contracts.calendar import CalendarEvent, Side
from contracts.calendar import Response as Answer
from contracts.control import Receipt
from contracts.write import Erase, Outcomes, Refused, Why, Write, Written
from services.sandbox.wire import Request, Response, answer
from services.writer.answered import Answers
from tests.conformance.graph.stage import refusal, said
from tests.conformance.kernel.town import FIRM
from tests.conformance.writer.desk import TWO_WAY, WHEN, Desk, write
from tests.conformance.writer.test_guests import LATER, invited, reply

FIRST = dict.fromkeys(("o1", "o2", "a1"), FIRM)


async def test_orders_of_both_sides_are_carried_out_and_told(desk: Desk) -> None:
    writer = await desk.open()
    mike = desk.stage.person("mike")
    fates = await desk.order(write("o1", Side.PRACTIFI), write("o2", Side.MICROSOFT, mike))
    assert {type(fate) for fate in fates.values()} == {Written}
    assert len(desk.place.salesforce.rows("Event")) == len(desk.stage.microsoft.events(mike)) == 1
    assert [receipt.body.numbers for receipt in desk.town.heard_of(Receipt)] == [(1,)]
    counts = writer.host.counts["firm"]
    assert (counts["written.practifi"], counts["written.microsoft"]) == (1, 1)


async def test_many_orders_of_one_turn_are_one_request(desk: Desk) -> None:  # salesforce.md §7
    await desk.open()
    fates = await desk.order(*(write(f"o{n}", Side.PRACTIFI) for n in range(250)))
    assert len(fates) == 250
    assert len([one for one in desk.place.heard if b'"PATCH"' in one.body]) == 1
    assert len(desk.town.heard_of(Outcomes)) == 3


async def test_a_paused_firm_is_written_nowhere_and_the_orders_come_back(desk: Desk) -> None:  # ruling 26, D2
    await desk.open()
    await desk.govern(TWO_WAY, active=False)
    fates = await desk.order(write("o1", Side.PRACTIFI), write("o2", Side.MICROSOFT, "m"))
    assert [fate.why for fate in fates.values() if isinstance(fate, Refused)] == [Why.STOPPED, Why.STOPPED]
    assert (desk.place.calls, desk.stage.asked) == (0, [])


async def test_a_mailbox_that_is_throttled_keeps_no_other_waiting(desk: Desk) -> None:  # THR-11
    await desk.open()
    mike, john = desk.stage.person("mike"), desk.stage.person("john")
    throttled = refusal(429, "ApplicationThrottled", {"Retry-After": "7"})
    desk.stage.answers(f"{mike}/events", throttled, method="POST")
    fates = await desk.order(write("o1", Side.MICROSOFT, mike), write("o2", Side.MICROSOFT, john))
    assert list(fates) == ["o2"]
    await desk.town.later(seconds=7)
    assert len(desk.stage.microsoft.events(mike)) == 1


async def test_that_an_answer_is_given_is_known_after_a_restart_until_its_outcome_is_told(desk: Desk) -> None:  # A6
    writer = await desk.open()
    await Answers(writer.host, FIRST).keep("o1")
    answers = Answers((await desk.restart(writer)).host, FIRST)
    assert [await answers.has(order) for order in ("o1", "o2")] == [True, False]
    await desk.order(write("o1", Side.MICROSOFT, desk.stage.person("mike")))
    assert not await answers.has("o1")


async def test_an_answer_of_another_shard_is_known_there_until_its_outcome_is_told(desk: Desk) -> None:  # A6, ruling 22
    writer = await desk.open(replace(TWO_WAY, shards=2))
    mike, copy = await invited(desk.stage)
    order = await reply(desk.stage, mike, copy, Answer.ACCEPTED, reminder=5)
    desk.stage.answers("/events/", refusal(400, "ErrorPropertyValidationFailure"), method="PATCH")
    fates = await desk.order(order, shard=1)
    assert (fates[order.order].why, fates[order.order].given) == (Why.INVALID, True)
    async with writer.host.store.transaction() as tx:
        assert not any([*(await tx.rows("firm/0", ["answered/"])).values()])


async def test_an_answer_that_was_given_before_a_pause_is_told_and_not_given_once_more(desk: Desk) -> None:
    """The organizer may have moved the meeting meanwhile, and the copy shows no answer (A6, ruling 26)."""
    writer = await desk.open()
    mike, copy = await invited(desk.stage)
    event = CalendarEvent(WHEN, "Review", my_response=Answer.ACCEPTED)
    order = Write("a1", "link", Side.MICROSOFT, mike, event, ("my_response",), target=copy)
    await Answers(writer.host, FIRST).keep(order.order)
    await desk.govern(TWO_WAY, active=False)
    fates = await desk.order(order, replace(order, order="a2", link="another"))
    assert isinstance(fates[order.order], Written)
    assert fates["a2"].why is Why.STOPPED
    assert not desk.stage.microsoft.mails


@pytest.mark.parametrize("paused", [True, False], ids=["the firm pauses", "the organizer moves the meeting"])
async def test_that_an_answer_was_given_is_told_where_the_rest_of_its_order_is_refused(
    desk: Desk, paused: bool
) -> None:
    await desk.open()  # A6, ruling 26
    mike, copy = await invited(desk.stage)
    order = await reply(desk.stage, mike, copy, Answer.ACCEPTED, reminder=5)
    desk.stage.answers("/events/", refusal(429, "TooManyRequests", {"Retry-After": "60"}), method="PATCH")
    assert await desk.order(order) == {}
    (event,) = desk.stage.microsoft.events("boss@contoso.example")
    desk.stage.microsoft.change("boss@contoso.example", event["id"], {"end": LATER}, desk.stage.now)
    await desk.govern(TWO_WAY, active=not paused)
    await desk.town.later(minutes=1)
    (fate,) = desk.town.heard_of(Outcomes)[-1].body.outcomes
    assert (fate.why, fate.given) == (Why.STOPPED if paused else Why.MOVED_ON, True)
    assert [mail.kind for mail in desk.stage.microsoft.mails].count("response") == 1


async def test_what_a_mailbox_did_before_it_failed_is_told_and_the_rest_is_tried_later(desk: Desk) -> None:
    await desk.open()
    mike = desk.stage.person("mike")
    throttled = refusal(429, "ApplicationThrottled", {"Retry-After": "7"})
    asked = iter(range(100))
    desk.stage.scripts.append((lambda request: throttled if request.method == "POST" and "/events" in request.path
                               and next(asked) == 1 else None, 100))  # fmt: skip
    fates = await desk.order(*(write(f"o{n}", Side.MICROSOFT, mike) for n in range(3)))
    assert list(fates) == ["o0"]
    await desk.town.later(seconds=7)
    assert len(desk.stage.microsoft.events(mike)) == 3


async def test_what_a_mailbox_did_before_our_key_was_refused_is_told(desk: Desk) -> None:  # AUT-01, O4
    writer = await desk.open()
    mike, closed, asked = desk.stage.person("mike"), [True], iter(range(100))

    def closes(request: Request) -> Response | None:
        writes = request.method == "POST" and "/events" in request.path
        return refusal(401, "InvalidAuthenticationToken") if closed[0] and writes and next(asked) else None

    desk.stage.scripts.append((closes, 100))
    fates = await desk.order(*(write(f"o{n}", Side.MICROSOFT, mike) for n in range(3)))
    assert list(fates) == ["o0"]
    assert [problem.heals for problem in writer.host.problems.values()] == [False]
    closed[0] = False
    await desk.town.later(seconds=30)
    assert len(desk.stage.microsoft.events(mike)) == 3
    assert writer.host.problems == {}


async def test_one_of_twenty_that_fails_is_tried_again_alone(desk: Desk) -> None:  # CON-30, O5
    await desk.open()
    mike = desk.stage.person("mike")
    broken = [True]

    def fails(request: Request) -> Response | None:
        return refusal(500, "ErrorInternalServerError") if b"Review 3" in request.body and broken[0] else None

    desk.stage.scripts.append((fails, 100))
    orders = [write(f"o{n}", Side.MICROSOFT, mike) for n in range(20)]
    named = [replace(one, event=replace(one.event, subject=f"Review {n:x}")) for n, one in enumerate(orders)]
    fates = await desk.order(*named)
    assert set(fates) == {f"o{n}" for n in range(20)} - {"o3"}
    broken[0] = False
    await desk.town.later(seconds=5)
    posts = Counter(said(one)["subject"] for one in desk.stage.calls("/events", "POST"))
    assert len(desk.stage.microsoft.events(mike)) == len(posts) == 20
    assert {name for name, many in posts.items() if many > 1} == {"Review 3"}


async def test_a_mailbox_in_which_everything_fails_is_left_alone_for_a_while(desk: Desk) -> None:  # O4
    writer = await desk.open()
    mike = desk.stage.person("mike")
    desk.stage.always("/events", refusal(500, "ErrorInternalServerError"))
    assert await desk.order(*(write(f"o{n}", Side.MICROSOFT, mike) for n in range(20))) == {}
    assert len(desk.stage.calls("/events", "POST")) == 2 * 3, "three were tried, and three again a second later"
    for _ in range(4):
        await desk.town.later(seconds=30)
    (problem,) = writer.host.problems.values()
    assert problem.heals


async def test_a_creation_that_waits_is_neither_lost_nor_made_twice_by_a_restart(desk: Desk) -> None:  # THR-23, O6
    writer = await desk.open()
    mike = desk.stage.person("mike")
    desk.stage.answers(f"{mike}/events", refusal(429, "ApplicationThrottled", {"Retry-After": "90"}), method="POST")
    assert await desk.order(write("o1", Side.MICROSOFT, mike)) == {}
    await desk.restart(writer)
    assert desk.stage.microsoft.events(mike) == [], "it waits for as long as it was told"
    await desk.town.later(seconds=60)
    assert len(desk.stage.microsoft.events(mike)) == 1
    await desk.town.later(minutes=10)
    assert len(desk.stage.calls(f"{mike}/events", "POST")) == 2


async def test_what_replaces_an_erased_event_is_made_as_soon_as_it_can_be(desk: Desk) -> None:  # CON-29
    await desk.open()
    mike = desk.stage.person("mike")
    first = (await desk.order(write("o1", Side.MICROSOFT, mike)))["o1"]
    erase = Erase("e1", first.link, Side.MICROSOFT, mike, first.item.id, first.item.event)
    desk.stage.answers(f"{mike}/events", refusal(429, "ApplicationThrottled", {"Retry-After": "7"}), method="POST")
    fates = await desk.order(erase, replace(write("o2", Side.MICROSOFT, mike), link=first.link, generation=1))
    assert list(fates) == ["e1"]
    assert desk.stage.microsoft.events(mike) == []
    await desk.town.later(seconds=7)
    assert len(desk.stage.microsoft.events(mike)) == 1


async def test_a_creation_that_is_ordered_anew_meanwhile_is_done_and_said_to_be(desk: Desk) -> None:  # ruling 6, O6
    await desk.open()
    first = write("o1", Side.PRACTIFI)
    fates = await desk.order(first, replace(write("o2", Side.PRACTIFI), link=first.link))
    await desk.town.later(seconds=5)
    fates |= {one.order: one for said in desk.town.heard_of(Outcomes) for one in said.body.outcomes}
    assert {name: type(fate) for name, fate in fates.items()} == {"o1": Written, "o2": Written}
    assert len(desk.place.salesforce.rows("Event")) == 1


async def test_an_order_that_is_given_twice_is_carried_out_once(desk: Desk) -> None:  # O6, INB-25
    await desk.open()
    mike = desk.stage.person("mike")
    await desk.order(write("o1", Side.MICROSOFT, mike))
    desk.number = 0
    assert await desk.order(write("o1", Side.MICROSOFT, mike)) == {}
    assert len(desk.stage.microsoft.events(mike)) == 1


async def test_an_order_that_spoils_a_request_to_the_org_stops_none_of_the_others(desk: Desk) -> None:  # O5, CON-30
    await desk.open()

    def spoils(request: Request) -> Response | None:
        spoilt = b"link-o7" in request.body
        return answer(400, [{"errorCode": "JSON_PARSER_ERROR", "message": "unexpected"}]) if spoilt else None

    desk.place.spoil = spoils
    fates = await desk.order(*(write(f"o{n}", Side.PRACTIFI) for n in range(20)))
    assert {name for name, fate in fates.items() if isinstance(fate, Written)} == {f"o{n}" for n in range(20)} - {"o7"}
    assert (fates["o7"].why, fates["o7"].code) == (Why.INVALID, "JSON_PARSER_ERROR")


@pytest.mark.parametrize("written", [True, False], ids=["which it wrote all the same", "which it did not write"])
async def test_events_at_which_salesforce_fails_are_written_once_when_it_works_again(
    desk: Desk, *, written: bool
) -> None:  # ruling 9, O4
    """A part of one request fails: its two hundred events are no fault of anybody's, and stand at the next attempt."""
    await desk.open()
    broken = [True]

    def fails(request: Request) -> Response | None:
        if b'"PATCH"' not in request.body or not broken:
            return None
        broken.clear()
        first, *others = request.json()["compositeRequest"]
        asked = {"allOrNone": False, "compositeRequest": [first, *others] if written else others}
        done = desk.place.salesforce.handle(replaced(request, body=json.dumps(asked).encode()))
        failed = {"body": None, "httpHeaders": {}, "httpStatusCode": 503, "referenceId": first["referenceId"]}
        parts = json.loads(done.body)["compositeResponse"]
        return answer(200, {"compositeResponse": [failed, *parts[-len(others) :]]})

    desk.place.spoil = fails
    fates = await desk.order(*(write(f"o{n}", Side.PRACTIFI) for n in range(250)))
    await desk.town.later(seconds=10)
    fates |= {one.order: one for said in desk.town.heard_of(Outcomes) for one in said.body.outcomes}
    assert Counter(type(fate) for fate in fates.values()) == {Written: 250}
    assert len(desk.place.salesforce.rows("Event")) == 250


@pytest.mark.parametrize("ever", ["link-o7", "link-"], ids=["one of them", "all of them"])
async def test_events_at_which_salesforce_fails_for_ever_hold_up_no_others_and_are_not_asked_for_more_often(
    desk: Desk, ever: str
) -> None:  # O4, O5
    """They are all in one part of one request, so that nobody can tell at which of them it fails."""
    await desk.open()

    def fails(request: Request) -> Response | None:
        if b'"PATCH"' not in request.body or ever.encode() not in request.body:
            return None
        names = (one["referenceId"] for one in request.json()["compositeRequest"])
        parts = [{"body": None, "httpHeaders": {}, "httpStatusCode": 500, "referenceId": name} for name in names]
        return answer(200, {"compositeResponse": parts})

    desk.place.spoil = fails
    await desk.order(*(write(f"o{n}", Side.PRACTIFI) for n in range(20)))
    for _ in range(30):
        await desk.town.later(minutes=5)
    fates = {one.order for said in desk.town.heard_of(Outcomes) for one in said.body.outcomes}
    assert fates == {f"o{n}" for n in range(20) if ever not in f"link-o{n}"}
    assert len([one for one in desk.place.heard if b'"PATCH"' in one.body]) <= 3 * 30


async def test_an_org_that_forbids_us_everything_is_shown_and_nothing_is_given_up(desk: Desk) -> None:  # O4
    writer = await desk.open()
    closed = answer(403, [{"errorCode": "INSUFFICIENT_ACCESS_OR_READONLY", "message": "no"}])
    desk.place.spoil = lambda request: closed if "/composite" in request.path else None
    assert await desk.order(write("o1", Side.PRACTIFI), write("o2", Side.PRACTIFI)) == {}
    (problem,) = writer.host.problems.values()
    assert "integration user" in problem.mend
    desk.place.spoil = lambda _: None
    await desk.town.later(seconds=30)
    assert len(desk.place.salesforce.rows("Event")) == 2
    assert writer.host.problems == {}


async def test_an_org_whose_file_has_a_mistake_waits_for_a_person(desk: Desk) -> None:  # O4
    writer = await desk.open()
    secret = desk.folder / "tenants" / "practifi"
    secret.unlink()
    assert await desk.order(write("o1", Side.PRACTIFI)) == {}
    assert "practifi" in writer.host.problems["firm", "practifi"].what
    secret.write_text("not a real one")
    await desk.town.later(seconds=30)
    assert len(desk.place.salesforce.rows("Event")) == 1
    assert writer.host.problems == {}

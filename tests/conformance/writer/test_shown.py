"""What an order to Practifi brings besides the event itself: our word, answers, another owner, what could not be held,
and rows out of the recycle bin."""

from typing import Any

from msgspec.structs import replace

from contracts.calendar import Response, Sensitivity, ShowAs, Side
from contracts.policy import PrivateEvents
from contracts.write import Refused, Revive, Why, Write, Written
from services.sandbox.wire import Request
from services.sandbox.wire import Response as Reply
from tests.conformance.salesforce.conftest import Opening, Place
from tests.conformance.writer.org import EVENT, carried, creation, erasure, one, standing, update

BUSY = PrivateEvents.BUSY_ONLY


def owned(made: Written, owner: str, name: str = "u1") -> Write:
    """Nothing of the event is changed, only whose it is."""
    assert made.item is not None
    return replace(update(made), order=name, fields=(), event=made.item.event, owner=owner)


def revival(made: Written, name: str = "r1", **more: Any) -> Revive:
    assert made.item is not None
    return Revive(name, made.link, Side.PRACTIFI, "mailbox", made.item.id, **more)


async def test_our_word_stands_on_the_event_and_comes_back_with_it(place: Place) -> None:  # E8, F3
    made = await standing(place, status="Shortened in Practifi: subject")
    assert made.item is not None
    assert made.item.status == "Shortened in Practifi: subject"
    kept = await one(place, update(made, location="Room 3"))
    assert kept.item.status == "Shortened in Practifi: subject", "None leaves it"
    over = await one(place, replace(update(kept), fields=(), status=""))
    assert over.item.status == ""
    assert place.salesforce.row("Event", made.item.id)["Sync_Status__c"] is None


async def test_an_org_without_our_fields_is_written_all_the_same(opened: Opening) -> None:  # F3
    place: Place = await opened(package=False)
    made = await standing(place, status="Parked")
    assert made.item is not None
    assert made.item.status == ""


async def test_answers_stand_with_the_people_who_gave_them(place: Place) -> None:  # A6
    ann, ben, cat = place.contact("Adams"), place.contact("Brown"), place.user("Cat One")
    given = ((ann, Response.ACCEPTED), (cat, Response.DECLINED), (ben, Response.TENTATIVE))
    made = await standing(place, people=(ann, ben), invitees=(cat,), answers=given)
    assert made.item is not None
    assert set(made.item.answers) == set(given[:2]), "Practifi knows no tentative answer"
    changed = await one(place, replace(update(made), fields=(), answers=((ann, Response.NONE),)))
    assert set(changed.item.answers) == {given[1]}, "who is not named is left alone"
    place.heard.clear()
    await one(place, replace(update(changed), fields=(), answers=((ann, Response.NONE), given[1])))
    assert not [request for request in place.heard if b'"Status"' in request.body], "what stands there is not written"


async def test_an_answer_that_cannot_be_shown_is_told_and_holds_nothing_up(place: Place) -> None:  # O5
    ann = place.contact("Adams")
    made = await standing(place, people=(ann,))

    def fails(request: Request) -> Reply | None:
        if b'"Status"' in request.body:
            place.salesforce.fail_rows("INSUFFICIENT_ACCESS_OR_READONLY", 1)
        return None

    place.spoil = fails
    fates = await carried(place, replace(update(made, location="Room 3"), answers=((ann, Response.ACCEPTED),)))
    assert fates["u1"].item.event.location == "Room 3"
    assert [code for code, _ in fates["warned"]] == ["INSUFFICIENT_ACCESS_OR_READONLY"]


async def test_what_practifi_cannot_hold_is_named(place: Place) -> None:  # F3
    long = replace(EVENT, subject="x" * 300, show_as=ShowAs.TENTATIVE)
    made = await standing(place, event=long)
    assert {"subject", "show_as"} <= set(made.lost)
    assert "location" not in made.lost
    moved = await one(place, update(made, "location", location="y" * 300, show_as=ShowAs.ELSEWHERE))
    assert moved.lost == ("location",), "of a change only what it has written"


async def test_each_order_is_read_by_its_own_rule(place: Place) -> None:  # D11, P1
    secret = replace(EVENT, subject="Surgery", sensitivity=Sensitivity.PRIVATE)
    fates = await carried(place, creation("open", secret), creation("shut", secret, private=BUSY))
    assert fates["open"].item.event.subject == "Surgery"
    assert (fates["shut"].item.event.subject, fates["shut"].item.redacted) == ("Private appointment", True)
    again = [update(replace(fates[name], order=name), location="Room 3") for name in ("open", "shut")]
    orders = [replace(order, order=name, private=rule) for order, name, rule in
              zip(again, ("open", "shut"), (PrivateEvents.FULL, BUSY), strict=True)]  # fmt: skip
    fates = await carried(place, *orders)
    assert {type(fates[name]) for name in ("open", "shut")} == {Written}
    assert fates["shut"].echo.location == "", "nothing private comes back"


async def test_an_owner_is_put_back_if_nobody_has_edited_meanwhile(place: Place) -> None:  # ruling 14
    ann, ben = place.user("Ann One"), place.user("Ben Two")
    made = await standing(place, owner=ann)
    assert made.item is not None
    place.salesforce.update("Event", made.item.id, {"OwnerId": ben}, place.later(minutes=1))
    done = await one(place, owned(made, ann))
    assert done.item.owner == place.salesforce.row("Event", made.item.id)["OwnerId"] == ann
    assert done.item.event == made.item.event
    place.salesforce.update("Event", made.item.id, {"OwnerId": ben, "Subject": "Mine"}, place.later(minutes=1))
    fate = await one(place, owned(made, ann))
    assert isinstance(fate, Refused)
    assert (fate.why, fate.item and fate.item.owner) == (Why.MOVED_ON, ben)


async def test_an_owner_who_has_left_is_told_in_words_and_stops_no_other(place: Place) -> None:  # SFD-22
    ann, ben = place.user("Ann One"), place.user("Ben Two")
    made, other = await standing(place, "a", owner=ben), await standing(place, "b", owner=ben)
    place.salesforce.update("User", ann, {"IsActive": False}, place.later(minutes=1))
    fates = await carried(place, owned(made, ann), replace(update(other, location="Room 3"), order="u2"),
                          creation("c", owner=ann))  # fmt: skip
    for name in ("u1", "c"):
        assert (fates[name].why, fates[name].code) == (Why.FORBIDDEN, "INACTIVE_OWNER_OR_USER")
        assert fates[name].reason.startswith("its owner is no longer active")
    assert isinstance(fates["u2"], Written)


async def test_an_erased_event_comes_back_with_its_people(place: Place) -> None:  # X5
    ann = place.contact("Adams")
    made = await standing(place, people=(ann,))
    assert made.item is not None
    assert isinstance(await one(place, erasure(made)), Written)
    back = await one(place, revival(made, private=PrivateEvents.FULL))
    assert (back.item.id, back.item.event, back.item.people) == (made.item.id, made.item.event, (ann,))
    assert back.item.stamp == made.item.stamp
    assert isinstance(await one(place, revival(made)), Written), "one that is alive is fine: a repeat harms nothing"


async def test_what_the_bin_no_longer_holds_is_gone(place: Place) -> None:  # X5
    first, second = await standing(place, "a"), await standing(place, "b")
    for made in (first, second):
        await one(place, erasure(made))
    assert first.item is not None
    place.later(days=16)
    fates = await carried(place, revival(first), creation("c"))
    assert fates["r1"].why is Why.GONE
    assert isinstance(fates["c"], Written)


async def test_a_revived_private_event_says_no_more_than_its_rule_allows(place: Place) -> None:  # P1, X5
    made = await standing(place, event=replace(EVENT, subject="Surgery", sensitivity=Sensitivity.PRIVATE))
    await one(place, erasure(made))
    back = await one(place, revival(made, private=BUSY))
    assert back.item.event.subject == "Private appointment"

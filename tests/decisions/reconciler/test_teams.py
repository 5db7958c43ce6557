"""Online meetings that do not come about, or lose their link (T3)."""

from typing import NamedTuple

import pytest
from msgspec.structs import replace

from contracts.calendar import CalendarEvent
from contracts.facts import Blocked
from contracts.observed import Item
from contracts.write import Outcomes, Why, Write, Written
from tests.decisions.reconciler.shard import MICROSOFT, PRACTIFI, SHOWN, STANDUP, Shard, here, there

JOIN = "https://teams.example/1"
ONLINE, WISHED = replace(STANDUP, online=True), replace(SHOWN, online=True)
LINKED, LINKED_THERE = replace(ONLINE, join_url=JOIN), replace(WISHED, join_url=JOIN)
DENIED = "This calendar does not allow Teams meetings"


def word(shard: Shard, item: Item) -> str:
    """The word that is to stand in Practifi; it is put there."""
    order = shard.take()
    assert isinstance(order, Write)
    assert (order.side, order.fields) == (PRACTIFI, ())
    assert order.status is not None
    shard.write(replace(item, mark=f"{item.mark}+", status=order.status), order)
    return order.status


def wished() -> tuple[Shard, str]:
    """An Event of Practifi that is to be a Teams meeting, and the event that Microsoft made of it, without one."""
    shard = Shard()
    shard.see(there(WISHED), side=PRACTIFI)
    order = shard.take()
    shard.write(here(STANDUP, stamp=f"{order.link}-g0"), order)
    return shard, order.link


def test_a_calendar_that_does_not_allow_teams_is_shown() -> None:  # T3, TMS-14
    shard, name = wished()
    reasons = [fact.reason for fact in shard.facts if isinstance(fact, Blocked)]
    assert reasons == ["this calendar does not allow Teams meetings"]
    assert word(shard, there(WISHED)) == DENIED
    assert f"attention/{name}" in shard.rows
    link = shard.link(name)
    assert link.practifi is not None
    assert link.practifi.event.online, "the wish stays"
    shard.see(here(STANDUP, mark="m-b", stamp=f"{name}-g0"))
    shard.see(there(WISHED, mark="p-c", status=DENIED), side=PRACTIFI)
    assert not shard.orders
    assert len([fact for fact in shard.facts if isinstance(fact, Blocked)]) == 1, "said once"


def test_a_wish_that_comes_later_is_watched_as_well() -> None:  # T3
    shard = Shard()
    shard.paired()
    shard.see(there(WISHED, mark="p-b"), side=PRACTIFI)
    order = shard.take()
    assert isinstance(order, Write)
    assert (order.side, order.fields) == (MICROSOFT, ("online",))
    shard.write(here(STANDUP, mark="m-b"), order)
    assert word(shard, there(WISHED, mark="p-b")) == DENIED


class Over(NamedTuple):
    """What ends it."""

    item: Item
    side: object


ENDS = {
    "the wish is taken back": Over(there(SHOWN, mark="p-d", status=DENIED), PRACTIFI),
    "somebody makes it a Teams meeting in Outlook": Over(here(LINKED, mark="m-d"), MICROSOFT),
}


@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS)
def test_it_is_forgotten_when_it_is_over(end: Over) -> None:  # T3
    shard, name = wished()
    word(shard, there(WISHED))
    stamp = f"{name}-g0" if end.side is MICROSOFT else ""
    shard.see(replace(end.item, stamp=stamp), side=MICROSOFT if end.side is MICROSOFT else PRACTIFI)
    order = shard.take()
    assert isinstance(order, Write)
    assert order.status == ""
    assert f"attention/{name}" not in shard.rows


def linked(
    shown: CalendarEvent = LINKED_THERE, lost: tuple[str, ...] = (), event: CalendarEvent = LINKED
) -> tuple[Shard, str]:
    """A Teams meeting of Microsoft, as it is made in Practifi."""
    shard = Shard()
    shard.see(here(event))
    order = shard.take()
    item = there(shown, edited=False)
    shard.hear(Outcomes((Written(order.order, order.link, PRACTIFI, item, item.event, lost=lost),)))
    return shard, order.link


@pytest.mark.parametrize("event", [ONLINE, STANDUP], ids=["still online", "not even online"])
def test_a_meeting_that_loses_its_link_is_shown_until_it_has_one(event: CalendarEvent) -> None:  # T3
    shard, name = linked()
    shard.see(here(event, mark="m-b"))
    order = shard.take()
    assert isinstance(order, Write)
    assert "join_url" in order.fields
    assert order.status == "Its Teams link is gone in Microsoft: add the Teams meeting there again"
    assert [type(fact) for fact in shard.facts].count(Blocked) == 1
    gone = there(replace(SHOWN, online=event.online), mark="p-b", status=order.status)
    shard.write(gone, order)
    shard.see(here(replace(event, subject="Daily"), mark="m-c"))
    order = shard.take()
    shard.write(replace(gone, event=replace(gone.event, subject="Daily"), mark="p-c"), order)
    assert not shard.orders
    assert f"attention/{name}" in shard.rows
    shard.see(here(replace(LINKED, subject="Daily"), mark="m-d"))
    order = shard.take()
    assert isinstance(order, Write)
    assert (order.status, "join_url" in order.fields) == ("", True)
    assert f"attention/{name}" not in shard.rows
    assert [type(fact) for fact in shard.facts].count(Blocked) == 1


def test_a_link_in_the_text_that_is_taken_out_is_no_lost_meeting() -> None:  # T3
    shard = Shard()
    shard.paired(here(replace(STANDUP, join_url=JOIN)), there(replace(SHOWN, join_url=JOIN), edited=False))
    shard.see(here(STANDUP, mark="m-b"))
    order = shard.take()
    assert isinstance(order, Write)
    assert order.status is None
    assert not shard.facts


def test_a_meeting_that_turns_private_has_not_lost_its_link() -> None:  # T3, P1
    shard, _ = linked()
    shard.facts.clear()
    shard.see(here(CalendarEvent(STANDUP.when, subject="Private appointment"), mark="m-b", redacted=True))
    assert not shard.facts


@pytest.mark.parametrize(
    ("event", "lost"),
    [(LINKED, ("online", "join_url", "when")), (replace(STANDUP, join_url=JOIN), ("join_url", "when"))],
    ids=["a Teams meeting", "a link in the text"],
)
def test_an_org_that_holds_no_online_meetings_at_all_is_left_in_peace(  # T3, E7
    event: CalendarEvent, lost: tuple[str, ...]
) -> None:
    shard, _ = linked(SHOWN, lost, event)
    assert not shard.orders
    assert shard.kinds() == ["Created"]


def test_a_link_that_practifi_cannot_hold_is_shown_until_it_can() -> None:  # T3
    shard, name = linked(WISHED, ("join_url", "when"))
    (fact,) = [fact for fact in shard.facts if isinstance(fact, Blocked)]
    assert fact.side is PRACTIFI
    assert word(shard, there(WISHED)) == "Its Teams link is too long for Practifi: open the meeting in Microsoft"
    assert f"attention/{name}" in shard.rows
    shard.see(here(replace(LINKED, join_url=f"{JOIN}0"), mark="m-b"))
    order = shard.take()
    item = there(replace(WISHED, join_url=f"{JOIN}0"), mark="p-d", status=DENIED)
    shard.hear(Outcomes((Written(order.order, order.link, PRACTIFI, item, item.event),)))
    assert word(shard, item) == ""
    assert f"attention/{name}" not in shard.rows


def test_a_meeting_of_whose_making_nobody_told_brings_its_link_with_it() -> None:  # T2, ruling 9
    shard = Shard()
    shard.see(there(WISHED), side=PRACTIFI)
    order = shard.orders[0]
    shard.refuse(Why.STOPPED)  # an answer to an earlier attempt was lost
    shard.see(here(LINKED, stamp=f"{order.link}-g0"))
    back = shard.take()
    assert isinstance(back, Write)
    assert (back.side, back.fields, back.event.join_url) == (PRACTIFI, ("join_url",), JOIN)

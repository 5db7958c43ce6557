"""Orders to an org, and what became of them."""

from typing import Any

from msgspec.structs import replace

from contracts.calendar import FIELDS, CalendarEvent, Side, Timed
from contracts.policy import PrivateEvents
from contracts.write import Erase, Order, Write, Written
from services.clients.salesforce.opened import Opened
from services.writer.practifi import Practifi
from tests.conformance.salesforce.conftest import START, Place

FULL = PrivateEvents.FULL
WHEN = Timed(START.replace(day=9), START.replace(day=9, hour=10))
EVENT = CalendarEvent(WHEN, "Annual review", "Room 2")


def creation(name: str = "o1", event: CalendarEvent = EVENT, **more: Any) -> Write:
    return replace(Write(name, f"link-{name}", Side.PRACTIFI, "mailbox", event, FIELDS, private=FULL), **more)


async def standing(place: Place, name: str = "o1", **more: Any) -> Written:
    """An Event that we have created."""
    made = await one(place, creation(name, **more))
    assert isinstance(made, Written)
    return made


def update(made: Written, *fields: str, **changes: Any) -> Write:
    """A change of some fields of what stands there."""
    item = made.item
    assert item is not None
    return Write("u1", made.link, Side.PRACTIFI, "mailbox", replace(item.event, **changes), fields or tuple(changes),
                 target=item.id, base=item.event, base_people=item.people, private=FULL)  # fmt: skip


def erasure(made: Written, name: str = "e1") -> Erase:
    assert made.item is not None
    item = made.item
    return Erase(name, made.link, Side.PRACTIFI, "mailbox", item.id, item.event, item.people, private=FULL)


async def carried(place: Place, *orders: Order) -> dict[str, Any]:
    warned = list[tuple[str, str]]()
    practifi = Practifi(Opened(place.org, place.shape), lambda code, what: warned.append((code, what)))
    return {**await practifi.carry_out(orders), "warned": warned}


async def one(place: Place, order: Order) -> Any:
    return (await carried(place, order))[order.order]

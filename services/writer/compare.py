"""Whether a side still holds what the giver of an order believed: the check before every write (rulings 7, 8). Pure."""

from contracts.calendar import Side
from contracts.observed import Item
from contracts.policy import PolicyNow
from contracts.write import Erase, Refused, Revive, Why, Write

Order = Write | Erase


def moved_on(order: Order, item: Item) -> bool:
    """Whether the item is no longer what the order builds on. Relations count where the order knows them."""
    return item.event != order.base or (order.side is Side.PRACTIFI and set(item.people) != set(order.base_people))


def refused(order: Order | Revive, why: Why, code: str = "", reason: str = "", item: Item | None = None) -> Refused:
    return Refused(order.order, order.link, order.side, why, code, reason, item)


def stopped(order: Order | Revive, policy: PolicyNow | None) -> Refused | None:
    """The policy is looked at before every batch, so that disable and pause stop writes at once (ruling 26)."""
    if policy is not None and policy.active and policy.policy.direction.writes(order.side):
        return None
    return refused(order, Why.STOPPED, reason="the policy does not allow writing here now")

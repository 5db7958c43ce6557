"""Whether a side still holds what the giver of an order believed: the check before every write (rulings 7, 8). Pure."""

from datetime import date, datetime

from contracts.calendar import PRIVATE, Days, Side, When
from contracts.observed import Item
from contracts.policy import Policy, PolicyNow, PrivateEvents
from contracts.write import Erase, Refused, Revive, Why, Write

Order = Write | Erase


def moved_on(order: Order, item: Item) -> bool:
    """Whether the item is no longer what the order builds on. Relations count where the order knows them."""
    return item.event != order.base or (order.side is Side.PRACTIFI and set(item.people) != set(order.base_people))


def span(when: When) -> tuple[date, date] | tuple[datetime, datetime]:
    """From when to when, in whatever zone."""
    return (when.first, when.until) if isinstance(when, Days) else (when.start, when.end)


def only_a_word(order: Order | Revive) -> bool:
    """Whether an order puts nothing but our word on an Event: no event is synced by that."""
    if not isinstance(order, Write) or not order.target or order.fields or order.owner:
        return False
    return order.people is None and order.invitees is None and order.answers is None


def refused(order: Order | Revive, why: Why, code: str = "", reason: str = "", item: Item | None = None) -> Refused:
    return Refused(order.order, order.link, order.side, why, code, reason, item)


def stopped(order: Order | Revive, policy: PolicyNow | None) -> Refused | None:
    """The policy is looked at before every batch, so that disable and pause stop writes at once (ruling 26)."""
    if policy is None or not (policy.active and policy.policy.direction.writes(order.side)):
        return refused(order, Why.STOPPED, reason="the policy does not allow writing here now")
    if _tells(order) and policy.policy.private_events is not PrivateEvents.FULL:
        return refused(order, Why.STOPPED, reason="the policy hides by now what this event says")
    if order.policy < policy.version and _narrower(order, policy.policy):
        return refused(order, Why.STOPPED, reason="the policy has changed since, perhaps for this mailbox")
    return None


def _narrower(order: Order | Revive, policy: Policy) -> bool:
    """Whether somebody's own rule forbids what an order does (D11). Who gave the order knows whose mailbox it is, and
    gives it again where it may go: so what belongs together is decided in one place, by the policy as it is now."""
    return any(
        (one.direction is not None and not one.direction.writes(order.side))
        or (one.private_events not in {None, PrivateEvents.FULL} and _tells(order))
        for one in policy.narrower
    )


def _tells(order: Order | Revive) -> bool:
    """Whether an order puts the text of a private event into Practifi (P1)."""
    if not isinstance(order, Write) or order.side is Side.MICROSOFT or only_a_word(order):
        return False
    return order.private is PrivateEvents.FULL and order.event.sensitivity in PRIVATE

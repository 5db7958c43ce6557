"""What the writer makes of what it hears: each order becomes an effect in its lane (one for the org, one for each
mailbox), and what became of it goes back to the reconciler's shard that gave it. A consent releases the brakes of the
tenant's hour, whether or not something is there to be written."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from msgspec import Struct

from contracts.calendar import Side
from contracts.control import Again
from contracts.message import Message
from contracts.policy import PolicyNow
from contracts.write import Erase, Order, Orders, Outcomes, Refused, Revive, Why, Write, Written
from services.kernel.decision import SAME, Decision, Do, Forgot, Say, State, Undone
from services.writer import answered, erased, hour
from services.writer.erased import Forget
from services.writer.hour import Hour, Kind

ORG = "practifi"
PRIVATE = (Write, Erase, Revive, Undone, Forget)


def needs(state: State, message: Message) -> Iterable[str]:  # noqa: ARG001 - a message says all that is needed
    """The hours, which a consent may change, and what we have erased: all else that the writer knows are its orders."""
    match message.body:
        case PolicyNow():
            return map(hour.row, Kind)
        case Outcomes(outcomes):
            return (*erased.needs(outcomes), *answered.needs(outcomes))
        case Undone(Write() | Erase() | Revive() as order):
            return answered.needs((_given_up(order),))
        case Undone(Outcomes(outcomes)):
            return answered.needs(outcomes)
        case Forget(row):
            return (row,)
        case _:
            return ()


def decide(state: State, message: Message, now: datetime) -> Decision:  # noqa: PLR0911 - one row for each kind
    """One turn of a writer."""
    match message.body:
        case Orders(orders):
            return Decision(effects=tuple(Do(lane(order), order, key=order.link) for order in orders))
        case PolicyNow(consents=consents):
            return _released(state, consents, now)
        case Outcomes(outcomes):
            return _told(state, outcomes, now)
        case Forget(row):
            return erased.forget(state, row, now)
        case Forgot("reconciler", shard):  # an order may be lost on us, or be over: all that still hold are given again
            return Decision(effects=(Say("reconciler", Again(message.id, "writer", shard), SAME),), over=True)
        case Undone(Write() | Erase() | Revive() as order, reason):
            return _told(state, (_given_up(order, reason),), now)
        case Undone(Outcomes(outcomes), reason):
            return _told(state, [_given_up(one, reason) for one in outcomes], now)
        case _:
            return Decision()


def lane(order: Order) -> str:
    """All writes to an org are one lane, so that they fill its batches; a mailbox takes one write at a time
    (ruling 23)."""
    return ORG if order.side is Side.PRACTIFI else f"mailbox/{order.mailbox}"


def _released(state: State, consents: int, now: datetime) -> Decision:
    """Without the brakes that this many consents release. The hours are with the tenant's first shard (`ledger.py`)."""
    rows: dict[str, Struct | None] = {}
    for kind in Kind:
        old = state.get(hour.row(kind), Hour)
        if old is not None and (new := hour.consented(old, consents, now)) != old:
            rows |= {hour.row(kind): new, hour.shown(kind): None}
    return Decision(rows)


def _told(state: State, outcomes: Sequence[Written | Refused], now: datetime) -> Decision:
    """Who gave the orders hears what became of them, with what only we know."""
    told = erased.told(state, answered.marked(state, outcomes), now)
    return Decision({**told.rows, **answered.told(state, outcomes)}, told.effects)


def _given_up(order: Order | Written | Refused, reason: str = "") -> Refused:
    """An order that was set aside, or whose answer was, must not leave its link waiting for ever."""
    return Refused(order.order, order.link, order.side, Why.INVALID, "set_aside", reason)

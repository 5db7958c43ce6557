"""What the writer makes of what it hears: each order becomes an effect in its lane (one for the org, one for each
mailbox), and what became of it goes back to the reconciler's shard that gave it."""

from collections.abc import Iterable
from datetime import datetime

from contracts.calendar import Side
from contracts.message import Message
from contracts.write import Erase, Order, Orders, Outcomes, Refused, Revive, Why, Write
from services.kernel.decision import SAME, Decision, Do, Say, State, Undone
from services.writer.compare import refused

ORG = "practifi"
PRIVATE = (Write, Erase, Revive, Undone)


def needs(state: State, message: Message) -> Iterable[str]:  # noqa: ARG001 - an order says all that is needed
    """No rows: the memory of the writer is its orders."""
    return ()


def decide(state: State, message: Message, now: datetime) -> Decision:  # noqa: ARG001 - see `needs`
    """One turn of a writer."""
    match message.body:
        case Orders(orders):
            return Decision(effects=tuple(Do(lane(order), order, key=order.link) for order in orders))
        case Outcomes() as outcomes:
            return Decision(effects=(Say("reconciler", outcomes, SAME),))
        case Undone(Write() | Erase() | Revive() as order, reason):
            return Decision(effects=(Say("reconciler", Outcomes((_given_up(order, reason),)), SAME),))
        case _:
            return Decision()


def lane(order: Order) -> str:
    """All writes to an org are one lane, so that they fill its batches; a mailbox takes one write at a time
    (ruling 23)."""
    return ORG if order.side is Side.PRACTIFI else f"mailbox/{order.mailbox}"


def _given_up(order: Order, reason: str) -> Refused:
    """An order that was set aside must not leave its link waiting for ever."""
    return refused(order, Why.INVALID, "set_aside", reason)

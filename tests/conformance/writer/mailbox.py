"""Orders to a mailbox of the stage, and what became of them."""

from typing import Any

from msgspec.structs import replace

from contracts.calendar import Side
from contracts.policy import Invitations
from contracts.write import Erase, Refused, Why, Write, Written
from services.writer.compare import Order
from services.writer.microsoft import Mailboxes, Spend
from tests.conformance.graph.stage import Stage
from tests.conformance.graph.wanted import EVENT, FIELDS, FULL, LINK

ALONE = replace(EVENT, attendees=())
ON_CREATE, NEVER = Invitations.ON_CREATE, Invitations.NEVER


def creation(mailbox: str, **more: Any) -> Write:
    return replace(Write("o1", LINK, Side.MICROSOFT, mailbox, EVENT, FIELDS, private=FULL), **more)


class Answers(set[str]):
    """Those that are given, in memory."""

    async def keep(self, order: str) -> None:
        self.add(order)

    async def has(self, order: str) -> bool:
        return order in self


async def free(_order: str, _people: int) -> str:
    """An hour in which anybody may be mailed."""
    return ""


async def one(
    stage: Stage,
    order: Order,
    invitations: Invitations = ON_CREATE,
    spend: Spend = free,
    unseen: set[str] | None = None,
    answers: Answers | None = None,
) -> Any:
    seen_once = {order.order} if unseen is None else unseen
    given = Answers() if answers is None else answers
    return await Mailboxes(stage.graph, invitations, stage.now, spend, seen_once, given).carry_out(order)


async def standing(stage: Stage, mailbox: str, **more: Any) -> Written:
    made = await one(stage, creation(mailbox, **more))
    assert isinstance(made, Written)
    stage.microsoft.mails.clear()
    stage.asked.clear()
    return made


def update(made: Written, mailbox: str, *fields: str, **changes: Any) -> Write:
    item = made.item
    assert item is not None
    return Write("u1", LINK, Side.MICROSOFT, mailbox, replace(item.event, **changes), fields or tuple(changes),
                 target=item.id, base=item.event, private=FULL)  # fmt: skip


def erasure(made: Written, mailbox: str) -> Erase:
    assert made.item is not None
    return Erase("e1", LINK, Side.MICROSOFT, mailbox, made.item.id, made.item.event, private=FULL)


def why(fate: object) -> Why:
    assert isinstance(fate, Refused)
    return fate.why

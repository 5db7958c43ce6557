"""What was set aside (O5), as it is heard all the same: whoever waits for what should have followed goes on without it.
It never decides what follows instead."""

from msgspec.structs import replace

from contracts.calendar import Side
from contracts.message import Message
from contracts.observed import Observed
from contracts.write import Outcomes, Refused, Why, Written
from services.kernel.decision import Undone


def heard(message: Message) -> Message:
    """The message; of one that was set aside not its items, but that it was said: its reader has counted it, and a run,
    or a side that is told anew, would wait for it for ever. So would a link for its answer: nobody can say what became
    of that order (ruling 9)."""
    match message.body:
        case Undone(Observed() as body):
            return replace(message, body=replace(body, items=(), vanished=()))
        case Undone(Outcomes(outcomes), reason):
            return replace(message, body=Outcomes(tuple(_given_up(one, reason) for one in outcomes)))
    return message


def _given_up(one: Written | Refused, reason: str) -> Refused:
    """What is left of an outcome. What was mailed with its order was, and is not given again (A6)."""
    given = one.given if isinstance(one, Refused) else one.side is Side.MICROSOFT
    return Refused(one.order, one.link, one.side, Why.INVALID, "set_aside", reason, given=given)

"""`calsync tail`: the public sync events as they happen, as any subscriber would hear them."""

from collections.abc import Callable

import msgspec

from contracts import topics
from contracts.calendar import Side
from contracts.facts import (
    Blocked,
    Conflict,
    Created,
    Deleted,
    Fact,
    Failed,
    MailboxState,
    Published,
    RunFinished,
    RunStarted,
    Subject,
    Updated,
)
from contracts.message import Message
from services.cli.clean import clean
from services.cli.listen import Broker, connected
from services.kernel.clock import Clock


async def tail(at: Broker, tenant: str | None, clock: Clock, show: Callable[[Message], None]) -> None:
    """Show every fact of one tenant, or of all, for ever. Raises Fatal when no broker answers."""
    async with connected(at, clock, topics.FACTS) as listener:
        async for message in listener.messages():
            if isinstance(message.body, Published) and tenant in {None, message.tenant}:
                show(message)


def plain(message: Message) -> str:
    """One fact as one line of JSON."""
    return msgspec.json.encode({"tenant": message.tenant, **msgspec.to_builtins(message.body)}).decode()


def readable(message: Message) -> str:
    """One fact as a sentence."""
    published: Published = message.body
    return clean(f"{published.at:%H:%M:%S} {message.tenant} #{published.number} {sentence(published.fact)}")


def sentence(fact: Fact) -> str:
    """What happened, in words; ids only, or as much as the policy lets out."""
    match fact:
        case Created(about=about, side=side, mailed=mailed):
            return f"created in {_side(side)}: {_about(about, side)}{_detail(fact)}{_mailed(mailed)}"
        case Updated(about=about, side=side, fields=fields, mailed=mailed):
            return (
                f"updated in {_side(side)}: {_about(about, side)}, {', '.join(fields)}{_detail(fact)}{_mailed(mailed)}"
            )
        case Deleted(about=about, side=side, mailed=mailed):
            return f"deleted in {_side(side)}: {_about(about, side)}{_mailed(mailed)}"
        case Conflict(about=about, winner=winner, fields=fields):
            return f"conflict, {_side(winner)} wins: {_about(about, winner)}, {', '.join(fields)}{_detail(fact)}"
        case _:
            return _other(fact)


def _other(fact: Fact) -> str:
    match fact:
        case Blocked(about=about, side=side, reason=reason):
            return f"blocked toward {_side(side)}: {_about(about, side)}, {reason}"
        case Failed(about=about, side=side, code=code, reason=reason):
            return f"failed in {_side(side)}: {_about(about, side)}, {code} {reason}"
        case RunStarted(run=run):
            return f"run {run} started"
        case RunFinished(run=run, items=items, failed=failed):
            return f"run {run} finished, {items} items" + (f", could not read {', '.join(failed)}" if failed else "")
        case MailboxState(mailbox=mailbox, state=state, reason=reason):
            return f"mailbox {mailbox} is {state}" + (f": {reason}" if reason else "")
        case _:
            return type(fact).__name__


def _side(side: Side) -> str:
    return side.value.capitalize()


def _about(about: Subject, side: Side) -> str:
    return (about.microsoft_id if side is Side.MICROSOFT else about.practifi_id) or f"link {about.link}"


def _detail(fact: Created | Updated | Conflict) -> str:
    return f" “{fact.detail.subject}”" if fact.detail and fact.detail.subject else ""


def _mailed(people: int) -> str:
    return f" (mail to {people})" if people else ""

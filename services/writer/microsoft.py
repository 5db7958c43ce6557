"""One order to one mailbox: read, compare, then write only what changes (ruling 8). A creation carries its transaction
id, so that a repeat makes no second event and no second mail; every other write of unknown outcome begins with the
same read again, which tells whether it had happened (ruling 9).

An event that its organizer no longer wants is deleted by DELETE, always and only: Exchange takes that for a
cancellation and mails it once to each guest (ATT-16, graph.md §3.9). Its other way, `cancel`, differs in nothing but a
comment to the guests, and nobody has written one."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from msgspec.structs import replace

from contracts.calendar import Response, When
from contracts.observed import Item
from contracts.policy import Invitations
from contracts.write import Erase, Refused, Why, Write, Written
from services.clients.graph.api import Graph
from services.clients.graph.item import hidden, item_of
from services.clients.graph.mapping import transaction
from services.clients.graph.refusal import Stale
from services.clients.graph.seen import Kind, Seen
from services.kernel.errors import Conflict, Permanent
from services.kernel.lanes import Later
from services.writer import mailing
from services.writer.compare import Order, refused, span
from services.writer.fate import Fate, gone, overtaken, unreadable

FORBIDDEN = frozenset({"ErrorAccessDenied", "ErrorQuotaExceeded", "MailboxNotEnabledForRESTAPI"})
GONE = frozenset({"ErrorItemNotFound"})
"""It went between our look and our write (OUT-22): another look is the proof (X2)."""

ONCE_MORE = timedelta(seconds=15)
"""Graph may be some seconds late in showing what there is (graph.md §8): one missing answer proves no deletion (X2)."""
_UNMOVED = "Microsoft refuses a change of what nobody has changed"
_REPEATS = "it has become a series in Microsoft, and its reader has yet to tell of it"
_UNSEEN = "Microsoft does not show the event: it is asked once more"

Spend = Callable[[str, int], Awaitable[str]]
"""Counts an order that mails so many people (A5): why it has to wait, "" when it may go."""


class Answers(Protocol):
    """Which orders' answers are given (`answered`)."""

    async def keep(self, order: str) -> None: ...
    async def has(self, order: str) -> bool: ...


@dataclass(frozen=True, slots=True)
class Mailboxes:
    """The mailboxes of one tenant, for one order at one time. `unseen` are the orders whose event was missing once."""

    graph: Graph
    invitations: Invitations
    now: datetime
    spend: Spend
    unseen: set[str]
    answers: Answers

    async def carry_out(self, order: Order) -> Fate:
        """What became of the order. Raises Transient and Fatal."""
        try:
            if isinstance(order, Write) and not order.target:
                return await self._create(order)
            return await self._change(order)
        except Conflict as error:
            return Later(str(error))
        except Permanent as error:
            why = Why.FORBIDDEN if error.code in FORBIDDEN else Why.INVALID
            return refused(order, why, error.code, error.what)

    async def _create(self, order: Write) -> Fate:
        invite = self.invitations is not Invitations.NEVER
        many = mailing.invited(order.event) if invite else 0
        if no := await self._barred(order, many, many, order.event.when):
            return no
        made = await self.graph.create(
            order.mailbox, order.event, order.fields, transaction=transaction(order.link, order.generation),
            stamp=order.link, invite=invite, private=order.private,
        )  # fmt: skip
        if made is None or made.cancelled:
            return self._gone(order, made)
        return self._written(order, made, made.guests)

    async def _change(self, order: Order) -> Fate:
        seen = await self._look(order)
        if seen is None or seen.cancelled:
            return self._gone(order, seen)
        if isinstance(order, Write) and await self._done(order):
            return self._written(order, seen, mailing.mailed(order, seen))
        if no := self._unfit(order, seen):
            return no
        many, when = mailing.mailed(order, seen), self._item(order, seen).event.when
        if no := await self._barred(order, mailing.concerned(order, seen), many, when):
            return no
        return await (self._erase(order, seen, many) if isinstance(order, Erase) else self._update(order, seen, many))

    async def _done(self, order: Write) -> bool:
        """Whether its answer, and it wants nothing else, is given already: it may stand there no more (`answered`)."""
        return mailing.only_an_answer(order) and await self.answers.has(order.order)

    def _unfit(self, order: Order, seen: Seen) -> Refused | None:
        """Why the order is not for what stands there now. Not for a whole series: every order is about one event."""
        if seen.kind is Kind.MASTER:
            return refused(order, Why.STOPPED, "series", _REPEATS)
        if seen.event is None:
            return unreadable(order, seen.error)
        if no := overtaken(order, self._item(order, seen)):
            return no
        wrong = mailing.unanswerable(order, seen)
        return refused(order, Why.INVALID, "no_answer", wrong) if wrong else None

    async def _barred(self, order: Order, concerned: int, mailed: int, when: When) -> Refused | None:
        """Why it may not go: by the policy, or by the hour's cap."""
        if forbidden := mailing.forbidden(concerned, when, self.invitations, self.now):
            return refused(order, Why.FORBIDDEN, "invitations", forbidden)
        held = await self.spend(order.order, mailed) if mailed else ""
        return refused(order, Why.HELD, "mail_cap", held) if held else None

    async def _erase(self, order: Erase, seen: Seen, many: int) -> Fate:
        """A refusal may mean that it had been cancelled before (graph.md §3.9): only a look tells (OUT-21)."""
        try:
            await self.graph.delete(order.mailbox, order.target)
        except Stale:
            return gone(order)
        except Permanent as error:
            left = await self._look(order) if error.code in FORBIDDEN else None
            if error.code not in FORBIDDEN or (left is not None and not left.cancelled):
                raise
            return gone(order)
        return Written(order.order, order.link, order.side, mailed=many, changed_at=seen.changed_at)

    async def _update(self, order: Write, seen: Seen, many: int) -> Fate:
        """An answer first, because accepting sets how the copy is shown; but what is declined is there no more, so then
        the fields come first (graph.md §3.9)."""
        fields, answer = mailing.besides_answer(order.fields), mailing.answer(order)
        try:
            if answer is not None and answer is not Response.DECLINED:
                seen = await self._answered(order, seen, answer)
            if fields:
                seen = await self.graph.update(
                    order.mailbox, order.target, seen.mark, order.event, fields, private=order.private
                )  # fmt: skip
            if answer is Response.DECLINED:
                seen = await self._answered(order, seen, answer)
        except Conflict:
            return await self._found(order)
        except Permanent as error:
            if error.code not in GONE:
                raise
            return await self._found(order)
        return self._written(order, seen, many)

    async def _answered(self, order: Write, seen: Seen, answer: Response) -> Seen:
        """What stands there once the answer is given: it may be since an earlier attempt. What is declined leaves the
        calendar, as a reader will tell."""
        if not await self.answers.has(order.order):
            await self.graph.respond(order.mailbox, order.target, answer)
            await self.answers.keep(order.order)
        after = await self._look(order)
        return after or replace(seen, event=replace(seen.event or order.event, my_response=answer))

    async def _found(self, order: Write) -> Fate:
        """What stands there now that somebody was faster than our write."""
        seen = await self._look(order)
        if seen is None or seen.cancelled:
            return self._gone(order, seen)
        return self._unfit(order, seen) or Later(_UNMOVED)

    def _gone(self, order: Order, seen: Seen | None) -> Fate:
        """Gone if it is cancelled, or missing for the second time."""
        if seen is None and order.order not in self.unseen:
            self.unseen.add(order.order)
            return Later(_UNSEEN, ONCE_MORE)
        self.unseen.discard(order.order)
        return gone(order)

    async def _look(self, order: Order) -> Seen | None:
        seen = (await self.graph.look(order.mailbox, [order.target], order.private))[order.target]
        return seen and hidden(seen)

    def _written(self, order: Write, seen: Seen, mailed: int) -> Written | Refused:
        seen = hidden(seen)
        if seen.event is None:
            return unreadable(order, seen.error)
        item = self._item(order, seen)
        return Written(order.order, order.link, order.side, item, item.event, mailed)

    def _item(self, order: Order, seen: Seen) -> Item:
        """The item. An occurrence read by itself says neither its series' rule nor its zone: both are known, and never
        what somebody changed."""
        item = item_of(seen, order.mailbox)
        if order.base is None:
            return item
        event = item.event
        if not event.recurrence:
            event = replace(event, recurrence=order.base.recurrence)
        if item.series and span(event.when) == span(order.base.when):
            event = replace(event, when=order.base.when)
        return replace(item, event=event)

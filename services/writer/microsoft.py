"""One order to one mailbox: read, compare, then write only what changes (ruling 8). A creation carries its transaction
id, so that a repeat makes no second event and no second mail; every other write of unknown outcome begins with the
same read again, which tells whether it had happened (ruling 9)."""

from dataclasses import dataclass

from msgspec.structs import replace

from contracts.observed import Item
from contracts.policy import Invitations, Policy
from contracts.write import Erase, Refused, Why, Write, Written
from services.clients.graph.api import Graph
from services.clients.graph.item import item_of
from services.clients.graph.mapping import transaction
from services.clients.graph.seen import Seen
from services.kernel.errors import Conflict, Permanent, Transient
from services.writer.compare import Order, moved_on, refused

FORBIDDEN = frozenset({"ErrorAccessDenied", "ErrorQuotaExceeded", "MailboxNotEnabledForRESTAPI"})
GONE = frozenset({"ErrorItemNotFound"})
"""It went between our look and our write (OUT-22)."""


@dataclass(frozen=True, slots=True)
class Mailboxes:
    """The mailboxes of one tenant."""

    graph: Graph
    policy: Policy

    async def carry_out(self, order: Order) -> Written | Refused:
        """What became of the order. Raises Transient and Fatal."""
        try:
            if isinstance(order, Write) and not order.target:
                return await self._create(order)
            return await self._change(order)
        except Conflict as error:
            raise Transient(str(error)) from error
        except Permanent as error:
            why = Why.GONE if error.code in GONE else Why.FORBIDDEN if error.code in FORBIDDEN else Why.INVALID
            return refused(order, why, error.code, error.what)

    async def _create(self, order: Write) -> Written | Refused:
        invite = self.policy.invitations is not Invitations.NEVER
        made = await self.graph.create(
            order.mailbox, order.event, order.fields, transaction=transaction(order.link, order.generation),
            stamp=order.link, invite=invite, private=self.policy.private_events,
        )  # fmt: skip
        mailed = len(order.event.attendees) if invite else 0
        return self._written(order, made, mailed)

    async def _change(self, order: Order) -> Written | Refused:
        seen = await self._look(order)
        if seen is None or seen.cancelled:
            gone = Written(order.order, order.link, order.side)
            return gone if isinstance(order, Erase) else refused(order, Why.GONE)
        if seen.event is None:
            return refused(order, Why.INVALID, "unreadable", seen.error)
        item = self._item(order, seen)
        if moved_on(order, item):
            return refused(order, Why.MOVED_ON, item=item)
        guests = len(item.event.attendees) if seen.mine else 0
        if guests and self.policy.invitations is Invitations.NEVER:
            reason = f"it would mail {guests} people, and `invitations` is never"
            return refused(order, Why.FORBIDDEN, "invitations", reason)
        if isinstance(order, Erase):
            await self.graph.delete(order.mailbox, order.target)
            return Written(order.order, order.link, order.side, mailed=guests)
        return await self._update(order, seen, guests)

    async def _update(self, order: Write, seen: Seen, guests: int) -> Written | Refused:
        try:
            after = await self.graph.update(
                order.mailbox, order.target, seen.mark, order.event, order.fields,
                private=self.policy.private_events,
            )  # fmt: skip
        except Conflict:
            again = await self._look(order)
            if again is None or again.cancelled:
                return refused(order, Why.GONE)
            if again.event is None:
                return refused(order, Why.INVALID, "unreadable", again.error)
            return refused(order, Why.MOVED_ON, item=self._item(order, again))
        return self._written(order, after, guests)

    async def _look(self, order: Order) -> Seen | None:
        return (await self.graph.look(order.mailbox, [order.target], self.policy.private_events))[order.target]

    def _written(self, order: Write, seen: Seen, mailed: int) -> Written | Refused:
        if seen.event is None:
            return refused(order, Why.INVALID, "unreadable", seen.error)
        item = self._item(order, seen)
        return Written(order.order, order.link, order.side, item, item.event, mailed)

    def _item(self, order: Order, seen: Seen) -> Item:
        """The item. An occurrence read by itself does not say its series' rule, which is known and never written."""
        item = item_of(seen, order.mailbox)
        if order.base is None or item.event.recurrence:
            return item
        return replace(item, event=replace(item.event, recurrence=order.base.recurrence))

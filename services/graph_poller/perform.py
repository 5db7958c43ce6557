"""The poller's hands: reads Microsoft Graph, and turns every failure that a person or the next run has to deal with
into an answer. Never writes."""

from collections.abc import Sequence

from msgspec import Struct

from services.clients.graph.api import Graph
from services.clients.graph.opened import Graphs
from services.graph_poller.rows import DirectoryRead, MailboxRead, Prove, Proved, ReadDirectory, ReadMailbox, Unread
from services.kernel.errors import Fatal, Permanent, Transient
from services.kernel.host import Host
from services.kernel.keeping import Doing
from services.kernel.lanes import Answer, LaneRule

ATTEMPTS = 4
"""Attempts in one run; then the mailbox waits for the next one (AUT-05)."""
EXCLUDING = frozenset({"MailboxNotEnabledForRESTAPI", "ErrorAccessDenied", "ErrorInvalidUser", "ResourceNotFound",
                       "Request_ResourceNotFound"})  # fmt: skip
"""A mailbox that cannot be synced at all (E3); asked again with each run."""


class Hands:
    """One Graph client for each tenant."""

    def __init__(self, host: Host, graphs: Graphs) -> None:
        self._host = host
        self._graphs = graphs

    def rule(self, lane: str) -> LaneRule:  # noqa: ARG002 - every lane of the poller takes one at a time
        return LaneRule()

    async def perform(self, tenant: str, lane: str, batch: Sequence[Doing]) -> Sequence[Answer]:
        """One read at a time: a lane is one mailbox."""
        return [await self._answer(tenant, lane.removeprefix("mailbox/"), doing) for doing in batch]

    async def close(self) -> None:
        await self._graphs.close()

    async def _answer(self, tenant: str, mailbox: str, doing: Doing) -> Answer:
        try:
            return await self._read(self._graphs.of(tenant), doing.body)
        except Permanent as error:
            return Unread(mailbox, error.code, error.what, excluded=error.code in EXCLUDING)
        except Fatal as error:
            self._host.log.warning(error.what, tenant=tenant, where=error.where, mend=error.mend)
            return Unread(mailbox, "", f"{error.where}: {error.what}", error.mend)
        except Transient as error:
            if doing.tries + 1 < ATTEMPTS:
                raise
            self._host.log.warning("cannot be read now", tenant=tenant, where=mailbox, what=str(error),
                                   mend="nothing to do: it is tried again with the next run")  # fmt: skip
            return Unread(mailbox, "", str(error), heals=True)

    async def _read(self, graph: Graph, order: Struct) -> Struct:
        match order:
            case ReadDirectory():
                return DirectoryRead(await graph.mailboxes())
            case ReadMailbox(mailbox, cursor, start, end, private):
                round_ = await graph.round(mailbox, cursor, (start, end), private)
                return MailboxRead(mailbox, round_, start, end, private)
            case Prove():
                return await self._prove(graph, order)
        raise TypeError(type(order).__name__)

    async def _prove(self, graph: Graph, order: Prove) -> Proved:
        looked = await graph.look(order.mailbox, order.ids, order.private) if order.ids else {}
        window = (order.start, order.end)
        series = {
            master: await graph.instances(order.mailbox, master, window, order.private) for master in order.series
        }
        return Proved(order.mailbox, looked, series)

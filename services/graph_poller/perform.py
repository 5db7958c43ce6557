"""The poller's hands: reads Microsoft Graph, and turns every failure that a person or the next run has to deal with
into an answer. Never writes."""

from collections.abc import Sequence
from datetime import timedelta

from msgspec import Struct

from services.clients.graph.api import Graph
from services.clients.graph.opened import Graphs
from services.graph_poller.failing import disconnected, later, refused
from services.graph_poller.rows import DirectoryRead, MailboxRead, Prove, Proved, ReadDirectory, ReadMailbox
from services.kernel.errors import Conflict, Fatal, Permanent, Transient
from services.kernel.host import Host
from services.kernel.keeping import Doing
from services.kernel.lanes import Answer, GivenUp, LaneRule

ATTEMPTS = 4
"""Attempts in one run; then the mailbox waits for the next one (AUT-05)."""
PATIENCE = timedelta(seconds=8)
"""The least wait after a first refusal that names a time; four times as long after each further one, because a server
that always says "in a second" is throttling for longer (THR-19)."""
LONGEST = timedelta(minutes=10)
"""The longest wait within a run: the others shall not wait for this mailbox (THR-03)."""


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
            return await read(self._graphs.of(tenant), doing.body)
        except Permanent as error:
            return refused(mailbox, error)
        except Fatal as error:
            self._host.log.warning(error.what, tenant=tenant, where=error.where, mend=error.mend)
            return disconnected(mailbox, error)
        except (Transient, Conflict) as error:  # a 412 to a mere question means nothing (graph.md §3.11)
            again = self._patient(error, doing.tries)
            if doing.tries + 1 < ATTEMPTS and (again.delay is None or again.delay <= LONGEST):
                raise again from error
            self._host.log.warning("cannot be read now", tenant=tenant, where=mailbox, what=str(error),
                                   mend="nothing to do: it is tried again with the next run")  # fmt: skip
            given_up = later(mailbox, error)
            asked = error.delay if isinstance(error, Transient) else None
            return given_up if asked is None else GivenUp(given_up, min(asked, LONGEST))

    def _patient(self, error: Transient | Conflict, tries: int) -> Transient:
        """The same error, with a wait that grows by itself where the remote's own does not."""
        if isinstance(error, Conflict) or error.delay is None:
            return Transient(str(error))
        least = PATIENCE * 4**tries * (0.5 + self._host.clock.jitter() / 2)
        return Transient(str(error), max(error.delay, least))


async def read(graph: Graph, order: Struct) -> Struct:
    """Do what the decision asks for, and say what came of it. TypeError for what is no order of the poller's."""
    match order:
        case ReadDirectory():
            return DirectoryRead(await graph.mailboxes())
        case ReadMailbox(mailbox, cursor, view):
            window = view.start, view.end
            return MailboxRead(mailbox, await graph.round(mailbox, cursor, window, view.private, view.excluded), view)
        case Prove():
            return await _prove(graph, order)
    raise TypeError(type(order).__name__)


async def _prove(graph: Graph, order: Prove) -> Proved:
    mailbox, view = order.mailbox, order.view
    window, rules = (view.start, view.end), (view.private, view.excluded)
    looked = await graph.look(mailbox, order.ids, *rules)
    series = {master: await graph.instances(mailbox, master, window, *rules) for master in order.series}
    return Proved(mailbox, looked, series)

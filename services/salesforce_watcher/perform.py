"""The watcher's hands: reads Salesforce, and turns every failure that a person or the next run has to deal with into an
answer. Never writes."""

from collections.abc import Sequence
from datetime import timedelta

from msgspec import Struct

from services.clients.salesforce.opened import Opened, Orgs
from services.kernel.errors import Fatal, Permanent, Transient
from services.kernel.host import Host
from services.kernel.keeping import Doing
from services.kernel.lanes import Answer, GivenUp, LaneRule
from services.salesforce_watcher.rows import LookRows, OrgRead, OrgUnread, ReadOrg, RowsLooked

ATTEMPTS = 4
"""Attempts in one run; then the org waits for the next one (AUT-05)."""
LONGEST = timedelta(minutes=10)
"""The longest wait within a run, for the mailboxes shall not wait for the org; and the longest that it is left alone
because it has asked for it (THR-03)."""


class Hands:
    """One client for each tenant's org."""

    def __init__(self, host: Host, orgs: Orgs) -> None:
        self._host = host
        self._orgs = orgs

    def rule(self, lane: str) -> LaneRule:  # noqa: ARG002 - there is one lane
        return LaneRule()

    async def perform(self, tenant: str, lane: str, batch: Sequence[Doing]) -> Sequence[Answer]:  # noqa: ARG002
        """One read at a time."""
        return [await self._answer(tenant, doing) for doing in batch]

    async def close(self) -> None:
        await self._orgs.close()

    async def _answer(self, tenant: str, doing: Doing) -> Answer:
        try:
            return await self._read(await self._orgs.of(tenant, doing.body.mapping), doing.body)
        except Permanent as error:
            self._orgs.forget(tenant)
            return OrgUnread(error.code, error.what)
        except Fatal as error:
            self._host.log.warning(error.what, tenant=tenant, where=error.where, mend=error.mend)
            return OrgUnread("", f"{error.where}: {error.what}", error.mend)
        except Transient as error:
            if _patient(doing, error.delay):
                raise
            return self._given_up(tenant, doing, error)

    def _given_up(self, tenant: str, doing: Doing, error: Transient) -> Answer:
        """The run ends without the org. What settles is looked at again with each read of it, and must not stand in the
        way of that."""
        if isinstance(doing.body, LookRows):
            return None
        self._host.log.warning("cannot be read now", tenant=tenant, where="org", what=str(error),
                               mend="nothing to do: it is tried again with the next run")  # fmt: skip
        unread = OrgUnread("", str(error), heals=True)
        return unread if error.delay is None else GivenUp(unread, min(error.delay, LONGEST))

    async def _read(self, opened: Opened, order: Struct) -> Struct:
        match order:
            case ReadOrg(cursors, since, privacy, _, going):
                round_ = await opened.org.round(opened.shape, cursors, since, privacy, going)
                return OrgRead(round_, privacy, opened.shape.columns)
            case LookRows(ids, privacy):
                found = await opened.org.look(opened.shape, ids, privacy)
                rows = tuple(row for row in found.values() if row is not None and not (row.deleted or row.unseen))
                who = {person for row in rows for person in row.people}
                people = await opened.org.people(opened.shape, who) if who else ()
                return RowsLooked(ids, rows, privacy, tuple(people))
        raise TypeError(type(order).__name__)


def _patient(doing: Doing, asked: timedelta | None) -> bool:
    """Whether it is tried again after the time that the org has `asked` for, or a little later where it has not."""
    again = doing.tries + 1 < ATTEMPTS or (asked is None and isinstance(doing.body, LookRows))
    return again and (asked is None or asked <= LONGEST)

"""A watcher of a firm with Mike and John, and the rows that its org shows."""

from datetime import datetime, timedelta
from typing import Any

from msgspec.structs import replace

from contracts.calendar import CalendarEvent, Timed
from contracts.control import RunDue
from contracts.observed import Item, Mailbox, Mailboxes, Observed, ReadDone
from contracts.person import Person
from contracts.policy import Direction, Policy
from services.clients.salesforce.row import Column, Cursors, OrgRound, OrgUser, Place, Row
from services.salesforce_watcher import decide
from services.salesforce_watcher.rows import LookRows, OrgRead, ReadOrg, RowsLooked, Settled
from tests.decisions.life import NOW, Life

MIKE, JOHN = "mailbox-mike", "mailbox-john"
MIKES, JOHNS = "005-mike", "005-john"
MAILBOXES = (
    Mailbox(MIKE, "mike@firm.example", addresses=("mike@firm.example",)),
    Mailbox(JOHN, "john@firm.example", addresses=("john@firm.example",)),
)
USERS = (OrgUser(MIKES, "mike@firm.example"), OrgUser(JOHNS, "john@firm.example"))
TWO_WAY = Policy(enabled=True, direction=Direction.TWO_WAY)
WHEN = Timed(NOW + timedelta(days=7), NOW + timedelta(days=7, hours=1))


def row(id_: str = "00U1", mark: str = "a", **more: Any) -> Row:
    """An Event that Mike made long ago."""
    ago = NOW - timedelta(days=30)
    plain = Row(id_, mark, MIKES, CalendarEvent(WHEN, "Review"), created_at=ago, edited_at=ago)
    return replace(plain, **more)


class Watcher(Life):
    """It knows the mailboxes and has read nothing. `salesforce` is the org's own time."""

    def __init__(self, policy: Policy = TWO_WAY, *, directed: bool = True, behind: timedelta = timedelta()) -> None:
        super().__init__(decide, policy)
        self.behind = behind
        self.runs = 0
        self.order: ReadOrg | None = None
        if directed:
            self.hear(Mailboxes(1, MAILBOXES))

    @property
    def salesforce(self) -> datetime:
        return self.now - self.behind

    def due(self) -> list[ReadOrg]:
        """A run is due; what is read for it now."""
        self.runs += 1
        self.hear(RunDue(f"run-{self.runs}"))
        return self._ordered()

    def reads(self, *rows: Row, **more: Any) -> list[Item]:
        """A run, or the next piece of its reading, and what it brings; the items that are said."""
        if self.order is None:
            self.due()
        return self.hears(*rows, **more)

    def hears(
        self, *rows: Row, people: tuple[Person, ...] = (), users: tuple[OrgUser, ...] = USERS,
        going: dict[str, Place] | None = None, columns: tuple[Column, ...] = (), shape: str = "",
    ) -> list[Item]:  # fmt: skip
        """The answer to what is being read."""
        assert self.order
        at, order, self.order = self.salesforce.isoformat(), self.order, None
        round_ = OrgRound(rows, people, users, Cursors(at, at, at, at, at, shape), self.salesforce, going or {})
        self.hear(OrgRead(round_, order.privacy, columns))
        self._ordered()
        return self.items()

    def _ordered(self) -> list[ReadOrg]:
        orders = self.asked(ReadOrg)
        self.order = orders[0] if orders else self.order
        return orders

    def settles(self, *rows: Row, people: tuple[Person, ...] = ()) -> list[Item]:
        """The time has come to look again; what is said then."""
        self.hear(Settled())
        (asked,) = self.asked(LookRows)
        self.hear(RowsLooked(asked.ids, rows, asked.privacy, people))
        return self.items()

    def items(self) -> list[Item]:
        return [item for one in self.told(Observed, "reconciler") for item in one.items]

    def gone(self) -> list[str]:
        return [one.id for said in self.told(Observed, "reconciler") for one in said.vanished]

    def done(self) -> list[ReadDone]:
        return self.told(ReadDone, "reconciler")

    def fresh(self, id_: str = "00U9", ago: int = 0, **more: Any) -> Row:
        """An Event that Mike has just made: so many seconds ago by Salesforce's time."""
        made = self.salesforce - timedelta(seconds=ago)
        return row(id_, **({"created_at": made, "edited_at": made} | more))

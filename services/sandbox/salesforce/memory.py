"""Everything that the org remembers: rows, ids given out, what is to be undone, what changed.
Plain values only, so that a snapshot is a pickle; decides nothing about what may be written."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, NamedTuple

from services.sandbox.salesforce import ids, times
from services.sandbox.salesforce.fields import SObject
from services.sandbox.salesforce.refused import Refused
from services.sandbox.salesforce.schema import Schema, schema
from services.sandbox.salesforce.switches import Amended, Switches
from services.sandbox.salesforce.table import Row, Table

BIN = timedelta(days=15)  # how long deleted rows stay (salesforce.md §2.8)
KEPT = timedelta(hours=72)  # how long changes can be replayed (salesforce.md §3)


@dataclass(frozen=True, slots=True)
class Act:
    """Who writes, when, and by which door: `api` is a client, otherwise a person in the org."""

    at: datetime
    by: str
    api: bool = True
    client: str = ""  # the client of Sforce-Call-Options
    version: float = 0  # of the API that a client speaks


class Change(NamedTuple):
    """One captured change (salesforce.md §3.1): `kind` is CREATE, UPDATE, DELETE or UNDELETE."""

    entity: str
    record: str
    kind: str
    at: str
    by: str
    origin: str


class Memory:
    """The rows of all objects and what is needed to change them safely."""

    amended = Amended()

    def __init__(self, switches: Switches, seed: int) -> None:
        self.switches, self.seed = switches, seed
        self.pod = ids.pod(seed)
        self.tables = {name: Table(one.indexes) for name, one in self.schema.objects.items() if not one.view}
        self.minted: dict[str, int] = {}
        self.journal: list[tuple[str, str, Row | None]] = []
        self.changes: list[Change] = []
        self.faults: list[list[Any]] = []  # [code, rows still to fail]
        self.on_write: dict[str, Any] = {}
        self.flows = 0
        self.swept = ""

    @property
    def schema(self) -> Schema:
        return schema(self.switches, self.amended)

    def mint(self, sobject: SObject) -> str:
        """The next id of this object; numbers begin at a place of the org's own."""
        prefix = sobject.prefix or "000"
        if prefix not in self.minted:
            self.minted[prefix] = int.from_bytes(sha256(f"{self.seed} {prefix}".encode()).digest()[:3], "big")
        self.minted[prefix] += 1
        return ids.mint(prefix, self.pod, self.minted[prefix])

    def stamp(self, at: datetime) -> str:
        """The stamp of a row that becomes visible at `at`: it precedes the commit (salesforce.md §3)."""
        return times.wire(at - timedelta(seconds=self.switches.commit_delay_seconds))

    def get(self, name: str, record: str) -> Row | None:
        """A row, deleted or not."""
        return self.tables[name].rows.get(record)

    def live(self, name: str, record: str) -> Row | None:
        """A row that is not deleted."""
        row = self.tables[name].rows.get(record)
        return None if row is None or row.get("IsDeleted") else row

    def find(self, record: str) -> Row | None:
        """The row of any object with this id, deleted or not."""
        sobject = self.schema.of(record)
        return self.tables[sobject.name].rows.get(record) if sobject else None

    def fresh(self, sobject: SObject, act: Act) -> Row:
        """A new row with its id, its defaults and its audit fields; not yet kept."""
        row = dict(sobject.blank)
        stamp = self.stamp(act.at)
        row["Id"] = self.mint(sobject)
        for field in ("CreatedDate", "LastModifiedDate", "SystemModstamp"):
            row[field] = stamp
        for field in ("CreatedById", "LastModifiedById", "OwnerId"):
            if field in row:
                row[field] = act.by
        return row

    def touch(self, row: Row, act: Act) -> Row:
        """A copy of a row, stamped as changed now."""
        stamp = self.stamp(act.at)
        return row | {"SystemModstamp": stamp, "LastModifiedDate": stamp, "LastModifiedById": act.by}

    def put(self, name: str, row: Row) -> None:
        """Keep a row; `rollback` can take it back."""
        self.journal.append((name, row["Id"], self.tables[name].put(row)))

    def note(self, name: str, record: str, kind: str, act: Act) -> None:
        """Capture a change with its origin (salesforce.md §3.2)."""
        origin = f"com/salesforce/api/soap/59.0;client={act.client}" if act.api and act.client else ""
        self.changes.append(Change(name, record, kind, times.wire(act.at), act.by, origin))

    def mark(self) -> tuple[int, int]:
        """A point to which `rollback` can return."""
        return len(self.journal), len(self.changes)

    def rollback(self, mark: tuple[int, int]) -> None:
        """Undo all that was kept since the mark; ids stay given out."""
        while len(self.journal) > mark[0]:
            name, record, old = self.journal.pop()
            if old is None:
                self.tables[name].drop(record)
            else:
                self.tables[name].put(old)
        del self.changes[mark[1] :]

    def trip(self, act: Act) -> None:
        """Refuse a client's row when a fault waits for it."""
        if act.api and self.faults:
            fault = self.faults[0]
            fault[1] -= 1
            if fault[1] <= 0:
                self.faults.pop(0)
            raise Refused(400, fault[0], _TEXTS.get(fault[0], "the row was refused"))

    def sweep(self, at: datetime) -> None:
        """Once a day: empty the bin, archive Events a year old, let old changes go (salesforce.md §2.8)."""
        day = at.date().isoformat()
        if day == self.swept:
            return
        self.swept = day
        cutoff = times.wire(at - BIN)
        for table in self.tables.values():
            for row in [row for row in table.rows.values() if row.get("IsDeleted") and row["SystemModstamp"] < cutoff]:
                table.drop(row["Id"])
        kept = times.wire(at - KEPT)
        self.changes = [change for change in self.changes if change.at >= kept]
        self._archive(day)

    def _archive(self, day: str) -> None:
        table = self.tables["Event"]
        for row in list(table.rows.values()):
            if row["IsArchived"] != (old := archived(row, day)):
                table.put(row | {"IsArchived": old})


def archived(row: Row, day: str) -> bool:
    """Whether an Event ended a year or more before the day."""
    limit = f"{int(day[:4]) - 1:04d}{day[4:]}"
    return bool(row["EndDate"] and row["EndDate"] < limit)


_TEXTS = {
    "UNABLE_TO_LOCK_ROW": "unable to obtain exclusive access to this record or 1 records",
    "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY": "EventTrigger: System.LimitException: Apex CPU time limit exceeded",
    "FIELD_CUSTOM_VALIDATION_EXCEPTION": "A validation rule of this org refuses the row",
    "INSUFFICIENT_ACCESS_OR_READONLY": "insufficient access rights on object id",
}

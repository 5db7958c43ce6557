"""SOQL answered: the rows that a query means, in its order, as records (salesforce.md, simulator checklist).
Chooses an index where it may; the answer never depends on which."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from services.sandbox.salesforce import soql, times
from services.sandbox.salesforce.criteria import Asking, compiled, conjuncts, folding, members
from services.sandbox.salesforce.fields import SObject
from services.sandbox.salesforce.memory import Memory
from services.sandbox.salesforce.refused import bad
from services.sandbox.salesforce.selection import Looking, Record, shaped
from services.sandbox.salesforce.soql import Count, Order, Query, Value, malformed
from services.sandbox.salesforce.table import Row

_NO_SEMI_JOIN = frozenset({"task", "event", "activityhistory", "openactivity"})
_OFFSETS = 2000


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads the org: when, in which zone, by which version, and whether deleted and archived rows count."""

    memory: Memory
    now: datetime
    zone: str
    version: str
    everything: bool = False

    def parse(self, text: str) -> tuple[Query, SObject]:
        """A query and the object that it asks; Refused."""
        query = soql.parse(text)
        return query, self.source(query)

    def source(self, query: Query) -> SObject:
        """The kind of rows that is asked for. Refused (INVALID_TYPE) where there is none of that name."""
        sobject = self.memory.schema.find(query.source)
        if sobject is None:
            message = f"sObject type '{query.source}' is not supported."
            raise bad("INVALID_TYPE", message)
        return sobject

    def rows(self, query: Query, sobject: SObject, among: Iterable[Row] | None = None) -> list[Row]:
        """The rows that a query means, in order, cut to its limit; Refused."""
        asking = Asking(self.memory, sobject, query.alias, self.now, self.zone, self._inner)
        rows = self._candidates(asking, query) if among is None else among
        if sobject.view:
            rows = (_as_who(self.memory, row) for row in rows if row["IsParent"] and not row["IsWhat"])
        if not self.everything:
            rows = (row for row in rows if not (row.get("IsDeleted") or row.get("IsArchived")))
        holds = compiled(asking, query.where) if query.where else None
        found = list(filter(holds, rows)) if holds else list(rows)
        for order in reversed(query.order):
            _sort(asking, found, order)
        if query.offset > _OFFSETS:
            raise bad("NUMBER_OUTSIDE_VALID_RANGE", f"Maximum SOQL offset allowed is {_OFFSETS}")
        return found[query.offset :][: query.limit]

    def shape(self, query: Query, sobject: SObject) -> Callable[[Row], Record]:
        """The function from a row to its record; Refused."""
        return shaped(Looking(self.memory, self.version, self._children), query, sobject)

    def _children(self, query: Query, sobject: SObject, rows: list[Row]) -> list[Record]:
        inner = replace(query, source=sobject.name)
        shape = self.shape(inner, sobject)
        return [shape(row) for row in self.rows(inner, sobject, rows)]

    def _inner(self, query: Query) -> set[Any]:
        """The values of a semi-join (salesforce.md §2.4: not over activities)."""
        if query.source.lower() in _NO_SEMI_JOIN:
            raise malformed(f"Entity '{query.source}' is not supported for semi join inner selects")
        sobject = self.source(query)
        if len(query.columns) != 1 or not isinstance(query.columns[0], str):
            raise malformed("semi join sub-selects must select one field")
        asking = Asking(self.memory, sobject, query.alias, self.now, self.zone, self._inner)
        get = folding(asking, asking.path(query.columns[0]))
        return {get(row) for row in self.rows(query, sobject)}

    def _candidates(self, asking: Asking, query: Query) -> Iterable[Row]:
        """No fewer rows than the query means, and as few as an index allows."""
        table = self.memory.tables[asking.sobject.view or asking.sobject.name]
        for test in conjuncts(query.where):
            field = asking.sobject.field(test.path)
            if field is None or test.sign not in ("=", "in"):
                continue
            if field.name == "Id" or field.name in table.indexes:
                values = members(asking, field, test.value)
                if None in values:
                    continue
                if field.name == "Id":
                    return [table.rows[key] for key in sorted(values) if key in table.rows]
                return table.within(field.name, sorted(values))
        since = _since(query)
        return table.since(since) if since else table.rows.values()


def _since(query: Query) -> str | None:
    for test in conjuncts(query.where):
        later = test.path.lower() == "systemmodstamp" and test.sign in (">", ">=")
        if later and isinstance(test.value, Value) and test.value.kind == "datetime":
            return times.wire(times.read(test.value.text))
    return None


def _as_who(memory: Memory, row: Row) -> Row:
    sobject = memory.schema.of(row["RelationId"])
    return {
        "Id": row["Id"],
        "EventId": row["EventId"],
        "RelationId": row["RelationId"],
        "Type": sobject.name if sobject else None,
        "IsDeleted": row["IsDeleted"],
        "SystemModstamp": row["SystemModstamp"],
    }


def _sort(asking: Asking, rows: list[Row], order: Order) -> None:
    path = asking.path(order.path)
    if "S" not in path.field.flags:
        raise bad("INVALID_FIELD", f"field '{path.field.name}' can not be sorted in a query call")
    get = folding(asking, path)
    last = order.nulls_last is not order.descending

    def key(row: Row) -> tuple[bool, Any]:
        value = get(row)
        return (last, 0) if value is None else (not last, value)

    rows.sort(key=key, reverse=order.descending)


def counted(query: Query) -> Count | None:
    """The COUNT of a query that asks for nothing else."""
    counts = [column for column in query.columns if isinstance(column, Count)]
    if counts and len(query.columns) > 1:
        raise malformed("Grouped query results need GROUP BY, which this org does not answer")
    return counts[0] if counts else None

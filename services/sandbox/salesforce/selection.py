"""SELECT as a function from a row to the record on the wire: attributes, fields, parents, children.
What a column may be is decided here; which rows there are is decided elsewhere."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from services.sandbox.salesforce import relation
from services.sandbox.salesforce.fields import Child, Field, SObject
from services.sandbox.salesforce.memory import Memory
from services.sandbox.salesforce.paths import Path, named, resolve
from services.sandbox.salesforce.refused import bad
from services.sandbox.salesforce.soql import Query, malformed
from services.sandbox.salesforce.table import Row

Record = dict[str, Any]
Shape = Callable[[Row], Any]
_ALL_LIMIT = 200  # FIELDS(ALL) needs a limit no larger


@dataclass(frozen=True, slots=True)
class Looking:
    """The org, the API version that the links name, and how an inner query over given rows is answered."""

    memory: Memory
    version: str
    children: Callable[[Query, SObject, list[Row]], list[Record]]

    def attributes(self, kind: str, row: Row) -> Record:
        sobject = self.memory.schema.of(row["Id"])
        real = kind if kind != "Name" or sobject is None else sobject.name
        return {"type": kind, "url": f"/services/data/{self.version}/sobjects/{real}/{row['Id']}"}


def shaped(looking: Looking, query: Query, sobject: SObject) -> Callable[[Row], Record]:
    """The function from a row to its record; Refused when a column does not exist."""
    keys: dict[str, Shape | None] = {}
    parents: dict[str, list[Path]] = {}
    for column in query.columns:
        if isinstance(column, Query):
            child = _child(sobject, column.source)
            keys[child.relationship or ""] = _children(looking, column, child)
        elif isinstance(column, str):
            for name in _names(query, sobject, column):
                _add(looking.memory, sobject, query.alias, name, keys, parents)
    for name, paths in parents.items():
        keys[name] = _parent(looking, paths, 0)
    return _record(looking, sobject.name, keys)


def _names(query: Query, sobject: SObject, column: str) -> Iterable[str]:
    if not column.startswith("FIELDS("):
        return (column,)
    which = column[7:-1]
    if which != "STANDARD" and (query.limit is None or query.limit > _ALL_LIMIT):
        raise malformed(f"The SOQL FIELDS function must have a LIMIT of at most {_ALL_LIMIT}")
    wanted = {"ALL": (True, False), "CUSTOM": (True,), "STANDARD": (False,)}.get(which)
    if wanted is None:
        raise malformed(f"unexpected token: '{which}'")
    return [field.name for field in sobject.fields if field.custom in wanted]


def _add(
    memory: Memory,
    sobject: SObject,
    alias: str,
    name: str,
    keys: dict[str, Shape | None],
    parents: dict[str, list[Path]],
) -> None:
    if (
        name.rpartition(".")[2].lower() == "eventwhoids"
        and sobject.name == "Event"
        and memory.switches.shared_activities
    ):
        keys["EventWhoIds"] = lambda row: relation.people_of(memory, row)
        return
    path = resolve(memory, sobject, alias, name)
    key = (path.steps[0].relationship or "") if path.steps else path.field.name
    if not path.steps and key in keys:
        raise malformed(f"duplicate field selected: {key}")
    keys[key] = None
    if path.steps:
        parents.setdefault(key, []).append(path)


def _record(looking: Looking, kind: str, keys: dict[str, Shape | None]) -> Callable[[Row], Record]:
    if not any(keys.values()):
        names = tuple(keys)
        return lambda row: {"attributes": looking.attributes(kind, row), **{name: row[name] for name in names}}
    shapes = tuple(keys.items())
    return lambda row: {
        "attributes": looking.attributes(kind, row),
        **{name: shape(row) if shape else row[name] for name, shape in shapes},
    }


def _parent(looking: Looking, paths: list[Path], depth: int) -> Shape:
    """The nested record of one relationship; null when there is no parent."""
    step: Field = paths[0].steps[depth]
    memory, by_name = looking.memory, step.polymorphic
    kind = "Name" if by_name else step.targets[0]
    fields = [path.field.name for path in paths if len(path.steps) == depth + 1]
    deeper: dict[str, list[Path]] = {}
    for path in paths:
        if len(path.steps) > depth + 1:
            deeper.setdefault(path.steps[depth + 1].relationship or "", []).append(path)
    nested = {name: _parent(looking, more, depth + 1) for name, more in deeper.items()}

    def shape(row: Row) -> Record | None:
        """What is shown of a row's parent, None where it has none."""
        parent = memory.find(row[step.name]) if row[step.name] else None
        if parent is None:
            return None
        own = {name: named(memory, parent, name) if by_name else parent[name] for name in fields}
        return {"attributes": looking.attributes(kind, parent), **own, **{n: s(parent) for n, s in nested.items()}}

    return shape


def _child(sobject: SObject, relationship: str) -> Child:
    for child in sobject.children:
        if child.relationship and child.relationship.lower() == relationship.lower():
            return child
    message = f"Didn't understand relationship '{relationship}' in FROM part of query call"
    raise bad("INVALID_TYPE", message)


def _children(looking: Looking, query: Query, child: Child) -> Shape:
    memory = looking.memory
    sobject = memory.schema.objects[child.sobject]

    def shape(row: Row) -> Record | None:
        table = memory.tables[sobject.view or sobject.name]
        rows = table.where(child.field, row["Id"])
        records = looking.children(query, sobject, rows)
        return {"totalSize": len(records), "done": True, "records": records} if records else None

    return shape

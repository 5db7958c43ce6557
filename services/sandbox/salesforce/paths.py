"""From a dotted name in SOQL to the value that it means in a row: `Subject`, `Who.Email`, `Owner.Name`.
Knows which fields a polymorphic relationship shows (those of the object Name), and no more of querying."""

from collections.abc import Callable
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from services.sandbox.salesforce.fields import Field, SObject
from services.sandbox.salesforce.memory import Memory
from services.sandbox.salesforce.refused import Refused, bad
from services.sandbox.salesforce.schema import no_such_column
from services.sandbox.salesforce.table import Row

NAME = frozenset(
    {
        "Id",
        "Name",
        "Type",
        "Email",
        "FirstName",
        "LastName",
        "Phone",
        "Title",
        "Username",
        "IsActive",
        "Alias",
        "UserType",
    }
)


@dataclass(frozen=True, slots=True)
class Path:
    """A resolved name: the relationships that lead to it and the field at its end."""

    steps: tuple[Field, ...]
    field: Field

    @property
    def through_name(self) -> bool:
        return bool(self.steps) and self.steps[-1].polymorphic

    def getter(self, memory: Memory) -> Callable[[Row], Any]:
        """A function from a row to the value."""
        name = self.field.name
        if not self.steps:
            return itemgetter(name)
        steps, by_name = tuple(step.name for step in self.steps), self.through_name

        def get(row: Row) -> Any:
            current: Row | None = row
            for step in steps:
                current = memory.find(current[step]) if current and current[step] else None
            return named(memory, current, name) if by_name else current and current[name]

        return get


def named(memory: Memory, row: Row | None, name: str) -> Any:
    """What the object Name shows of a row: its type, and a field only where that type has it."""
    if row is None:
        return None
    if name == "Type":
        sobject = memory.schema.of(row["Id"])
        return sobject.name if sobject else None
    return row.get(name)


def resolve(memory: Memory, sobject: SObject, alias: str, dotted: str) -> Path:
    """The path that a dotted name means; Refused INVALID_FIELD."""
    parts = dotted.split(".")
    if len(parts) > 1 and parts[0].lower() in (alias.lower(), sobject.name.lower()):
        parts = parts[1:]
    steps: list[Field] = []
    current = sobject
    for part in parts[:-1]:
        step = current.by_relationship.get(part.lower()) if current else None
        if step is None or (steps and steps[-1].polymorphic):
            raise bad("INVALID_FIELD", f"Didn't understand relationship '{part}' in field path.")
        steps.append(step)
        current = memory.schema.objects[step.targets[0]]
    field = _name_field(parts[-1]) if steps and steps[-1].polymorphic else current.field(parts[-1])
    if field is None:
        raise _unknown(parts[-1], steps, current)
    return Path(tuple(steps), field)


def _unknown(name: str, steps: list[Field], sobject: SObject) -> Refused:
    if steps and steps[-1].polymorphic:
        return bad("INVALID_FIELD", f"No such column '{name}' on entity 'Name'.")
    return no_such_column(name, sobject)


def _name_field(name: str) -> Field | None:
    own = next((one for one in NAME if one.lower() == name.lower()), None)
    kind = {"Id": "id", "IsActive": "boolean", "Email": "email"}.get(own or "", "string")
    return Field(own, kind, 255, "FS", own) if own else None

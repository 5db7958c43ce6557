"""The shape of an object: its fields and what may be done with each; describe, writing and SOQL share one table.
Holds no rows and decides nothing.

A field is written as one line: `Name | type length | flags | label | more`. Flags: C createable, U updateable,
N nillable, F filterable, S sortable, G groupable, A aggregatable, P permissionable, D defaulted on create, I id lookup,
M name field, R restricted picklist, E external id, Q unique. `more` is `Relationship: Type, Type` of a reference, the
values of a picklist (the first is the default of one with D), or `-` for none.
"""

from dataclasses import dataclass, field
from typing import Any, Final

TEXTS: Final = frozenset({"string", "textarea", "combobox", "picklist", "email", "phone", "url", "time"})
KEYS: Final = frozenset({"id", "reference"})


@dataclass(frozen=True, slots=True)
class Field:
    """One field of one object."""

    name: str
    kind: str
    length: int
    flags: str
    label: str
    relationship: str | None = None
    targets: tuple[str, ...] = ()
    values: tuple[str, ...] = ()

    @property
    def custom(self) -> bool:
        return self.name.endswith(("__c", "__pc"))

    @property
    def polymorphic(self) -> bool:
        return len(self.targets) > 1

    def blank(self) -> Any:
        """What the field holds when nothing was said on creation."""
        if self.kind == "boolean":
            return False
        return self.values[0] if self.values and "D" in self.flags else None


@dataclass(frozen=True, slots=True)
class Child:
    """A child relationship: rows of `sobject` point here by `field`."""

    sobject: str
    field: str
    relationship: str | None
    cascade: bool = False
    junctions: tuple[str, ...] = ()
    junction_targets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SObject:
    """One object; `calls` says what it supports: C create, U update, D delete, N undelete, R replicate, T triggers."""

    name: str
    label: str
    plural: str
    prefix: str | None
    calls: str
    fields: tuple[Field, ...]
    children: tuple[Child, ...] = ()
    indexes: tuple[str, ...] = ()
    view: str | None = None  # the object whose rows this one shows
    by_name: dict[str, Field] = field(default_factory=dict)  # by lower-case name
    by_relationship: dict[str, Field] = field(default_factory=dict)
    blank: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for one in self.fields:
            self.by_name[one.name.lower()] = one
            if one.relationship:
                self.by_relationship[one.relationship.lower()] = one
            self.blank[one.name] = one.blank()

    def field(self, name: str) -> Field | None:
        """The field of that name, whatever its case."""
        return self.by_name.get(name.lower())


def parse(table: str) -> tuple[Field, ...]:
    """The fields of a table of lines."""
    return tuple(_field(line) for line in table.strip().splitlines())


def _field(line: str) -> Field:
    name, kind, flags, label, more = (part.strip() for part in (line + "|-").split("|")[:5])
    kind, _, length = kind.partition(" ")
    if kind in KEYS:
        length = "18"
    words = (
        () if more == "-" else tuple(word.strip() for word in more.partition(":")[2 if ":" in more else 0].split(","))
    )
    relationship = more.partition(":")[0].strip() if ":" in more else None
    if kind == "reference":
        return Field(name, kind, 18, flags, label, relationship or None, words)
    return Field(name, kind, int(length or 0), flags, label, values=words)

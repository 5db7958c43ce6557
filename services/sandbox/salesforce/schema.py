"""All objects of an org, made once per kind of org and never part of its memory, so that a snapshot holds rows only."""

from dataclasses import dataclass
from functools import lru_cache

from services.sandbox.salesforce.activity import activity
from services.sandbox.salesforce.fields import SObject
from services.sandbox.salesforce.people import people
from services.sandbox.salesforce.refused import Refused, missing
from services.sandbox.salesforce.setup import setup
from services.sandbox.salesforce.switches import Amended, Switches


@dataclass(frozen=True, slots=True)
class Schema:
    """The objects of an org by name, lower-case name and key prefix."""

    objects: dict[str, SObject]
    lower: dict[str, SObject]
    prefixes: dict[str, SObject]

    def find(self, name: str) -> SObject | None:
        """The object of that name, whatever its case."""
        return self.lower.get(name.lower())

    def resource(self, name: str) -> SObject:
        """The object of that name in a URL; Refused 404."""
        found = self.find(name)
        if found is None:
            raise missing()
        return found

    def of(self, record: str) -> SObject | None:
        """The object to which a record id belongs."""
        return self.prefixes.get(record[:3])


@lru_cache(maxsize=64)
def schema(switches: Switches, amended: Amended) -> Schema:
    """The schema of an org with these switches, as its administrators have amended it."""
    everything = (*activity(switches, amended), *people(switches), *setup())
    return Schema(
        {one.name: one for one in everything},
        {one.name.lower(): one for one in everything},
        {one.prefix: one for one in everything if one.prefix},
    )


def no_such_column(name: str, sobject: SObject) -> Refused:
    """The refusal of a field that is absent or not granted: for the API both are the same."""
    text = f"No such column '{name}' on sobject of type {sobject.name}"
    return Refused(400, "INVALID_FIELD", text)

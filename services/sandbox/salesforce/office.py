"""The org as the people in it use it: they make, edit, delete and bring back rows, and set up how it behaves.
Takes no request; what a client may not write, they may."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from services.sandbox.salesforce import fall, ids, relation, save
from services.sandbox.salesforce.memory import Act, Memory
from services.sandbox.salesforce.refused import missing
from services.sandbox.salesforce.switches import Switches

_FIRST = datetime(2024, 1, 1, tzinfo=UTC)


class _Whole:
    """All that is written inside stays, or nothing does."""

    def __init__(self, memory: Memory) -> None:
        self.memory = memory

    def __enter__(self) -> None:
        self.mark = self.memory.mark()

    def __exit__(self, kind: object, _error: object, _trace: object) -> None:
        if kind is not None:
            self.memory.rollback(self.mark)
        self.memory.journal.clear()


class Office:
    """The rows of an org and the hands that may change them."""

    def __init__(self, switches: Switches, seed: int, username: str) -> None:
        self.switches = switches
        self.memory = Memory(switches, seed)
        self._found(switches)
        self.integration_user = self.add_user(name="Calendar Sync", email=username, username=username)

    def _found(self, switches: Switches) -> None:
        """The rows that every org has from its first day."""
        zone = {"TimeZoneSidKey": "America/New_York", "DefaultLocaleSidKey": "en_US", "LanguageLocaleKey": "en_US"}
        self._plant(
            "Organization", {"Name": "Firm", "OrganizationType": "Enterprise Edition", "InstanceName": "NA1", **zone}
        )
        prefix = switches.namespace.removesuffix("__") or None
        for name, person in (("Individual", True), ("Household", False), ("Organization", False)):
            kind = {"Name": name, "DeveloperName": name, "SobjectType": "Account", "IsActive": True}
            self._plant("RecordType", {**kind, "IsPersonType": person, "NamespacePrefix": prefix})

    def _plant(self, kind: str, fields: dict[str, Any], at: datetime = _FIRST) -> str:
        act = Act(at, ids.mint("005", self.memory.pod, 0), api=False)  # the platform's own user
        return save.insert(self.memory, self.memory.schema.objects[kind], fields, act)

    def add_user(
        self,
        *,
        name: str,
        email: str,
        username: str | None = None,
        federation_id: str | None = None,
        active: bool = True,
        user_type: str = "Standard",
        zone: str = "America/New_York",
        at: datetime = _FIRST,
    ) -> str:
        """A new user of the org; their id."""
        first, _, last = name.rpartition(" ")
        fields: dict[str, Any] = {
            "FirstName": first,
            "LastName": last,
            "Email": email,
            "Username": username or email,
            "IsActive": active,
        }
        fields |= {"FederationIdentifier": federation_id, "UserType": user_type, "TimeZoneSidKey": zone}
        return self._plant("User", fields, at)

    def insert(self, type: str, fields: dict[str, Any], at: datetime, by: str | None = None) -> str:  # noqa: A002
        """A person makes a row; its id. `by` is the owner unless said. Raises Refused."""
        return self._person(type, at, by or fields.get("OwnerId"), fields)

    def add_series(
        self, fields: dict[str, Any], times: list[dict[str, Any]], at: datetime, by: str | None = None
    ) -> list[str]:
        """A person makes a recurring Event with an occurrence at each of these times; their ids. Raises Refused."""
        native = {**fields, "IsRecurrence2": True}
        pattern = self.insert("Event", {**native, **times[0], "GroupEventType": "3"}, at, by)
        made = [self.insert("Event", {**native, **one}, at, by) for one in times]
        for one in made:
            self.memory.tables["Event"].rows[one]["_series"] = pattern
        return made

    def update(self, type: str, id: str, fields: dict[str, Any], at: datetime, by: str | None = None) -> None:  # noqa: A002
        """A person edits a row. Raises Refused."""
        row = self.memory.find(ids.full(id)) or {}
        self._person(type, at, by or row.get("OwnerId"), fields, id)

    def delete(self, type: str, id: str, at: datetime, by: str | None = None) -> None:  # noqa: A002
        """A person deletes a row. Raises Refused."""
        row = self.memory.find(ids.full(id)) or {}
        act = self._act(at, by or row.get("OwnerId"))
        with _Whole(self.memory):
            fall.delete(self.memory, self.memory.schema.resource(type), id, act)

    def undelete(self, id: str, at: datetime) -> None:  # noqa: A002
        """A person brings a row back from the bin. Raises Refused."""
        with _Whole(self.memory):
            fall.undelete(self.memory, ids.full(id), self._act(at, None))

    def row(self, type: str, id: str) -> dict[str, Any]:  # noqa: A002
        """A row as JSON, deleted or not. Raises Refused."""
        row = self.memory.get(type, ids.full(id))
        if row is None:
            raise missing()
        return self._shown(type, row)

    def rows(self, type: str, include_deleted: bool = False) -> list[dict[str, Any]]:  # noqa: A002
        """All rows of an object as JSON, in the order of their making."""
        table = self.memory.tables[type].rows.values()
        return [self._shown(type, row) for row in table if include_deleted or not row.get("IsDeleted")]

    def add_field(self, line: str) -> None:
        """An administrator makes a field on Activity, by its line (fields.py); one of the same name is made anew."""
        name = line.partition("|")[0].strip()
        self.drop_field(name)
        amended = self.memory.amended
        self.memory.amended = replace(amended, made=(*amended.made, line))
        blank = self.memory.schema.objects["Event"].blank[name]
        for row in self.memory.tables["Event"].rows.values():
            row[name] = blank

    def drop_field(self, name: str) -> None:
        """An administrator removes a field that was made so, with all that stands in it."""
        amended = self.memory.amended
        made = tuple(line for line in amended.made if line.partition("|")[0].strip() != name)
        self.memory.amended = replace(amended, made=made)
        for row in self.memory.tables["Event"].rows.values() if made != amended.made else ():
            row.pop(name, None)

    def hide_fields(self, *names: str) -> None:
        """An administrator takes these fields of Event, and no others, from the integration user."""
        self.memory.amended = replace(self.memory.amended, hidden=frozenset(names))

    def upkeep(self, type: str, id: str, at: datetime) -> None:  # noqa: A002
        """The platform touches a row for reasons of its own: nobody has edited it (salesforce.md §3)."""
        row = self.memory.tables[type].rows[ids.full(id)]
        self.memory.put(type, row | {"SystemModstamp": self.memory.stamp(at)})
        self.memory.journal.clear()

    def fail_rows(self, code: str, count: int) -> None:
        """The next `count` rows that a client writes fail with this code."""
        self.memory.faults.append([code, count])

    def automate(self, fields: dict[str, Any] | None) -> None:
        """From now on the org's automation sets these fields on each Event that a client writes; None ends it."""
        act = Act(_FIRST, self.integration_user, api=False)
        self.memory.on_write = save.accept(self.memory, self.memory.schema.objects["Event"], fields or {}, "U", act)

    def _act(self, at: datetime, by: str | None) -> Act:
        self.memory.sweep(at)
        return Act(at, by or self.integration_user, api=False)

    def _person(
        self, kind: str, at: datetime, by: str | None, fields: dict[str, Any], record: str | None = None
    ) -> str:
        sobject = self.memory.schema.resource(kind)
        with _Whole(self.memory):
            act = self._act(at, by)
            if record is None:
                return save.insert(self.memory, sobject, fields, act)
            return save.update(self.memory, sobject, record, fields, act)

    def _shown(self, kind: str, row: dict[str, Any]) -> dict[str, Any]:
        shown = {name: value for name, value in row.items() if not name.startswith("_")}
        if kind == "Event" and self.switches.shared_activities:
            shown["EventWhoIds"] = relation.people_of(self.memory, row)
        return shown

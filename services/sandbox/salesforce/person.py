"""Names and person accounts: two rows that are one person are kept the same (salesforce.md §4.1).
Knows nothing of Events."""

from typing import Any

from services.sandbox.salesforce.memory import Act, Memory
from services.sandbox.salesforce.refused import bad
from services.sandbox.salesforce.table import Row

_HALVES = {  # account field: contact field
    "LastName": "LastName",
    "FirstName": "FirstName",
    "Salutation": "Salutation",
    "PersonEmail": "Email",
    "PersonMobilePhone": "MobilePhone",
    "PersonHomePhone": "HomePhone",
    "PersonTitle": "Title",
    "PersonDepartment": "Department",
    "PersonBirthdate": "Birthdate",
    "PersonIndividualId": "IndividualId",
    "Phone": "Phone",
    "OwnerId": "OwnerId",
}


def full_name(row: Row) -> str:
    """First and last name as one."""
    return " ".join(part for part in (row["FirstName"], row["LastName"]) if part)


def named(_memory: Memory, _old: Row | None, row: Row, _given: dict[str, Any], _act: Act) -> None:
    """The full name of a Contact, Lead or Individual."""
    row["Name"] = full_name(row)


def user(_memory: Memory, old: Row | None, row: Row, _given: dict[str, Any], _act: Act) -> None:
    """The full name and the defaults of a User."""
    row["Name"] = full_name(row)
    if old is None:
        row["UserType"] = row["UserType"] or "Standard"
        row["Alias"] = row["Alias"] or (row["LastName"] or "")[:8].lower()
        row["TimeZoneSidKey"] = row["TimeZoneSidKey"] or "America/New_York"
        row["ProfileId"] = row["ProfileId"] or "00e000000000001AAA"


def point(_memory: Memory, _old: Row | None, row: Row, _given: dict[str, Any], _act: Act) -> None:
    """The parts of a contact point's address."""
    row["Name"] = row["EmailAddress"]
    box, _, domain = (row["EmailAddress"] or "").partition("@")
    row["EmailMailBox"], row["EmailDomain"] = box or None, domain or None


def account(memory: Memory, old: Row | None, row: Row, given: dict[str, Any], act: Act) -> None:
    """Whether an Account is a person is decided on creation: by a last name."""
    if not memory.switches.person_accounts:
        return
    if old is None:
        row["IsPersonAccount"] = bool(row["LastName"])
        row["RecordTypeId"] = row["RecordTypeId"] or _record_type(memory, person=row["IsPersonAccount"])
    if row["IsPersonAccount"]:
        if "Name" in given and act.api:
            message = "Account: bad field names on insert/update call: Name"
            raise bad("INVALID_FIELD_FOR_INSERT_UPDATE", message, "Name")
        row["Name"] = full_name(row)
    elif given.get("PersonEmail"):
        message = "Account: bad field names on insert/update call: PersonEmail"
        raise bad("INVALID_FIELD_FOR_INSERT_UPDATE", message, "PersonEmail")


def _record_type(memory: Memory, *, person: bool) -> str | None:
    rows = memory.tables["RecordType"].rows.values()
    return next((row["Id"] for row in rows if row["IsPersonType"] is person), None)


def _pairs(row: Row) -> dict[str, str]:
    custom = {name: f"{name[:-4]}__c" for name in row if name.endswith("__pc")}
    return {**_HALVES, **custom}


def mirror_account(memory: Memory, _old: Row | None, row: Row, _given: dict[str, Any], act: Act) -> None:
    """The contact half of a person account follows its account half."""
    if not row.get("IsPersonAccount"):
        return
    half = memory.get("Contact", row["PersonContactId"] or "")
    if half is None:
        half = memory.fresh(memory.schema.objects["Contact"], act)
        half |= {"AccountId": row["Id"], "IsPersonAccount": True}
        row["PersonContactId"] = half["Id"]
        memory.put("Account", row)
        memory.note("Contact", half["Id"], "CREATE", act)
    half = memory.touch(half, act) | {theirs: row[ours] for ours, theirs in _pairs(row).items()}
    memory.put("Contact", half | {"Name": full_name(half)})


def mirror_contact(memory: Memory, _old: Row | None, row: Row, _given: dict[str, Any], act: Act) -> None:
    """The account half of a person account follows its contact half."""
    if not row.get("IsPersonAccount"):
        return
    half = memory.tables["Account"].rows[row["AccountId"]]
    half = memory.touch(half, act) | {ours: row[theirs] for ours, theirs in _pairs(half).items()}
    memory.put("Account", half | {"Name": full_name(half)})

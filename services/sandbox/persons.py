"""The people of both sides: who has a mailbox, who is a user, who is a client, and a client's addresses.
Adds and changes people as an administrator would."""

from datetime import datetime
from typing import Any

from services.sandbox.sides import Sides
from services.sandbox.values import Unclear

Json = dict[str, Any]
_POINT = "ContactPointEmail"
_USER = ("Id", "Name", "Email", "Username", "FederationIdentifier", "IsActive", "UserType", "TimeZoneSidKey")


def shown(sides: Sides) -> Json:
    """Mailboxes, users, and contacts with every address that they have."""
    points: dict[str, list[str]] = {}
    for row in sides.salesforce.rows("ContactPointEmail"):
        points.setdefault(row["ParentId"], []).append(row["EmailAddress"])
    return {
        "mailboxes": sides.microsoft.mailboxes(),
        "users": [{key: row[key] for key in _USER} for row in sides.salesforce.rows("User")],
        "contacts": [_contact(row, points) for row in sides.salesforce.rows("Contact")],
    }


def _contact(row: Json, points: dict[str, list[str]]) -> Json:
    emails = {key: value for key, value in row.items() if "Email" in key and isinstance(value, str) and "@" in value}
    parents = [row["AccountId"] if row.get("IsPersonAccount") else None, row.get("IndividualId")]
    more = [one for parent in parents if parent for one in points.get(parent, [])]
    individual = bool(row.get("IsPersonAccount"))
    return {"Id": row["Id"], "Name": row["Name"], "individual": individual, **emails, "ContactPointEmail": more}


def put(sides: Sides, ask: Json, at: datetime) -> Json:
    """Adds a contact (`name`; `individual`: a person account) or changes one (`id`). `set`: fields of Contact, or
    email, alternate_email, assistant_email, and contact_point_email for one more address."""
    given = ask.get("set", {})
    if not isinstance(given, dict):
        raise Unclear("`set` must be an object of names and values")
    fields = {_field(sides, key): value for key, value in given.items()}
    point = fields.pop(_POINT, None)
    contact = str(ask.get("id") or "") or _new(sides, ask, fields, at)
    if ask.get("id") and fields:
        sides.salesforce.update("Contact", contact, fields, at)
    if point:
        _point(sides, contact, str(point), at)
    found: Json | None = next((one for one in shown(sides)["contacts"] if one["Id"] == contact), None)
    if found is None:
        raise Unclear("there is no such contact")
    return found


def _field(sides: Sides, name: str) -> str:
    neutral = {
        "email": "Email", "alternate_email": f"{sides.salesforce.switches.namespace}Alternate_Email__c",
        "assistant_email": "Assistant_Email__c", "contact_point_email": _POINT, "contactpointemail": _POINT,
    }  # fmt: skip
    return neutral.get(name.lower(), name)


def _new(sides: Sides, ask: Json, fields: Json, at: datetime) -> str:
    if ask.get("individual") is not True:
        return sides.salesforce.insert("Contact", {**_named(ask), **fields}, at)
    person = {
        ("PersonEmail" if key == "Email" else key.removesuffix("c") + "pc"): value for key, value in fields.items()
    }
    account = sides.salesforce.insert("Account", {**_named(ask), **person}, at)
    return str(sides.salesforce.row("Account", account)["PersonContactId"])


def _named(ask: Json) -> Json:
    name = ask.get("name")
    if not isinstance(name, str) or not name.strip():
        raise Unclear("missing: id of a contact, or name of a new one")
    first, _, last = name.strip().rpartition(" ")
    return {"FirstName": first or None, "LastName": last}


def _point(sides: Sides, contact: str, address: str, at: datetime) -> None:
    row = sides.salesforce.row("Contact", contact)
    parent = row["AccountId"] if row.get("IsPersonAccount") else row.get("IndividualId")
    if not parent:
        names = {"FirstName": row["FirstName"], "LastName": row["LastName"]}
        parent = sides.salesforce.insert("Individual", names, at)
        sides.salesforce.update("Contact", contact, {"IndividualId": parent}, at)
    sides.salesforce.insert("ContactPointEmail", {"ParentId": parent, "EmailAddress": address}, at)

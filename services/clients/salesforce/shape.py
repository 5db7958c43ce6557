"""What an org is like, read from its describe answers: built from what is there, never assumed (salesforce.md §2.1,
§4.1, §5). Pure."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from contracts.person import Source
from contracts.policy import Mapped
from services.clients.salesforce.columns import DEFAULTS, KINDS, NAMESPACES, columns
from services.clients.salesforce.row import Shape

OBJECTS = ("Event", "Contact", "Account", "ContactPointEmail")
_ALTERNATE = "alternate email"
_PERSON_KINDS = frozenset({"Account", "Contact", "Individual"})
_OURS = {name: KINDS[field] for field, name in DEFAULTS.items()} | {
    "M365_Key__c": frozenset({"string"}), "Recurring_in_Microsoft_365__c": frozenset({"boolean"}),
    "Sync_Status__c": frozenset({"string", "textarea"}),
}  # fmt: skip
"""Columns that serve only when they are of these types."""

Describe = Mapping[str, Any]


def shape(
    org_id: str, user_id: str, described: Mapping[str, Describe], mapping: Mapping[str, Mapped] = MappingProxyType({})
) -> Shape:
    """The shape from the describe of each of `OBJECTS`, and by the policy's mapping; an object that the org lacks is
    absent."""
    there, contact = _fields(described.get("Event", {})), _fields(described.get("Contact", {}))
    event = {name: one for name, one in there.items() if name not in _OURS or one["type"] in _OURS[name]}
    account, point = described.get("Account", {}), _fields(described.get("ContactPointEmail", {}))
    parents = _parents(point)
    link = event.get("Teams_URL__c")
    namespace = _namespace((*there, *contact, *_fields(account)))
    return Shape(
        org_id, user_id, namespace=namespace, columns=columns(mapping, there, namespace),
        shared_activities="WhoCount" in event or _junction(described.get("Event", {})),
        person_accounts="IsPersonAccount" in _fields(account) and "IsPersonAccount" in contact,
        event_fields=tuple(event), event_writable=_writable(event), contact_emails=_emails(contact),
        contact_point_parents=parents, has_individuals="IndividualId" in contact,
        has_contact_points=bool(parents) and "EmailAddress" in point,
        has_key=bool(event.get("M365_Key__c", {}).get("externalId")),
        join_url_length=int(link.get("length") or 0) if link else 0,
    )  # fmt: skip


def _fields(described: Describe) -> dict[str, Describe]:
    return {field["name"]: field for field in described.get("fields") or ()}


def _junction(described: Describe) -> bool:
    children = described.get("childRelationships") or ()
    return any("EventWhoIds" in (child.get("junctionIdListNames") or ()) for child in children)


def _writable(event: Mapping[str, Describe]) -> tuple[str, ...]:
    return tuple(name for name, field in event.items() if field.get("createable") and field.get("updateable"))


def _emails(contact: Mapping[str, Describe]) -> tuple[tuple[str, int], ...]:
    """Every field of type email, by rank, then name (M1, M3)."""
    ranked = [(int(_rank(field)), name) for name, field in contact.items() if field.get("type") == "email"]
    return tuple((name, rank) for rank, name in sorted(ranked))


def _rank(field: Describe) -> Source:
    if field["name"] == "Email":
        return Source.EMAIL
    return Source.ALTERNATE if str(field.get("label") or "").strip().lower() == _ALTERNATE else Source.CUSTOM


def _parents(point: Mapping[str, Describe]) -> tuple[str, ...]:
    """The fields that name the person of an address: ParentId and what a package added (salesforce.md §4.1)."""
    return tuple(
        name
        for name, field in point.items()
        if field.get("type") == "reference" and not _PERSON_KINDS.isdisjoint(field.get("referenceTo") or ())
    )


def _namespace(names: tuple[str, ...]) -> str:
    """The prefix of the Practifi package's fields, "" without the package."""
    return next((one for one in NAMESPACES if any(name.startswith(f"{one}__") for name in names)), "")

"""What differs between one Practifi org and the next, as values, so that a test can say which org it means."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Switches:
    """The settings of an org, which never change after it is made; the defaults are those of an Enterprise Edition org
    with Practifi (salesforce.md §5)."""

    shared_activities: bool = True
    multiday: bool = True
    person_accounts: bool = True
    namespace: str = "practifi__"  # or "cloupra__", or "" for an org without the package of Practifi
    auto_relate_attendees: bool = False
    package: bool = True  # the custom fields of calsync are there
    key_unique: bool = False  # M365_Key__c is unique, not only an external id
    composite_propagates_client: bool = True  # composite calls carry their client into the change origin
    commit_delay_seconds: int = 0  # a row becomes visible this long after its stamp
    child_copies_custom: bool = False  # child events take the custom values of their parent
    daily_limit: int | None = None  # API calls in 24 hours; None is the edition's: 100,000 and 1,000 a licence


@dataclass(frozen=True, slots=True)
class Amended:
    """What an administrator changed on Event since: fields that were made on Activity, as lines of fields.py, and
    fields that the integration user may no longer see, which for the API is as if they were not there."""

    made: tuple[str, ...] = ()
    hidden: frozenset[str] = frozenset()

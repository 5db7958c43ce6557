"""The tenant's sliding hour (X4, A5, rulings 16, 30): how much was deleted and how many people were mailed within the
last hour, and what may still go. What would go beyond the policy's limit waits, with all of its kind after it, until an
administrator consents. Pure: it reads no clock and keeps nothing."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from contracts.calendar import Instant
from contracts.policy import Policy
from contracts.status import Problem

HOUR = timedelta(hours=1)


class Kind(StrEnum):
    """What is counted: events that we delete, on either side, and people whom Microsoft mails because of us."""

    DELETIONS = "deletions"
    MAILS = "mails"


class Counted(Struct, frozen=True):
    """When an order was counted, and for how many."""

    at: Instant
    many: int


class Hour(Struct, frozen=True, omit_defaults=True):
    """The row `hour/<kind>`. `counted` is by order. `braked` is the number of consents when the limit was reached, None
    while nothing is held, and `reason` says why. Until `free` nothing is counted: somebody has consented."""

    counted: dict[str, Counted] = {}
    braked: int | None = None
    reason: str = ""
    free: Instant | None = None


def row(kind: Kind) -> str:
    return f"hour/{kind}"


def shown(kind: Kind) -> str:
    """The row that shows the problem while it lasts."""
    return f"problem/hour/{kind}"


def consented(hour: Hour, consents: int, now: datetime) -> Hour:
    """A consent that is newer than the brake releases it, and lets everything of that kind go for an hour."""
    if hour.braked is None or consents <= hour.braked:
        return hour
    return Hour(free=now + HOUR)


def judged(
    hour: Hour, kind: Kind, asked: Mapping[str, int], policy: Policy, consents: int, now: datetime
) -> tuple[Hour, Collection[str]]:
    """The hour with these orders counted, and those of them that have to wait: all that were not counted before, or
    none. `asked` says for each order how many it deletes or mails."""
    hour = consented(hour, consents, now)
    if hour.free is not None and now < hour.free:
        return hour, ()
    hour = replace(hour, free=None, counted={one: kept for one, kept in hour.counted.items() if now - kept.at < HOUR})
    new = {order: many for order, many in asked.items() if many and order not in hour.counted}
    if not new or hour.braked is not None:
        return hour, new.keys()
    before, more = sum(kept.many for kept in hour.counted.values()), sum(new.values())
    if before + more > limit(kind, policy):
        return replace(hour, braked=consents, reason=_reason(kind, before, more, policy)), new.keys()
    return replace(hour, counted=hour.counted | {order: Counted(now, many) for order, many in new.items()}), ()


def limit(kind: Kind, policy: Policy) -> int:
    return policy.brake_hourly_deletions if kind is Kind.DELETIONS else policy.mail_cap_per_hour


def problem(kind: Kind, hour: Hour, tenant: str) -> Problem | None:
    """What a person has to know while something is held, None while nothing is."""
    if hour.braked is None:
        return None
    mend = f"If this is right, say `calsync resume {tenant}`; else put it right on the side where it began"
    return Problem(f"the hour's {kind}", hour.reason, mend)


def _reason(kind: Kind, before: int, more: int, policy: Policy) -> str:
    """What, how many, and which limit."""
    if kind is Kind.DELETIONS:
        what = f"{more} more {_plural('event', more)} would be deleted, after {before} within the hour"
        key, waits = "brake_hourly_deletions", "all deletions wait"
    else:
        what = f"{more} more {_plural('person', more)} would be mailed, after {before} within the hour"
        key, waits = "mail_cap_per_hour", "all that mails somebody waits"
    rule = f"`{key}` is {limit(kind, policy)}"
    return f"{what}, and {rule}: {waits} until an administrator consents with `calsync resume`"


def _plural(word: str, many: int) -> str:
    return word if many == 1 else {"event": "events", "person": "people"}[word]

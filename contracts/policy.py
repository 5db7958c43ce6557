"""A firm's settings: what an administrator decides. Every key has its default here and nowhere else."""

from collections.abc import Collection
from enum import StrEnum
from typing import Annotated

from msgspec import Meta, Struct
from msgspec.structs import replace

from contracts.calendar import FIELDS, Instant, Side


class Direction(StrEnum):
    MICROSOFT_TO_PRACTIFI = "microsoft_to_practifi"
    PRACTIFI_TO_MICROSOFT = "practifi_to_microsoft"
    TWO_WAY = "two_way"

    def writes(self, side: Side) -> bool:
        """Whether `side` is written at all (D1)."""
        return self is Direction.TWO_WAY or self.value.endswith(f"to_{side.value}")


class PrivateEvents(StrEnum):
    BUSY_ONLY = "busy_only"
    SKIP = "skip"
    FULL = "full"


class Invitations(StrEnum):
    ON_CREATE = "on_create"
    NEVER = "never"
    ALWAYS = "always"


class PractifiSeries(StrEnum):
    SKIP = "skip"
    SINGLE_EVENTS = "single_events"


class TopicDetail(StrEnum):
    IDS = "ids"
    SUMMARY = "summary"
    FULL = "full"


class Mapped(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A row of `[policy.mapping]`, for one field of CalendarEvent (F2): the Practifi `field` that holds it, by its API
    name ("": the default one), and whether it travels to each side (None: as by default)."""

    field: str = ""
    to_practifi: bool | None = None
    to_microsoft: bool | None = None


class Narrower(Struct, frozen=True, forbid_unknown_fields=True):
    """One `[[policy.narrower]]`: a stricter rule for some mailboxes, by their addresses (D11). The first that names a
    mailbox holds."""

    mailboxes: tuple[str, ...]
    direction: Direction | None = None
    private_events: PrivateEvents | None = None


_STRICTER = (PrivateEvents.FULL, PrivateEvents.BUSY_ONLY, PrivateEvents.SKIP)


class Policy(Struct, frozen=True, forbid_unknown_fields=True):
    """The `[policy]` table of a tenant's file. Lengths are in the unit that the name says.

    `mailboxes` lists addresses, or is empty for all paired users (E8). `settle_seconds` is how long a new Practifi
    Event and its relations must have been quiet before it is sent (ruling 10). Brakes: ruling 30. `winners` names the
    side that keeps its value when both changed a field (C2; Microsoft where nothing is said). Microsoft events with
    one of `excluded_categories`, or whose guests are all at one of `excluded_domains`, are left out.
    """

    enabled: bool = False
    direction: Direction = Direction.MICROSOFT_TO_PRACTIFI
    interval_minutes: Annotated[int, Meta(ge=1, le=1440)] = 15
    past_inbound_days: Annotated[int, Meta(ge=0, le=365)] = 30
    future_inbound_months: Annotated[int, Meta(ge=1, le=48)] = 24
    future_outbound_months: Annotated[int, Meta(ge=1, le=48)] = 24
    mailboxes: tuple[str, ...] = ()
    shards: Annotated[int, Meta(ge=1, le=64)] = 1
    private_events: PrivateEvents = PrivateEvents.BUSY_ONLY
    invitations: Invitations = Invitations.ON_CREATE
    practifi_series: PractifiSeries = PractifiSeries.SKIP
    settle_seconds: Annotated[int, Meta(ge=0, le=600)] = 60
    topic_detail: TopicDetail = TopicDetail.IDS
    brake_share: Annotated[float, Meta(gt=0, le=1)] = 0.3
    brake_minimum: Annotated[int, Meta(ge=1, le=1_000_000)] = 20
    brake_hourly_deletions: Annotated[int, Meta(ge=1, le=1_000_000)] = 500
    mail_cap_per_hour: Annotated[int, Meta(ge=0, le=1_000_000)] = 200
    park_after_writes_per_hour: Annotated[int, Meta(ge=1, le=1_000_000)] = 10
    winners: dict[str, Side] = {}
    mapping: dict[str, Mapped] = {}
    narrower: tuple[Narrower, ...] = ()
    excluded_categories: tuple[str, ...] = ()
    excluded_domains: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """ValueError for a name that is no field, and for what would be wider and not narrower."""
        for name in (*self.winners, *self.mapping):
            if name not in FIELDS:
                raise ValueError(f"`{name[:40]}` is no field; the fields are {', '.join(FIELDS)}")
        for one in self.narrower:
            if one.direction is not None and self.direction not in {one.direction, Direction.TWO_WAY}:
                raise ValueError("a narrower direction must lie within the firm's own")

    def of(self, addresses: Collection[str]) -> "Policy":
        """The policy of the mailbox that has these addresses: never wider than the firm's (D11)."""
        if not self.narrower:
            return self
        known = {address.lower() for address in addresses}
        rule = next((one for one in self.narrower if known & {name.lower() for name in one.mailboxes}), None)
        if rule is None:
            return self
        private = max(self.private_events, rule.private_events or self.private_events, key=_STRICTER.index)
        return replace(self, direction=rule.direction or self.direction, private_events=private, narrower=())


class PolicyNow(Struct, frozen=True, omit_defaults=True):
    """The current policy of a tenant: a retained level, said by the registry, kept by everyone. A higher `version`
    replaces a lower one. `active` is false while the tenant is paused, disabled or its file is gone. `consents` grows
    with every *resume* of a person: a brake that stands when it grows is released (X4). `outbound` is since when
    Microsoft is written, None while it is not (D7)."""

    version: int
    active: bool
    policy: Policy
    consents: int = 0
    outbound: Instant | None = None

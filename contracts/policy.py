"""A firm's settings: what an administrator decides. Every key has its default here and nowhere else."""

from enum import StrEnum
from typing import Annotated

from msgspec import Meta, Struct

from contracts.calendar import Side


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


class Policy(Struct, frozen=True, forbid_unknown_fields=True):
    """The `[policy]` table of a tenant's file. Lengths are in the unit that the name says.

    `mailboxes` lists addresses, or is empty for all paired users (E8). `settle_seconds` is how long a new Practifi
    Event and its relations must have been quiet before it is sent (ruling 10). Brakes: ruling 30.
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
    brake_minimum: Annotated[int, Meta(ge=1)] = 20
    park_after_writes_per_hour: Annotated[int, Meta(ge=1)] = 10


class PolicyNow(Struct, frozen=True, omit_defaults=True):
    """The current policy of a tenant: a retained level, said by the registry, kept by everyone. A higher `version`
    replaces a lower one. `active` is false while the tenant is paused, disabled or its file is gone. `consents` counts
    how often a person said *resume*: a brake that stands when it grows is released (X4)."""

    version: int
    active: bool
    policy: Policy
    consents: int = 0

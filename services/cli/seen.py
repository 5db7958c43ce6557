"""What the command line has seen on the broker, as one value that grows with every message. Pure: the same messages
give the same picture, whoever listens."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from types import MappingProxyType

from contracts.facts import Published, RunFinished, RunStarted
from contracts.message import Message
from contracts.policy import PolicyNow
from contracts.status import Status

Instance = tuple[str, str, str]
"""Tenant, service, instance."""

STALE = timedelta(seconds=15)
"""A replica says how it does every five seconds; one that was silent for so long has died."""


@dataclass(frozen=True, slots=True)
class Seen:
    """The last word of every replica, the policies, and the last run that each tenant finished and began."""

    statuses: Mapping[Instance, Status] = field(default_factory=lambda: MappingProxyType({}))
    policies: Mapping[str, PolicyNow] = field(default_factory=lambda: MappingProxyType({}))
    finished: Mapping[str, RunFinished] = field(default_factory=lambda: MappingProxyType({}))
    started: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def live(self, now: datetime) -> dict[Instance, Status]:
        """The statuses of replicas that are at work."""
        return {key: s for key, s in self.statuses.items() if s.alive and now - s.at < STALE}

    def since(self, start: datetime) -> dict[Instance, Status]:
        """The statuses of replicas that spoke since `start`, dead ones too: their counts are work done."""
        return {key: status for key, status in self.statuses.items() if status.at >= start}


def fold(seen: Seen, message: Message) -> Seen:
    """The picture with one more message; what is none of its business changes nothing."""
    tenant = message.tenant
    match message.body:
        case Status() as status:
            key = (tenant, status.service, status.instance)
            return replace(seen, statuses={**seen.statuses, key: _merged(seen.statuses.get(key), status)})
        case PolicyNow() as policy:
            return replace(seen, policies={**seen.policies, tenant: policy})
        case Published(fact=RunStarted(run=run)):
            return replace(seen, started={**seen.started, tenant: run})
        case Published(fact=RunFinished() as finished):
            return replace(seen, finished={**seen.finished, tenant: finished})
        case _:
            return seen


def _merged(before: Status | None, status: Status) -> Status:
    """A last will was written before the work began: it only says that the replica is gone."""
    if status.alive or before is None or before.at <= status.at:
        return status
    return Status(
        before.service, before.instance, before.at, before.outstanding, before.dead, before.problems, before.counts,
        before.cpu_seconds, before.peak_rss_mib, alive=False,
    )  # fmt: skip

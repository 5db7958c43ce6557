"""When is everything done? Pure: it judges a picture of the broker, and never waits itself."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from contracts.status import Status
from services.cli.seen import Seen

SERVICES = ("graph-poller", "salesforce-watcher", "reconciler", "writer", "feed", "registry")
"""All of them, in the order in which they start."""

Look = tuple[tuple[str, str, str, int, tuple[tuple[str, int], ...]], ...]
"""What every living replica had to do and had done; two equal looks mean that nothing moved between them."""


@dataclass(frozen=True, slots=True)
class Rest:
    """`done`: each tenant has finished a run and nothing is left to do. `look` is what that was judged by; `waiting`
    names the tenants that are not done yet, `hurt` those of them that have a problem."""

    done: bool
    look: Look
    waiting: tuple[str, ...]
    hurt: tuple[str, ...]


def rest(seen: Seen, tenants: Collection[str], start: datetime, now: datetime) -> Rest:
    """Judge the picture: `tenants` are all that have a file, `start` is when this start began."""
    fresh = {key: status for key, status in seen.live(now).items() if status.at >= start and key[0] in tenants}
    by_tenant = {slug: [status for (of, _, _), status in fresh.items() if of == slug] for slug in sorted(tenants)}
    waiting = tuple(slug for slug, statuses in by_tenant.items() if not _done(seen, slug, statuses))
    hurt = tuple(slug for slug in waiting if _hurt(by_tenant[slug]))
    moved = tuple((*key, status.outstanding, _work(status)) for key, status in sorted(fresh.items()))
    return Rest(not waiting, moved, waiting, hurt)


def _work(status: Status) -> tuple[tuple[str, int], ...]:
    """What was done. Requests alone are no work: a lane that waits for a person asks again now and then."""
    return tuple(sorted((key, count) for key, count in status.counts.items() if not key.startswith("requests.")))


def _hurt(statuses: Collection[Status]) -> bool:
    return any(not problem.heals for status in statuses for problem in status.problems)


def _done(seen: Seen, tenant: str, statuses: Collection[Status]) -> bool:
    """A tenant that is off is done when the registry has read its file; an active one after a whole run."""
    registry = [status.counts for status in statuses if status.service == "registry"]
    if any(status.outstanding for status in statuses) or not any(counts.get("files") for counts in registry):
        return False
    policy = seen.policies.get(tenant)
    if policy is None or not policy.active:
        return True
    complete = {status.service for status in statuses} >= set(SERVICES)
    return complete and any(counts.get("runs.finished") for counts in registry)

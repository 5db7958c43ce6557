"""What was done since a start, as figures for a machine. Pure. Holds ids and counts, never a subject or an address."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from contracts.status import Problem, Status
from services.cli.seen import Seen

SIDES = ("microsoft", "practifi")
KINDS = ("read", "write")


def summary(
    seen: Seen, tenants: Collection[str], start: datetime, end: datetime, mistakes: Collection[Problem] = ()
) -> dict[str, Any]:
    """The work of all replicas that spoke since `start`, dead ones too; `mistakes` are those of the tenants' files."""
    spoken = {key: status for key, status in seen.since(start).items() if key[0] in tenants}
    counts = totals(spoken.values())
    return {
        "seconds": round((end - start).total_seconds(), 2),
        "observed": counts.get("observed", 0),
        "written": {side: counts.get(f"written.{side}", 0) for side in SIDES},
        "conflicts": counts.get("conflicts", 0),
        "dead": sum(status.dead for status in spoken.values() if status.alive),
        "requests": {side: {kind: counts.get(f"requests.{side}.{kind}", 0) for kind in KINDS} for side in SIDES},
        "cpu_seconds": _used(spoken, "cpu_seconds"),
        "peak_rss_mib": _used(spoken, "peak_rss_mib"),
        "tenants": {slug: _run(seen, slug, start) for slug in sorted(tenants)},
        "problems": problems(seen, start, mistakes),
    }


def totals(statuses: Collection[Status]) -> dict[str, int]:
    """All counts of all replicas, added up."""
    total: dict[str, int] = {}
    for status in statuses:
        for key, count in status.counts.items():
            total[key] = total.get(key, 0) + count
    return total


def problems(seen: Seen, start: datetime, mistakes: Collection[Problem] = ()) -> list[dict[str, Any]]:
    """What a person has to mend, each once, whoever met it; mistakes in the tenants' files first."""
    living = [(key[0], status) for key, status in sorted(seen.since(start).items()) if status.alive]
    found = [shown(mistake.where.partition(".toml")[0], mistake) for mistake in mistakes]
    found += [shown(tenant, problem) for tenant, status in living for problem in status.problems]
    return [problem for index, problem in enumerate(found) if problem not in found[:index]]


def _used(spoken: Mapping[tuple[str, str, str], Status], what: str) -> dict[str, float]:
    """By service. A process says the same figure for each of its tenants: the highest is its own."""
    own: dict[tuple[str, str], float] = {}
    for (_, service, instance), status in spoken.items():
        own[service, instance] = max(own.get((service, instance), 0.0), getattr(status, what))
    used: dict[str, float] = {}
    for (service, _), figure in sorted(own.items()):
        used[service] = round(used.get(service, 0.0) + figure, 2)
    return used


def _run(seen: Seen, tenant: str, start: datetime) -> dict[str, Any]:
    policy = seen.policies.get(tenant)
    run = seen.finished.get(tenant)
    if run is None or run.started_at < start:
        return {"active": bool(policy and policy.active), "run": "", "items": 0, "failed": []}
    return {"active": bool(policy and policy.active), "run": run.run, "items": run.items, "failed": list(run.failed)}


def shown(tenant: str, problem: Problem) -> dict[str, Any]:
    """A problem as plain values."""
    told = {"tenant": tenant, "where": problem.where, "what": problem.what, "mend": problem.mend}
    return {**told, "heals": problem.heals}


def lines(problems: Collection[Mapping[str, Any]]) -> list[str]:
    """The problems for a person, one line each: where, what, and how to mend it. What many places share is one line."""
    places: dict[tuple[str, str, str], list[str]] = {}
    for problem in problems:
        mend = problem["mend"] or ("It heals by itself" if problem["heals"] else "")
        places.setdefault((problem["tenant"], problem["what"], mend), []).append(problem["where"])
    return [_line(tenant, where, what, mend) for (tenant, what, mend), where in places.items()]


def _line(tenant: str, where: list[str], what: str, mend: str) -> str:
    place = where[0] if len(where) == 1 else f"{len(where)} places ({where[0]}, …)"
    whole = place if place.startswith(tenant) else f"{tenant} {place}"
    return f"{whole}: {what.rstrip('.')}." + (f" {mend.rstrip('.')}." if mend else "")

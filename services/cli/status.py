"""`calsync status`: how everything does, from what every replica says about itself."""

import asyncio
from datetime import datetime
from typing import Any

from rich.console import Console
from rich.table import Table

from services.cli.clean import clean
from services.cli.idle import SERVICES
from services.cli.listen import Broker, connected
from services.cli.place import Place
from services.cli.progress import unread
from services.cli.seen import Seen
from services.cli.summary import lines, problems, totals
from services.kernel.clock import Clock


async def look(at: Broker, clock: Clock) -> Seen:
    """What the broker knows now. Raises Fatal when none answers."""
    async with connected(at, clock) as listener:
        hearing = asyncio.create_task(listener.listen())
        await listener.settle(clock)
        hearing.cancel()
        return listener.seen


def report(seen: Seen, runs: dict[str, Any], now: datetime) -> dict[str, Any]:
    """The picture as plain values: tenants with their policy, last run and services, and all problems."""
    live = seen.live(now)
    tenants = sorted({*seen.policies, *(tenant for tenant, _, _ in live)})
    return {
        "tenants": {slug: _tenant(seen, slug, runs.get(slug), now) for slug in tenants},
        "problems": problems(Seen(statuses=live), datetime.min.replace(tzinfo=now.tzinfo)),
    }


def _tenant(seen: Seen, slug: str, run: Any, now: datetime) -> dict[str, Any]:
    mine = {key: status for key, status in seen.live(now).items() if key[0] == slug}
    policy = seen.policies.get(slug)
    return {
        "active": bool(policy and policy.active),
        "enabled": bool(policy and policy.policy.enabled),
        "direction": policy.policy.direction.value if policy else "",
        "interval_minutes": policy.policy.interval_minutes if policy else None,
        "outstanding": sum(status.outstanding for status in mine.values()),
        "dead": sum(status.dead for status in mine.values()),
        "missing": [name for name in SERVICES if name not in {service for _, service, _ in mine}],
        "last_run": run,
        "counts": totals(mine.values()),
        "services": [
            {"service": service, "instance": instance, "outstanding": status.outstanding, "dead": status.dead,
             "cpu_seconds": status.cpu_seconds, "peak_rss_mib": status.peak_rss_mib}
            for (_, service, instance), status in sorted(mine.items())
        ],
    }  # fmt: skip


def show(told: dict[str, Any], console: Console) -> None:
    """The report for a person."""
    if not told["tenants"]:
        console.print("No tenant is known yet.")
    for slug, tenant in told["tenants"].items():
        console.print(clean(_headline(slug, tenant)), highlight=False, markup=False, soft_wrap=True)
        console.print(_table(tenant["services"]), markup=False)
        if tenant["missing"]:
            console.print(f"  not at work: {', '.join(tenant['missing'])}", style="red", highlight=False)
    for line in lines(told["problems"]):
        console.print(clean(line), style="red", highlight=False, markup=False, soft_wrap=True)


def last_runs(place: Place) -> dict[str, Any]:
    """The last run of each tenant, as `calsync up` keeps it."""
    return place.read("runs.json")


def _headline(slug: str, tenant: dict[str, Any]) -> str:
    state = "active" if tenant["active"] else "paused" if tenant["enabled"] else "not enabled"
    run = tenant["last_run"]
    last = f"last run {run['run']}, {run['items']} items{unread(run['failed'])}" if run else "no run finished yet"
    return (
        f"{slug}: {state}, {tenant['direction']}, every {tenant['interval_minutes']} min; {last}; "
        f"{tenant['outstanding']} things to do, {tenant['dead']} set aside"
    )


def _table(services: list[dict[str, Any]]) -> Table:
    table = Table("service", "instance", "to do", "set aside", "cpu s", "peak MiB", box=None, padding=(0, 2))
    for row in services:
        figures = (row["outstanding"], row["dead"], f"{row['cpu_seconds']:.1f}", f"{row['peak_rss_mib']:.0f}")
        table.add_row(*map(clean, (row["service"], row["instance"], *map(str, figures))))
    return table

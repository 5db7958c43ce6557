"""How much Exchange lets one application do to one mailbox (graph.md §4.2).
Counts by the requests' own times; how many are open at once only the shell can see, and says in a header."""

from datetime import datetime

from services.sandbox.microsoft.refused import Refused
from services.sandbox.microsoft.state import Mailbox, Tenant
from services.sandbox.wire import Request

OPEN = {"mailbox": "x-sandbox-concurrent", "app": "x-sandbox-concurrent-app"}
_SLICE = 10
_SLICES = 60


def check(tenant: Tenant, box: Mailbox, request: Request) -> None:
    """Counts a request; Refused 429 with `Retry-After` past a limit. Refused ones count too."""
    count = _count(box, request.at)
    if count > tenant.switches.request_limit:
        wait = (next(iter(box.hits)) + _SLICES) * _SLICE - int(request.at.timestamp())
        raise _throttled("RequestCount", max(1, wait))
    if int(request.headers.get(OPEN[tenant.switches.concurrency], "0")) > tenant.switches.concurrent_limit:
        raise _throttled("MailboxConcurrency", 1 + tenant.serial % 10)


def _throttled(limit: str, wait: int) -> Refused:
    message = f"Application is over its {limit} limit."
    return Refused(429, "ApplicationThrottled", message, headers={"Retry-After": str(wait)})


def _count(box: Mailbox, at: datetime) -> int:
    now = int(at.timestamp()) // _SLICE
    while box.hits and next(iter(box.hits)) <= now - _SLICES:
        box.hits.popitem(last=False)
    box.hits[now] = box.hits.get(now, 0) + 1
    return sum(box.hits.values())

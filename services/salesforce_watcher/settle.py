"""Which Events may be said now. A creation of Practifi's own waits until nobody has touched it for a while, because its
invitees arrive after it and could not be added later (ruling 10). Its waiting is counted in Salesforce's time alone."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from services.clients.salesforce.row import Row
from services.kernel.decision import Do, Wake
from services.salesforce_watcher.draft import Draft
from services.salesforce_watcher.rows import ORG, LookRows, Settled, Settling

PREFIX = "settling/"
WORK = 5
"""An Event counts as still being made for so many settling times after its creation, if somebody is at it."""


def quiet(draft: Draft, rows: Iterable[Row], now: datetime) -> list[Row]:
    """Rows that may be said at Salesforce's time `now`; the others are kept back, and looked at again."""
    said, until, kept_back = list[Row](), list[datetime](), settling(draft)
    for row in rows:
        quiet_at = _quiet_at(draft, row)
        if quiet_at is None or quiet_at <= now:
            said.append(row)
            if row.id in kept_back:
                draft.rows[f"{PREFIX}{row.id}"] = None
        else:
            draft.rows[f"{PREFIX}{row.id}"] = Settling(quiet_at)
            until.append(draft.now + (quiet_at - now))
    if until:
        draft.effects.append(Wake(max(until), Settled(), key="replace:settled"))
    return said


def settling(draft: Draft) -> dict[str, Settling]:
    """What is kept back, by the Event's id."""
    return {key.removeprefix(PREFIX): row for key, row in draft.under(PREFIX, Settling).items()}


def look_again(draft: Draft, ids: Iterable[str]) -> None:
    """Read Events again that should be quiet by now."""
    if wanted := tuple(sorted(ids)):
        draft.effects.append(Do(ORG, LookRows(wanted, draft.privacy(), draft.policy.mapping), key="replace:settling"))


def _quiet_at(draft: Draft, row: Row) -> datetime | None:
    """When a creation that outbound would send will have been quiet for long enough; None for anything else."""
    since, settle = draft.reader().outbound_since, timedelta(seconds=draft.policy.settle_seconds)
    if since is None or row.created_at is None or row.edited_at is None or row.deleted or row.stamp:
        return None
    touched_at = max(row.edited_at, row.joined_at or row.edited_at)
    if row.created_at <= since or touched_at - row.created_at >= settle * WORK:
        return None
    return touched_at + settle

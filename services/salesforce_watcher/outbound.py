"""Since when Microsoft is written: what a person has touched since then goes out, and nothing older (D7). The registry
says it in our time, and may say a later one after it has lost its memory: the first that was heard stands while
Microsoft is written. Events are compared with Salesforce's own time alone (ruling 11)."""

from datetime import datetime, timedelta

from msgspec.structs import replace

from contracts.calendar import Side
from services.salesforce_watcher.draft import Draft


def heard(draft: Draft) -> None:
    """The policy was said. Off, it begins anew."""
    reader = draft.reader()
    if not draft.policy.direction.writes(Side.MICROSOFT):
        draft.rows["reader"] = replace(reader, outbound=None, outbound_since=None)
    elif reader.outbound is None:
        draft.rows["reader"] = replace(reader, outbound=draft.known.outbound)


def timed(draft: Draft, now: datetime) -> None:
    """Salesforce has told that it is `now` there."""
    reader = draft.reader()
    if reader.outbound_since is None and draft.policy.direction.writes(Side.MICROSOFT):
        since = reader.outbound or draft.known.outbound
        back = max(draft.now - since, timedelta()) if since is not None else timedelta()
        draft.rows["reader"] = replace(reader, outbound_since=now - back)

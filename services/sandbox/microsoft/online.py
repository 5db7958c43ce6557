"""Teams meetings: given where the calendar allows them, silently not given elsewhere, never taken back.
Must never promise a link that was not made (graph.md §3.7)."""

from urllib.parse import quote

from services.sandbox.microsoft import bodies, ids
from services.sandbox.microsoft.state import Json, Tenant, User

TEAMS = "teamsForBusiness"
_OFF: Json = {"isOnlineMeeting": False, "onlineMeetingProvider": "unknown", "onlineMeeting": None}


def settle(tenant: Tenant, user: User, has: Json, asked: Json, key: int) -> Json:
    """The asked properties with what Exchange makes of the online meeting among them."""
    wants = asked.get("isOnlineMeeting") is True and asked.get("onlineMeetingProvider") in {None, "unknown", TEAMS}
    rest = {name: value for name, value in asked.items() if name not in _OFF}
    if has["isOnlineMeeting"]:
        return _guard(has, rest)
    if not (wants and user.teams):
        return rest
    url = join_url(tenant, user, key)
    body = bodies.with_meeting(rest["body"] if "body" in rest else has["body"], url)
    made = {"isOnlineMeeting": True, "onlineMeetingProvider": TEAMS, "onlineMeeting": {"joinUrl": url}}
    return {**rest, "body": body, **made}


def _guard(has: Json, asked: Json) -> Json:
    """A body without the meeting's block disables the meeting."""
    url = (has["onlineMeeting"] or {}).get("joinUrl", "")
    lost = "body" in asked and not bodies.has_meeting(asked["body"], url)
    return {**asked, **_OFF} if lost else asked


def join_url(tenant: Tenant, user: User, key: int) -> str:
    """The link by which everybody joins."""
    thread = ids.digest(24, tenant.seed, user.oid, "meeting", key).hex()
    context = quote(f'{{"Tid":"{tenant.tenant_id}","Oid":"{user.oid}"}}', safe="")
    return f"https://teams.microsoft.com/l/meetup-join/19%3ameeting_{thread}%40thread.v2/0?context={context}"

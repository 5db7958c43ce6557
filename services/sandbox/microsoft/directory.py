"""The people of the tenant: users, their changes, mailbox settings and the zones Exchange knows (graph.md §6)."""

import base64
import json
import re
from datetime import datetime, timedelta
from typing import Any

from tzlocal.windows_tz import tz_win, win_tz

from services.sandbox.microsoft import ids
from services.sandbox.microsoft.call import Call
from services.sandbox.microsoft.refused import Refused, bad_request
from services.sandbox.microsoft.state import Json, User
from services.sandbox.wire import Response

_DEFAULT = (
    *("businessPhones", "displayName", "givenName", "jobTitle", "mail", "mobilePhone", "officeLocation"),
    *("preferredLanguage", "surname", "userPrincipalName", "id"),
)
_PLAN = "efb87545-963c-4e0d-99df-69c6916d9eb0"
_LIFE = timedelta(days=7)
_PAGE = 100
_LARGEST = 999
_EQUALS = re.compile(r"(\w+)\s+eq\s+(?:'((?:[^']|'')*)'|(true|false))\Z", re.IGNORECASE)


def _whole(call: Call, user: User) -> Json:
    given, _, family = user.name.partition(" ")
    licensed = user.kind in {"mailbox", "out_of_scope", "disabled"}
    plan = {
        "assignedDateTime": "2024-01-15T08:00:00Z",
        "capabilityStatus": "Enabled",
        "service": "exchange",
        "servicePlanId": _PLAN,
    }
    first = [f"SMTP:{user.mail}"] if user.mail else []
    return {
        "businessPhones": [],
        "displayName": user.name,
        "givenName": given,
        "jobTitle": None,
        "mail": user.mail or None,
        "mobilePhone": None,
        "officeLocation": None,
        "preferredLanguage": None,
        "surname": family or None,
        "userPrincipalName": user.upn,
        "id": user.oid,
        "accountEnabled": user.kind != "disabled",
        "userType": "Member",
        "proxyAddresses": first + [f"smtp:{one}" for one in user.aliases],
        "assignedPlans": [plan] if licensed else [],
        "assignedLicenses": [{"disabledPlans": [], "skuId": ids.guid(call.tenant.seed, "sku")}] if licensed else [],
        "mailNickname": user.upn.partition("@")[0],
        "onPremisesSyncEnabled": True if user.kind == "on_premises" else None,
        "companyName": None,
        "department": None,
        "otherMails": [],
        "usageLocation": "DE",
    }


def _names(call: Call, *, collection: bool) -> list[str]:
    names = [name.strip() for name in call.query.get("$select", "").split(",") if name.strip()]
    if collection and "mailboxSettings" in names:
        raise Refused(501, "NotImplemented", "This operation target is not yet supported.")
    known = {*_DEFAULT, "accountEnabled", "userType", "proxyAddresses", "assignedPlans", "assignedLicenses"}
    known |= {"mailNickname", "onPremisesSyncEnabled", "companyName", "department", "otherMails", "usageLocation"}
    for name in names:
        if name not in known | {"mailboxSettings"}:
            raise bad_request(f"Could not find a property named '{name}' on type 'microsoft.graph.user'.")
    return names or list(_DEFAULT)


def _shown(call: Call, user: User, names: list[str]) -> Json:
    value = _whole(call, user)
    return {name: value[name] for name in names if name in value}


def users(call: Call) -> Response:
    """`/users`, in order of arrival; `$skip` does not exist here."""
    if "$skip" in call.query:
        raise bad_request("'$skip' is not supported by the service.")
    names = _names(call, collection=True)
    people = [user for user in call.tenant.users.values() if _fits(call, user)]
    top = call.whole("$top", _PAGE, 1)
    if top > _LARGEST:
        raise bad_request(f"Invalid page size specified: '{top}'. Must be between 1 and {_LARGEST} inclusive.")
    start = _place(call.query.get("$skiptoken"))
    value: Json = {"@odata.context": call.context("users")}
    if call.query.get("$count", "").lower() == "true" and call.request.headers.get("consistencylevel"):
        value["@odata.count"] = len(people)
    if start + top < len(people):
        value["@odata.nextLink"] = call.link({**call.request.query, "$skiptoken": f"m~{start + top}"})
    value["value"] = [_shown(call, user, names) for user in people[start : start + top]]
    return call.json(200, value)


def _place(token: str | None) -> int:
    if not token:
        return 0
    if not re.fullmatch(r"m~\d+", token):
        raise bad_request("Skip token is invalid.")
    return int(token[2:])


def _fits(call: Call, user: User) -> bool:
    text = call.query.get("$filter")
    if not text:
        return True
    found = _EQUALS.match(text.strip())
    known = {"accountEnabled", "mail", "userPrincipalName", "id", "displayName", "userType"}
    if not found or found.group(1) not in known:
        raise Refused(400, "Request_UnsupportedQuery", "Unsupported or invalid query filter clause specified.")
    held = _whole(call, user)[found.group(1)]
    if found.group(3):
        return bool(held) is (found.group(3).lower() == "true")
    return str(held or "").lower() == (found.group(2) or "").replace("''", "'").lower()


def user(call: Call, name: str) -> Response:
    """One user by object id or user principal name."""
    found = call.tenant.user(name)
    names = _names(call, collection=False)
    value = _shown(call, found, names)
    return call.json(200, {"@odata.context": call.context("users/$entity"), **value})


def changes(call: Call) -> Response:
    """`/users/delta`: everybody, then who changed or went; tokens live seven days (graph.md §6)."""
    for name in ("$top", "$expand", "$orderby"):
        if name in call.query:
            raise bad_request(f"The query option '{name}' is not supported with change tracking.")
    given = call.query.get("$deltatoken")
    only_new = given == "latest"
    since, names = _read(call, given) if given and not only_new else (0, _names(call, collection=True))
    tenant = call.tenant
    rows: list[Json] = []
    if not only_new:
        rows = [_shown(call, one, names) for one in tenant.users.values() if one.change > since]
        gone = [oid for oid, change in tenant.removed.items() if change > since and since]
        rows += [{"id": oid, "@removed": {"reason": "changed"}} for oid in gone]
    state = json.dumps([tenant.change, call.request.at.isoformat(), names]).encode()
    link = call.link({"$deltatoken": base64.urlsafe_b64encode(state).decode().rstrip("=")})
    return call.json(200, {"@odata.context": call.context("users"), "@odata.deltaLink": link, "value": rows})


def _read(call: Call, token: str) -> tuple[int, list[str]]:
    try:
        raw = json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
        since, issued, names = int(raw[0]), datetime.fromisoformat(raw[1]), [str(one) for one in raw[2]]
    except (ValueError, TypeError, IndexError, KeyError) as error:
        raise bad_request("The delta token is invalid.") from error
    if call.request.at - issued > _LIFE:
        raise Refused(410, "SyncStateNotFound", "The sync state is too old; start again without a token.")
    return since, names


def settings(call: Call) -> Response:
    """`mailboxSettings` of one user."""
    context = call.context(f"users('{call.name}')/mailboxSettings")
    return call.json(200, {"@odata.context": context, **_settings(call)})


def setting(call: Call, name: str) -> Response:
    """One of the settings alone."""
    value = _settings(call).get(name)
    if value is None:
        raise bad_request(f"Resource not found for the segment '{name}'.")
    context = call.context(f"users('{call.name}')/mailboxSettings/{name}")
    return call.json(200, {"@odata.context": context, "value": value})


def _settings(call: Call) -> Json:
    zone = call.tenant.users[call.mailbox.oid].zone
    days = ["monday", "tuesday", "wednesday", "thursday", "friday"]
    times = {"startTime": "08:00:00.0000000", "endTime": "17:00:00.0000000", "timeZone": {"name": zone}}
    return {
        "archiveFolder": None,
        "timeZone": zone,
        "delegateMeetingMessageDeliveryOptions": "sendToDelegateOnly",
        "dateFormat": "dd.MM.yyyy",
        "timeFormat": "HH:mm",
        "userPurpose": "user",
        "language": {"locale": "en-US", "displayName": "English (United States)"},
        "workingHours": {"daysOfWeek": days, **times},
    }


def supported(call: Call, form: str) -> Response:
    """`outlook/supportedTimeZones`, in Windows or IANA names."""
    iana = "iana" in form.lower()
    names: Any = sorted(name for name in tz_win if name) if iana else list(win_tz)
    rows = [{"alias": name, "displayName": f"(UTC) {name}"} for name in names]
    context = call.context("Collection(microsoft.graph.timeZoneInformation)")
    return call.json(200, {"@odata.context": context, "value": rows})

"""The answers of a bad day, each in the words of the side that gives it (graph.md §4, salesforce.md §2.9).
Pure: a request in, a response out; a status of 0 asks the shell to cut the connection."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from email.utils import format_datetime
from types import MappingProxyType
from typing import Any, Final

from services.sandbox import inner
from services.sandbox.log import Side, kind
from services.sandbox.wire import Request, Response, answer

DELAY: Final = "x-sandbox-delay"
SLOW: Final = "2"
CUT: Final = Response(0)
LATE: Final = timedelta(seconds=10)
"""For so long a new event may not be found."""
_WAIT = 2
_OK = 200


def graph(request: Request, status: int, code: str, message: str, headers: Mapping[str, str] | None = None) -> Response:
    """An error in Graph's shape (graph.md §4.3)."""
    inner = {"date": request.at.strftime("%Y-%m-%dT%H:%M:%S"), "request-id": "00000000-0000-4000-8000-000000000000"}
    error = {"code": code, "message": message, "innerError": inner}
    return answer(status, {"error": error}, headers)


def org(status: int, code: str, message: str) -> Response:
    """An error in Salesforce's shape (salesforce.md §2.9)."""
    return answer(status, [{"message": message, "errorCode": code}])


def _throttled(side: Side, request: Request, wait: str | None) -> Response:
    headers = {} if wait is None else {"Retry-After": wait}
    if side == "practifi":
        body = [{"message": "TotalRequests Limit exceeded.", "errorCode": "REQUEST_LIMIT_EXCEEDED"}]
        return answer(429, body, headers)
    text = "Application is over its MailboxConcurrency limit."
    return graph(request, 429, "ApplicationThrottled", text, headers)


def _throttle(side: Side, request: Request) -> Response:
    return _throttled(side, request, str(_WAIT))


def _fractional(side: Side, request: Request) -> Response:
    return _throttled(side, request, "1.128")


def _dated(side: Side, request: Request) -> Response:
    until = (request.at + timedelta(seconds=_WAIT + 1)).replace(microsecond=0)
    return _throttled(side, request, format_datetime(until, usegmt=True))


def _silent(side: Side, request: Request) -> Response:
    return _throttled(side, request, None)


def _unavailable(side: Side, request: Request) -> Response:
    if side == "practifi":
        return org(503, "SERVER_UNAVAILABLE", "Server unavailable, please try again later")
    text = "The service is temporarily unavailable. Please try again later."
    return graph(request, 503, "serviceNotAvailable", text, {"Retry-After": str(_WAIT)})


def _gateway(side: Side, request: Request) -> Response:
    return graph(request, 504, "UnknownError", "") if side == "microsoft" else Response(504)


def _empty(_side: Side, _request: Request) -> Response:
    return Response(503)


def _broken(side: Side, request: Request) -> Response:
    if side == "practifi":
        return org(500, "UNKNOWN_EXCEPTION", "An unexpected error occurred.")
    return graph(request, 500, "InternalServerError", "An internal server error occurred.")


def _cut(_side: Side, _request: Request) -> Response:
    return CUT


def _gone(_side: Side, request: Request) -> Response:
    text = "The sync state generation is not found; generation=1;[highest=2]"
    return graph(request, 410, "SyncStateNotFound", text)


def _unauthorized(side: Side, request: Request) -> Response:
    if side == "practifi":
        return org(401, "INVALID_SESSION_ID", "Session expired or invalid")
    return graph(request, 401, "InvalidAuthenticationToken", "Access token has expired or is not yet valid.")


def _forbidden(side: Side, request: Request) -> Response:
    if side == "practifi":
        return org(403, "INSUFFICIENT_ACCESS_OR_READONLY", "insufficient access rights on object id")
    return graph(request, 403, "ErrorAccessDenied", "Access is denied. Check credentials and try again.")


def _stale(_side: Side, request: Request) -> Response:
    text = (
        "The send or update operation could not be performed because the change key passed in the request does not "
        "match the current change key for the item."
    )
    return graph(request, 412, "ErrorIrresolvableConflict", text)


def _limit(_side: Side, _request: Request) -> Response:
    return org(403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.")


def _lag(request: Request, response: Response) -> Response:
    """What was made a moment ago is not found yet; what is older always is (graph.md §8)."""
    made = json.loads(response.body).get("createdDateTime") if response.status == _OK else None
    if made is None or request.at - datetime.fromisoformat(made) > LATE:
        return response
    return graph(request, 404, "ErrorItemNotFound", "The specified object was not found in the store.")


def _cut_after(_request: Request, _response: Response) -> Response:
    return CUT


def _slow(_request: Request, response: Response) -> Response:
    return Response(response.status, response.body, {**response.headers, DELAY: SLOW})


def _repeat(_request: Request, response: Response) -> Response:
    """A page that says its items twice, which delta may do (graph.md §2.3)."""
    if response.status != _OK:
        return response
    page: dict[str, Any] = json.loads(response.body)
    again = answer(_OK, {**page, "value": [*page["value"], *page["value"]]})
    return Response(_OK, again.body, response.headers)


def _older(_request: Request, response: Response) -> Response:
    """A page on which each item comes again later, as it was an hour before (graph.md §2.3, §8)."""
    if response.status != _OK:
        return response
    page: dict[str, Any] = json.loads(response.body)
    stale = [
        {**one, "subject": f"{one['subject']} (before)", "lastModifiedDateTime": _earlier(one["lastModifiedDateTime"])}
        for one in page["value"]
        if "lastModifiedDateTime" in one
    ]
    again = answer(_OK, {**page, "value": [*page["value"], *stale]})
    return Response(_OK, again.body, response.headers)


def _earlier(stamp: str) -> str:
    before = datetime.fromisoformat(stamp[:19]) - timedelta(hours=1)
    return before.isoformat() + stamp[19:]


INSTEAD: Final[Mapping[str, Callable[[Side, Request], Response]]] = MappingProxyType({
    "throttle": _throttle, "throttle-fractional": _fractional, "throttle-date": _dated, "throttle-silent": _silent,
    "unavailable": _unavailable, "gateway": _gateway, "empty-503": _empty, "server-error": _broken,
    "timeout-before": _cut, "offline": _cut, "gone": _gone, "unauthorized": _unauthorized, "forbidden": _forbidden,
    "stale-etag": _stale, "limit": _limit,
})  # fmt: skip
AFTER: Final[Mapping[str, Callable[[Request, Response], Response]]] = MappingProxyType(
    {"lag": _lag, "timeout-after": _cut_after, "slow": _slow, "repeat": _repeat, "older": _older}
)
_ANYWHERE = {
    "unavailable",
    "gateway",
    "empty-503",
    "server-error",
    "timeout-before",
    "timeout-after",
    "offline",
    "slow",
}
_ONE_SIDE: Final[Mapping[str, Side]] = MappingProxyType(
    {
        "gone": "microsoft",
        "stale-etag": "microsoft",
        "lag": "microsoft",
        "repeat": "microsoft",
        "older": "microsoft",
        "limit": "practifi",
    }
)


def fits(name: str, side: Side, request: Request) -> bool:
    """Whether a fault can strike such a request: sign-in only fails as a whole, a cursor can only be lost by delta."""
    if _ONE_SIDE.get(name, side) != side or (name not in _ANYWHERE and kind(request) == "token"):
        return False
    if name == inner.NAME:
        return request.path.endswith("/$batch")
    delta = request.path.endswith(("/delta", "/delta()"))
    if name == "gone":
        return delta and any("token" in one.lower() for one in request.query)
    if name in {"repeat", "older"}:
        return delta
    if name == "lag":
        return request.method == "GET" and "/events/" in request.path
    return name != "stale-etag" or (request.method in {"PATCH", "DELETE"} and "/events/" in request.path)

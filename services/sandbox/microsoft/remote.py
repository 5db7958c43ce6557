"""Microsoft as one remote: finds what a request is for and answers it; the ways of people in Outlook are in `outlook`.
Opens nothing, reads no clock: the same state and the same requests give the same answers."""

from collections.abc import Callable
from urllib.parse import unquote

from services.sandbox.microsoft import batch, calendars, directory, events, ids, login, throttle
from services.sandbox.microsoft import delta as rounds
from services.sandbox.microsoft.call import Call, marked, preferences, refusal
from services.sandbox.microsoft.login import App
from services.sandbox.microsoft.outlook import Outlook
from services.sandbox.microsoft.refused import Refused, bad_request, missing_item
from services.sandbox.microsoft.state import Tenant
from services.sandbox.microsoft.switches import Switches
from services.sandbox.wire import Request, Response

_VERSION = "v1.0"
_BLOCKED = "Access to OData is disabled: [RAOP] : Blocked by tenant configured AppOnly AccessPolicy settings."
_ABSENT = "The mailbox is either inactive, soft-deleted, or is hosted on-premise."


class Microsoft(Outlook):
    """A tenant of Microsoft 365: token endpoint, directory and calendars, with memory."""

    def __init__(
        self,
        tenant_id: str,
        client_id: str,
        client_secret: str,
        *,
        seed: int = 0,
        switches: Switches = Switches(),  # noqa: B008 frozen
        certificate_pem: str | None = None,
    ) -> None:
        super().__init__(Tenant(tenant_id, seed, switches))
        self.app = App(client_id, client_secret, certificate_pem)

    def serves(self, request: Request) -> bool:
        """Graph's and the login service's paths."""
        path = request.path
        return path.startswith((f"/{_VERSION}/", "/beta/", "/common/discovery/")) or path.endswith(
            ("/oauth2/v2.0/token", "/v2.0/.well-known/openid-configuration")
        )

    def handle(self, request: Request) -> Response:
        """The answer to one request."""
        parts = [unquote(part) for part in request.path.strip("/").split("/")]
        match [request.method, *parts]:
            case ["GET", tenant, "v2.0", ".well-known", "openid-configuration"]:
                return login.discovery(request, tenant)
            case ["GET", "common", "discovery", "instance"]:
                return login.instances(request)
            case ["POST", tenant, "oauth2", "v2.0", "token"]:
                return login.token(self.tenant, self.app, request, tenant)
        return marked(self.tenant, request, self._graph(request, parts))

    def _graph(self, request: Request, parts: list[str]) -> Response:
        try:
            login.admit(self.tenant, request)
            if parts[0] != _VERSION:
                raise bad_request(f"The version '{parts[0]}' is not served here.")
            if parts[1:] == ["$batch"] and request.method == "POST":
                return batch.answer(self.tenant, request, self._inner)
            return self._routed(request, parts[1:])
        except Refused as refused:
            return refusal(self.tenant, request, refused)

    def _inner(self, request: Request) -> Response:
        parts = [unquote(part) for part in request.path.strip("/").split("/")]
        if parts[1:] == ["$batch"]:
            return refusal(self.tenant, request, bad_request("A batch cannot hold a batch."))
        return self._graph(request, parts)

    def _routed(self, request: Request, parts: list[str]) -> Response:
        query = {name.lower(): value for name, value in request.query.items()}
        call = Call(self.tenant, request, preferences(request), query)
        match [request.method, *parts]:
            case ["GET", "users"]:
                return directory.users(call)
            case ["GET", "users", "delta" | "delta()"]:
                return directory.changes(call)
            case ["GET", "users", name]:
                return directory.user(call, name)
            case [_, "users", name, *rest]:
                return self._mailbox(call, name, rest)
            case [_, "me", *_]:
                raise bad_request("/me request is only valid with delegated authentication flow.")
        raise _nowhere(parts)

    def _mailbox(self, call: Call, name: str, rest: list[str]) -> Response:
        user = self.tenant.find(name)
        if user is None:
            raise Refused(404, "ErrorInvalidUser", f"The requested user '{name}' is invalid.")
        if user.kind in {"on_premises", "unlicensed"}:
            raise Refused(404, "MailboxNotEnabledForRESTAPI", _ABSENT)
        box = self.tenant.mailboxes[user.oid]
        throttle.check(self.tenant, box, call.request)
        if user.kind == "out_of_scope":
            raise Refused(403, "ErrorAccessDenied", _BLOCKED)
        call = Call(call.tenant, call.request, call.prefer, call.query, box, name)
        if rest[:1] == ["calendars"] and len(rest) > 1:
            if rest[1] != ids.folder_id(box.tag):
                raise missing_item()
            rest = ["calendar", *rest[2:]]
        return _resource(call, rest[1:] if rest[:1] == ["calendar"] and len(rest) > 1 else rest)


_PLAIN: dict[tuple[str, ...], Callable[[Call], Response]] = {
    ("GET", "mailboxSettings"): directory.settings,
    ("GET", "calendars"): calendars.listing,
    ("GET", "calendar"): calendars.get,
    ("PATCH", "calendar"): calendars.patch,
    ("GET", "calendarView"): events.view,
    ("GET", "calendarView", "delta"): rounds.answer,
    ("GET", "calendarView", "delta()"): rounds.answer,
}


def _resource(call: Call, rest: list[str]) -> Response:
    if found := _PLAIN.get((call.request.method, *rest)):
        return found(call)
    match [call.request.method, *rest]:
        case ["GET", "mailboxSettings", name]:
            return directory.setting(call, name)
        case ["GET", "outlook", zones] if zones.startswith("supportedTimeZones"):
            return directory.supported(call, zones)
        case [_, "events", *_]:
            return _event(call, rest[1:])
    raise _nowhere(rest)


def _event(call: Call, rest: list[str]) -> Response:
    plain: dict[str, Callable[[Call], Response]] = {"GET": events.listing, "POST": events.create}
    single: dict[str, Callable[[Call, str], Response]] = {
        "GET": events.get,
        "PATCH": events.patch,
        "DELETE": events.delete,
    }
    method = call.request.method
    match rest:
        case [] if method in plain:
            return plain[method](call)
        case ["delta" | "delta()"]:
            message = "Unsupported request: Change tracking is not supported against 'microsoft.graph.event'."
            raise bad_request(message)
        case [item] if method in single:
            return single[method](call, item)
        case [item, "instances"] if method == "GET":
            return events.instances(call, item)
        case [item, name] if method == "POST" and name.rpartition(".")[2] in events.ACTIONS:
            return events.act(call, item, name.rpartition(".")[2])
    raise _nowhere(["events", *rest])


def _nowhere(parts: list[str]) -> Refused:
    segment = parts[-1] if parts else ""
    return Refused(404, "UnknownError", f"Resource not found for the segment '{segment}', or the method does not fit.")

"""The org as clients see it: the door for requests.
Everything it is lies in plain attributes, so that a pickle of it is a snapshot."""

from typing import Any
from urllib.parse import urlencode

from services.sandbox.salesforce import composite, pages, rows, soap, sosl
from services.sandbox.salesforce.call import ROOT, Call, Cursors, Reply, split
from services.sandbox.salesforce.memory import Act
from services.sandbox.salesforce.office import Office
from services.sandbox.salesforce.refused import Refused, bad, missing
from services.sandbox.salesforce.session import Sessions
from services.sandbox.salesforce.switches import Switches
from services.sandbox.salesforce.usage import Usage
from services.sandbox.wire import Request, Response, answer

_VERSIONS = [f"{number}.0" for number in range(31, 68)]
_URI, _WITH_HEADERS = 16_384, 16_384  # bytes (salesforce.md §4.2)


class Salesforce(Office):
    """One Practifi org on one origin (a `Remote` of wire.py), and the people in it."""

    def __init__(
        self,
        *,
        client_id: str,
        client_secret: str | None = None,
        certificate_pem: str | None = None,
        username: str = "calsync@firm.example",
        seed: int = 0,
        switches: Switches = Switches(),  # noqa: B008 - frozen
    ) -> None:
        super().__init__(switches, seed, username)
        client = client_id, client_secret
        self.sessions = Sessions(self.memory, self.integration_user, client, certificate_pem)
        self.usage = Usage(self.memory)
        self.cursors = Cursors()

    def expire_sessions(self) -> None:
        """End every session, as an administrator can."""
        self.sessions.live.clear()

    def serves(self, request: Request) -> bool:
        """Whether the path is one of Salesforce's."""
        return request.path.startswith(("/services/", "/id/"))

    def handle(self, request: Request) -> Response:
        """The answer to one request; changes the org."""
        self.memory.sweep(request.at)
        try:
            return self._handle(request)
        except Refused as refused:
            return answer(refused.status, refused.single(), self.usage.header())
        finally:
            self.memory.journal.clear()

    def _handle(self, request: Request) -> Response:
        if request.path.startswith("/services/oauth2/"):
            return self._oauth(request)
        if request.path.startswith(soap.ROOT):
            return soap.answered(self.memory, self.sessions, self.usage, request)
        path = split(request.path) if request.path.startswith(ROOT.rstrip("/")) else None
        if path == []:
            return answer(200, [_version(number) for number in _VERSIONS])
        user = self.sessions.user_of(request)
        if user is None:
            raise Refused(401, "INVALID_SESSION_ID", "Session expired or invalid")
        if path is None:
            return self._identity(request, user)
        _bounded(request)
        self.usage.spend(1, request.at)
        reply = self._call(request, path, user).answered()
        return answer(reply.status, reply.body, {**reply.headers, **self.usage.header()})

    def _oauth(self, request: Request) -> Response:
        what = request.path.rstrip("/").rpartition("/")[2]
        if what == "token" and request.method == "POST":
            return self.sessions.token(request)
        if what == "revoke":
            return self.sessions.revoke(request)
        raise missing()

    def _identity(self, request: Request, user: str) -> Response:
        if not request.path.startswith("/id/"):
            raise missing()
        row = self.memory.tables["User"].rows[user]
        org = next(iter(self.memory.tables["Organization"].rows))
        named = {
            "username": row["Username"],
            "display_name": row["Name"],
            "email": row["Email"],
            "active": row["IsActive"],
        }
        return answer(
            200, {"id": f"{request.origin}/id/{org}/{user}", "user_id": user, "organization_id": org, **named}
        )

    def _call(self, request: Request, path: list[str], user: str) -> Call:
        options = request.headers.get("sforce-call-options", "")
        client = next((part.strip()[7:] for part in options.split(",") if part.strip().startswith("client=")), "")
        if path[1:2] == ["composite"] and not self.switches.composite_propagates_client:
            client = ""
        version = float(path[0][1:]) if path[0][1:] in _VERSIONS else 0
        act = Act(request.at, user, client=client, version=version)
        return Call(
            self.memory, self.usage, self.cursors, _route, request.method.upper(), path[0], tuple(path[1:]),
            request.query, request.headers, act, _json(request),
        )  # fmt: skip


def _version(number: str) -> dict[str, str]:
    return {"label": f"API {number}", "url": f"{ROOT}v{number}", "version": number}


def _json(request: Request) -> Any:
    if not request.body:
        return None
    try:
        return request.json()
    except (ValueError, RecursionError):
        raise bad("JSON_PARSER_ERROR", "Unexpected character in the HTTP entity body") from None


def _bounded(request: Request) -> None:
    """Refused 414 for a long URI, 431 for a long URI with headers."""
    uri = len(request.path) + len(urlencode(request.query)) + 1
    if uri > _URI:
        raise Refused(414, "URI_TOO_LONG", "The URI is longer than 16,384 bytes")
    if uri + sum(len(name) + len(value) for name, value in request.headers.items()) > _WITH_HEADERS:
        raise Refused(431, "REQUEST_HEADER_FIELDS_TOO_LARGE", "The URI and the headers are longer than 16,384 bytes")


def _route(call: Call) -> Reply:
    if call.version.removeprefix("v") not in _VERSIONS:
        raise missing()
    what = call.path[0].lower() if call.path else ""
    if what in ("", "limits") and call.method == "GET":
        if what:
            return Reply(200, call.usage.resource())
        return Reply(
            200, {name: f"{call.root}/{name}" for name in ("sobjects", "query", "queryAll", "search", "composite")}
        )
    resources = {
        "sobjects": rows.resource,
        "query": pages.resource,
        "queryall": pages.resource,
        "search": sosl.resource,
        "composite": composite.resource,
    }
    if what not in resources:
        raise missing()
    return resources[what](call)

"""One Graph request, taken apart: whose mailbox, which preferences, which query options, and how to answer.
Must never touch what is remembered."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC
from typing import Any
from urllib.parse import quote, urlencode

from services.sandbox.microsoft import ids, zones
from services.sandbox.microsoft.meetings import Act
from services.sandbox.microsoft.refused import Refused, bad_request
from services.sandbox.microsoft.render import Form, Shelf
from services.sandbox.microsoft.state import Json, Mailbox, Tenant
from services.sandbox.wire import Request, Response

JSON_TYPE = "application/json; odata.metadata=minimal; odata.streaming=true; IEEE754Compatible=false; charset=utf-8"
_PREFERENCE = re.compile(r"""\s*([\w.\-]+)\s*(?:=\s*("[^"]*"|[^\s,;]+))?\s*(?:[,;]|$)""")
_LIMIT = 1000
_DIGITS = 9


@dataclass(frozen=True, slots=True)
class Preferences:
    """What the `Prefer` headers ask; `applied` is what `Preference-Applied` says."""

    form: Form
    page: int | None
    applied: str


def preferences(request: Request) -> Preferences:
    """The preferences of a request; Refused for an unknown zone (graph.md §3.3)."""
    given = {name.lower(): value.strip('"') for name, value in _PREFERENCE.findall(request.headers.get("prefer", ""))}
    label = given.get("outlook.timezone", "UTC")
    place = zones.resolve(label) if "outlook.timezone" in given else "UTC"
    immutable = given.get("idtype", "").lower() == "immutableid"
    text = given.get("outlook.body-content-type", "").lower() == "text"
    size = given.get("odata.maxpagesize", "")
    page = min(int(size), _LIMIT) if size.isdecimal() and len(size) <= _DIGITS and int(size) > 0 else None
    applied = [
        *(['IdType="ImmutableId"'] if immutable else []),
        *([f'outlook.timezone="{label}"'] if "outlook.timezone" in given else []),
        *(['outlook.body-content-type="text"'] if text else []),
        *([f"odata.maxpagesize={page}"] if page else []),
    ]
    return Preferences(Form(immutable, label, place, text, request.origin), page, ", ".join(applied))


@dataclass(frozen=True, slots=True)
class Call:
    """A request to one mailbox (or to the directory, then `mailbox` must not be asked for)."""

    tenant: Tenant
    request: Request
    prefer: Preferences
    query: Mapping[str, str]
    box: Mailbox | None = None
    name: str = ""

    @property
    def mailbox(self) -> Mailbox:
        assert self.box
        return self.box

    @property
    def form(self) -> Form:
        return self.prefer.form

    @property
    def shelf(self) -> Shelf:
        return Shelf(self.tenant, self.mailbox)

    def act(self) -> Act:
        """What the application does here and now."""
        return Act(self.tenant, self.mailbox, self.request.at)

    def body(self) -> Any:
        """The JSON body; Refused 400 when it is none."""
        try:
            return self.request.json()
        except (ValueError, UnicodeDecodeError) as error:
            raise bad_request("Unable to read JSON request payload.") from error

    def object(self) -> Json:
        """The body as object; an empty one counts as `{}`."""
        value = self.body() if self.request.body.strip() else {}
        if not isinstance(value, dict):
            raise bad_request("Unable to read JSON request payload: an object was expected.")
        return {name[:1].lower() + name[1:]: one for name, one in value.items()}

    def whole(self, name: str, default: int, low: int = 0) -> int:
        """A query option that must be a whole number."""
        text = self.query.get(name)
        if text is None:
            return default
        if not text.isdecimal() or len(text) > _DIGITS or int(text) < low:
            raise bad_request(f"Invalid value '{text}' for {name} query option found.")
        return int(text)

    def top(self) -> int:
        """The page size that `$top` or the preference asks for."""
        return min(self.whole("$top", self.prefer.page or self.tenant.switches.page, 1), _LIMIT)

    def context(self, tail: str) -> str:
        return f"{self.request.origin}/v1.0/$metadata#{tail}"

    def link(self, options: Mapping[str, Any]) -> str:
        """This request's own URL with other query options."""
        return f"{self.request.origin}{self.request.path}?{urlencode(options, quote_via=quote, safe='$,():')}"

    def json(self, status: int, value: Any) -> Response:
        """A JSON answer."""
        return self.raw(status, json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode())

    def raw(self, status: int, body: bytes, applied: str = "") -> Response:
        """An answer whose JSON is ready; without a body just the status."""
        said = ", ".join(part for part in (self.prefer.applied, applied) if part)
        headers = {"Content-Type": JSON_TYPE} if body else {}
        if said:
            headers["Preference-Applied"] = said
        return Response(status, body, headers)


def marked(tenant: Tenant, request: Request, response: Response) -> Response:
    """The answer with the headers that every one of Graph's has."""
    number = ids.guid(tenant.seed, "request", tenant.next_serial())
    headers = {
        "Cache-Control": "private",
        **response.headers,
        "request-id": number,
        "client-request-id": request.headers.get("client-request-id", number),
        "x-ms-ags-diagnostic": '{"ServerInfo":{"DataCenter":"Sandbox","Slice":"E","Ring":"5","RoleInstance":"1"}}',
    }
    return Response(response.status, response.body, headers)


def refusal(tenant: Tenant, request: Request, refused: Refused) -> Response:
    """The error body of graph.md §4.3."""
    number = ids.guid(tenant.seed, "request", tenant.serial + 1)
    inner = {
        "date": request.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S"),
        "request-id": number,
        "client-request-id": request.headers.get("client-request-id", number),
    }
    error = {"code": refused.code, "message": refused.message, **refused.annotations, "innerError": inner}
    body = json.dumps({"error": error}, separators=(",", ":"), ensure_ascii=False).encode()
    return Response(refused.status, body, {"Content-Type": JSON_TYPE, **refused.headers})

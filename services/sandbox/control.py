"""The sandbox's own paths: what people do in Outlook and in Practifi, what goes wrong, what was asked and mailed.
Every act goes through the same rules as a client's; what a side refuses is answered as 4xx with its words."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import isfinite
from types import MappingProxyType
from typing import Any, Final

from services.sandbox import calendars, persons
from services.sandbox.faults import ROWS, Faults
from services.sandbox.ics import import_ics
from services.sandbox.log import Log
from services.sandbox.microsoft.refused import Refused as MicrosoftRefused
from services.sandbox.salesforce.refused import Refused as SalesforceRefused
from services.sandbox.sides import Sides
from services.sandbox.values import Unclear
from services.sandbox.wire import Request, Response, answer

Json = dict[str, Any]
_NEWEST = 1_000


@dataclass(frozen=True, slots=True)
class Call:
    """One control request with what it may touch: `ask` is its query and its JSON body together."""

    sides: Sides
    faults: Faults
    log: Log
    request: Request
    ask: Json

    def need(self, *names: str) -> list[str]:
        """The texts of these names; Unclear when one is missing."""
        missing = [name for name in names if not isinstance(self.ask.get(name), str)]
        if missing:
            raise Unclear(f"missing: {', '.join(missing)}")
        return [self.ask[name] for name in names]


def act(sides: Sides, faults: Faults, log: Log, request: Request) -> Response:
    """The answer to `/sandbox/<name>`."""
    name = request.path.removeprefix("/sandbox/").rstrip("/")
    found = ROUTES.get((request.method, name))
    if found is None:
        status = 405 if any(name == one for _, one in ROUTES) else 404
        return answer(status, {"error": f"{request.method} {request.path} is not served"})
    try:
        return found(Call(sides, faults, log, request, _texts(_asked(request, raw=name == "import"))))
    except (MicrosoftRefused, SalesforceRefused) as error:
        return answer(error.status, {"error": f"{error.code}: {error.message}"})
    except Unclear as error:
        return answer(400, {"error": str(error)})


def _asked(request: Request, *, raw: bool) -> Json:
    if raw or not request.body:
        return dict(request.query)
    try:
        body = request.json()
    except ValueError as error:
        raise Unclear("the body is not JSON") from error
    if not isinstance(body, dict):
        raise Unclear("the body is not a JSON object")
    return {**request.query, **body}


def _texts(ask: Json) -> Json:
    """The same; Unclear where a name or an address is something else than a text."""
    wrong = [name for name in ("id", "mailbox", "name", "side") if not isinstance(ask.get(name, ""), str | None)]
    if wrong:
        raise Unclear(f"a text was expected for {', '.join(wrong)}")
    return ask


def _events(call: Call) -> Response:
    return answer(200, {"events": calendars.shown(call.sides, call.ask)})


def _add(call: Call) -> Response:
    side, mailbox = call.need("side", "mailbox")
    return answer(201, calendars.add(call.sides, side, mailbox, call.ask.get("set", {}), call.request.at))


def _change(call: Call) -> Response:
    side, event = call.need("side", "id")
    at, given, mailbox = call.request.at, call.ask.get("set", {}), call.ask.get("mailbox", "")
    return answer(200, calendars.change(call.sides, side, mailbox, event, given, at))


def _delete(call: Call) -> Response:
    side, event = call.need("side", "id")
    calendars.delete(call.sides, side, call.ask.get("mailbox", ""), event, call.request.at)
    return Response(204)


def _respond(call: Call) -> Response:
    mailbox, event, response = call.need("mailbox", "id", "response")
    call.sides.microsoft.respond(mailbox, event, response, call.request.at)
    return Response(204)


def _import(call: Call) -> Response:
    (mailbox,) = call.need("mailbox")
    try:
        done = import_ics(call.sides.microsoft, mailbox, call.request.body, call.request.at)
    except ValueError as error:
        raise Unclear(f"the body is no calendar file: {error}") from error
    refused = [{"uid": uid, "reason": reason} for uid, reason in done.refused]
    return answer(200, {"added": done.added, "refused": refused})


def _mails(call: Call) -> Response:
    return answer(200, {"mails": calendars.mails(call.sides)})


def _requests(call: Call) -> Response:
    last = _number(call.ask.get("last", _NEWEST))
    return answer(200, {"counters": call.log.counters(), "requests": call.log.last(int(last))})


def _forget(call: Call) -> Response:
    for kept in (call.log.entries, call.log.counts, call.log.statuses):
        kept.clear()
    return Response(204)


def _set_fault(call: Call) -> Response:
    (name,) = call.need("name")
    ask, count = call.ask, call.ask.get("count")
    number = None if count is None else int(_number(count))
    if name in ROWS:
        call.sides.salesforce.fail_rows(ROWS[name], 1 if number is None else number)
        return answer(201, {"faults": call.faults.shown()})
    try:
        mailbox = call.sides.address(str(ask.get("mailbox") or "")) or None
        call.faults.set(name, _number(ask.get("rate", 1.0)), number, ask.get("side"), mailbox)
    except ValueError as error:
        raise Unclear(str(error)) from error
    return answer(201, {"faults": call.faults.shown()})


def _number(value: Any) -> float:
    try:
        number = float(value)
    except (OverflowError, TypeError, ValueError) as error:
        raise Unclear("a number was expected") from error
    if not isfinite(number):
        raise Unclear("a finite number was expected")
    return number


def _clear_fault(call: Call) -> Response:
    name = str(call.ask.get("name", "all"))
    for row in ROWS if name == "all" else {name} & ROWS.keys():
        rows = call.sides.salesforce.memory.faults
        rows[:] = [one for one in rows if one[0] != ROWS[row]]
    call.faults.clear(name)
    return Response(204)


def _faults(call: Call) -> Response:
    return answer(200, {"faults": call.faults.shown(), "struck": call.faults.struck})


def _people(call: Call) -> Response:
    return answer(200, persons.shown(call.sides))


def _contact(call: Call) -> Response:
    return answer(200, persons.put(call.sides, call.ask, call.request.at))


def _health(call: Call) -> Response:
    return answer(200, {"status": "ok", "mailboxes": len(call.sides.microsoft.mailboxes())})


ROUTES: Final[Mapping[tuple[str, str], Callable[[Call], Response]]] = MappingProxyType({
    ("GET", "events"): _events, ("POST", "events"): _add, ("PATCH", "events"): _change, ("DELETE", "events"): _delete,
    ("POST", "respond"): _respond, ("POST", "import"): _import, ("GET", "mails"): _mails,
    ("GET", "requests"): _requests, ("DELETE", "requests"): _forget,
    ("GET", "faults"): _faults, ("POST", "faults"): _set_fault, ("DELETE", "faults"): _clear_fault,
    ("GET", "people"): _people, ("POST", "contacts"): _contact, ("GET", "health"): _health,
})  # fmt: skip

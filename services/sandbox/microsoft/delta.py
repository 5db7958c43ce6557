"""`calendarView/delta`: rounds over a fixed window whose whole memory is in the token (graph.md §2).
Idle rounds cost nothing: a mailbox keeps its changes in order, and a token says up to where it has been told."""

import base64
import binascii
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta

from services.sandbox.microsoft import ids, occurrences, render, zones
from services.sandbox.microsoft.call import Call
from services.sandbox.microsoft.refused import Refused
from services.sandbox.microsoft.state import Event
from services.sandbox.wire import Response

_FOREIGN = ("$filter", "$orderby", "$search")
LONGEST = timedelta(days=1825)


@dataclass(frozen=True, slots=True)
class Token:
    """Window, what was told (`since`; None: nothing yet), up to where this round goes, and where it stands."""

    box: str
    generation: int
    low: str
    high: str
    issued: str
    since: int | None
    upto: int
    after: int
    page: int

    def text(self) -> str:
        """The opaque form."""
        raw = json.dumps(list(asdict(self).values()), separators=(",", ":")).encode()
        return base64.urlsafe_b64encode(ids.digest(6, raw) + raw).decode().rstrip("=")


def window(call: Call) -> tuple[datetime, datetime]:
    """The window of a calendarView; both ends are required and at most 1825 days apart (graph.md §2.2)."""
    low, high = call.query.get("startdatetime"), call.query.get("enddatetime")
    if not low or not high:
        message = (
            "This request requires a time window specified by the query string parameters StartDateTime and "
            "EndDateTime."
        )
        raise Refused(400, "ErrorInvalidParameter", message)
    edges = zones.bound(low, "StartDateTime"), zones.bound(high, "EndDateTime")
    if edges[1] <= edges[0]:
        raise Refused(400, "ErrorInvalidParameter", "The EndDateTime has to be after the StartDateTime.")
    if edges[1] - edges[0] > LONGEST:
        raise Refused(400, "ErrorInvalidRequest", "The requested time window is longer than 1825 days.")
    return edges


def answer(call: Call) -> Response:
    """One page of a round."""
    if "$skiptoken" in call.query or call.query.get("$deltatoken"):
        return _page(call, _read(call))
    if "$expand" in call.query:
        message = "Parsing OData Select and Expand failed: Value cannot be null. (Parameter 'initialState')"
        raise Refused(500, "InternalServerError", message)
    refused = [*_FOREIGN, *(["$select"] if call.tenant.switches.delta_select == "refused" else [])]
    if any(name in call.query for name in refused):
        message = "The following parameters are not supported with change tracking over the 'CalendarView' resource: "
        raise Refused(400, "ErrorInvalidUrlQuery", f"{message}'{', '.join(refused)}'.")
    low, high = window(call)
    box, at = call.mailbox, call.request.at
    token = Token(
        *(box.oid, box.generation, low.isoformat(), high.isoformat(), at.isoformat()),
        *(None, box.change, 0, call.prefer.page or call.whole("$top", call.tenant.switches.page, 1)),
    )
    if call.tenant.switches.empty_first_page:
        return _said(call, [], token, done=False)
    return _page(call, token)


def _read(call: Call) -> Token:
    text = call.query.get("$skiptoken") or call.query.get("$deltatoken", "")
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        token = Token(*json.loads(raw[6:]))
    except (ValueError, TypeError, binascii.Error) as error:
        raise _invalid() from error
    if raw[:6] != ids.digest(6, raw[6:]) or token.box != call.mailbox.oid:
        raise _invalid()
    age = call.request.at - datetime.fromisoformat(token.issued)
    box = call.mailbox
    if token.generation != box.generation or age > call.tenant.switches.delta_lifetime or token.upto > box.change:
        raise _evicted(call, token)
    if "$deltatoken" in call.query:
        token = replace(token, since=token.upto, upto=box.change, after=0, issued=call.request.at.isoformat())
    return replace(token, page=call.prefer.page or token.page)


def _invalid() -> Refused:
    return Refused(400, "SyncStateInvalid", "The sync state is invalid or was made for another folder.")


def _evicted(call: Call, token: Token) -> Refused:
    highest = call.mailbox.generation
    message = f"The sync state generation is not found; generation={token.generation};[highest={highest}]."
    headers = {}
    if call.tenant.switches.resync_location:
        again = {"startDateTime": token.low, "endDateTime": token.high, "$deltatoken": ""}
        headers["Location"] = call.link(again)
    return Refused(410, "SyncStateNotFound", message, headers=headers)


def _page(call: Call, token: Token) -> Response:
    lines: list[bytes] = []
    units = _everything(call, token) if token.since is None else _changes(call, token)
    for place, unit in units:
        if len(lines) >= token.page:
            return _said(call, lines, token, done=False)
        lines.extend(unit)
        token = replace(token, after=place)
    return _said(call, lines, token, done=True)


def _everything(call: Call, token: Token) -> Iterator[tuple[int, list[bytes]]]:
    edges = datetime.fromisoformat(token.low), datetime.fromisoformat(token.high)
    for key, event in call.mailbox.events.items():
        if key > token.after and (lines := _unit(call, event, *edges)):
            yield key, lines


def _changes(call: Call, token: Token) -> Iterator[tuple[int, list[bytes]]]:
    edges = datetime.fromisoformat(token.low), datetime.fromisoformat(token.high)
    box = call.mailbox
    start = max(token.since or 0, token.after)
    recent = []
    for key in reversed(box.changed):
        if box.changed[key] <= start:
            break
        recent.append(key)
    for key in reversed(recent):
        if box.changed[key] <= token.upto:
            event = box.events.get(key)
            lines = _unit(call, event, *edges) if event else []
            yield box.changed[key], lines or _gone(call, key)


def _unit(call: Call, event: Event, low: datetime, high: datetime) -> list[bytes]:
    """What the window shows of one event; a series stays together."""
    views = occurrences.within(event, low, high)
    if not views:
        return []
    if not event.rule:
        return [render.delta_line(call.shelf, views[0], call.form)]
    return render.series_lines(call.shelf, event, views, call.form, (low, high))


def _gone(call: Call, key: int) -> list[bytes]:
    """Deleted, or outside the window: the same row for both (graph.md §2.4)."""
    return [render.removed_line(ids.event_id(call.mailbox.tag, key, None, immutable=call.form.immutable))]


def _said(call: Call, lines: list[bytes], token: Token, *, done: bool) -> Response:
    name = "@odata.deltaLink" if done else "@odata.nextLink"
    link = call.link({"$deltatoken" if done else "$skiptoken": token.text()})
    context = call.context("Collection(event)")
    head = render.dumped({"@odata.context": context, name: link})[:-1]
    return call.raw(200, head + b',"value":[' + b",".join(lines) + b"]}", "odata.track-changes")

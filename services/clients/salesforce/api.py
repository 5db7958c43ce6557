"""One Practifi org, as the watcher and the writer see it: read a round, look at rows, write many. Nothing raw leaves;
errors are the kernel's four, and UnknownOutcome (ruling 9)."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import msgspec

from contracts.policy import PrivateEvents
from services.clients.http import Http
from services.clients.salesforce import reading, soql, writing
from services.clients.salesforce.login import Session
from services.clients.salesforce.record import RelationRecord
from services.clients.salesforce.refusal import codes, judge
from services.clients.salesforce.row import Cursors, OrgRound, Result, Row, Shape
from services.clients.salesforce.shape import OBJECTS, shape
from services.clients.salesforce.wire import Ask, Part, Sub, Wire, batched

VERSION = "60.0"
OVERLAP = 600
"""Seconds that a round looks back: a row's stamp precedes its commit by up to ten minutes (salesforce.md §3)."""

_USER = "005"


class Org:
    """One org. `http` is opened on login_url; the token's own instance is what it speaks to from the first login on."""

    def __init__(self, http: Http, session: Session, *, api_version: str = VERSION) -> None:
        self._wire = Wire(http, session, api_version)

    @property
    def api_usage(self) -> tuple[int, int] | None:
        """Requests used and allowed in 24 hours, as Salesforce last said."""
        return self._wire.api_usage

    async def describe(self) -> Shape:
        """What the org is like: one request. Ask again after Permanent INVALID_FIELD: the org has changed."""
        subs = [Sub("GET", f"/sobjects/{name}/describe") for name in OBJECTS]
        parts = await self._wire.composite(subs, reads=True)
        described = {name: self._described(part) for name, part in zip(OBJECTS, parts, strict=True)}
        return shape(*await self._wire.who(), {name: found for name, found in described.items() if found})

    def _described(self, part: Part) -> dict[str, Any]:
        """The describe answer, or nothing for an object that this org lacks."""
        body = bytes(part.body)
        if part.status == 404 and codes(body)[0] == "NOT_FOUND":  # noqa: PLR2004
            return {}
        judge(part.status, body, self._wire.where)
        found: dict[str, Any] = msgspec.json.decode(body)
        return found

    async def round(
        self, shape: Shape, cursors: Cursors, since: date, private: PrivateEvents, overlap_seconds: int = OVERLAP
    ) -> OrgRound:
        """Everything that changed since `cursors`; without them, Events that end on `since` or later, and all people.
        Exactly one request when nothing changed. Rows of the overlap come again: drop them by `mark`."""
        overlap = timedelta(seconds=overlap_seconds)
        return await reading.read_round(self._wire, shape, cursors, since, private, overlap)

    async def look(self, shape: Shape, ids: Sequence[str], private: PrivateEvents) -> dict[str, Row | None]:
        """These Events as they are now with everybody on them, 2,000 a request; None for those that are gone (X2)."""
        return await reading.look(self._wire, shape, ids, private)

    async def upsert(self, shape: Shape, rows: Sequence[dict[str, Any]]) -> tuple[Result, ...]:
        """Create Events, or update those that bear the row's M365_Key__c: 1,000 a request. Without the key's field they
        are created, and a repeat would create them again."""
        return await writing.send_all(self._wire, rows, writing.upserts if shape.has_key else writing.inserts)

    async def update(self, rows: Sequence[dict[str, Any]]) -> tuple[Result, ...]:
        """Change Events; each row has its "id": 1,000 a request."""
        return await writing.send_all(self._wire, rows, writing.updates)

    async def delete(self, ids: Sequence[str]) -> tuple[Result, ...]:
        """Put records into the bin: 1,000 a request. ENTITY_IS_DELETED says that one was there already."""
        return await writing.send_all(self._wire, ids, writing.deletions)

    async def relate(self, wanted: Mapping[str, Sequence[str]]) -> dict[str, tuple[Result, ...]]:
        """Let exactly these Users be invited to these Events; the results of what had to be changed, by Event."""
        events = list(wanted)
        asks = [Ask(RelationRecord, soql.relations_of(some)) for some in batched(events, soql.IDS)]
        standing = [row for answer in await self._wire.ask(asks) for row in answer if row.person.startswith(_USER)]
        there = {(row.event, row.person) for row in standing}
        surplus = [row for row in standing if row.person not in wanted[row.event]]
        asked = [(event, user) for event in events for user in dict.fromkeys(wanted[event])]
        missing = [pair for pair in asked if pair not in there]
        rows = [{"EventId": event, "RelationId": user} for event, user in missing]
        removed = await writing.send_all(self._wire, [row.id for row in surplus], writing.deletions)
        added = await writing.send_all(self._wire, rows, writing.relations)
        done = [*zip((row.event for row in surplus), removed, strict=True),
                *zip((event for event, _ in missing), added, strict=True)]  # fmt: skip
        return {event: tuple(one for of, one in done if of == event) for event in events}

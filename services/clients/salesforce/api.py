"""One Practifi org, as the watcher and the writer see it: read a round, look at rows, write many. Nothing raw leaves;
errors are the kernel's four, and UnknownOutcome (ruling 9)."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta
from types import MappingProxyType
from typing import Any

from contracts.calendar import Response
from contracts.person import Person
from contracts.policy import Mapped
from services.clients.http import Http
from services.clients.salesforce import book, reading, relating, reviving, writing
from services.clients.salesforce.answer import Described, Part, decoded
from services.clients.salesforce.login import Session
from services.clients.salesforce.privacy import Privacy
from services.clients.salesforce.refusal import codes, judge
from services.clients.salesforce.row import Bearing, Cursors, OrgRound, Place, Result, Row, Shape
from services.clients.salesforce.shape import OBJECTS, shape
from services.clients.salesforce.wire import Sub, Wire

VERSION = "57.0"
"""From 58.0 on, a change of one occurrence of Practifi's own recurrence changes them all (salesforce.md §2.3)."""

NOTHING: Mapping[str, Place] = MappingProxyType({})
NOBODY: relating.Leaving = MappingProxyType({})
OVERLAP = 600
"""Seconds that a round looks back: a row's stamp precedes its commit by up to ten minutes (salesforce.md §3)."""


class Org:
    """One org. `http` is opened on login_url; the token's own instance is what it speaks to from the first login on."""

    def __init__(self, http: Http, session: Session, *, api_version: str = VERSION) -> None:
        self._wire = Wire(http, session, api_version)

    @property
    def api_usage(self) -> tuple[int, int] | None:
        """Requests used and allowed in 24 hours, as Salesforce last said."""
        return self._wire.api_usage

    async def describe(self, mapping: Mapping[str, Mapped]) -> Shape:
        """What the org is like, for a policy's mapping: one request. Ask again after Permanent INVALID_FIELD: the org
        has changed."""
        subs = [Sub("GET", f"/sobjects/{name}/describe") for name in OBJECTS]
        parts = await self._wire.composite(subs, reads=True)
        described = {name: self._described(part) for name, part in zip(OBJECTS, parts, strict=True)}
        return shape(*await self._wire.who(), {name: found for name, found in described.items() if found}, mapping)

    def _described(self, part: Part) -> Described:
        """The describe answer, or nothing for an object that this org lacks."""
        body = bytes(part.body)
        if part.status == 404 and codes(body)[0] == "NOT_FOUND":  # noqa: PLR2004
            return {}
        judge(part.status, body, self._wire.where)
        found: Described = decoded(body, Described)
        return found

    async def round(
        self, shape: Shape, cursors: Cursors, since: date, privacy: Privacy, going: Mapping[str, Place] = NOTHING,
        overlap_seconds: int = OVERLAP,
    ) -> OrgRound:  # fmt: skip
        """Everything that changed since `cursors`; without them, all people, then Events that end on `since` or later.
        A piece of it: while it brings `going`, give that back with its cursors. Exactly one request when nothing
        changed. Rows of the overlap come again: drop them by `mark`."""
        overlap = timedelta(seconds=overlap_seconds)
        return await reading.read_round(self._wire, shape, cursors, dict(going), since, privacy, overlap)

    async def look(self, shape: Shape, ids: Sequence[str], privacy: Privacy) -> dict[str, Row | None]:
        """These Events as they are now with everybody on them, 2,000 a request; those that are gone are `deleted`, and
        None is what is no event (X2)."""
        return await reading.look(self._wire, shape, ids, privacy)

    async def people(self, shape: Shape, ids: Collection[str]) -> list[Person]:
        """Those of these people who are Contacts, with all their addresses."""
        return await book.people_of(self._wire, shape, ids)

    async def bearing(self, shape: Shape, keys: Sequence[str]) -> Bearing:
        """The Events with these M365_Key__c, 1,000 a request. Without the key's field none is known."""
        return await reading.bearing(self._wire, shape, keys) if shape.has_key else Bearing()

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

    async def relate(
        self, wanted: Mapping[str, Sequence[str]], leaving: relating.Leaving = NOBODY
    ) -> dict[str, tuple[Result, ...]]:
        """Let these Users be invited to these Events, and whoever is `leaving` one be on it no more (None: everybody
        else who is there); the results of what had to be changed, by Event."""
        return await relating.relate(self._wire, wanted, leaving)

    async def answer(self, wanted: Mapping[str, Mapping[str, Response]]) -> dict[str, tuple[Result, ...]]:
        """Let these people's answers stand on these Events, as far as Practifi can say them; who is not on the Event,
        and who is not named, is left alone. The results of what had to be changed, by Event."""
        return await relating.answer(self._wire, wanted)

    async def revive(self, ids: Sequence[str]) -> tuple[Result, ...]:
        """Take Events out of the recycle bin with all that fell with them, 200 a request (X5). One that is alive is
        fine, so a repeat harms nothing; UNDELETE_FAILED for one that the bin no longer holds."""
        return await reviving.revive(self._wire, ids)

"""Meetings of the test firm: clients who are invited, what a person does to them in Practifi, what Exchange has mailed
and what calsync says that it has. The judge of every mail is Exchange's own log."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from contracts import topics
from contracts.calendar import Side
from contracts.facts import Created, Deleted, Published, Updated
from contracts.message import Message, encode
from contracts.policy import Policy
from contracts.status import Problem, Status
from services.feed.__main__ import SERVICE as FEED
from services.kernel.report import Report
from services.sandbox import calendars
from services.writer.__main__ import SERVICE as WRITER
from tests.conformance.calendars.firm import POLICY, WHO, Firm
from tests.conformance.kernel.town import Replica

Json = dict[str, Any]
Mailed = tuple[str, int]
BOSS = "boss@elsewhere.example"
CLIENTS = tuple(f"{name}@client.example" for name in ("bob", "cat", "dan", "eve"))
FREE = replace(POLICY, settle_seconds=0, mail_cap_per_hour=10_000, park_after_writes_per_hour=1000, brake_minimum=1000)
"""A policy under which only `invitations` holds anything back."""

_KINDS = {Created: "invitation", Updated: "update", Deleted: "cancellation"}


class Meetings:
    """A firm whose clients are known in Practifi."""

    def __init__(self, it: Firm, policy: Policy = FREE) -> None:
        self.it, self.sides, self.policy = it, it.world.sides, policy
        self.version, self.consents = 1, 0
        for client in CLIENTS:
            self.sides.salesforce.insert("Contact", {"LastName": client[:3].title(), "Email": client}, self.now)

    @property
    def now(self) -> datetime:
        return self.it.town.time.at

    async def listen(self) -> None:
        """Somebody subscribes to the public facts."""
        await self.it.town.replica(FEED)
        await self.it.town.settle()

    async def govern(self, **changes: Any) -> None:
        """Other settings, from now on."""
        self.policy, self.version = replace(self.policy, **changes), self.version + 1
        self.it.town.govern(self.policy, self.version, consents=self.consents)
        await self.it.town.settle()

    async def consent(self) -> None:
        """An administrator says *resume*."""
        self.consents += 1
        await self.govern()

    def wish(self, body: Struct) -> None:
        """A person wants something of the reconciler."""
        payload = encode(Message(f"wish-{self.version}", "firm", self.now, body))
        self.it.town.broker.take(topics.inbox(topics.address("reconciler", "firm", 0)), payload, retain=False)

    async def restart(self, folder: Path) -> None:
        """The writer dies, and another one takes over when its leases have run out."""
        await self.it.town.kill(self.writer)
        self.it.town.time.turn(minutes=1)
        await self.it.town.replica(WRITER, f"writer-{self.version}", config=folder)
        await self.it.town.settle()

    @property
    def writer(self) -> Replica:
        return next(replica for replica in self.it.town.alive if replica.host.service is WRITER)

    async def problems(self) -> list[Problem]:
        """What the writer's status shows."""
        await Report(self.writer.host, self.writer.crew).say("firm")
        found = [one.body for one in self.it.town.heard_of(Status) if one.body.service == "writer"]
        return list(found[-1].problems)

    def meet(self, subject: str, guests: Sequence[str] = (), *, day: int = 7) -> str:
        """A person makes a meeting in Practifi; its id."""
        start = (self.now + timedelta(days=day)).replace(second=0).isoformat()
        given = {"subject": subject, "start": start, **({"attendees": list(guests)} if guests else {})}
        return str(calendars.add(self.sides, "practifi", WHO, given, self.now)["id"])

    def change(self, event: str, **given: Any) -> None:
        calendars.change(self.sides, "practifi", WHO, event, given, self.now)

    def delete(self, event: str) -> None:
        calendars.delete(self.sides, "practifi", WHO, event, self.now)

    def outlook(self, subject: str, guests: Sequence[str] = (), *, day: int = 7, organizer: str = "") -> None:
        """A meeting that somebody made in Outlook, unseen by us; nobody is mailed in this log."""
        start = self.now.replace(tzinfo=None, second=0, microsecond=0) + timedelta(days=day)
        when = {key: {"dateTime": at.isoformat(), "timeZone": "UTC"} for key, at in
                (("start", start), ("end", start + timedelta(hours=1)))}  # fmt: skip
        people = [{"type": "required", "emailAddress": {"address": one}} for one in guests]
        by = {"organizer": {"emailAddress": {"address": organizer, "name": organizer}}} if organizer else {}
        made = {"subject": subject, "attendees": people, **when, **by}
        self.sides.microsoft.add(WHO, made, self.now, notify=False, copies=False)

    def rows(self) -> list[Json]:
        """The Events in Practifi."""
        return calendars.shown(self.sides, {"side": "practifi"})

    def row(self, subject: str) -> str:
        """The id of the Event with this subject."""
        (found,) = [str(one["id"]) for one in self.rows() if one["Subject"] == subject]
        return found

    def people(self, subject: str) -> int:
        """How many guests an event of Ann's own has in Microsoft."""
        found = [one for one in self.sides.microsoft.events(WHO) if one["subject"] == subject and one["isOrganizer"]]
        return len(found[0]["attendees"]) if found else 0

    def mails(self) -> list[Mailed]:
        """What we have caused: kind and number of people of each mail."""
        return [(mail.kind, len(mail.recipients)) for mail in self.sides.microsoft.mails if mail.cause == "api"]

    def told(self) -> list[Mailed]:
        """The same, as the public facts tell it."""
        return [(_KINDS[type(fact)], fact.mailed) for fact in self.facts() if fact.mailed]

    def facts(self) -> list[Created | Updated | Deleted]:
        """What the public heard of writes to Microsoft."""
        heard = {one.body.number: one.body.fact for one in self.it.town.heard_of(Published)}
        facts = [heard[number] for number in sorted(heard)]
        return [one for one in facts if isinstance(one, Created | Updated | Deleted) and one.side is Side.MICROSOFT]

    @property
    def written(self) -> int:
        """How many writes Microsoft has heard."""
        return len([one for one in self.it.world.log.entries if (one.kind, one.side) == ("write", "microsoft")])

"""An event that somebody wants in Microsoft, and the way there."""

from datetime import UTC, datetime
from typing import Any

from contracts.calendar import Attendee, CalendarEvent, ShowAs, Timed
from contracts.policy import PrivateEvents
from services.clients.graph import mapping
from tests.conformance.graph.stage import Stage

FULL = PrivateEvents.FULL
LINK = "0f3a9c0d5e7b4a61"
WHEN = Timed(datetime(2026, 7, 1, 14, tzinfo=UTC), datetime(2026, 7, 1, 15, tzinfo=UTC), "America/New_York")
ANN = Attendee("ann@client.example", "Ann")
EVENT = CalendarEvent(WHEN, "Annual review", "Room 2", show_as=ShowAs.AWAY, attendees=(ANN,))
FIELDS = ("when", "subject", "location", "show_as", "reminder", "attendees")


async def created(stage: Stage, mailbox: str, event: CalendarEvent = EVENT, **more: Any) -> Any:
    settings = {"transaction": mapping.transaction(LINK, 0), "stamp": LINK, "invite": False, **more}
    return await stage.graph.create(mailbox, event, FIELDS, **settings)

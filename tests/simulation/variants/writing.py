"""Broken writers: what they do not look at, do not name, or send too much of."""

from collections.abc import Iterator, Sequence
from typing import Any
from unittest.mock import patch

from services.clients.graph import mapping, parts
from services.clients.salesforce import writing
from services.clients.salesforce.wire import Sub
from services.writer import fate, microsoft
from tests.simulation.variants.broken import breaks, put


@breaks("a creation in Microsoft has no transactionId", 21)
def nameless() -> Iterator[None]:
    created = mapping.created

    def bare(*args: Any, **more: Any) -> dict[str, Any]:
        return {key: value for key, value in created(*args, **more).items() if key != "transactionId"}

    with patch.object(mapping, "created", bare):
        yield


@breaks("attendees are sent with an update", 1)
def generous() -> Iterator[None]:
    patched = mapping.patched

    def with_guests(event: Any, fields: Any) -> dict[str, Any]:
        return {**patched(event, fields), "attendees": [parts.guest(one) for one in event.attendees]}

    with patch.object(mapping, "patched", with_guests):
        yield


def _keyless(rows: Sequence[writing.Row]) -> Sub:
    return writing.inserts([{name: value for name, value in row.items() if name != "M365_Key__c"} for row in rows])


put("a creation in Practifi has no key", writing, "upserts", _keyless, 14)
put("a write does not look first", fate, "moved_on", lambda *_: False, 2)
put("another generation has the name of the first", microsoft, "transaction", lambda link, _: f"{link}-g0", 408)

"""Large answers in a process of its own, which says what they took. Argument: which."""

import asyncio
import json
import sys
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from msgspec.structs import replace

from contracts.message import Message, decode, encode
from contracts.observed import Observed
from contracts.policy import Policy, PrivateEvents
from services.clients.graph.seen import Round
from services.clients.http import Reply
from services.clients.salesforce.privacy import Privacy
from services.clients.salesforce.progress import _fitting
from services.clients.salesforce.row import Cursors
from services.graph_poller.rows import MailboxRead
from services.kernel.health import peak_rss_mib
from tests.decisions.graph_poller.mailbox import MIKE, Poller
from tests.decisions.reconciler.shard import Shard
from tests.hostile.doors import NOW, ROOT, graph, org, said
from tests.hostile.samples import AT, EVENT, MASTER, OF_MASTER, RICH, THIN, WIDE
from tests.hostile.spoiled import EXAMPLES, text

WINDOW = (datetime(2026, 1, 1, tzinfo=UTC), datetime(2028, 3, 1, tzinfo=UTC))
PAGE = 200
MANY = 100_000 if EXAMPLES else 4_000
WIDE_OPEN = Policy(enabled=True, past_inbound_days=365, future_inbound_months=48)


def page(rows: list[Any], **more: Any) -> Reply:
    return said({"value": rows, **more})


def a_round(answers: Callable[[str], Reply]) -> Round:
    it = graph(lambda _, url, __: answers(url))
    return asyncio.run(it.round("m", "", WINDOW, PrivateEvents.FULL))


def polled(found: Round) -> dict[str, Any]:
    """What a poller makes of it, and how the reconciler takes its first message."""
    poller, shard = Poller(WIDE_OPEN, now=NOW), Shard()
    poller.due()
    poller.hear(MailboxRead(MIKE, found, poller.order.view))
    said_ = poller.told(Observed, "reconciler")
    largest = max((len(encode(Message("m", "firm", NOW, one))) for one in said_), default=0)
    shard.hear(decode(encode(Message("m", "firm", NOW, said_[0]))).body)
    return {"items": sum(len(one.items) for one in said_), "largest": largest}


def large_page() -> dict[str, Any]:
    """50 MB in 200 events."""
    rows = [{**RICH, "id": f"e{at}", "body": {"contentType": "text", "content": "x" * 250_000}} for at in range(PAGE)]
    body = text({"value": rows, "@odata.deltaLink": f"{ROOT}/delta"})
    del rows
    return {"size": len(body), **polled(a_round(lambda _: Reply(200, {}, body)))}


def large_body() -> dict[str, Any]:
    """One event of 10 MB among others."""
    rows = [{**RICH, "id": f"e{at}"} for at in range(PAGE)]
    rows[7]["body"] = {"contentType": "html", "content": "<p>" * 3_300_000}
    found = a_round(lambda _: page(rows, **{"@odata.deltaLink": f"{ROOT}/delta"}))
    return {"unread": [row.id for row in found.rows if row.error], **polled(found)}


def many_guests() -> dict[str, Any]:
    """5,000 attendees, in each of four events."""
    guests = [
        {
            "emailAddress": {"name": f"Guest {at}", "address": f"guest{at}@client.example"},
            "type": "required",
            "status": {"response": "none", "time": "0001-01-01T00:00:00Z"},
        }
        for at in range(5_000)
    ]
    found = a_round(
        lambda _: page(
            [{**RICH, "id": f"e{at}", "attendees": guests} for at in range(4)], **{"@odata.deltaLink": f"{ROOT}/d"}
        )
    )
    return {"guests": found.rows[0].guests, **polled(found)}


def many_occurrences() -> dict[str, Any]:
    """A series of 100,000 occurrences, in pages of 200."""

    def answers(url: str) -> Reply:
        number = int(url.partition("page=")[2] or 0)
        if number == MANY // PAGE:
            return page([MASTER], **{"@odata.deltaLink": f"{ROOT}/delta"})
        return page(
            [occurrence(number * PAGE + at) for at in range(PAGE)],
            **{"@odata.nextLink": f"{ROOT}/more?page={number + 1}"},
        )

    found = a_round(answers)
    return {"rows": len(found.rows), **polled(found)}


def occurrence(number: int) -> dict[str, Any]:
    start = datetime(2026, 3, 1) + timedelta(minutes=7 * number)  # noqa: DTZ001 - a wall clock
    times = {
        name: {"dateTime": at.isoformat(), "timeZone": "UTC"}
        for name, at in (("start", start), ("end", start + timedelta(minutes=5)))
    }
    return {**THIN, **OF_MASTER, **times, "id": f"o{number}", "occurrenceId": f"OID.AAMk-m.{start.date()}"}


def many_rows() -> dict[str, Any]:
    """100,000 Events in one answer, although 500 were asked for."""
    few = {
        name: EVENT[name]
        for name in ("SystemModstamp", "Subject", "StartDateTime", "EndDateTime", "OwnerId", "CreatedDate")
    }
    rows = b",".join(text({"Id": f"00U{at:012d}AAA", **few, "Description": "x" * 100}) for at in range(MANY))

    def answers(_: str, __: str, asked: bytes) -> Reply:
        calls = enumerate(json.loads(asked)["compositeRequest"])
        parts = b",".join(
            b'{"referenceId":"r%d","httpStatusCode":200,"body":{"records":[%s],"done":true}}'
            % (at, rows if "FROM%20Event%20" in call["url"] else b"")
            for at, call in calls
        )
        return Reply(200, dict(said(None).headers), b'{"compositeResponse":[%s]}' % parts)

    known = replace(_fitting(Cursors(), WIDE), users=AT, contacts=AT, contact_points=AT)
    it = org(answers)
    found = asyncio.run(it.round(WIDE, known, date(2026, 1, 1), Privacy(PrivateEvents.FULL), {}))
    return {"size": len(rows), "rows": len(found.rows)}


CASES = {one.__name__: one for one in (large_page, large_body, many_guests, many_occurrences, many_rows)}

if __name__ == "__main__":
    before, began = peak_rss_mib(), time.process_time()
    told = CASES[sys.argv[1]]()
    sys.stdout.write(
        json.dumps({"before": before, "peak": peak_rss_mib(), "seconds": time.process_time() - began, **told})
    )

"""What one mailbox's hostile answers cost the others: nothing. Each is set aside with a reason, and read again once it
answers as it should."""

from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import pytest

from contracts.facts import MailboxState, Said
from services.clients import http, pages
from services.sandbox.wire import Request, Response, answer
from tests.conformance.calendars.firm import WHO, Firm, firm
from tests.security.remote import bomb

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
JOHN = "john@firm.example"
EVENT = {
    "subject": "Portfolio review",
    "start": {"dateTime": "2026-03-09T10:00:00", "timeZone": "UTC"},
    "end": {"dateTime": "2026-03-09T11:00:00", "timeZone": "UTC"},
}
NUMBERS = count()

Answers = Callable[[Request], Response]
HOSTILE: dict[str, tuple[Answers, str]] = {
    "a bomb": (
        lambda _: Response(200, b"".join(bomb("gzip", 3)), {"Content-Encoding": "gzip", "Content-Type": "text/json"}),
        "too_large",
    ),
    "another host's page": (
        lambda _: answer(200, {"value": [], "@odata.nextLink": "http://127.0.0.1:9/x"}), "foreign_link",
    ),
    "another host's place": (
        lambda _: answer(200, {"value": [], "@odata.deltaLink": "http://127.0.0.1:9/x"}), "foreign_link",
    ),
    "a redirect": (lambda _: Response(307, headers={"Location": "http://127.0.0.1:9/x"}), "redirect"),
    "pages without end": (
        lambda ask: answer(200, {"value": [], "@odata.nextLink": f"{ask.origin}{ask.path}?$skiptoken={next(NUMBERS)}"}),
        "endless_pages",
    ),
}  # fmt: skip


@pytest.fixture(autouse=True)
def nearer(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same bounds, nearer."""
    monkeypatch.setattr(http, "MAX_BODY", 2**20)
    monkeypatch.setattr(pages, "MOST_PAGES", 20)


@pytest.mark.parametrize(("hostile", "code"), HOSTILE.values(), ids=HOSTILE)
async def test_a_hostile_mailbox_is_set_aside_and_the_others_go_on(
    tmp_path: Path, hostile: Answers, code: str
) -> None:  # E3, O5
    async with firm(tmp_path, NOW, people=(WHO, JOHN)) as it:
        microsoft = it.world.sides.microsoft
        victim, other = (microsoft.tenant.user(address).oid for address in (WHO, JOHN))
        for mailbox in (victim, other):
            microsoft.add(mailbox, EVENT, NOW)
        it.door = lambda ask: hostile(ask) if victim in ask.path and "/delta" in ask.path else it.world.handle(ask)
        await it.sync()
        assert len(it.events()) == 1, "the other's"
        assert code in reasons(it, victim)

        it.door = it.world.handle
        await it.sync()
        assert len(it.events()) == 2


def reasons(it: Firm, mailbox: str) -> str:
    """All that was said of a mailbox."""
    facts = [fact for message in it.town.heard_of(Said) for fact in message.body.facts]
    return " ".join(fact.reason for fact in facts if isinstance(fact, MailboxState) and fact.mailbox == mailbox)

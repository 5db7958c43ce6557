"""Which events the policy leaves out: by category, or because everybody else is at certain domains."""

from typing import Any

import pytest

from contracts.policy import PrivateEvents
from services.clients.graph.excluded import Excluded, folded
from tests.decisions.graph_rows import MEETING, THIN, read

MIKE = ("mike@organizer.com", "mk@firm.example")


def person(address: str) -> dict[str, Any]:
    return {"emailAddress": {"address": address, "name": "N"}, "type": "required"}


def left_out(rule: Excluded, private: PrivateEvents = PrivateEvents.FULL, /, **changes: Any) -> bool:
    return read(MEETING, private, rule, **changes).excluded


@pytest.mark.parametrize(("named", "has", "out"), [
    pytest.param(("Personal",), ["Personal"], True, id="the very category"),
    pytest.param(("Personal",), ["  PERSONAL "], True, id="in another case, with outer spaces"),
    pytest.param(("  peRsonal",), ["Client", "Personal"], True, id="one of several, and the policy spells it oddly"),
    pytest.param(("Personal",), ["Personal training"], False, id="one that only begins like it"),
    pytest.param(("Personal",), [], False, id="none"),
    pytest.param(("Personal",), None, False, id="not even a list"),
    pytest.param((" ",), [""], False, id="an empty name names nothing"),
    pytest.param((), ["Personal"], False, id="nothing is named"),
])  # fmt: skip
def test_an_event_of_a_named_category_is_left_out(named: tuple[str, ...], has: Any, out: bool) -> None:  # INB-30
    assert left_out(Excluded(categories=folded(named)), categories=has) is out


RIVAL = ("x.example", "Y.example ")


@pytest.mark.parametrize(("organizer", "guests", "out"), [
    pytest.param("mike@organizer.com", ["eve@x.example", "Ann@Y.Example"], True, id="all guests are there"),
    pytest.param("eve@x.example", ["mike@organizer.com"], True, id="the organizer is, and the mailbox is its guest"),
    pytest.param("eve@x.example", ["MK@firm.example", "ann@y.example"], True, id="by another address of the mailbox"),
    pytest.param("mike@organizer.com", ["eve@x.example", "pia@client.example"], False, id="one is a client"),
    pytest.param("pia@client.example", ["mike@organizer.com", "eve@x.example"], False, id="a client organizes it"),
    pytest.param("mike@organizer.com", ["eve@x.example", "john@firm.example"], False, id="a colleague is invited too"),
    pytest.param("mike@organizer.com", ["eve@sub.x.example"], False, id="a domain below is another one"),
    pytest.param("mike@organizer.com", ["/O=EXCHANGE/CN=GONE"], False, id="nobody knows where a guest is"),
    pytest.param("mike@organizer.com", [], False, id="an appointment of one's own"),
    pytest.param("mike@organizer.com", ["mk@firm.example"], False, id="one that invites oneself"),
])  # fmt: skip
def test_an_event_with_named_domains_alone_is_left_out(organizer: str, guests: list[str], out: bool) -> None:  # INB-31
    rule = Excluded(domains=folded(RIVAL), own=MIKE)
    assert left_out(rule, organizer=person(organizer), attendees=[person(one) for one in guests]) is out


def test_an_event_without_an_organizer_and_guests_is_nobodys() -> None:
    assert not left_out(Excluded(domains=("x.example",), own=MIKE), organizer=None, attendees=None)


def test_a_domain_may_be_named_with_its_sign() -> None:
    assert folded(("@X.Example",)) == ("x.example",)


@pytest.mark.parametrize("private", [PrivateEvents.BUSY_ONLY, PrivateEvents.SKIP])
def test_what_is_private_is_left_out_too_and_says_nothing_of_why(private: PrivateEvents) -> None:  # INB-30, P1
    seen = read(MEETING, private, Excluded(categories=("secret",)), sensitivity="private", categories=["Secret"])
    assert seen.excluded
    assert b"Secret" not in repr(seen).encode()


def test_a_thin_occurrence_is_judged_by_its_master() -> None:  # graph.md §2.4
    assert not read(THIN, PrivateEvents.FULL, Excluded(("personal",), ("x.example",), MIKE)).excluded

"""Taking Events out of the recycle bin (X5): the one call that goes by SOAP."""

from typing import Any

import pytest

from services.clients.http import UnknownOutcome
from services.clients.salesforce.refusal import NOT_IN_BIN, NOT_SENT, UNKNOWN_OUTCOME
from services.kernel.errors import Fatal, Permanent, Transient
from services.sandbox.wire import Request, Response, answer

GONE = "00U000000000001EAA"


def deleted(place: Any, count: int) -> list[str]:
    ids = [place.event(EventWhoIds=[place.contact("Adams")]) for _ in range(count)]
    for one in ids:
        place.salesforce.delete("Event", one, place.now)
    return ids


def soap(place: Any) -> int:
    count = sum("/Soap/" in one.path for one in place.heard)
    place.heard.clear()
    return count


async def test_each_comes_back_with_its_people_or_says_why_not(place: Any) -> None:  # X5
    (event,) = deleted(place, 1)
    alive = place.event()
    purged = place.event()
    place.salesforce.delete("Event", purged, place.now)
    place.salesforce.memory.tables["Event"].drop(purged)
    place.later(minutes=5)
    found = await place.org.revive([event, alive, purged])
    assert [(one.id, one.code) for one in found] == [(event, ""), (alive, ""), ("", NOT_IN_BIN)]
    assert "15 days" in found[2].reason
    row = place.salesforce.row("Event", event)
    assert (row["IsDeleted"], len(row["EventWhoIds"])) == (False, 1)
    (read,) = [row for row in (await place.read()).rows if row.id == event]
    assert not read.deleted


async def test_a_repeat_is_harmless_and_writes_nothing(place: Any) -> None:  # ruling 9
    (event,) = deleted(place, 1)
    await place.org.revive([event])
    assert soap(place) == 1
    (again,) = await place.org.revive([event])
    assert (again.id, again.code, soap(place)) == (event, "", 0)


async def test_two_hundred_go_in_one_request(place: Any) -> None:
    found = await place.org.revive(deleted(place, 401))
    assert all(one.id and not one.code for one in found)
    assert soap(place) == 3


async def test_nothing_to_revive_asks_nothing(place: Any) -> None:
    assert await place.org.revive([]) == ()
    assert place.calls == 0


async def test_a_session_that_ended_in_between_is_renewed(place: Any) -> None:  # SFD-08
    (event,) = deleted(place, 1)
    once = iter([True])

    def spoil(request: Request) -> None:
        if "/Soap/" in request.path and next(once, False):
            place.salesforce.expire_sessions()

    place.spoil = spoil
    (found,) = await place.org.revive([event])
    assert (found.id, soap(place)) == (event, 2)


def said(status: int, body: str, opening: str = "") -> Response:
    envelope = 'xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"'
    text = f"{opening}<e:Envelope {envelope}><e:Body>{body}</e:Body></e:Envelope>"
    return Response(status, text.encode(), {"Content-Type": "text/xml"})


def fault(code: str, opening: str = "") -> Response:
    return said(500, f"<e:Fault><faultcode>{code}</faultcode></e:Fault>", opening)


def done(success: str, opening: str = "") -> Response:
    row = f"<result><id>00U</id><success>{success}</success></result>"
    return said(200, f'<undeleteResponse xmlns="urn:partner.soap.sforce.com">{row}</undeleteResponse>', opening)


TYPE = '<!DOCTYPE e [<!ENTITY yes "true"><!ENTITY closed "API_DISABLED_FOR_ORG">]>'
REFUSALS: dict[str, tuple[Response, type[Exception]]] = {
    "the day's requests are used up": (fault("sf:REQUEST_LIMIT_EXCEEDED"), Transient),
    "the server is not there": (fault("sf:SERVER_UNAVAILABLE"), Transient),
    "the API is closed": (fault("sf:API_DISABLED_FOR_ORG"), Fatal),
    "a session just given is refused": (fault("sf:INVALID_SESSION_ID"), Fatal),
    "it cannot be understood": (fault("soapenv:Client"), Permanent),
    "an error of no meaning": (Response(500, b"<html>"), UnknownOutcome),
    "a gateway": (answer(502), UnknownOutcome),
    "an answer with entities": (done("&yes;", TYPE), Permanent),
    "an answer about others": (said(200, "<undeleteResponse/>"), Permanent),
    "an answer that is no XML": (Response(200, b"{}"), Permanent),
    "a fault with entities": (fault("sf:&closed;", TYPE), UnknownOutcome),
}


async def test_an_answer_as_salesforce_gives_it_is_understood(place: Any) -> None:
    ids = deleted(place, 1)
    place.spoil = lambda request: done("true") if "/Soap/" in request.path else None
    assert [one.id for one in await place.org.revive(ids)] == ["00U"]


@pytest.mark.parametrize("row", REFUSALS.values(), ids=REFUSALS)
async def test_a_refusal_has_its_meaning(place: Any, row: tuple[Response, type[Exception]]) -> None:  # O4
    ids = deleted(place, 1)
    place.spoil = lambda request: row[0] if "/Soap/" in request.path else None
    with pytest.raises(row[1]) as error:
        await place.org.revive(ids)
    assert type(error.value) is row[1]
    assert soap(place) == (2 if "INVALID_SESSION" in row[0].body.decode() else 1), "never repeated by itself"


@pytest.mark.parametrize(("status", "code"), [(500, UNKNOWN_OUTCOME), (503, NOT_SENT)])
async def test_what_is_known_stays_known_when_a_later_request_fails(place: Any, status: int, code: str) -> None:
    ids = deleted(place, 500)
    count = iter(range(9))
    place.spoil = lambda request: answer(status) if "/Soap/" in request.path and next(count) else None
    found = await place.org.revive([*ids, GONE])
    assert [one.code for one in found] == [""] * 200 + [code] * 200 + [NOT_SENT] * 100 + [NOT_IN_BIN]

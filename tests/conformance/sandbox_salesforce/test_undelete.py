"""What stands in the bin comes back through the one call that can do it (salesforce.md §2.8). X5."""

from typing import Any
from xml.etree import ElementTree as ET

import pytest

from services.sandbox.salesforce import Switches
from services.sandbox.wire import Request, Response
from tests.conformance.sandbox_salesforce.caller import Caller

PATH = "/services/Soap/u/60.0"
PARTNER = "{urn:partner.soap.sforce.com}"
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"


def said(call: Caller, body: str, *, token: str | None = None, opening: str = "", **headers: str) -> Response:
    """The answer to an envelope with this body."""
    session = f"<SessionHeader><sessionId>{call.token if token is None else token}</sessionId></SessionHeader>"
    text = (
        f'<?xml version="1.0" encoding="UTF-8"?>{opening}<e:Envelope xmlns:e="{SOAP}" '
        f'xmlns="urn:partner.soap.sforce.com"><e:Header>{session}</e:Header><e:Body>{body}</e:Body></e:Envelope>'
    )
    sent = {"content-type": "text/xml; charset=UTF-8", "soapaction": '""', **headers}
    return call.org.handle(Request("POST", PATH, call.at, {}, sent, text.encode()))


def undelete(call: Caller, *ids: str) -> list[str]:
    """What became of each: "" when it is back, or the status code."""
    answer = said(call, f"<undelete>{''.join(f'<ids>{one}</ids>' for one in ids)}</undelete>")
    assert answer.status == 200, answer.body
    rows = ET.fromstring(answer.body).findall(f".//{PARTNER}result")
    return [
        "" if row.findtext(f"{PARTNER}success") == "true" else row.findtext(f".//{PARTNER}statusCode", "")
        for row in rows
    ]


def fault(answer: Response) -> str:
    assert answer.status == 500, answer.body
    return ET.fromstring(answer.body).findtext(".//faultcode", "")


def test_an_event_comes_back_with_its_people_and_a_new_stamp(call: Caller) -> None:
    event = call.event(EventWhoIds=[call.contact("Ada"), call.contact("Ben")])
    call.org.delete("Event", event, call.at)
    call.later(minutes=5)
    assert undelete(call, event) == [""]
    row = call.org.row("Event", event)
    assert (row["IsDeleted"], row["SystemModstamp"]) == (False, "2026-03-02T09:05:00.000+0000")
    assert len(row["EventWhoIds"]) == 2
    assert call.org.memory.changes[-1].kind == "UNDELETE"


def test_each_id_has_its_own_fate(call: Caller) -> None:
    kept, gone = call.event(), call.event()
    call.org.delete("Event", gone, call.at)
    relation = call.event(EventWhoIds=[call.contact("Ada")]) and call.org.rows("EventRelation")[0]["Id"]
    found = undelete(call, kept, gone, gone, "00U000000000001", "nonsense", relation)
    assert found == [
        "UNDELETE_FAILED", "", "UNDELETE_FAILED", "UNDELETE_FAILED", "MALFORMED_ID",
        "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY",
    ]  # fmt: skip


def test_the_copy_of_an_invitee_comes_back_only_with_its_event(call: Caller) -> None:  # I1
    event = call.event()
    call.org.insert("EventRelation", {"EventId": event, "RelationId": call.ann}, call.at)
    (child,) = [row["Id"] for row in call.org.rows("Event") if row["IsChild"]]
    call.org.delete("Event", event, call.at)
    assert undelete(call, child) == ["UNDELETE_FAILED"]
    assert undelete(call, event) == [""]
    assert call.org.row("Event", child)["IsDeleted"] is False


def test_after_fifteen_days_nothing_comes_back(call: Caller) -> None:
    event, other = call.event(), call.event()
    call.org.delete("Event", event, call.at)
    call.later(days=14, hours=23)
    call.token = call.login()
    assert undelete(call, event) == [""]
    call.org.delete("Event", other, call.at)
    call.later(days=15, minutes=-1)
    call.token = call.login()  # the bin is emptied once a day
    call.later(minutes=2)
    assert undelete(call, other) == ["UNDELETE_FAILED"]


def test_a_fault_that_waits_for_rows_meets_them_here_too(call: Caller) -> None:
    event = call.event()
    call.org.delete("Event", event, call.at)
    call.org.fail_rows("UNABLE_TO_LOCK_ROW", 1)
    assert undelete(call, event) == ["UNABLE_TO_LOCK_ROW"]
    assert call.org.row("Event", event)["IsDeleted"]


def test_a_call_is_counted_and_says_what_is_left(call: Caller) -> None:
    used = call.org.usage.used
    text = said(call, "<undelete><ids>00U000000000001</ids></undelete>").body.decode()
    assert call.org.usage.used == used + 1
    assert f"<current>{used + 1}</current>" in text


MANY = "".join(f"<ids>00U{number:012}</ids>" for number in range(201))
BOMB = '<!DOCTYPE b [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'
REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "another call": ({"body": "<delete><ids>00U</ids></delete>"}, "soapenv:Client"),
    "no call": ({"body": ""}, "soapenv:Client"),
    "no XML": ({"body": "<undelete>"}, "soapenv:Client"),
    "entities": ({"body": "<undelete><ids>&b;</ids></undelete>", "opening": BOMB}, "soapenv:Client"),
    "no session": ({"body": "<undelete/>", "token": ""}, "sf:INVALID_SESSION_ID"),
    "a session that is over": ({"body": "<undelete/>", "token": "00D!old"}, "sf:INVALID_SESSION_ID"),
    "more than 200": ({"body": f"<undelete>{MANY}</undelete>"}, "sf:EXCEEDED_ID_LIMIT"),
}


@pytest.mark.parametrize("row", REFUSED.values(), ids=REFUSED)
def test_a_fault_answers(call: Caller, row: tuple[dict[str, Any], str]) -> None:
    assert fault(said(call, **row[0])) == row[1]


def test_a_request_without_the_action_header_is_no_soap(call: Caller) -> None:
    assert fault(call.org.handle(Request("POST", PATH, call.at, {}, {}, b"<x/>"))) == "soapenv:Client"


def test_calls_end_with_the_days_budget() -> None:
    call = Caller(Switches(daily_limit=0))
    assert fault(said(call, "<undelete><ids>00U</ids></undelete>")) == "sf:REQUEST_LIMIT_EXCEEDED"

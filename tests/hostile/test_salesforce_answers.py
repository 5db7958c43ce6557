"""Whatever Salesforce answers, to whatever was asked: one of our four errors, or values that can be kept. What was
written and cannot be read has to be looked at, and is never taken for refused (O4, ruling 9)."""

import asyncio
import json
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from contracts.calendar import Response
from contracts.policy import Mapped, PrivateEvents
from services.clients.http import Reply, UnknownOutcome
from services.clients.salesforce.api import Org
from services.clients.salesforce.privacy import Privacy
from services.clients.salesforce.progress import _fitting
from services.clients.salesforce.refusal import UNKNOWN_OUTCOME
from services.clients.salesforce.row import Cursors
from services.kernel.errors import Permanent
from tests.hostile.allowed import fate
from tests.hostile.doors import HEADERS, STATUSES, Answers, org, said
from tests.hostile.samples import AT, CONTACT, DESCRIBED, EVENT, POINT, RELATION, USER, WIDE
from tests.hostile.spoiled import GONE, each, put, spoiled, text

ID = EVENT["Id"]
SINCE, ALL = date(2026, 1, 1), Privacy(PrivateEvents.FULL)
READ = replace(_fitting(Cursors(), WIDE), events=AT, relations=AT, contacts=AT, contact_points=AT, users=AT)
FATE = {"id": ID, "success": True, "created": True, "errors": []}
REFUSED = {
    "success": False,
    "errors": [{"statusCode": "FIELD_INTEGRITY_EXCEPTION", "message": "Figures", "fields": ["Subject"]}],
}
SOAP = (
    '<?xml version="1.0"?><e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"'
    ' xmlns="urn:partner.soap.sforce.com">'
    f"<e:Body><undeleteResponse><result><id>{ID}</id><success>true</success></result></undeleteResponse></e:Body></e:Envelope>"
)
PAGES = {"FROM User": USER, "FROM ContactPointEmail": POINT, "FROM Contact": CONTACT, "FROM EventRelation": RELATION}
GOOD: dict[str, Any] = {
    "describe": DESCRIBED,
    "page": {"totalSize": 2, "done": False, "nextRecordsUrl": "/services/data/v57.0/query/01g-2", "records": [EVENT]},
    "last page": {"totalSize": 2, "done": True, "records": [{**EVENT, "Id": "00U000000000002AAA"}]},
    "read": [EVENT],
    "written": [FATE],
    "refused": [REFUSED],
    "composite": {"compositeResponse": []},
    "error": [{"errorCode": "INVALID_FIELD", "message": "No such column", "fields": ["X"]}],
}
ROW = {"M365_Key__c": "key", "Subject": "Review"}
ASKED: dict[str, Callable[[Org], Any]] = {
    "a describe": lambda it: it.describe({"importance": Mapped("Rank__c")}),
    "a first round": lambda it: it.round(WIDE, Cursors(), SINCE, ALL),
    "a round": lambda it: it.round(WIDE, READ, SINCE, ALL),
    "a look": lambda it: it.look(WIDE, [ID], ALL),
    "who is on it": lambda it: it.people(WIDE, {"0035f00000AAAAAAA1"}),
    "who bears a key": lambda it: it.bearing(WIDE, ["key"]),
    "an upsert": lambda it: it.upsert(WIDE, [ROW]),
    "an update": lambda it: it.update([{**ROW, "id": ID}]),
    "a deletion": lambda it: it.delete([ID]),
    "invitations": lambda it: it.relate({ID: ["005A"]}),
    "answers": lambda it: it.answer({ID: {"003A": Response.DECLINED}}),
    "a revival": lambda it: it.revive([ID]),
}


def kind(method: str, path: str) -> str:
    """What one call of a composite asks for."""
    if "describe" in path:
        return "describe"
    if "queryAll" in path:
        return next((name for name in PAGES if name.replace(" ", "%20") in path), "page")
    return "read" if method == "POST" and path.endswith("/sobjects/Event") else "written"


def answering(odd: str, body: bytes, status: int = 200, headers: dict[str, str] | None = None) -> Answers:
    """All is well, except the answers of one kind; with an "error" those to every call."""

    def part(call: dict[str, Any]) -> bytes:
        asked = kind(call["method"], call["url"])
        good = {"records": [PAGES[asked]], "done": True} if asked in PAGES else GOOD[asked]
        spoilt = odd in {asked, "error"} or (odd == "refused" and asked == "written")
        inner, code = (body, status) if spoilt else (text(good), 200)
        return b'{"referenceId":"%s","httpStatusCode":%d,"httpHeaders":{},"body":%s}' % (
            call["referenceId"].encode(),
            code,
            inner or b"null",
        )

    def answers(_: str, url: str, asked: bytes) -> Reply:
        if "/Soap/" in url:
            return Reply(200 if odd != "error" else status, headers or {}, body if odd == "error" else SOAP.encode())
        if "/composite" not in url:
            return Reply(status, headers or {}, body) if odd == "last page" else said(GOOD["last page"])
        if odd == "composite":
            return Reply(status, headers or {}, body)
        whole = b",".join(map(part, json.loads(asked)["compositeRequest"]))
        return Reply(200, {**said(None).headers, **(headers or {})}, b'{"compositeResponse":[%s]}' % whole)

    return answers


def ask_all(answers: Answers) -> None:
    async def ask() -> None:
        for one in ASKED.values():
            await fate(one(org(answers)))

    asyncio.run(asyncio.wait_for(ask(), 20))


def test_without_a_mistake_everything_is_answered() -> None:
    async def ask() -> list[Any]:
        return [await fate(one(org(answering("nothing", b"")))) for one in ASKED.values()]

    found = asyncio.run(ask())
    assert None not in found
    assert [row.event.subject for row in found[2].rows] == ["Review", "Review"]


@pytest.mark.parametrize("odd", GOOD)
def test_one_mistake_in_an_answer(odd: str) -> None:
    for _, body in each(GOOD[odd], 40):
        ask_all(answering(odd, body, 400 if odd == "error" else 200))


@settings(settings.get_profile("hostile"))
@given(
    st.sampled_from(sorted(GOOD)).flatmap(lambda odd: st.tuples(st.just(odd), spoiled(GOOD[odd]))),
    st.sampled_from(STATUSES),
    HEADERS,
)
def test_several_with_any_status_and_headers(odd: tuple[str, bytes], status: int, headers: dict[str, str]) -> None:
    ask_all(answering(*odd, status, headers))


@settings(settings.get_profile("hostile"))
@given(st.sampled_from(sorted(GOOD)), st.binary(max_size=60), st.sampled_from(STATUSES), HEADERS)
def test_any_bytes(odd: str, body: bytes, status: int, headers: dict[str, str]) -> None:
    ask_all(answering(odd, body, status, headers))


PIECES = [
    "<",
    ">",
    "&lt;",
    "&x;",
    "<!DOCTYPE x [<!ENTITY a 'b'>]>",
    "&a;",
    "<success>",
    "true",
    "<e:Fault>",
    "<faultcode>",
    "\x00",
    SOAP,
    SOAP[:90],
    "</e:Body></e:Envelope>",
    "<?xml version='1.0' encoding='x'?>",
    "<a>" * 5_000,
]


@settings(settings.get_profile("hostile"))
@given(st.lists(st.sampled_from(PIECES), max_size=8).map("".join), st.sampled_from([200, 400, 500]))
def test_any_xml(body: str, status: int) -> None:
    soap = answering("error", body.encode(), status)

    def answers(method: str, url: str, asked: bytes) -> Reply:
        return (soap if "/Soap/" in url else answering("nothing", b""))(method, url, asked)

    asyncio.run(fate(ASKED["a revival"](org(answers))))


UNREADABLE = {
    "of another shape": put(FATE, ("success",), "yes"),
    "without an id": put(FATE, ("id",), GONE),
    "with an id that is none": put(FATE, ("id",), "00U\x00"),
    "nothing at all": None,
}


@pytest.mark.parametrize("row", UNREADABLE.values(), ids=UNREADABLE)
async def test_a_row_whose_fate_cannot_be_read_may_have_been_written(row: Any) -> None:  # ruling 9
    (result,) = await ASKED["an upsert"](org(answering("written", text([row]))))
    assert result.code == UNKNOWN_OUTCOME


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b'{"compositeResponse":[]}', b"[" * 5_000])
async def test_a_write_whose_answer_cannot_be_read_may_have_happened(body: bytes) -> None:  # ruling 9
    with pytest.raises(UnknownOutcome):
        await ASKED["an update"](org(answering("composite", body)))


@pytest.mark.parametrize("rows", [[], [None, None], [EVENT, EVENT], {}], ids=["none", "two", "twice", "no list"])
async def test_a_read_by_id_that_does_not_answer_is_no_proof(rows: Any) -> None:  # X2
    with pytest.raises(Permanent):
        await ASKED["a look"](org(answering("read", text(rows))))


async def test_pages_that_lead_in_a_circle_end() -> None:
    endless = text({**GOOD["last page"], "done": False, "nextRecordsUrl": "/services/data/v57.0/query/01g-2"})
    assert await fate(ASKED["a round"](org(answering("last page", endless)))) is None

"""The SOAP door, for the one call that has no other: undelete (salesforce.md §2.8). Any other call is a fault.
Expands no entity: a document that declares any is refused where it begins to."""

from dataclasses import replace
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

from services.sandbox.salesforce import fall
from services.sandbox.salesforce.memory import Act, Memory
from services.sandbox.salesforce.refused import Refused, bad
from services.sandbox.salesforce.session import Sessions
from services.sandbox.salesforce.usage import Usage
from services.sandbox.wire import Request, Response

ROOT = "/services/Soap/u/"
_SOAP, _PARTNER = "http://schemas.xmlsoap.org/soap/envelope/", "urn:partner.soap.sforce.com"
_ROWS = 200
_CLIENT = "soapenv:Client"
_OPENING = (
    f'<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="{_SOAP}" '
    f'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
)


class _Plain(ET.TreeBuilder):
    """A tree without a document type."""

    def doctype(self, _name: str, _pubid: str | None, _system: str | None) -> None:
        raise bad(_CLIENT, "DTDs are not supported by SOAP")


def answered(memory: Memory, sessions: Sessions, usage: Usage, request: Request) -> Response:
    """The answer to one SOAP request; changes the org."""
    try:
        envelope = _envelope(request)
        user = sessions.user_of(replace(request, headers={"authorization": f"Bearer {_session(envelope)}"}))
        if user is None:
            raise bad("sf:INVALID_SESSION_ID", "INVALID_SESSION_ID: Invalid Session ID found in SessionHeader")
        usage.spend(1, request.at)
        act = Act(request.at, user, client=_text(envelope, f"{{{_SOAP}}}Header/{{{_PARTNER}}}CallOptions/{{*}}client"))
        results = [_undeleted(memory, one, act) for one in _ids(envelope)]
    except Refused as refused:
        code = refused.code if ":" in refused.code else f"sf:{refused.code}"
        return _fault(code, refused.message)
    limit = f"<current>{usage.used}</current><limit>{usage.limit()}</limit><type>API REQUESTS</type>"
    header = f"<soapenv:Header><LimitInfoHeader><limitInfo>{limit}</limitInfo></LimitInfoHeader></soapenv:Header>"
    body = f"<soapenv:Body><undeleteResponse>{''.join(results)}</undeleteResponse></soapenv:Body>"
    return _xml(200, f'{_OPENING}xmlns="{_PARTNER}">{header}{body}</soapenv:Envelope>')


def _envelope(request: Request) -> ET.Element:
    if request.method != "POST":
        raise bad(_CLIENT, "SOAP is spoken by POST")
    if "soapaction" not in request.headers:
        raise bad(_CLIENT, "SOAPAction HTTP header missing")
    parser = ET.XMLParser(target=_Plain())  # noqa: S314 - entities need a document type, which is refused
    try:
        parser.feed(request.body)
        envelope: ET.Element = parser.close()
    except (ET.ParseError, LookupError, ValueError):
        raise bad(_CLIENT, "The request is not well-formed XML") from None
    if envelope.tag != f"{{{_SOAP}}}Envelope":
        raise bad(_CLIENT, "The request is no SOAP envelope")
    return envelope


def _session(envelope: ET.Element) -> str:
    return _text(envelope, f"{{{_SOAP}}}Header/{{{_PARTNER}}}SessionHeader/{{{_PARTNER}}}sessionId")


def _text(envelope: ET.Element, path: str) -> str:
    return (envelope.findtext(path) or "").strip()


def _ids(envelope: ET.Element) -> list[str]:
    """The ids of an undelete; Refused for another call."""
    body = envelope.find(f"{{{_SOAP}}}Body")
    call = body[0] if body is not None and len(body) else None
    if call is None or call.tag != f"{{{_PARTNER}}}undelete":
        named = "" if call is None else str(call.tag)
        raise bad(_CLIENT, f"No operation available for request {named}")
    found = [(one.text or "").strip() for one in call.findall("{*}ids")]  # jsforce names another namespace
    if len(found) > _ROWS:
        message = f"EXCEEDED_ID_LIMIT: record limit reached. cannot submit more than {_ROWS} records in this call"
        raise bad("EXCEEDED_ID_LIMIT", message)
    return found


def _undeleted(memory: Memory, record: str, act: Act) -> str:
    """What became of one id, as XML; a refusal leaves no trace."""
    mark = memory.mark()
    try:
        key = fall.undelete(memory, record, act)
    except Refused as refused:
        memory.rollback(mark)
        error = refused.row()
        told = f"<message>{escape(error['message'])}</message><statusCode>{error['statusCode']}</statusCode>"
        return f'<result><errors>{told}</errors><id xsi:nil="true"/><success>false</success></result>'
    return f"<result><id>{key}</id><success>true</success></result>"


def _fault(code: str, message: str) -> Response:
    fault = f"<faultcode>{code}</faultcode><faultstring>{escape(message)}</faultstring>"
    body = f"<soapenv:Body><soapenv:Fault>{fault}</soapenv:Fault></soapenv:Body>"
    return _xml(500, f'{_OPENING}xmlns:sf="urn:fault.partner.soap.sforce.com">{body}</soapenv:Envelope>')


def _xml(status: int, text: str) -> Response:
    return Response(status, text.encode(), {"Content-Type": "text/xml;charset=UTF-8"})

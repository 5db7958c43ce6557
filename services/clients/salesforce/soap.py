"""The one call that REST lacks, as XML: undelete (salesforce.md §2.8). Pure. A document type is refused where it
begins, so that no entity is ever expanded; nothing of Salesforce's texts is passed on (P3)."""

from collections.abc import Sequence
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

from services.clients.salesforce.refusal import Error, Fate, result
from services.clients.salesforce.row import Result
from services.kernel.errors import Permanent

_SOAP, _PARTNER = "{http://schemas.xmlsoap.org/soap/envelope/}", "{urn:partner.soap.sforce.com}"
_OPENING = (
    '<?xml version="1.0" encoding="UTF-8"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" '
    'xmlns="urn:partner.soap.sforce.com"><s:Header><SessionHeader><sessionId>'
)
_BODY = "</sessionId></SessionHeader><CallOptions><client>calsync</client></CallOptions></s:Header><s:Body>"


class _Plain(ET.TreeBuilder):
    """A tree without a document type."""

    def doctype(self, _name: str, _pubid: str | None, _system: str | None) -> None:
        raise ValueError("a document type")


def undelete(token: str, ids: Sequence[str]) -> bytes:
    """The envelope that takes records out of the recycle bin; at most 200."""
    asked = "".join(f"<ids>{escape(one)}</ids>" for one in ids)
    return f"{_OPENING}{escape(token)}{_BODY}<undelete>{asked}</undelete></s:Body></s:Envelope>".encode()


def fault(body: bytes) -> str:
    """The code of a fault without its prefix, "" when the answer is none."""
    try:
        code = _parsed(body).findtext(f"{_SOAP}Body/{_SOAP}Fault/faultcode") or ""
    except ValueError:
        return ""
    return code.strip().rpartition(":")[2]


def fates(body: bytes, count: int) -> list[Result]:
    """What became of each record, in order. Raises Permanent for an answer of another shape."""
    try:
        rows = _parsed(body).findall(f"{_SOAP}Body/{_PARTNER}undeleteResponse/{_PARTNER}result")
    except ValueError:
        rows = []
    if len(rows) != count:
        raise Permanent("unexpected_answer", "Salesforce answered in a shape that is not its own")
    return [_fate(row) for row in rows]


def _fate(row: ET.Element) -> Result:
    errors = [Error(error.findtext(f"{_PARTNER}statusCode")) for error in row.findall(f"{_PARTNER}errors")]
    success = row.findtext(f"{_PARTNER}success") == "true"
    return result(Fate(success, row.findtext(f"{_PARTNER}id"), errors=errors))


def _parsed(body: bytes) -> ET.Element:
    """Raises ValueError for what is no plain XML."""
    parser = ET.XMLParser(target=_Plain())  # noqa: S314 - entities need a document type, which is refused
    try:
        parser.feed(body)
        root: ET.Element = parser.close()
    except (ET.ParseError, LookupError) as error:
        raise ValueError("no XML") from error
    return root

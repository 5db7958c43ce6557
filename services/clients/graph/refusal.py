"""What Microsoft's refusals mean to us, in one place (graph.md §4.3). Keeps code and request id, never the message:
that one names people."""

from typing import Any

import msgspec

from services.clients.http import Reply
from services.clients.odd import NO_JSON
from services.kernel.errors import Conflict, Fatal, Permanent, Transient

RESETS = frozenset({"syncstatenotfound", "syncstateinvalid", "resyncrequired", "fullsyncrequired"})
GONE = "erroritemnotfound"
DUPLICATE = "errorduplicatetransactionid"
MALFORMED = "errorinvalididmalformed"
_CONFLICT = "errorirresolvableconflict"
_DIRECTORY = "authorization_requestdenied"
_CURSOR_GONE = 410
_WORDS = {
    "erroroccurrencecrossingboundary": "an occurrence can be moved neither to the day of the one before or after it,"
    " nor past it: move it to a day between them",
}
"""What a person has to know to mend it, where that is not the operator's affair (R5, graph.md §3.5)."""


class Stale(Transient):
    """The cursor is no longer known: read everything again (graph.md §2.5)."""


class Refusal(Permanent):
    """A refusal with its HTTP status and, for a repeated transactionId, the event that is there already."""

    def __init__(self, status: int, code: str, what: str, existing: str = "") -> None:
        super().__init__(code, what)
        self.status = status
        self.existing = existing

    @property
    def gone(self) -> bool:
        """The item is proven gone; any other 404 is about the mailbox (AUT-04)."""
        return self.status == 404 and self.code.casefold() == GONE  # noqa: PLR2004


def refusal(reply: Reply, where: str) -> Exception:
    """The error to raise for an answer of 400 and more: Stale, Transient, Conflict, Fatal or Refusal."""
    error = _error(reply.body)
    code = _code(error)
    low = code.casefold()
    what = _WORDS.get(low) or f"Microsoft answered {reply.status}{_request(reply, error)}"
    if reply.status == _CURSOR_GONE or low in RESETS:
        return Stale(f"{code or 'Gone'}: {what}")
    if reply.status == 412 or (reply.status == 409 and low == _CONFLICT):  # noqa: PLR2004
        return Conflict(f"{code}: {what}")
    if reply.status == 408:  # noqa: PLR2004
        return Transient(what)
    if reply.status == 401:  # noqa: PLR2004
        mend = "Check that the application still exists and is consented in Microsoft Entra"
        return Fatal(where, f"{code or 'Unauthorized'}: Microsoft refuses a new token too", mend)
    if low == _DIRECTORY:
        mend = "Grant User.Read.All with admin consent"
        return Fatal(where, f"{code}: the application may not read the directory", mend)
    existing = error.get("@event.existingEventId")
    return Refusal(reply.status, code or str(reply.status), what, existing if isinstance(existing, str) else "")


def _error(body: bytes) -> dict[str, Any]:
    try:
        said = msgspec.json.decode(body)
    except NO_JSON:
        return {}
    error = said.get("error") if isinstance(said, dict) else None
    return error if isinstance(error, dict) else {}


def _inner(error: dict[str, Any]) -> dict[str, Any]:
    found = next((value for key, value in error.items() if key.casefold() == "innererror"), None)
    return found if isinstance(found, dict) else {}


def _code(error: dict[str, Any]) -> str:
    """The outermost code that says something."""
    while error:
        if isinstance(code := error.get("code"), str) and code:
            return code
        error = _inner(error)
    return ""


def _request(reply: Reply, error: dict[str, Any]) -> str:
    known = reply.headers.get("request-id") or _inner(error).get("request-id")
    return f" (request {known})" if isinstance(known, str) else ""

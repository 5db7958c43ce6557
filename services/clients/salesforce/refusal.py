"""What Salesforce's refusals mean to us: decided on its code, never on the HTTP status (salesforce.md §2.9). Its texts
may quote what a person wrote, so only those that cannot do so are passed on (P3)."""

from datetime import timedelta

import msgspec
from msgspec import Struct

from services.clients.odd import NO_JSON, sound
from services.clients.salesforce.row import Result
from services.kernel.errors import Fatal, Permanent, Transient

SESSION = "INVALID_SESSION_ID"
LOCATOR = "INVALID_QUERY_LOCATOR"
NOT_SENT = "NOT_SENT"
UNKNOWN_OUTCOME = "UNKNOWN_OUTCOME"
NOT_IN_BIN = "UNDELETE_FAILED"
UNSEEN = Result(code=UNKNOWN_OUTCOME, reason="Salesforce's answer to it cannot be read")
LIMIT_WAIT = timedelta(minutes=15)
SMALLER = frozenset({"UNABLE_TO_LOCK_ROW", "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", "LIMIT_EXCEEDED"})
"""Rows refused so may pass in a smaller chunk, where fewer share one transaction (salesforce.md §7)."""

_LATER = frozenset({"UNABLE_TO_LOCK_ROW", "SERVER_UNAVAILABLE", "QUERY_TIMEOUT", "UNKNOWN_EXCEPTION"})
_CLOSED = frozenset({"API_DISABLED_FOR_ORG", "API_CURRENTLY_DISABLED", "INVALID_LOGIN", "INACTIVE_ORG", "ORG_LOCKED"})
_HARMLESS = frozenset({"FIELD_CUSTOM_VALIDATION_EXCEPTION", "INVALID_FIELD", "MALFORMED_QUERY"})
"""Their texts are written by an administrator or name columns only."""

_MEANINGS = {
    "ENTITY_IS_DELETED": "it, or a record that it refers to, is deleted",
    "NOT_FOUND": "it does not exist, or the integration user may not see it",
    "INACTIVE_OWNER_OR_USER": "its owner is no longer active",
    "STRING_TOO_LONG": "a text is longer than its field",
    "DUPLICATE_VALUE": "another record has the same unique value",
    "FIELD_INTEGRITY_EXCEPTION": "its values do not fit together, or break a limit",
    "INSUFFICIENT_ACCESS_OR_READONLY": "the integration user may not change it",
    "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY": "the integration user may not relate that record",
    "INVALID_CROSS_REFERENCE_KEY": "a record that it refers to does not exist",
    "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY": "automation of the org failed on it",
    "UNABLE_TO_LOCK_ROW": "another change held the record",
    "REQUIRED_FIELD_MISSING": "a required field is empty",
    NOT_IN_BIN: "the recycle bin does not hold it any more: it keeps what is deleted for 15 days",
}


def codes(body: bytes) -> tuple[str, str]:
    """The first errorCode and message of an error answer; ("", "") when it is none."""
    try:
        found = msgspec.json.decode(body)
    except NO_JSON:
        return "", ""
    first = found[0] if isinstance(found, list) and found else found
    if not isinstance(first, dict):
        return "", ""
    return str(first.get("errorCode") or first.get("error") or ""), str(first.get("message") or "")


def judge(status: int, body: bytes, where: str) -> None:
    """Raises what an answer means unless it succeeded: Transient, Permanent or Fatal."""
    if status < 300:  # noqa: PLR2004
        return
    raise meant(status, *codes(body), where)


def meant(status: int, code: str, message: str, where: str) -> Transient | Permanent | Fatal:
    """What a refusal means, by its code."""
    if code == "REQUEST_LIMIT_EXCEEDED":
        return Transient(f"{where} has used up its API requests", LIMIT_WAIT)
    if code in _LATER:
        return Transient(f"{where} answered {code}")
    if code in _CLOSED:
        mend = "Let a Salesforce administrator enable the API for this org and the integration user"
        return Fatal(where, f"Salesforce answered {code}", mend)
    return Permanent(code or f"http_{status}", _said(code, message, ()))


class Error(Struct, frozen=True, rename={"code": "statusCode", "other": "errorCode"}):
    """Why one row of a collection was refused (salesforce.md §2.9)."""

    code: str | None = None
    other: str | None = None
    message: str | None = None
    fields: list[str] | None = None


class Fate(Struct, frozen=True):
    """What became of one row of a collection, as Salesforce says it."""

    success: bool = False
    id: str | None = None
    created: bool | None = None
    errors: list[Error] | None = None


def result(fate: Fate) -> Result:
    """What became of one row. One that succeeded has an id, or nobody could look at it: its outcome is unknown."""
    if fate.success:
        return Result(fate.id, bool(fate.created)) if sound(fate.id or "") else UNSEEN  # type: ignore[arg-type]
    error = next(iter(fate.errors or ()), Error())
    code = error.code or error.other or "UNKNOWN_EXCEPTION"
    return Result(code=code, reason=_said(code, error.message or "", tuple(error.fields or ())))


def _said(code: str, message: str, fields: tuple[str, ...]) -> str:
    text = message if code in _HARMLESS and message else _MEANINGS.get(code, "Salesforce refused it")
    return f"{text} ({', '.join(fields)})" if fields else text

"""The answers in which Microsoft says no, as one exception that the door turns into an error body.
Must never be raised for a fault of the sandbox itself: those stay ordinary exceptions."""

from collections.abc import Mapping
from typing import Any


class Refused(Exception):
    """Microsoft would refuse: HTTP status, Graph's error code and message (graph.md §4.3)."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        headers: Mapping[str, str] | None = None,
        annotations: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(status, code, message)
        self.status = status
        self.code = code
        self.message = message
        self.headers = dict(headers or {})
        self.annotations = dict(annotations or {})

    def __str__(self) -> str:
        return f"{self.status} {self.code}: {self.message}"


def missing_item() -> Refused:
    """404 for an event or calendar that is gone."""
    return Refused(404, "ErrorItemNotFound", "The specified object was not found in the store.")


def malformed_id() -> Refused:
    """400 for an id that is corrupt or of another mailbox."""
    return Refused(400, "ErrorInvalidIdMalformed", "Id is malformed.")


def bad_property(what: str) -> Refused:
    """400 for a value that Exchange cannot hold."""
    return Refused(400, "ErrorPropertyValidationFailure", f"At least one property failed validation. {what}")


def bad_body(what: str) -> Refused:
    """400 for a body that does not fit the schema."""
    return Refused(400, "RequestBodyRead", what)


def bad_request(what: str) -> Refused:
    """400 for a URL or a body that makes no request."""
    return Refused(400, "BadRequest", what)

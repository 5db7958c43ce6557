"""The one way in which the org says no, so that every resource can dress it in its own shape.
Never says what the caller did not send."""

from typing import Any


class Refused(Exception):
    """A request or a row that Salesforce refuses: HTTP status, Salesforce's code, its text, the fields meant."""

    def __init__(self, status: int, code: str, message: str, fields: tuple[str, ...] = ()) -> None:
        super().__init__(f"{code}: {message}")
        self.status, self.code, self.message, self.fields = status, code, message, fields

    def single(self) -> list[dict[str, Any]]:
        """The body of a single-row answer: an array, keyed `errorCode` (salesforce.md §2.9)."""
        error: dict[str, Any] = {"message": self.message, "errorCode": self.code}
        return [error | {"fields": list(self.fields)} if self.fields else error]

    def row(self) -> dict[str, Any]:
        """The error of one row among many, keyed `statusCode` (salesforce.md §2.9)."""
        code = "INVALID_TYPE_ON_FIELD_IN_RECORD" if self.code == "JSON_PARSER_ERROR" else self.code
        return {"statusCode": code, "message": self.message, "fields": list(self.fields)}


def bad(code: str, message: str, *fields: str) -> Refused:
    """The usual refusal: HTTP 400."""
    return Refused(400, code, message, fields)


def missing(message: str = "The requested resource does not exist") -> Refused:
    """HTTP 404 for what was never there."""
    return Refused(404, "NOT_FOUND", message)


def gone() -> Refused:
    """HTTP 404 for what stands in the recycle bin."""
    return Refused(404, "ENTITY_IS_DELETED", "entity is deleted")

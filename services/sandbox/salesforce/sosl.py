"""SOSL over e-mail fields, no more: FIND {a OR b} IN EMAIL FIELDS RETURNING Contact(Id, Email) (salesforce.md §4.2).
Truncates as silently as Salesforce does."""

import re
from typing import Any

from services.sandbox.salesforce import soql
from services.sandbox.salesforce.call import Call, Reply, not_allowed
from services.sandbox.salesforce.refused import bad

_FIND = re.compile(
    r"""\s*find\s*\{(?P<terms>.*?)(?<!\\)\}\s*
    (?:in\s+(?P<scope>\w+)\s+fields\s*)?(?:returning\s+(?P<what>.*))?""",
    re.IGNORECASE | re.DOTALL | re.VERBOSE,
)
_RETURNED = re.compile(r"\s*(\w+)\s*(?:\(([^()]*)\))?\s*(?:,|$)")
_NO_OPERATORS = 4_000  # characters of the search text
_TOTAL, _EACH = 2_000, 250  # rows


def resource(call: Call) -> Reply:
    """`/search`."""
    if call.method != "GET":
        raise not_allowed(call)
    match = _FIND.fullmatch(call.query.get("q", ""))
    if match is None or (match["scope"] or "all").lower() not in ("email", "all"):
        raise bad("MALFORMED_SEARCH", "No search term found. The search term must be enclosed in braces.")
    returned = _RETURNED.findall(match["what"] or "Contact")
    terms = _terms(match["terms"])
    each = min(_TOTAL // max(1, len(returned)), _EACH)
    records = [one for name, fields in returned for one in _found(call, name, fields, terms)[:each]]
    return Reply(200, {"searchRecords": records})


def _terms(text: str) -> set[str]:
    if len(text) > _NO_OPERATORS:  # without operators all terms must meet in one address
        return set()
    return {re.sub(r"\\(.)", r"\1", term).strip(' "').lower() for term in re.split(r"\s+OR\s+", text)}


def _found(call: Call, name: str, fields: str, terms: set[str]) -> list[dict[str, Any]]:
    reader = call.reader()
    query = soql.parse(f"SELECT {fields or 'Id'} FROM {name}")  # noqa: S608 - our own parser reads it
    sobject = reader.source(query)
    mails = [field.name for field in sobject.fields if field.kind == "email"]
    shape = reader.shape(query, sobject)
    rows = reader.rows(query, sobject)
    return [shape(row) for row in rows if any((row[mail] or "").lower() in terms for mail in mails)]

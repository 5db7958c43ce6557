"""How a value is made to fit Salesforce's limits (F3, salesforce.md §2.2), so that nothing is refused and what was cut
shows. Pure; fitting twice is fitting once (PRO-12)."""

import re
from datetime import UTC, datetime, timedelta

from contracts.calendar import Days, Timed, When

MOST = timedelta(days=14)
"""The longest event that Salesforce keeps."""

ELLIPSIS = "…"
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_BREAKS = re.compile(r"\r\n?|\u2028|\u2029")
_BLANKS = re.compile(r"[\t\n]+")


def lines(text: str, length: int) -> str:
    """Text of several lines, without what Salesforce strips, cut with a visible "…"."""
    return cut(_plain(text).strip(), length)


def line(text: str, length: int) -> str:
    """Text of one line, otherwise like `lines`."""
    return cut(_BLANKS.sub(" ", _plain(text)).strip(), length)


def _plain(text: str) -> str:
    """No control characters, one kind of line break, and no "@{", which a composite request takes for a reference to
    another answer: it would refuse all rows that travel with this one (salesforce.md §7)."""
    return _CONTROLS.sub("", _BREAKS.sub("\n", text)).replace("@{", "@ {")


def cut(text: str, length: int) -> str:
    """At most `length` UTF-16 units, as Salesforce counts; a cut one ends in "…"."""
    if len(text) * 2 <= length or units(text) <= length:
        return text
    text = text[: length - 1]
    while (over := units(text) - (length - 1)) > 0:
        text = text[: -((over + 1) // 2)]
    return text.rstrip() + ELLIPSIS


def units(text: str) -> int:
    """The length in UTF-16 units."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def span(when: When) -> When:
    """Whole minutes, at most 14 days, the end never before the start; an all-day event has at least one day."""
    if isinstance(when, Days):
        last = min(when.until, when.first + MOST)
        return Days(when.first, max(last, when.first + timedelta(days=1)))
    start, end = minute(when.start), minute(when.end)
    return Timed(start, max(start, min(end, start + MOST)))


def minute(at: datetime) -> datetime:
    """The whole minute in UTC."""
    return at.astimezone(UTC).replace(second=0, microsecond=0)

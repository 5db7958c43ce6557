"""Our word on a Practifi Event: what is wrong or lost, in one short sentence for the advisor who looks at it. Pure: the
one place where it is composed. It never stands on a private event."""

from contracts.calendar import CalendarEvent, Side
from services.reconciler.rows import Attention, Held, Link, Trouble
from services.reconciler.when import length

MOST = 250
"""UTF-16 units: what the field takes, and a little less (salesforce.md §6)."""

_SHORTENED = {
    "subject": "subject",
    "location": "location",
    "body": "body",
    "recurrence": "recurrence",
    "when": "length",
}
"""What may be shortened, and what a person calls it. The others are shown another way, and not less of them."""
_REFUSED = {Side.MICROSOFT: "Microsoft refused it", Side.PRACTIFI: "Practifi refused it"}


def word(link: Link, strangers: int = 0) -> str:
    """The sentence, "" when all is well. `strangers` are the people who stand on the Event only because a person added
    them there (A4)."""
    if any(held is not None and held.redacted for held in (link.microsoft, link.practifi)):
        return ""
    if link.troubles:
        return sentence(_told(link.troubles[0]))
    shortened = ", ".join(name for field, name in _SHORTENED.items() if _is_shortened(link, field))
    if shortened:
        return f"Shortened in Practifi: {shortened}"
    if strangers and link.microsoft is not None and not link.microsoft.gone:
        return f"{strangers} {'person here is' if strangers == 1 else 'people here are'} not invited in Microsoft"
    return ""


def _is_shortened(link: Link, field: str) -> bool:
    """Whether Practifi shows less of a field than Microsoft, and not a person's own value (D6). A time that only lacks
    its zone is not shortened."""
    if field not in link.lost or field in link.local:
        return False
    here, there = link.microsoft, link.practifi
    if here is None or there is None or here.gone or there.gone:
        return False
    return field != "when" or length(_agreed(there).when) < length(_agreed(here).when)


def _agreed(held: Held) -> CalendarEvent:
    """What it held when both last agreed: a newer time is still on its way."""
    return held.base or held.event


def _told(one: Attention) -> str:
    return f"{_REFUSED[one.side]}: {one.reason}" if one.kind is Trouble.REFUSED else one.reason


def sentence(text: str) -> str:
    """How a reason stands there: one line of it, with a capital letter, cut where it is too long."""
    line = " ".join(text.split())
    line = line[:1].upper() + line[1:]
    return line if _units(line) <= MOST else _cut(line)


def _cut(line: str) -> str:
    while _units(line) >= MOST:
        line = line[:-1]
    return f"{line.rstrip()}…"


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2

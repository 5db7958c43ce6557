"""Which fields may travel to a side: what that side can hold at all, what the policy's mapping switches on or off on
top of it (F2), and what this event allows (I4, A6, F4, P1). It never says who wins."""

from contracts.calendar import FIELDS, CalendarEvent, Response, Side
from contracts.policy import Mapped, Policy
from services.reconciler.rows import Held

TO_PRACTIFI = tuple(f for f in FIELDS if f not in {"attendees", "categories", "importance", "organizer"})
"""What travels to Practifi by default: it has no place for categories and importance, unless the mapping names one;
attendees become relations (`match.py`), and the owner stands for the organizer."""

TO_MICROSOFT = ("when", "subject", "location", "show_as", "sensitivity", "reminder", "online")
"""What travels to Microsoft by default, besides an answer: no attendees (A4), no body (ruling 15), nothing that
Practifi lacks or only shows."""

ANSWER = "my_response"
"""Sent from an invited mailbox as its own answer, and never as a field (A6)."""

COPY = frozenset({"show_as", "reminder", "sensitivity", "categories"})
"""What the copy of an invited mailbox can hold for itself (I4, graph.md §3.10)."""

BUSY = frozenset({"when", "show_as"})
"""All that is here of a private event (P1)."""

HIDING = BUSY | {"sensitivity"}
"""All that is ours of an event that has become private."""

TEXT = tuple(field for field in FIELDS if field not in HIDING)
"""All that is hidden of it."""

_PLACELESS = frozenset({"categories", "importance"})
"""Stand in Practifi only where the mapping names a field for them."""
_ABLE = {
    Side.MICROSOFT: frozenset({*TO_MICROSOFT, ANSWER, "body", *_PLACELESS}),
    Side.PRACTIFI: frozenset({*TO_PRACTIFI, *_PLACELESS}),
}
_DEFAULT = {Side.MICROSOFT: frozenset({*TO_MICROSOFT, ANSWER}), Side.PRACTIFI: frozenset(TO_PRACTIFI)}
_NOTHING: frozenset[str] = frozenset()


def travels(policy: Policy, side: Side) -> frozenset[str]:
    """What the mapping lets travel to a side, where the direction lets anything."""
    if not policy.mapping:
        return _DEFAULT[side]
    return frozenset(field for field in _ABLE[side] if _on(policy, side, field))


def related(policy: Policy, side: Side) -> bool:
    """Whether the people of an event travel: as guests of a new one to Microsoft, as relations to Practifi."""
    return _wish(policy, side, "attendees") is not False


def new(policy: Policy, side: Side, event: CalendarEvent, *, redacted: bool = False) -> tuple[str, ...]:
    """The fields with which an event is made on a side: its time in any case; in Practifi all that hides a private one;
    no answer and, into an online meeting, no body."""
    fields = travels(policy, side) | {"when"}
    if side is Side.PRACTIFI:
        fields |= _hidden(policy) if redacted else _NOTHING
    else:
        fields -= {ANSWER, "body"} if _meets_online(event) else {ANSWER}
    return tuple(field for field in FIELDS if field in fields)


def whole(event: CalendarEvent) -> tuple[str, ...]:
    """All fields with which an event of Microsoft's own can be made there anew."""
    left_out = {ANSWER, "body"} if _meets_online(event) else {ANSWER}
    return tuple(field for field in FIELDS if field in _ABLE[Side.MICROSOFT] - left_out)


def to_microsoft(here: Held, there: Held, policy: Policy, *, mailing: bool) -> frozenset[str]:
    """What may travel to Microsoft. Without `mailing`, nothing that would mail anybody (A5)."""
    if not policy.direction.writes(Side.MICROSOFT):
        return _NOTHING
    fields = travels(policy, Side.MICROSOFT)
    if here.mine:
        fields = fields - {ANSWER} if mailing else _NOTHING
    else:
        fields &= COPY | {ANSWER} if mailing and there.event.my_response is not Response.NONE else COPY
    if _meets_online(here.event) or _meets_online(there.event):
        fields -= {"body"}
    if here.redacted:
        return fields & BUSY
    return fields & (BUSY | {"sensitivity"}) if there.redacted else fields


def to_practifi(here: Held, policy: Policy) -> frozenset[str]:
    """What may travel to Practifi. All that a private event hides goes, whatever the mapping says (P2)."""
    if not policy.direction.writes(Side.PRACTIFI):
        return _NOTHING
    fields = travels(policy, Side.PRACTIFI)
    return fields | _hidden(policy) if here.redacted else fields


def unanswerable(here: Held, there: Held, policy: Policy) -> bool:
    """Whether what stands in Practifi as the owner's answer can be none: who organizes an event has nothing to answer,
    and an answer cannot be taken back (A6). Where answers do not travel to Microsoft, it is Practifi's own (D6)."""
    if not policy.direction.writes(Side.MICROSOFT) or ANSWER not in travels(policy, Side.MICROSOFT):
        return False
    return here.mine or there.event.my_response is Response.NONE


def _hidden(policy: Policy) -> frozenset[str]:
    """All that Practifi can hold of an event."""
    return frozenset(field for field in _ABLE[Side.PRACTIFI] if _placed(policy, field))


def _placed(policy: Policy, field: str) -> bool:
    return field not in _PLACELESS or bool(policy.mapping.get(field, _UNSAID).field.strip())


def _on(policy: Policy, side: Side, field: str) -> bool:
    if not _placed(policy, field):
        return False
    wish = _wish(policy, side, field)
    return field in _DEFAULT[side] or field in _PLACELESS if wish is None else wish


def _wish(policy: Policy, side: Side, field: str) -> bool | None:
    row = policy.mapping.get(field, _UNSAID)
    return row.to_microsoft if side is Side.MICROSOFT else row.to_practifi


def _meets_online(event: CalendarEvent) -> bool:
    """Whether the join link stands in its body (F4)."""
    return event.online or bool(event.join_url)


_UNSAID = Mapped()

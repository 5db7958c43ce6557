"""The three-way merge of one link, field by field. Pure: two versions and the rules in, a plan out.

THEORY OF OPERATION

Each side has its own base: what that side itself held when both last agreed (ruling 3). A field has *changed* on a
side when its present value differs from that side's base. The two sides' values are compared with each other only to
save a write, never to find a change. Hence what a side cannot hold (a subject cut at 255, tentative shown as busy,
seconds, a private text) is not a change: that side's base was cut in the same way.

For every field there are four cases:

    neither changed      nothing.
    one side changed     the change *travels* to the other side, if the rules let this field travel that way (D1, F2,
                         and `reach.py`). If the values are already equal there is nothing to write (CON-03).
    both changed         the winner's change travels: Microsoft, unless the policy names Practifi for this field, or it
                         can come from Practifi only (C1, C2, ruling 13). If the values differ this is a conflict, and
                         it is said.
    it may not travel    it stays where it is: the side adopts the value as its base, as if nothing had happened (D6,
                         ruling 12). If it was a person's edit in Practifi, the field is remembered as `local`, so that
                         a later change by Microsoft, which overwrites it, is said as a conflict (I3).

Nothing else is remembered about the direction, so that switching it needs no work: what differs then has been adopted.

Three fields are ours to show and not Practifi's to change: recurrence, attendee count, join link. A change of them in
Practifi is *put back* (R2, REC-62), and so is an answer that cannot be given (A6).

A field that Practifi shows cut, clamped or redacted never goes back in that form, because only a difference from
Practifi's own base counts. If a person truly changes such a field:
    redacted    it is locked: only the time and show-as of a private event travel (PRV-07);
    clamped     the length was ours to cut and not the person's wish, so a moved event keeps Microsoft's length, unless
                the length was changed as well;
    cut         the person has written a new text, and it travels.

What Practifi hides cannot be compared: what a private event said in Microsoft before it was hidden may stand there
under the blank that a reader shows, so all of that is written (P2).

A write carries only the fields that travel. When it is done, the bases of exactly these fields move: on the written
side to what was written *as that side keeps it*, on the other side to the value that was sent. A field that the other
side changed meanwhile keeps its base and is merged next. So every field is in one of three conditions: agreed,
changed and on its way, or adopted; and a plan for an unchanged link is empty, whatever the two sides show.

Deletion against an edit is decided in `step.py`: gone in Microsoft wins over any edit; gone in Practifi loses against
an edit in Microsoft that Practifi has not got yet, and the event comes back in Practifi as the next generation.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from msgspec.structs import replace

from contracts.calendar import FIELDS, CalendarEvent, Days, Side, Timed, When
from contracts.policy import Policy
from services.reconciler import reach
from services.reconciler.rows import Held

PUT_BACK = frozenset({"recurrence", "attendee_count", "join_url"})
"""Read-only in Practifi (R2)."""

_NOTHING: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Rules:
    """Which fields travel to which side, which are put back in Practifi, and which Practifi keeps when both sides have
    changed them: Microsoft wins all others."""

    microsoft: frozenset[str]
    practifi: frozenset[str]
    put_back: frozenset[str] = _NOTHING
    practifi_wins: frozenset[str] = _NOTHING

    def winner(self, field: str) -> Side:
        """Who wins a field that both have changed."""
        return Side.PRACTIFI if field in self.practifi_wins else Side.MICROSOFT


@dataclass(frozen=True, slots=True)
class Plan:
    """Fields to write to each side; fields whose base each side adopts; fields in conflict; fields that are left to a
    person's own value in Practifi."""

    microsoft: tuple[str, ...] = ()
    practifi: tuple[str, ...] = ()
    adopt: tuple[str, ...] = ()
    conflicts: tuple[str, ...] = ()
    local: tuple[str, ...] = ()

    def to(self, side: Side) -> tuple[str, ...]:
        return self.microsoft if side is Side.MICROSOFT else self.practifi


def rules(microsoft: Held, practifi: Held, policy: Policy, *, mailing: bool = True) -> Rules:
    """The rules for one link, by its mailbox's policy. Without `mailing`, Microsoft takes nothing that would mail
    anybody (A5). A field that can travel one way only is won by the side that it comes from (ruling 13), any other by
    the side that the policy names (C2)."""
    outward = reach.to_microsoft(microsoft, practifi, policy, mailing=mailing)
    inward = reach.to_practifi(microsoft, policy)
    back = _NOTHING if practifi.redacted else PUT_BACK & inward
    if not (microsoft.redacted or practifi.redacted) and reach.unanswerable(microsoft, practifi, policy):
        back |= {reach.ANSWER} & inward
    named = frozenset(field for field, side in policy.winners.items() if side is Side.PRACTIFI)
    return Rules(outward, inward, back, outward & (named | (outward - inward)))


def merge(
    microsoft: Held, practifi: Held, rule: Rules, local: tuple[str, ...] = (), purge: tuple[str, ...] = ()
) -> Plan:
    """What to write where. Both sides must have a base; `local` and `purge` as in `Link`."""
    if microsoft.now is None and practifi.now is None and not purge:
        return Plan()
    here, there = changed(microsoft) | frozenset(purge), changed(practifi)
    unseen = here & frozenset(reach.TEXT) if microsoft.redacted and practifi.redacted else _NOTHING
    travels: dict[Side, list[str]] = {Side.MICROSOFT: [], Side.PRACTIFI: []}
    adopt, conflicts, kept = list[str](), list[str](), list[str]()
    for field in FIELDS:
        mine, theirs = field in here, field in there
        if not (mine or theirs):
            continue
        source = _source(field, rule, mine=mine, theirs=theirs)
        differs = not same(field, getattr(microsoft.event, field), getattr(practifi.event, field))
        if source is None or not (differs or field in unseen):
            adopt.append(field)
            kept += [field] if theirs and differs else []
            continue
        travels[source.other].append(field)
        over = differs and ((mine and theirs) or (source is Side.MICROSOFT and field in local))
        conflicts += [field] if over and field not in PUT_BACK and not _put_back(field, rule, theirs=theirs) else []
    to_microsoft, to_practifi = tuple(travels[Side.MICROSOFT]), tuple(travels[Side.PRACTIFI])
    return Plan(to_microsoft, to_practifi, tuple(adopt), tuple(conflicts), tuple(kept))


def changed(held: Held) -> frozenset[str]:
    """The fields in which a side differs from its own base."""
    base, now = held.base, held.now
    if base is None or now is None:
        return _NOTHING
    return frozenset(field for field in FIELDS if getattr(base, field) != getattr(now, field))


def wanted(side: Side, fields: tuple[str, ...], microsoft: Held, practifi: Held) -> CalendarEvent:
    """What `side` shall hold: its own present version with the other side's values in `fields`."""
    target, source = (microsoft, practifi) if side is Side.MICROSOFT else (practifi, microsoft)
    values: dict[str, Any] = {field: getattr(source.event, field) for field in fields}
    if side is Side.MICROSOFT and "when" in values:
        values["when"] = _moved(microsoft, practifi)
    return replace(target.event, **values)


def advance(held: Held, fields: tuple[str, ...], values: CalendarEvent) -> Held:
    """With the base of `fields` moved to `values`."""
    assert held.base is not None
    base = replace(held.base, **{field: getattr(values, field) for field in fields})
    return replace(held, base=base, now=None if held.event == base else held.event)


def same(field: str, one: Any, other: Any) -> bool:
    """Whether two sides' values mean the same; a zone counts only where both have one (TZ-20)."""
    if field == "when" and isinstance(one, Timed) and isinstance(other, Timed) and not (one.zone and other.zone):
        return (one.start, one.end) == (other.start, other.end)
    return bool(one == other)


def _source(field: str, rule: Rules, *, mine: bool, theirs: bool) -> Side | None:
    """The side whose value travels, None when it stays where it is."""
    if _put_back(field, rule, theirs=theirs):
        return Side.MICROSOFT
    source = rule.winner(field) if mine and theirs else Side.MICROSOFT if mine else Side.PRACTIFI
    may = rule.practifi if source is Side.MICROSOFT else rule.microsoft
    return source if field in may else None


def _put_back(field: str, rule: Rules, *, theirs: bool) -> bool:
    return theirs and field in rule.put_back


def _moved(microsoft: Held, practifi: Held) -> When:
    """Practifi's time as Microsoft shall have it: in Microsoft's zone, and with Microsoft's length where Practifi's
    was clamped and nobody changed it (ruling 3)."""
    assert practifi.base is not None
    assert microsoft.base is not None
    old, new, shown = microsoft.base.when, practifi.event.when, practifi.base.when
    clamped = _length(shown) != _length(old) and _length(new) == _length(shown)
    if isinstance(new, Timed) and isinstance(old, Timed):
        return Timed(new.start, new.start + (old.end - old.start) if clamped else new.end, old.zone)
    if isinstance(new, Days) and isinstance(old, Days) and clamped:
        return Days(new.first, new.first + (old.until - old.first))
    return new


def _length(when: When) -> timedelta:
    return when.end - when.start if isinstance(when, Timed) else when.until - when.first

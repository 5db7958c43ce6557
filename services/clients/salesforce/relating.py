"""Who is on an Event, and with which answer: relations have no key, so what is there is read first, and only what
differs is written (salesforce.md §2.7)."""

from collections.abc import Collection, Iterable, Mapping, Sequence

from contracts.calendar import Response
from services.clients.salesforce import soql, writing
from services.clients.salesforce.record import RelationRecord
from services.clients.salesforce.row import Result
from services.clients.salesforce.wire import Ask, Wire, batched

USER = "005"
"""So begins the id of a User."""
_PEOPLE = frozenset({USER, "003", "00Q"})
_UNANSWERED = "New"
_STATUS = {Response.ACCEPTED: "Accepted", Response.DECLINED: "Declined"}
"""All that a Status can say; a tentative answer is none there (salesforce.md §2.4)."""

Done = dict[str, tuple[Result, ...]]
Leaving = Mapping[str, Collection[str] | None]
"""Who leaves an Event, None for everybody who is not wanted there."""


async def relate(wire: Wire, wanted: Mapping[str, Sequence[str]], leaving: Leaving) -> Done:
    """Let these Users be invited to these Events, and whoever is leaving them be on them no more: a Contact may be
    invited without being related, and whoever else is there is somebody's own wish (A4)."""
    standing = await _standing(wire, wanted)
    there = {(row.event, row.person) for row in standing}
    surplus = [row for row in standing if row.person not in wanted[row.event] and _leaves(row, leaving)]
    asked = [(event, user) for event in wanted for user in dict.fromkeys(wanted[event])]
    missing = [pair for pair in asked if pair not in there]
    rows = [{"EventId": event, "RelationId": user} for event, user in missing]
    removed = await writing.send_all(wire, [row.id for row in surplus], writing.deletions)
    added = await writing.send_all(wire, rows, writing.relations)
    return _by_event(wanted, [row.event for row in surplus] + [event for event, _ in missing], (*removed, *added))


def _leaves(row: RelationRecord, leaving: Leaving) -> bool:
    who = leaving.get(row.event, ())
    return row.person[:3] in _PEOPLE if who is None else row.person in who


async def answer(wire: Wire, wanted: Mapping[str, Mapping[str, Response]]) -> Done:
    """Let these people's answers stand on these Events."""
    changes = list[tuple[str, dict[str, str]]]()
    for row in await _standing(wire, wanted):
        response = wanted[row.event].get(row.person)
        if response is None or row.person[:3] not in _PEOPLE:
            continue
        status = _STATUS.get(response, _UNANSWERED)
        if status != (row.status or _UNANSWERED):
            changes.append((row.event, {"id": row.id, "Status": status}))
    done = await writing.send_all(wire, [row for _, row in changes], writing.answers)
    return _by_event(wanted, [event for event, _ in changes], done)


async def _standing(wire: Wire, events: Iterable[str]) -> list[RelationRecord]:
    asks = [Ask(RelationRecord, soql.relations_of(some)) for some in batched(list(events), soql.IDS)]
    return [row for found in await wire.ask(asks) for row in found]


def _by_event(events: Iterable[str], of: Sequence[str], results: Sequence[Result]) -> Done:
    done = dict[str, list[Result]]((event, []) for event in events)
    for event, one in zip(of, results, strict=True):
        done[event].append(one)
    return {event: tuple(some) for event, some in done.items()}

"""The answers of all shards of a tenant as one: what a person is told does not show how the work is divided. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from contracts.asked import (
    Answer,
    Attention,
    Choice,
    Erased,
    Exposed,
    Line,
    Overridden,
    Preview,
    Question,
    Unmatched,
)


@dataclass(frozen=True, slots=True)
class Told:
    """All lines of a tenant, the newest or largest first; `left_out` counts those that were too many."""

    lines: tuple[Line, ...] = ()
    left_out: int = 0


def told(question: Question, answers: Iterable[Answer]) -> Told:
    """One answer of all shards."""
    parts = list(answers)
    lines = [line for answer in parts for line in answer.lines]
    if question is Question.UNMATCHED:
        lines = _together(lines)
    ordered = sorted(dict.fromkeys(lines), key=_order)
    return Told(tuple(ordered), sum(answer.left_out for answer in parts))


def plain(found: Mapping[str, Told]) -> dict[str, Any]:
    """The answers for a machine, by tenant."""
    tenants = {
        slug: {"lines": [_untagged(line) for line in one.lines], "left_out": one.left_out}
        for slug, one in found.items()
    }
    return {"tenants": tenants}


def _untagged(line: Line) -> dict[str, Any]:
    """Every field, also one that has nothing to say."""
    return {name: msgspec.to_builtins(getattr(line, name)) for name in line.__struct_fields__}


def _together(lines: Sequence[Line]) -> list[Line]:
    """An address that events of several shards invite is one line."""
    found: dict[str, Unmatched] = {}
    for line in lines:
        assert isinstance(line, Unmatched)
        before = found.get(line.address, Unmatched(line.address, 0))
        found[line.address] = Unmatched(line.address, before.events + line.events, max(before.seen, line.seen))
    return list(found.values())


def _order(line: Line) -> tuple[Any, ...]:
    match line:
        case Unmatched(address, events):
            return (-events, address)
        case Choice():
            return ()  # as the reconciler has ranked them
        case Attention(about=about, since=at) | Overridden(about=about, at=at) | Erased(about=about, at=at):
            return (-at.timestamp(), about.link)
        case Preview(mailbox, creations):
            return (-creations, mailbox)
        case Exposed(mailbox, events):
            return (-events, mailbox)

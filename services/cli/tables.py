"""Answers as a person reads them: one table a tenant, or one clear line when there is nothing. Pure but for the console
that it is given."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from rich.console import Console
from rich.table import Table

from contracts.asked import Attention, Choice, Erased, Exposed, Line, Overridden, Preview, Question, Unmatched
from contracts.facts import Subject
from services.cli.answers import Told
from services.cli.clean import clean

NOTHING = {
    Question.UNMATCHED: "everybody who is invited is known in Practifi",
    Question.WHO: "nobody in Practifi has this address",
    Question.ATTENTION: "nothing waits for a person",
    Question.CONFLICTS: "no conflict in the last 30 days",
    Question.DELETED: "nothing can be restored: calsync erased no Practifi Event in the last 15 days",
    Question.BACKFILL: "no existing future Event is left to be sent",
    Question.PRIVATE: "no private event shows its text in Practifi",
}
HEADS = {
    Question.UNMATCHED: ("address", "events", "last seen"),
    Question.WHO: ("", "person", "kind", "has it as", "since", "why"),
    Question.ATTENTION: ("since", "side", "what", "event", "link", "reason"),
    Question.CONFLICTS: ("when", "conflict", "field", "won", "Microsoft", "Practifi", "event"),
    Question.DELETED: ("when", "link", "Practifi Event", "mailbox"),
    Question.BACKFILL: ("mailbox", "create", "update", "mail", "stay", "because"),
    Question.PRIVATE: ("mailbox", "private events with text"),
}
_SHORT = 12


def show(question: Question, found: Mapping[str, Told], console: Console) -> None:
    """The answers of each tenant."""
    for slug, one in found.items():
        lines = [line for line in one.lines if worth(line)]
        if not lines:
            _say(console, f"{slug}: {NOTHING[question]}")
            continue
        _say(console, f"{slug}:")
        console.print(_table(HEADS[question], [_cells(line) for line in lines]), highlight=False, markup=False)
        if one.left_out:
            _say(console, f"  {one.left_out} more are not shown")


def worth(line: Line) -> bool:
    """Whether a line says anything: a mailbox in which a backfill has nothing to do does not."""
    return not isinstance(line, Preview) or bool(line.creations or line.blocked)


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
    table = Table(*heads, box=None, padding=(0, 2))
    for row in rows:
        table.add_row(*map(clean, row))
    return table


def _cells(line: Line) -> tuple[str, ...]:  # noqa: PLR0911 - one for each kind
    match line:
        case Unmatched(address, events, seen):
            return address, str(events), seen
        case Choice(person, kind, source, since, chosen, why):
            return "→" if chosen else "", person, kind, source.replace("_", " "), since[:10], why
        case Attention(about, kind, side, reason, since):
            return _at(since), side.value, kind, _event(about), about.link[:_SHORT], reason
        case Overridden(conflict, about, field, winner, microsoft, practifi, at, turned):
            won = winner.value + (", turned" if turned else "")
            return _at(at), conflict, field, won, microsoft, practifi, _event(about)
        case Erased(about, at):
            return _at(at), about.link[:_SHORT], about.practifi_id, about.mailbox
        case Preview(mailbox, creations, updates, mailed, blocked):
            stay, why = sum(many for _, many in blocked), "; ".join(f"{many}: {reason}" for reason, many in blocked)
            return mailbox, str(creations), str(updates), str(mailed), str(stay), why
        case Exposed(mailbox, events):
            return mailbox, str(events)


def _event(about: Subject) -> str:
    return about.practifi_id or about.microsoft_id


def _at(when: datetime) -> str:
    return f"{when:%Y-%m-%d %H:%M}"


def _say(console: Console, text: str) -> None:
    console.print(text, highlight=False, markup=False, soft_wrap=True)

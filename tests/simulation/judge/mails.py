"""Nobody is mailed but by a person, or once for each thing that a person did in Practifi."""

from collections import Counter

from services.sandbox import calendars
from tests.simulation.tale import PRACTIFI, Tale, tag_of


def caused(tale: Tale) -> list[str]:
    """Mails of ours that no deed of a person accounts for."""
    mails = [mail for mail in calendars.mails(tale.sides) if mail["cause"] == "api"]
    sent = Counter((tag_of(mail), mail["kind"]) for mail in mails)
    return [
        f"{count} times {kind} of {tag}, made in {tale.made.get(tag)}"
        for (tag, kind), count in sent.items()
        if count > _allowed(tale, tag, kind)
    ]


def _allowed(tale: Tale, tag: str, kind: str) -> int:
    """How many there may be: a hand-over invites anew and calls the old event off, and what was edited in Outlook just
    before it is an edit of ours in the new one (ruling 14)."""
    deleted = len([word for word in tale.words.get(tag, ()) if word.side == PRACTIFI and not word.field])
    return {
        "invitation": (tale.made.get(tag) == PRACTIFI) + tale.moves[tag],
        "update": tale.edits[f"practifi {tag}"] + (tale.edits[f"microsoft {tag}"] if tale.moves[tag] else 0),
        "cancellation": deleted + tale.moves[tag],
        "response": tale.answers[tag],
    }.get(kind, 0)

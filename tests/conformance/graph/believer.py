"""Who is told what Mike's mailbox holds, and believes it, as the reconciler does; and what he should believe."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from contracts.calendar import Side, Timed
from contracts.observed import Believed, Item, Observed, ReadDone, Vanished
from contracts.policy import Policy, PrivateEvents
from services.clients.graph.mapping import PRIVATE_SUBJECT
from services.graph_poller.window import Window, said, within

Key = tuple[str, str]
"""A single event or a series, and the slot of an occurrence."""


@dataclass
class Believer:
    """`missed` are events that were gone before he knew them, `ours` those that we have made. While he asks for all to
    be told anew there is a `wish`, and `stood` is what stood when he lost his memory."""

    there: dict[Key, Item] = field(default_factory=dict)
    missed: set[str] = field(default_factory=set)
    ours: set[str] = field(default_factory=set)
    wish: str = ""
    stood: list[Any] = field(default_factory=list)
    heard: int = 0
    wrong: list[str] = field(default_factory=list)

    def hear(self, body: Observed, policy: Policy, now: datetime, *, owned: bool) -> None:
        """What came, then what went. He takes nothing new for nobody, and nothing that the policy leaves out."""
        self.heard += len(body.items) + len(body.vanished)
        for item in body.items:
            key = item.series or item.id, item.slot
            same = self._became(*key)
            taken = owned and policy.direction.writes(Side.PRACTIFI)
            left_out = item.redacted and policy.private_events is PrivateEvents.SKIP
            if same or key in self.there or (taken and not left_out):
                self.there[key] = item
        for gone in body.vanished:
            whole = not gone.slot and not any(item.series == gone.id for item in body.items)
            self._gone(gone, said(policy, now), whole=whole)

    def _became(self, root: str, slot: str) -> bool:
        """Whether a single event has become the first slot of its series, or the other way round (ruling 2)."""
        held = [key for key in self.there if key[0] == root]
        if slot and held != [(root, "")]:
            return False
        for key in held:
            if bool(key[1]) != bool(slot):
                del self.there[key]
        return bool(held)

    def _gone(self, gone: Vanished, window: Window, *, whole: bool) -> None:
        root = gone.series or gone.id
        old = self.there.pop((root, gone.slot), None)
        if old is None:
            self.missed.add(gone.id)
        elif not gone.slot and gone.id not in self.ours and not within(old.event.when, *window):
            self.wrong.append(f"{old.event.subject} went after it had left the window (D9)")
        for key in [key for key in self.there if whole and key[0] == root]:
            del self.there[key]

    def made(self, item: Item) -> None:
        """He hears that we have made an event."""
        self.ours.add(item.id)
        if item.id not in self.missed and not any(root == item.id for root, _ in self.there):
            self.there[item.id, ""] = item
        self.missed.discard(item.id)

    def done(self, body: ReadDone, shown: Iterable[Any]) -> bool:
        """A run is over; whether he asks once more. When all is told anew, what has stood untouched is among it."""
        if not self.wish or body.blind:
            return False
        if body.again == self.wish and not (body.part or body.failed or body.closed):
            known, still = {item.id for item in self.there.values()}, {one["id"]: one["changeKey"] for one in shown}
            self.wrong += [
                f"he takes the mailbox for heard without {one['subject']}" for one in self.stood
                if still.get(one["id"]) == one["changeKey"] and one["id"] not in known
            ]  # fmt: skip
            self.wish = ""
        return body.again != self.wish and bool(self.wish)

    def believed(self, mailbox: str) -> Iterator[Believed]:
        roots: dict[str, dict[str, str]] = {}
        for (root, slot), item in self.there.items():
            roots.setdefault(root, {})[item.id] = slot
        when = {root: item.event.when for (root, slot), item in self.there.items() if not slot}
        if roots:
            yield Believed(mailbox, roots, when)

    def judged(self, window: Window, policy: Policy, shown: list[Any], everywhere: set[Key]) -> list[str]:
        """What is wrong, if his calendar shows this in the window, and has these anywhere."""
        wrong, away = list(self.wrong), {root for root, _ in everywhere} - {key_of(one)[0] for one in shown}
        for one in shown:
            held, word = self.there.get(key_of(one)), word_of(one, policy)
            if word is None:  # what is left out stays as it was, but says nothing private
                hidden = private(one) and policy.private_events is not PrivateEvents.FULL
                text = held is not None and hidden and held.event.subject != PRIVATE_SUBJECT
                wrong += [f"the text of {one['subject']}"] if text else []
            elif held is None or (held.event.subject, start_of(held)) != (word, one["start"]["dateTime"][:16]):
                wrong.append(f"{word} of {one['start']['dateTime']} is known as {held}")
        wrong += [
            f"{held.event.subject} is not there any more" for key, held in self.there.items()
            if key not in everywhere and key[0] not in away and within(held.event.when, *window)
        ]  # fmt: skip
        return wrong + ["he waits for the mailbox"] * bool(self.wish) + ["no rest"] * bool(self.heard)


def key_of(row: Any) -> Key:
    if row["type"] == "singleInstance":
        return row["id"], ""
    return row["seriesMasterId"], (row.get("originalStart") or row["start"]["dateTime"])[:10]


def private(row: Any) -> bool:
    return bool(row["sensitivity"] != "normal")


def word_of(row: Any, policy: Policy) -> str | None:
    """The subject by which an event has to be known, None for what the policy leaves out."""
    hidden = private(row) and policy.private_events is not PrivateEvents.FULL
    if set(row["categories"]) & set(policy.excluded_categories):
        return None
    if hidden:
        return PRIVATE_SUBJECT if policy.private_events is PrivateEvents.BUSY_ONLY else None
    return str(row["subject"])


def start_of(item: Item) -> str:
    assert isinstance(item.event.when, Timed)
    return f"{item.event.when.start.astimezone(UTC):%Y-%m-%dT%H:%M}"

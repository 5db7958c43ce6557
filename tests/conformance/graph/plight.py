"""What may befall Mike's mailbox, its reading and its poller's memory, each as one deed."""

from datetime import UTC, datetime, timedelta

from contracts.calendar import CalendarEvent, Timed
from contracts.observed import Item, Made, Paired
from contracts.policy import Direction, PrivateEvents
from services.kernel.decision import Forgot
from tests.conformance.graph.between import FAR, times
from tests.conformance.graph.stage import NOON
from tests.conformance.graph.unrest import Unrest

TAG = "Elsewhere"
RULES = (PrivateEvents.BUSY_ONLY, PrivateEvents.SKIP, PrivateEvents.FULL)
WAYS = (Direction.TWO_WAY, Direction.PRACTIFI_TO_MICROSOFT)
MONTHS = (1, 3, 6)
AWAY = (FAR, *(NOON + timedelta(days=days) for days in (100, 150, -8, -60)))
LATER = (1, 1, 2, 3, 5, 7, 9, 14, 33)


class Plight(Unrest):
    """The deeds of `Between`, and these."""

    def days(self, _: int, number: int) -> None:
        self.stage.now += timedelta(days=LATER[number % len(LATER)])

    def licence(self, _: int, __: int) -> None:
        """The user loses it, or has it again; what is in the mailbox stays."""
        there = self.microsoft.tenant.user(self.mike).kind == "mailbox"
        self.microsoft.change_user(self.mike, kind="unlicensed" if there else "mailbox")

    def user(self, _: int, __: int) -> None:
        """Practifi has no user for it any more, or has one again."""
        self.owned = not self.owned
        self.tell(self._paired())

    def unnamed(self, _: int, __: int) -> None:
        """It is not even among the mailboxes of the firm."""
        self.owned, self.pairing = False, self.pairing + 1
        self.tell(Paired(self.pairing, ()))

    def copy(self, _: int, __: int) -> None:
        self.saved = dict(self.poller.rows)

    def back(self, _: int, __: int) -> None:
        """The poller's store is put back from its copy."""
        self._begin(self.saved)

    def lost(self, _: int, __: int) -> None:
        self._begin({})

    def _begin(self, rows: dict[str, bytes]) -> None:
        """The poller begins again with these rows, and finds that it has forgotten something."""
        self.lane.clear()
        self.poller.rows = dict(rows)
        self.govern()
        self.tell(Forgot("reconciler", 0, 0))

    def forgets(self, _: int, number: int) -> None:
        """Who believes loses his memory, and wants to be told all."""
        self.believer.there.clear()
        self.believer.missed.clear()
        self.believer.wish, self.believer.stood = (
            f"wish-{self.stage.now}-{self.made}-{number}-{self.runs}",
            self._taken(),
        )
        self._wishes()

    def ours(self, which: int, number: int) -> None:
        """We make an event; that it is made is heard later, and perhaps twice."""
        stamp = f"{self._word().encode().hex():0>32}-g0"
        day = times(self.day(number))
        made = self.microsoft.add(
            self.mike, {"subject": f"word {self.made}", **day, "transactionId": stamp}, self.stage.now
        )
        self.alone.add(made["id"])
        at = datetime.fromisoformat(made["start"]["dateTime"][:19]).replace(tzinfo=UTC)
        event = CalendarEvent(Timed(at, at + timedelta(hours=1)), made["subject"])
        item = Item(made["id"], "", self.mike, event, stamp=stamp)

        def written() -> None:
            self.believer.made(item)
            for _ in range(1 + which % 2):
                self.letters.append((number % 5, lambda: self.tell(Made(self.mike, item.id))))

        self.letters.append((which % 3, written))

    def tag(self, which: int, _: int) -> None:
        if one := self._one(which, self._shown()):
            self.reader.change(one["id"], categories=[] if one["categories"] else [TAG])

    def hide(self, which: int, _: int) -> None:
        if one := self._one(which, self._shown()):
            self.reader.change(one["id"], sensitivity="normal" if one["sensitivity"] == "private" else "private")

    def cancel(self, which: int, _: int) -> None:
        if one := self._one(which, self._shown()):
            self.reader.change(one["id"], isCancelled=True)

    def out(self, which: int, number: int) -> None:
        """It leaves the window, and perhaps our sight."""
        if one := self._one(which, self._shown()):
            self.reader.change(one["id"], **times(AWAY[number % len(AWAY)]))

    def into(self, which: int, number: int) -> None:
        if one := self._one(which, self._outside()):
            self.reader.change(one["id"], **times(self.day(number)))

    def unseen(self, which: int, _: int) -> None:
        """What lies outside the window is deleted."""
        if one := self._one(which, self._outside()):
            self.reader.delete(one["id"])

    def category(self, _: int, __: int) -> None:
        """The policy leaves it out, or does no more."""
        self.govern(excluded_categories=() if self.policy.excluded_categories else (TAG,))

    def privacy(self, _: int, number: int) -> None:
        self.govern(private_events=RULES[number % len(RULES)])

    def months(self, _: int, number: int) -> None:
        self.govern(future_inbound_months=MONTHS[number % len(MONTHS)])

    def direction(self, _: int, number: int) -> None:
        self.govern(direction=WAYS[number % len(WAYS)])

    def broken(self, _: int, number: int) -> None:
        """The next requests break off."""
        self.breaks += 1 + number % 2

"""A decision of the poller while it is being made: the rows that it shares between its parts. Pure memory."""

from dataclasses import dataclass

from contracts.observed import Pair
from services.graph_poller.rows import Pairs, Place, Reader, Running
from services.kernel.draft import Draft as Plain

RUN = "run/"


@dataclass(slots=True)
class Draft(Plain):
    def reader(self) -> Reader:
        return self.get("reader", Reader) or Reader()

    def pairs(self) -> tuple[Pair, ...]:
        kept = self.get("pairs", Pairs)
        return kept.pairs if kept else ()

    def place(self, mailbox: str) -> Place:
        return self.get(f"place/{mailbox}", Place) or Place()

    def running(self) -> dict[str, Running]:
        """Runs that still wait for something, by their names."""
        return {key.removeprefix(RUN): row for key, row in self.under(RUN, Running).items()}

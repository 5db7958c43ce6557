"""Answers that are given and whose outcome is not told yet. What an answer leaves in the copy is no proof of it: the
organizer may move the meeting, which takes all answers away, before we look again. So it is kept here at once, and
never given a second time: that would be mailed for what nobody has answered. Where the rest of its order is refused,
that is told with it. Decides nothing."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from contracts.calendar import Side
from contracts.write import Refused, Written
from services.kernel.decision import State
from services.kernel.host import Host
from services.kernel.scope import Scope

Outcome = Written | Refused


class Given(Struct, frozen=True):
    """The row `answered/<order>`, until the order's outcome is told."""


class Answers:
    """The answers of one batch. `scopes` are the actors whose orders they are: each hears of its own outcomes."""

    def __init__(self, host: Host, scopes: Mapping[str, Scope]) -> None:
        self._host = host
        self._scopes = scopes

    async def keep(self, order: str) -> None:
        """This order's answer is given. Raises Transient when the store is held by another process."""
        async with self._host.store.transaction() as tx:
            await tx.put(str(self._scopes[order]), {row(order): msgspec.msgpack.encode(Given())})
        self._host.moves += 1

    async def has(self, order: str) -> bool:
        """Whether this order's answer is given. Raises Transient as `keep` does."""
        async with self._host.store.transaction() as tx:
            return (await tx.rows(str(self._scopes[order]), [row(order)]))[row(order)] is not None


def row(order: str) -> str:
    return f"answered/{order}"


def needs(outcomes: Iterable[Outcome]) -> Iterator[str]:
    """The rows of orders to Microsoft."""
    yield from (row(one.order) for one in outcomes if one.side is Side.MICROSOFT)


def told(state: State, outcomes: Iterable[Outcome]) -> dict[str, Struct | None]:
    """Without those whose outcome is told now."""
    return {key: None for key in needs(outcomes) if state.get(key, Given) is not None}


def marked(state: State, outcomes: Sequence[Outcome]) -> tuple[Outcome, ...]:
    """The outcomes; of what is refused, whether its answer was given before."""
    given = told(state, outcomes)
    return tuple(
        replace(one, given=True) if isinstance(one, Refused) and row(one.order) in given else one for one in outcomes
    )

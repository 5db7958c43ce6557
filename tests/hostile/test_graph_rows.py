"""One event of Microsoft's that is not as documented: it is understood, or set aside with a reason, and the others of
its page arrive (Z2, O5, CUR-25)."""

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from contracts.message import Message, decode, encode
from contracts.observed import Observed
from contracts.policy import Direction, Policy, PrivateEvents
from services.clients.graph import mapping
from services.clients.graph.excluded import Excluded
from services.clients.graph.seen import Round, Seen
from services.graph_poller.rows import MailboxRead, Prove, Proved
from tests.decisions.graph_poller.mailbox import MIKE, Poller, single
from tests.decisions.reconciler.shard import Shard
from tests.hostile.allowed import keepable
from tests.hostile.samples import MASTER, ROWS
from tests.hostile.spoiled import each, spoiled

TWO_WAY = Policy(enabled=True, direction=Direction.TWO_WAY)
SOME = Excluded(("red",), ("client.example",))
RAW = st.sampled_from(sorted(ROWS)).flatmap(lambda kind: spoiled(ROWS[kind]))


@pytest.mark.parametrize("private", PrivateEvents)
@pytest.mark.parametrize("kind", ROWS)
def test_an_event_with_one_mistake_is_understood_or_says_why_not(kind: str, private: PrivateEvents) -> None:
    for what, raw in each(ROWS[kind]):
        row: Seen = keepable(mapping.seen(raw, private, SOME))
        assert row.error or row.id, what
        assert "Ann" not in row.error


@settings(settings.get_profile("hostile"))
@given(RAW, st.sampled_from(PrivateEvents))
def test_so_is_one_with_several(raw: bytes, private: PrivateEvents) -> None:
    keepable(mapping.seen(raw, private, SOME))


def others_arrive(raw: bytes) -> None:
    """A poller reads the event among others, twice, and the reconciler hears what it says."""
    poller, odd = Poller(TWO_WAY), mapping.seen(raw, PrivateEvents.FULL)
    whole = mapping.seen(msgspec.json.encode(MASTER), PrivateEvents.FULL)
    poller.due()
    poller.hear(
        MailboxRead(
            MIKE,
            Round((single("a", subject="First"), whole, odd, single("z", subject="Last")), "c1", fresh=True),
            poller.order.view,
        )
    )
    said = proven(poller, odd)
    assert {"First", "Last"} <= {item.event.subject for one in said for item in one.items}
    hear(said)
    poller.reads(single("n", subject="Next"), odd)
    hear(proven(poller, odd))


def proven(poller: Poller, odd: Seen) -> list[Observed]:
    """What is said once everything that is asked about was answered with the odd event."""
    for _ in range(4):
        for asked in poller.asked(Prove):
            poller.hear(Proved(MIKE, dict.fromkeys(asked.ids, odd), dict.fromkeys(asked.series, (odd,))))
    return poller.told(Observed, "reconciler")


def hear(said: list[Observed]) -> None:
    shard = Shard()
    for number, one in enumerate(said, 100):
        heard = decode(encode(Message("m", "firm", shard.now, one))).body
        shard.hear(replace(heard, sequence=number))


@pytest.mark.parametrize("kind", ROWS)
def test_the_others_of_its_page_arrive(kind: str) -> None:  # Z2, O5
    for _, raw in each(ROWS[kind], 40):
        others_arrive(raw)


@settings(settings.get_profile("hostile"))
@given(RAW)
def test_the_others_of_a_page_arrive_whatever_is_wrong(raw: bytes) -> None:
    others_arrive(raw)

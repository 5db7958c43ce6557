"""The rules of one mailbox: its firm's, or narrower ones, never wider (D11)."""

import pytest

from contracts.policy import Direction, Narrower, Policy, PrivateEvents

IN, OUT, BOTH = Direction.MICROSOFT_TO_PRACTIFI, Direction.PRACTIFI_TO_MICROSOFT, Direction.TWO_WAY
BUSY, SKIP, FULL = PrivateEvents.BUSY_ONLY, PrivateEvents.SKIP, PrivateEvents.FULL
ANN, BOB = ("ann@firm.example", "a@firm.example"), ("bob@firm.example",)

ROWS = {
    "nobody is named: the firm's own": ((), ANN, (BOTH, BUSY)),
    "somebody else is named": ((Narrower(BOB, IN),), ANN, (BOTH, BUSY)),
    "one way for her": ((Narrower(("ann@firm.example",), IN),), ANN, (IN, BUSY)),
    "named by another of her addresses, in capitals": ((Narrower(("A@Firm.Example",), OUT),), ANN, (OUT, BUSY)),
    "nothing private of hers": ((Narrower(ANN, private_events=SKIP),), ANN, (BOTH, SKIP)),
    "a wider privacy is none": ((Narrower(ANN, private_events=FULL),), ANN, (BOTH, BUSY)),
    "the first that names her holds": ((Narrower(ANN, IN), Narrower(ANN, OUT)), ANN, (IN, BUSY)),
    "a group": ((Narrower((*BOB, *ANN), IN, SKIP),), BOB, (IN, SKIP)),
}


@pytest.mark.parametrize(("rules", "who", "wanted"), ROWS.values(), ids=ROWS.keys())
def test_a_mailbox_has_its_own_rules_where_the_policy_says_so(  # D11
    rules: tuple[Narrower, ...], who: tuple[str, ...], wanted: tuple[Direction, PrivateEvents]
) -> None:
    own = Policy(direction=BOTH, private_events=BUSY, narrower=rules).of(who)
    assert (own.direction, own.private_events) == wanted


def test_who_may_only_be_read_cannot_be_made_to_write() -> None:  # D11
    with pytest.raises(ValueError, match="within the firm's own"):
        Policy(direction=IN, narrower=(Narrower(ANN, BOTH),))

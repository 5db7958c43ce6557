"""What the command line makes of the reconcilers' answers."""

import json
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from rich.console import Console

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
from contracts.calendar import Side
from contracts.facts import Subject
from services.cli.acts import _one
from services.cli.answers import Told, plain, told
from services.cli.tables import NOTHING, show
from services.kernel.errors import Fatal

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
LINK = "3fa8c2d14b7e" * 5 + "0000"
ABOUT = Subject(LINK, "box", "AAMk1", "00U1")
CHOSEN = Choice("003A", "individual", "email", "2020-01-01T00:00:00Z", chosen=True, why="the best")
OTHER = Choice("003B", "contact", "contact_point", "2019-01-01T00:00:00Z", chosen=False, why="counts less")
LOST = Overridden("c1", ABOUT, "subject", Side.MICROSOFT, "Review", "Annual review", NOON)
LINES: dict[Question, tuple[Line, ...]] = {
    Question.UNMATCHED: (Unmatched("new@client.example", 3, "2026-03-01"),),
    Question.WHO: (CHOSEN, OTHER),
    Question.ATTENTION: (Attention(ABOUT, "held", Side.MICROSOFT, "it would mail 2 people", NOON),),
    Question.CONFLICTS: (LOST,),
    Question.DELETED: (Erased(ABOUT, NOON),),
    Question.BACKFILL: (Preview("lena@firm.example", 4, 0, 6, (("it repeats", 2),)),),
    Question.PRIVATE: (Exposed("lena@firm.example", 2),),
}
SHOWN = {
    Question.UNMATCHED: ["new@client.example", "3", "2026-03-01"],
    Question.WHO: ["→", "003A", "individual", "email", "the best", "003B", "contact point", "counts less"],
    Question.ATTENTION: ["2026-03-02 12:00", "microsoft", "held", "00U1", LINK[:12], "it would mail 2 people"],
    Question.CONFLICTS: ["c1", "subject", "microsoft", "Review", "Annual review", "00U1"],
    Question.DELETED: [LINK[:12], "00U1", "2026-03-02 12:00"],
    Question.BACKFILL: ["lena@firm.example", "4", "6", "2: it repeats"],
    Question.PRIVATE: ["lena@firm.example", "2"],
}


def printed(question: Question, found: dict[str, Told]) -> str:
    out = StringIO()
    show(question, found, Console(file=out, width=300))
    return out.getvalue()


def test_an_address_that_several_shards_know_is_one_line_and_the_most_invited_comes_first() -> None:  # M5
    one = Answer("a", 0, 2, (Unmatched("x@c.example", 2, "2026-03-01"), Unmatched("y@c.example", 3)))
    two = Answer("a", 1, 2, (Unmatched("x@c.example", 2, "2026-02-01"),), left_out=5)
    both = told(Question.UNMATCHED, [two, one])
    assert both == Told((Unmatched("x@c.example", 4, "2026-03-01"), Unmatched("y@c.example", 3)), 5)


def test_whom_all_shards_know_is_told_once_and_as_ranked() -> None:  # M3
    both = told(Question.WHO, [Answer("a", shard, 2, (CHOSEN, OTHER)) for shard in (1, 0)])
    assert both.lines == (CHOSEN, OTHER)


@pytest.mark.parametrize("question", [Question.ATTENTION, Question.CONFLICTS, Question.DELETED])
def test_the_newest_of_all_shards_comes_first(question: Question) -> None:  # C3, X5
    later = NOON + timedelta(minutes=1)
    new: dict[Question, Line] = {
        Question.ATTENTION: Attention(ABOUT, "held", Side.MICROSOFT, "new", later),
        Question.CONFLICTS: Overridden("c2", ABOUT, "subject", Side.MICROSOFT, "a", "b", later),
        Question.DELETED: Erased(ABOUT, later),
    }
    both = told(question, [Answer("a", 0, 2, LINES[question]), Answer("a", 1, 2, (new[question],))])
    assert both.lines == (new[question], *LINES[question])


@pytest.mark.parametrize("question", Question)
def test_a_person_sees_every_line_and_how_many_are_left_out(question: Question) -> None:
    text = printed(question, {"firm": Told(LINES[question], 7)})
    missing = [word for word in ("firm:", *SHOWN[question], "7 more are not shown") if word not in text]
    assert missing == []


@pytest.mark.parametrize("question", Question)
def test_nothing_is_said_in_one_line(question: Question) -> None:
    assert printed(question, {"firm": Told()}) == f"firm: {NOTHING[question]}\n"


def test_mailboxes_without_anything_to_send_are_not_shown() -> None:  # D10
    idle = Told((Preview("idle@firm.example"), Preview("lena@firm.example", 1)))
    assert "idle@firm.example" not in printed(Question.BACKFILL, {"firm": idle})
    assert printed(Question.BACKFILL, {"firm": Told((Preview("idle@firm.example"),))}).count("\n") == 1


@pytest.mark.parametrize("question", Question)
def test_a_machine_gets_plain_values_by_tenant(question: Question) -> None:
    found = json.loads(json.dumps(plain({"firm": Told(LINES[question], 7)})))["tenants"]["firm"]
    assert found["left_out"] == 7
    assert len(found["lines"]) == len(LINES[question])
    assert set(found["lines"][0]) == set(LINES[question][0].__struct_fields__)


def test_the_beginning_of_an_id_is_enough_while_it_is_clear() -> None:
    assert _one({"other": Told(), "firm": Told((LOST,))}, "c", "conflict") == ("firm", LOST)


@pytest.mark.parametrize(
    ("lines", "named", "says"),
    [
        pytest.param((), "c1", "no such conflict", id="unknown"),
        pytest.param((LOST,), "", "no such conflict", id="empty"),
        pytest.param((LOST, LOST), "c", "Give more", id="not-clear"),
    ],
)
def test_an_id_that_names_nothing_or_several_is_refused(lines: tuple[Line, ...], named: str, says: str) -> None:
    with pytest.raises(Fatal, match=says):
        _one({"firm": Told(lines)}, named, "conflict")

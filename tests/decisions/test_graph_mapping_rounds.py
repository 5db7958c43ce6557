"""One round, put in order: what repeats, contradicts or overtakes itself (ruling 29)."""

from contracts.calendar import CalendarEvent
from services.clients.graph.rounds import contested, newest
from services.clients.graph.seen import Kind, Seen
from tests.decisions.graph_rows import MEETING, THIN, read

REMOVED = Seen("AAMk-1", Kind.REMOVED)


def revision(subject: str, modified: str) -> Seen:
    return read(MEETING, subject=subject, lastModifiedDateTime=modified)


def subjects(rows: tuple[Seen, ...]) -> list[str]:
    return [row.event.subject for row in rows if isinstance(row.event, CalendarEvent)]


NEW = revision("new", "2026-03-01T09:00:00Z")
OLD = revision("old", "2026-03-01T08:00:00Z")


def test_the_newest_revision_wins_whatever_the_order_of_the_pages() -> None:  # CUR-14
    assert subjects(newest([NEW, OLD], {})) == ["new"]
    assert subjects(newest([OLD, NEW], {})) == ["new"]


def test_a_repeated_row_comes_once() -> None:  # CUR-15
    thin = read(THIN)

    assert newest([NEW, thin, NEW, thin], {}) == (NEW, thin)


def test_what_is_removed_and_present_is_looked_at_in_either_order() -> None:  # CUR-13
    assert contested([REMOVED, NEW]) == contested([NEW, REMOVED]) == ("AAMk-1",)
    assert contested([REMOVED]) == contested([NEW]) == ()


def test_the_look_decides() -> None:  # CUR-13, X2
    assert newest([REMOVED, OLD], {"AAMk-1": NEW}) == (NEW,)
    assert newest([OLD, REMOVED], {"AAMk-1": NEW}) == (NEW,)
    assert newest([OLD, REMOVED], {"AAMk-1": None}) == (REMOVED,)


def test_the_order_of_a_round_stays() -> None:
    other = Seen("AAMk-0", Kind.REMOVED)

    assert [row.id for row in newest([other, OLD, NEW], {})] == ["AAMk-0", "AAMk-1"]

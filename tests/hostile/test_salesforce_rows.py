"""One row of Salesforce's that is not as documented: an Event is understood or set aside with a reason, and the others
of its page arrive (O5); an odd person makes the answer unreadable, because one who is left out would look gone."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Raw, convert
from msgspec.structs import replace

from contracts.message import Message, decode, encode
from contracts.observed import Observed
from contracts.policy import Mapped, PrivateEvents
from services.clients.salesforce import answer, people, progress, shape
from services.clients.salesforce.neutral import parse
from services.clients.salesforce.privacy import Privacy
from services.clients.salesforce.record import EventRecord, RelationRecord, UserRecord, record_of
from services.clients.salesforce.row import Cursors, Place, Row
from services.kernel.errors import Permanent
from tests.decisions.reconciler.shard import Shard
from tests.decisions.salesforce_watcher.org import Watcher
from tests.decisions.salesforce_watcher.org import row as good
from tests.decisions.test_salesforce_mapping import FULL
from tests.hostile.allowed import keepable
from tests.hostile.samples import ALL_DAY, CONTACT, DESCRIBED, EVENT, POINT, RELATION, USER, WIDE
from tests.hostile.spoiled import each, spoiled

KIND = record_of(("Rank__c", "Guests__c", "Online__c"))
RELATED = (convert(RELATION, RelationRecord),)
MAPPING = {"importance": Mapped("Rank__c"), "attendee_count": Mapped("Guests__c")}


def read(raw: bytes, private: PrivateEvents = PrivateEvents.FULL) -> Row:
    (record,) = answer.rows([Raw(raw)], KIND, None)
    row: Row = keepable(parse(record, RELATED, WIDE, Privacy(private)))
    return row


@pytest.mark.parametrize("private", PrivateEvents)
@pytest.mark.parametrize("event", [EVENT, ALL_DAY], ids=["timed", "all day"])
def test_an_event_with_one_mistake_is_understood_or_says_why_not(event: Any, private: PrivateEvents) -> None:
    for what, raw in each(event):
        row = read(raw, private)
        assert row.event or row.error or row.deleted, what


@settings(settings.get_profile("hostile"))
@given(st.one_of(spoiled(EVENT), spoiled(ALL_DAY)))
def test_the_others_of_its_page_arrive(raw: bytes) -> None:  # O5
    watcher, shard = Watcher(), Shard()
    said = watcher.reads(good("00U-a"), read(raw), good("00U-z"))
    assert {"00U-a", "00U-z"} <= {item.id for item in said}
    for number, one in enumerate(watcher.told(Observed, "reconciler"), 100):
        shard.hear(replace(decode(encode(Message("m", "firm", shard.now, one))).body, sequence=number))


PEOPLE: dict[str, tuple[Any, Any, Any]] = {
    "contact": (CONTACT, dict[str, Any], lambda row: people.contact(row, WIDE)),
    "point": (POINT, dict[str, Any], lambda row: people.point(row, WIDE)),
    "user": (USER, UserRecord, people.user),
    "relation": (RELATION, RelationRecord, lambda row: parse(convert(EVENT, EventRecord), [row], FULL, Privacy())),
}


@pytest.mark.parametrize("kind", PEOPLE)
def test_an_odd_person_makes_the_answer_unreadable_or_is_one(kind: str) -> None:
    sample, record, take = PEOPLE[kind]
    for _, raw in each(sample):
        understood(kind, raw, record, take)


@settings(settings.get_profile("hostile"))
@given(st.sampled_from(sorted(PEOPLE)).flatmap(lambda kind: st.tuples(st.just(kind), spoiled(PEOPLE[kind][0]))))
def test_so_does_one_with_several_mistakes(odd: tuple[str, bytes]) -> None:
    understood(*odd, *PEOPLE[odd[0]][1:])


def understood(kind: str, raw: bytes, record: Any, take: Any) -> None:
    try:
        (found,) = answer.rows([Raw(raw)], record, take)
    except Permanent:
        return
    points, contacts = ([found] if kind == name else [] for name in ("point", "contact"))
    keepable(people.persons([*contacts, people.contact(CONTACT, WIDE)], points, date(2026, 3, 2)))
    people.by_column([key for one in contacts for key in one.keys], WIDE)
    keepable(found)


def test_a_describe_with_one_mistake_is_refused_or_makes_a_shape() -> None:
    for _, raw in each(DESCRIBED, 1_000):
        try:
            described = answer.decoded(raw, answer.Described)
        except Permanent:
            continue
        for name in shape.OBJECTS:
            keepable(shape.shape("00D", "005", {**dict.fromkeys(shape.OBJECTS, DESCRIBED), name: described}, MAPPING))


@pytest.mark.parametrize("stamp", [None, "", "yesterday", "0000-00-00", "2026-03-09T10:00:00"])
def test_a_piece_that_tells_no_place_is_not_read_for_ever(stamp: str | None) -> None:
    rows = [EventRecord(id="00U1", stamp=stamp)] * 500
    it = progress.Progress(
        WIDE, Cursors(users="x", contacts="x", contact_points="x"), {"events": Place()}, date.resolution
    )
    with pytest.raises(Permanent):
        it.advance({"events": rows}, good().edited_at)  # type: ignore[arg-type]

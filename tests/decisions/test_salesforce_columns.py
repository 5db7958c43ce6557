"""Which column holds a field that the policy's mapping moves, and what is wrong with one that cannot (F2)."""

from typing import Any

import pytest
from msgspec import convert

from contracts.calendar import CalendarEvent, Importance, Response, ShowAs
from contracts.policy import Mapped
from services.clients.salesforce.mapping import echo, lost, render
from services.clients.salesforce.neutral import parse
from services.clients.salesforce.privacy import Privacy
from services.clients.salesforce.record import record_of
from services.clients.salesforce.row import Column, Row, Shape
from services.clients.salesforce.shape import shape
from tests.decisions.test_salesforce_mapping import EVENT, TIMES
from tests.decisions.test_salesforce_shape import described, field

TEXTS = tuple(field(name, length=255) for name in ("Subject", "Location"))
PLAIN = (
    *TEXTS, field("Description", "textarea", length=32_000), field("ShowAs", "picklist", length=40),
    field("IsPrivate", "boolean"), field("StartDateTime", "datetime"), field("EndDateTime", "datetime"),
)  # fmt: skip


def org(*fields: dict[str, Any], **mapping: str) -> Shape:
    """An org with these fields on Event besides the plain ones, read by this mapping."""
    mapped = {name: Mapped(column) for name, column in mapping.items()}
    objects = {"Event": described(*PLAIN, *fields), "Contact": described(), "Account": described()}
    return shape("00D", "005", objects, mapped)


def only(found: Shape) -> Column:
    (column,) = found.columns
    return column


TAGS = field("Tags__c", length=80)
SPELLED: dict[str, tuple[str, str]] = {
    "as the org has it": ("Tags__c", "Tags__c"),
    "in another case": ("tags__C", "Tags__c"),
    "with the prefix": ("practifi__Tags__c", "practifi__Tags__c"),
    "without the prefix": ("Tags__c", "practifi__Tags__c"),
    "without the older prefix": ("Tags__c", "cloupra__Tags__c"),
    "with blanks around it": (" Tags__c ", "Tags__c"),
}


@pytest.mark.parametrize(("asked", "there"), SPELLED.values(), ids=SPELLED)
def test_a_field_is_found(asked: str, there: str) -> None:  # F2
    assert only(org(field(there, length=80), categories=asked)) == Column("categories", there, "string", 80)


@pytest.mark.parametrize("namespace", ["practifi__", "cloupra__", ""])
def test_one_mapping_serves_orgs_of_every_namespace(namespace: str) -> None:  # F2
    found = org(field(f"{namespace}Tags__c", length=80), field(f"{namespace}Guests__c", "double", precision=3, scale=0),
                categories="Tags__c", attendee_count="Guests__c")  # fmt: skip
    names = [(one.field, one.name.removeprefix(namespace), one.kind, one.length) for one in found.columns]
    assert names == [("categories", "Tags__c", "string", 80), ("attendee_count", "Guests__c", "double", 3)]


def test_the_field_of_the_own_name_comes_before_one_of_a_package() -> None:
    assert only(org(field("practifi__Tags__c", length=80), TAGS, categories="Tags__c")).name == "Tags__c"


PICK = {"type": "picklist", "length": 255, "restrictedPicklist": True}


def pick(*words: str, restricted: bool = True) -> dict[str, Any]:
    values = [{"value": word, "active": word != "High"} for word in words]
    return field("Weight__c", "picklist", length=255, restrictedPicklist=restricted, picklistValues=values)


MISFITS: dict[str, tuple[dict[str, Any], dict[str, str], str]] = {
    "that is not there": (TAGS, {"categories": "Labels__c"}, "no such field"),
    "that may not be edited": (field("Tags__c", length=80, updateable=False), {"categories": "Tags__c"}, "not edit it"),
    "that may only be changed": (field("Tags__c", length=80, createable=False), {"categories": "Tags__c"}, "edit it"),
    "a number for a text": (field("Tags__c", "double"), {"categories": "Tags__c"}, "type double cannot"),
    "a text for a number": (TAGS, {"attendee_count": "Tags__c"}, "type string cannot"),
    "a text for a checkbox": (TAGS, {"online": "Tags__c"}, "type string cannot"),
    "a link for a text": (field("Tags__c", "url", length=255), {"body": "Tags__c"}, "type url cannot"),
    "rich text": (field("Tags__c", "textarea", length=255, htmlFormatted=True), {"body": "Tags__c"}, "html cannot"),
    "a unique text": (field("Tags__c", length=80, unique=True), {"categories": "Tags__c"}, "unique"),
    "a text too short for the words": (field("Tags__c", length=10), {"show_as": "Tags__c"}, "shorter than 17"),
    "a picklist without the words": (pick("Low", "Normal"), {"importance": "Weight__c"}, "lacks High"),
    "a picklist with an inactive word": (pick("Low", "Normal", "High"), {"importance": "Weight__c"}, "lacks High"),
    "that holds another field": (TAGS, {"location": "Subject"}, "Subject holds something else"),
    "that we need ourselves": (field("M365_Key__c"), {"body": "M365_Key__c"}, "M365_Key__c holds something else"),
}  # fmt: skip


@pytest.mark.parametrize(("there", "mapping", "why"), MISFITS.values(), ids=MISFITS)
def test_a_field_is_left_out_for_a_column(there: dict[str, Any], mapping: dict[str, str], why: str) -> None:  # F2
    found = org(there, **mapping)
    column = only(found)
    assert (column.field, column.name) == (next(iter(mapping)), "")
    assert why in column.why
    assert column.why.endswith("it is left out")
    event = EVENT if column.field != "location" else CalendarEvent(EVENT.when, location="Room 4")
    assert render(event, (column.field,), found) == {}
    assert getattr(echo(event, found), column.field) == getattr(CalendarEvent(EVENT.when), column.field)


def test_a_picklist_that_takes_any_word_will_do() -> None:
    assert only(org(pick(restricted=False), importance="Weight__c")).name == "Weight__c"


def test_two_fields_cannot_share_a_column_and_the_first_one_has_it() -> None:
    first, second = org(TAGS, body="Tags__c", categories="Tags__c").columns
    assert (first.field, first.name) == ("body", "Tags__c")
    assert (second.name, "Tags__c holds something else" in second.why) == ("", True)


def test_two_fields_may_change_places() -> None:
    found = org(subject="Location", location="Subject")
    event = CalendarEvent(EVENT.when, subject="Review", location="Room 4")
    assert render(event, ("subject", "location"), found) == {"Location": "Review", "Subject": "Room 4"}
    assert echo(event, found) == event


def test_a_field_that_can_stand_nowhere_else_stays_and_says_so() -> None:
    found = org(field("Start__c", "datetime"), when="Start__c")
    assert "stays in its own" in only(found).why
    assert "StartDateTime" in render(EVENT, ("when",), found)


def test_naming_the_usual_column_changes_nothing() -> None:
    assert org(subject="Subject", body="description").columns == ()


def test_a_field_of_the_package_of_the_wrong_type_is_left_out() -> None:
    found = org(field("Attendee_Count__c", length=80))
    assert only(found) == Column("attendee_count", why="Attendee_Count__c is of type string: it is left out")
    assert "Attendee_Count__c" not in found.event_fields


def read(found: Shape, **columns: Any) -> Row:
    kind = record_of(tuple(column.name for column in found.columns if column.name))
    return parse(convert({"Id": "00U1", **TIMES, **columns}, kind), (), found, Privacy())


BOTH_WAYS: dict[str, tuple[dict[str, Any], str, Any, Any]] = {
    "a subject": (field("X__c", length=80), "subject", "Review", "Review"),
    "a body in lines": (field("X__c", "textarea", length=80), "body", "One\nTwo", "One\nTwo"),
    "categories": (field("X__c", length=80), "categories", ("Client", "Tax"), "Client; Tax"),
    "no categories": (field("X__c", length=80), "categories", (), None),
    "importance": (field("X__c", length=80), "importance", Importance.HIGH, "High"),
    "busy in words": (field("X__c", length=80), "show_as", ShowAs.TENTATIVE, "Tentative"),
    "away in words": (field("X__c", length=80), "show_as", ShowAs.AWAY, "Out of office"),
    "elsewhere in words": (field("X__c", length=80), "show_as", ShowAs.ELSEWHERE, "Working elsewhere"),
    "an answer": (field("X__c", length=80), "my_response", Response.DECLINED, "Declined"),
    "a link": (field("X__c", "url", length=255), "join_url", "https://t/1", "https://t/1"),
    "a count": (field("X__c", "double", precision=3, scale=0), "attendee_count", 73, 73),
    "a meeting": (field("X__c", "boolean"), "online", True, True),
    "no meeting": (field("X__c", "boolean"), "online", False, False),
}


@pytest.mark.parametrize("row", BOTH_WAYS.values(), ids=BOTH_WAYS)
def test_stands_in_another_column_and_is_read_from_it(row: tuple[dict[str, Any], str, Any, Any]) -> None:  # F2
    there, name, value, held = row
    found = org(there, **{name: "X__c"})
    event = CalendarEvent(EVENT.when, **{name: value})
    assert render(event, (name,), found) == {"X__c": held}
    shown = read(found, X__c=held).event
    assert getattr(shown, name) == value
    assert name not in lost(event, found)


CUT: dict[str, tuple[dict[str, Any], str, Any, Any]] = {
    "a long subject, with a sign": (field("X__c", length=5), "subject", "Review of all", "Revi…"),
    "categories, but whole ones": (field("X__c", length=12), "categories", ("Client", "Taxes"), "Client"),
    "a link that is too long, wholly": (field("X__c", length=5), "join_url", "https://t/1", None),
    "more guests than the field has digits": (field("X__c", "double", precision=2, scale=0), "attendee_count", 300, 99),
}


@pytest.mark.parametrize("row", CUT.values(), ids=CUT)
def test_is_cut_and_said_to_be(row: tuple[dict[str, Any], str, Any, Any]) -> None:  # F3
    there, name, value, held = row
    found = org(there, **{name: "X__c"})
    event = CalendarEvent(EVENT.when, **{name: value})
    assert render(event, (name,), found) == {"X__c": held}
    assert name in lost(event, found)


STRANGE: dict[str, tuple[str, dict[str, Any], Any, Any]] = {
    "a word that nobody knows": ("importance", field("X__c", length=80), "Urgent", Importance.NORMAL),
    "a word in another case": ("importance", field("X__c", length=80), " HIGH ", Importance.HIGH),
    "blanks and repeats among categories": ("categories", field("X__c", length=80), "A;; B ;A", ("A", "B")),
    "a broken count": ("attendee_count", field("X__c", "double", precision=3, scale=1), 2.5, 2),
    "a count below nothing": ("attendee_count", field("X__c", "double", precision=3, scale=0), -1, 0),
    "another kind of value": ("subject", field("X__c", length=80), 12, ""),
}


@pytest.mark.parametrize("row", STRANGE.values(), ids=STRANGE)
def test_what_a_person_wrote_there_is_read_as(row: tuple[str, dict[str, Any], Any, Any]) -> None:  # F2
    name, there, value, wanted = row
    assert getattr(read(org(there, **{name: "X__c"}), X__c=value).event, name) == wanted


def test_lines_in_a_field_of_one_line_are_joined() -> None:
    found = org(field("X__c", length=80), body="X__c")
    assert render(CalendarEvent(EVENT.when, body="One\nTwo"), ("body",), found) == {"X__c": "One Two"}


def test_the_words_of_a_series_move_and_the_checkbox_stays() -> None:  # R2
    box = field("Recurring_in_Microsoft_365__c", "boolean")
    words = field("Recurrence_in_Microsoft_365__c", length=255)
    found = org(box, words, field("X__c", length=80), recurrence="X__c")
    event = CalendarEvent(EVENT.when, recurrence="Every day")
    sent = render(event, ("recurrence",), found)
    assert sent == {"Recurring_in_Microsoft_365__c": True, "X__c": "Every day"}
    assert read(found, Recurring_in_Microsoft_365__c=False, X__c="Every day").event != event


def test_a_row_says_which_fields_stand_elsewhere_or_nowhere() -> None:
    found = org(TAGS, field("Teams_URL__c", "textarea", length=2000), categories="Tags__c", body="Gone__c")
    places = dict(read(found).places)
    assert (places["categories"], places["body"]) == ("Tags__c", "")
    assert places["online"] == "", "without the package's own field"
    assert not {"subject", "join_url"} & places.keys()

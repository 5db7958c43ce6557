"""SOQL: what is found, in which order, on which page, and what is refused (salesforce.md §2.4, §4.2)."""

from typing import Any

import pytest

from services.sandbox.salesforce import Switches
from tests.conformance.sandbox_salesforce.caller import ROOT, Caller, hour

DAYS = {"past": "2026-02-27", "today": "2026-03-02", "soon": "2026-03-04", "april": "2026-04-10"}


@pytest.fixture
def stocked(call: Caller) -> Caller:
    """Ann's events past, today, soon (with Ada, private) and in April."""
    ada = call.contact("O'Hara", FirstName="Ada", Email="Ada@Firm.example")
    for name, day in DAYS.items():
        more = {"WhoId": ada, "IsPrivate": True, "Location": "Room_1"} if name == "soon" else {}
        call.event(Subject=name, StartDateTime=f"{day}T15:00:00Z", EndDateTime=f"{day}T16:00:00Z", **more)
        call.later(minutes=1)
    return call


FOUND = [
    pytest.param("Subject = 'SOON'", "soon", id="text whatever its case"),
    pytest.param("Subject != 'soon'", "past today april", id="another text"),
    pytest.param("Location != 'x'", "past today soon april", id="not equal, which null is too"),
    pytest.param("Location = null", "past today april", id="null"),
    pytest.param("Subject LIKE '%o%'", "today soon", id="a pattern"),
    pytest.param("Location LIKE 'Room__'", "soon", id="a pattern of single characters"),
    pytest.param("Subject IN ('soon', 'APRIL')", "soon april", id="a list"),
    pytest.param("Subject NOT IN ('soon','april')", "past today", id="outside a list"),
    pytest.param("IsPrivate = true", "soon", id="a checkbox"),
    pytest.param("DurationInMinutes >= 60 AND DurationInMinutes < 61", "past today soon april", id="numbers"),
    pytest.param("StartDateTime >= 2026-03-04T10:00:00-05:00", "soon april", id="a time with an offset"),
    pytest.param("ActivityDate < 2026-03-02", "past", id="a date"),
    pytest.param("(Subject = 'past' OR Subject = 'soon') AND NOT IsPrivate = true", "past", id="parentheses and not"),
    pytest.param("StartDateTime = TODAY", "today", id="today"),
    pytest.param("StartDateTime = LAST_N_DAYS:3", "past today", id="the last three days, today included"),
    pytest.param("StartDateTime = NEXT_N_DAYS:2", "soon", id="the next two days, today excluded"),
    pytest.param("ActivityDate = NEXT_MONTH", "april", id="next month"),
    pytest.param("StartDateTime > THIS_WEEK", "april", id="after this week"),
    pytest.param("StartDateTime <= TODAY", "past today", id="until the end of today"),
    pytest.param("StartDateTime = NEXT_N_MONTHS:1 OR ActivityDate = YESTERDAY", "april", id="months ahead"),
    pytest.param("Who.Email = 'ada@firm.example'", "soon", id="a parent's field"),
    pytest.param("Who.Type = 'Contact'", "soon", id="the type of a parent"),
    pytest.param("Owner.Name LIKE 'Ann%'", "past today soon april", id="the owner"),
    pytest.param(r"Who.LastName = 'O\'Hara'", "soon", id="a quote in a text"),
    pytest.param("WhoId IN (SELECT Id FROM Contact WHERE Email = 'ada@firm.example')", "soon", id="an inner select"),
    pytest.param("Id IN (SELECT EventId FROM EventRelation WHERE IsParent = true)", "soon", id="events by relations"),
]


@pytest.mark.parametrize(("where", "names"), FOUND)
def test_a_query_finds(stocked: Caller, where: str, names: str) -> None:
    rows = stocked.records(f"SELECT Subject FROM Event WHERE {where} ORDER BY StartDateTime")
    assert [row["Subject"] for row in rows] == names.split()


ORDERED = [
    pytest.param("ORDER BY StartDateTime DESC", "april soon today past", id="the latest first"),
    pytest.param("ORDER BY Location, Subject", "april past today soon", id="null first"),
    pytest.param("ORDER BY Location NULLS LAST, Subject DESC", "soon today past april", id="null last"),
    pytest.param("ORDER BY Location DESC, Subject", "april past today soon", id="null first, backwards too"),
    pytest.param("ORDER BY Location DESC NULLS LAST, Subject", "soon april past today", id="null last, backwards"),
    pytest.param("ORDER BY Subject LIMIT 2 OFFSET 1", "past soon", id="two, after one"),
    pytest.param("ORDER BY SystemModstamp, Id", "past today soon april", id="as they were written"),
]


@pytest.mark.parametrize(("tail", "names"), ORDERED)
def test_a_query_orders(stocked: Caller, tail: str, names: str) -> None:
    assert [row["Subject"] for row in stocked.records(f"SELECT Subject FROM Event {tail}")] == names.split()


REFUSED = [
    pytest.param("SELECT Colour FROM Event", "INVALID_FIELD", id="a field that is not there"),
    pytest.param("SELECT Id FROM Meeting", "INVALID_TYPE", id="an object that is not there"),
    pytest.param("SELECT Id FRM Event", "MALFORMED_QUERY", id="a misspelt word"),
    pytest.param("SELECT Id FROM Event WHERE Subject = 'x' AND IsPrivate = true OR IsChild = true", "MALFORMED_QUERY",
                 id="and with or without parentheses"),
    pytest.param("SELECT Id FROM Event WHERE Description = 'x'", "INVALID_FIELD", id="a filter on long text"),
    pytest.param("SELECT Id FROM Event ORDER BY Description", "INVALID_FIELD", id="an order by long text"),
    pytest.param("SELECT Id FROM Event WHERE StartDateTime > 2026-03-02", "INVALID_FIELD", id="a date for a time"),
    pytest.param("SELECT Id FROM Event WHERE EndDate > '2026-03-02T00:00:00Z'", "INVALID_FIELD", id="a quoted time"),
    pytest.param("SELECT Id FROM Event WHERE Subject = today", "INVALID_FIELD", id="a text without quotes"),
    pytest.param("SELECT Id FROM Event WHERE OwnerId = 'Ann'", "INVALID_QUERY_FILTER_OPERATOR", id="no id"),
    pytest.param("SELECT Id FROM Event WHERE ActivityDate = 2026-02-30", "MALFORMED_QUERY", id="a day that is not"),
    pytest.param("SELECT Id FROM Contact WHERE Id IN (SELECT WhoId FROM Event)", "MALFORMED_QUERY",
                 id="an inner select over activities"),
    pytest.param("SELECT Who.practifi__Alternate_Email__c FROM Event", "INVALID_FIELD",
                 id="a custom field through a parent of several types"),
    pytest.param("SELECT Wo.Email FROM Event", "INVALID_FIELD", id="a relationship that is not there"),
    pytest.param("SELECT FIELDS(ALL) FROM Event", "MALFORMED_QUERY", id="all fields without a limit"),
]  # fmt: skip


@pytest.mark.parametrize(("soql", "code"), REFUSED)
def test_a_query_is_refused_with(stocked: Caller, soql: str, code: str) -> None:
    answer = stocked.ask(soql)
    assert (answer.status, answer.code) == (400, code)


def test_parents_and_children_are_nested(stocked: Caller) -> None:
    columns = "Subject, Who.Email, What.Name, Account.Name, (SELECT Relation.Name FROM EventRelations)"
    soon, past = stocked.records(
        f"SELECT {columns} FROM Event e WHERE e.Subject IN ('soon','past') ORDER BY Subject DESC"
    )
    assert (soon["Who"]["attributes"]["type"], soon["Who"]["Email"]) == ("Name", "Ada@Firm.example")
    assert (soon["What"], past["Who"], past["EventRelations"]) == (None, None, None)
    assert soon["EventRelations"]["records"][0]["Relation"]["Name"] == "Ada O'Hara"
    assert list(soon) == ["attributes", "Subject", "Who", "What", "Account", "EventRelations"]


def test_counting_answers_without_rows(stocked: Caller) -> None:
    whole = stocked.ask("SELECT COUNT() FROM Event WHERE IsPrivate = false").body
    assert whole == {"totalSize": 3, "done": True, "records": []}
    assert stocked.records("SELECT COUNT(WhoId) held FROM Event")[0]["held"] == 1


def many(call: Caller, number: int) -> None:
    records = [{"attributes": {"type": "Event"}, **hour(call.ann), "Subject": f"{n:04}"} for n in range(number)]
    for start in range(0, number, 200):
        call("POST", "composite/sobjects", {"records": records[start : start + 200]})


def pages(call: Caller, **headers: str) -> list[Any]:
    soql = "SELECT Subject FROM Event ORDER BY Subject"
    found = [call("GET", "query/", query={"q": soql}, **headers).body]
    while not found[-1]["done"]:
        found.append(call("GET", found[-1]["nextRecordsUrl"], **headers).body)
    return found


@pytest.mark.parametrize(
    ("options", "sizes"),
    [
        pytest.param("batchSize=500", [500, 500, 200], id="as asked"),
        pytest.param("batchSize=1", [200] * 6, id="no fewer than 200"),
        pytest.param("", [1200], id="up to 2,000"),
    ],
)
def test_pages_are(call: Caller, options: str, sizes: list[int]) -> None:
    many(call, 1200)
    found = pages(call, sforce_query_options=options)
    assert [len(page["records"]) for page in found] == sizes
    assert {page["totalSize"] for page in found} == {1200}
    assert [row["Subject"] for page in found for row in page["records"]] == [f"{n:04}" for n in range(1200)]


def test_a_cursor_lives_two_days_and_is_one_of_ten(call: Caller) -> None:
    many(call, 201)
    small = {"sforce_query_options": "batchSize=200"}
    first = call("GET", "query", query={"q": "SELECT Id FROM Event"}, **small).body["nextRecordsUrl"]
    for _ in range(9):
        call("GET", "query", query={"q": "SELECT Id FROM Event"}, **small)
    assert call("GET", first, **small).status == 200
    call("GET", "query", query={"q": "SELECT Id FROM Event"}, **small)
    assert call("GET", first, **small).code == "INVALID_QUERY_LOCATOR"
    last = call("GET", "query", query={"q": "SELECT Id FROM Event"}, **small).body["nextRecordsUrl"]
    call.later(days=2, seconds=1)
    call.token = call.login()
    assert call("GET", last, **small).code == "INVALID_QUERY_LOCATOR"


def test_five_hundred_junction_ids_are_the_most(call: Caller) -> None:
    people = [call.contact(f"C{n}") for n in range(50)]
    for _ in range(10):
        call.event(EventWhoIds=people)
    assert len(call.records("SELECT EventWhoIds FROM Event")) == 10
    call.event(WhoId=people[0])
    assert call.ask("SELECT EventWhoIds FROM Event").code == "MALFORMED_QUERY"


def test_a_long_address_is_refused(call: Caller) -> None:
    listed = ",".join(f"'someone{n}@client.example'" for n in range(600))
    assert call.ask(f"SELECT Id FROM Contact WHERE Email IN ({listed})").status == 414
    assert call("GET", "limits", x_padding="x" * 16_400).status == 431


def test_without_our_package_our_key_is_no_column() -> None:
    assert Caller(Switches(package=False)).ask("SELECT M365_Key__c FROM Event").code == "INVALID_FIELD"


def test_a_search_over_email_fields_finds_people_by_any_address(call: Caller) -> None:
    call.contact("Low", practifi__Alternate_Email__c="j-low@c.example")
    call.contact("Other", Email="other@c.example")
    find = (
        r"FIND {j\-low@c.example OR ann@firm.example} IN EMAIL FIELDS RETURNING Contact(Id, LastName), User(Id, Email)"
    )
    rows = call("GET", "search", query={"q": find}).body["searchRecords"]
    assert [row["attributes"]["type"] for row in rows] == ["Contact", "User"]
    assert rows[0]["attributes"]["url"].startswith(f"{ROOT}/sobjects/Contact/")

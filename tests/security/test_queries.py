"""Whatever a value holds, it stays a value: in every question to Salesforce and in every path to Microsoft it reads
back as exactly what it was, by the sandbox's parser and by an unescaping written down here from the documentation."""

import re
from datetime import date
from urllib.parse import parse_qsl, unquote, urlsplit
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.clients.graph import paths
from services.clients.http import Http
from services.clients.salesforce import soap, soql, writing
from services.clients.salesforce.row import Place, Shape
from services.kernel.errors import Permanent
from services.sandbox.salesforce.soql import Junction, Query, Value, parse
from services.sandbox.salesforce.soql import Test as Comparison
from tests.security.remote import NOW

SHAPE = Shape("00D", "005", event_fields=("Id", "Subject"), contact_emails=(("Email", 0),), person_accounts=True,
              contact_point_parents=("ParentId",))  # fmt: skip
HOSTILE = st.sampled_from([
    "'", "\\", "\\'", "' OR Id != '", "') OR (Id != '", "\\') --", "%27", "\\u0027", "''", '"', "\n", "\r\n", "\t\b\f",
    "\x00", "a'b", "\\\\'", "x' LIMIT 1", "?q=1&x=2#y", "%", "&amp;", "]]>", "</ids><ids>", "o'hara@client.example",
])  # fmt: skip
TEXT = st.one_of(
    HOSTILE,
    st.text(st.characters(exclude_categories=("Cs",)), max_size=40),
    st.lists(HOSTILE, max_size=4).map("".join),
)
VALUES = st.lists(TEXT, min_size=1, max_size=4)
BUILDERS = {
    "events": lambda ids: soql.events_of(SHAPE, ids),
    "bin": soql.in_bin,
    "relations": soql.relations_of,
    "contacts": lambda ids: soql.contacts_of(SHAPE, "AccountId", ids),
    "addresses": lambda ids: soql.points_of(SHAPE, "ParentId", ids),
}
LITERAL = re.compile(r"'((?:\\.|[^'\\])*)'", re.DOTALL)
ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f", '"': '"', "'": "'", "\\": "\\"}
"""Salesforce's own list of escapes within a literal."""


def literals(query: str) -> list[str]:
    """All literals of a query, unescaped by that list."""
    return [re.sub(r"\\(.)", lambda one: ESCAPES[one[1]], text, flags=re.DOTALL) for text in LITERAL.findall(query)]


def values(query: Query) -> list[str]:
    """All literals of a parsed query, in order."""
    found = list[str]()

    def look(node: object) -> None:
        if isinstance(node, Junction):
            for part in node.parts:
                look(part)
        elif isinstance(node, Comparison):
            for one in node.value if isinstance(node.value, tuple) else (node.value,):
                if isinstance(one, Value) and one.kind == "string":
                    found.append(one.text)

    look(query.where)
    return found


@pytest.mark.parametrize("build", BUILDERS.values(), ids=BUILDERS)
@settings(max_examples=60, deadline=None)
@given(ids=VALUES)
def test_a_value_in_a_question_to_salesforce_stays_a_value(build: object, ids: list[str]) -> None:
    query = build(ids)  # type: ignore[operator]  # one of the builders
    plain = parse(build(["x"] * len(ids)))  # type: ignore[operator]
    read = parse(query)
    assert values(read) == literals(query) == ids
    assert (read.source, read.columns, read.limit, read.order) == (
        plain.source,
        plain.columns,
        plain.limit,
        plain.order,
    )
    asked = parse_qsl(urlsplit(soql.path(query)).query, keep_blank_values=True, strict_parsing=True)
    assert asked == [("q", query)]


@settings(max_examples=60, deadline=None)
@given(last=TEXT.filter(bool))
def test_the_place_where_a_reading_stands_stays_a_value(last: str) -> None:
    place = Place("2027-03-01T09:00:00Z", "2027-03-01T09:00:00+00:00", last)
    for query in (soql.events(SHAPE, "", date(2027, 1, 1), place), soql.relations("2027-03-01T09:00:00Z", place)):
        assert values(parse(query)) == literals(query) == [last]


@settings(max_examples=100, deadline=None)
@given(mailbox=TEXT, event=TEXT)
def test_an_id_in_a_path_to_microsoft_is_one_step_of_it(mailbox: str, event: str) -> None:
    try:
        path = paths.read(mailbox, event)
    except Permanent:
        assert {mailbox, event} & {"", ".", ".."}
        return
    there = urlsplit(Http("https://graph.example", where="", now=lambda: NOW).target(path))
    steps = [unquote(step, errors="strict") for step in there.path.split("/")]
    assert steps == ["", "v1.0", "users", mailbox, "events", event]
    assert [name for name, _ in parse_qsl(there.query, strict_parsing=True)] == ["$expand"]
    assert (there.netloc, there.fragment) == ("graph.example", "")


@pytest.mark.parametrize("id_", ["", ".", ".."])
def test_an_id_that_would_lead_elsewhere_is_refused(id_: str) -> None:
    for mailbox, event in ((id_, "AAMk"), ("mike", id_)):
        with pytest.raises(Permanent, match="no id"):
            paths.event(mailbox, event)


@pytest.mark.parametrize("id_", ["00U1,00U2", "00U1&allOrNone=true", "00U1#", "../00U1", "", "00U 1", "00\u0660"])
def test_a_deletion_names_ids_alone(id_: str) -> None:  # X2
    assert writing.deletions(["00U1", "00U2"]).path == "/composite/sobjects?ids=00U1,00U2&allOrNone=false"
    with pytest.raises(ValueError, match="no id"):
        writing.deletions(["00U1", id_])


LEGAL = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=40)
"""What XML can hold at all."""


@settings(max_examples=60, deadline=None)
@given(token=LEGAL, ids=st.lists(st.one_of(LEGAL, st.just("</ids><ids>"), st.just("&amp;")), min_size=1, max_size=3))
def test_an_id_in_an_envelope_stays_a_value(token: str, ids: list[str]) -> None:
    tree = ET.fromstring(soap.undelete(token, ids).replace(b"\xef\xbf\xbe", b"").replace(b"\xef\xbf\xbf", b""))
    found = [one.text or "" for one in tree.iter("{urn:partner.soap.sforce.com}ids")]
    wanted = [one.replace("\ufffe", "").replace("\uffff", "") for one in ids]
    assert found == wanted

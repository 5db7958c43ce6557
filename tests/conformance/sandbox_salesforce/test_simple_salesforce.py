"""The org as simple-salesforce meets it: the library itself, over an adapter that hands its requests to the org."""

import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from requests.adapters import HTTPAdapter
from simple_salesforce.api import Salesforce as Client
from simple_salesforce.exceptions import (
    SalesforceAuthenticationFailed,
    SalesforceMalformedRequest,
    SalesforceMoreThanOneRecord,
    SalesforceResourceNotFound,
)
from simple_salesforce.format import format_external_id, format_soql

from services.sandbox.salesforce import Salesforce
from services.sandbox.wire import Request

KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
PRIVATE = KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
PUBLIC = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
TIMES = {"StartDateTime": "2026-03-03T10:00:00.000+0000", "EndDateTime": "2026-03-03T11:00:00.000+0000"}


class Door(HTTPAdapter):
    """Every request goes to the org, whatever its host; the library judges expiry by the machine's clock, so we too."""

    def __init__(self, org: Salesforce) -> None:
        super().__init__()
        self.org = org
        self.seen: list[Request] = []

    def send(self, request: requests.PreparedRequest, *_args: Any, **_kwargs: Any) -> requests.Response:
        url = urlsplit(str(request.url))
        body = request.body.encode() if isinstance(request.body, str) else request.body or b""
        heard = Request(
            str(request.method), url.path, datetime.now(UTC), dict(parse_qsl(url.query)),
            {name.lower(): str(value) for name, value in request.headers.items()}, bytes(body), "https://org.example",
        )  # fmt: skip
        self.seen.append(heard)
        return answered(self.org, heard, request)


def answered(org: Salesforce, heard: Request, request: requests.PreparedRequest) -> requests.Response:
    said = org.handle(heard)
    response = requests.Response()
    response.status_code, response.url, response.request = said.status, str(request.url), request
    response.headers.update(said.headers)
    response.raw = io.BytesIO(said.body)
    response.encoding = "utf-8"
    return response


@pytest.fixture
def door() -> Door:
    return Door(Salesforce(client_id="app", client_secret="secret", certificate_pem=PUBLIC))


@pytest.fixture
def session(door: Door) -> Iterator[requests.Session]:
    with requests.Session() as session:
        session.mount("https://", door)
        yield session


@pytest.fixture
def client(session: requests.Session) -> Any:
    return Client(username="calsync@firm.example", consumer_key="app", privatekey=PRIVATE, session=session)


def test_it_logs_in_by_assertion(client: Any) -> None:
    assert (client.auth_type, client.sf_instance) == ("jwt-bearer", "org.example")
    assert client.limits()["DailyApiRequests"]["Max"] == 101_000
    assert client.api_usage["api-usage"].used == 1


def test_it_logs_in_by_client_credentials(session: requests.Session) -> None:
    client = Client(consumer_key="app", consumer_secret="secret", domain="firm.my", session=session)
    assert client.query("SELECT Id FROM User")["totalSize"] == 1


def test_it_is_told_when_the_user_has_not_approved(session: requests.Session) -> None:
    with (
        pytest.raises(SalesforceAuthenticationFailed, match="invalid_grant"),
        pytest.warns(UserWarning, match="authorize this"),
    ):
        Client(username="nobody@firm.example", consumer_key="app", privatekey=PRIVATE, session=session)


def test_it_logs_in_again_when_the_session_ends(client: Any, door: Door) -> None:
    door.org.expire_sessions()
    assert client.query("SELECT Id FROM User")["done"] is True


def test_it_makes_reads_changes_and_deletes_rows(client: Any, door: Door) -> None:
    event = client.Event.create({"Subject": "Review", **TIMES})
    assert (event["success"], event["errors"]) == (True, [])
    assert client.Event.update(event["id"], {"Subject": "Talk"}) == 204
    row = client.Event.get(event["id"])
    assert (row["Subject"], row["OwnerId"]) == ("Talk", door.org.integration_user)
    assert client.Event.delete(event["id"]) == 204
    with pytest.raises(SalesforceResourceNotFound):
        client.Event.get(event["id"])


def test_it_upserts_by_our_key(client: Any, door: Door) -> None:
    path = format_external_id("M365_Key__c", "a/b:c")
    assert client.Event.upsert(path, {"Subject": "Review", **TIMES}) == 201
    assert client.Event.upsert(path, {"Subject": "Talk"}) == 200
    assert client.Event.get_by_custom_id("M365_Key__c", "a/b:c")["Subject"] == "Talk"
    door.org.insert("Event", {"M365_Key__c": "a/b:c", **TIMES}, datetime.now(UTC))
    with pytest.raises(SalesforceMoreThanOneRecord):
        client.Event.upsert(path, {"Subject": "Both"})


def test_it_reads_all_pages(client: Any, door: Door) -> None:
    for number in range(450):
        door.org.insert("Contact", {"LastName": f"{number:03}"}, datetime.now(UTC))
    paged = {"Sforce-Query-Options": "batchSize=200"}
    rows = client.query_all("SELECT LastName FROM Contact ORDER BY LastName", headers=paged)["records"]
    assert [row["LastName"] for row in rows] == [f"{number:03}" for number in range(450)]
    assert sum("/query" in one.path for one in door.seen) == 3


def test_it_formats_its_queries_so_that_the_org_understands(client: Any, door: Door) -> None:
    now = datetime.now(UTC)
    door.org.insert("Contact", {"LastName": r"O'Hara \ Sons", "Email": "o'hara@c.example"}, now)
    soql = format_soql(
        "SELECT Id FROM Contact WHERE Email IN {} AND LastName = {} AND SystemModstamp > {}",
        ["o'hara@c.example", "x@c.example"], r"O'Hara \ Sons", now - timedelta(minutes=1),
    )  # fmt: skip
    assert client.query(soql)["totalSize"] == 1


def test_it_hears_of_changes_and_deletions(client: Any, door: Door) -> None:
    past = datetime.now(UTC) - timedelta(minutes=10)
    kept, gone = (door.org.insert("Event", {**TIMES}, past) for _ in range(2))
    door.org.delete("Event", gone, past)
    window = past - timedelta(minutes=5), past + timedelta(minutes=5)
    assert client.Event.updated(*window)["ids"] == [kept]
    assert [row["id"] for row in client.Event.deleted(*window)["deletedRecords"]] == [gone]
    assert client.query("SELECT Id FROM Event", include_deleted=True)["totalSize"] == 2


def test_it_reads_what_objects_there_are_and_their_fields(client: Any) -> None:
    assert "Event" in {one["name"] for one in client.describe()["sobjects"]}
    assert "M365_Key__c" in {one["name"] for one in client.Event.describe()["fields"]}
    assert client.Event.metadata()["objectDescribe"]["keyPrefix"] == "00U"
    assert client.is_sandbox() is False


def test_it_sends_collections_by_hand_and_searches(client: Any, door: Door) -> None:
    records = [{"attributes": {"type": "Event"}, "M365_Key__c": f"k{number}", **TIMES} for number in range(3)]
    rows = client.restful("composite/sobjects/Event/M365_Key__c", method="PATCH", json={"records": records})
    assert [row["created"] for row in rows] == [True, True, True]
    door.org.insert("Contact", {"LastName": "Low", "Email": "low@c.example"}, datetime.now(UTC))
    found = client.search("FIND {low@c.example} IN EMAIL FIELDS RETURNING Contact(Id, Email)")
    assert found["searchRecords"][0]["Email"] == "low@c.example"


def test_it_is_told_what_was_wrong(client: Any) -> None:
    with pytest.raises(SalesforceMalformedRequest) as refused:
        client.Event.create({"Subject": "x" * 256, **TIMES})
    content: Any = refused.value.content
    assert content[0]["errorCode"] == "STRING_TOO_LONG"

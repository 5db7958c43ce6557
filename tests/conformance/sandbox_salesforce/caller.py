"""A client of a few lines, to say requests to the sandbox in a test's own words. Keeps a token and a clock."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from services.sandbox.salesforce import Salesforce, Switches
from services.sandbox.wire import Request

T0 = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ROOT = "/services/data/v59.0"


@dataclass(frozen=True)
class Answer:
    status: int
    body: Any
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def code(self) -> str:
        """The errorCode of a single-row refusal."""
        return str(self.body[0]["errorCode"])


class Caller:
    def __init__(self, switches: Switches | None = None, seed: int = 0) -> None:
        self.org = Salesforce(client_id="app", client_secret="secret", seed=seed, switches=switches or Switches())
        self.at = T0
        self.ann = self.org.add_user(name="Ann Fry", email="ann@firm.example")
        self.token = self.login()

    def login(self) -> str:
        form = b"grant_type=client_credentials&client_id=app&client_secret=secret"
        reply = self.org.handle(Request("POST", "/services/oauth2/token", self.at, body=form))
        return str(json.loads(reply.body)["access_token"])

    def later(self, **passed: float) -> None:
        self.at += timedelta(**passed)

    def __call__(self, method: str, path: str, body: Any = None, query: Any = None, **headers: Any) -> Answer:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        sent = {"authorization": f"Bearer {self.token}", **named}
        content = b"" if body is None else json.dumps(body).encode()
        url = path if path.startswith("/") else f"{ROOT}/{path}"
        reply = self.org.handle(Request(method, url, self.at, query or {}, sent, content))
        return Answer(reply.status, json.loads(reply.body) if reply.body else None, dict(reply.headers))

    def ask(self, soql: str, resource: str = "query") -> Answer:
        return self("GET", resource, query={"q": soql})

    def records(self, soql: str, resource: str = "query") -> list[dict[str, Any]]:
        answer = self.ask(soql, resource)
        assert answer.status == 200, answer.body
        return list(answer.body["records"])

    def event(self, **fields: Any) -> str:
        """A timed Event made by the client; its id."""
        answer = self("POST", "sobjects/Event", hour(self.ann) | fields)
        assert answer.status == 201, answer.body
        return str(answer.body["id"])

    def contact(self, name: str, **fields: Any) -> str:
        return self.org.insert("Contact", {"LastName": name, **fields}, self.at)


def hour(owner: str) -> dict[str, Any]:
    """The fields of an hour on 3 March 2026, 10:00 UTC."""
    return {
        "Subject": "Review",
        "OwnerId": owner,
        "StartDateTime": "2026-03-03T10:00:00Z",
        "EndDateTime": "2026-03-03T11:00:00Z",
    }

"""The real clients, whose network is a function: what it gives is what the remote has answered."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from services.clients.graph.api import Graph
from services.clients.graph.token import Token
from services.clients.http import Http, Reply
from services.clients.salesforce.api import Org
from services.clients.salesforce.login import Identity, Login, Session
from services.kernel.tenants import MicrosoftSide
from tests.hostile.spoiled import NUMBERS, TEXTS, TIMES, text

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
ROOT = "https://remote.example"
DATE = {"date": "Mon, 02 Mar 2026 12:00:00 GMT", "sforce-limit-info": "api-usage=18/15000"}
Answers = Callable[[str, str, bytes], Reply]

STATUSES = (
    200,
    201,
    204,
    206,
    302,
    304,
    400,
    401,
    403,
    404,
    408,
    409,
    410,
    412,
    413,
    422,
    429,
    500,
    501,
    503,
    504,
    599,
)
_VALUES = st.one_of(
    st.sampled_from([*NUMBERS, *TEXTS, *TIMES, "17", "-1", "inf", "Fri, 31 Dec 9999 23:59:59 -2359", "api-usage=²/9"]),
    st.text(max_size=12),
)
HEADERS = st.dictionaries(
    st.sampled_from(["retry-after", "date", "sforce-limit-info", "content-type", "location", "request-id"]), _VALUES
)


class Door(Http):
    """Answers by itself; nobody waits."""

    def __init__(self, answers: Answers) -> None:
        super().__init__(ROOT, where="Remote", now=lambda: NOW, sleep=_at_once)
        self.answers = answers

    async def _exchange(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> Reply:
        return self.answers(method, url.removeprefix(ROOT), body or b"")


async def _at_once(_: float) -> None:
    return


def graph(answers: Answers) -> Graph:
    """A tenant of Microsoft's, signed in."""
    side = MicrosoftSide("firm", "app", Path("unused"), authority=ROOT, graph_url=ROOT)
    token = Token(side, where="firm.toml [microsoft]", now=lambda: NOW)
    token._held, token._until = "token", datetime.max.replace(tzinfo=UTC)
    token._http = Door(answers)
    return Graph(Door(answers), token)


def org(answers: Answers) -> Org:
    """An org of Salesforce's, logged in for good."""
    session = Session(Identity(ROOT, "app", "firm.toml [salesforce]"), now=lambda: NOW)
    session._login = Login("token", ROOT, "00D000000000001", "005000000000001")
    return Org(Door(answers), session)


def said(value: Any, status: int = 200, **headers: str) -> Reply:
    """A good answer, or a bad one."""
    return Reply(status, {**DATE, **headers}, text(value))

"""A small world in memory, and how a test asks it: no socket, no clock, no file."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Protocol
from urllib.parse import urlencode

from services.sandbox.keys import Keys, made
from services.sandbox.wire import Request, Response
from services.sandbox.world import World

START = datetime(2026, 3, 2, 8, tzinfo=UTC)
ADA = "ada@firm.example"
BEN = "ben@firm.example"


class Asking(Protocol):
    def __call__(self, method: str, path: str, body: Any = None, **query: Any) -> Response: ...


def new_world(seed: int = 1) -> World:
    return made(Keys("tenant", "client", "secret", "org-client", "calsync@firm.example"), seed)


def add_two(world: World) -> World:
    """Ada in New York and Ben in Berlin, with a user each; Cora is a client."""
    for name, mail, zone, place in (
        ("Ada Alder", ADA, "Eastern Standard Time", "America/New_York"),
        ("Ben Birch", BEN, "W. Europe Standard Time", "Europe/Berlin"),
    ):
        world.sides.microsoft.add_user(name=name, upn=mail, zone=zone)
        world.sides.salesforce.add_user(name=name, email=mail, zone=place)
    client = {"LastName": "Client", "FirstName": "Cora", "PersonEmail": "cora@example.com"}
    world.sides.salesforce.insert("Account", client, START)
    return world


def request(method: str, path: str, body: Any = None, at: datetime = START, **query: Any) -> Request:
    raw = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
    return Request(method, path, at, query, {"content-type": "application/json"}, raw)


def signed_in(world: World, side: str, at: datetime = START) -> dict[str, str]:
    """The Authorization header that the side's own token endpoint gives."""
    forms = {
        "microsoft": ("/tenant/oauth2/v2.0/token", "client", {"scope": "https://graph.microsoft.com/.default"}),
        "practifi": ("/services/oauth2/token", "org-client", {}),
    }
    path, client, more = forms[side]
    form = {"grant_type": "client_credentials", "client_id": client, "client_secret": "secret", **more}
    headers = {"content-type": "application/x-www-form-urlencoded"}
    answer = world.handle(Request("POST", path, at, {}, headers, urlencode(form).encode()))
    assert answer.status == 200, answer.body
    return {"authorization": f"Bearer {json.loads(answer.body)['access_token']}"}


Window = Callable[[str], list[dict[str, Any]]]

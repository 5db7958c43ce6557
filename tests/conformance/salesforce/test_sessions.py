"""Logging in, staying logged in, and what Salesforce's refusals mean."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import chain, repeat
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from services.clients.salesforce.login import Identity, Session
from services.kernel.errors import Fatal, Permanent, Transient
from services.sandbox.salesforce.org import Salesforce
from services.sandbox.wire import Request, Response, answer

WHERE = "tenant test [salesforce]"


def refuse(status: int, body: Any, where: str = "/composite") -> Callable[[Request], Response | None]:
    return lambda request: answer(status, body) if where in request.path else None


def logins(place: Any) -> int:
    return sum("/oauth2/" in one.path for one in place.heard)


async def test_one_login_serves_all_tasks(opened: Any) -> None:  # AUT-10
    place = await opened(described=False)
    await asyncio.gather(*(place.org.describe({}) for _ in range(5)))
    assert logins(place) == 1


async def test_an_expired_session_is_renewed_once_for_all_and_the_read_goes_on(place: Any) -> None:  # SFD-08, AUT-10
    event = place.event()
    place.salesforce.expire_sessions()
    first, *_ = await asyncio.gather(*(place.read() for _ in range(3)))
    assert [row.id for row in first.rows] == [event]
    assert logins(place) == 1


async def test_a_session_that_is_refused_at_once_stops_the_lane(place: Any) -> None:  # AUT-01
    place.spoil = refuse(401, [{"message": "Session expired or invalid", "errorCode": "INVALID_SESSION_ID"}])
    with pytest.raises(Fatal) as error:
        await place.read()
    assert error.value.where == WHERE
    assert (logins(place), place.calls) == (1, 2)


async def test_a_used_up_budget_is_waited_out(place: Any) -> None:  # O4
    place.spoil = refuse(403, [{"message": "TotalRequests Limit exceeded.", "errorCode": "REQUEST_LIMIT_EXCEEDED"}])
    with pytest.raises(Transient) as error:
        await place.read()
    assert error.value.delay == timedelta(minutes=15)
    assert place.calls == 1


async def test_another_trouble_does_not_end_a_wait_that_the_org_asked_for(place: Any) -> None:  # O4
    """Both were under way when it said so."""
    troubles = chain([answer(429, [], {"Retry-After": "60"})], repeat(answer(503, [])))
    place.spoil = lambda request: next(troubles) if "/oauth2/" not in request.path else None
    both = await asyncio.gather(place.read(), place.read(), return_exceptions=True)
    assert all(isinstance(one, Transient) for one in both)
    assert place.calls > 1, "the other one was not held back"
    with pytest.raises(Transient) as error:
        await place.read()
    assert (error.value.delay, place.calls) == (timedelta(minutes=1), 0)


async def test_a_refusal_is_told_by_its_code_without_its_text(place: Any) -> None:  # P3
    place.spoil = refuse(400, [{"message": "no: o'hara@client.example", "errorCode": "DUPLICATES_DETECTED"}])
    with pytest.raises(Permanent) as error:
        await place.read()
    assert error.value.code == "DUPLICATES_DETECTED"
    assert "o'hara" not in str(error.value)


async def test_the_days_requests_are_counted(place: Any) -> None:  # E4
    await place.read()
    used, allowed = place.org.api_usage
    assert 0 < used < allowed


async def test_every_request_names_its_client(place: Any) -> None:  # salesforce.md §3.2
    await place.read()
    place.salesforce.expire_sessions()
    await place.read()
    named = {one.headers.get("sforce-call-options") for one in place.heard if "/oauth2/" not in one.path}
    assert named == {"client=calsync"}


@pytest.fixture
def key(tmp_path: Path) -> tuple[Path, str]:
    """A private key file and its public half."""
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem, pkcs8 = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    (tmp_path / "key.pem").write_bytes(private.private_bytes(pem, pkcs8, serialization.NoEncryption()))
    public = private.public_key().public_bytes(pem, serialization.PublicFormat.SubjectPublicKeyInfo)
    return tmp_path / "key.pem", public.decode()


async def by_key(place: Any, key: tuple[Path, str], **identity: Any) -> Session:
    """A session by JWT bearer with an org that knows our certificate."""
    place.salesforce = Salesforce(client_id="app", certificate_pem=key[1])
    place.now = datetime.now(UTC)  # the library stamps its assertion by the real clock
    default = {"login_url": place.url, "client_id": "app", "where": WHERE, "username": "calsync@firm.example",
               "key_file": key[0]}  # fmt: skip
    return Session(Identity(**default | identity), now=lambda: place.now)


async def test_the_jwt_bearer_flow_tells_who_we_are(place: Any, key: tuple[Path, str]) -> None:
    login = await (await by_key(place, key)).current()
    assert login.user_id == place.salesforce.integration_user
    assert (login.instance, login.org_id[:3]) == (place.url, "00D")
    assert login.token not in repr(login)


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "another consumer key": ({"client_id": "other"}, "client_id"),
    "a user who is not approved": ({"username": "nobody@firm.example"}, "Pre-authorise"),
    "no key file": ({"key_file": Path("/nowhere/key.pem")}, "readable"),
    "nothing to log in with": ({"key_file": None}, "key_file"),
}


@pytest.mark.parametrize("row", WRONG.values(), ids=WRONG)
async def test_a_wrong_login_says_what_to_mend(place: Any, key: tuple[Path, str], row: tuple[Any, str]) -> None:  # O4
    session = await by_key(place, key, **row[0])
    with pytest.raises(Fatal) as error:
        await session.current()
    assert row[1] in error.value.mend
    assert error.value.where.startswith(WHERE)


async def test_a_file_that_is_no_key_is_named_without_its_content(
    place: Any, key: tuple[Path, str], tmp_path: Path
) -> None:  # O7
    (tmp_path / "bad.pem").write_text("my little secret")
    with pytest.raises(Fatal, match="key_file") as error:
        await (await by_key(place, key, key_file=tmp_path / "bad.pem")).current()
    assert "secret" not in str(error.value)
    assert error.value.__suppress_context__


async def test_a_wrong_secret_is_never_shown(place: Any, tmp_path: Path) -> None:  # O7
    (tmp_path / "secret").write_text("wrong-but-private")
    session = Session(Identity(place.url, "app", WHERE, secret_file=tmp_path / "secret"), now=lambda: place.now)
    with pytest.raises(Fatal) as error:
        await session.current()
    assert "invalid_client" in error.value.what
    assert "wrong-but-private" not in str(error.value)


GRANT = {"access_token": "t", "id": "https://x/id/00D000000000001AAA/005000000000001AAA", "token_type": "Bearer"}


@pytest.mark.parametrize("instance", ["https://evil.example", "http://127.0.0.1:1", "https://evil.salesforce.com", ""])
async def test_a_token_is_not_sent_to_a_foreign_instance(opened: Any, instance: str) -> None:
    place = await opened(described=False)
    place.spoil = refuse(200, {**GRANT, "instance_url": instance}, "/oauth2/token")
    with pytest.raises(Fatal):
        await place.org.describe({})
    assert place.calls == 0


async def test_a_redirect_of_the_login_is_not_followed(opened: Any) -> None:
    place = await opened(described=False)
    moved = Response(307, headers={"Location": f"{place.url}/elsewhere"})
    place.spoil = lambda request: moved if "/oauth2/" in request.path else None
    with pytest.raises(Fatal):
        await place.org.describe({})
    assert [one.path for one in place.heard] == ["/services/oauth2/token"]


@pytest.mark.parametrize("status", [429, 500, 503])
async def test_a_login_service_in_trouble_is_asked_later(opened: Any, status: int) -> None:  # AUT-05
    place = await opened(described=False)
    place.spoil = refuse(status, None, "/oauth2/token")
    with pytest.raises(Transient):
        await place.org.describe({})


async def test_a_login_service_that_is_not_there_is_asked_later(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("s")
    identity = Identity("http://127.0.0.1:9", "app", WHERE, secret_file=tmp_path / "secret")
    with pytest.raises(Transient):
        await Session(identity, now=lambda: datetime.now(UTC)).current()

"""Whatever a sign-in answers: a token that can be sent, or one of our errors (AUT)."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.clients.graph.token import Token
from services.clients.http import Http, Reply
from services.clients.salesforce.login import Identity, Session
from services.kernel.errors import Fatal, Transient
from services.kernel.tenants import MicrosoftSide
from tests.hostile.doors import HEADERS, STATUSES
from tests.hostile.spoiled import each, spoiled, text

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
ROOT = "https://remote.example"
GRANTED: dict[str, Any] = {"token_type": "Bearer", "expires_in": 3599, "ext_expires_in": 3599, "access_token": "word"}
DISCOVERED = {
    "issuer": f"{ROOT}/firm",
    "authorization_endpoint": f"{ROOT}/a",
    "token_endpoint": f"{ROOT}/firm/oauth2/v2.0/token",
}
REFUSED = {
    "error": "invalid_client",
    "error_description": "AADSTS7000215: x",
    "error_codes": [7000215],
    "timestamp": "2026",
    "trace_id": "t",
    "correlation_id": "c",
}
ADMITTED = {
    "access_token": "word",
    "instance_url": ROOT,
    "id": f"{ROOT}/id/00D000000000001AAA/005000000000001AAA",
    "token_type": "Bearer",
}
GOOD: dict[str, Any] = {"grant": GRANTED, "discovery": DISCOVERED, "refusal": REFUSED, "login": ADMITTED}


@pytest.fixture(scope="module")
def secret(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("secrets") / "secret"
    path.write_text("word")
    return path


async def microsoft(secret: Path) -> str:
    side = MicrosoftSide("firm", "app", secret, authority=ROOT, graph_url=ROOT)
    return await Token(side, where="firm.toml [microsoft]", now=lambda: NOW).value()


async def salesforce(secret: Path) -> str:
    login = await Session(
        Identity(ROOT, "app", "firm.toml [salesforce]", secret_file=secret), now=lambda: NOW
    ).current()
    assert login.instance == ROOT
    return login.token


def signs_in(secret: Path, odd: str, body: bytes, status: int = 200, headers: dict[str, str] | None = None) -> None:
    """All is well but one answer; what is given is a token that goes into a header."""

    async def exchange(_: Http, method: str, url: str, *_more: Any) -> Reply:
        asked = "discovery" if "openid" in url else "login" if "/services/" in url else "grant"
        if asked == odd or (odd == "refusal" and asked != "discovery"):
            return Reply(status, headers or {}, body)
        return Reply(200, {}, text(GOOD[asked]))

    ask: Callable[[Path], Any]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Http, "_exchange", exchange)
        patch.setattr("services.clients.http.ATTEMPTS", 1)
        for ask in (salesforce,) if odd == "login" else (microsoft, salesforce) if odd == "refusal" else (microsoft,):
            try:
                token = asyncio.run(asyncio.wait_for(ask(secret), 20))
            except (Fatal, Transient) as error:
                str(error).encode()
            else:
                assert token.isascii()
                assert token.isprintable()


@pytest.mark.parametrize("odd", GOOD)
def test_one_mistake_in_an_answer(secret: Path, odd: str) -> None:
    for _, body in each(GOOD[odd], 60):
        signs_in(secret, odd, body, 400 if odd == "refusal" else 200)


@settings(settings.get_profile("hostile"))
@given(
    odd=st.sampled_from(sorted(GOOD)).flatmap(
        lambda odd: st.tuples(st.just(odd), spoiled(GOOD[odd]) | st.binary(max_size=20))
    ),
    status=st.sampled_from(STATUSES),
    headers=HEADERS,
)
def test_several_with_any_status_and_headers(
    secret: Path, odd: tuple[str, bytes], status: int, headers: dict[str, str]
) -> None:
    signs_in(secret, *odd, status, headers)


def test_without_a_mistake_both_sign_in(secret: Path) -> None:
    signs_in(secret, "grant", text(GRANTED))
    signs_in(secret, "login", text(ADMITTED))

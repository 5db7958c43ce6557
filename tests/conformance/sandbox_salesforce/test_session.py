"""Getting a token, keeping it, losing it (salesforce.md §1)."""

import base64
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from services.sandbox.salesforce import Salesforce
from services.sandbox.wire import Request
from tests.conformance.sandbox_salesforce.caller import ROOT, T0, Caller

JWT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
Sign = Callable[[dict[str, Any]], str]


def pair() -> tuple[str, str]:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    return private, key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


PRIVATE, PUBLIC = pair()
OTHER, _ = pair()


@pytest.fixture
def org() -> Salesforce:
    return Salesforce(client_id="app", client_secret="secret", certificate_pem=PUBLIC)


def token(org: Salesforce, form: dict[str, str], **headers: str) -> tuple[int, Any]:
    reply = org.handle(Request("POST", "/services/oauth2/token", T0, headers=headers, body=urlencode(form).encode()))
    return reply.status, json.loads(reply.body)


def assertion(key: str = PRIVATE, **changed: Any) -> dict[str, str]:
    claims = {
        "iss": "app",
        "sub": "calsync@firm.example",
        "aud": "https://login.salesforce.com",
        "exp": str(int((T0 + timedelta(minutes=3)).timestamp())),
    }
    return {"grant_type": JWT, "assertion": jwt.encode({**claims, **changed}, key, algorithm="RS256")}


BASIC = "Basic " + base64.b64encode(b"app:secret").decode()
GRANTED = [
    pytest.param(assertion(), {}, id="a signed assertion whose expiry is a text"),
    pytest.param(assertion(exp=int((T0 + timedelta(minutes=3)).timestamp())), {}, id="an expiry that is a number"),
    pytest.param(assertion(aud="https://test.salesforce.com"), {}, id="an assertion for a sandbox"),
    pytest.param({"grant_type": "client_credentials"}, {"authorization": BASIC}, id="credentials in the header"),
    pytest.param(
        {"grant_type": "client_credentials", "client_id": "app", "client_secret": "secret"},
        {},
        id="credentials in the form",
    ),
]


@pytest.mark.parametrize(("form", "headers"), GRANTED)
def test_a_client_gets_a_token_by(org: Salesforce, form: dict[str, str], headers: dict[str, str]) -> None:
    status, body = token(org, form, **headers)
    assert status == 200
    assert body["token_type"] == "Bearer"
    assert body["instance_url"] == "http://127.0.0.1"
    assert body["id"].startswith("http://127.0.0.1/id/00D")
    assert body["id"].endswith(org.integration_user)
    assert "expires_in" not in body


DENIED = [
    pytest.param({"grant_type": "password"}, "unsupported_grant_type", id="a flow that is off"),
    pytest.param(assertion(OTHER), "invalid_grant", id="another key's signature"),
    pytest.param(assertion(exp=str(int(T0.timestamp()) - 1)), "invalid_grant", id="an expired assertion"),
    pytest.param(assertion(exp=str(int(T0.timestamp()) + 3600)), "invalid_grant", id="an assertion for an hour"),
    pytest.param(assertion(aud="https://elsewhere.example"), "invalid_grant", id="another audience"),
    pytest.param(assertion(iss="stranger"), "invalid_client_id", id="another consumer key"),
    pytest.param(assertion(sub="nobody@firm.example"), "invalid_grant", id="a user who has not approved"),
    pytest.param({"grant_type": JWT, "assertion": "no.jwt"}, "invalid_grant", id="what is no assertion"),
    pytest.param(
        {"grant_type": "client_credentials", "client_id": "app", "client_secret": "guess"},
        "invalid_client",
        id="a wrong secret",
    ),
]


@pytest.mark.parametrize(("form", "error"), DENIED)
def test_a_client_gets_no_token_by(org: Salesforce, form: dict[str, str], error: str) -> None:
    status, body = token(org, form)
    assert (status, body["error"]) == (400, error)
    assert body["error_description"]


def test_a_user_who_was_deactivated_gets_no_token(org: Salesforce) -> None:
    org.update("User", org.integration_user, {"IsActive": False}, T0)
    assert token(org, assertion())[1]["error"] == "inactive_user"


def test_a_session_ends_after_two_hours_without_use(call: Caller) -> None:
    for _ in range(3):
        call.later(hours=1, minutes=50)
        assert call("GET", "limits").status == 200
    call.later(hours=2, seconds=1)
    answer = call("GET", "limits")
    assert (answer.status, answer.body) == (
        401,
        [{"message": "Session expired or invalid", "errorCode": "INVALID_SESSION_ID"}],
    )
    call.token = call.login()
    assert call("GET", "limits").status == 200


def test_sessions_that_an_administrator_ended_are_refused(call: Caller) -> None:
    call.org.expire_sessions()
    assert call("GET", "limits").code == "INVALID_SESSION_ID"


def test_the_older_oauth_scheme_is_taken_too(call: Caller) -> None:
    assert call("GET", "limits", authorization=f"OAuth {call.token}").status == 200


def test_the_versions_are_told_to_anyone(call: Caller) -> None:
    answer = call("GET", "/services/data/", authorization="")
    assert answer.status == 200
    assert {"label", "url", "version"} == set(answer.body[0])
    assert call("GET", f"{ROOT.replace('59', '99')}/limits").code == "NOT_FOUND"

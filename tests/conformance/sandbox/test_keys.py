"""Who is let in: by the keys of the command line, also when they have changed while the sandbox was down."""

import json
from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlencode

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from services.sandbox.keys import Keys, admit, made
from services.sandbox.wire import Request
from services.sandbox.world import World
from tests.conformance.sandbox.worlds import START, request, signed_in

USERNAME = "calsync@firm.example"
KEYS = Keys("tenant", "client", "secret", "org-client", USERNAME)


def test_a_changed_secret_is_taken_and_the_old_one_refused() -> None:
    world = made(KEYS, 1)
    admit(world, replace(KEYS, secret="other"))
    for side in ("microsoft", "practifi"):
        with pytest.raises(AssertionError, match="invalid"):
            signed_in(world, side)
    admit(world, KEYS)
    assert all(signed_in(world, side) for side in ("microsoft", "practifi"))


def test_the_same_keys_again_end_no_session() -> None:
    world = made(KEYS, 1)
    token = signed_in(world, "practifi")
    admit(world, KEYS)
    assert world.handle(_limits(token)).status == 200
    admit(world, replace(KEYS, secret="other"))
    assert world.handle(_limits(token)).status == 401


def _limits(token: dict[str, str]) -> Request:
    asked = request("GET", "/services/data/v59.0/limits")
    return replace(asked, headers={**asked.headers, **token})


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


def _pem(key: rsa.RSAPrivateKey) -> str:
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return key.public_key().public_bytes(serialization.Encoding.PEM, form).decode()


def _assert(world: World, key: rsa.RSAPrivateKey) -> int:
    """The status of a token request with an assertion signed by this key."""
    claims = {"iss": "org-client", "sub": USERNAME, "aud": "https://login.salesforce.com",
              "exp": int((START + timedelta(minutes=3)).timestamp())}  # fmt: skip
    assertion = jwt.encode(claims, key, "RS256")
    form = {"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion": assertion}
    answer = world.handle(Request("POST", "/services/oauth2/token", START, {}, {}, urlencode(form).encode()))
    assert json.loads(answer.body)
    return answer.status


def test_the_org_takes_assertions_of_the_keys_holder_alone(key: rsa.RSAPrivateKey) -> None:
    world = made(KEYS, 1)
    assert _assert(world, key) == 400
    admit(world, replace(KEYS, salesforce_public_key=_pem(key)))
    assert _assert(world, key) == 200
    assert _assert(world, rsa.generate_private_key(65537, 2048)) == 400

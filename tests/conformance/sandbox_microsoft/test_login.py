"""The token endpoint, asked by hand and by MSAL itself (graph.md §1)."""

import base64
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

import msal
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from services.sandbox.microsoft import Microsoft
from services.sandbox.wire import Request

SCOPE = "https://graph.microsoft.com/.default"
GOOD = {"grant_type": "client_credentials", "client_id": "app", "client_secret": "secret", "scope": SCOPE}


def ask(graph: Any, form: dict[str, str], tenant: str = "contoso", **headers: str) -> tuple[int, Any]:
    body = urlencode(form).encode()
    request = Request("POST", f"/{tenant}/oauth2/v2.0/token", graph.now, headers=headers, body=body)
    answer = graph.microsoft.handle(request)
    return answer.status, json.loads(answer.body)


def without(name: str) -> dict[str, str]:
    return {key: value for key, value in GOOD.items() if key != name}


@pytest.mark.parametrize(
    ("form", "tenant", "status", "error", "number"),
    [
        (GOOD | {"client_secret": "wrong"}, "contoso", 401, "invalid_client", 7000215),
        (without("client_secret"), "contoso", 401, "invalid_client", 7000218),
        (GOOD | {"client_id": "other"}, "contoso", 400, "unauthorized_client", 700016),
        (GOOD, "fabrikam", 400, "invalid_request", 90002),
        (GOOD | {"scope": "Calendars.ReadWrite"}, "contoso", 400, "invalid_scope", 70011),
        (GOOD | {"scope": "https://vault.azure.net/.default"}, "contoso", 400, "invalid_resource", 500011),
        (GOOD | {"grant_type": "password"}, "contoso", 400, "unsupported_grant_type", 70003),
        ({}, "contoso", 400, "invalid_request", 900144),
    ],
    ids=["secret", "no secret", "application", "tenant", "scope", "resource", "grant", "empty"],
)
def test_wrong_requests_are_named(
    graph: Any, form: dict[str, str], tenant: str, status: int, error: str, number: int
) -> None:
    got, value = ask(graph, form, tenant)
    assert (got, value["error"], value["error_codes"]) == (status, error, [number])
    assert value["error_description"].startswith(f"AADSTS{number}: ")


def test_an_expired_secret_is_told_from_a_wrong_one(graph: Any) -> None:
    graph.microsoft.app.secret_expired = True
    assert ask(graph, GOOD)[1]["error_codes"] == [7000222]


def test_a_verified_domain_and_basic_authentication_are_taken(graph: Any) -> None:
    basic = base64.b64encode(b"app:secret").decode()
    form = {"grant_type": "client_credentials", "scope": SCOPE}
    status, value = ask(graph, form, "contoso.example", authorization=f"Basic {basic}")
    assert (status, value["expires_in"], value["token_type"]) == (200, 3599, "Bearer")


@pytest.mark.parametrize("token", ["", "nonsense"])
def test_graph_refuses_a_request_without_a_token(graph: Any, token: str) -> None:
    graph.token = token
    status, value = graph.send("GET", "users")
    assert (status, value["error"]["code"]) == (401, "InvalidAuthenticationToken")


def test_a_token_lives_an_hour_less_a_second(graph: Any) -> None:
    graph.later(seconds=3598)
    assert graph.send("GET", "users")[0] == 200
    graph.later(seconds=1)
    assert "expired" in graph.send("GET", "users")[1]["error"]["message"]


@dataclass
class Answer:
    status_code: int
    text: str
    headers: dict[str, str]


class Wire:
    """MSAL's way to the network, led to Microsoft's memory."""

    def __init__(self, microsoft: Microsoft) -> None:
        self.microsoft = microsoft
        self.paths: list[str] = []

    def _send(self, method: str, url: str, body: Any = "") -> Answer:
        parts = urlsplit(url)
        raw = urlencode(body).encode() if isinstance(body, dict) else str(body or "").encode()
        request = Request(method, parts.path, datetime.now(UTC), body=raw, origin="http://127.0.0.1:8443")
        self.paths.append(parts.path)
        answer = self.microsoft.handle(request)
        return Answer(answer.status, answer.body.decode(), dict(answer.headers))

    def get(self, url: str, **_: Any) -> Answer:
        return self._send("GET", url)

    def post(self, url: str, data: Any = None, **_: Any) -> Answer:
        return self._send("POST", url, data)

    def close(self) -> None:
        """There is nothing to close."""


def application(wire: Wire, credential: Any) -> Any:
    return msal.ConfidentialClientApplication(
        "app",
        client_credential=credential,
        authority="https://127.0.0.1:8443/contoso",
        instance_discovery=False,
        http_client=wire,
    )


def test_msal_signs_in_with_a_secret_and_keeps_the_token(graph: Any) -> None:
    wire = Wire(graph.microsoft)
    app = application(wire, "secret")
    first = app.acquire_token_for_client([SCOPE])
    again = app.acquire_token_for_client([SCOPE])
    assert (first["token_source"], again["token_source"]) == ("identity_provider", "cache")
    assert wire.paths == ["/contoso/v2.0/.well-known/openid-configuration", "/contoso/oauth2/v2.0/token"]
    graph.now, graph.token = datetime.now(UTC), first["access_token"]
    assert graph.send("GET", "users")[0] == 200


def test_msal_hears_that_a_secret_is_wrong(graph: Any) -> None:
    result = application(Wire(graph.microsoft), "wrong").acquire_token_for_client([SCOPE])
    assert (result["error"], result["error_codes"]) == ("invalid_client", [7000215])


def certificate() -> tuple[str, str]:
    """A private key and its self-signed certificate, in PEM."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "app")])
    now = datetime.now(UTC)
    built = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    built = built.serial_number(1).not_valid_before(now).not_valid_after(now + timedelta(days=1))
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return private.decode(), built.sign(key, hashes.SHA256()).public_bytes(pem).decode()


def test_msal_signs_in_with_the_registered_certificate_and_no_other() -> None:
    private, public = certificate()
    microsoft = Microsoft("contoso", "app", "secret", certificate_pem=public)
    result = application(
        Wire(microsoft), {"private_key": private, "public_certificate": public}
    ).acquire_token_for_client([SCOPE])
    assert result.get("token_type") == "Bearer", result
    other = certificate()
    result = application(
        Wire(microsoft), {"private_key": other[0], "public_certificate": other[1]}
    ).acquire_token_for_client([SCOPE])
    assert result["error_codes"] == [700027]

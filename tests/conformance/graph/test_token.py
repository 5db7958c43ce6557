"""Signing in: one token for all, renewed in time, and every refusal with the key to mend (AUT)."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from contracts.policy import PrivateEvents
from services.clients.graph.token import Token
from services.kernel.errors import Fatal, Transient
from services.sandbox import tls
from services.sandbox.wire import Response, answer
from tests.conformance.graph.stage import CLIENT, SECRET, TENANT, WINDOW, Stage, opened, refusal, side

WHERE = "firm.toml [microsoft]"


def token_of(stage: Stage, folder: Path, **changes: Any) -> Token:
    return Token(side(stage.root, folder, **changes), where=WHERE, now=lambda: stage.now)


async def test_all_who_need_a_token_at_once_share_one_request(stage: Stage, tmp_path: Path) -> None:  # AUT-10
    stage.person("mike")
    token = token_of(stage, tmp_path)

    first = await asyncio.gather(*(token.value() for _ in range(10)))
    renewed = await asyncio.gather(*(token.value(refused=first[0]) for _ in range(10)))

    assert (len(set(first)), len(set(renewed)), first[0] == renewed[0]) == (1, 1, False)
    assert len(stage.calls("/oauth2/v2.0/token")) == 2


async def test_a_refused_token_is_renewed_once_and_the_request_repeated(stage: Stage) -> None:  # AUT-01
    mike = stage.person("mike")
    event = stage.event(mike)
    cursor = (await stage.graph.round(mike, "", WINDOW, PrivateEvents.FULL)).cursor
    stage.microsoft.forget_tokens()
    stage.asked.clear()

    await stage.graph.round(mike, cursor, WINDOW, PrivateEvents.FULL)
    stage.microsoft.forget_tokens()
    await stage.graph.delete(mike, event)

    assert len(stage.calls("/delta")) == 2
    assert len(stage.calls("/oauth2/v2.0/token")) == 2
    assert stage.microsoft.events(mike) == []


async def test_a_token_that_is_refused_again_needs_a_person(stage: Stage) -> None:  # AUT-01
    mike = stage.person("mike")
    stage.always("/delta", refusal(401, "InvalidAuthenticationToken"))

    with pytest.raises(Fatal) as raised:
        await stage.graph.round(mike, "", WINDOW, PrivateEvents.FULL)
    assert raised.value.where == f"{WHERE} client_id"
    assert len(stage.calls("/delta")) == 2


async def test_a_token_is_renewed_before_it_expires(stage: Stage, tmp_path: Path) -> None:
    stage.person("mike")
    grants = (answer(200, {"token_type": "Bearer", "expires_in": 200, "access_token": name}) for name in "abc")
    stage.answers("/oauth2/v2.0/token", *grants)
    token = token_of(stage, tmp_path)

    assert [await token.value(), await token.value()] == ["a", "a"]
    stage.now += timedelta(seconds=101)
    assert await token.value() == "b"


REFUSED = {
    "a wrong secret": ({"secret": "not-it"}, {}, "client_secret_file"),
    "another application": ({}, {"client_id": "unknown"}, "client_id"),
    "another tenant": ({}, {"tenant_id": "fabrikam.example"}, "tenant_id"),
}


@pytest.mark.parametrize(("files", "changes", "key"), REFUSED.values(), ids=REFUSED)
async def test_a_refusal_names_the_key_to_mend_and_never_the_secret(
    stage: Stage, tmp_path: Path, files: dict[str, str], changes: dict[str, str], key: str
) -> None:  # E4, O7
    stage.person("mike")
    for name, text in files.items():
        (tmp_path / name).write_text(text)

    with pytest.raises(Fatal) as raised:
        await token_of(stage, tmp_path, **changes).value()

    assert raised.value.where == f"{WHERE} {key}"
    assert raised.value.mend
    assert "AADSTS" in str(raised.value)
    assert SECRET not in str(raised.value)
    assert "not-it" not in str(raised.value)


async def test_a_mended_secret_counts_at_once(stage: Stage, tmp_path: Path) -> None:  # O4
    stage.person("mike")
    stage.microsoft.app.secret_expired = True
    token = token_of(stage, tmp_path)
    with pytest.raises(Fatal, match="expired"):
        await token.value()

    stage.microsoft.app.secret_expired = False
    stage.microsoft.app.client_secret = "another"
    (tmp_path / "secret").write_text("another")

    assert await token.value()


async def test_even_a_refusal_that_msal_remembers_is_asked_anew(stage: Stage, tmp_path: Path) -> None:  # graph.md §1.5
    stage.microsoft.app.client_id = "not consented yet"
    token = token_of(stage, tmp_path)
    with pytest.raises(Fatal, match="AADSTS700016"):
        await token.value()

    stage.microsoft.app.client_id = CLIENT

    assert await token.value()


async def test_an_empty_secret_is_found_before_anything_is_asked(stage: Stage, tmp_path: Path) -> None:  # CUR-35
    (tmp_path / "secret").write_text("\n")
    mike = stage.person("mike")

    with pytest.raises(Fatal, match="empty"):
        await stage.graph.round(mike, "", WINDOW, PrivateEvents.FULL)
    assert stage.asked == []


BUSY = {
    "throttled": (answer(429, {}, {"Retry-After": "17"}), 17),
    "broken": (Response(500), None),
    "away, with a time": (Response(503, headers={"Retry-After": "4"}), 4),
}


@pytest.mark.parametrize("part", ["/token", "/openid-configuration"])
@pytest.mark.parametrize(("response", "wait"), BUSY.values(), ids=BUSY)
async def test_a_busy_sign_in_waits_as_it_is_asked_to(
    stage: Stage, tmp_path: Path, part: str, response: Response, wait: int | None
) -> None:  # O4
    stage.person("mike")
    token = token_of(stage, tmp_path)
    stage.answers(part, response)

    with pytest.raises(Transient) as raised:
        await token.value()
    assert raised.value.delay == (timedelta(seconds=wait) if wait else None)
    assert await token.value()


async def test_a_throttled_tenant_waits(stage: Stage, tmp_path: Path) -> None:
    stage.answers("/token", answer(400, {"error": "invalid_request", "error_codes": [90055]}))

    with pytest.raises(Transient):
        await token_of(stage, tmp_path).value()


async def test_an_unreachable_sign_in_waits(stage: Stage, tmp_path: Path) -> None:
    with pytest.raises(Transient):
        await token_of(stage, tmp_path, authority="http://127.0.0.1:9").value()


def test_a_sign_in_without_tls_is_refused_beyond_this_machine(tmp_path: Path) -> None:
    with pytest.raises(Fatal, match="authority"):
        Token(side("http://login.example", tmp_path), where=WHERE, now=lambda: datetime.now(UTC))


async def test_a_certificate_signs_in(tmp_path: Path) -> None:  # graph.md §1.5
    pem, public = certificate()
    (tmp_path / "both.pem").write_text(pem)
    (tmp_path / "half.pem").write_text(public)
    settings = {"client_secret_file": None, "certificate_file": tmp_path / "both.pem"}
    async with opened(tmp_path, certificate_pem=public) as stage:
        stage.now = datetime.now(UTC)
        stage.person("mike")

        assert await token_of(stage, tmp_path, **settings).value()
        with pytest.raises(Fatal, match="certificate_file: it holds no private key"):
            await token_of(stage, tmp_path, **{**settings, "certificate_file": tmp_path / "half.pem"}).value()
        stage.microsoft.app.certificate_pem = certificate()[1]
        with pytest.raises(Fatal, match="AADSTS700027"):
            await token_of(stage, tmp_path, **settings).value()


async def test_our_own_authority_counts_whatever_the_environment_says(
    stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:  # graph.md §1.5
    stage.person("mike")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "nothing.pem"))
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    context = tls.context(tmp_path / "tls", ("127.0.0.1",), datetime.now(UTC))

    async def serve(raw: web.BaseRequest) -> web.StreamResponse:
        granted = {"token_type": "Bearer", "expires_in": 3599, "access_token": "secure"}
        root = f"https://{raw.host}/{TENANT}"
        found = {"issuer": root, "authorization_endpoint": f"{root}/a", "token_endpoint": f"{root}/t"}
        return web.json_response({**granted, **found})

    runner = web.ServerRunner(web.Server(serve, access_log=None), shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context).start()
    root = f"https://127.0.0.1:{runner.addresses[0][1]}"
    try:
        assert await token_of(stage, tmp_path, authority=root, ca_file=tmp_path / "tls" / "ca.pem").value() == "secure"
        with pytest.raises(Transient):
            await token_of(stage, tmp_path, authority=root).value()
    finally:
        await runner.cleanup()


def certificate() -> tuple[str, str]:
    """A private key with its certificate, and the certificate alone."""
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, CLIENT)])
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
    now, day = datetime.now(UTC), timedelta(days=1)
    signed = made.not_valid_before(now - day).not_valid_after(now + day).sign(key, hashes.SHA256())
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain)
    public = signed.public_bytes(pem).decode()
    return private.decode() + public, public

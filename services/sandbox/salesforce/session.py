"""Tokens: the JWT bearer and the client credentials flow, and how long a session lives (salesforce.md §1).
Verifies signatures with PyJWT; judges expiry by the request's time, never by a clock."""

import base64
import binascii
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qs

import jwt
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509 import load_pem_x509_certificate

from services.sandbox.salesforce.memory import Memory
from services.sandbox.wire import Request, Response, answer

IDLE = timedelta(hours=2)
AHEAD = timedelta(minutes=5)  # how far ahead an assertion may expire
_AUDIENCES = ("https://login.salesforce.com", "https://test.salesforce.com")
_JWT = "urn:ietf:params:oauth:grant-type:jwt-bearer"


class Denied(Exception):
    """A token request that is refused: an error and its description."""


@dataclass(slots=True)
class Session:
    """One access token's life."""

    user: str
    used: datetime


class Sessions:
    """The tokens given out, and what a client must prove to get one."""

    def __init__(self, memory: Memory, user: str, client: tuple[str, str | None], key: str | None) -> None:
        self.memory, self.user = memory, user
        self.client_id, self.client_secret = client
        self.key = _public(key) if key else None
        self.live: dict[str, Session] = {}
        self.given = 0

    def user_of(self, request: Request) -> str | None:
        """The user of a request's token; None when the token is unknown or idle for too long."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        session = self.live.get(token.strip()) if scheme.lower() in ("bearer", "oauth") else None
        if session is None or request.at - session.used > IDLE:
            self.live.pop(token, None)
            return None
        session.used = max(session.used, request.at)
        return session.user

    def token(self, request: Request) -> Response:
        """The answer of the token endpoint: an object, in errors too."""
        form = {name: values[-1] for name, values in parse_qs(request.body.decode("utf-8", "replace")).items()}
        form = {**request.query, **form}
        try:
            user = self._granted(request, form)
        except Denied as denied:
            error, description = denied.args
            return answer(400, {"error": error, "error_description": description})
        return answer(200, self._issue(request, user), {"Cache-Control": "no-store"})

    def revoke(self, request: Request) -> Response:
        """Ends one session."""
        form = parse_qs(request.body.decode("utf-8", "replace"))
        self.live.pop(form.get("token", [request.query.get("token", "")])[-1], None)
        return Response(200)

    def _granted(self, request: Request, form: dict[str, str]) -> str:
        grant = form.get("grant_type")
        if grant == _JWT:
            return self._bearer(request, form.get("assertion", ""))
        if grant == "client_credentials":
            return self._credentials(request, form)
        raise Denied("unsupported_grant_type", "grant type not supported")

    def _credentials(self, request: Request, form: dict[str, str]) -> str:
        client, secret = _basic(request.headers.get("authorization", "")) or (
            form.get("client_id", ""),
            form.get("client_secret", ""),
        )
        if client != self.client_id:
            raise Denied("invalid_client_id", "client identifier invalid")
        if not self.client_secret or secret != self.client_secret:
            raise Denied("invalid_client", "invalid client credentials")
        if not self._active(self.user):
            raise Denied("invalid_grant", "no client credentials user enabled")
        return self.user

    def _bearer(self, request: Request, assertion: str) -> str:
        claims = self._claims(assertion)
        if claims.get("iss") != self.client_id:
            raise Denied("invalid_client_id", "client identifier invalid")
        audiences = claims.get("aud")
        if not {*_AUDIENCES, request.origin}.intersection(audiences if isinstance(audiences, list) else [audiences]):
            raise Denied("invalid_grant", "audience is invalid")
        _timely(claims.get("exp"), request.at)
        rows = self.memory.tables["User"].where("Username", claims.get("sub"))
        if not rows:
            raise Denied("invalid_grant", "user hasn't approved this consumer")
        if not rows[0]["IsActive"]:
            raise Denied("inactive_user", "user is inactive")
        return str(rows[0]["Id"])

    def _claims(self, assertion: str) -> dict[str, Any]:
        off = {f"verify_{claim}": False for claim in ("exp", "aud", "iat", "nbf", "iss", "sub", "jti")}
        try:
            return jwt.decode(assertion, self.key or "", algorithms=["RS256"], options=off)  # type: ignore[arg-type]
        except (jwt.PyJWTError, ValueError):
            raise Denied("invalid_grant", "invalid assertion") from None

    def _active(self, user: str) -> bool:
        row = self.memory.get("User", user)
        return bool(row and row["IsActive"])

    def _issue(self, request: Request, user: str) -> dict[str, Any]:
        self.given += 1
        secret = sha256(f"{self.memory.seed} token {self.given}".encode()).hexdigest()
        org = next(iter(self.memory.tables["Organization"].rows))
        token = f"{org[:15]}!AQ{secret}"
        self.live[token] = Session(user, request.at)
        issued = str(int(request.at.timestamp() * 1000))
        return {
            "access_token": token,
            "scope": "api",
            "instance_url": request.origin,
            "id": f"{request.origin}/id/{org}/{user}",
            "token_type": "Bearer",
            "issued_at": issued,
            "signature": base64.b64encode(sha256(f"{user}{issued}".encode()).digest()).decode(),
        }


def _public(pem: str) -> str:
    """The public key of a certificate, or the key itself."""
    if "CERTIFICATE" not in pem:
        return pem
    key = load_pem_x509_certificate(pem.encode()).public_key()
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def _basic(header: str) -> tuple[str, str] | None:
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        client, _, secret = base64.b64decode(encoded).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return client, secret


def _timely(expires: Any, now: datetime) -> None:
    """An assertion's `exp`, a number or a string of one, must lie a few minutes ahead."""
    try:
        left = float(expires) - now.timestamp()
    except (TypeError, ValueError):
        raise Denied("invalid_grant", "invalid assertion") from None
    if left <= 0:
        raise Denied("invalid_grant", "expired authorization code")
    if left > AHEAD.total_seconds():
        raise Denied("invalid_grant", "invalid assertion")

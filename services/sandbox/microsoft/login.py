"""The token endpoint: client credentials by secret or certificate, with the documented refusals (graph.md §1.1)."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, unquote

import jwt
from cryptography.x509 import load_pem_x509_certificate

from services.sandbox.microsoft import ids
from services.sandbox.microsoft.refused import Refused
from services.sandbox.microsoft.state import Json, Tenant
from services.sandbox.wire import Request, Response, answer

LIFE = 3599
_ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_ROOTS = (
    "https://graph.microsoft.com",
    "https://graph.microsoft.us",
    "https://dod-graph.microsoft.us",
    "https://microsoftgraph.chinacloudapi.cn",
)


@dataclass
class App:
    """The registered application."""

    client_id: str
    client_secret: str
    certificate_pem: str | None = None
    secret_expired: bool = False


class Denied(Exception):
    """An OAuth refusal: status, `error`, AADSTS number and text."""

    def __init__(self, status: int, error: str, number: int, text: str) -> None:
        super().__init__(status, error, number, text)
        self.status, self.error, self.number, self.text = status, error, number, text


def secure(origin: str) -> str:
    """The origin with https, as MSAL insists on it (graph.md §1.5)."""
    return "https://" + origin.partition("://")[2]


def discovery(request: Request, tenant: str) -> Response:
    """The OpenID configuration of one tenant."""
    root = f"{secure(request.origin)}/{tenant}"
    value = {
        "token_endpoint": f"{root}/oauth2/v2.0/token",
        "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt", "client_secret_basic"],
        "issuer": f"{root}/v2.0",
        "authorization_endpoint": f"{root}/oauth2/v2.0/authorize",
        "jwks_uri": f"{root}/discovery/v2.0/keys",
    }
    return answer(200, value)


def instances(request: Request) -> Response:
    """The instance discovery that MSAL asks unless told otherwise."""
    root = request.query.get("authorization_endpoint", "").rpartition("/oauth2/")[0]
    return answer(200, {"tenant_discovery_endpoint": f"{root}/v2.0/.well-known/openid-configuration", "metadata": []})


def token(tenant: Tenant, app: App, request: Request, name: str) -> Response:
    """A bearer token, or the error body."""
    try:
        return answer(200, _granted(tenant, app, request, name), {"Cache-Control": "no-store"})
    except Denied as denied:
        return answer(denied.status, _error(tenant, request, denied))


def _granted(tenant: Tenant, app: App, request: Request, name: str) -> Json:
    domains = {user.upn.rpartition("@")[2].lower() for user in tenant.users.values()}
    if name.lower() not in {tenant.tenant_id.lower(), *domains}:
        raise Denied(400, "invalid_request", 90002, f"Tenant '{name}' not found.")
    form = {key: values[0] for key, values in parse_qs(request.body.decode(errors="replace")).items()}
    if "grant_type" not in form:
        raise Denied(400, "invalid_request", 900144, "The request body must contain the parameter 'grant_type'.")
    if form["grant_type"] != "client_credentials":
        text = f"The app requested an unsupported grant type '{form['grant_type']}'."
        raise Denied(400, "unsupported_grant_type", 70003, text)
    client, secret = _credentials(form, request.headers)
    if client != app.client_id:
        text = f"Application with identifier '{client}' was not found in the directory."
        raise Denied(400, "unauthorized_client", 700016, text)
    _prove(app, form, secret, request, name)
    resource = _resource(form.get("scope", ""), request.origin)
    text = _issue(tenant, app, request, resource)
    return {"token_type": "Bearer", "expires_in": LIFE, "ext_expires_in": LIFE, "access_token": text}


def _credentials(form: Mapping[str, str], headers: Mapping[str, str]) -> tuple[str, str]:
    kind, _, basic = headers.get("authorization", "").partition(" ")
    if kind.lower() == "basic":
        try:
            client, _, secret = base64.b64decode(basic).decode().partition(":")
        except ValueError:
            raise Denied(401, "invalid_client", 7000215, "Invalid client secret provided.") from None
        return unquote(client), unquote(secret)
    return form.get("client_id", ""), form.get("client_secret", "")


def _prove(app: App, form: Mapping[str, str], secret: str, request: Request, name: str) -> None:
    if form.get("client_assertion"):
        if form.get("client_assertion_type") != _ASSERTION:
            raise Denied(400, "invalid_request", 50027, "The client assertion type is not supported.")
        _verify(app, form["client_assertion"], request, name)
    elif not secret:
        text = "The request body must contain the following parameter: 'client_assertion' or 'client_secret'."
        raise Denied(401, "invalid_client", 7000218, text)
    elif secret != app.client_secret:
        raise Denied(401, "invalid_client", 7000215, "Invalid client secret provided. Ensure the secret is the value.")
    elif app.secret_expired:
        raise Denied(401, "invalid_client", 7000222, "The provided client secret keys are expired.")


def _verify(app: App, assertion: str, request: Request, name: str) -> None:
    wrong = Denied(401, "invalid_client", 700027, "The certificate that signed the assertion is not registered.")
    if app.certificate_pem is None:
        raise wrong
    key: Any = load_pem_x509_certificate(app.certificate_pem.encode()).public_key()
    options: Any = {"verify_exp": False, "verify_iat": False, "verify_nbf": False, "verify_aud": False}
    try:
        claims = jwt.decode(assertion, key, algorithms=["PS256", "RS256"], options=options)
    except jwt.PyJWTError:
        raise wrong from None
    root = f"{secure(request.origin)}/{name}"
    if claims.get("aud") not in {f"{root}/oauth2/v2.0/token", f"{root}/v2.0"}:
        raise Denied(401, "invalid_client", 700023, "The audience of the client assertion is not this endpoint.")
    if claims.get("iss") != app.client_id or claims.get("sub") != app.client_id:
        raise Denied(401, "invalid_client", 700027, "Issuer and subject of the assertion must be the application.")
    if not float(claims.get("exp", 0)) > request.at.timestamp():
        raise Denied(401, "invalid_client", 700024, "The client assertion is not within its valid time range.")


def _resource(scope: str, origin: str) -> str:
    scopes = scope.split()
    text = f"The provided value for the input parameter 'scope' is not valid: '{scope}'."
    if not scopes:
        raise Denied(400, "invalid_request", 900144, "The request body must contain the parameter 'scope'.")
    if any(not one.endswith("/.default") for one in scopes):
        raise Denied(400, "invalid_scope", 70011, text)
    if len(scopes) > 1:
        raise Denied(400, "invalid_scope", 70011, text)
    resource = scopes[0].removesuffix("/.default").rstrip("/")
    if resource not in {*_ROOTS, origin, secure(origin)}:
        raise Denied(400, "invalid_resource", 500011, f"The resource principal named {resource} was not found.")
    return resource


def _issue(tenant: Tenant, app: App, request: Request, resource: str) -> str:
    until = request.at + timedelta(seconds=LIFE)
    number = tenant.next_serial()
    claims = {
        "aud": resource,
        "iss": f"https://sts.windows.net/{tenant.tenant_id}/",
        "exp": int(until.timestamp()),
        "appid": app.client_id,
        "idtyp": "app",
        "tid": tenant.tenant_id,
        "uti": ids.digest(12, tenant.seed, "token", number).hex(),
        "roles": ["Calendars.ReadWrite", "MailboxSettings.Read", "User.Read.All"],
    }
    header = {"typ": "JWT", "alg": "RS256"}
    signature = ids.digest(32, tenant.seed, "signature", number)
    parts = (json.dumps(header).encode(), json.dumps(claims).encode(), signature)
    text = ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts)
    tenant.tokens = {old: end for old, end in tenant.tokens.items() if end > request.at - timedelta(hours=1)}
    tenant.tokens[text] = until
    return text


def admit(tenant: Tenant, request: Request) -> None:
    """Refuses a request without a living token (graph.md §1.6)."""
    kind, _, text = request.headers.get("authorization", "").partition(" ")
    until = tenant.tokens.get(text.strip()) if kind.lower() == "bearer" else None
    if not text:
        raise Refused(401, "InvalidAuthenticationToken", "Access token is empty.")
    if until is None:
        raise Refused(401, "InvalidAuthenticationToken", "Access token validation failure. Invalid audience or token.")
    if until <= request.at:
        raise Refused(401, "InvalidAuthenticationToken", "Lifetime validation failed, the token is expired.")


def _error(tenant: Tenant, request: Request, denied: Denied) -> Json:
    number = tenant.next_serial()
    trace, correlation = ids.guid(tenant.seed, "trace", number), ids.guid(tenant.seed, "correlation", number)
    when = request.at.astimezone(UTC)
    stamp = datetime.strftime(when, "%Y-%m-%d %H:%M:%SZ")
    lines = (f"AADSTS{denied.number}: {denied.text}", f"Trace ID: {trace}", f"Correlation ID: {correlation}")
    return {
        "error": denied.error,
        "error_description": "\r\n".join((*lines, f"Timestamp: {stamp}")),
        "error_codes": [denied.number],
        "timestamp": stamp,
        "trace_id": trace,
        "correlation_id": correlation,
        "error_uri": f"{secure(request.origin)}/error?code={denied.number}",
    }

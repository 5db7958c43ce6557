"""How we become a user of the org: the JWT bearer and the client credentials flow, through simple-salesforce, which is
imported in no other file, and only when a login is due: it costs 23 MiB. It must never show a secret nor trust an
instance that is not Salesforce's."""

import asyncio
import re
import warnings
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Never
from urllib.parse import urlsplit, urlunsplit

from services.clients.http import checked_root
from services.kernel.errors import Fatal, Transient

SECONDS = 30.0
_ID = re.compile(r"/id/(00D\w{12,15})/(005\w{12,15})$")
_MENDS = {
    "user hasn't approved": "Pre-authorise the integration user for the connected app (a permission set or profile)",
    "user is not admin approved": "Pre-authorise the integration user for the connected app",
    "invalid_client_id": "Check the consumer key (client_id)",
    "invalid_client": "Check the consumer key and the secret, and that the flow is enabled on the connected app",
    "inactive_user": "Activate the integration user",
    "inactive_org": "The org is inactive: speak to Salesforce",
    "unsupported_grant_type": "Enable this flow on the connected app",
    "no client credentials user": "Choose a run-as user for the client credentials flow of the connected app",
    "invalid assertion": "Check the certificate of the connected app against key_file, and the clock of this machine",
    "audience": "Use the login_url of the right kind of org: production or sandbox",
    "invalid_grant": "Check username, certificate and pre-authorisation of the integration user",
}


@dataclass(frozen=True, slots=True)
class Login:
    """A session: its token, the instance it is good for, and who we are."""

    token: str = field(repr=False)
    instance: str
    org_id: str
    user_id: str


@dataclass(frozen=True, slots=True)
class Identity:
    """How to log in: `key_file` with `username` (JWT bearer), or `secret_file` (client credentials)."""

    login_url: str
    client_id: str
    where: str
    username: str = ""
    key_file: Path | None = None
    secret_file: Path | None = None
    ca_file: Path | None = None


class Session:
    """The one login of a process and org, shared by all of its tasks."""

    def __init__(self, identity: Identity) -> None:
        self._identity = identity
        self.root = checked_root(identity.login_url, identity.where)
        self.where = identity.where
        self._login: Login | None = None
        self._turn = asyncio.Lock()

    async def current(self, refused: Login | None = None) -> Login:
        """The login, or a new one when there is none yet or it is the `refused` one; many who ask at once share it
        (AUT-10). Raises Fatal (a person must mend it) or Transient."""
        async with self._turn:
            if self._login is None or self._login is refused:
                self._login = None
                self._login = await asyncio.to_thread(_enter, self._identity, self.root)
            return self._login


def _enter(identity: Identity, root: str) -> Login:
    """Log in, in a thread: simple-salesforce knows no async."""
    import jwt  # noqa: PLC0415
    import requests  # noqa: PLC0415
    from simple_salesforce.exceptions import SalesforceAuthenticationFailed  # noqa: PLC0415
    from simple_salesforce.login import SalesforceLogin  # noqa: PLC0415

    answers: list[tuple[int, Any]] = []
    proof = _proof(identity, root)
    try:
        with _to(root, identity.ca_file, answers) as session, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # its advice on approval is in our own error
            SalesforceLogin(session=session, consumer_key=identity.client_id, **proof)
    except requests.exceptions.SSLError as error:
        what = "the certificate of login_url is not trusted"
        raise Fatal(identity.where, what, "Check login_url and ca_file") from error
    except requests.exceptions.TooManyRedirects as error:
        raise Fatal(identity.where, "login_url redirects; that was not followed", "Give the final login_url") from error
    except requests.RequestException as error:
        raise Transient(f"{identity.where}: login_url cannot be reached: {type(error).__name__}") from error
    except (SalesforceAuthenticationFailed, AttributeError):
        _refused(identity.where, answers)
    except (ValueError, TypeError, jwt.PyJWTError):
        raise Fatal(identity.where, "key_file holds no usable private key", "Give an unencrypted PEM RSA key") from None
    return _login(identity.where, root, answers)


def _proof(identity: Identity, root: str) -> dict[str, Any]:
    """What shows who we are, as simple-salesforce takes it. The host is set by `_to`; the audience of the JWT is
    Salesforce's login service, not the host (salesforce.md §1.1)."""
    if identity.key_file:
        sandbox = any(mark in root for mark in ("://test.salesforce.com", ".sandbox.my.salesforce.com"))
        key = _secret(identity.key_file, identity.where, "key_file")
        return {"username": identity.username, "privatekey": key, "domain": "test" if sandbox else "login"}
    if identity.secret_file:
        return {"consumer_secret": _secret(identity.secret_file, identity.where, "secret_file"), "domain": "calsync.my"}
    raise Fatal(identity.where, "there is nothing to log in with", "Give username and key_file, or secret_file")


def _secret(path: Path, where: str, key: str) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        what = f"{key} {path} cannot be read: {type(error).__name__}"
        raise Fatal(where, what, "Give a readable text file") from error


def _to(root: str, ca_file: Path | None, answers: list[tuple[int, Any]]) -> Any:
    """A requests session that sends everything to `root`, whatever the library asks for, follows no redirect, and keeps
    the answers: the library gives back only a part (salesforce.md §1.3)."""
    import requests  # noqa: PLC0415

    class Redirected(requests.adapters.HTTPAdapter):
        def send(self, request: requests.PreparedRequest, *args: Any, **options: Any) -> requests.Response:
            asked = urlsplit(request.url or "")
            request.url = root + urlunsplit(("", "", str(asked.path), str(asked.query), ""))
            options |= {"timeout": SECONDS, "verify": str(ca_file) if ca_file else True}
            response = super().send(request, *args, **options)
            answers.append((response.status_code, _json(response)))
            return response

    session = requests.Session()
    session.trust_env = False
    session.max_redirects = 0
    session.mount("https://", Redirected())
    return session


def _json(response: Any) -> Any:
    try:
        return response.json()
    except ValueError:
        return {}


def _refused(where: str, answers: list[tuple[int, Any]]) -> Never:
    status, body = answers[-1] if answers else (0, {})
    if status >= 500 or status == 429:  # noqa: PLR2004
        raise Transient(f"{where}: login_url answered {status}") from None
    error = str(body.get("error", "")) if isinstance(body, dict) else ""
    said = str(body.get("error_description", "")) if error else ""
    text = f"{error} {said}".lower()
    mend = next((mend for sign, mend in _MENDS.items() if sign in text), "Check login_url and the connected app")
    what = f"Salesforce refused the login: {error}: {said}" if error else f"login_url answered {status} and no token"
    raise Fatal(where, what, mend) from None


def _login(where: str, root: str, answers: list[tuple[int, Any]]) -> Login:
    body = answers[-1][1]
    who = _ID.search(str(body.get("id", "")))
    token = body.get("access_token")
    if not who or not isinstance(token, str) or not token:
        raise Fatal(where, "login_url answered without a token or an id", "Check that login_url is Salesforce's")
    return Login(token, _instance(where, root, str(body.get("instance_url", ""))), who[1], who[2])


def _instance(where: str, root: str, claimed: str) -> str:
    """Where the token may be sent: the configured host, or for Salesforce's own login any host of Salesforce's."""
    parts, ours = urlsplit(claimed), urlsplit(root)
    if parts.netloc and parts.netloc == ours.netloc:
        return root
    genuine = _salesforce(parts.hostname) and _salesforce(ours.hostname)
    if parts.scheme == "https" and genuine and not parts.username and parts.port in {None, 443}:
        return f"https://{parts.hostname}"
    raise Fatal(where, "the login names an instance on a foreign host; the token was not used", "Check login_url")


def _salesforce(host: str | None) -> bool:
    return bool(host) and str(host).endswith(".salesforce.com")

"""How we become a user of the org: the JWT bearer and the client credentials flow, through simple-salesforce, which is
imported in no other file, and only when a login is due: it costs 23 MiB. It must never show a secret nor trust an
instance that is not Salesforce's."""

import asyncio
import re
import ssl
import warnings
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Never
from urllib.parse import urlsplit

from services.clients.http import Http, checked_root
from services.clients.signin import SignIn
from services.kernel.errors import Fatal, Permanent, Transient
from services.kernel.secret import secret

TIMEOUT = timedelta(seconds=30)
_ID = re.compile(r"/id/(00D\w{12,15})/(005\w{12,15})$", re.ASCII)
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

    def __init__(self, identity: Identity, *, now: Callable[[], datetime]) -> None:
        self._identity = identity
        self._now = now
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
                self._login = await self._enter()
            return self._login

    async def _enter(self) -> Login:
        one = self._identity
        http = Http(self.root, where=f"{one.where} login_url", now=self._now, ca_file=one.ca_file, timeout=TIMEOUT)
        door = SignIn(http, asyncio.get_running_loop(), here=True)
        try:
            return await asyncio.to_thread(_enter, one, self.root, door)
        except Transient as error:
            if not isinstance(error.__cause__, ssl.SSLError):
                raise
            what = "the certificate of login_url is not trusted"
            raise Fatal(self.where, what, "Check login_url and ca_file") from error
        except Permanent as error:
            raise Fatal(self.where, error.what, "Give the final login_url of Salesforce") from error
        finally:
            await http.close()


def _enter(identity: Identity, root: str, door: SignIn) -> Login:
    """Log in, in a thread: simple-salesforce knows no async. The host is that of `door`, whatever the library thinks;
    its answers are kept there, because the library gives back only a part (salesforce.md §1.3)."""
    import jwt  # noqa: PLC0415
    from simple_salesforce.exceptions import SalesforceAuthenticationFailed  # noqa: PLC0415
    from simple_salesforce.login import SalesforceLogin  # noqa: PLC0415

    proof = {**_proof(identity, root), "session": door}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # its advice on approval is in our own error
            SalesforceLogin(consumer_key=identity.client_id, **proof)
    except (SalesforceAuthenticationFailed, AttributeError):
        _refused(identity.where, *_last(door))
    except (ValueError, TypeError, jwt.PyJWTError):
        raise Fatal(identity.where, "key_file holds no usable private key", "Give an unencrypted PEM RSA key") from None
    return _login(identity.where, root, _last(door)[1])


def _proof(identity: Identity, root: str) -> dict[str, Any]:
    """What shows who we are, as simple-salesforce takes it. The audience of the JWT is Salesforce's login service, not
    the host (salesforce.md §1.1)."""
    if identity.key_file:
        sandbox = any(mark in root for mark in ("://test.salesforce.com", ".sandbox.my.salesforce.com"))
        key = secret(identity.key_file, f"{identity.where} key_file")
        return {"username": identity.username, "privatekey": key, "domain": "test" if sandbox else "login"}
    if identity.secret_file:
        return {
            "consumer_secret": secret(identity.secret_file, f"{identity.where} secret_file"),
            "domain": "calsync.my",
        }
    raise Fatal(identity.where, "there is nothing to log in with", "Give username and key_file, or secret_file")


def _last(door: SignIn) -> tuple[int, Any]:
    """Status and JSON of the last answer; no JSON is {}."""
    if door.last is None:
        return 0, {}
    try:
        return door.last.status_code, door.last.json()
    except ValueError:
        return door.last.status_code, {}


def _refused(where: str, status: int, body: Any) -> Never:
    error = str(body.get("error", "")) if isinstance(body, dict) else ""
    said = str(body.get("error_description", "")) if error else ""
    text = f"{error} {said}".lower()
    mend = next((mend for sign, mend in _MENDS.items() if sign in text), "Check login_url and the connected app")
    what = f"Salesforce refused the login: {error}: {said}" if error else f"login_url answered {status} and no token"
    raise Fatal(where, what, mend) from None


def _login(where: str, root: str, body: Any) -> Login:
    body = body if isinstance(body, dict) else {}
    who = _ID.search(str(body.get("id", "")))
    token = body.get("access_token")
    if not who or not isinstance(token, str) or not token:
        raise Fatal(where, "login_url answered without a token or an id", "Check that login_url is Salesforce's")
    return Login(token, _instance(where, root, str(body.get("instance_url", ""))), who[1], who[2])


def _instance(where: str, root: str, claimed: str) -> str:
    """Where the token may be sent: the configured host, or for Salesforce's own login any host of Salesforce's."""
    with suppress(ValueError):  # what is no URL is no host of theirs
        parts, ours = urlsplit(claimed), urlsplit(root)
        if parts.netloc and parts.netloc == ours.netloc:
            return root
        genuine = _salesforce(parts.hostname) and _salesforce(ours.hostname)
        if parts.scheme == "https" and genuine and not parts.username and parts.port in {None, 443}:
            return f"https://{parts.hostname}"
    raise Fatal(where, "the login names an instance on a foreign host; the token was not used", "Check login_url")


def _salesforce(host: str | None) -> bool:
    return bool(host) and str(host).endswith(".salesforce.com")

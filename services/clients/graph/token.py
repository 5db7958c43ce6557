"""The application's token for Graph, by MSAL (app-only, graph.md §1). The only file that imports it. Must never show
the secret, and never let two tasks ask for a token at once (AUT-10)."""

import asyncio
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msal
import requests
from msal.authority import WELL_KNOWN_AUTHORITY_HOSTS
from msal.exceptions import MsalServiceError

from services.clients.http import checked_root, retry_after
from services.kernel.errors import Fatal, Transient
from services.kernel.secret import secret
from services.kernel.tenants import MicrosoftSide

_MARGIN = timedelta(minutes=5)
_TIMEOUT = 30.0
_KEY = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.+?-----END [A-Z ]*PRIVATE KEY-----", re.DOTALL)
_SECRET, _APP, _TENANT, _AUTHORITY = "client_secret_file", "client_id", "tenant_id", "authority"
_CERTIFICATE = "certificate_file"
_LATER = frozenset({90055, 90006, 90012, 90024, 90033, 90090})
_WRONG: dict[int, tuple[str, str, str]] = {
    7000215: (_SECRET, "the client secret is wrong", "Create a secret in Entra and put its value, not its id, there"),
    7000222: (_SECRET, "the client secret has expired", "Create a new secret in Entra and replace the file"),
    700016: (_APP, "the application is unknown in this tenant", "Check client_id and tenant_id; consent to it"),
    700011: (_APP, "the application is unknown", "Check client_id and tenant_id"),
    70001: (_APP, "the application is unknown or disabled", "Check client_id; enable the application"),
    7000112: (_APP, "the application is disabled", "Enable it in Entra"),
    700027: (_CERTIFICATE, "the certificate's signature is refused", "Upload the certificate to the application"),
    50012: (_CERTIFICATE, "the certificate is refused", "Upload the certificate to the application"),
    700030: (_CERTIFICATE, "the certificate's subject is not authorised", "Use a certificate that Entra allows"),
    90002: (_TENANT, "the Microsoft tenant does not exist", "Check tenant_id, and authority for another cloud"),
    90038: (_AUTHORITY, "the tenant lives in another cloud", "Set authority and the Graph root of that cloud"),
    900382: (_AUTHORITY, "the tenant lives in another cloud", "Set authority and the Graph root of that cloud"),
    900432: (_AUTHORITY, "the tenant lives in another cloud", "Set authority and the Graph root of that cloud"),
    500011: (_APP, "Microsoft Graph is not known in the tenant", "Consent to the application in this tenant"),
    650052: (_APP, "Microsoft Graph is not subscribed in the tenant", "Consent to the application in this tenant"),
    650057: (_APP, "Microsoft Graph is not among the application's permissions", "Add and consent to them"),
    500014: (_APP, "Microsoft Graph is disabled in the tenant", "Renew the tenant's subscription"),
    53003: (_APP, "conditional access blocks the application", "Exempt it in Entra's conditional access"),
    530032: (_APP, "conditional access blocks the application", "Exempt it in Entra's conditional access"),
}


class Token:
    """The token of the application that a tenant's file names, acquired in a thread, held until shortly before it
    expires. `where` names file and table for errors, as in "firm.toml [microsoft]"."""

    def __init__(self, side: MicrosoftSide, *, where: str, now: Callable[[], datetime]) -> None:
        self.where = where
        self._side = side
        self._authority = f"{checked_root(side.authority, f'{where} {_AUTHORITY}')}/{side.tenant_id}"
        self._session = _Session(self._authority, side.ca_file, now)
        self._now = now
        self._app: Any = None
        self._held = ""
        self._until = datetime.min.replace(tzinfo=UTC)
        self._one = asyncio.Lock()

    async def value(self, refused: str = "") -> str:
        """A token other than `refused`, which Graph did not take. Raises Fatal or Transient."""
        async with self._one:
            if self._held and self._held != refused and self._now() < self._until:
                return self._held
            return await self._acquire()

    async def _acquire(self) -> str:
        answer = await asyncio.to_thread(self._ask, anew=bool(self._held))  # MSAL might give the one we hold
        token = answer.get("access_token")
        if not isinstance(token, str):
            self._app = None  # a mended mistake shall count at once: MSAL remembers a 400 for a minute (graph.md §1.5)
            raise _refused(answer, self.where)
        lasts = timedelta(seconds=int(answer.get("expires_in", 0)))
        self._until = self._now() + lasts - min(_MARGIN, lasts / 2)
        self._held = token
        return token

    def _ask(self, *, anew: bool) -> Mapping[str, Any]:
        try:
            self._app = self._app or self._built()
            if anew:
                self._app.remove_tokens_for_client()
            answer = self._app.acquire_token_for_client([f"{self._side.graph_url.rstrip('/')}/.default"])
        except (MsalServiceError, requests.RequestException) as error:
            self._app = None
            raise Transient(f"{self.where}: Microsoft's sign-in cannot be reached: {type(error).__name__}") from error
        except (OSError, RuntimeError, ValueError, KeyError) as error:
            raise self._unusable(error) from None
        finally:
            self._session.close()  # only its connections, which an hour would outlive
        return answer if isinstance(answer, Mapping) else {}

    def _built(self) -> Any:
        host = urlsplit(self._authority).hostname
        return msal.ConfidentialClientApplication(
            self._side.client_id,
            client_credential=_credential(self._side, self.where),
            authority=self._authority.replace("http://", "https://", 1),
            instance_discovery=None if host in WELL_KNOWN_AUTHORITY_HOSTS else False,
            http_client=self._session,
        )

    def _unusable(self, error: Exception) -> Fatal:
        """MSAL takes the authority or the certificate for no such thing; its text may quote either."""
        if isinstance(error, ValueError) and "authority" in str(error):
            what = "Microsoft's sign-in does not know this tenant"
            return Fatal(f"{self.where} {_TENANT}", what, f"Check {_TENANT} and {_AUTHORITY}")
        key = _CERTIFICATE if self._side.certificate_file else _AUTHORITY
        return Fatal(f"{self.where} {key}", "it cannot be used to sign in", "Check this key and the file it names")


class _Session(requests.Session):
    """MSAL's door to the network: the environment's CA bundle and proxy do not count (graph.md §1.5), and a sign-in on
    loopback may speak plain http, which MSAL does not believe in."""

    def __init__(self, authority: str, ca_file: Path | None, now: Callable[[], datetime]) -> None:
        super().__init__()
        self.trust_env = False
        self.verify = str(ca_file) if ca_file else True
        self._now = now
        parts = urlsplit(authority)
        self._swap = (f"https://{parts.netloc}/", f"http://{parts.netloc}/") if parts.scheme == "http" else ("", "")

    def request(self, method: str | bytes, url: str | bytes, *args: Any, **kwargs: Any) -> requests.Response:
        """Raises Transient for 429 and 5xx, before MSAL can take them for an unknown tenant or keep them."""
        secure, plain = self._swap
        settings = {"timeout": _TIMEOUT, **kwargs, "allow_redirects": False}
        response = super().request(method, str(url).replace(secure, plain, 1), *args, **settings)
        if response.status_code == 429 or response.status_code >= 500:  # noqa: PLR2004
            wait = retry_after(response.headers.get("Retry-After"), self._now())
            raise Transient(f"Microsoft's sign-in answered {response.status_code}", wait)
        return response


def _credential(side: MicrosoftSide, where: str) -> str | dict[str, str]:
    """Read anew for each application object, so that a mended file counts. Raises Fatal before any request (CUR-35)."""
    if side.certificate_file is None:
        assert side.client_secret_file is not None
        return secret(side.client_secret_file, f"{where} {_SECRET}")
    pem = secret(side.certificate_file, f"{where} {_CERTIFICATE}")
    if not (key := _KEY.search(pem)) or "BEGIN CERTIFICATE" not in pem:
        mend = "Put both into one PEM file: -----BEGIN PRIVATE KEY----- and -----BEGIN CERTIFICATE-----"
        raise Fatal(f"{where} {_CERTIFICATE}", "it holds no private key with its certificate", mend)
    return {"private_key": key.group(), "public_certificate": pem}


def _refused(answer: Mapping[str, Any], where: str) -> Exception:
    """What the sign-in's refusal means: branch on codes, never on text (graph.md §1.1)."""
    codes = [code for code in answer.get("error_codes") or () if isinstance(code, int)]
    name = answer.get("error")
    if not name or name == "temporarily_unavailable" or _LATER.intersection(codes):
        return Transient(f"{where}: Microsoft's sign-in is busy")
    code = next((code for code in codes if code in _WRONG), codes[0] if codes else 0)
    fallback = (_SECRET, "Microsoft's sign-in refuses the application", "Check tenant_id, client_id and the secret")
    key, what, mend = _WRONG.get(code, fallback)
    return Fatal(f"{where} {key}", f"{what} ({f'AADSTS{code}' if code else name})", mend)

"""The application's token for Graph, by MSAL (app-only, graph.md §1). The only file that imports it. Must never show
the secret, and never let two tasks ask for a token at once (AUT-10)."""

import asyncio
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import msal
from msal.exceptions import MsalServiceError

from services.clients.http import Http, checked_root
from services.clients.signin import SignIn
from services.kernel.errors import Fatal, Permanent, Transient
from services.kernel.secret import secret
from services.kernel.tenants import MicrosoftSide

_MARGIN = timedelta(minutes=5)
_TIMEOUT = timedelta(seconds=30)
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
        root = checked_root(side.authority, f"{where} {_AUTHORITY}")
        self._authority = f"{root}/{side.tenant_id}"
        self._http = Http(root, where=f"{where} {_AUTHORITY}", now=now, ca_file=side.ca_file, timeout=_TIMEOUT)
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
        door = SignIn(self._http, asyncio.get_running_loop())
        try:
            answer = await asyncio.to_thread(self._ask, door, anew=bool(self._held))  # MSAL might give the one we hold
        finally:
            await self._http.close()  # only its connections, which an hour would outlive
        token = answer.get("access_token")
        if not isinstance(token, str):
            self._app = None  # a mended mistake shall count at once: MSAL remembers a 400 for a minute (graph.md §1.5)
            raise _refused(answer, self.where)
        lasts = timedelta(seconds=int(answer.get("expires_in", 0)))
        self._until = self._now() + lasts - min(_MARGIN, lasts / 2)
        self._held = token
        return token

    def _ask(self, door: SignIn, *, anew: bool) -> Mapping[str, Any]:
        try:
            self._app = self._app or self._built(door)
            if anew:
                self._app.remove_tokens_for_client()
            answer = self._app.acquire_token_for_client([f"{self._side.graph_url.rstrip('/')}/.default"])
        except MsalServiceError as error:
            self._app = None
            raise Transient(f"{self.where}: Microsoft's sign-in cannot be reached: {type(error).__name__}") from error
        except Permanent as error:
            raise Fatal(f"{self.where} {_AUTHORITY}", error.what, f"Check {_AUTHORITY}") from error
        except (OSError, RuntimeError, ValueError, KeyError) as error:
            raise self._unusable(error) from None
        return answer if isinstance(answer, Mapping) else {}

    def _built(self, door: SignIn) -> Any:
        return msal.ConfidentialClientApplication(
            self._side.client_id,
            client_credential=_credential(self._side, self.where),
            authority=self._authority.replace("http://", "https://", 1),
            instance_discovery=False,  # the authority is the one that the file names, and no other host is asked
            http_client=door,
        )

    def _unusable(self, error: Exception) -> Fatal:
        """MSAL takes the authority or the certificate for no such thing; its text may quote either."""
        if isinstance(error, ValueError) and "authority" in str(error):
            what = "Microsoft's sign-in does not know this tenant"
            return Fatal(f"{self.where} {_TENANT}", what, f"Check {_TENANT} and {_AUTHORITY}")
        key = _CERTIFICATE if self._side.certificate_file else _AUTHORITY
        return Fatal(f"{self.where} {key}", "it cannot be used to sign in", "Check this key and the file it names")


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

"""The sandbox's firm: on the first start it gets a tenant file like any other, with secrets of its own, so that the
services meet the sandbox exactly as they would meet Microsoft and Salesforce. Later starts change nothing but the port
in it."""

import re
from collections.abc import Mapping
from pathlib import Path
from uuid import UUID

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from services.cli.place import Place
from services.kernel.clock import Clock

SLUG = "firm"
USERNAME = "calsync@firm.example"
_ORIGIN = re.compile(r"http://127\.0\.0\.1:\d+")

FILE = """\
# The firm of the sandbox. The same keys reach a real one: see config/tenants/example.toml.sample.

[microsoft]
tenant_id = "{tenant_id}"
client_id = "{client_id}"
client_secret_file = "../../secrets/client-secret"
authority = "{origin}"
graph_url = "{origin}"{ca_file}

[salesforce]
client_id = "{app}"
username = "{username}"
private_key_file = "../../secrets/salesforce.key"
login_url = "{origin}"{ca_file}

[policy]
enabled = true
direction = "two_way"
interval_minutes = 1
settle_seconds = 10
"""


def write_firm(place: Place, origin: str, clock: Clock) -> None:
    """The tenant file and its secrets on the first start; later only `origin` (http://127.0.0.1:port) is renewed."""
    file = place.config / "tenants" / f"{SLUG}.toml"
    if file.exists():
        before = file.read_text(encoding="utf-8")
        after = _ORIGIN.sub(origin, before)
        if after != before:
            file.write_text(after, encoding="utf-8")
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    names = {"tenant_id": _uuid(clock), "client_id": _uuid(clock), "app": f"3MVG9{clock.fresh()}{clock.fresh()}"}
    write_secrets(place, clock)
    place.write("firm.json", {**names, "username": USERNAME})
    write_file(file, origin, names)


def write_file(file: Path, origin: str, names: Mapping[str, str], ca_file: str = "") -> None:
    """A tenant file that reaches the sandbox at `origin`; `ca_file` vouches for it where it speaks TLS."""
    line = f'\nca_file = "{ca_file}"' if ca_file else ""
    file.write_text(FILE.format(origin=origin, username=USERNAME, ca_file=line, **names), encoding="utf-8")


def arguments(place: Place) -> list[str]:
    """What the sandbox has to know of its firm, as its command line takes it."""
    firm = place.read("firm.json")
    return [
        "--tenant-id", firm["tenant_id"], "--client-id", firm["client_id"],
        "--client-secret-file", str(place.secrets / "client-secret"),
        "--salesforce-client-id", firm["app"], "--salesforce-public-key", str(place.secrets / "salesforce.pub"),
        "--salesforce-username", firm["username"],
    ]  # fmt: skip


def write_secrets(place: Place, clock: Clock) -> None:
    """The client secret and the key pair of the firm."""
    place.write_secret("client-secret", "".join(clock.fresh() for _ in range(4)).encode())
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    place.write_secret("salesforce.key", private)
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    place.write_secret("salesforce.pub", public)


def _uuid(clock: Clock) -> str:
    return str(UUID(hex="".join(clock.fresh() for _ in range(3))[:32], version=4))

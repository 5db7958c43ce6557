"""Which firms there are and how to reach their two sides: one TOML file a firm, `config/tenants/<slug>.toml`. Strict,
and each by itself: a mistake is named with its file, table and key and stops nobody else. Secrets are only named."""

import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, TypeVar

import msgspec
from msgspec import Meta, Struct

from contracts.policy import Mapped, Narrower, Policy
from contracts.topics import RESERVED, SLUG
from services.kernel.errors import Fatal
from services.kernel.secret import secret

__all__ = ["MicrosoftSide", "SalesforceSide", "Tenant", "read_policies", "read_tenant", "read_tenants", "secret"]

Text = Annotated[str, Meta(min_length=1)]
Url = Annotated[str, Meta(pattern=r"^https?://[^\s/]")]
T = TypeVar("T", bound=Struct)
R = TypeVar("R")
TABLES = ("microsoft", "salesforce", "policy")
_WITHIN: dict[str, type[Struct]] = {"mapping": Mapped, "narrower": Narrower}
"""The tables within `[policy]`."""


class MicrosoftSide(Struct, frozen=True, forbid_unknown_fields=True):
    """The `[microsoft]` table: the app registration, and either its secret or its certificate with private key (PEM).
    Files are relative to the TOML file. `ca_file` replaces the system's authorities (a proxy, a sandbox)."""

    tenant_id: Text
    client_id: Text
    client_secret_file: Path | None = None
    certificate_file: Path | None = None
    authority: Url = "https://login.microsoftonline.com"
    graph_url: Url = "https://graph.microsoft.com"
    ca_file: Path | None = None

    def __post_init__(self) -> None:
        if (self.client_secret_file is None) == (self.certificate_file is None):
            raise ValueError("needs one of `client_secret_file` and `certificate_file`")


class SalesforceSide(Struct, frozen=True, forbid_unknown_fields=True):
    """The `[salesforce]` table: the connected app, and either the private key of its certificate, which speaks for
    `username` (JWT bearer), or its secret (client credentials; the app names the user)."""

    client_id: Text
    username: str = ""
    private_key_file: Path | None = None
    client_secret_file: Path | None = None
    login_url: Url = "https://login.salesforce.com"
    api_version: Annotated[str, Meta(pattern=r"^[0-9]{2,3}\.0$")] = "57.0"
    ca_file: Path | None = None

    def __post_init__(self) -> None:
        if (self.private_key_file is None) == (self.client_secret_file is None):
            raise ValueError("needs one of `private_key_file` and `client_secret_file`")
        if self.private_key_file and not self.username:
            raise ValueError("needs `username` beside `private_key_file`")


class Tenant(Struct, frozen=True):
    """One firm."""

    slug: str
    microsoft: MicrosoftSide
    salesforce: SalesforceSide
    policy: Policy


def read_tenants(folder: Path) -> tuple[dict[str, Tenant], list[Fatal]]:
    """All firms under `folder`/tenants that are without mistakes, by slug, and the mistakes of the others."""
    return _read(folder, _tenant)


def read_tenant(folder: Path, slug: str) -> Tenant:
    """One firm. Raises Fatal when its file is missing or has a mistake."""
    file = folder / "tenants" / f"{slug}.toml"
    return _tenant(file, _tables(file))


def read_policies(folder: Path) -> tuple[dict[str, Policy], list[Fatal]]:
    """The `[policy]` of each firm, for who needs no more: the rest of a file and its secrets are not looked at."""
    return _read(folder, lambda file, tables: _table(file, tables, "policy", Policy))


def _tenant(file: Path, tables: dict[str, Any]) -> Tenant:
    return Tenant(
        slug=file.stem,
        microsoft=_table(file, tables, "microsoft", MicrosoftSide),
        salesforce=_table(file, tables, "salesforce", SalesforceSide),
        policy=_table(file, tables, "policy", Policy),
    )


def _read(folder: Path, build: Callable[[Path, dict[str, Any]], R]) -> tuple[dict[str, R], list[Fatal]]:
    found: dict[str, R] = {}
    wrong: list[Fatal] = []
    for file in sorted((folder / "tenants").glob("*.toml")):
        try:
            found[file.stem] = build(file, _tables(file))
        except Fatal as error:
            wrong.append(error)
    return found, wrong


def _tables(file: Path) -> dict[str, Any]:
    if not SLUG.fullmatch(file.stem):
        raise Fatal(file.name, "the file's name is no slug", "Name it with 1 to 63 of a-z, 0-9 and -, then .toml")
    if file.stem in RESERVED:
        raise Fatal(file.name, "a user of the broker has this name", "Name it otherwise: its reader would be that user")
    try:
        tables = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise Fatal(file.name, f"it cannot be read ({error.strerror})", "Make it readable for this service") from None
    except (ValueError, RecursionError) as error:
        raise Fatal(file.name, f"it is no TOML: {_spot(error)}", "Correct it there") from None
    for name in tables.keys() - TABLES:
        raise Fatal(f"{file.name} [{name}]", "this table or key is not known",
                    f"Use the tables {_words(TABLES)}")  # fmt: skip
    return tables


def _table(file: Path, tables: dict[str, Any], name: str, kind: type[T]) -> T:
    given = tables.get(name, {} if name == "policy" else None)
    where = f"{file.name} [{name}]"
    if not isinstance(given, dict):
        raise Fatal(where, "this table is missing", f"Add it, with {_words(_required(kind))}")
    for key, value in given.items():
        if key.endswith("_file") and isinstance(value, str) and not _there(file.parent / value):
            raise Fatal(f"{where} {key}", f"there is no file {value}", f"Put it into {file.parent}, or correct this")
    try:
        return msgspec.convert(given, kind, dec_hook=lambda _, value: _beside(file, value))
    except msgspec.ValidationError as error:
        raise _mistake(where, kind, str(error)) from None


def _there(path: Path) -> bool:
    """Whether it is a file; a name that no disk takes is none."""
    try:
        return path.is_file()
    except OSError:
        return False


def _beside(file: Path, value: object) -> Path:
    if not isinstance(value, str):
        raise ValueError("Expected the name of a file")  # noqa: TRY004 - msgspec takes it for a mistake in the input
    return file.parent / value


def _mistake(where: str, kind: type[Struct], text: str) -> Fatal:
    """What msgspec found, in our words. Its texts name keys and types, never values but those of a choice."""
    what, _, path = text.partition(" - at `$")
    key = path.strip("`.").split("[")[0].lstrip(".")
    if match := re.match(r"Object (contains unknown|missing required) field `(.*)`", what):
        inside, key = key, f"{key} {match[2]}".strip()
        what = "this key is not known" if "unknown" in match[1] else "this key is missing"
        known = _WITHIN.get(inside, kind).__struct_fields__
        mend = f"Known keys: {_words(known)}" if "unknown" in match[1] else "Add it"
    else:
        mend = "Correct it" if key else "Correct the table"
    return Fatal(f"{where} {key}".strip(), what, mend)


def _required(kind: type[Struct]) -> tuple[str, ...]:
    return tuple(field.name for field in msgspec.structs.fields(kind) if field.required)


def _words(names: tuple[str, ...]) -> str:
    return ", ".join(names)


def _spot(error: Exception) -> str:
    """Only where: the text around it may hold anything."""
    match = re.search(r"\(at (line \d+, column \d+|end of document)\)", str(error))
    return (
        match[1]
        if match
        else "not UTF-8"
        if isinstance(error, UnicodeDecodeError)
        else "a value is too long or too deep"
    )

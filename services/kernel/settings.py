"""How one process is set up: the only place where the environment is read. Settings name files of secrets, never
secrets, and an error names a variable, never its value (O7)."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import quote, urlsplit, urlunsplit

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from contracts.topics import SLUG
from services.kernel.errors import Fatal
from services.kernel.loopback import loopback
from services.kernel.secret import secret

PREFIX = "CALSYNC_"


class Settings(BaseSettings):
    """Variables of the environment, each with the prefix CALSYNC_ and its name in capitals."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, use_attribute_docstrings=True)

    broker: str = "mqtt://127.0.0.1:1883"
    """The broker: mqtts:// for TLS, as in mqtts://[user@]host[:port]; mqtt:// on this machine alone. Its password has a
    file of its own. Default: the one that runs on this machine."""

    broker_password_file: Path | None = None
    """A file that holds the password of the broker's user. Default none: a local broker asks for none."""

    broker_ca_file: Path | None = None
    """A PEM file of the authorities that signed the broker's certificate. Default none: those of the system."""

    store: Path = Path("data")
    """The folder of this service's memory, on a local disk (ruling 25). Default: data, below where it was started."""

    config: Path = Path("config")
    """The folder that holds tenants/<slug>.toml. Default: config, below where it was started."""

    tenants: Annotated[tuple[str, ...], NoDecode] = ()
    """Slugs of the tenants to serve, with commas between them (S5). Default: all."""

    instance: Annotated[str, Field(pattern=r"^[a-z0-9-]{0,40}$")] = ""
    """The name of this process, up to 40 of a-z, 0-9 and -. Default: a fresh one at each start, so that leases of an
    earlier life are not taken for its own (ruling 23)."""

    lease_seconds: Annotated[int, Field(ge=3, le=300)] = 10
    """How long a lease lasts, 3 to 300 seconds. Default 10: long enough to renew it calmly, and so long does another
    process wait before it takes over from one that died."""

    health_port: Annotated[int, Field(ge=0, le=65535)] = 0
    """The port of /health and /metrics, 0 to 65535. Default 0: none."""

    health_host: str = "127.0.0.1"
    """The address that /health and /metrics listen on. Default: this machine alone; in a container 0.0.0.0."""

    log_level: Literal["debug", "info", "warning", "error"] = "info"
    """The least that is logged: debug, info, warning or error. Default info."""

    log_format: Literal["console", "json"] = "console"
    """How lines look: console for people, json for machines. Default console."""

    @field_validator("tenants", mode="before")
    @classmethod
    def _listed(cls, value: object) -> object:
        return tuple(filter(None, map(str.strip, value.split(",")))) if isinstance(value, str) else value

    @field_validator("tenants")
    @classmethod
    def _slugs(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if not all(map(SLUG.fullmatch, value)):
            raise ValueError("a slug is 1 to 63 of a-z, 0-9 and -")
        return value

    @field_validator("broker")
    @classmethod
    def _reachable(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in {"mqtt", "mqtts"} or not parts.hostname or not _port_fits(value):
            raise ValueError("this is no address of a broker")
        if parts.password is not None:
            raise ValueError("a password stands in it, where others may read it")
        if parts.scheme == "mqtt" and not loopback(parts.hostname):
            raise ValueError("this broker is on another machine and would be spoken to without TLS")
        return value

    def broker_url(self) -> str:
        """The broker's URL, with the password if there is a file for it. Raises Fatal when it cannot be read."""
        if self.broker_password_file is None:
            return self.broker
        parts = urlsplit(self.broker)
        word = quote(secret(self.broker_password_file, f"{PREFIX}BROKER_PASSWORD_FILE"), safe="")
        host = parts.netloc.rpartition("@")[2]
        return urlunsplit(parts._replace(netloc=f"{quote(parts.username or '', safe='')}:{word}@{host}"))


def read_settings(fresh: Callable[[], str]) -> Settings:
    """The settings of this process; `fresh` names it if nothing else does. Raises Fatal."""
    try:
        given = Settings()
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False, include_context=False)[0]
        name = str(first["loc"][0])
        raise Fatal(
            f"{PREFIX}{name.upper()}", str(first["msg"]).removeprefix("Value error, "),
            f"Expected: {_expected(name)}",
        ) from None  # fmt: skip
    return given if given.instance else given.model_copy(update={"instance": fresh()})


def _expected(name: str) -> str:
    return " ".join((Settings.model_fields[name].description or "").split())


def _port_fits(url: str) -> bool:
    try:
        return urlsplit(url).port != 0
    except ValueError:
        return False

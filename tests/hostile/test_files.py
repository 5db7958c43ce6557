"""The files and variables that an operator gives, whatever stands in them: a mistake with its place, which stops that
firm alone (O4, O7)."""

import os
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.policy import Policy, PolicyNow
from services.kernel.errors import Fatal
from services.kernel.secret import secret
from services.kernel.settings import Settings, read_settings
from services.kernel.tenants import read_policies, read_tenant, read_tenants
from tests.hostile.allowed import keepable
from tests.hostile.spoiled import EXAMPLES, NUMBERS, TEXTS, TIMES, ZONES, places, put

GOOD = """[microsoft]
tenant_id = "t"
client_id = "c"
client_secret_file = "secret"
[salesforce]
client_id = "c"
client_secret_file = "secret"
[policy]
enabled = true
"""
FIRM: dict[str, Any] = {
    "microsoft": {
        "tenant_id": "t",
        "client_id": "c",
        "client_secret_file": "secret",
        "graph_url": "https://graph.example",
    },
    "salesforce": {"client_id": "c", "client_secret_file": "secret", "api_version": "57.0", "username": "u"},
    "policy": {
        "enabled": True,
        "direction": "two_way",
        "interval_minutes": 15,
        "mailboxes": ["a@b"],
        "brake_share": 0.3,
        "brake_minimum": 20,
        "mail_cap_per_hour": 5,
        "winners": {"subject": "microsoft"},
        "private_events": "skip",
        "mapping": {"importance": {"field": "Rank__c", "to_practifi": True}},
        "brake_hourly_deletions": 9,
        "narrower": [{"mailboxes": ["a@b"], "direction": "two_way"}],
        "excluded_domains": ["x"],
    },
}
VALUES = [
    '""',
    "[]",
    "{}",
    "true",
    "-1",
    "0",
    "1.5",
    "nan",
    "inf",
    "9" * 19,
    "9" * 30,
    "9" * 5_000,
    "1979-05-27",
    "07:32:00",
    "1979-05-27T00:32:00+25:00",
    '"\\u0000"',
    '"../../../etc/passwd"',
    '"' + "x" * 300 + '"',
    "[[]]",
    "{a=1}",
    "[" * 5_000,
]


def toml(value: Any) -> str:
    """A value of TOML; what stands in `VALUES` as it stands."""
    if isinstance(value, dict):
        return "{" + ", ".join(f'"{key}" = {toml(one)}' for key, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    return value if value in VALUES else msgspec.json.encode(value).decode()  # type: ignore[no-any-return]


@pytest.fixture
def config(tmp_path: Path) -> Path:
    (tmp_path / "tenants").mkdir()
    (tmp_path / "tenants" / "secret").write_text("word")
    (tmp_path / "tenants" / "good.toml").write_text(GOOD)
    return tmp_path


def stands_alone(config: Path, content: bytes) -> None:
    (config / "tenants" / "odd.toml").write_bytes(content)
    found, wrong = read_tenants(config)
    assert "good" in found
    assert ("odd" in found) != any("odd" in error.where for error in wrong)
    policies, _ = read_policies(config)
    assert "good" in policies
    for policy in policies.values():
        keepable(PolicyNow(1, True, policy))
    if "odd" not in found:
        with pytest.raises(Fatal):
            read_tenant(config, "odd")


def test_a_file_with_one_mistake_stops_nobody_else(config: Path) -> None:
    assert tomllib.loads("\n".join(f"{key} = {toml(value)}" for key, value in FIRM.items())) == FIRM
    known = [(at, value) for at in places(FIRM) if at for value in VALUES]
    for at, value in known[:: 1 if EXAMPLES else 9]:
        whole = put(FIRM, at, value)
        stands_alone(config, "\n".join(f"{key} = {toml(one)}" for key, one in whole.items()).encode())


@pytest.mark.parametrize(
    "odd", ["brake_minimum = " + "9" * 5_000, "mailboxes = " + "[" * 5_000, "brake_minimum = " + "9" * 30]
)
def test_a_number_or_a_list_without_end_is_a_mistake_like_any(config: Path, odd: str) -> None:
    stands_alone(config, f"{GOOD}{odd}\n".encode())
    assert "odd" not in read_tenants(config)[0]


def test_a_secret_whose_name_no_disk_takes_is_missing(config: Path) -> None:
    stands_alone(config, GOOD.replace('"secret"', f'"{"x" * 300}"').encode())
    assert "odd" not in read_tenants(config)[0]


@settings(settings.get_profile("hostile"))
@given(
    st.one_of(st.binary(max_size=80), st.text(max_size=80).map(lambda text: (GOOD + text).encode("utf-8", "replace")))
)
def test_nor_do_any_bytes(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    folder = tmp_path_factory.mktemp("firm")
    (folder / "tenants").mkdir()
    (folder / "tenants" / "secret").write_text("word")
    (folder / "tenants" / "good.toml").write_text(GOOD)
    stands_alone(folder, content)


@settings(settings.get_profile("hostile"))
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=2)
            | st.dictionaries(st.sampled_from([*Policy.__struct_fields__, "field"]), inner, max_size=3)
        ),
        max_leaves=6,
    )
)
def test_a_policy_is_one_that_can_be_kept_or_refused(given_: Any) -> None:
    try:
        keepable(PolicyNow(1, True, msgspec.convert(given_, Policy)))
    except msgspec.ValidationError as error:
        str(error).encode()


WORDS = [
    word
    for word in (*NUMBERS, *TEXTS, *TIMES, *ZONES, "mqtt://[", "mqtts://h:99999999", "mqtt://127.0.0.1:0")
    if "\x00" not in word
]


@settings(settings.get_profile("hostile"))
@given(
    st.dictionaries(
        st.sampled_from(sorted(Settings.model_fields)), st.sampled_from(WORDS) | st.text(max_size=9), min_size=1
    )
)
def test_a_variable_is_taken_or_named(variables: dict[str, str]) -> None:
    known = {f"CALSYNC_{name.upper()}": value for name, value in variables.items()}
    known = {name: value for name, value in known.items() if "\x00" not in value}
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("CALSYNC_")]:
            patch.delenv(name)
        for name, value in known.items():
            patch.setenv(name, value)
        mistake = _mistake(lambda: read_settings(lambda: "fresh").broker_url())
    assert mistake is None or mistake.where in {*known, "CALSYNC_BROKER_PASSWORD_FILE"}
    assert mistake is None or mistake.mend


def _mistake(read: Callable[[], object]) -> Fatal | None:
    try:
        read()
    except Fatal as error:
        return error
    return None


@pytest.mark.parametrize("content", [b"", b"\n", b"\xff\xfe", b"\x00", b"\xed\xa0\x80"])
def test_a_secret_is_a_text_or_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "secret").write_bytes(content)
    mistake = _mistake(lambda: secret(tmp_path / "secret", "key"))
    assert mistake is None or mistake.where == "key"

"""What a process can be told, and how it says what it was told wrongly."""

from pathlib import Path

import pytest

from services.kernel.errors import Fatal
from services.kernel.settings import PREFIX, Settings, read_settings


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"{PREFIX}{name.upper()}", raising=False)


def read(**given: str) -> Settings:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in given.items():
            patch.setenv(f"{PREFIX}{name.upper()}", value)
        return read_settings(lambda: "fresh1")


def test_nothing_needs_to_be_set() -> None:
    found = read()
    assert (found.broker_url(), found.instance, found.tenants, found.health_port, found.lease_seconds) == (
        "mqtt://127.0.0.1:1883", "fresh1", (), 0, 10
    )  # fmt: skip


def test_tenants_are_pinned_by_a_list_with_commas() -> None:
    assert read(tenants=" firm-a, firm-b ,").tenants == ("firm-a", "firm-b")  # S5


def test_every_setting_says_what_it_is_for_and_its_default() -> None:
    for name, field in Settings.model_fields.items():
        assert "Default" in (field.description or ""), name


@pytest.mark.parametrize(("variable", "value", "what", "expected"), [
    pytest.param("broker", "http://host:1883", "no address of a broker", "mqtts:// for TLS", id="another scheme"),
    pytest.param("broker", "mqtt://host:port", "no address of a broker", "mqtt://", id="a port that is no number"),
    pytest.param("broker", "mqtt://", "no address of a broker", "mqtt://", id="no host"),
    pytest.param("lease_seconds", "ten", "valid integer", "3 to 300 seconds", id="a word for a number"),
    pytest.param("lease_seconds", "1", "greater than or equal to 3", "3 to 300 seconds", id="a lease too short"),
    pytest.param("health_port", "70000", "less than or equal to 65535", "0 to 65535", id="no such port"),
    pytest.param("log_format", "xml", "'console' or 'json'", "console for people", id="an unknown format"),
    pytest.param("log_level", "INFO!", "'debug', 'info'", "debug, info, warning or error", id="an unknown level"),
    pytest.param("tenants", "Firm A", "a slug is", "with commas between them", id="a name that is no slug"),
    pytest.param("instance", "a/b", "match pattern", "up to 40 of a-z", id="a name with a slash"),
])  # fmt: skip
def test_a_wrong_value_names_the_variable_and_what_was_expected(
    variable: str, value: str, what: str, expected: str
) -> None:
    with pytest.raises(Fatal) as caught:
        read(**{variable: value})
    assert caught.value.where == f"CALSYNC_{variable.upper()}"
    assert what in caught.value.what
    assert expected in caught.value.mend


def test_a_password_in_a_wrong_url_is_never_told() -> None:
    with pytest.raises(Fatal) as caught:
        read(broker="amqp://feed:s3cret@host")
    shown = f"{caught.value} {caught.value.__cause__!r}"
    assert "s3cret" not in shown  # O7
    assert caught.value.__suppress_context__


def test_the_broker_password_comes_from_its_file(tmp_path: Path) -> None:
    file = tmp_path / "word"
    file.write_text("p/w@rd\n")
    assert read(broker="mqtts://feed@host:8883", broker_password_file=str(file)).broker_url() == (
        "mqtts://feed:p%2Fw%40rd@host:8883"
    )


@pytest.mark.parametrize(("content", "what"), [
    pytest.param(None, "cannot be read (No such file or directory)", id="missing"),
    pytest.param(b"\n", "is empty", id="empty"),
    pytest.param(b"\xff\xfe", "is no text", id="binary"),
])  # fmt: skip
def test_a_password_file_that_does_not_serve_is_named(tmp_path: Path, content: bytes | None, what: str) -> None:
    file = tmp_path / "word"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(Fatal) as caught:
        read(broker_password_file=str(file)).broker_url()
    assert caught.value.where == "CALSYNC_BROKER_PASSWORD_FILE"
    assert what in caught.value.what

"""What a process can be told, and what it refuses to be told: a secret where others read it, a broker that others could
listen to."""

import pytest

from services.cli import commands
from services.kernel.errors import Fatal
from services.kernel.loopback import loopback
from services.kernel.settings import Settings
from tests.conformance.kernel.test_settings import nothing_set, read  # noqa: F401 - a fixture

FAR = ["mqtt://broker", "mqtt://feed@broker.example:1883", "mqtt://10.0.0.5", "mqtt://[2001:db8::1]", "mqtt://0.0.0.0"]
NEAR = ["mqtt://127.0.0.1", "mqtt://feed@localhost:1883", "mqtt://[::1]", "mqtt://127.8.9.1"]


@pytest.mark.parametrize("url", FAR)
def test_a_broker_on_another_machine_is_spoken_to_by_tls_alone(url: str) -> None:
    with pytest.raises(Fatal, match="without TLS") as caught:
        read(broker=url)
    assert caught.value.where == "CALSYNC_BROKER"
    assert read(broker=url.replace("mqtt:", "mqtts:"))


@pytest.mark.parametrize("url", NEAR)
def test_a_broker_on_this_machine_may_do_without(url: str) -> None:
    assert read(broker=url).broker_url() == url


@pytest.mark.parametrize(
    "url", ["mqtts://feed:s3cret@broker", "mqtt://feed:s3cret@127.0.0.1", "mqtts://:s3cret@broker"]
)
def test_a_password_in_the_environment_is_refused_and_not_repeated(url: str) -> None:  # O7
    with pytest.raises(Fatal, match="a password stands in it") as caught:
        read(broker=url)
    assert "s3cret" not in str(caught.value)
    assert caught.value.__suppress_context__


def test_a_name_that_only_leads_to_this_machine_is_not_this_machine() -> None:
    assert [loopback(name) for name in ("localhost.example", "127.0.0.1.example", "localhost.", "")] == [False] * 4


def test_no_setting_holds_a_secret_but_the_name_of_its_file() -> None:  # O7
    words = ("secret", "password", "token", "key")
    named = {name for name in Settings.model_fields if any(word in name for word in words)}
    assert {name for name in named if not name.endswith("_file")} == set()


def test_no_service_is_told_a_secret_on_its_command_line() -> None:  # O7
    assert all(len(commands.service(name)) == 3 for name in commands.MODULES)

"""Whom the command line means."""

import pytest

from contracts.policy import Policy, PolicyNow
from services.cli.control import _chosen
from services.cli.listen import Listener
from services.cli.seen import Seen
from services.kernel.errors import Fatal
from services.kernel.mqtt import MqttBus

ON, OFF = PolicyNow(1, active=True, policy=Policy()), PolicyNow(1, active=False, policy=Policy())


@pytest.fixture
def listener() -> Listener:
    it = Listener(MqttBus("mqtt://127.0.0.1:1", "a-test"))
    it.seen = Seen(policies={"firm": ON, "paused": OFF})
    return it


def test_without_a_name_all_are_meant_and_for_a_run_those_that_can(listener: Listener) -> None:
    assert _chosen(listener, None, running=False) == ("firm", "paused")
    assert _chosen(listener, None, running=True) == ("firm",)


@pytest.mark.parametrize(
    ("tenant", "running", "says"),
    [
        pytest.param("nobody", False, "there is no such tenant.*Known: firm, paused", id="unknown"),
        pytest.param("paused", True, "nothing runs here", id="paused"),
    ],
)
def test_a_tenant_that_is_not_there_or_cannot_is_refused(
    listener: Listener, tenant: str, running: bool, says: str
) -> None:
    with pytest.raises(Fatal, match=says):
        _chosen(listener, tenant, running=running)

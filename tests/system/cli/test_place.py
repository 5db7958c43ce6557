"""What a start leaves on the disk: where it is found again, and who may read it."""

import socket
import stat
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization

from services.cli.firm import arguments, write_firm
from services.cli.place import Place
from services.cli.ports import LOOPBACK, ports
from services.kernel.clock import WallClock
from services.kernel.errors import Fatal
from services.kernel.tenants import read_tenants

HERE = "http://127.0.0.1:4000"


@pytest.fixture
def place(tmp_path: Path) -> Place:
    made = Place(tmp_path / "data")
    made.make()
    return made


def test_ports_are_remembered_and_differ(place: Place) -> None:
    first = ports(place, ["broker", "sandbox"])
    assert first["broker"] != first["sandbox"]
    assert ports(place, ["broker", "sandbox"]) == first


def test_a_port_that_somebody_else_has_taken_is_replaced(place: Place) -> None:
    first = ports(place, ["broker"])
    with socket.socket() as other:
        other.bind((LOOPBACK, first["broker"]))
        other.listen()
        assert ports(place, ["broker"]) != first


def test_the_sandboxs_firm_is_a_tenant_like_any_other(place: Place) -> None:  # E1
    write_firm(place, HERE, WallClock())
    tenants, wrong = read_tenants(place.config)
    assert wrong == []
    assert tenants["firm"].microsoft.graph_url == tenants["firm"].salesforce.login_url == HERE
    assert tenants["firm"].policy.enabled


def test_its_secrets_are_for_its_owner_alone_and_in_no_other_file(place: Place) -> None:  # O7
    write_firm(place, HERE, WallClock())
    files = sorted(place.secrets.iterdir())
    assert [file.name for file in files] == ["client-secret", "salesforce.key", "salesforce.pub"]
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    assert stat.S_IMODE(place.secrets.stat().st_mode) == 0o700
    word = (place.secrets / "client-secret").read_text()
    others = [file for file in place.data.rglob("*") if file.is_file() and file.parent != place.secrets]
    assert [file for file in others if word in file.read_text()] == []


def test_the_sandbox_is_given_the_public_half_of_the_key_that_signs(place: Place) -> None:
    write_firm(place, HERE, WallClock())
    given = dict(zip(arguments(place)[::2], arguments(place)[1::2], strict=True))
    public = serialization.load_pem_public_key(Path(given["--salesforce-public-key"]).read_bytes())
    private = serialization.load_pem_private_key((place.secrets / "salesforce.key").read_bytes(), None)
    assert private.public_key() == public


def test_a_later_start_keeps_secrets_and_edits_and_renews_the_port(place: Place) -> None:
    write_firm(place, HERE, WallClock())
    file = place.config / "tenants" / "firm.toml"
    file.write_text(file.read_text().replace("two_way", "microsoft_to_practifi"))
    before = {path.name: path.read_bytes() for path in place.secrets.iterdir()}
    write_firm(place, "http://127.0.0.1:5000", WallClock())
    assert "microsoft_to_practifi" in file.read_text()
    assert read_tenants(place.config)[0]["firm"].microsoft.graph_url == "http://127.0.0.1:5000"
    assert {path.name: path.read_bytes() for path in place.secrets.iterdir()} == before


def test_where_nothing_runs_one_is_told_what_to_do(place: Place) -> None:
    with pytest.raises(Fatal, match="calsync up"):
        place.broker()

"""What people and remotes do wrong: one clear line each, and nothing else suffers or is lost."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from services.sandbox.world import World
from tests.system.oracle import differences
from tests.system.product import QUICK, Product
from tests.system.small import EVENTS, small_firm

Json = dict[str, Any]
WHO = "lena.gilmour@firm.example"


@pytest.fixture
def apart(tmp_path: Path) -> Iterator[Product]:
    """A folder in which nothing has been started yet."""
    return Product(tmp_path, QUICK, small_firm)


def whole_run(product: Product) -> tuple[int, str, Json]:
    """Exit code, standard error and summary of `calsync up --until-idle`."""
    done = product.call("up", "--until-idle")
    return done.returncode, done.stderr, json.loads(done.stdout.splitlines()[-1])


def lines_with(text: str, *parts: str) -> list[str]:
    return [line for line in text.splitlines() if all(part in line for part in parts)]


def test_a_wrong_client_secret_is_named_with_its_file_and_key(apart: Product) -> None:
    right = apart.tenant_file.read_text()
    (apart.place.secrets / "mistyped").write_text("not-the-secret")
    apart.tenant_file.write_text(right.replace("secrets/client-secret", "secrets/mistyped"))
    code, errors, told = whole_run(apart)
    assert code == 1
    (problem,) = [one for one in told["problems"] if "client_secret" in one["where"] + one["what"]]
    assert problem["what"]
    assert problem["mend"]
    assert "not-the-secret" not in errors + json.dumps(told)
    assert told["dead"] == 0
    apart.tenant_file.write_text(right)
    code, _, told = whole_run(apart)
    assert code == 0
    assert told["written"]["practifi"] > EVENTS


def test_a_broken_tenant_file_stops_only_that_firm(apart: Product) -> None:
    text = apart.tenant_file.read_text()
    (apart.tenant_file.parent / "broken.toml").write_text(text.replace("client_id", "client_idd", 1))
    code, errors, told = whole_run(apart)
    assert code == 1
    assert told["tenants"]["firm"]["failed"] == []
    assert told["written"]["practifi"] > EVENTS
    assert lines_with(errors, "broken.toml", "client_idd")
    assert [one["where"] for one in told["problems"] if one["where"].startswith("broken.toml")] != []


def test_microsoft_cannot_be_reached_for_a_while(tmp_path: Path) -> None:  # O4, THR-18
    def fill(world: World) -> None:
        small_firm(world)
        world.faults.set("offline", side="microsoft")

    with Product(tmp_path, QUICK, fill) as product:
        hearer = product.hearer
        run = hearer.until(lambda: hearer.kinds("run-finished"), "a run that gives up")[0]
        assert run["failed"]
        assert [one for one in hearer.problems() if not one.get("heals")] == []
        product.ask("DELETE", "faults", name="all")
        product.sync()
        assert differences(product) == []
        assert hearer.dead() == 0


def test_a_malformed_message_is_set_aside_and_the_next_ones_are_heard(product: Product) -> None:  # O5
    before = product.hearer.dead()
    product.hearer.publish("calsync/v1/firm/in/reconciler/0", b'{"specversion": "1.0", "id": "x"')
    product.hearer.until(lambda: product.hearer.dead() == before + 1, "the dead letter in the status")
    (line,) = lines_with(product.logs(), "malformed", "in/reconciler/0")[:1]
    assert "specversion" not in line
    product.add("microsoft", WHO, subject="After the rubbish")
    product.sync()
    assert [one for one in product.events("practifi", mailbox=WHO) if one["Subject"] == "After the rubbish"]

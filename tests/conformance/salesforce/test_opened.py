"""When an org is described: at first, when the policy maps otherwise, when it was asked to, and when what was said of
it has grown old; soon again while something of the mapping does not fit (F2, O4)."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from contracts.policy import Mapped
from services.clients.salesforce.opened import DOUBT, LIFE, Orgs
from services.clients.salesforce.row import Shape

TAGS = {"categories": Mapped("Tags__c")}
FIELD = "Tags__c | string 80 | CUNFSGAP | Tags"
FILE = """
[microsoft]
tenant_id = "firm"
client_id = "app"
client_secret_file = "../practifi-secret"
[salesforce]
client_id = "app"
client_secret_file = "../practifi-secret"
login_url = "{url}"
[policy]
enabled = true
"""


class Clock:
    def __init__(self, place: Any) -> None:
        self.place = place

    def now(self) -> Any:
        return self.place.now


@pytest.fixture
async def orgs(place: Any, tmp_path: Path) -> Any:
    (tmp_path / "tenants").mkdir(exist_ok=True)
    (tmp_path / "tenants" / "firm.toml").write_text(FILE.format(url=place.url))
    found = Orgs(tmp_path, Clock(place), lambda *_: None)  # type: ignore[arg-type]  # all that is asked of a clock
    yield found
    await found.close()


async def shape(orgs: Orgs, mapping: Any) -> Shape:
    return (await orgs.of("firm", mapping)).shape


async def test_an_org_is_described_once_for_many_uses(place: Any, orgs: Orgs) -> None:
    for _ in range(3):
        await shape(orgs, {})
    assert place.calls == 1


async def test_another_mapping_asks_anew(place: Any, orgs: Orgs) -> None:  # F2
    place.salesforce.add_field(FIELD)
    assert (await shape(orgs, {})).columns == ()
    assert [one.name for one in (await shape(orgs, TAGS)).columns] == ["Tags__c"]
    assert [one.name for one in (await shape(orgs, dict(TAGS))).columns] == ["Tags__c"]
    assert place.calls == 2


async def test_what_does_not_fit_is_asked_again_soon_and_heals(place: Any, orgs: Orgs) -> None:  # F2
    assert (await shape(orgs, TAGS)).columns[0].why
    place.salesforce.add_field(FIELD)
    place.now += DOUBT - timedelta(seconds=1)
    assert (await shape(orgs, TAGS)).columns[0].why
    assert place.calls == 1
    place.now += timedelta(seconds=1)
    assert (await shape(orgs, TAGS)).columns[0].name == "Tags__c"
    assert place.calls == 1


async def test_a_description_grows_old(place: Any, orgs: Orgs) -> None:
    await shape(orgs, {})
    place.salesforce.hide_fields("Location")
    place.now += LIFE - timedelta(seconds=1)
    assert "Location" in (await shape(orgs, {})).event_fields
    place.now += timedelta(seconds=1)
    assert "Location" not in (await shape(orgs, {})).event_fields


async def test_a_forgotten_one_is_asked_again(place: Any, orgs: Orgs) -> None:
    await shape(orgs, {})
    orgs.forget("firm")
    await shape(orgs, {})
    assert place.calls == 2

"""Names as a way in: a tenant's reader is known by its name alone, so no name may mean more than one tenant."""

import re
from pathlib import Path

import pytest

from contracts import topics
from services.cli.firm import FILE
from services.kernel.errors import Fatal
from services.kernel.tenants import read_tenant
from tests.security.deployed import DEPLOY, deployed
from tests.security.test_acl import everything

HOSTILE = {"+": "a", "firm/+": "b", "+/+": "c", "fi#rm": "d", "firm/events": "e", "firm/in/writer": "f", "$SYS": "g"}
FACTS = [topics.fact(firm, "created") for firm in ("firm", "other", "operator")]


async def test_a_name_with_a_wildcard_in_it_reads_nothing(tmp_path: Path) -> None:  # S3
    async with deployed(tmp_path, HOSTILE) as stack, stack.client("feed") as feed:
        for user, word in HOSTILE.items():
            async with stack.client(user, word) as reader:
                await reader.subscribe("#", qos=0)
                for topic in FACTS:
                    await feed.publish(topic, b"said", qos=1)
                assert await everything(reader) == set(), user


@pytest.mark.parametrize("name", ["+", "#", "writer-1/#"])
async def test_a_connection_named_with_a_wildcard_reads_no_more_than_another(tmp_path: Path, name: str) -> None:  # S3
    async with deployed(tmp_path) as stack, stack.client("feed") as feed, stack.client("firm", name=name) as reader:
        await reader.subscribe("#", qos=0)
        for topic in FACTS:
            await feed.publish(topic, b"said", qos=1)
        assert await everything(reader) <= {(FACTS[0], "said")}


def users() -> list[str]:
    """The users that the broker's own file gives rights to."""
    return re.findall(r"^user (\S+)$", (DEPLOY / "acl").read_text(), re.MULTILINE)


@pytest.mark.parametrize("user", users())
def test_no_tenant_is_named_like_a_user_of_the_broker(tmp_path: Path, user: str) -> None:  # S3, S5
    file = tmp_path / "tenants" / f"{user}.toml"
    file.parent.mkdir()
    file.write_text(FILE.format(tenant_id="t", client_id="c", origin="https://x", app="a", username="u", ca_file=""))
    with pytest.raises(Fatal, match="a user of the broker has this name"):
        read_tenant(tmp_path, user)


def test_the_reserved_names_are_those_of_the_broker() -> None:
    assert set(users()) == topics.RESERVED

"""What a service pays for the client before it needs a login, and what the watcher pays for a large address book."""

import asyncio
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from services.salesforce_watcher.tell import PEOPLE
from tests.conformance.salesforce.test_opened import FILE

MANY = 50_000
MOST = 100
"""MiB of memory at most, in a process of its own, logged in."""


def test_the_login_library_is_loaded_only_for_a_login() -> None:
    code = "import sys, services.clients.salesforce.api; print(*sorted({n.split('.')[0] for n in sys.modules}))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert "aiohttp" in loaded
    assert not {"simple_salesforce", "zeep", "lxml", "requests", "jwt"} & set(loaded)


async def test_a_watcher_takes_in_fifty_thousand_people_within_its_memory(place: Any, tmp_path: Path) -> None:  # M6
    for number in range(MANY):
        addresses = {"Email": f"first.last{number}@client.example", "Assistant_Email__c": f"office{number}@c.example"}
        place.contact(f"Client {number}", **addresses)
    (tmp_path / "tenants").mkdir()
    (tmp_path / "tenants" / "firm.toml").write_text(FILE.format(url=place.url))
    command = [sys.executable, "-m", "tests.conformance.salesforce.crowd", str(tmp_path)]
    process = await asyncio.create_subprocess_exec(*command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    out, err = await process.communicate()
    assert process.returncode == 0, err.decode()
    found = json.loads(out)
    assert found["calsync.people.v1"] >= MANY // PEOPLE
    assert found["peak"] < MOST, found

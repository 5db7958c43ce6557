"""The AsyncAPI document as the AsyncAPI project's own parser sees it (mqtt.md §4.3)."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from contracts.document import asyncapi

FOLDER = Path(__file__).parent / "asyncapi"
READY = shutil.which("node") is not None and (FOLDER / "node_modules").is_dir()
REQUIRED = os.environ.get("CALSYNC_REQUIRE_NODE") == "1"

pytestmark = pytest.mark.skipif(
    not READY and not REQUIRED, reason=f"needs node and `npm ci --prefix {FOLDER.relative_to(Path.cwd())}`"
)


def parsed(document: dict[str, Any]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["node", "check.mjs"], cwd=FOLDER, input=json.dumps(document), capture_output=True, text=True, check=False
    )


def test_the_document_is_valid() -> None:  # S2
    done = parsed(asyncapi())
    assert done.returncode == 0, done.stderr
    assert done.stdout.split()[0] == str(len(asyncapi()["channels"]))


def test_a_broken_reference_is_noticed() -> None:
    document = asyncapi()
    document["channels"]["policy"]["messages"]["calsync-policy-v1"]["$ref"] = "#/components/messages/nowhere"
    assert parsed(document).returncode != 0

"""What is installed is what was locked: each package by its hash, from a registry, and nothing else by the way. Whether
a hole is known in any of it is asked by `make audit`, which needs the network."""

import json
import os
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOCK = (ROOT / "requirements.lock").read_text()
PINNED = re.compile(r"([a-z0-9.-]+)==[^\s;]+( ; [^\\]+)?")
HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}")
NODE = [path for path in ROOT.glob("tests/**/package-lock.json") if "node_modules" not in path.parts]


def entries() -> list[str]:
    """The lock's entries, each on one line, without comments."""
    joined = re.sub(r"\s*\\\n\s*", " ", LOCK)
    return [line for line in joined.splitlines() if line.strip() and not line.lstrip().startswith("#")]


def test_every_package_is_pinned_to_hashes_and_to_nothing_else() -> None:
    assert len(entries()) > 60
    for entry in entries():
        what, *hashes = entry.split(" --hash")
        assert PINNED.fullmatch(what.strip()), entry[:80]
        assert hashes, entry[:80]
        assert all(HASH.fullmatch(f"--hash{one}") for one in hashes), entry[:80]


@pytest.mark.parametrize("word", ["://", "git+", "--index-url", "--extra-index-url", "--find-links", "--trusted-host"])
def test_the_lock_names_no_address(word: str) -> None:
    assert [line for line in LOCK.splitlines() if word in line] == []


def test_every_dependency_of_ours_is_in_the_lock() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    names = {re.split(r"[\[<>=!~ ]", one)[0].lower() for one in wanted}
    assert names - {entry.split("==")[0] for entry in entries()} == set()


@pytest.mark.parametrize("file", ["Makefile", "Dockerfile"])
def test_nothing_is_installed_past_the_hashes(file: str) -> None:
    commands = (ROOT / file).read_text().replace("\\\n", " ").splitlines()
    installs = [part for line in commands for part in re.split(r"&&|;", line) if "pip install" in part]
    assert installs
    assert [part for part in installs if "--require-hashes" not in part and "--no-deps" not in part] == []


@pytest.mark.parametrize("lock", NODE, ids=lambda path: path.parent.name)
def test_every_package_for_node_has_its_hash_and_no_address(lock: Path) -> None:
    packages = {name: one for name, one in json.loads(lock.read_text())["packages"].items() if name}
    assert packages
    assert [name for name, one in packages.items() if not one.get("integrity", "").startswith("sha512-")] == []
    assert [name for name, one in packages.items() if "resolved" in one or one.get("link")] == []


def test_node_packages_run_nothing_when_they_are_installed() -> None:
    assert len(NODE) == 2
    commands = (ROOT / ".ci" / "run").read_text()
    assert commands.count("npm ci") == commands.count("npm ci --ignore-scripts")


def test_where_the_list_of_holes_cannot_be_reached_the_audit_says_so(tmp_path: Path) -> None:
    nowhere = {"UV_OFFLINE": "1", "UV_CACHE_DIR": str(tmp_path)}
    asked = subprocess.run(
        [ROOT / ".ci" / "audit"], env={**os.environ, **nowhere}, capture_output=True, text=True, check=False, timeout=30
    )
    assert (asked.returncode, asked.stdout) == (0, "skipped: pip-audit cannot be had here\n")

"""What the README says is proven, is: every behaviour of its table names a test that names it, and every scenario that
no test names is listed in tests/README.md with the reason."""

import re
from pathlib import Path

import pytest

from tests.ids import HERE, proven

ROOT = HERE.parent
SPEC = ROOT.parent / "shared" / "spec"
ROW = re.compile(r"^\| ([A-Z][0-9]+) \| [^|]+ \| ✓ (.+?) \|$", re.MULTILINE)
LINK = re.compile(r"\[(test_\w+)\]\((tests/[\w/]+\.py)\)")
OPEN = re.compile(r"^\| ([A-Z]{3}-[0-9]+b?(?:, [A-Z]{3}-[0-9]+b?)*) \| .{20,} \|$", re.MULTILINE)


def table() -> dict[str, list[str]]:
    """The README's behaviours, and the tests that it names for each, as `path::test`."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    return {one: [f"{path}::{name}" for name, path in LINK.findall(tests)] for one, tests in ROW.findall(text)}


def test_each_behaviour_of_the_readme_is_proven_by_the_tests_that_it_names() -> None:
    found = proven()
    wrong = {one: tests for one, tests in table().items() if not tests or not set(tests) <= set(found.get(one, ()))}
    assert wrong == {}


@pytest.mark.skipif(not SPEC.is_dir(), reason="the list of behaviours is not beside the project")
def test_the_readme_has_every_behaviour_about_events() -> None:
    text = (SPEC / "behaviour.md").read_text(encoding="utf-8")
    wanted = set(re.findall(r"^- \*\*([DMFRITACXPZ]\d+)\*\*", text, re.MULTILINE)) - {"D4"}
    assert wanted - table().keys() == set()


@pytest.mark.skipif(not SPEC.is_dir(), reason="the list of scenarios is not beside the project")
def test_every_scenario_is_a_test_or_is_listed_with_its_reason() -> None:
    scenarios = re.findall(r"^\| ([A-Z]{3}-\d+b?) \|", _read(SPEC / "scenarios.md"), re.MULTILINE)
    listed = {one for row in OPEN.findall(_read(HERE / "README.md")) for one in row.split(", ")}
    tested = proven().keys()
    assert {one for one in scenarios if one not in tested and one not in listed} == set()
    assert listed & tested == set()


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8")

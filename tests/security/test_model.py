"""What SECURITY.md says is proven, is: each of its threats names tests that are there, and each kind of attacker and
each file of tests here has its line."""

import re
from pathlib import Path

from tests import ids

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
LINK = re.compile(r"\[(test_\w+)\]\((tests/[\w/]+\.py)\)")
HERE = Path(__file__).parent


def threats() -> list[tuple[str, ...]]:
    """The rows of the table: who, what, what stands against it, the tests."""
    table = TEXT.partition("<!-- threats -->")[2].partition("<!-- /threats -->")[0]
    rows = [line.strip("| ").split(" | ") for line in table.strip().splitlines()[2:]]
    return [tuple(row) for row in rows]


def test_each_threat_names_what_stands_against_it_and_the_tests_that_prove_it() -> None:
    assert len(threats()) > 20
    assert [row for row in threats() if len(row) != 4 or not all(row) or not LINK.search(row[3])] == []


def test_each_test_that_is_named_is_there() -> None:
    named = LINK.findall(TEXT)
    here = {path: ids.tests_of(ROOT / path) for _, path in named if (ROOT / path).is_file()}
    assert [(name, path) for name, path in named if name not in here.get(path, ())] == []


def test_each_attacker_has_a_line() -> None:
    known = set(re.findall(r"^\| ([A-Z]) \| [^|]+ \| [^|]+ \|$", TEXT, re.MULTILINE))
    assert {row[0] for row in threats()} == known


def test_each_file_of_tests_here_proves_a_line() -> None:
    named = {path for _, path in LINK.findall(TEXT)}
    files = {one.relative_to(ROOT).as_posix() for one in HERE.glob("test_*.py")} - {"tests/security/test_model.py"}
    assert files - named == set()
